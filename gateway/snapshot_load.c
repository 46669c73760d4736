/* Reading what snapshot.c writes. Nothing that is read is trusted: a key must
 * be one that we would make, and a time is held to what the settings allow. */
#include "snapshot.h"

#include "kept.h"

#define LONGEST_US   (INT64_C(3650) * 24 * 3600 * 1000000) /* that a setting can be */
#define CHANGES_MOST (UINT64_MAX / 2) /* no edge lives to see so many */

/* How long ago, from 0 to `most_us`: what lies in the future is now. */
static int64_t age_of(const struct loading *l, int64_t wall_us, int64_t most_us)
{
	int64_t age_us;

	if (__builtin_sub_overflow(l->moment.wall_us, wall_us, &age_us))
		age_us = wall_us < 0 ? most_us : 0;
	if (age_us < 0)
		return 0;
	return age_us < most_us ? age_us : most_us;
}

/* How long still, from 0 to `most_us`. */
static int64_t rest_of(const struct loading *l, int64_t wall_us, int64_t most_us)
{
	int64_t rest_us;

	if (__builtin_sub_overflow(wall_us, l->moment.wall_us, &rest_us))
		rest_us = wall_us < 0 ? 0 : most_us;
	if (rest_us < 0)
		return 0;
	return rest_us < most_us ? rest_us : most_us;
}

struct restriction {
	bool watched, suspicious, released;
	int64_t watched_since_us, watched_until_us; /* on the store's clock */
	int64_t suspicious_since_us, suspicious_until_us;
	size_t length;
	char key[PARTNER_KEY_MAX];
};

static int64_t take_since(const struct loading *l, struct payload *p)
{
	return l->moment.store_us - age_of(l, payload_take_time(p), LONGEST_US);
}

static int64_t take_until(const struct loading *l, struct payload *p, int64_t hold_us)
{
	return l->moment.store_us + rest_of(l, payload_take_time(p), hold_us);
}

static bool take_restriction(const struct loading *l, struct payload *p, struct restriction *out)
{
	uint64_t flags = payload_take(p, 1);
	struct partner partner;

	*out = (struct restriction){
		.watched = flags & KEPT_WATCHED, .suspicious = flags & KEPT_SUSPICIOUS, .released = flags & KEPT_RELEASED,
	};
	out->watched_since_us = take_since(l, p);
	out->watched_until_us = take_until(l, p, l->limits->watch_hold_us);
	out->suspicious_since_us = take_since(l, p);
	out->suspicious_until_us = take_until(l, p, l->limits->suspicion_hold_us);
	out->length = payload_left(p);
	if (p->bad || flags > (KEPT_WATCHED | KEPT_SUSPICIOUS | KEPT_RELEASED) || out->length >= sizeof(out->key))
		return false;
	payload_take_text(p, out->key, out->length);
	return partner_from_key(&partner, out->key, out->length);
}

/* Two restrictions of one partner become the one that lasts longer. */
static void merge(struct record *r, const struct restriction *found)
{
	struct standing *s = &r->standing;

	if (found->watched && (!r->watched || found->watched_until_us > r->watched_until_us)) {
		r->watched_since_us = found->watched_since_us;
		r->watched_until_us = found->watched_until_us;
		r->watched = true;
	}
	if (found->suspicious && (!s->suspicious || found->suspicious_until_us > s->until_us)) {
		s->since_us = found->suspicious_since_us;
		s->until_us = found->suspicious_until_us;
		s->suspicious = true;
	}
}

/* Off the watch list, and with it goes the set, as in record_release. */
static void unwatch(struct record *r)
{
	if (!r->watched)
		return;
	r->watched = false;
	r->watched_since_us = r->watched_until_us = 0;
	contacts_clear(&r->contacts);
}

static void calm(struct standing *s)
{
	s->suspicious = false;
	s->since_us = s->until_us = 0;
}

/* A change that is newer than all that is known. */
static void replace(struct loading *l, struct record *r, const struct restriction *found)
{
	if (found->released)
		record_release(r);
	if (!found->watched)
		unwatch(r);
	else if (!r->watched && l->limits->watch_blocks == WATCH_BLOCKS_ALL)
		contacts_clear(&r->contacts);
	r->watched = false;
	calm(&r->standing);
	merge(r, found);
}

