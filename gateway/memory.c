/* Strangers are forgotten when nothing is left of them, the policy's own when
 * they were not heard of for long. Costs are measured ones, in nanoseconds, rounded up: a
 * clock would make no two runs alike. */
#include "memory.h"

#include <string.h>

#define HOUR_US   INT64_C(3600000000)
#define ROW_NS    300
#define TARGET_NS 2
#define CHANGE_NS 5000 /* a write to the journal */
#define LOOKS     16   /* at rows that might make room for a newcomer */

int64_t memory_now(const struct memory *m)
{
	return m->told_us ? *m->told_us : m->monotonic_us();
}

struct hold memory_hold(const struct row *row)
{
	const struct record *r = &row->record;

	return (struct hold){ r->watched, r->standing.suspicious, r->watched_until_us, r->standing.until_us };
}

static bool same_hold(const struct hold *a, const struct hold *b)
{
	return a->watched == b->watched && a->suspicious == b->suspicious &&
	    a->watched_until_us == b->watched_until_us && a->suspicious_until_us == b->suspicious_until_us;
}

enum class memory_class(const struct row *row, bool watched, bool suspicious)
{
	if (watched)
		return CLASS_WATCHED;
	if (suspicious)
		return CLASS_SUSPICIOUS;
	return row->key[0] == 'a' ? CLASS_ALLOWED : CLASS_DISCOVERED;
}

static void touch(struct memory *m)
{
	if (m->keeper)
		keeper_touch(m->keeper);
}

static void tell_class(struct memory *m, const struct row *row, enum class before, enum class now)
{
	struct partner partner;

	if (before == now || !m->store.on_class || !partner_from_key(&partner, row->key, row->key_length))
		return;
	m->store.on_class(m->store.on_class_arg, &partner, before, now);
}

bool memory_settle(struct memory *m, const struct row *row, const struct hold *before, enum cause cause)
{
	struct hold now = memory_hold(row);
	bool begins = cause != CAUSE_MESSAGE;

	if (same_hold(before, &now))
		return false;
	if (m->keeper)
		keeper_note(m->keeper, row, cause == CAUSE_RELEASE);
	tell_class(m, row, memory_class(row, before->watched, before->suspicious),
	    memory_class(row, now.watched && (begins || before->watched), now.suspicious && (begins || before->suspicious)));
	return true;
}

/* A hold that was made shorter by a reload is shorter for those in it too, as
 * it would be after a restart. */
static void shorten_holds(struct memory *m, struct record *r, int64_t now_us)
{
	if (r->watched && r->watched_until_us > now_us + m->limits.watch_hold_us)
		r->watched_until_us = now_us + m->limits.watch_hold_us;
	if (r->standing.suspicious && r->standing.until_us > now_us + m->limits.suspicion_hold_us)
		r->standing.until_us = now_us + m->limits.suspicion_hold_us;
}

static bool is_crowded(const struct memory *m)
{
	return m->table.strangers >= m->max_partners - m->max_partners / 8;
}

/* An empty row still tells counts, and that a tenant is known. */
static bool is_forgettable(const struct memory *m, const struct row *row, int64_t now_us)
{
	int64_t idle_us = now_us - row->last_us;

	if (row->tenants)
		return false;
	if (row_is_tenant(row))
		return idle_us >= m->limits.watch_window_us;
	if (row->stranger && is_crowded(m))
		return true;
	return idle_us >= m->limits.watch_window_us && idle_us >= HOUR_US;
}

/* Behind the last row a round is over: what it counted holds until the next one is. */
static void end_round(struct memory *m)
{
	if (m->hand < m->table.count)
		return;
	memcpy(m->store.figures.classes, m->counting, sizeof m->counting);
	memset(m->counting, 0, sizeof m->counting);
	m->hand = 0;
}

