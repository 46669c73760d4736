/* Lines that the policy file might have: of those who were limited of late those whose counts suggest something. */
#include <stdlib.h>

#include "../policy/alloc.h"
#include "../policy/suggest.h"
#include "clock.h"
#include "commands.h"
#include "gather.h"

static struct conduct conduct_of(const struct gather *g, const struct store_row *row)
{
	struct conduct c = { .partner = &row->partner, .class = row->class, .successes = row->successes,
		.failures = row->failures, .distinct_uris = report_distinct_uris(g->law, row) };

	for (int v = 0; v < VERDICTS; v++)
		c.verdicts[v] = row->counts.verdicts[v];
	return c;
}

static json_t *suggestion(const struct gather *g, const struct store_row *row)
{
	struct conduct c = conduct_of(g, row);
	enum suggestion what = suggest(&c, g->law);
	char line[SUGGEST_LINE_MAX], who[PARTNER_TEXT_MAX], evidence[SUGGEST_EVIDENCE_MAX];

	suggest_line(&c, what, line);
	suggest_evidence(&c, ruleset_limits(g->law), evidence);
	partner_text(&row->partner, who);
	return json_pack("{ssssssss}", "list", what == SUGGEST_ALLOW ? "allow" : "block", "line", line, "partner", who, "evidence", evidence);
}

static void on_row(void *arg, const struct store_row *row)
{
	struct gather *g = arg;
	struct conduct c = conduct_of(g, row);

	if (suggest(&c, g->law) != SUGGEST_NOTHING)
		report_take(g->report, row);
}

static void write_lines(struct gather *g)
{
	talk_begin(g->talk, json_pack("{soso}", "edge", talk_text(g->talk->house->traffic->conf->edge.name),
	    "time", talk_time(clock_wall_us())), "suggestions");
	gather_write(g, suggestion);
}

static void release(void *state)
{
	gather_clear(state);
	free(state);
}

void command_suggest(struct talk *t)
{
	struct gather *g = alloc_zero(1, sizeof *g);

	gather_init(g, t, STORE_RESTRICTED, REPORT_WORST, REPORT_USUAL, release);
	g->wish.most = REPORT_MOST;
	g->wish.row = on_row;
	gather_walk(g, write_lines);
}
