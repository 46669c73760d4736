/* On copies, by admit itself: the two cannot disagree. */
#include "peek.h"

static int64_t ahead(int64_t time_us, int64_t now_us)
{
	return time_us > now_us ? time_us - now_us : 0;
}

/* Of a record for which time has gone by. */
static void read_figures(struct figures *f, const struct record *r, const struct limits *limits, const struct demand *demand, int64_t now_us)
{
	*f = (struct figures){
		.rate = limits->rate, .suspicious_rate = limits->suspicious_rate,
		.used = window_used(&r->window, &limits->rate, now_us),
		.suspicious_used = window_used(&r->window, &limits->suspicious_rate, now_us),
		.waiting = window_waiting(&r->window, now_us, false) + window_waiting(&r->window, now_us, true),
		.distinct_uris = r->contacts.count,
		.target_known = demand->has_target && contacts_has(&r->contacts, demand->target, INT64_MIN),
		.watched = r->watched && limits->distinct_uris, .suspicious = r->standing.suspicious && limits->min_responses,
	};
	standing_counts(&r->standing, limits, now_us, &f->successes, &f->failures);
	if (f->watched) {
		f->watched_since_us = ahead(now_us, r->watched_since_us);
		f->watched_until_us = ahead(r->watched_until_us, now_us);
	}
	if (f->suspicious) {
		f->suspicious_since_us = ahead(now_us, r->standing.since_us);
		f->suspicious_until_us = ahead(r->standing.until_us, now_us);
	}
}

static void copy(struct record *out, struct figures *f, const struct record *r, const struct limits *limits, const struct demand *demand,
    int64_t now_us)
{
	if (r)
		record_copy(out, r);
	else
		record_init(out);
	record_expire(out, limits, now_us);
	read_figures(f, out, limits, demand, now_us);
}

void peek(struct glimpse *g, const struct record *own, const struct limits *limits, const struct record *provider,
    const struct limits *provider_limits, const struct demand *demand, int64_t now_us)
{
	struct record own_copy, provider_copy;

	*g = (struct glimpse){ 0 };
	copy(&own_copy, &g->own, own, limits, demand, now_us);
	if (provider_limits)
		copy(&provider_copy, &g->provider, provider, provider_limits, demand, now_us);
	g->seen = admit(&own_copy, limits, provider_limits ? &provider_copy : NULL, provider_limits, demand, now_us);
	record_clear(&own_copy);
	if (provider_limits)
		record_clear(&provider_copy);
}