static struct row *row_for(struct loading *l, const struct restriction *found)
{
	struct row *row = partners_find(l->table, found->key, found->length);
	bool restricted = found->watched || found->suspicious;
	bool stranger = found->key[0] == 'd' || found->key[0] == 't';

	if (row || (stranger && !restricted && l->table->strangers >= l->max_strangers))
		return row;
	return partners_add(l->table, found->key, found->length, l->moment.store_us);
}

static bool load_partner(struct loading *l, struct payload *p)
{
	uint32_t verdicts[VERDICTS];
	struct restriction found;
	uint64_t period_us;
	int64_t last_us;

	for (int i = 0; i < VERDICTS; i++)
		verdicts[i] = (uint32_t)payload_take(p, 4);
	last_us = take_since(l, p);
	period_us = payload_take(p, 8);
	if (!take_restriction(l, p, &found) || period_us > (uint64_t)LONGEST_US)
		return false;
	l->partners++;
	l->row = row_for(l, &found);
	if (!l->row)
		return true;
	for (int i = 0; i < VERDICTS; i++) {
		uint32_t left = UINT32_MAX - l->row->verdicts[i];

		l->row->verdicts[i] += verdicts[i] < left ? verdicts[i] : left;
	}
	if (!l->row->live) {
		l->row->last_us = last_us;
		l->row->period_us = (int64_t)period_us;
	}
	merge(&l->row->record, &found);
	return true;
}

static bool load_targets(struct loading *l, struct payload *p)
{
	int64_t window_us = l->limits->watch_window_us;

	if (payload_left(p) % KEPT_TARGET_SIZE != 0)
		return false;
	while (l->row && payload_left(p) > 0) {
		uint64_t target = payload_take(p, 8);
		int64_t age_us = age_of(l, payload_take_time(p), window_us);

		/* The set of a watched one stands still: its targets are not new for as long. */
		if (age_us < window_us || l->row->record.watched)
			contacts_add(&l->row->record.contacts, target, l->moment.store_us - age_us);
	}
	return true;
}

static bool load_answers(struct loading *l, struct payload *p)
{
	int64_t window_us = l->limits->suspicion_window_us;

	if (payload_left(p) % KEPT_ANSWER_SIZE != 0)
		return false;
	while (l->row && payload_left(p) > 0) {
		int64_t age_us = age_of(l, payload_take_time(p), window_us);
		uint32_t successes = (uint32_t)payload_take(p, 4), failures = (uint32_t)payload_take(p, 4);

		if (age_us < window_us)
			standing_restore(&l->row->record.standing, l->limits, l->moment.store_us - age_us, successes, failures);
	}
	return true;
}

/* No slot lies further ahead than a message may wait: one that does tells of a
 * clock that was set back, and nobody is to wait for that. */
static int64_t take_slot(const struct loading *l, struct payload *p, int64_t keep_us)
{
	const struct limits *limits = l->limits;
	int64_t most_us = limits->max_delay_us > limits->ending_delay_us ? limits->max_delay_us : limits->ending_delay_us;
	int64_t wall_us = payload_take_time(p);
	int64_t ahead_us = rest_of(l, wall_us, LONGEST_US);

	if (ahead_us > most_us)
		ahead_us = 0;
	return l->moment.store_us + ahead_us - age_of(l, wall_us, keep_us);
}

static bool load_slots(struct loading *l, struct payload *p)
{
	if (payload_left(p) % KEPT_SLOT_SIZE != 0)
		return false;
	while (l->row && payload_left(p) > 0) {
		int64_t keep_us = row_keep_us(l->row, l->limits), slot_us = take_slot(l, p, keep_us);
		bool ends_call = payload_take(p, 1) & 1;

		if (slot_us > l->moment.store_us - keep_us)
			window_book(&l->row->record.window, slot_us, ends_call);
	}
	return true;
}

/* Sets made with another key cannot be united. Those in the file reach further
 * back than what an edge has seen that could not read it at first. */
