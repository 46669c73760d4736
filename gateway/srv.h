/* SRV of a name (RFC 2782): which servers it names, read from what strangers
 * wrote into DNS. */
#ifndef GATEWAY_SRV_H
#define GATEWAY_SRV_H

#include "../policy/servers.h"
#include "question.h"

struct srv {
	enum resolve_result result;
	bool no_service;         /* NONE, and the domain says so itself: its target is "." */
	bool secure, bogus;      /* what DNSSEC says, where it is looked at */
	int64_t ttl_us;          /* as in struct answer */
	char why[128];           /* for NONE and UNKNOWN, escaped */
	struct servers servers;  /* FOUND; not in the order to try */
};

/* Reads an answer to QUESTION_SRV. A record that is broken, or whose target is no domain, is none. */
void srv_read(struct srv *, const struct answer *);

#define WIRE_NAME_MAX 255

/* A name in label form, to the last octet, as text with a dot behind each label: one that ends before or behind it is
 * none, nor is one with a pointer in it. A dot inside a label is no border between two. */
bool srv_read_name(char text[WIRE_NAME_MAX + 1], size_t *length, const unsigned char *wire, size_t size);

typedef void srv_done_fn(void *arg, const struct srv *);
struct srv_lookup;
/* Calls back exactly once, never before it returns, at the latest after 5 s; not after srv_cancel, nor when
 * the resolver is closed. */
struct srv_lookup *resolve_srv(struct resolver *, const char *name, srv_done_fn *, void *arg);
/* The same of what naptr_read reads. */
struct srv_lookup *resolve_naptr(struct resolver *, const char *name, srv_done_fn *, void *arg);
void srv_cancel(struct srv_lookup *);

#endif
