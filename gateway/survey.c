/* A walk over the partners of the pool, for reports: which there are is read from the lists, what is known of each by one
 * short script, a few on their way at a time, so that no message's own is held up. Where Redis is away, or goes
 * meanwhile, this edge tells what it knows by itself. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "finds.h"
#include "pooled.h"

#define SCAN_TEXT   "100"  /* names that Redis looks at in one go: about */
#define ASKED_MOST  16     /* scripts on their way: some milliseconds of Redis */
#define PAGE_ROWS   64
#define CURSOR_MAX  24

/* The lists of a part of the pool. */
static const struct list {
	enum store_part part;
	const char *key;
	bool ahead;            /* its times are those when it ends */
} lists[] = {
	{ STORE_RESTRICTED, KEY_HELD, true },
	{ STORE_RESTRICTED, KEY_LIMITED, false },
	{ STORE_SEEN, KEY_SEEN, false },
	{ STORE_SEEN, KEY_NAMED, false },
};

#define LISTS (sizeof lists / sizeof lists[0])

struct survey {
	struct store_walk walk;        /* the first */
	struct pooled *pooled;         /* borrowed */
	const struct store_wish *wish; /* borrowed */
	size_t list;                   /* that is read; LISTS: all are */
	char cursor[CURSOR_MAX];
	struct finds finds;
	uint64_t more;                 /* passed over, and not told yet */
	size_t next;                   /* of the finds, or of those named */
	unsigned paged;                /* so many in this page */
	unsigned asked;                /* on their way */
	bool lost, ended;
	struct store_walk *here;       /* owned: what this edge knows by itself; NULL: the pool tells */
	struct store_wish here_wish;
};

static void go_on(struct survey *);

/* --- reading the lists --- */

static bool is_current(const struct survey *s, int64_t time_us)
{
	const struct pooled *p = s->pooled;
	int64_t now_us = pooled_now(p) + p->redis_ahead_us;

	if (lists[s->list].ahead)
		return time_us > now_us;
	return time_us >= now_us - (s->wish->part == STORE_SEEN ? s->wish->lately_us : STORE_LIMITED_US);
}

static void take_names(struct survey *s, const redisReply *names)
{
	for (size_t i = 0; i + 1 < names->elements; i += 2) {
		const redisReply *key = names->element[i], *score = names->element[i + 1];
		struct partner partner;
		int64_t time_us;

		if (key->type != REDIS_REPLY_STRING || score->type != REDIS_REPLY_STRING
		    || !partner_from_key(&partner, key->str, (size_t)key->len))
			continue;
		time_us = strtoll(score->str, NULL, 10);
		if (is_current(s, time_us) && (!s->wish->wanted || s->wish->wanted(s->wish->arg, &partner)))
			s->more += !finds_add(&s->finds, key->str, time_us, s->wish->most);
	}
}

static void next_list(struct survey *s)
{
	do
		s->list++;
	while (s->list < LISTS && lists[s->list].part != s->wish->part);
	strcpy(s->cursor, "0");
	finds_next(&s->finds);
	if (s->list == LISTS)
		finds_unite(&s->finds);
}

static bool is_scan(const redisReply *reply)
{
	return reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 && reply->element[0]->type == REDIS_REPLY_STRING
	    && reply->element[0]->len < CURSOR_MAX && reply->element[1]->type == REDIS_REPLY_ARRAY;
}

static void survey_free(struct survey *s)
{
	finds_clear(&s->finds);
	free(s);
}

/* True: nobody waits for it any more. */
static bool came_back(struct survey *s)
{
	bool ended = s->ended;

	s->asked--;
	if (ended && !s->asked)
		survey_free(s);
	return ended;
}

static void on_scanned(void *arg, const redisReply *reply)
{
	struct survey *s = arg;

	if (came_back(s))
		return;
	if (!reply || !is_scan(reply)) {
		if (reply)
			pooled_wrong_reply(s->pooled, NULL, reply);
		s->lost = true;
	} else {
		take_names(s, reply->element[1]);
		snprintf(s->cursor, sizeof s->cursor, "%s", reply->element[0]->str);
		if (strcmp(s->cursor, "0") == 0)
			next_list(s);
	}
	go_on(s);
}

