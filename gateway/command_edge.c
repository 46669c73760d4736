/* What is asked about one edge, and done to it as a whole. */
#include "clock.h"
#include "commands.h"
#include "talk.h"

static json_t *next_hops_of(const struct traffic *tr)
{
	json_t *out = json_array();

	for (const struct hop *h = tr->hops->first; h; h = h->next)
		json_array_append_new(out, json_pack("{sosbsIsIsI}", "uri", talk_text(h->uri), "up", h->up,
		    "pending", (json_int_t)(h->link ? h->link->awaited : 0),
		    "priority", (json_int_t)h->priority, "weight", (json_int_t)h->weight));
	return out;
}

static json_t *totals_of(const struct traffic *tr)
{
	json_t *out = json_array();

	for (enum reason r = REASON_NONE + 1; r < REASONS; r++)
		if (tally_total(ledger_tally(tr->ledger), r))
			json_array_append_new(out, json_pack("{sssssI}", "verdict", verdict_token(reason_row(r)->verdict),
			    "reason", reason_row(r)->token, "count", (json_int_t)tally_total(ledger_tally(tr->ledger), r)));
	return out;
}

void command_status(struct talk *t)
{
	const struct traffic *tr = t->house->traffic;
	json_t *out = json_pack("{soso}", "edge", talk_text(tr->conf->edge.name), "time", talk_time(clock_wall_us()));

	t->house->describe(t->house->edge, out);
	json_object_set_new(out, "store", talk_store(tr));
	json_object_set_new(out, "next_hops", next_hops_of(tr));
	json_object_set_new(out, "totals", totals_of(tr));
	talk_answer(t, out);
}

void command_reload(struct talk *t)
{
	struct complaints complaints;
	char done[1024];

	complaints_init(&complaints);
	if (t->house->reload(t->house->edge, &complaints, done, sizeof done))
		talk_done(t, "%s", done);
	else
		talk_complain(t, "the running configuration and policy are unchanged", &complaints);
	complaints_clear(&complaints);
}

void command_drain(struct talk *t)
{
	char done[1024];

	t->house->drain(t->house->edge, done, sizeof done);
	talk_done(t, "%s", done);
}
