/* Lines that the policy file might have: a walk over those who were limited of late, of whom those are kept whose counts
 * suggest something. A page a turn, or as replies of the pool's store come; then a few rows a turn. */
#include <stdlib.h>

#include "../policy/alloc.h"
#include "../policy/suggest.h"
#include "clock.h"
#include "commands.h"
#include "report.h"
#include "talk.h"

#define ROWS_A_TURN 16

struct inquest {
	struct talk *talk;         /* borrowed */
	struct ruleset *law;       /* a reference */
	struct report *report;     /* owned: those with a suggestion */
	struct store_wish wish;
	struct store_walk *walk;   /* owned; NULL: it is over */
	bool stepping, waiting;    /* within a step; the page has not come */
	size_t written;
};

static struct conduct conduct_of(const struct inquest *q, const struct store_row *row)
{
	struct conduct c = { .partner = &row->partner, .class = row->class, .successes = row->successes,
		.failures = row->failures, .distinct_uris = report_distinct_uris(q->law, row) };

	for (int v = 0; v < VERDICTS; v++)
		c.verdicts[v] = row->counts.verdicts[v];
	return c;
}

static void release(void *state)
{
	struct inquest *q = state;

	if (q->walk)
		q->walk->end(q->walk);
	report_free(q->report);
	ruleset_unref(q->law);
	free(q);
}

/* --- writing --- */

static json_t *suggestion(const struct inquest *q, const struct store_row *row)
{
	struct conduct c = conduct_of(q, row);
	enum suggestion what = suggest(&c, q->law);
	char line[SUGGEST_LINE_MAX], who[PARTNER_TEXT_MAX], evidence[SUGGEST_EVIDENCE_MAX];

	suggest_line(&c, what, line);
	suggest_evidence(&c, ruleset_limits(q->law), evidence);
	partner_text(&row->partner, who);
	return json_pack("{ssssssss}", "list", what == SUGGEST_ALLOW ? "allow" : "block", "line", line, "partner", who, "evidence", evidence);
}

static bool write_some(struct talk *t)
{
	struct inquest *q = t->state;
	size_t count = report_count(q->report);

	for (int i = 0; i < ROWS_A_TURN && q->written < count; i++)
		talk_row(t, suggestion(q, report_at(q->report, q->written++)));
	return q->written < count;
}

/* --- collecting --- */

static void on_row(void *arg, const struct store_row *row)
{
	struct inquest *q = arg;
	struct conduct c = conduct_of(q, row);

	if (suggest(&c, q->law) != SUGGEST_NOTHING)
		report_take(q->report, row);
}

static struct rate on_rate(void *arg, const struct partner *partner, bool suspicious)
{
	struct inquest *q = arg;

	return report_rate(q->law, partner, suspicious);
}

static bool step(struct talk *);

static void on_page(void *arg, const struct store_page *page)
{
	struct inquest *q = arg;

	q->waiting = false;
	if (page->anew)
		report_void(q->report);
	if (page->last) {
		q->walk->end(q->walk);
		q->walk = NULL;
		report_sort(q->report);
	}
	if (!q->stepping)
		talk_later(q->talk, step, q, release);
}

static bool begin_writing(struct talk *t)
{
	talk_begin(t, json_pack("{soso}", "edge", talk_text(t->house->traffic->conf->edge.name), "time", talk_time(clock_wall_us())),
	    "suggestions");
	talk_later(t, write_some, t->state, release);
	return true;
}

/* A page, or the answer behind the last one. */
static bool step(struct talk *t)
{
	struct inquest *q = t->state;

	if (!q->walk)
		return begin_writing(t);
	q->stepping = q->waiting = true;
	q->walk->next(q->walk);
	q->stepping = false;
	if (q->waiting)
		talk_later(t, NULL, q, release);
	return true;
}

void command_suggest(struct talk *t)
{
	struct store *store = t->house->traffic->store;
	struct inquest *q = alloc_zero(1, sizeof *q);

	q->talk = t;
	q->law = ruleset_ref(t->house->traffic->law);
	q->report = report_new(REPORT_WORST, REPORT_USUAL);
	q->wish = (struct store_wish){ .part = STORE_RESTRICTED, .most = REPORT_MOST, .rate_of = on_rate, .row = on_row,
		.page = on_page, .arg = q };
	q->walk = store->ops->walk(store, &q->wish);
	talk_later(t, step, q, release);
}
