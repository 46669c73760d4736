/* `explain`: how a message would come through the ladder now, by the law and the live readings, without
 * changing any; or a refusal that was, by its Call-ID, and how the same would fare now. */
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "../policy/discovery.h"
#include "../policy/ladder.h"
#include "../policy/outward.h"
#include "commands.h"
#include "proofs.h"
#include "reply.h"
#include "suppose.h"
#include "talk.h"

struct explain {
	struct talk *talk;              /* NULL: who asked has gone */
	const struct traffic *traffic;  /* borrowed */
	struct ruleset *law;            /* a reference */
	struct supposed supposed;
	bool connected;                 /* by a certificate that is there now */
	struct entry entry;
	struct discover_ticket ticket;  /* DNS */
	bool waits;                     /* the store will call */
	bool asked, apart;              /* it has answered; it was this edge alone */
	struct glimpse glimpse;
	json_t *refusals;               /* owned: what --call-id found */
	enum reason recorded;           /* of the newest of them */
	bool by_call, whole;
	bool by_domain;                 /* of the source: no name of a certificate is said */
};

static void explain_free(struct explain *e)
{
	discover_cancel(&e->ticket);
	supposed_clear(&e->supposed);
	ruleset_unref(e->law);
	json_decref(e->refusals);
	free(e);
}

/* The asker goes, or has its answer. The store calls back once, whatever has happened since. */
static void on_release(void *state)
{
	struct explain *e = state;

	e->talk = NULL;
	if (!e->waits)
		explain_free(e);
}

/* --- the answer --- */

static json_t *text_or_null(const char *text)
{
	return text && text[0] ? json_string(text) : json_null();
}

static json_t *status_or_null(int status)
{
	return status ? json_integer(status) : json_null();
}

static json_t *rule_json(enum reason reason, const struct place *place)
{
	char text[PLACE_TEXT_MAX];

	return judge_is_fault(reason) || reason == REASON_NEXT_HOP_DOWN ? json_null() : json_string(place_text(place, text));
}

static const char *proof_token(enum proof proof)
{
	static const char *const tokens[] = {
		[PROOF_CERTIFICATE] = "certificate", [PROOF_EDGE] = "edge", [PROOF_PROVIDER] = "provider", [PROOF_DNS] = "dns",
	};

	return tokens[proof];
}

/* Who is charged; nobody: the organisation of the certificate. */
static json_t *partner_json(const struct explain *e)
{
	struct partner partner = e->entry.partner;
	char text[PARTNER_TEXT_MAX];

	if (partner.kind == PARTNER_NONE)
		return text_or_null(peer_organisation(&e->supposed.peer)->text);
	if (e->asked && e->glimpse.seen.common)
		partner = partner_common(&partner);
	partner_text(&partner, text);
	return json_string(text);
}

static json_t *rows_json(const struct ladder *l)
{
	json_t *rows = json_array();

	for (unsigned row = 1; row <= LADDER_ROWS; row++)
		json_array_append_new(rows, json_pack("{s:i, s:s, s:s, s:o}", "row", (int)row, "test", ladder_test(row),
		    "outcome", rung_outcome_token(l->rungs[row - 1].outcome), "detail", text_or_null(l->rungs[row - 1].detail)));
	return rows;
}

static json_t *names_json(const struct peer *peer)
{
	json_t *names = json_array();

	for (size_t i = 0; i < peer->count; i++)
		json_array_append_new(names, json_sprintf("%s%s", peer->names[i].wildcard ? "*." : "", peer->names[i].domain.text));
	return names;
}

/* Where the readings come from; none was needed: null. */
static const char *store_text(const struct explain *e)
{
	if (!e->asked)
		return NULL;
	if (e->apart)
		return "this edge alone";
	return e->traffic->conf->store.kind == STORE_REDIS ? "redis" : "memory";
}

/* Last of all: behind it there may be no explain. */
static void answer(struct explain *e, json_t *object)
{
	json_object_set(object, "refusals", e->refusals);
	json_object_set_new(object, "whole_pool", e->by_call ? json_boolean(e->whole) : json_null());
	talk_answer(e->talk, object);
}

/* What the answer says at its head. */
struct head {
	enum reason reason;
	enum verdict verdict;
	int status;
	struct place rule;
	enum class class;
	bool observe, outward;
};

/* What would not be refused now may have been, by its Call-ID, for what comes behind the ladder. */
static json_t *remedy_json(const struct explain *e, const struct head *h)
{
	const char *now = ladder_remedy_of(h->reason, &h->rule, e->law, &e->supposed.facts.source);

	return text_or_null(now ? now : ladder_remedy(e->recorded));
}

/* Who is asked about by domain alone may come by another certificate, and fare otherwise. */
static json_t *other_peers_json(const struct explain *e)
{
	const struct domain *edges[SUPPOSE_OTHERS_MOST];
	size_t count = e->by_domain ? suppose_others(&e->supposed, e->law, edges) : 0;
	json_t *out = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(out, json_string(edges[i]->text));
	return out;
}

