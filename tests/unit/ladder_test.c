/* The ladder that is shown and the judge that decides, over random facts, entries and
 * readings; and both against product.md's table written out once more. */
#include <string.h>

#include "../../policy/ladder.h"
#include "chance.h"
#include "holds.h"
#include "unit.h"

#define CASES 300000

struct world {
	struct ruleset *law;
	struct certname names[2];
	struct peer peer;
	struct chance chance;
};

/* --- the oracle: rows 1 to 11 in plain words --- */

struct verdict_of_table {
	enum reason reason;
	unsigned row;
};

static struct verdict_of_table is(enum reason reason, unsigned row)
{
	return (struct verdict_of_table){ reason, row };
}

static struct verdict_of_table by_table(const struct facts *f, const struct entry *e, const struct reading *r)
{
	bool slow = r && r->suspicious && !r->usual_decided;

	if (f->fault)
		return is(f->fault, 1);
	if (e->stance == STANCE_BLOCK)
		return is(REASON_BLOCKED_DOMAIN, 2);
	if (e->stance == STANCE_OFF)
		return is(REASON_FEDERATION_OFF, 3);
	if (e->proof == PROOF_NONE || e->proof == PROOF_UNKNOWN)
		return is(e->proof == PROOF_NONE ? REASON_SOURCE_UNVERIFIED : REASON_SOURCE_UNKNOWN, 4);
	if (e->stance == STANCE_ALLOW && !e->limited)
		return is(REASON_ALLOWED, 5);
	if (e->stance == STANCE_CLOSED)
		return is(REASON_NOT_ALLOWED, 6);
	if (e->stance == STANCE_DISCOVER && f->recipient_list)
		return is(REASON_NOT_HERE, 1);
	if (!r || !r->known)
		return is(REASON_BUSY, 7);
	if (r->admitted && !r->wait_us)
		return e->stance == STANCE_ALLOW ? is(REASON_ALLOWED, 5) : is(REASON_WITHIN_LIMITS, 11);
	if (r->admitted)
		return is(REASON_PACED, slow && !r->provider_decided ? 8 : 9);
	if (!r->retry_us)
		return is(REASON_WATCH_LIST, r->became_watched ? 10 : 7);
	return slow && !r->provider_decided ? is(REASON_RATE_SUSPICIOUS, 8) : is(REASON_RATE_LIMIT, 9);
}

/* --- chance --- */

static bool coin(struct world *w, uint32_t of)
{
	return chance_below(&w->chance, of) == 0;
}

static struct facts some_facts(struct world *w)
{
	struct facts f = {
		.method = (enum method)chance_below(&w->chance, METHOD_PUBLISH + 1), .has_target = coin(w, 2), .proven = coin(w, 4),
		.recipient_list = coin(w, 8),
	};

	if (coin(w, 10))
		f.fault = REASON_MALFORMED + chance_below(&w->chance, REASON_NOT_HERE - REASON_MALFORMED + 1);
	if (!coin(w, 8))
		domain_parse(&f.source, "it.contoso.example", 18);
	return f;
}

static struct entry some_entry(struct world *w)
{
	struct entry e = {
		.stance = coin(w, 3) ? (enum stance)chance_below(&w->chance, STANCE_DISCOVER + 1) : STANCE_DISCOVER,
		.proof = coin(w, 3) ? (enum proof)chance_below(&w->chance, PROOF_DNS + 1) : PROOF_CERTIFICATE,
		.limited = coin(w, 2), .observe = coin(w, 5), .limits = *ruleset_limits(w->law), .has_provider = coin(w, 4),
		.place = { "/etc/fedgate/policy.conf", 14 },
	};

	e.provider_limits = e.limits;
	e.limited = e.limited || e.stance == STANCE_DISCOVER;
	return e;
}

static struct glimpse some_glimpse(struct world *w)
{
	struct glimpse g = { .seen = { .known = !coin(w, 12), .suspicious = coin(w, 2), .usual_decided = coin(w, 3) } };

	g.seen.admitted = coin(w, 2);
	g.seen.wait_us = g.seen.admitted && coin(w, 2) ? 1200000 : 0;
	g.seen.retry_us = !g.seen.admitted && coin(w, 2) ? 3400000 : 0;
	g.seen.became_watched = !g.seen.retry_us && coin(w, 3);
	g.seen.provider_decided = coin(w, 4);
	g.own.watched = coin(w, 3);
	g.own.suspicious = g.seen.suspicious;
	g.own.rate = g.own.suspicious_rate = (struct rate){ 20, 1000000 };
	g.own.used = chance_below(&w->chance, 4000000000u);
	g.own.watched_until_us = g.own.suspicious_since_us = (int64_t)chance_below(&w->chance, 4000000000u) * 1000;
	return g;
}

/* --- the laws --- */

static unsigned count(const struct ladder *l, enum rung_outcome outcome)
{
	unsigned many = 0;

	for (unsigned row = 1; row <= LADDER_ROWS; row++)
		many += l->rungs[row - 1].outcome == outcome;
	return many;
}

static bool details_are_there(const struct ladder *l)
{
	for (unsigned row = 1; row <= LADDER_ROWS; row++) {
		const char *detail = l->rungs[row - 1].detail;

		if ((detail[0] != '\0') != (l->rungs[row - 1].outcome != RUNG_NOT_REACHED) || strlen(detail) >= RUNG_DETAIL_MAX - 1)
			return false;
	}
	return true;
}

