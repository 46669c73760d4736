/* A second law over the same requests: the same one says the same of each, another one says what it would. */
#include <stdlib.h>
#include <string.h>

#include "../../gateway/candidate.h"
#include "../../gateway/measure.h"
#include "chance.h"
#include "told.h"
#include "unit.h"

#define SECOND  INT64_C(1000000)
#define PARTIES 4

/* A law at work on a store of its own, and a candidate that looks on. */
struct bench {
	struct ruleset *law;
	struct store *store;
	struct candidate *candidate;
	int64_t now_us;
	uint64_t number;
	struct chance chance;
	struct stranger parties[PARTIES];
};

static struct ruleset *small_law(const char *policy)
{
	struct limits limits;

	limits_default(&limits);
	limits.distinct_uris = 12;
	limits.watch_hold_us = limits.suspicion_hold_us = 30 * SECOND;
	limits.watch_window_us = limits.suspicion_window_us = 60 * SECOND;
	limits.min_responses = 8;
	return law_with(policy, &limits);
}

static struct bench bench_open(const char *policy, const char *other)
{
	struct bench b = { .law = small_law(policy), .now_us = SECOND, .chance = chance_new() };

	meet(&b.parties[0], "sip.contoso.com contoso.com");
	meet(&b.parties[1], "fabrikam.com");
	meet(&b.parties[2], "edge.uc.net");
	meet(&b.parties[3], "*.northwind.com bad.com");
	b.candidate = candidate_new(small_law(other), 100, 64);
	return b;
}

/* The clock is in the bench, which must stand still from here on. */
static void bench_begin(struct bench *b)
{
	b->store = store_memory_told(100, ruleset_limits(b->law), &b->now_us);
}

static void bench_close(struct bench *b)
{
	b->store->ops->close(b->store);
	candidate_free(b->candidate);
	ruleset_unref(b->law);
}

static void take(void *arg, const struct reading *seen)
{
	if (seen)
		*(struct reading *)arg = *seen;
}

struct judged {
	struct entry entry;
	enum reason reason;
	uint64_t number;
	bool awaits;
};

static struct judged request(struct bench *b, unsigned party, const struct facts *facts)
{
	struct stranger *s = &b->parties[party];
	struct reading seen = { 0 };
	struct judged j;
	struct sight sight = { .at_us = b->now_us, .number = ++b->number, .connection = party + 1, .peer = &s->peer, .facts = facts,
		.method = "MESSAGE", .method_length = 7 };

	s->peer.names = s->names; /* the bench was copied */
	sight.partner = peer_organisation(&s->peer)->text;
	match(&j.entry, b->law, &s->peer, facts, PROOF_NONE);
	measure(b->store, facts, &j.entry, take, &seen);
	j.reason = sight.reason = judge(facts, &j.entry, &seen);
	sight.waived = judge_is_waived(&j.entry, j.reason);
	j.number = sight.number;
	j.awaits = ruling_lets_through((struct ruling) { j.reason, sight.waived }) && judge_awaits_answer(facts, &j.entry);
	candidate_judged(b->candidate, &sight);
	return j;
}

static void answer(struct bench *b, const struct judged *j, enum outcome outcome)
{
	struct sight_of_outcome seen = { .at_us = b->now_us, .number = j->number, .outcome = outcome, .partner = "-" };

	if (j->awaits)
		b->store->ops->outcome(b->store, &j->entry, outcome);
	candidate_answered(b->candidate, &seen);
}

static struct facts any_facts(struct chance *c, unsigned party)
{
	static const char *const sources[PARTIES][2] = {
		{ "contoso.com", "contoso.com" }, { "fabrikam.com", "contoso.com" }, { "one.com", "two.com" },
		{ "sub.northwind.com", "bad.com" },
	};
	struct facts facts = { .source = name(sources[party][chance_below(c, 8) == 0]), .method = METHOD_OTHER };

	facts.has_target = chance_below(c, 8) != 0;
	facts.target = chance_below(c, 20);
	if (chance_below(c, 10) == 0)
		facts.method = METHOD_BYE;
	facts.proven = chance_below(c, 10) == 0;
	facts.recipient_list = chance_below(c, 50) == 0;
	facts.fault = chance_below(c, 50) == 0 ? REASON_NOT_LOCAL : REASON_NONE;
	return facts;
}

#define MIXED "provider uc edge.uc.net *;allow fabrikam.com rate 3/s;block bad.com"

