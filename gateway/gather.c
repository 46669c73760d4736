#include "gather.h"

#define ROWS_A_TURN 16

static void on_row(void *arg, const struct store_row *row)
{
	struct gather *g = arg;

	report_take(g->report, row);
}

static struct rate on_rate(void *arg, const struct partner *partner, bool suspicious)
{
	struct gather *g = arg;

	return report_rate(g->law, partner, suspicious);
}

static bool step(struct talk *);

static void on_page(void *arg, const struct store_page *page)
{
	struct gather *g = arg;

	g->waiting = false;
	g->here = page->here;
	report_pass(g->report, page->more);
	if (page->anew)
		report_void(g->report);
	if (page->last) {
		g->walk->end(g->walk);
		g->walk = NULL;
		report_sort(g->report);
	}
	if (!g->stepping)
		talk_later(g->talk, step, g, g->release);
}

/* A page, or what follows behind the last one. */
static bool step(struct talk *t)
{
	struct gather *g = t->state;

	if (!g->walk) {
		g->gathered(g);
		return true;
	}
	g->stepping = g->waiting = true;
	g->walk->next(g->walk);
	g->stepping = false;
	if (g->waiting)
		talk_later(t, NULL, g, g->release);
	return true;
}

void gather_init(struct gather *g, struct talk *t, enum store_part part, enum report_order order, size_t most, void (*release)(void *))
{
	g->talk = t;
	g->law = ruleset_ref(t->house->traffic->law);
	g->report = report_new(order, most);
	g->release = release;
	g->wish = (struct store_wish){ .part = part, .most = most, .rate_of = on_rate, .row = on_row, .page = on_page, .arg = g };
}

void gather_clear(struct gather *g)
{
	if (g->walk)
		g->walk->end(g->walk);
	report_free(g->report);
	ruleset_unref(g->law);
}

void gather_walk(struct gather *g, void (*gathered)(struct gather *))
{
	struct store *store = g->talk->house->traffic->store;

	g->gathered = gathered;
	g->walk = store->ops->walk(store, &g->wish);
	talk_later(g->talk, step, g, g->release);
}

static bool write_some(struct talk *t)
{
	struct gather *g = t->state;
	size_t count = report_count(g->report);

	for (int i = 0; i < ROWS_A_TURN && g->written < count; i++)
		talk_row(t, g->row(g, report_at(g->report, g->written++)));
	return g->written < count;
}

void gather_write(struct gather *g, json_t *(*row)(const struct gather *, const struct store_row *))
{
	g->row = row;
	talk_later(g->talk, write_some, g, g->release);
}