static void scan(struct survey *s)
{
	const char *argv[] = { "ZSCAN", lists[s->list].key, s->cursor, "COUNT", SCAN_TEXT };
	size_t lengths[5];

	for (size_t i = 0; i < 5; i++)
		lengths[i] = strlen(argv[i]);
	s->lost = !redis_send(s->pooled->link, 5, argv, lengths, on_scanned, s);
	s->asked += !s->lost;
}

/* --- one partner --- */

struct asked {
	struct survey *survey;
	struct partner partner;
	int64_t period_us;
	bool by_text;
	struct script_call call;
};

static int64_t here(const struct pooled *p, int64_t time_us)
{
	return time_us ? time_us - p->redis_ahead_us : 0;
}

static void describe_holds(const struct pooled *p, const struct partner *partner, const struct script_hold *h, struct store_row *out)
{
	out->class = partner->kind == PARTNER_ALLOWED ? CLASS_ALLOWED : CLASS_DISCOVERED;
	if (h->watched_until_us) {
		out->class = CLASS_WATCHED;
		out->since_us = here(p, h->watched_since_us);
		out->until_us = here(p, h->watched_until_us);
	} else if (h->suspicious_until_us) {
		out->class = CLASS_SUSPICIOUS;
		out->since_us = here(p, h->suspicious_since_us);
		out->until_us = here(p, h->suspicious_until_us);
	}
}

/* What this edge knows of it and has not told yet. */
static void describe_by_profile(struct pooled *p, struct store_row *out)
{
	char key[PARTNER_KEY_MAX];
	const struct profile *profile = profiles_find(apart_profiles(p->apart), key, partner_key(&out->partner, key));

	if (profile && !out->subject) {
		out->subject = profile->subject;
		out->issuer = profile->issuer;
		out->serial = profile->serial;
	}
	if (profile && !out->source_count) {
		out->source_count = profile->source_count;
		memcpy(out->sources, profile->sources, sizeof out->sources);
	}
}

static void describe(const struct asked *a, const struct script_report *got, struct store_row *out)
{
	struct pooled *p = a->survey->pooled;

	*out = (struct store_row){
		.partner = a->partner, .seen_us = here(p, got->seen_us), .period_us = a->period_us, .rate_now = got->rate_now,
		.distinct_uris = got->distinct_uris, .successes = got->successes, .failures = got->failures, .observe = got->observe,
		.subject = got->subject, .issuer = got->issuer, .serial = got->serial,
		.source_count = got->source_count, .edge_count = got->edge_count,
	};
	describe_holds(p, &a->partner, &got->own, out);
	if (got->limited_by && got->now_us - got->limited_us <= STORE_LIMITED_US) {
		out->limited_by = got->limited_by;
		out->limited_since_us = here(p, got->limited_since_us);
		out->limited_us = here(p, got->limited_us);
	}
	memcpy(out->counts.verdicts, got->verdicts, sizeof out->counts.verdicts);
	memcpy(out->sources, got->sources, sizeof out->sources);
	memcpy(out->edges, got->edges, sizeof out->edges);
	describe_by_profile(p, out);
}

static void tell(const struct asked *a, const struct script_report *got)
{
	const struct store_wish *wish = a->survey->wish;
	struct store_row row;

	describe(a, got, &row);
	if (wish->part == STORE_RESTRICTED && row.class != CLASS_WATCHED && row.class != CLASS_SUSPICIOUS && !row.limited_by)
		return; /* released, or over since it was put on the list */
	row.rate = wish->rate_of(wish->arg, &row.partner, row.class == CLASS_SUSPICIOUS);
	wish->row(wish->arg, &row);
}

static void on_reported(void *arg, const redisReply *reply)
{
	struct asked *a = arg;
	struct survey *s = a->survey;
	struct script_report *got;

	if (reply && !s->ended && !a->by_text && pooled_again(&a->call, reply)) {
		a->by_text = true;
		if (pooled_send(s->pooled, &a->call, on_reported, a))
			return;
		reply = NULL;
	}
	if (came_back(s)) {
		free(a);
		return;
	}
	got = alloc_zero(1, sizeof *got);
	if (!reply)
		s->lost = true;
	else if (!script_read_report(got, reply))
		pooled_wrong_reply(s->pooled, &a->partner, reply);
	else if (!got->unknown)
		tell(a, got);
	free(got);
	free(a);
	go_on(s);
}

