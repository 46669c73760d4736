/* A DNS server on loopback, in a child of the test: a few names, each with a fault of its own. */
#ifndef TESTS_UNIT_DNS_SERVER_H
#define TESTS_UNIT_DNS_SERVER_H

#include <sys/types.h>

struct dns_server {
	pid_t pid;
	char address[32]; /* 127.0.0.1:PORT, UDP and TCP */
	unsigned *asked;  /* how many questions have come; in memory that the child shares */
};

/* Names that begin with "_" have SRV records: those of _sipfederationtls._tcp.two.contoso.com are two, and so on;
 * see the table. */
void dns_server_start(struct dns_server *);
void dns_server_stop(struct dns_server *);

#endif
