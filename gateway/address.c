/* Socket addresses and their text. An IPv4 address that came as
 * ::ffff:a.b.c.d (a listener on [::]) is the IPv4 address in every question asked here. */
#include "address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* Not so a UNIX socket, nor an address that was never filled in. */
static bool is_numeric(const struct address *address)
{
	return address->length && address->socket.any.sa_family != AF_UNIX;
}

/* The four octets in network order, also of an IPv4-mapped one; NULL: it is IPv6. */
static const uint8_t *ipv4_octets(const struct address *address)
{
	if (address->socket.any.sa_family == AF_INET)
		return (const uint8_t *)&address->socket.v4.sin_addr;
	if (IN6_IS_ADDR_V4MAPPED(&address->socket.v6.sin6_addr))
		return address->socket.v6.sin6_addr.s6_addr + 12;
	return NULL;
}

/* Decimal digits only: strtoul would take "+1", " 1" and "-1". */
bool address_port_parse(unsigned *port, const char *text)
{
	size_t length = strspn(text, "0123456789");

	if (length == 0 || length > 5 || text[length] != '\0')
		return false;
	*port = 0;
	for (; *text; text++)
		*port = *port * 10 + (unsigned)(*text - '0');
	return *port <= 65535;
}

bool address_make(struct address *out, const char *host, unsigned port)
{
	struct address made;

	memset(&made, 0, sizeof(made));
	memset(out, 0, sizeof(*out));
	if (port > 65535)
		return false;
	if (inet_pton(AF_INET, host, &made.socket.v4.sin_addr) == 1) {
		made.socket.v4.sin_family = AF_INET;
		made.socket.v4.sin_port = htons((uint16_t)port);
		made.length = sizeof(made.socket.v4);
	} else if (inet_pton(AF_INET6, host, &made.socket.v6.sin6_addr) == 1) {
		made.socket.v6.sin6_family = AF_INET6;
		made.socket.v6.sin6_port = htons((uint16_t)port);
		made.length = sizeof(made.socket.v6);
	} else {
		return false;
	}
	*out = made;
	return true;
}

bool address_parse(struct address *out, const char *text)
{
	const char *host = text, *host_end, *port_text;
	char copy[INET6_ADDRSTRLEN];
	unsigned port;

	memset(out, 0, sizeof(*out));
	if (*text == '[') {
		host++;
		host_end = strchr(text, ']');
		if (!host_end || host_end[1] != ':')
			return false;
		port_text = host_end + 2;
	} else {
		host_end = strchr(text, ':');
		if (!host_end)
			return false;
		port_text = host_end + 1;
	}
	if ((size_t)(host_end - host) >= sizeof(copy) || !address_port_parse(&port, port_text))
		return false;
	memcpy(copy, host, (size_t)(host_end - host));
	copy[host_end - host] = '\0';
	if ((*text == '[') != (strchr(copy, ':') != NULL))
		return false;
	return address_make(out, copy, port);
}

bool address_from_octets(struct address *out, const void *octets, size_t count, unsigned port)
{
	memset(out, 0, sizeof(*out));
	if (port > 65535)
		return false;
	if (count == 4) {
		out->socket.v4.sin_family = AF_INET;
		out->socket.v4.sin_port = htons((uint16_t)port);
		memcpy(&out->socket.v4.sin_addr, octets, 4);
		out->length = sizeof(out->socket.v4);
	} else if (count == 16) {
		out->socket.v6.sin6_family = AF_INET6;
		out->socket.v6.sin6_port = htons((uint16_t)port);
		memcpy(&out->socket.v6.sin6_addr, octets, 16);
		out->length = sizeof(out->socket.v6);
	}
	return out->length != 0;
}

bool address_unix(struct address *out, const char *path)
{
	size_t length = strlen(path);

	memset(out, 0, sizeof(*out));
	if (length == 0 || length >= sizeof(out->socket.un.sun_path))
		return false;
	out->socket.un.sun_family = AF_UNIX;
	memcpy(out->socket.un.sun_path, path, length);
	out->length = sizeof(out->socket.un);
	return true;
}

void address_host_text(const struct address *address, char out[ADDRESS_TEXT_MAX])
{
	const uint8_t *v4;

	out[0] = '\0';
	if (address->length && !is_numeric(address))
		snprintf(out, ADDRESS_TEXT_MAX, "%.*s", ADDRESS_TEXT_MAX - 1, address->socket.un.sun_path);
	if (!is_numeric(address))
		return;
	v4 = ipv4_octets(address);
	if (v4)
		inet_ntop(AF_INET, v4, out, ADDRESS_TEXT_MAX);
	else
		inet_ntop(AF_INET6, &address->socket.v6.sin6_addr, out, ADDRESS_TEXT_MAX);
}

void address_text(const struct address *address, char out[ADDRESS_TEXT_MAX])
{
	char host[ADDRESS_TEXT_MAX];

	address_host_text(address, out);
	if (!is_numeric(address))
		return;
	memcpy(host, out, sizeof host);
	snprintf(out, ADDRESS_TEXT_MAX, strchr(host, ':') ? "[%.46s]:%u" : "%.46s:%u", host,
	    address_port(address));
}

unsigned address_port(const struct address *address)
{
	if (!is_numeric(address))
		return 0;
	if (address->socket.any.sa_family == AF_INET)
		return ntohs(address->socket.v4.sin_port);
	return ntohs(address->socket.v6.sin6_port);
}

bool address_loopback(const struct address *address)
{
	const uint8_t *v4;

	if (!is_numeric(address))
		return false;
	v4 = ipv4_octets(address);
	return v4 ? v4[0] == 127 : IN6_IS_ADDR_LOOPBACK(&address->socket.v6.sin6_addr);
}

bool address_wildcard(const struct address *address)
{
	static const uint8_t any[4];
	const uint8_t *v4;

	if (!is_numeric(address))
		return false;
	v4 = ipv4_octets(address);
	return v4 ? memcmp(v4, any, 4) == 0 : IN6_IS_ADDR_UNSPECIFIED(&address->socket.v6.sin6_addr);
}

bool address_same_host(const struct address *a, const struct address *b)
{
	const uint8_t *v4a, *v4b;

	if (!is_numeric(a) || !is_numeric(b))
		return false;
	v4a = ipv4_octets(a);
	v4b = ipv4_octets(b);
	if (v4a || v4b)
		return v4a && v4b && memcmp(v4a, v4b, 4) == 0;
	return IN6_ARE_ADDR_EQUAL(&a->socket.v6.sin6_addr, &b->socket.v6.sin6_addr)
	    && a->socket.v6.sin6_scope_id == b->socket.v6.sin6_scope_id;
}

uint64_t address_prefix(const struct address *address)
{
	const uint8_t *octets;
	uint64_t prefix = 0;
	size_t count = 3;

	if (!is_numeric(address))
		return 0;
	octets = ipv4_octets(address);
	if (!octets) {
		octets = address->socket.v6.sin6_addr.s6_addr;
		count = 7;
		prefix = 1; /* above the 56 bits: never the number of an IPv4 network */
	}
	while (count--)
		prefix = prefix << 8 | *octets++;
	return prefix;
}
