/* Who is there, and who is limited: report, partners, partner, edges. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "clock.h"
#include "commands.h"
#include "gather.h"
#include "named.h"
#include "order_json.h"
#include "refusals.h"

#define HOUR_US     INT64_C(3600000000)
#define EVER_US     (INT64_MAX / 4)
#define PATTERN_MAX 128

struct inquiry {
	struct gather gather;       /* the first; its talk is NULL when the reader has gone */
	bool recalling;             /* refusals have not come */
	struct partner names[REPORT_NAMES_MAX];
	struct named_near near;
};

/* --- values --- */

static json_t *time_of(const struct gather *g, int64_t store_us)
{
	return talk_store_time(g->talk->house->traffic, store_us);
}

static json_t *number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *text_or_null(const char *text)
{
	return text ? talk_text(text) : json_null();
}

static json_t *texts(const char *const *list, size_t count)
{
	json_t *out = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(out, talk_text(list[i]));
	return out;
}

static json_t *per_second(double count, int64_t period_us)
{
	return period_us ? json_real(count * 1e6 / (double)period_us) : json_null();
}

static json_t *share(const struct store_row *row)
{
	uint32_t all = row->successes + row->failures;

	return all ? json_real((double)row->failures / all) : json_null();
}

static json_t *edges_of(const struct gather *g, const struct store_row *row)
{
	const char *self = g->talk->house->traffic->conf->edge.name;

	return row->edge_count ? texts(row->edges, row->edge_count) : texts(&self, 1);
}

static json_t *unquoted_or_null(const char *quoted)
{
	return quoted ? talk_unquoted(quoted) : json_null();
}

static json_t *certificate_of(const struct store_row *row)
{
	return json_pack("{sososo}", "subject", unquoted_or_null(row->subject), "issuer", unquoted_or_null(row->issuer),
	    "serial", text_or_null(row->serial));
}

static json_t *counts_into(json_t *out, const struct gather *g, const struct store_row *row)
{
	const uint64_t *verdicts = row->counts.verdicts;

	json_object_set_new(out, "rate", per_second(row->rate_now, row->period_us));
	json_object_set_new(out, "rate_limit", per_second(row->rate.count, row->rate.count ? row->rate.period_us : 0));
	json_object_set_new(out, "distinct_uris", number(report_distinct_uris(g->law, row)));
	json_object_set_new(out, "successes", number(row->successes));
	json_object_set_new(out, "failures", number(row->failures));
	json_object_set_new(out, "failure_share", share(row));
	json_object_set_new(out, "forwarded", number(verdicts[VERDICT_FORWARD]));
	json_object_set_new(out, "delayed", number(verdicts[VERDICT_DELAY]));
	json_object_set_new(out, "refused", number(verdicts[VERDICT_REFUSE]));
	return out;
}

static json_t *row_of(const struct gather *g, const struct store_row *row)
{
	enum reason reason = report_reason(row);
	char name[PARTNER_TEXT_MAX];
	json_t *out;

	partner_text(&row->partner, name);
	out = json_pack("{ssss}", "partner", name, "class", class_token(row->class));
	json_object_set_new(out, "since", time_of(g, report_since_us(row)));
	json_object_set_new(out, "reason", reason ? json_string(reason_row(reason)->token) : json_null());
	counts_into(out, g, row);
	json_object_set_new(out, "edges", edges_of(g, row));
	json_object_set_new(out, "certificate", certificate_of(row));
	json_object_set_new(out, "sources", texts(row->sources, row->source_count));
	json_object_set_new(out, "observe", json_boolean(row->observe));
	json_object_set_new(out, "observed", number(row->counts.verdicts[COUNTED_OBSERVED]));
	json_object_set_new(out, "release_at", time_of(g, row->until_us));
	json_object_set_new(out, "last_seen", time_of(g, row->seen_us));
	return out;
}

