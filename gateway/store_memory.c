/* The embedded store: rows in a table, measured by policy/admit, kept by the
 * keeper. What is done with a row is in memory.c; here is what a store answers. */
#include <stdlib.h>
#include <sys/random.h>

#include "../policy/alloc.h"
#include "memory.h"

#define TICK_NS 1500000 /* that a tick may take, as memory_look counts them */

static struct memory *memory_of(struct store *store)
{
	return (struct memory *)store; /* its first member */
}

static struct reading measure(struct memory *m, const struct entry *entry, const struct demand *demand)
{
	int64_t now_us = memory_now(m);
	struct pair pair = memory_charge(m, entry, now_us);
	struct hold own, provider = { 0 };
	struct reading seen;

	if (!pair.own)
		return (struct reading){ .at_us = now_us, .known = false };
	own = memory_hold(pair.own);
	pair.own->period_us = entry->limits.rate.period_us;
	if (pair.provider) {
		provider = memory_hold(pair.provider);
		pair.provider->period_us = entry->provider_limits.rate.period_us;
	}
	seen = admit(&pair.own->record, &entry->limits, pair.provider ? &pair.provider->record : NULL,
	    &entry->provider_limits, demand, now_us);
	seen.common = pair.common;
	if (pair.common)
		seen.refused_until_us = 0; /* there may be room for this one at any moment */
	memory_settle(m, pair.own, &own, CAUSE_MESSAGE);
	if (pair.provider)
		memory_settle(m, pair.provider, &provider, CAUSE_MESSAGE);
	return seen;
}

static bool memory_measure(struct store *store, const struct entry *entry, const struct demand *demand,
    store_measured_fn *measured, void *arg)
{
	struct reading seen = measure(memory_of(store), entry, demand);

	measured(arg, &seen);
	return true;
}

static void memory_peek(struct store *store, const struct entry *entry, const struct demand *demand,
    store_peeked_fn *peeked, void *arg)
{
	struct memory *m = memory_of(store);
	struct pair pair = memory_peek_rows(m, entry);
	struct glimpse glimpse;

	peek(&glimpse, pair.own ? &pair.own->record : NULL, &entry->limits, pair.provider ? &pair.provider->record : NULL,
	    entry->has_provider ? &entry->provider_limits : NULL, demand, memory_now(m));
	glimpse.seen.common = pair.common;
	peeked(arg, &glimpse, false);
}

static void memory_outcome(struct store *store, const struct entry *entry, enum outcome outcome)
{
	struct memory *m = memory_of(store);
	int64_t now_us = memory_now(m);
	struct hold before;
	struct pair pair;

	if (!entry->limited || !entry->limits.min_responses || outcome == OUTCOME_NEUTRAL)
		return;
	pair = memory_charge(m, entry, now_us);
	if (!pair.own)
		return;
	before = memory_hold(pair.own);
	standing_record(&pair.own->record.standing, &entry->limits, outcome, now_us);
	memory_settle(m, pair.own, &before, CAUSE_OTHER);
}

static void count_one(struct memory *m, struct row *row, const struct entry *entry, const struct store_visit *visit, int64_t now_us)
{
	enum verdict verdict = reason_row(visit->reason)->verdict;

	if (!row)
		return;
	row->verdicts[verdict] += row->verdicts[verdict] < UINT32_MAX;
	row->verdicts[COUNTED_OBSERVED] += visit->waived && row->verdicts[COUNTED_OBSERVED] < UINT32_MAX;
	profiles_note(&m->profiles, row->key, row->key_length, entry, visit, now_us);
}

static void memory_count(struct store *store, const struct entry *entry, const struct store_visit *visit)
{
	struct memory *m = memory_of(store);
	int64_t now_us = memory_now(m);
	struct pair pair = memory_charge(m, entry, now_us);

	count_one(m, pair.own, entry, visit, now_us);
	count_one(m, pair.provider, entry, visit, now_us);
}

static bool memory_release(struct store *store, const struct partner *partner)
{
	struct memory *m = memory_of(store);
	struct row *row = memory_find(m, partner);
	struct hold before;

	if (!row || !row_is_restricted(row))
		return false;
	before = memory_hold(row);
	record_release(&row->record);
	memory_settle(m, row, &before, CAUSE_RELEASE);
	return true;
}

static enum orders_put memory_order(struct store *store, const struct order *order)
{
	struct memory *m = memory_of(store);
	enum orders_put put = orders_put(m->orders, order, m->monotonic_us() + store->wall_ahead_us);

	if (put != ORDERS_TAKEN)
		return put;
	if (m->keeper)
		keeper_note_order(m->keeper, order);
	if (store->on_order)
		store->on_order(store->on_class_arg, order);
	return ORDERS_TAKEN;
}

