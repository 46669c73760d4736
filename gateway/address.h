/* A socket address, numeric or the path of a UNIX socket, and its text. No name is ever
 * looked up here. */
#ifndef GATEWAY_ADDRESS_H
#define GATEWAY_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_un un;
	} socket;
	socklen_t length;
};

#define ADDRESS_TEXT_MAX 64

/* "192.0.2.1:5061" or "[2001:db8::1]:5061". False for all else. */
bool address_parse(struct address *, const char *text);
/* A bare numeric host without brackets, and a port. */
bool address_make(struct address *, const char *host, unsigned port);
/* From four or sixteen octets as DNS gives them. */
bool address_from_octets(struct address *, const void *octets, size_t count, unsigned port);

/* The path of a UNIX socket; false: empty or too long. What is asked of such an address below is
 * false, and its port 0. */
bool address_unix(struct address *, const char *path);
/* Digits only, 0 to 65535. */
bool address_port_parse(unsigned *port, const char *text);

void address_text(const struct address *, char out[ADDRESS_TEXT_MAX]);      /* with port; a path, perhaps cut */
void address_host_text(const struct address *, char out[ADDRESS_TEXT_MAX]); /* host only, no brackets */
unsigned address_port(const struct address *);
bool address_loopback(const struct address *);
bool address_wildcard(const struct address *);
/* Of a network in which no partner can be: RFC 1918, loopback, link-local, unique local, shared by a provider's
 * customers, multicast, reserved; also an IPv6 address with such an IPv4 address in it. */
bool address_private(const struct address *);
/* Equal hosts, whatever the port. */
bool address_same_host(const struct address *, const struct address *);
/* The network that half-open connections are counted by: /24 or /56 (an IPv4-mapped
 * address counts as IPv4). */
uint64_t address_prefix(const struct address *);

#endif
