#include "refusal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../policy/alloc.h"
#include "../policy/target.h"
#include "reply.h"

#define AWAITED_MOST 64

struct refusal {
	struct ruleset *law;      /* a reference */
	struct facts facts;
	struct entry entry;
	struct reading seen;
	enum reason reason;
	int64_t until_us, retry_at_us; /* the store's clock */
};

void refusal_forget(struct link *l)
{
	if (!l->refusal)
		return;
	ruleset_unref(l->refusal->law);
	free(l->refusal);
	l->refusal = NULL;
}

/* Looks through every entry of the law: asked once for a connection and a law. */
static bool may_vary(const struct traffic *tr, struct link *l)
{
	if (l->vary_law != tr->law_number) {
		l->vary = match_may_vary(tr->law, &l->peer.peer);
		l->vary_law = tr->law_number;
	}
	return l->vary;
}

/* Behind DNS' proof the reason may be another one, which comes before. */
static int64_t until(const struct traffic *tr, const struct reading *seen, int64_t proven_until_us)
{
	int64_t proven = tr->store->clock_us(tr->store) + proven_until_us - loop_now(tr->loop);

	return proven_until_us && proven < seen->refused_until_us ? proven : seen->refused_until_us;
}

void refusal_note(const struct traffic *tr, struct link *l, const struct facts *facts, const struct entry *entry,
    const struct reading *seen, int64_t proven_until_us, enum reason reason)
{
	struct refusal *r = l->refusal;

	if (l->kind != LINK_PARTNER || !seen || !seen->refused_until_us || entry->observe || facts_ends_call(facts)
	    || entry->partner.kind != PARTNER_DISCOVERED || may_vary(tr, l))
		return;
	if (!r)
		r = l->refusal = alloc_zero(1, sizeof *r);
	else
		ruleset_unref(r->law);
	*r = (struct refusal) { .law = ruleset_ref(tr->law), .facts = *facts, .entry = *entry, .seen = *seen,
		.reason = reason, .until_us = until(tr, seen, proven_until_us),
		.retry_at_us = tr->store->clock_us(tr->store) + seen->retry_us };
	r->facts.has_target = false; /* of that message, not of the next */
}

/* The Request-URI "sip:user@host..." by the scan. */
struct asked_for {
	const char *user, *host; /* borrowed; user NULL: there is none */
	size_t user_length, host_length;
};

/* Is the host a local domain? An escape may spell maddr. */
static bool asks_for_local(struct asked_for *out, const struct ruleset *law, const struct frame *f)
{
	const char *uri = f->octets + f->uri, *at, *host;
	size_t length = f->uri_length, end;
	struct domain d;

	if (length < 5 || strncasecmp(uri, "sip:", 4) || extract_mentions(uri, length, "maddr") || memchr(uri, '%', length))
		return false;
	at = memchr(uri, '@', length);
	host = at ? at + 1 : uri + 4;
	length -= (size_t)(host - uri);
	for (end = 0; end < length && !strchr(":;?@", host[end]); end++)
		;
	*out = (struct asked_for) { at ? uri + 4 : NULL, host, at ? strcspn(uri + 4, ":@") : 0, end };
	return (end == length || host[end] != '@') && domain_parse(&d, host, end) && ruleset_is_local(law, &d);
}

static bool same_source(const struct refusal *r, const struct frame *f)
{
	const char *host;
	size_t length;
	struct domain d;

	return frame_plain_host(f, f->from, &host, &length) && domain_parse(&d, host, length)
	    && domain_same(&d, &r->facts.source);
}

/* A Via that asks for rport or overload control wants an answer of the parser. */
static bool plain_via(const struct frame *f)
{
	size_t length;
	const char *value = frame_value(f, f->via, &length);

	for (size_t i = 0; i + 3 < length; i++)
		if (value[i] == ';' && strchr(" \trRoO", value[i + 1]) && strncasecmp(value + i + 1, "received=", 9))
			return false;
	return true;
}

