/* Questions to libunbound. Its forked process is started at open by a question
 * that is answered without the network; whatever ends a question (an answer, the
 * deadline, the end of that process), the call comes at the end of a turn. */
#include "question.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound.h>

#include "../policy/alloc.h"
#include "address.h"
#include "log.h"

#define DEADLINE_US INT64_C(5000000)
#define TTL_LEAST_US INT64_C(5000000)
#define TTL_MOST_US INT64_C(3600000000)
#define TTL_NONE_US INT64_C(60000000)

#define CLASS_IN 1

struct resolver {
	struct loop *loop;      /* borrowed */
	struct ub_ctx *context; /* owned */
	int index;              /* of its descriptor in the loop; -1: its process has ended */
	struct question *first;
};

/* --- the end of a question --- */

/* Off the list and out of the loop; the answer stays where it is. */
static void leave(struct question *q)
{
	struct resolver *r = q->resolver;

	if (q->asked)
		ub_cancel(r->context, q->id);
	q->asked = false;
	timer_stop(r->loop, &q->deadline);
	loop_forget(r->loop, &q->task);
	*q->back = q->next;
	if (q->next)
		q->next->back = q->back;
	q->done = NULL;
}

static void forget_raw(struct question *q)
{
	ub_resolve_free(q->raw);
	q->raw = NULL;
}

void question_cancel(struct question *q)
{
	if (!q->done)
		return;
	leave(q);
	forget_raw(q);
}

/* Whoever is called may free the question, or ask by it again. */
static void tell(void *arg)
{
	struct question *q = arg;
	question_done_fn *done = q->done;
	struct answer answer = q->answer;
	struct ub_result *raw = q->raw;

	q->raw = NULL;
	leave(q);
	done(q->arg, &answer);
	ub_resolve_free(raw);
}

static void tell_soon(struct question *q)
{
	timer_stop(q->resolver->loop, &q->deadline);
	loop_later(q->resolver->loop, &q->task, tell, q);
}

static void cannot_tell(struct question *q, const char *why)
{
	if (q->asked)
		ub_cancel(q->resolver->context, q->id);
	q->asked = false;
	snprintf(q->answer.why, sizeof q->answer.why, "%s", why);
	tell_soon(q);
}

static void on_deadline(void *arg)
{
	cannot_tell(arg, "no DNS server answered in 5 s");
}

/* --- answers --- */

static int64_t clamp_ttl(int64_t seconds)
{
	if (seconds >= TTL_MOST_US / 1000000)
		return TTL_MOST_US;
	return seconds * 1000000 < TTL_LEAST_US ? TTL_LEAST_US : seconds * 1000000;
}

static void explain(struct answer *a, const char *what, const char *detail)
{
	char quoted[80];

	log_quote(quoted, sizeof quoted, detail, strlen(detail));
	snprintf(a->why, sizeof a->why, "%s%s%s", what, *quoted ? ": " : "", quoted);
}

static void none(struct answer *a, const char *why)
{
	a->result = RESOLVE_NONE;
	a->ttl_us = TTL_NONE_US;
	explain(a, why, "");
}

static void read_error(struct answer *a, int error)
{
	if (error == UB_SYNTAX)
		none(a, "it is no domain name");
	else
		explain(a, "DNS failed", ub_strerror(error));
}

static void read_answer(struct question *q, int error, const struct ub_result *r)
{
	struct answer *a = &q->answer;

	if (error) {
		read_error(a, error);
		return;
	}
	a->bogus = r->bogus != 0;
	a->secure = r->secure != 0;
	if (r->bogus) {
		explain(a, "DNSSEC says the answer is forged", r->why_bogus ? r->why_bogus : "");
	} else if (r->havedata) {
		a->result = RESOLVE_FOUND;
		a->ttl_us = clamp_ttl(r->ttl);
		a->data = r->data;
		a->length = r->len;
	} else if (r->nxdomain) {
		none(a, "there is no such name");
	} else if (r->rcode == 0) {
		none(a, q->type == QUESTION_SRV ? "the name has no SRV record"
		    : q->type == QUESTION_NAPTR ? "the name has no NAPTR record" : "the name has no address");
	} else {
		explain(a, r->rcode == 2 ? "the DNS server failed (SERVFAIL)" : "the DNS server refused", "");
	}
}

static void on_answer(void *arg, int error, struct ub_result *r)
{
	struct question *q = arg;

	q->asked = false;
	q->raw = r;
	read_answer(q, error, r);
	tell_soon(q);
}

#define ENDED "the process that asks DNS servers has ended"

/* It cannot be started again: a process forked now would have our keys and
 * hold our peers' connections open. */
static void process_ended(struct resolver *r)
{
	log_line(LEVEL_ERROR, "dns: " ENDED "; no name can be looked up until fedgated is started again");
	loop_remove(r->loop, r->index);
	r->index = -1;
	for (struct question *q = r->first; q; q = q->next)
		if (q->asked)
			cannot_tell(q, ENDED);
}

static void on_ready(void *arg, int events)
{
	struct resolver *r = arg;

	(void)events;
	if (ub_process(r->context))
		process_ended(r);
}

/* --- questions --- */

static void begin(struct question *q, struct resolver *r, question_done_fn *done, void *arg)
{
	*q = (struct question) { .resolver = r, .next = r->first, .back = &r->first, .done = done, .arg = arg };
	if (r->first)
		r->first->back = &q->next;
	r->first = q;
	q->answer.result = RESOLVE_UNKNOWN;
	q->answer.ttl_us = TTL_LEAST_US;
}

void question_ask(struct question *q, struct resolver *r, const char *name, enum question_type type, question_done_fn *done, void *arg)
{
	int error;

	begin(q, r, done, arg);
	q->type = type;
	if (r->index < 0) {
		cannot_tell(q, ENDED);
		return;
	}
	error = ub_resolve_async(r->context, name, (int)type, CLASS_IN, q, on_answer, &q->id);
	q->asked = !error;
	if (!error) {
		timer_set(r->loop, &q->deadline, loop_now(r->loop) + DEADLINE_US, on_deadline, q);
		return;
	}
	read_error(&q->answer, error);
	tell_soon(q);
}

void question_skip(struct question *q, struct resolver *r, question_done_fn *done, void *arg)
{
	begin(q, r, done, arg);
	none(&q->answer, "");
	tell_soon(q);
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

/* Names that nobody answers must not hold up the others. For a library it has 16 sockets and 2 TCP connections
 * for all that is under way; and it remembers a server that did not answer some as dead for all, while ours has
 * only waited for somebody else's. */
static int widen(struct ub_ctx *context)
{
	static const struct { const char *name, *value; } options[] = {
		{ "outgoing-range:", "256" },
		{ "num-queries-per-thread:", "512" },
		{ "outgoing-num-tcp:", "32" },
		{ "infra-host-ttl:", "0" },
	};
	int error = 0;

	for (size_t i = 0; !error && i < sizeof options / sizeof options[0]; i++)
		error = ub_ctx_set_option(context, options[i].name, options[i].value);
	return error;
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
		error = widen(context);
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

struct loop *resolver_loop(const struct resolver *r)
{
	return r->loop;
}

void resolver_close(struct resolver *r)
{
	if (!r)
		return;
	while (r->first) {
		struct question *q = r->first;
		question_done_fn *done = q->done;

		question_cancel(q);
		done(q->arg, NULL);
	}
	if (r->index >= 0)
		loop_remove(r->loop, r->index);
	if (r->context)
		ub_ctx_delete(r->context);
	free(r);
}