static json_t *object_of(const struct explain *e, const struct head *h, json_t *partner /* taken */, json_t *ladder /* taken */)
{
	return json_pack("{ss so ss so so ss so so so ss so ss sb so sb so so}",
	    "verdict", verdict_token(h->verdict), "status", status_or_null(h->status),
	    "reason", reason_row(h->reason)->token, "rule", rule_json(h->reason, &h->rule), "partner", partner,
	    "class", class_token(h->class), "verified_by", text_or_null(proof_token(e->entry.proof)), "ladder", ladder,
	    "remedy", remedy_json(e, h), "direction", h->outward ? "out" : "in",
	    "source", text_or_null(e->supposed.facts.source.text), "method", e->supposed.method, "connected", e->connected,
	    "names", names_json(&e->supposed.peer), "observe", h->observe, "store", text_or_null(store_text(e)),
	    "other_peers", other_peers_json(e));
}

static bool hop_is_up(const struct traffic *tr)
{
	for (const struct hop *h = tr->hops->first; h; h = h->next)
		if (h->up)
			return true;
	return false;
}

/* What the ladder lets through may find nobody who takes it. */
static void look_behind(const struct explain *e, struct head *h)
{
	if (h->verdict != VERDICT_REFUSE && !e->supposed.facts.for_edge && !hop_is_up(e->traffic))
		*h = (struct head) { .reason = REASON_NEXT_HOP_DOWN, .verdict = VERDICT_REFUSE, .class = h->class,
			.status = reason_row(REASON_NEXT_HOP_DOWN)->status };
}

static void answer_ladder(struct explain *e)
{
	struct ladder_case c = { e->law, &e->supposed.peer, &e->supposed.facts, &e->entry, e->asked ? &e->glimpse : NULL };
	struct ladder l;
	struct head head;

	ladder_walk(&l, &c);
	head = (struct head) { .reason = l.reason, .verdict = l.verdict, .rule = l.rule,
		.status = l.verdict == VERDICT_REFUSE ? reply_status(l.reason, &e->entry) : 0,
		.class = judge_class(&e->entry, l.reason, e->asked ? &e->glimpse.seen : NULL),
		.observe = l.rungs[l.row - 1].outcome == RUNG_WAIVED };
	look_behind(e, &head);
	answer(e, object_of(e, &head, partner_json(e), rows_json(&l)));
}

/* --- the readings --- */

static void on_peeked(void *arg, const struct glimpse *glimpse, bool apart)
{
	struct explain *e = arg;

	e->waits = false;
	if (!e->talk) {
		explain_free(e);
		return;
	}
	e->glimpse = *glimpse;
	e->asked = true;
	e->apart = apart;
	answer_ladder(e);
}

static void ask_store(struct explain *e)
{
	const struct facts *facts = &e->supposed.facts;
	struct demand demand = { .target = facts->target, .has_target = facts->has_target, .ends_call = facts_ends_call(facts) };
	struct store *store = e->traffic->store;

	if (judge_before(facts, &e->entry) != REASON_NONE) {
		answer_ladder(e);
		return;
	}
	e->waits = true;
	store->ops->peek(store, &e->entry, &demand, on_peeked, e);
}

static void match_again(struct explain *e, enum proof dns)
{
	match(&e->entry, e->law, &e->supposed.peer, &e->supposed.facts, dns);
}

/* As prove.c does for a message. */
static void on_discovered(void *arg, const struct discovered *found)
{
	struct explain *e = arg;
	struct domain organisation;
	enum proof proof = PROOF_NONE;

	tls_organisation(&organisation, &e->supposed.facts.source);
	if (found->result == RESOLVE_UNKNOWN)
		proof = PROOF_UNKNOWN;
	else if (found->result == RESOLVE_FOUND && discovery_proves(&e->supposed.peer, &organisation, &found->servers))
		proof = PROOF_DNS;
	match_again(e, proof);
	ask_store(e);
}

/* DNS is asked where nothing else proves the source, at the cost of our own side. */
static void prove_source(struct explain *e)
{
	const struct traffic *tr = e->traffic;
	const struct facts *facts = &e->supposed.facts;
	const struct link *link = e->supposed.link;
	struct domain organisation;
	int64_t until_us;
	enum proof proof;

	match_again(e, PROOF_NONE);
	tls_organisation(&organisation, &facts->source);
	if (judge_before(facts, &e->entry) != REASON_SOURCE_UNVERIFIED
	    || !discovery_may_prove(e->law, &e->supposed.peer, &facts->source, &organisation)) {
		ask_store(e);
	} else if (link && proofs_find(link->proofs, &tr->origins->key, &facts->source, loop_now(tr->loop), &proof, &until_us)) {
		match_again(e, proof);
		ask_store(e);
	} else {
		discover_ask(tr->discover, &e->ticket, &facts->source, DISCOVER_SOURCE, NULL, on_discovered, e);
	}
}

/* --- our own side's requests --- */

