#include "admit.h"

#define NEVER INT64_MIN

/* One message before the records it is charged to: what each row has found. */
struct hearing {
	struct record *own;
	const struct limits *limits;
	struct record *provider;               /* NULL: none */
	const struct limits *provider_limits;
	const struct demand *demand;
	int64_t now_us;
	int64_t own_slot_us;                   /* that the partner's rate leaves */
	int64_t slot_us;                       /* that the provider's leaves behind it */
	struct reading seen;
};

static const char *const class_tokens[CLASSES] = {
	[CLASS_NONE] = "none",
	[CLASS_ALLOWED] = "allowed",
	[CLASS_DISCOVERED] = "discovered",
	[CLASS_SUSPICIOUS] = "suspicious",
	[CLASS_WATCHED] = "watched",
	[CLASS_BLOCKED] = "blocked",
};

const char *class_token(enum class class)
{
	return class_tokens[class];
}

void record_init(struct record *r)
{
	*r = (struct record){ 0 };
	window_init(&r->window);
	contacts_init(&r->contacts);
	standing_init(&r->standing);
}

void record_clear(struct record *r)
{
	window_clear(&r->window);
	contacts_clear(&r->contacts);
	standing_clear(&r->standing);
	record_init(r);
}

void record_copy(struct record *out, const struct record *r)
{
	*out = *r;
	window_copy(&out->window, &r->window);
	contacts_copy(&out->contacts, &r->contacts);
	standing_copy(&out->standing, &r->standing);
}

static void stop_watching(struct record *r)
{
	r->watched = false;
	r->watched_since_us = r->watched_until_us = 0;
	contacts_clear(&r->contacts);
}

void record_release(struct record *r)
{
	stop_watching(r);
	standing_release(&r->standing);
}

static bool watch_is_over(struct record *r, int64_t now_us)
{
	if (!r->watched || now_us < r->watched_until_us)
		return false;
	stop_watching(r);
	return true;
}

static void start_watching(struct record *r, const struct limits *limits, int64_t now_us)
{
	r->watched = true;
	r->watched_since_us = now_us;
	r->watched_until_us = now_us + limits->watch_hold_us;
	if (limits->watch_blocks == WATCH_BLOCKS_ALL)
		contacts_clear(&r->contacts);
}

/* A rate may become the other one at any message, so both periods are kept. */
static void expire_window(struct record *r, const struct limits *limits, int64_t now_us)
{
	int64_t keep_us = limits->rate.period_us;

	if (limits->suspicious_rate.period_us > keep_us)
		keep_us = limits->suspicious_rate.period_us;
	window_expire(&r->window, now_us, keep_us);
}

bool record_expire(struct record *r, const struct limits *limits, int64_t now_us)
{
	watch_is_over(r, now_us);
	standing_review(&r->standing, limits, now_us);
	expire_window(r, limits, now_us);
	if (!r->watched)
		contacts_expire(&r->contacts, now_us - limits->watch_window_us);
	return !r->watched && !r->standing.suspicious && !r->standing.count && !r->window.count && !r->contacts.count;
}

static bool is_watched(const struct record *r, const struct limits *limits)
{
	return r && r->watched && limits->distinct_uris;
}

static bool is_suspicious(const struct record *r, const struct limits *limits)
{
	return r->standing.suspicious && limits->min_responses;
}

/* Since the last message time has gone by. */
static void let_time_pass(struct hearing *h)
{
	struct reading *seen = &h->seen;

	seen->stopped_watched = watch_is_over(h->own, h->now_us);
	seen->stopped_suspicious = standing_review(&h->own->standing, h->limits, h->now_us);
	expire_window(h->own, h->limits, h->now_us);
	if (h->provider) {
		seen->provider_stopped_watched = watch_is_over(h->provider, h->now_us);
		expire_window(h->provider, h->provider_limits, h->now_us);
	}
	seen->suspicious = is_suspicious(h->own, h->limits);
	seen->class = seen->suspicious ? CLASS_SUSPICIOUS : CLASS_DISCOVERED;
	if (is_watched(h->own, h->limits) || is_watched(h->provider, h->provider_limits))
		seen->class = CLASS_WATCHED;
}

/* Row 7 for one record. While it is watched its set stands still, so that it
 * tells for how long it likes which targets are not new. */