/* Alone. */
static void memory_edges(struct store *store, void (*each)(void *arg, const struct store_edge *), void *arg)
{
	(void)store;
	(void)each;
	(void)arg;
}

static void memory_recall(struct store *store, struct refusals_found *found, enum refused_by by, const char *text,
    void (*then)(void *, bool), void *arg)
{
	(void)store, (void)found, (void)by, (void)text;
	then(arg, true);
}

static void set_limits(struct memory *m, const struct limits *limits, unsigned max_partners)
{
	m->limits = *limits;
	/* These belong to a ruleset, which may be gone before us. */
	m->limits.rate_place = m->limits.suspicious_place = m->limits.watch_place = (struct place){ 0 };
	m->max_partners = max_partners;
}

static void memory_reload(struct store *store, const struct limits *limits, unsigned max_partners, const char *policy_digest)
{
	(void)policy_digest;
	set_limits(memory_of(store), limits, max_partners);
}

/* It may have been set since: by the first answer of a time server, or when a virtual machine was woken. */
static void follow_wall(struct memory *m)
{
	if (m->wall_us)
		m->store.wall_ahead_us = m->wall_us() - m->monotonic_us();
}

static void memory_tick(struct store *store)
{
	struct memory *m = memory_of(store);
	int64_t now_us = memory_now(m), cost_ns = 0;

	follow_wall(m);
	for (uint32_t left = m->table.count; left > 0 && m->table.count && cost_ns < TICK_NS; left--)
		cost_ns += memory_look(m, now_us);
	if (m->keeper && keeper_tick(m->keeper, now_us) && store->on_order)
		store->on_order(store->on_class_arg, NULL);
}

static void memory_health(struct store *store, struct store_health *out)
{
	struct memory *m = memory_of(store);

	*out = (struct store_health){
		.trouble = m->keeper ? keeper_trouble(m->keeper) : "",
		.unkept = m->keeper ? keeper_unkept(m->keeper) : 0,
		.partners = m->table.count,
		.restricted = m->store.figures.classes[CLASS_WATCHED] + m->store.figures.classes[CLASS_SUSPICIOUS],
	};
	out->keeps = !out->trouble[0];
}

static void memory_close(struct store *store)
{
	struct memory *m = memory_of(store);

	if (m->keeper)
		keeper_close(m->keeper);
	partners_clear(&m->table);
	profiles_clear(&m->profiles);
	orders_free(m->orders);
	free(m);
}

static int64_t memory_clock(struct store *store)
{
	return memory_now(memory_of(store));
}

static struct siphash_key random_key(void)
{
	struct siphash_key key;

	if (getrandom(key.octets, sizeof(key.octets), 0) != (ssize_t)sizeof(key.octets))
		abort(); /* cannot be: so few octets are given whole, or the kernel has none */
	return key;
}

static struct memory *open_memory(unsigned max_partners, const struct limits *limits)
{
	static const struct store_ops ops = {
		.measure = memory_measure, .peek = memory_peek, .outcome = memory_outcome, .count = memory_count, .release = memory_release,
		.order = memory_order, .walk = memory_walk, .edges = memory_edges, .reload = memory_reload, .tick = memory_tick, .health = memory_health,
		.close = memory_close,
		.recall = memory_recall,
	};
	struct memory *m = alloc_zero(1, sizeof *m);
	struct siphash_key key = random_key();

	m->store = (struct store){ .ops = &ops, .clock_us = memory_clock, .target_key = random_key() };
	m->orders = m->store.orders = orders_new();
	partners_init(&m->table, &key);
	profiles_init(&m->profiles, &key);
	set_limits(m, limits, max_partners);
	return m;
}

struct store *store_memory_open(const char *state_file, unsigned max_partners, const struct limits *limits,
    int64_t (*monotonic_us)(void), int64_t (*wall_us)(void))
{
	struct memory *m = open_memory(max_partners, limits);

	m->monotonic_us = monotonic_us;
	m->wall_us = wall_us;
	follow_wall(m);
	if (state_file && state_file[0]) {
		struct keeper_house house = {
			&m->table, m->orders, &m->limits, &m->max_partners, &m->store.target_key, monotonic_us, wall_us,
		};

		m->keeper = keeper_new(state_file, &house);
	}
	return &m->store;
}

struct store *store_memory_told(unsigned max_partners, const struct limits *limits, const int64_t *now_us)
{
	struct memory *m = open_memory(max_partners, limits);

	m->told_us = now_us;
	return &m->store;
}

bool store_memory_dissolve(struct store *store, uint32_t most)
{
	if (!partners_dissolve(&memory_of(store)->table, most))
		return false;
	memory_close(store);
	return true;
}