int64_t memory_look(struct memory *m, int64_t now_us)
{
	struct limits limits = m->limits;
	struct row *row;
	struct hold before;
	int64_t cost_ns;
	bool empty;

	row = m->table.rows[m->hand];
	cost_ns = ROW_NS + (int64_t)row->record.contacts.count * TARGET_NS;
	shorten_holds(m, &row->record, now_us);
	before = memory_hold(row);
	limits.rate.period_us = row_keep_us(row, &m->limits);
	empty = record_expire(&row->record, &limits, now_us);
	if (memory_settle(m, row, &before, CAUSE_OTHER))
		cost_ns += CHANGE_NS;
	if (empty && is_forgettable(m, row, now_us)) {
		partners_remove(&m->table, row); /* another one is in its place now */
		touch(m);
	} else {
		m->counting[memory_class(row, row->record.watched, row->record.standing.suspicious)]++;
		m->hand++;
	}
	end_round(m);
	return cost_ns;
}

static bool has_room(struct memory *m, int64_t now_us)
{
	for (int i = 0; i < LOOKS && m->table.strangers >= m->max_partners && m->table.count; i++)
		memory_look(m, now_us);
	return m->table.strangers < m->max_partners;
}

struct row *memory_find(const struct memory *m, const struct partner *partner)
{
	char key[PARTNER_KEY_MAX];
	size_t length = partner_key(partner, key);

	return partners_find(&m->table, key, length);
}

static struct row *find_or_add(struct memory *m, const struct partner *partner, int64_t now_us)
{
	char key[PARTNER_KEY_MAX];
	size_t length = partner_key(partner, key);
	struct row *row = partners_find(&m->table, key, length);

	return row ? row : partners_add(&m->table, key, length, now_us);
}

struct row *memory_take_in(struct memory *m, const struct partner *partner, int64_t now_us)
{
	struct row *row = memory_find(m, partner);
	bool counted = partner->kind == PARTNER_DISCOVERED || (partner->kind == PARTNER_TENANT && partner->domain.length > 0);

	if (row || partner->kind == PARTNER_NONE)
		return row;
	return !counted || has_room(m, now_us) ? find_or_add(m, partner, now_us) : NULL;
}

/* One that is not known yet: is there room for it? What the policy names is
 * never counted out: strangers could push it aside. */
static bool is_too_many(struct memory *m, const struct entry *entry, const struct row *provider, int64_t now_us)
{
	const struct partner *partner = &entry->partner;

	if (partner->kind == PARTNER_TENANT && partner->domain.length > 0)
		return (provider && provider->tenants >= entry->max_tenants) || !has_room(m, now_us);
	return partner->kind == PARTNER_DISCOVERED && !has_room(m, now_us);
}

struct pair memory_peek_rows(const struct memory *m, const struct entry *entry)
{
	const struct partner *partner = &entry->partner;
	struct partner common = partner_common(partner);
	struct pair pair = { .own = memory_find(m, partner) };
	bool tenant = partner->kind == PARTNER_TENANT && partner->domain.length > 0;

	if (entry->has_provider)
		pair.provider = memory_find(m, &entry->provider);
	if (pair.own || !(tenant || partner->kind == PARTNER_DISCOVERED))
		return pair;
	pair.common = m->table.strangers >= m->max_partners
	    || (tenant && pair.provider && pair.provider->tenants >= entry->max_tenants);
	if (pair.common)
		pair.own = memory_find(m, &common);
	return pair;
}

struct pair memory_charge(struct memory *m, const struct entry *entry, int64_t now_us)
{
	struct pair pair = { .own = NULL };

	if (entry->partner.kind == PARTNER_NONE)
		return pair;
	if (entry->has_provider) {
		pair.provider = find_or_add(m, &entry->provider, now_us);
		pair.provider->last_us = now_us;
	}
	pair.own = memory_find(m, &entry->partner);
	if (!pair.own) {
		struct partner common = partner_common(&entry->partner);

		pair.common = is_too_many(m, entry, pair.provider, now_us);
		pair.own = find_or_add(m, pair.common ? &common : &entry->partner, now_us);
	}
	pair.own->last_us = now_us;
	touch(m);
	return pair;
}