static bool watch_refuses(const struct record *r, const struct limits *limits, const struct demand *demand)
{
	if (!is_watched(r, limits) || demand->ends_call)
		return false;
	if (limits->watch_blocks == WATCH_BLOCKS_ALL)
		return true;
	return demand->has_target && !contacts_has(&r->contacts, demand->target, INT64_MIN);
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Only what blocks all is the same for every message. */
static int64_t all_blocked_until(const struct record *r, const struct limits *limits)
{
	return is_watched(r, limits) && limits->watch_blocks == WATCH_BLOCKS_ALL ? r->watched_until_us : NEVER;
}

static void tell_blocked_until(struct hearing *h)
{
	int64_t until_us = later(all_blocked_until(h->own, h->limits), all_blocked_until(h->provider, h->provider_limits));

	h->seen.refused_until_us = until_us == NEVER ? 0 : until_us;
}

static bool passes_watch(struct hearing *h)
{
	bool own = watch_refuses(h->own, h->limits, h->demand);
	bool provider = watch_refuses(h->provider, h->provider_limits, h->demand);

	if (!own && !provider)
		return true;
	h->seen.provider_decided = !own;
	tell_blocked_until(h);
	return false;
}

/* Whoever is suspicious keeps the usual rate too: "60/m" alone would let sixty
 * through at once. A time that is late enough for one rate stays so. */
static void find_slot(struct hearing *h, bool suspicious)
{
	const struct limits *limits = h->limits;
	int64_t usual_us = window_earliest(&h->own->window, &limits->rate, h->now_us, true);

	h->own_slot_us = usual_us;
	if (suspicious)
		h->own_slot_us = later(usual_us, window_earliest(&h->own->window, &limits->suspicious_rate, h->now_us, true));
	h->slot_us = h->own_slot_us;
	if (h->provider)
		h->slot_us = window_earliest(&h->provider->window, &h->provider_limits->rate, h->own_slot_us, false);
}

/* When an ordinary message may go or wait, if nothing more is booked: its slot
 * does not move until it is reached. */
static int64_t taken_from(const struct hearing *h)
{
	const struct limits *limits = h->limits;
	int64_t room_us = window_room_at(&h->own->window, h->now_us, false, limits->max_waiting);

	return sooner(h->slot_us, later(h->slot_us - limits->max_delay_us, room_us));
}

/* A suspicious partner may be calm again before that, and have more slots then. */
static int64_t refused_until(struct hearing *h)
{
	int64_t until_us = taken_from(h), calm_us;

	if (!h->seen.suspicious)
		return until_us;
	calm_us = standing_calm_at(&h->own->standing, h->limits, h->now_us);
	if (until_us < calm_us)
		return until_us;
	find_slot(h, false);
	return later(calm_us, taken_from(h));
}

/* Row 8 is asked first: where its rate alone refuses, the usual one has no say. */
static bool usual_decides(const struct hearing *h, int64_t most_us)
{
	int64_t slot_us;

	if (!h->seen.suspicious)
		return false;
	slot_us = window_earliest(&h->own->window, &h->limits->suspicious_rate, h->now_us, true);
	return slot_us < h->own_slot_us && slot_us - h->now_us <= most_us;
}

/* Rows 8 and 9. */
static bool passes_rate(struct hearing *h)
{
	const struct limits *limits = h->limits;
	bool ends_call = h->demand->ends_call;
	int64_t most_us = ends_call ? limits->ending_delay_us : limits->max_delay_us;
	bool room;

	find_slot(h, h->seen.suspicious);
	if (h->slot_us == h->now_us)
		return true;
	h->seen.usual_decided = usual_decides(h, most_us);
	room = window_waiting(&h->own->window, h->now_us, ends_call) < limits->max_waiting;
	h->seen.provider_decided = h->slot_us > h->own_slot_us &&
	    (h->own_slot_us == h->now_us || (room && h->own_slot_us - h->now_us <= most_us));
	if (room && h->slot_us - h->now_us <= most_us)
		return true;
	h->seen.retry_us = h->slot_us - h->now_us;
	if (!ends_call)
		h->seen.refused_until_us = refused_until(h);
	return false;
}

/* Row 10 for one record: would the target be one too many? The set is looked
 * through for what has left the window only where that matters. */
static bool is_one_too_many(struct hearing *h, struct record *r, const struct limits *limits)
{
	int64_t since_us;

	if (!r || r->watched || !limits->distinct_uris || !h->demand->has_target)
		return false;
	since_us = h->now_us - limits->watch_window_us;
	if (r->contacts.count < limits->distinct_uris || contacts_has(&r->contacts, h->demand->target, since_us))
		return false;
	return contacts_expire(&r->contacts, since_us) >= limits->distinct_uris;
}

/* What ends a call goes its way even so; it is never refused for a watched partner. */
static bool passes_target(struct hearing *h)
{
	bool own = is_one_too_many(h, h->own, h->limits);
	bool provider = !own && is_one_too_many(h, h->provider, h->provider_limits);

	if (!own && !provider)
		return true;
	if (own)
		start_watching(h->own, h->limits, h->now_us);
	else
		start_watching(h->provider, h->provider_limits, h->now_us);
	h->seen.class = CLASS_WATCHED;
	h->seen.became_watched = true;
	h->seen.provider_decided = provider;
	if (h->demand->ends_call)
		return true;
	tell_blocked_until(h);
	return false;
}

static void book(struct hearing *h, struct record *r, const struct limits *limits)
{
	if (!r)
		return;
	if (limits->rate.count)
		window_book(&r->window, h->slot_us, h->demand->ends_call);
	if (h->demand->has_target && limits->distinct_uris && !r->watched)
		contacts_add(&r->contacts, h->demand->target, h->now_us);
}

struct reading admit(struct record *own, const struct limits *limits, struct record *provider,
    const struct limits *provider_limits, const struct demand *demand, int64_t now_us)
{
	struct hearing h = {
		.own = own, .limits = limits, .provider = provider, .provider_limits = provider_limits,
		.demand = demand, .now_us = now_us, .seen = { .at_us = now_us, .known = true },
	};

	let_time_pass(&h);
	if (!passes_watch(&h) || !passes_rate(&h) || !passes_target(&h))
		return h.seen;
	book(&h, own, limits);
	book(&h, provider, provider_limits);
	h.seen.admitted = true;
	h.seen.slot_us = h.slot_us;
	h.seen.wait_us = h.slot_us - now_us;
	return h.seen;
}
