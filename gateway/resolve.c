/* Addresses of names by libunbound. Its forked process is started at open by a
 * question that is answered without the network; whatever ends a lookup (both
 * answers, the deadline, the end of that process), the call comes at the end of a turn. */
#include "resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound.h>

#include "../policy/alloc.h"
#include "log.h"

#define DEADLINE_US INT64_C(5000000)
#define GRACE_US INT64_C(250000)      /* for the second family when the first is there (RFC 8305) */
#define TTL_LEAST_US INT64_C(5000000)
#define TTL_MOST_US INT64_C(3600000000)
#define TTL_NONE_US INT64_C(60000000)

#define CLASS_IN 1
#define ENDED "the process that asks DNS servers has ended"

enum family { FAMILY_V6, FAMILY_V4, FAMILIES };

struct resolver {
	struct loop *loop;      /* borrowed */
	struct ub_ctx *context; /* owned */
	int index;              /* of its descriptor in the loop; -1: its process has ended */
	struct lookup *first;
};

/* The question for one family. */
struct query {
	struct lookup *lookup;
	int id;
	bool asked;             /* its answer is still to come */
	enum resolve_result result;
	struct address address[RESOLVE_ADDRESSES_MAX];
	size_t count;
	int64_t ttl_us;
	char why[128];          /* there is no address */
};

struct lookup {
	struct resolver *resolver;
	struct lookup *next, **back;
	unsigned port;
	struct query query[FAMILIES];
	struct timer deadline;
	struct task task;
	resolve_done_fn *done;
	void *arg;              /* borrowed */
};

/* --- the end of a lookup --- */

static int64_t clamp_ttl(int64_t seconds)
{
	if (seconds >= TTL_MOST_US / 1000000)
		return TTL_MOST_US;
	return seconds * 1000000 < TTL_LEAST_US ? TTL_LEAST_US : seconds * 1000000;
}

static void give_up_asking(struct lookup *l, const char *why)
{
	for (int i = 0; i < FAMILIES; i++) {
		struct query *q = &l->query[i];

		if (!q->asked)
			continue;
		ub_cancel(l->resolver->context, q->id);
		q->asked = false;
		snprintf(q->why, sizeof q->why, "%s", why);
	}
}

static void lookup_free(struct lookup *l)
{
	struct loop *loop = l->resolver->loop;

	give_up_asking(l, "");
	timer_stop(loop, &l->deadline);
	loop_forget(loop, &l->task);
	*l->back = l->next;
	if (l->next)
		l->next->back = l->back;
	free(l);
}

/* One of each family in turn, IPv6 first: whoever tries them in order is not
 * held up by a family that does not work here. */
static void interleave(struct resolved *out, const struct lookup *l)
{
	for (size_t i = 0; i < RESOLVE_ADDRESSES_MAX; i++)
		for (int family = 0; family < FAMILIES; family++)
			if (i < l->query[family].count && out->count < RESOLVE_ADDRESSES_MAX)
				out->address[out->count++] = l->query[family].address[i];
}