static void take_target_key(struct loading *l, const struct siphash_key *key)
{
	for (uint32_t i = 0; i < l->table->count; i++)
		contacts_clear(&l->table->rows[i]->record.contacts);
	*l->target_key = *key;
}

static bool load_begin(struct loading *l, struct payload *p)
{
	uint64_t change = payload_take(p, 8);
	struct siphash_key key;

	if (!payload_take_text(p, key.octets, sizeof(key.octets)) || payload_left(p) != 0 || change >= CHANGES_MOST)
		return false;
	take_target_key(l, &key);
	l->snapshot_change = l->last_change = change;
	l->begun = true;
	return true;
}

bool load_snapshot(struct loading *l, unsigned type, struct payload *p)
{
	if (l->ended || (type == KEPT_BEGIN) == l->begun)
		return false;
	switch (type) {
	case KEPT_BEGIN:
		return load_begin(l, p);
	case KEPT_PARTNER:
		return load_partner(l, p);
	case KEPT_TARGETS:
		return load_targets(l, p);
	case KEPT_ANSWERS:
		return load_answers(l, p);
	case KEPT_SLOTS:
		return load_slots(l, p);
	case KEPT_END:
		l->ended = true;
		return payload_take(p, 8) == l->partners && payload_left(p) == 0 && !p->bad;
	default:
		return false;
	}
}

/* Is the change in the snapshot? Of one that ends too early that is so only for
 * the partners that were read from it. */
static bool is_old(const struct loading *l, uint64_t change, const struct row *row)
{
	if (change > l->snapshot_change)
		return false;
	return !l->partial || (row && !row->sure && !row->live);
}

static bool apply_change(struct loading *l, uint64_t change, const struct restriction *found)
{
	struct row *row = partners_find(l->table, found->key, found->length);

	if (is_old(l, change, row) || (!row && !found->watched && !found->suspicious))
		return true;
	row = row_for(l, found);
	row->sure = true;
	if (row->live)
		merge(&row->record, found);
	else
		replace(l, &row->record, found);
	return true;
}

/* Whoever else the snapshot restricts was let go since. */
static void apply_all(struct loading *l, uint64_t change)
{
	if (change <= l->snapshot_change)
		return;
	for (uint32_t i = 0; i < l->table->count; i++) {
		struct row *row = l->table->rows[i];

		if (row->sure || row->live)
			continue;
		unwatch(&row->record);
		calm(&row->record.standing);
	}
}

/* A clock that was set back makes none last longer than it was to. */
static bool load_order(struct loading *l, struct payload *p)
{
	int64_t now_us = l->moment.wall_us;
	char text[ORDER_TEXT_MAX];
	size_t length = payload_left(p);
	struct order order;

	if (length >= sizeof(text) || !payload_take_text(p, text, length) || !order_read(&order, text, length))
		return false;
	if (order.until_us && order.made_us > now_us) {
		order.until_us = now_us + rest_of(l, now_us + (order.until_us - order.made_us), LONGEST_US);
		order.made_us = now_us;
	}
	if (l->orders)
		orders_put(l->orders, &order, now_us);
	return true;
}

static bool load_restriction(struct loading *l, unsigned type, struct payload *p)
{
	uint64_t change = payload_take(p, 8);
	struct restriction found;

	if (p->bad || change >= CHANGES_MOST)
		return false;
	if (change > l->last_change)
		l->last_change = change;
	if (type == KEPT_CHANGE)
		return take_restriction(l, p, &found) && apply_change(l, change, &found);
	if (type != KEPT_ALL || payload_left(p) != 0)
		return false;
	apply_all(l, change);
	return true;
}

bool load_change(struct loading *l, unsigned type, struct payload *p)
{
	return type == KEPT_ORDER ? load_order(l, p) : load_restriction(l, type, p);
}

void loading_begin(struct loading *l, struct partners *table, const struct limits *limits, unsigned max_strangers,
    struct siphash_key *target_key, const struct moment *moment)
{
	*l = (struct loading){
		.table = table, .limits = limits, .max_strangers = max_strangers, .target_key = target_key, .moment = *moment,
	};
	for (uint32_t i = 0; i < table->count; i++) {
		table->rows[i]->live = true;
		table->rows[i]->sure = false;
	}
}
