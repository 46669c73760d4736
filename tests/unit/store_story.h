/* What the tests of the embedded store tell their stories with: two clocks that
 * move when told, entries, and what a store lists. */
#ifndef TESTS_UNIT_STORE_STORY_H
#define TESTS_UNIT_STORE_STORY_H

#include <stdio.h>
#include <string.h>

#include "../../gateway/store.h"

#define SECOND INT64_C(1000000)
#define HOUR   (3600 * SECOND)

/* Each test file has clocks of its own. */
static int64_t monotonic, wall;
static bool story_walk_is_over;

static int64_t story_monotonic(void)
{
	return monotonic;
}

static int64_t story_wall(void)
{
	return wall;
}

static inline void story_pass(int64_t us)
{
	monotonic += us;
	wall += us;
}

static inline struct limits story_limits(void)
{
	return (struct limits){
		.rate = { 20, SECOND }, .suspicious_rate = { 1, SECOND },
		.max_delay_us = 2 * SECOND, .max_waiting = 64, .ending_delay_us = 5 * SECOND, .refuse_status = 503,
		.distinct_uris = 10, .watch_window_us = 24 * HOUR, .watch_hold_us = 24 * HOUR,
		.suspicion_window_us = 300 * SECOND, .suspicion_hold_us = HOUR, .min_responses = 20, .failure_share = 0.5,
	};
}

static inline struct partner story_partner(enum partner_kind kind, const char *domain, const char *provider)
{
	struct partner p = { .kind = kind };

	snprintf(p.provider, sizeof(p.provider), "%s", provider);
	snprintf(p.domain.text, sizeof(p.domain.text), "%s", domain);
	p.domain.length = (uint8_t)strlen(p.domain.text);
	return p;
}

static inline struct entry story_discovered(const char *domain)
{
	return (struct entry){
		.stance = STANCE_DISCOVER, .proof = PROOF_CERTIFICATE, .limited = true,
		.partner = story_partner(PARTNER_DISCOVERED, domain, ""), .limits = story_limits(),
	};
}

static inline struct entry story_tenant(const char *domain)
{
	struct entry e = story_discovered(domain);

	e.partner = story_partner(PARTNER_TENANT, domain, "hosted");
	e.has_provider = true;
	e.provider = story_partner(PARTNER_PROVIDER, "", "hosted");
	e.provider_limits = e.limits;
	e.provider_limits.rate = (struct rate){ 400, SECOND };
	e.provider_limits.distinct_uris = 20000;
	e.provider_limits.min_responses = 0;
	e.max_tenants = 3;
	return e;
}

static inline struct entry story_allowed(const char *domain, uint32_t count, int64_t period_us)
{
	struct entry e = story_discovered(domain);

	e.stance = STANCE_ALLOW;
	e.partner.kind = PARTNER_ALLOWED;
	e.limited = count > 0;
	e.limits.rate = (struct rate){ count, period_us };
	e.limits.distinct_uris = e.limits.min_responses = 0;
	return e;
}

static inline void story_take(void *arg, const struct reading *seen)
{
	*(struct reading *)arg = *seen;
}

static inline struct reading story_ask(struct store *s, const struct entry *e, uint64_t target)
{
	struct demand demand = { .target = target, .has_target = target != 0 };
	struct reading seen = { 0 };

	s->ops->measure(s, e, &demand, story_take, &seen);
	return seen;
}

/* Asks for one target more than it may. */
static inline struct reading story_enumerate(struct store *s, const struct entry *e)
{
	struct reading seen = { 0 };

	for (uint32_t target = 1; target <= e->limits.distinct_uris + 1; target++) {
		story_pass(SECOND);
		seen = story_ask(s, e, target);
	}
	return seen;
}

static inline void story_fail(struct store *s, const struct entry *e)
{
	for (uint32_t i = 0; i < e->limits.min_responses; i++)
		s->ops->outcome(s, e, OUTCOME_FAILURE);
}

struct story_search {
	const char *key;
	struct store_row row;
	unsigned rows, restricted;
	bool found;
};

static inline void story_look(void *arg, const struct store_row *row)
{
	struct story_search *search = arg;
	char key[PARTNER_KEY_MAX];

	search->rows++;
	search->restricted += row->class == CLASS_WATCHED || row->class == CLASS_SUSPICIOUS;
	partner_key(&row->partner, key);
	if (search->key && strcmp(key, search->key) == 0) {
		search->row = *row;
		search->found = true;
	}
}

static inline struct rate story_rate(void *arg, const struct partner *partner, bool suspicious)
{
	struct limits limits = story_limits();

	(void)arg;
	(void)partner;
	return suspicious ? limits.suspicious_rate : limits.rate;
}

static inline void story_page(void *arg, const struct store_page *page)
{
	(void)arg;
	story_walk_is_over = page->last;
}

/* All that are known, or a part of them, to the end. */
static inline void story_walk(struct store *s, enum store_part part, void (*each)(void *arg, const struct store_row *), void *arg)
{
	struct store_wish wish = { .part = part, .lately_us = INT64_MAX / 4, .most = SIZE_MAX, .rate_of = story_rate,
		.row = each, .page = story_page, .arg = arg };
	struct store_walk *walk = s->ops->walk(s, &wish);

	do
		walk->next(walk);
	while (!story_walk_is_over);
	walk->end(walk);
}

static inline struct story_search story_find(struct store *s, const char *key)
{
	struct story_search search = { .key = key };

	story_walk(s, STORE_SEEN, story_look, &search);
	return search;
}

static inline void story_count(struct store *s, const struct entry *e, enum reason reason)
{
	struct store_visit visit = { .reason = reason };

	s->ops->count(s, e, &visit);
}

static inline enum class story_class(struct store *s, const char *key)
{
	struct story_search search = story_find(s, key);

	return search.found ? search.row.class : CLASS_NONE;
}

static inline struct store *story_open(const char *file, unsigned max_partners)
{
	struct limits limits = story_limits();

	return store_memory_open(file, max_partners, &limits, story_monotonic, story_wall);
}

#endif