static bool plain_line(const struct frame *f, uint16_t i)
{
	size_t length;
	const char *value = frame_value(f, i, &length);

	if (f->line[i].header == FRAME_MAX_FORWARDS)
		return value[0] != '0';
	if (frame_line_is(f, i, "Content-Type") || frame_line_is(f, i, "c"))
		return !extract_mentions(value, length, "multipart") && !extract_names_recipients(value, length);
	return !frame_line_is(f, i, "Proxy-Require") && !frame_line_is(f, i, "Require");
}

/* Row 1 comes first: no hops left, an extension asked for, or a list of recipients has another answer. */
static bool plain_lines(const struct frame *f)
{
	for (uint16_t i = 0; i < f->lines; i++)
		if (!plain_line(f, i))
			return false;
	return true;
}

static bool method_may_be_refused(enum method m)
{
	return m == METHOD_OTHER || m == METHOD_INVITE;
}

/* Its ACK would not be known by our tag. */
static bool in_dialog(const struct frame *f)
{
	size_t length;
	const char *value = frame_value(f, f->to, &length);

	for (size_t i = 0; i + 3 <= length; i++)
		if (!strncasecmp(value + i, "tag", 3))
			return true;
	return false;
}

static bool same_case(struct asked_for *asked, const struct refusal *r, const struct frame *f)
{
	return f->request && f->answerable && !f->fault && !f->routed && method_may_be_refused(f->method)
	    && !(f->method == METHOD_INVITE && in_dialog(f))
	    && plain_via(f) && plain_lines(f) && asks_for_local(asked, r->law, f) && same_source(r, f);
}

/* What transit.c shows of a message that it judges. */
static void show(struct traffic *tr, struct link *l, const struct frame *f, const struct asked_for *asked, int64_t now_us)
{
	const struct refusal *r = l->refusal;
	char who[PARTNER_TEXT_MAX];
	struct facts facts = {
		.method = f->method, .source = r->facts.source, .has_target = true,
		.target = target_hash(&tr->store->target_key, asked->user, asked->user_length, asked->host, asked->host_length),
	};
	struct sight sight = {
		.at_us = now_us, .connection = l->id, .told = &l->told, .peer = &l->peer.peer, .facts = &facts,
		.method = f->octets, .method_length = f->method_length, .in_dialog = in_dialog(f),
		.dns = PROOF_DNS, .dns_asked = r->entry.proof == PROOF_DNS, .partner = who, .reason = r->reason,
	};

	ledger_who(&r->entry, l->origin->name, who);
	witness_judged(&tr->witness, &sight);
}

bool refusal_again(struct traffic *tr, struct link *l, const struct frame *f)
{
	struct refusal *r = l->refusal;
	struct asked_for asked;
	struct decided d;
	size_t length;
	int64_t now_us;

	if (!r)
		return false;
	now_us = tr->store->clock_us(tr->store);
	if (r->law != tr->law || now_us >= r->until_us) {
		refusal_forget(l);
		return false;
	}
	if (!same_case(&asked, r, f) || !reply_scanned(tr, l, f, r->reason, &r->entry, r->retry_at_us - now_us))
		return false;
	if (witness_looks(&tr->witness))
		show(tr, l, f, &asked, now_us);
	d = (struct decided) { .reason = r->reason, .judged = r->reason, .facts = &r->facts, .entry = &r->entry, .seen = &r->seen,
		.class = judge_class(&r->entry, r->reason, &r->seen), .organisation = l->origin->name,
		.peer = l->peer.peer.count ? l->peer.names[0].domain.text : "", .certificate = &l->peer, .address = l->address,
		.method = f->octets, .method_length = f->method_length,
		.timed = true, .took_us = now_us - tr->store->ahead_us - loop_now(tr->loop) };
	d.call_id = frame_value(f, f->call_id, &length);
	d.call_id_length = length;
	ledger_record(tr->ledger, &d);
	return true;
}

/* --- the ACK of a refused INVITE --- */

void refusal_await_ack(struct link *l, uint64_t transaction)
{
	if (!l->refused)
		l->refused = alloc_zero(AWAITED_MOST, sizeof *l->refused);
	l->refused[l->refused_at++ % AWAITED_MOST] = transaction;
}

bool refusal_awaits_ack(const struct link *l, uint64_t transaction)
{
	for (size_t i = 0; l->refused && transaction && i < AWAITED_MOST; i++)
		if (l->refused[i] == transaction)
			return true;
	return false;
}