/* What people must know to read it right. */
static json_t *notes_of(const struct gather *g)
{
	struct store *store = g->talk->house->traffic->store;
	uint64_t more = report_more(g->report);
	json_t *out = json_array();
	struct store_health health;

	store->ops->health(store, &health);
	if (g->here)
		json_array_append_new(out, json_string("the pool's store is away: only this edge tells, and only what it knows by itself"));
	if (health.other_policies)
		json_array_append_new(out, json_string("not all edges of the pool judge by this edge's policy: `edges` shows which"));
	if (more)
		json_array_append_new(out, json_sprintf("%" PRIu64 " more are not shown: --limit", more));
	return out;
}

static json_t *head_of(const struct gather *g)
{
	const struct traffic *tr = g->talk->house->traffic;
	json_t *store = talk_store(tr);

	json_object_set_new(store, "knows", json_string(tr->conf->store.kind == STORE_REDIS && !g->here ? "pool" : "edge"));
	return json_pack("{sososososI}", "edge", talk_text(tr->conf->edge.name), "time", talk_time(clock_wall_us()), "store", store,
	    "notes", notes_of(g), "more", (json_int_t)report_more(g->report));
}

/* --- asking --- */

static struct inquiry *inquiry_of(struct gather *g)
{
	return (struct inquiry *)g; /* its first member */
}

static void inquiry_free(struct inquiry *q)
{
	gather_clear(&q->gather);
	free(q);
}

/* Who looks for refusals calls back, and may do it later. */
static void release(void *state)
{
	struct inquiry *q = state;

	q->gather.talk = NULL;
	if (!q->recalling)
		inquiry_free(q);
}

static struct inquiry *inquire(struct talk *t, enum store_part part, enum report_order order, size_t most)
{
	struct inquiry *q = alloc_zero(1, sizeof *q);

	gather_init(&q->gather, t, part, order, most, release);
	q->gather.wish.lately_us = HOUR_US;
	return q;
}

/* --- report, partners --- */

static void list_rows(struct gather *g)
{
	talk_begin(g->talk, head_of(g), "partners");
	gather_write(g, row_of);
}

/* False: it was refused. */
static bool read_limit(struct talk *t, size_t *most)
{
	const char *text = command_option(&t->asked, "limit");
	char *end;

	*most = text ? strtoul(text, &end, 10) : REPORT_USUAL;
	if (!text || (text[0] >= '1' && text[0] <= '9' && !*end && *most <= REPORT_MOST))
		return true;
	talk_unfit(t, "--limit: a number from 1 to %d, how many partners are told of", REPORT_MOST);
	return false;
}

void command_report(struct talk *t)
{
	size_t most;

	if (read_limit(t, &most))
		gather_walk(&inquire(t, STORE_RESTRICTED, REPORT_WORST, most)->gather, list_rows);
}

static bool is_wanted(void *arg, const struct partner *partner)
{
	struct gather *g = arg;
	char name[PARTNER_TEXT_MAX];

	partner_text(partner, name);
	return report_matches(g->talk->asked.words[0], name);
}

void command_partners(struct talk *t)
{
	struct inquiry *q;
	size_t most;

	if (!read_limit(t, &most))
		return;
	if (t->asked.count && strlen(t->asked.words[0]) > PATTERN_MAX) {
		talk_unfit(t, "a pattern has at most %d octets", PATTERN_MAX);
		return;
	}
	q = inquire(t, STORE_SEEN, REPORT_LATEST, most);
	if (t->asked.count)
		q->gather.wish.wanted = is_wanted;
	gather_walk(&q->gather, list_rows);
}

/* --- partner --- */

/* Takes none: it only looks at their names. */
static bool try_name(void *arg, const struct partner *partner)
{
	struct inquiry *q = arg;

	named_near_try(&q->near, partner);
	return false;
}

static void say_unknown(struct gather *g)
{
	const char *asked = g->talk->asked.words[0], *nearest = inquiry_of(g)->near.name;
	char name[TALK_WORD_MAX];

	talk_word(asked, name);
	if (*nearest)
		talk_refuse(g->talk, "%s: no such partner has been heard of: did you mean %s?", name, nearest);
	else
		talk_refuse(g->talk, "%s: no such partner has been heard of: `partners` lists those of the last hour", name);
}

