/* SRV records as strangers write them into DNS: what is taken for a server stands in a record to the last
 * octet, and neither the order of the records nor chance makes another set of servers. */
#include <stdlib.h>
#include <string.h>

#include "../../gateway/naptr.h"
#include "../../gateway/srv.h"
#include "fuzz.h"

#define RECORDS_MAX 60

struct records {
	char *data[RECORDS_MAX + 1]; /* owned, each of exactly its size */
	int length[RECORDS_MAX];
	size_t count;
};

/* Two octets of length, then so many octets, perhaps none. */
static void take(struct records *r, struct fuzz_input *in)
{
	while (in->left > 0 && r->count < RECORDS_MAX) {
		size_t size = (size_t)fuzz_number(in, 2) % 300;

		if (size > in->left)
			size = in->left;
		r->data[r->count] = fuzz_copy(in->at, size);
		r->length[r->count++] = (int)size;
		in->at += size;
		in->left -= size;
	}
}

/* Is this the record of that server? Said from the other side: the server is written as RFC 2782 writes it. */
static bool is_written(const struct server *s, const char *octets, size_t size)
{
	unsigned char wire[6 + DOMAIN_MAX + 2] = {
		(unsigned char)(s->priority >> 8), (unsigned char)s->priority, (unsigned char)(s->weight >> 8), (unsigned char)s->weight,
		(unsigned char)(s->port >> 8), (unsigned char)s->port,
	};
	size_t n = 6;

	for (const char *label = s->domain.text; label; label = domain_parent(label)) {
		size_t length = strcspn(label, ".");

		wire[n++] = (unsigned char)length;
		memcpy(wire + n, label, length);
		n += length;
	}
	wire[n++] = 0;
	if (size != n || memcmp(octets, wire, 6))
		return false;
	for (size_t i = 6; i < n; i++)
		if (octets[i] != (char)wire[i] && !(octets[i] >= 'A' && octets[i] <= 'Z' && (octets[i] | 0x20) == (char)wire[i]))
			return false;
	return true;
}

static void servers_stand_in_records(const struct servers *found, const struct records *r)
{
	LAW(found->count <= SERVERS_MAX, "servers are so many at most");
	for (size_t i = 0; i < found->count; i++) {
		const struct server *s = &found->list[i];
		bool said = false;

		for (size_t n = 0; n < r->count; n++)
			said = said || is_written(s, r->data[n], (size_t)r->length[n]);
		LAW(said && s->port > 0 && s->domain.length > 0, "a server stands in a record, to the last octet");
		LAW(i == 0 || found->list[i - 1].priority <= s->priority, "the best come first");
	}
}

static bool same(const struct server *a, const struct server *b)
{
	return a->priority == b->priority && a->weight == b->weight && a->port == b->port && domain_same(&a->domain, &b->domain);
}

static void order_keeps_all(const struct servers *found, uint64_t number)
{
	struct servers one = *found, two = *found;

	servers_order(&one, number);
	servers_order(&two, number);
	LAW(one.count == found->count, "an order loses none");
	for (size_t i = 0; i < one.count; i++) {
		unsigned before = 0, behind = 0;

		LAW(same(&one.list[i], &two.list[i]), "the same number makes the same order");
		LAW(i == 0 || one.list[i - 1].priority <= one.list[i].priority, "priority comes before chance");
		for (size_t n = 0; n < one.count; n++) {
			before += same(&found->list[n], &found->list[i]);
			behind += same(&one.list[n], &found->list[i]);
		}
		LAW(before == 1 && behind == 1, "each server is there once");
	}
}

static void read_both_ways(struct records *r, uint64_t number)
{
	struct answer answer = { .result = RESOLVE_FOUND, .data = r->data, .length = r->length, .ttl_us = 5000000 };
	struct srv srv, turned;

	srv_read(&srv, &answer);
	LAW((srv.result == RESOLVE_FOUND) == (srv.servers.count > 0), "who names no server has none");
	LAW(srv.result != RESOLVE_FOUND || !srv.no_service, "who names a server has the service");
	servers_stand_in_records(&srv.servers, r);
	order_keeps_all(&srv.servers, number);
	for (size_t i = 0; i < r->count / 2; i++) {
		char *data = r->data[i];
		int length = r->length[i];

		r->data[i] = r->data[r->count - 1 - i];
		r->length[i] = r->length[r->count - 1 - i];
		r->data[r->count - 1 - i] = data;
		r->length[r->count - 1 - i] = length;
	}
	srv_read(&turned, &answer);
	LAW(turned.servers.count == srv.servers.count && turned.no_service == srv.no_service, "the order of records makes no difference");
	for (size_t i = 0; i < srv.servers.count; i++)
		LAW(same(&srv.servers.list[i], &turned.servers.list[i]), "the order of records makes no other servers");
}

/* The same octets as NAPTR: what it names are domains, in the order to follow. */
static void read_as_naptr(const struct records *r)
{
	struct answer answer = { .result = RESOLVE_FOUND, .data = r->data, .length = r->length, .ttl_us = 5000000 };
	struct domain again;
	struct srv srv;

	naptr_read(&srv, &answer);
	LAW((srv.result == RESOLVE_FOUND) == (srv.servers.count > 0), "who names nothing has none");
	for (size_t i = 0; i < srv.servers.count; i++) {
		const struct server *s = &srv.servers.list[i];

		LAW(domain_parse(&again, s->domain.text, s->domain.length) && domain_same(&again, &s->domain) && !s->port, "what is named is a domain");
		LAW(i == 0 || s[-1].priority <= s->priority, "the lowest order comes first");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	struct fuzz_input in = { octets, size };
	uint64_t number = fuzz_number(&in, 8);
	struct records records = { .count = 0 };

	take(&records, &in);
	read_both_ways(&records, number);
	read_as_naptr(&records);
	for (size_t i = 0; i < records.count; i++)
		free(records.data[i]);
	return 0;
}
