/* Both families are asked at once, and neither waits long for the other. */
#include "resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"

#define GRACE_US INT64_C(250000)      /* for the second family when the first is there (RFC 8305) */
#define TTL_NUMBER_US INT64_C(3600000000)

enum family { FAMILY_V6, FAMILY_V4, FAMILIES };

/* What one family says. */
struct half {
	struct lookup *lookup;
	struct question question;
	bool waits;
	enum resolve_result result;
	struct address address[RESOLVE_ADDRESSES_MAX];
	size_t count;
	int64_t ttl_us;
	char why[128];          /* there is no address */
};

struct lookup {
	struct resolver *resolver; /* borrowed */
	unsigned port;
	struct half half[FAMILIES];
	struct timer grace;
	resolve_done_fn *done;
	void *arg;                 /* borrowed */
};

/* --- the end of a lookup --- */

static void lookup_free(struct lookup *l)
{
	for (int i = 0; i < FAMILIES; i++)
		question_cancel(&l->half[i].question);
	timer_stop(resolver_loop(l->resolver), &l->grace);
	free(l);
}

/* One of each family in turn, IPv6 first: whoever tries them in order is not
 * held up by a family that does not work here. */
static void interleave(struct resolved *out, const struct lookup *l)
{
	for (size_t i = 0; i < RESOLVE_ADDRESSES_MAX; i++)
		for (int family = 0; family < FAMILIES; family++)
			if (i < l->half[family].count && out->count < RESOLVE_ADDRESSES_MAX)
				out->address[out->count++] = l->half[family].address[i];
}

static void sum_up(struct resolved *out, const struct lookup *l)
{
	const struct half *v6 = &l->half[FAMILY_V6], *v4 = &l->half[FAMILY_V4];

	memset(out, 0, sizeof *out);
	interleave(out, l);
	if (out->count) {
		out->result = RESOLVE_FOUND;
		out->ttl_us = v6->count && (!v4->count || v6->ttl_us < v4->ttl_us) ? v6->ttl_us : v4->ttl_us;
		return;
	}
	if (v4->result == RESOLVE_UNKNOWN)
		v6 = v4;
	out->result = v6->result;
	out->ttl_us = v6->ttl_us;
	memcpy(out->why, v6->why, sizeof out->why);
}

static void finish(void *arg)
{
	struct lookup *l = arg;
	resolve_done_fn *done = l->done;
	void *done_arg = l->arg;
	struct resolved resolved;

	sum_up(&resolved, l);
	lookup_free(l);
	done(done_arg, &resolved);
}

/* --- answers --- */

static void read_answer(struct half *h, const struct answer *a)
{
	h->result = a->result;
	h->ttl_us = a->ttl_us;
	memcpy(h->why, a->why, sizeof h->why);
	if (a->result != RESOLVE_FOUND)
		return;
	for (size_t i = 0; a->data[i] && h->count < RESOLVE_ADDRESSES_MAX; i++)
		if (a->length[i] > 0 && address_from_octets(&h->address[h->count], a->data[i], (size_t)a->length[i], h->lookup->port))
			h->count++;
	if (h->count)
		return;
	h->result = RESOLVE_NONE;
	snprintf(h->why, sizeof h->why, "its addresses are none");
}

static void on_answer(void *arg, const struct answer *a)
{
	struct half *h = arg;
	struct lookup *l = h->lookup;
	struct loop *loop = resolver_loop(l->resolver);

	if (!a) {
		lookup_free(l);
		return;
	}
	h->waits = false;
	if (!h->count)
		read_answer(h, a);
	if (!l->half[FAMILY_V4].waits && !l->half[FAMILY_V6].waits)
		finish(l);
	else if (h->count)
		timer_set(loop, &l->grace, loop_now(loop) + GRACE_US, finish, l);
}

/* --- questions --- */

static void ask(struct lookup *l, enum family family, const char *host)
{
	static const enum question_type types[FAMILIES] = { [FAMILY_V6] = QUESTION_AAAA, [FAMILY_V4] = QUESTION_A };
	struct half *h = &l->half[family];

	h->waits = true;
	question_ask(&h->question, l->resolver, host, types[family], on_answer, h);
}

struct lookup *resolve_host(struct resolver *r, const char *host, unsigned port, resolve_done_fn *done, void *arg)
{
	struct lookup *l = alloc_zero(1, sizeof *l);
	struct half *first = &l->half[FAMILY_V6];

	*l = (struct lookup){ .resolver = r, .port = port, .done = done, .arg = arg };
	for (int i = 0; i < FAMILIES; i++)
		l->half[i].lookup = l;
	if (address_make(&first->address[0], host, port)) {
		first->count = 1;
		first->ttl_us = TTL_NUMBER_US;
		question_skip(&first->question, r, on_answer, first);
		return l;
	}
	ask(l, FAMILY_V6, host);
	ask(l, FAMILY_V4, host);
	return l;
}

void lookup_cancel(struct lookup *l)
{
	lookup_free(l);
}