static void look_for_nearest(struct gather *g)
{
	named_near_init(&inquiry_of(g)->near, g->talk->asked.words[0]);
	g->wish.part = STORE_SEEN;
	g->wish.lately_us = EVER_US;
	g->wish.wanted = try_name;
	gather_walk(g, say_unknown);
}

/* What a peer wrote is kept quoted. */
json_t *command_refusal(const struct refused *r)
{
	json_t *out = refused_json(r);

	json_object_set_new(out, "call_id", unquoted_or_null(r->call_id[0] ? r->call_id : NULL));
	return out;
}

/* One domain may be an allowed partner and, with another certificate, a discovered one. */
static void answer_partner(const struct gather *g, const struct refusals_found *found)
{
	const struct traffic *tr = g->talk->house->traffic;
	const struct store_row *first = report_at(g->report, 0);
	json_t *out = row_of(g, first), *others = json_array(), *refusals = json_array();

	for (size_t i = 0; i < found->count; i++)
		json_array_append_new(refusals, command_refusal(&found->list[i]));
	for (size_t i = 1; i < report_count(g->report); i++)
		json_array_append_new(others, row_of(g, report_at(g->report, i)));
	json_object_set_new(out, "refusals", refusals);
	json_object_set_new(out, "decisions", orders_json(tr->store->orders, tr->law, &first->partner.domain));
	json_object_set_new(out, "others", others);
	json_object_update_missing_new(out, head_of(g));
	json_object_del(out, "more");
	talk_answer(g->talk, out);
}

static void on_refusals(void *arg, const struct refusals_found *found)
{
	struct inquiry *q = arg;

	q->recalling = false;
	if (q->gather.talk)
		answer_partner(&q->gather, found);
	else
		inquiry_free(q);
}

static void ask_for_refusals(struct gather *g)
{
	const struct traffic *tr = g->talk->house->traffic;
	char name[PARTNER_TEXT_MAX];

	if (!report_count(g->report)) {
		look_for_nearest(g);
		return;
	}
	partner_text(&report_at(g->report, 0)->partner, name);
	inquiry_of(g)->recalling = true;
	talk_later(g->talk, NULL, g, release);
	refusals_find(tr->refusals, tr->store, REFUSED_BY_PARTNER, name, on_refusals, g);
}

void command_partner(struct talk *t)
{
	struct inquiry *q = inquire(t, STORE_NAMED, REPORT_WORST, REPORT_NAMES_MAX);
	char name[PARTNER_TEXT_MAX];

	q->gather.wish.named = q->names;
	q->gather.wish.named_count = report_names(q->names, named_spelled(t->house->traffic->law, t->asked.words[0], name));
	gather_walk(&q->gather, ask_for_refusals);
}

/* --- edges --- */

struct roll {
	json_t *edges;
	struct store *store;
};

static void add_edge(void *arg, const struct store_edge *e)
{
	struct roll *roll = arg;
	int64_t ago_us = roll->store->clock_us(roll->store) - e->heard_us;

	json_array_append_new(roll->edges, json_pack("{sssssssssbso}", "edge", e->name, "address", e->address, "version", e->version,
	    "policy_digest", e->policy_digest, "same_policy", e->same_policy, "last_heard", talk_time(clock_wall_us() - ago_us)));
}

void command_edges(struct talk *t)
{
	const struct traffic *tr = t->house->traffic;
	struct roll roll = { .edges = json_array(), .store = tr->store };
	json_t *self = json_object();
	struct store_edge here = { .name = tr->conf->edge.name, .version = PACKAGE_VERSION, .same_policy = true,
		.heard_us = tr->store->clock_us(tr->store) };

	t->house->describe(t->house->edge, self);
	here.policy_digest = json_string_value(json_object_get(json_object_get(self, "policy"), "digest"));
	here.address = json_string_value(json_object_get(json_array_get(json_object_get(self, "listeners"), 0), "address"));
	add_edge(&roll, &here);
	tr->store->ops->edges(tr->store, add_edge, &roll);
	json_decref(self);
	talk_answer(t, json_pack("{so}", "edges", roll.edges));
}
