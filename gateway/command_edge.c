/* What is asked about one edge, and done to it as a whole. */
#include "clock.h"
#include "commands.h"
#include "talk.h"

/* The store's clock is no wall clock. */
static int64_t wall_of(struct store *store, int64_t store_us)
{
	return store_us ? clock_wall_us() - (store->clock_us(store) - store_us) : 0;
}

static json_t *store_of(const struct traffic *tr)
{
	struct store_health health;
	json_t *out;

	tr->store->ops->health(tr->store, &health);
	out = json_pack("{sssssosososIsI}", "kind", tr->conf->store.kind == STORE_REDIS ? "redis" : "memory",
	    "state", health.keeps ? "good" : "trouble",
	    "trouble", health.trouble[0] ? talk_text(health.trouble) : json_null(),
	    "address", health.where ? talk_text(health.where) : json_null(),
	    "since", talk_time(wall_of(tr->store, health.since_us)),
	    "partners", (json_int_t)health.partners, "restricted", (json_int_t)health.restricted);
	if (tr->conf->store.kind == STORE_REDIS) {
		json_object_set_new(out, "edges", json_integer(health.edges));
		json_object_set_new(out, "other_policies", json_integer(health.other_policies));
	}
	return out;
}

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
		if (ledger_total(tr->ledger, r))
			json_array_append_new(out, json_pack("{sssssI}", "verdict", verdict_token(reason_row(r)->verdict),
			    "reason", reason_row(r)->token, "count", (json_int_t)ledger_total(tr->ledger, r)));
	return out;
}

void command_status(struct talk *t)
{
	const struct traffic *tr = t->house->traffic;
	json_t *out = json_pack("{soso}", "edge", talk_text(tr->conf->edge.name), "time", talk_time(clock_wall_us()));

	t->house->describe(t->house->edge, out);
	json_object_set_new(out, "store", store_of(tr));
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