static void live_some_hours(struct bench *b, unsigned steps)
{
	struct chance *c = &b->chance;

	for (unsigned i = 0; i < steps; i++) {
		unsigned party = chance_below(c, PARTIES);
		struct facts facts = any_facts(c, party);
		struct judged j = request(b, party, &facts);

		if (chance_below(c, 3) == 0)
			answer(b, &j, chance_below(c, 3) ? OUTCOME_FAILURE : OUTCOME_SUCCESS);
		b->now_us += chance_below(c, 50) == 0 ? chance_below(c, 40000000) : chance_below(c, 100000);
	}
}

static void same_law_says_the_same(void)
{
	static const char *const laws[] = { "", MIXED, MIXED ";observe", "closed;allow contoso.com observe rate 2/s", "off" };

	for (size_t i = 0; i < sizeof laws / sizeof laws[0]; i++) {
		struct bench b = bench_open(laws[i], laws[i]);
		const struct trial *t = candidate_trial(b.candidate);

		bench_begin(&b);
		live_some_hours(&b, 20000);
		CU_ASSERT_EQUAL(t->judged, 20000);
		CU_ASSERT_EQUAL(t->same, t->judged);
		CU_ASSERT_EQUAL(t->count, 0);
		bench_close(&b);
	}
}

/* Else what is above would say nothing. */
static void all_rows_come(void)
{
	static const enum reason usual[] = {
		REASON_ALLOWED, REASON_WITHIN_LIMITS, REASON_PACED, REASON_NOT_LOCAL, REASON_NOT_HERE, REASON_BLOCKED_DOMAIN,
		REASON_SOURCE_UNVERIFIED, REASON_WATCH_LIST, REASON_RATE_SUSPICIOUS, REASON_RATE_LIMIT,
	};
	struct bench b = bench_open(MIXED, MIXED);
	const struct trial *t = candidate_trial(b.candidate);

	bench_begin(&b);
	live_some_hours(&b, 60000);
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
		if (!t->law[usual[i]][0])
			printf("never seen: %s\n", reason_row(usual[i])->token);
		CU_ASSERT_TRUE(t->law[usual[i]][0] > 0);
	}
	bench_close(&b);
}

static void another_law_says_another_thing(void)
{
	struct bench b = bench_open("", "block contoso.com;closed;allow fabrikam.com");
	struct facts contoso = { .source = name("contoso.com") }, fabrikam = { .source = name("fabrikam.com") };
	const struct trial *t = candidate_trial(b.candidate);

	bench_begin(&b);
	for (int i = 0; i < 3; i++, b.now_us += SECOND)
		request(&b, 0, &contoso);
	request(&b, 1, &fabrikam);
	CU_ASSERT_EQUAL(t->judged, 4);
	CU_ASSERT_EQUAL(t->same, 0);
	CU_ASSERT_EQUAL(t->newly_refused, 3);
	CU_ASSERT_EQUAL(t->newly_let_through, 0);
	CU_ASSERT_EQUAL_FATAL(t->count, 2);
	CU_ASSERT_STRING_EQUAL(t->rows[0].partner, "contoso.com");
	CU_ASSERT_EQUAL(t->rows[0].count, 3);
	CU_ASSERT_EQUAL(t->rows[0].candidate.reason, REASON_BLOCKED_DOMAIN);
	CU_ASSERT_EQUAL(t->rows[0].rule.line, 1);
	CU_ASSERT_EQUAL(t->rows[1].candidate.reason, REASON_ALLOWED);
	bench_close(&b);
}

/* The law allows the partner, so that no answer counts for it; the candidate does not. */
static void answers_count_by_the_candidate(void)
{
	struct bench b = bench_open("allow contoso.com", "");
	struct facts facts = { .source = name("contoso.com") };
	const struct trial *t = candidate_trial(b.candidate);

	bench_begin(&b);
	for (int i = 0; i < 8; i++) {
		struct judged j = request(&b, 0, &facts);

		CU_ASSERT_FALSE(j.awaits);
		answer(&b, &j, OUTCOME_FAILURE);
		answer(&b, &j, OUTCOME_FAILURE); /* a second one counts for nobody */
		b.now_us += SECOND / 10;
	}
	for (int i = 0; i < 10; i++)
		request(&b, 0, &facts);
	CU_ASSERT_TRUE(t->candidate[REASON_RATE_SUSPICIOUS][0] >= 6);
	bench_close(&b);
}

