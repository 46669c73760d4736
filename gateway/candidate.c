#include "candidate.h"

#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "../policy/discovery.h"
#include "measure.h"
#include "tls.h"

#define AWAITED    131072   /* requests whose answer is waited for: more are not under way */
#define BLOCKS     1024
#define REST       4096     /* partners, or those awaited, that are given back in a turn: 3 ms, the last part of 100,000 */
#define TICK_US    INT64_C(1000000)
#define TICKS_MOST 100      /* behind a long silence: rows are forgotten a little later */

/* Who is told of the answer to a request. */
struct awaited {
	uint64_t number;
	char *partner;      /* owned: partner_key; NULL: nobody */
};

/* What blocks a name of a connection's certificate: many names are looked through once. */
struct blocked {
	uint64_t connection; /* 0: not asked yet */
	const struct block *block;
};

struct candidate {
	struct ruleset *law;
	struct store *store;
	int64_t now_us;      /* never goes back */
	int64_t ticked_us;
	struct awaited *awaited;
	size_t awaited_left; /* not given back */
	struct blocked blocks[BLOCKS];
	struct trial trial;
};

struct candidate *candidate_new(struct ruleset *law, unsigned max_partners, size_t rows)
{
	struct candidate *c = alloc_zero(1, sizeof *c);

	c->law = law;
	c->store = store_memory_told(max_partners, ruleset_limits(law), &c->now_us);
	c->awaited = alloc_zero(AWAITED, sizeof *c->awaited);
	c->awaited_left = AWAITED;
	trial_init(&c->trial, rows);
	return c;
}

static void forget_awaited(struct candidate *c)
{
	for (size_t i = 0; i < REST && c->awaited_left; i++)
		free(c->awaited[--c->awaited_left].partner);
	if (c->awaited_left)
		return;
	free(c->awaited);
	c->awaited = NULL;
}

bool candidate_rest(struct candidate *c)
{
	if (c->awaited)
		forget_awaited(c);
	else if (c->store && store_memory_dissolve(c->store, REST))
		c->store = NULL;
	return !c->awaited && !c->store;
}

void candidate_free(struct candidate *c)
{
	if (!c)
		return;
	while (!candidate_rest(c))
		;
	trial_clear(&c->trial);
	ruleset_unref(c->law);
	free(c);
}

const struct trial *candidate_trial(const struct candidate *c)
{
	return &c->trial;
}

/* --- its clock --- */

static void let_time_pass(struct candidate *c, int64_t at_us)
{
	if (!c->ticked_us)
		c->ticked_us = at_us;
	if (at_us > c->now_us)
		c->now_us = at_us;
	for (int i = 0; i < TICKS_MOST && c->now_us - c->ticked_us >= TICK_US; i++) {
		c->store->ops->tick(c->store);
		c->ticked_us += TICK_US;
	}
	if (c->now_us - c->ticked_us >= TICK_US)
		c->ticked_us = c->now_us;
}

/* --- judging --- */

static const struct block *block_of(struct candidate *c, const struct sight *sight)
{
	struct blocked *known = &c->blocks[sight->connection % BLOCKS];

	if (known->connection != sight->connection)
		*known = (struct blocked) { sight->connection, match_block(c->law, sight->peer) };
	return known->block;
}

/* What DNS would say, by what it said. */
static enum proof dns_of(const struct candidate *c, const struct sight *sight)
{
	struct domain organisation;

	if (sight->dns_asked)
		return sight->dns;
	tls_organisation(&organisation, &sight->facts->source);
	return discovery_may_prove(c->law, sight->peer, &sight->facts->source, &organisation) ? PROOF_UNKNOWN : PROOF_NONE;
}

/* As transit.c: extract and DNS are behind us. */
static void find_entry(struct candidate *c, struct entry *entry, const struct facts *facts, const struct sight *sight)
{
	enum proof dns;

	match(entry, c->law, sight->peer, facts, PROOF_NONE);
	if (judge_before(facts, entry) != REASON_SOURCE_UNVERIFIED)
		return;
	dns = dns_of(c, sight);
	if (dns != PROOF_NONE)
		match(entry, c->law, sight->peer, facts, dns);
}

static void on_measured(void *arg, const struct reading *seen)
{
	struct reading *out = arg;

	if (seen)
		*out = *seen;
}

static void await_answer(struct candidate *c, uint64_t number, const struct entry *entry, bool common)
{
	struct partner partner = common ? partner_common(&entry->partner) : entry->partner;
	struct awaited *a = &c->awaited[number % AWAITED];
	char key[PARTNER_KEY_MAX];

	partner_key(&partner, key);
	free(a->partner);
	*a = (struct awaited) { number, alloc_text(key) };
}

void candidate_judged(struct candidate *c, const struct sight *sight)
{
	struct facts facts = *sight->facts;
	struct reading seen = { 0 };
	struct ruling law = { sight->reason, sight->waived }, own;
	struct entry entry;

	let_time_pass(c, sight->at_us);
	facts.block = block_of(c, sight);
	facts.block_asked = true;
	find_entry(c, &entry, &facts, sight);
	measure(c->store, &facts, &entry, on_measured, &seen);
	own.reason = judge(&facts, &entry, &seen);
	own.waived = judge_is_waived(&entry, own.reason);
	if (ruling_lets_through(own) && judge_awaits_answer(&facts, &entry))
		await_answer(c, sight->number, &entry, seen.common);
	trial_note(&c->trial, sight->partner, law, own, judge_place(&entry, own.reason, &seen));
}

void candidate_answered(struct candidate *c, const struct sight_of_outcome *got)
{
	struct awaited *a = &c->awaited[got->number % AWAITED];
	struct entry entry = { .limited = true, .limits = *ruleset_limits(c->law) };

	let_time_pass(c, got->at_us);
	if (a->number != got->number || !a->partner)
		return;
	if (got->outcome != OUTCOME_NEUTRAL && partner_from_key(&entry.partner, a->partner, strlen(a->partner)))
		c->store->ops->outcome(c->store, &entry, got->outcome);
	free(a->partner);
	a->partner = NULL;
}