static bool partner_at(const struct survey *s, size_t i, struct partner *out)
{
	if (s->wish->part != STORE_NAMED)
		return partner_from_key(out, s->finds.all[i].key, strlen(s->finds.all[i].key));
	*out = s->wish->named[i];
	return true;
}

static void ask(struct survey *s, const struct partner *partner)
{
	struct asked *a = alloc_zero(1, sizeof *a);
	struct rate usual = s->wish->rate_of(s->wish->arg, partner, false);

	a->survey = s;
	a->partner = *partner;
	a->period_us = usual.count ? usual.period_us : 0;
	script_report(&a->call, partner, &s->pooled->limits, a->period_us, -1);
	s->asked++;
	if (pooled_send(s->pooled, &a->call, on_reported, a))
		return;
	s->asked--;
	s->lost = true;
	free(a);
}

/* --- pages --- */

static size_t count_of(const struct survey *s)
{
	return s->wish->part == STORE_NAMED ? s->wish->named_count : s->finds.count;
}

static void on_page_here(void *arg, const struct store_page *page)
{
	struct survey *s = arg;
	struct store_page out = *page;

	out.here = true;
	s->wish->page(s->wish->arg, &out);
}

static void on_row_here(void *arg, const struct store_row *row)
{
	struct survey *s = arg;

	s->wish->row(s->wish->arg, row);
}

static bool wanted_here(void *arg, const struct partner *partner)
{
	struct survey *s = arg;

	return !s->wish->wanted || s->wish->wanted(s->wish->arg, partner);
}

static struct rate rate_here(void *arg, const struct partner *partner, bool suspicious)
{
	struct survey *s = arg;

	return s->wish->rate_of(s->wish->arg, partner, suspicious);
}

static void begin_here(struct survey *s)
{
	struct store *local = apart_store(s->pooled->apart);

	s->here_wish = *s->wish;
	s->here_wish.wanted = wanted_here;
	s->here_wish.rate_of = rate_here;
	s->here_wish.row = on_row_here;
	s->here_wish.page = on_page_here;
	s->here_wish.arg = s;
	s->here = local->ops->walk(local, &s->here_wish);
}

static void end_page(struct survey *s)
{
	struct store_page page = { .more = s->more, .anew = s->lost, .here = s->lost,
		.last = !s->lost && s->list == LISTS && s->next == count_of(s) };

	s->more = 0;
	if (s->lost)
		begin_here(s);
	s->wish->page(s->wish->arg, &page);
}

/* The walk may have been ended when this comes back. */
static void go_on(struct survey *s)
{
	struct partner partner;

	if (!s->lost && s->list < LISTS)
		scan(s);
	while (!s->lost && s->list == LISTS && s->asked < ASKED_MOST && s->paged < PAGE_ROWS && s->next < count_of(s)) {
		s->paged++;
		if (partner_at(s, s->next++, &partner))
			ask(s, &partner);
	}
	if (!s->asked)
		end_page(s);
}

static void next(struct store_walk *walk)
{
	struct survey *s = (struct survey *)walk;

	s->paged = 0;
	if (s->here)
		s->here->next(s->here);
	else
		go_on(s);
}

static void end(struct store_walk *walk)
{
	struct survey *s = (struct survey *)walk;

	if (s->here)
		s->here->end(s->here);
	s->ended = true;
	if (!s->asked)
		survey_free(s);
}

struct store_walk *survey_walk(struct store *store, const struct store_wish *wish)
{
	struct survey *s = alloc_zero(1, sizeof *s);

	s->walk = (struct store_walk){ next, end };
	s->pooled = (struct pooled *)store; /* its first member */
	s->wish = wish;
	s->list = SIZE_MAX; /* before the first */
	next_list(s);
	if (s->pooled->state != POOL_JOINED || !redis_is_up(s->pooled->link))
		begin_here(s);
	return &s->walk;
}