/* Below the row that decides nothing is reached; but row 10 is before a delay, and a list of recipients is row 1's. */
static bool order_is_kept(const struct ladder *l)
{
	unsigned last = l->reason == REASON_PACED ? 10 : l->reason == REASON_NOT_HERE && l->rungs[1].outcome == RUNG_PASSED ? 6
	    : l->row == 5 && l->rungs[9].outcome == RUNG_PASSED ? 10 : l->row;

	for (unsigned row = 1; row <= LADDER_ROWS; row++)
		if ((l->rungs[row - 1].outcome != RUNG_NOT_REACHED) != (row <= last))
			return false;
	return true;
}

static void judge_and_ladder_agree(void)
{
	struct world w = { .law = ruleset_new(), .chance = chance_new() };
	unsigned rows[LADDER_ROWS + 1] = { 0 };
	bool good = true;

	ruleset_seal(w.law);
	certname_parse(&w.names[0], "sip.contoso.example", 19);
	w.names[0].organisation = w.names[0].domain;
	w.peer = (struct peer){ .names = w.names, .count = 1 };
	for (int i = 0; good && i < chance_rounds(CASES); i++) {
		struct facts facts = some_facts(&w);
		struct entry entry = some_entry(&w);
		struct glimpse g = some_glimpse(&w);
		struct ladder_case c = { w.law, &w.peer, &facts, &entry, coin(&w, 9) ? NULL : &g };
		const struct reading *seen = c.glimpse ? &g.seen : NULL;
		struct verdict_of_table table = by_table(&facts, &entry, seen);
		struct ladder l;

		ladder_walk(&l, &c);
		rows[l.row]++;
		good = l.reason == judge(&facts, &entry, seen) && l.reason == table.reason && l.row == table.row
		    && count(&l, RUNG_DECIDED) + count(&l, RUNG_WAIVED) == 1
		    && (count(&l, RUNG_WAIVED) == 1) == judge_is_waived(&entry, l.reason)
		    && (!count(&l, RUNG_WAIVED) || l.verdict == VERDICT_FORWARD)
		    && details_are_there(&l) && order_is_kept(&l);
		if (!good)
			printf("\n  case %d: judge %s, ladder %s row %u, table %s row %u\n", i, reason_row(judge(&facts, &entry, seen))->token,
			    reason_row(l.reason)->token, l.row, reason_row(table.reason)->token, table.row);
	}
	CU_ASSERT_TRUE(good);
	for (unsigned row = 1; row <= LADDER_ROWS; row++)
		HOLDS(rows[row] > 100, ladder_test(row));
	ruleset_unref(w.law);
}

static void every_refusal_has_a_remedy(void)
{
	for (enum reason r = REASON_NONE + 1; r < REASONS; r++) {
		enum verdict verdict = reason_row(r)->verdict;

		HOLDS((ladder_remedy(r) != NULL) == (verdict == VERDICT_REFUSE || verdict == VERDICT_DELAY), reason_row(r)->token);
	}
}

/* --- words --- */

static struct ladder walk(const struct entry *entry, const struct glimpse *g, const struct ruleset *law)
{
	struct facts facts = { .has_target = true };
	struct peer peer = { 0 };
	struct ladder_case c = { law, &peer, &facts, entry, g };
	struct ladder l;

	domain_parse(&facts.source, "contoso.example", 15);
	ladder_walk(&l, &c);
	return l;
}

static void what_is_compared_is_told(void)
{
	struct ruleset *law = ruleset_new();
	struct entry e = { .stance = STANCE_DISCOVER, .proof = PROOF_CERTIFICATE, .limited = true, .limits = *ruleset_limits(law) };
	struct glimpse g = {
		.seen = { .known = true, .retry_us = 3400000 },
		.own = { .rate = e.limits.rate, .used = 17, .waiting = 40, .distinct_uris = 1000, .failures = 3, .successes = 4 },
	};
	struct ladder l;

	ruleset_seal(law);
	l = walk(&e, &g, law);
	CU_ASSERT_STRING_EQUAL(l.rungs[3].detail, "the certificate speaks for contoso.example");
	CU_ASSERT_STRING_EQUAL(l.rungs[7].detail, "not suspicious: 3 of 7 answers in the last 5m are failures, over 50% of at least 20 make suspicious");
	CU_ASSERT_STRING_EQUAL(l.rungs[8].detail, "17 of 20 in the last second, 40 wait for their slot; the next slot comes in 3.4 s, "
	    "but no message waits longer than 2.0 s, and 64 at most wait");
	CU_ASSERT_STRING_EQUAL(l.rungs[9].detail, "");
	g.seen = (struct reading){ .known = true, .became_watched = true };
	l = walk(&e, &g, law);
	CU_ASSERT_STRING_EQUAL(l.rungs[9].detail, "1,000 of 1,000 distinct URIs in the last 1d; this one is new");
	g.own.watched = true;
	g.own.watched_since_us = INT64_C(3) * 3600 * 1000000;
	g.own.watched_until_us = (INT64_C(21) * 3600 - 90) * 1000000;
	g.seen.became_watched = false;
	l = walk(&e, &g, law);
	CU_ASSERT_STRING_EQUAL(l.rungs[6].detail, "on it for 3 h, and for another 20 h 58 m");
	ruleset_unref(law);
}

CU_TestInfo ladder_tests[] = {
	{ "the ladder that is shown is the one that judges, row for row, over 300,000 cases", judge_and_ladder_agree },
	{ "every refusal and every delay has a remedy", every_refusal_has_a_remedy },
	{ "each row tells what it compared", what_is_compared_is_told },
	CU_TEST_INFO_NULL
};