static void sum_up(struct resolved *out, const struct lookup *l)
{
	const struct query *v6 = &l->query[FAMILY_V6], *v4 = &l->query[FAMILY_V4];

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
	out->ttl_us = out->result == RESOLVE_NONE ? TTL_NONE_US : TTL_LEAST_US;
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

static void end_soon(struct lookup *l)
{
	timer_stop(l->resolver->loop, &l->deadline);
	loop_later(l->resolver->loop, &l->task, finish, l);
}

static void on_deadline(void *arg)
{
	struct lookup *l = arg;

	give_up_asking(l, "no DNS server answered in 5 s");
	end_soon(l);
}

/* --- answers --- */

static void explain(struct query *q, const char *what, const char *detail)
{
	char quoted[80];

	log_quote(quoted, sizeof quoted, detail, strlen(detail));
	snprintf(q->why, sizeof q->why, "%s%s%s", what, *quoted ? ": " : "", quoted);
}

static void read_addresses(struct query *q, const struct ub_result *r)
{
	for (int i = 0; r->data[i] && q->count < RESOLVE_ADDRESSES_MAX; i++)
		if (r->len[i] > 0 && address_from_octets(&q->address[q->count], r->data[i], (size_t)r->len[i], q->lookup->port))
			q->count++;
	q->ttl_us = clamp_ttl(r->ttl);
}

static void read_error(struct query *q, int error)
{
	if (error == UB_SYNTAX) {
		q->result = RESOLVE_NONE;
		explain(q, "it is no domain name", "");
	} else {
		explain(q, "DNS failed", ub_strerror(error));
	}
}

static void read_answer(struct query *q, int error, const struct ub_result *r)
{
	q->result = RESOLVE_UNKNOWN;
	if (error) {
		read_error(q, error);
	} else if (r->bogus) {
		explain(q, "DNSSEC says the answer is forged", r->why_bogus ? r->why_bogus : "");
	} else if (r->havedata) {
		q->result = RESOLVE_FOUND;
		read_addresses(q, r);
	} else if (r->nxdomain) {
		q->result = RESOLVE_NONE;
		explain(q, "there is no such name", "");
	} else if (r->rcode == 0) {
		q->result = RESOLVE_NONE;
		explain(q, "the name has no address", "");
	} else {
		explain(q, r->rcode == 2 ? "the DNS server failed (SERVFAIL)" : "the DNS server refused", "");
	}
}

static void on_answer(void *arg, int error, struct ub_result *r)
{
	struct query *q = arg;
	struct lookup *l = q->lookup;

	q->asked = false;
	read_answer(q, error, r);
	ub_resolve_free(r);
	if (!l->query[FAMILY_V4].asked && !l->query[FAMILY_V6].asked)
		end_soon(l);
	else if (q->count)
		timer_set(l->resolver->loop, &l->deadline, loop_now(l->resolver->loop) + GRACE_US, on_deadline, l);
}

/* It cannot be started again: a process forked now would have our keys and
 * hold our peers' connections open. */
static void process_ended(struct resolver *r)
{
	log_line(LEVEL_ERROR, "dns: the process that asks DNS servers has ended; no name can be looked up until fedgated is started again");
	loop_remove(r->loop, r->index);
	r->index = -1;
	for (struct lookup *l = r->first; l; l = l->next) {
		give_up_asking(l, ENDED);
		end_soon(l);
	}
}

static void on_ready(void *arg, int events)
{
	struct resolver *r = arg;

	(void)events;
	if (ub_process(r->context))
		process_ended(r);
}

/* --- questions --- */

static void ask(struct lookup *l, enum family family, const char *host)
{
	static const int types[FAMILIES] = { [FAMILY_V6] = 28, [FAMILY_V4] = 1 };
	struct query *q = &l->query[family];
	int error;

	q->result = RESOLVE_UNKNOWN;
	error = ub_resolve_async(l->resolver->context, host, types[family], CLASS_IN, q, on_answer, &q->id);
	q->asked = !error;
	if (error)
		read_error(q, error);
}

static void ask_both(struct lookup *l, const char *host)
{
	struct resolver *r = l->resolver;

	if (r->index < 0) {
		l->query[FAMILY_V4].result = RESOLVE_UNKNOWN;
		explain(&l->query[FAMILY_V4], ENDED, "");
		end_soon(l);
		return;
	}
	ask(l, FAMILY_V6, host);
	ask(l, FAMILY_V4, host);
	if (l->query[FAMILY_V6].asked || l->query[FAMILY_V4].asked)
		timer_set(r->loop, &l->deadline, loop_now(r->loop) + DEADLINE_US, on_deadline, l);
	else
		end_soon(l);
}

struct lookup *resolve_host(struct resolver *r, const char *host, unsigned port, resolve_done_fn *done, void *arg)
{
	struct lookup *l = alloc_zero(1, sizeof *l);
	struct query *first = &l->query[FAMILY_V6];

	*l = (struct lookup){ .resolver = r, .next = r->first, .back = &r->first, .port = port, .done = done, .arg = arg };
	for (int i = 0; i < FAMILIES; i++)
		l->query[i].lookup = l;
	if (r->first)
		r->first->back = &l->next;
	r->first = l;
	if (address_make(&first->address[0], host, port)) {
		first->count = 1;
		first->ttl_us = TTL_MOST_US;
		end_soon(l);
		return l;
	}
	ask_both(l, host);
	return l;
}

void lookup_cancel(struct lookup *l)
{
	lookup_free(l);
}

/* --- start and stop --- */

static int set_server(struct ub_ctx *context, const char *server)
{
	struct address address;
	char host[ADDRESS_TEXT_MAX], forward[ADDRESS_TEXT_MAX + 8];

	if (!*server)
		return ub_ctx_resolvconf(context, NULL);
	if (!address_parse(&address, server))
		return UB_SYNTAX;
	address_host_text(&address, host);
	snprintf(forward, sizeof forward, "%s@%u", host, address_port(&address));
	return ub_ctx_set_fwd(context, forward);
}

static void on_started(void *arg, int error, struct ub_result *r)
{
	(void)arg;
	(void)error;
	ub_resolve_free(r);
}

/* libunbound forks with the first question, so one is asked at once: it knows
 * localhost by itself. */
static int start(struct ub_ctx *context, const char *server)
{
	int error = ub_ctx_async(context, 0);

	ub_ctx_debugout(context, NULL);
	if (!error) /* a resolver on this host is the usual one; refused silently otherwise */
		error = ub_ctx_set_option(context, "do-not-query-localhost:", "no");
	if (!error)
		error = set_server(context, server);
	if (!error && ub_ctx_hosts(context, NULL))
		log_line(LEVEL_WARNING, "dns: /etc/hosts cannot be read: names in it are not known");
	if (!error)
		error = ub_resolve_async(context, "localhost.", 1, CLASS_IN, NULL, on_started, NULL);
	return error;
}

struct resolver *resolver_open(struct loop *loop, const char *server, char *why, size_t size)
{
	struct resolver *r = alloc_zero(1, sizeof *r);
	int error = UB_NOMEM;

	r->loop = loop;
	r->index = -1;
	r->context = ub_ctx_create();
	if (r->context)
		error = start(r->context, server);
	if (error && *server)
		snprintf(why, size, "dns.resolver \"%s\": %s: write the address and port of a DNS server", server, ub_strerror(error));
	else if (error)
		snprintf(why, size, "/etc/resolv.conf: %s: name a DNS server there or in dns.resolver", ub_strerror(error));
	else if ((r->index = loop_add(loop, ub_fd(r->context), LOOP_READ, on_ready, r)) < 0)
		snprintf(why, size, "dns: no descriptor for its answers");
	if (r->index >= 0)
		return r;
	resolver_close(r);
	return NULL;
}

bool resolver_works(const struct resolver *r)
{
	return r->index >= 0;
}

void resolver_close(struct resolver *r)
{
	if (!r)
		return;
	while (r->first)
		lookup_free(r->first);
	if (r->index >= 0)
		loop_remove(r->loop, r->index);
	if (r->context)
		ub_ctx_delete(r->context);
	free(r);
}