/* What DNS was not asked for, nobody can tell. */
static void dns_is_not_asked(void)
{
	struct bench b = bench_open("allow a.contoso.com edge sip.contoso.com", "");
	struct facts facts = { .source = name("a.contoso.com") };
	const struct trial *t = candidate_trial(b.candidate);
	struct sight sight;

	bench_begin(&b);
	request(&b, 0, &facts);
	CU_ASSERT_EQUAL(t->candidate[REASON_SOURCE_UNKNOWN][0], 1);
	sight = (struct sight) { .at_us = b.now_us, .number = 100, .connection = 1, .peer = &b.parties[0].peer, .facts = &facts,
		.method = "MESSAGE", .method_length = 7, .partner = "contoso.com", .reason = REASON_ALLOWED, .dns_asked = true, .dns = PROOF_DNS };
	candidate_judged(b.candidate, &sight);
	CU_ASSERT_EQUAL(t->candidate[REASON_WITHIN_LIMITS][0], 1);
	sight.dns = PROOF_NONE;
	candidate_judged(b.candidate, &sight);
	CU_ASSERT_EQUAL(t->candidate[REASON_SOURCE_UNVERIFIED][0], 1);
	bench_close(&b);
}

/* Whoever waits behind the end of a trial waits for a part of it. */
static void rest_comes_in_parts(void)
{
	struct bench b = bench_open("", "");
	struct facts facts = { .source = name("contoso.com") };
	const struct trial *t = candidate_trial(b.candidate);
	unsigned parts = 1;

	bench_begin(&b);
	request(&b, 0, &facts);
	while (parts < 1000 && !candidate_rest(b.candidate))
		parts++;
	CU_ASSERT_TRUE(parts > 10 && parts < 1000);
	CU_ASSERT_TRUE(candidate_rest(b.candidate));
	CU_ASSERT_EQUAL(t->judged, 1);
	bench_close(&b);
}

/* Each call gives back so many partners, and no more. */
static void a_store_closes_in_parts(void)
{
	struct entry e = { .limited = true, .partner = { .kind = PARTNER_DISCOVERED } };
	struct demand demand = { 0 };
	struct reading seen;
	int64_t now_us = SECOND;
	char text[32];
	struct store *s;

	e.limits.rate = e.limits.suspicious_rate = (struct rate){ 10, SECOND };
	s = store_memory_told(1000, &e.limits, &now_us);
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof text, "p%d.example", i);
		e.partner.domain = name(text);
		s->ops->measure(s, &e, &demand, take, &seen);
	}
	CU_ASSERT_FALSE(store_memory_dissolve(s, 40));
	CU_ASSERT_FALSE(store_memory_dissolve(s, 40));
	CU_ASSERT_TRUE(store_memory_dissolve(s, 40));
}

static void rows_are_bounded(void)
{
	struct trial t;
	char partner[32];
	struct ruling law = { REASON_WITHIN_LIMITS, false }, other = { REASON_RATE_LIMIT, false };
	uint64_t counted = 0;
	json_t *object = json_object(), *rows;

	trial_init(&t, 16);
	for (int i = 0; i < 1000; i++) {
		snprintf(partner, sizeof partner, "p%d.example", i);
		trial_note(&t, partner, law, other, (struct place) { 0 });
	}
	CU_ASSERT_EQUAL(t.count, 13);
	trial_describe(&t, object);
	rows = json_object_get(object, "partners");
	for (size_t i = 0; i < json_array_size(rows); i++)
		counted += (uint64_t)json_integer_value(json_object_get(json_array_get(rows, i), "count"));
	CU_ASSERT_EQUAL(counted, 1000);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json_array_get(rows, 0), "partner")), "(others)");
	json_decref(object);
	trial_clear(&t);
}

CU_TestInfo candidate_tests[] = {
	{ "the same law says the same of every request", same_law_says_the_same },
	{ "and that is so in every row of the ladder", all_rows_come },
	{ "where another law differs is counted by partner and reason", another_law_says_another_thing },
	{ "answers count for whom the candidate charges", answers_count_by_the_candidate },
	{ "what DNS was not asked for is source-unknown", dns_is_not_asked },
	{ "what a candidate knew is given back in parts", rest_comes_in_parts },
	{ "and so are the partners of a store", a_store_closes_in_parts },
	{ "names without end share a row", rows_are_bounded },
	CU_TEST_INFO_NULL
};