/* By the rows that hold in both directions; no limit does. */
static void answer_outward(struct explain *e, const struct domain *to, enum reason otherwise)
{
	struct outward out;
	enum reason reason;
	struct head head;

	supposed_clear(&e->supposed); /* nobody shows a certificate */
	outward_match(&out, e->law, to);
	reason = out.reason == REASON_ALLOWED && otherwise ? otherwise : out.reason;
	head = (struct head) { .reason = reason, .verdict = reason_row(reason)->verdict, .status = reason_row(reason)->status,
		.rule = out.place, .class = reason == REASON_ALLOWED ? CLASS_NONE : CLASS_BLOCKED, .outward = true };
	answer(e, object_of(e, &head, json_string(to->text), json_array()));
}

/* --- by words --- */

static struct explain *explain_new(struct talk *t)
{
	struct explain *e = alloc_zero(1, sizeof *e);

	e->talk = t;
	e->traffic = t->house->traffic;
	e->law = ruleset_ref(e->traffic->law);
	e->refusals = json_array();
	talk_later(t, NULL, e, on_release);
	return e;
}

static bool begin(struct explain *e, const struct supposition *words)
{
	char why[200];

	if (!suppose(&e->supposed, e->traffic, words, why, sizeof why)) {
		if (e->by_call)
			talk_refuse(e->talk, "%s", why); /* the words are not his who asks */
		else
			talk_unfit(e->talk, "%s", why);
		return false;
	}
	e->connected = e->supposed.link != NULL;
	return true;
}

static bool is_outward(const struct explain *e, const struct supposition *words)
{
	const struct domain *to = &e->supposed.to;

	return !words->peer && words->to && to->length > 0 && !ruleset_is_local(e->law, to)
	    && ruleset_is_local(e->law, &e->supposed.facts.source);
}

static void explain_words(struct talk *t, const struct supposition *words)
{
	struct explain *e = explain_new(t);

	if (!begin(e, words))
		return;
	e->by_domain = !words->peer;
	if (is_outward(e, words))
		answer_outward(e, &e->supposed.to, REASON_NONE);
	else
		prove_source(e);
}

/* --- by a Call-ID --- */

/* What was wrong with the message itself would be wrong again; its text is gone. */
static void take_fault(struct facts *facts, enum reason recorded)
{
	bool list = recorded == REASON_NOT_HERE && !facts->fault;

	if (list)
		facts->recipient_list = true;
	else if (judge_is_fault(recorded))
		facts->fault = recorded;
}

/* Of what came behind the ladder neither source nor certificate is kept: then the partner's own name stands for both. */
static struct supposition words_of(const struct refused *r)
{
	bool nameless = !r->source[0] && !r->peer[0];

	return (struct supposition) {
		.from = r->source[0] ? r->source : nameless ? r->partner : "sip:0.0.0.0",
		.method = r->method[0] ? r->method : NULL, .peer = nameless ? NULL : r->peer,
		.names = r->names[0] ? r->names : NULL,
	};
}

static void explain_refused(struct explain *e, const struct refused *r)
{
	struct supposition words = words_of(r);
	struct domain partner;

	e->recorded = reason_named(r->reason);
	if (strcmp(r->direction, "out") == 0 && domain_parse(&partner, r->partner, strlen(r->partner))) {
		answer_outward(e, &partner, e->recorded);
		return;
	}
	if (!begin(e, &words))
		return;
	take_fault(&e->supposed.facts, e->recorded);
	prove_source(e);
}

static void on_found(void *arg, const struct refusals_found *found)
{
	struct explain *e = arg;

	e->waits = false;
	if (!e->talk) {
		explain_free(e);
		return;
	}
	if (!found->count) {
		talk_refuse(e->talk, "no refusal with that Call-ID is kept%s: of a partner the last 16 are, one a second for each reason, "
		    "and of an edge the last 1,000; ask with --from and --peer", found->whole ? "" : " here, and the pool's store is away");
		return;
	}
	e->by_call = true;
	e->whole = found->whole;
	for (size_t i = 0; i < found->count; i++)
		json_array_append_new(e->refusals, command_refusal(&found->list[i]));
	explain_refused(e, &found->list[0]);
}

static void explain_call(struct talk *t, const char *call_id)
{
	struct explain *e = explain_new(t);

	e->waits = true;
	refusals_find(e->traffic->refusals, e->traffic->store, REFUSED_BY_CALL_ID, call_id, on_found, e);
}

void command_explain(struct talk *t)
{
	const char *call_id = command_option(&t->asked, "call-id");
	struct supposition words = {
		.from = command_option(&t->asked, "from"), .to = command_option(&t->asked, "to"),
		.method = command_option(&t->asked, "method"), .peer = command_option(&t->asked, "peer"),
	};

	if (!call_id == !words.from)
		talk_unfit(t, "explain needs --from URI or --call-id ID, and not both");
	else if (call_id)
		explain_call(t, call_id);
	else
		explain_words(t, &words);
}
