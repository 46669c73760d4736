/* What the console may have done to the edge, and what the edge tells of itself. */
#include "edge_parts.h"

#include <stdlib.h>

#include "../policy/alloc.h"
#include "clock.h"

static bool do_reload(void *edge, struct complaints *complaints, char *done, size_t size)
{
	struct edge *e = edge;

	if (!e->draining)
		return edge_reload(e, complaints, done, size);
	complain(complaints, e->path, 0, "the edge is stopping: nothing is read again");
	return false;
}

static void do_drain(void *edge, char *done, size_t size)
{
	edge_drain(edge, done, size);
}

/* --- of `status` --- */

static void add_doors(json_t *out, const char *side, const struct door_list *doors, bool plain)
{
	char text[ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < doors->count; i++) {
		address_text(listener_address(doors->list[i].listener), text);
		json_array_append_new(out, json_pack("{sssssbsb}", "side", side, "address", text,
		    "tls", !plain, "open", listener_is_open(doors->list[i].listener)));
	}
}

static json_t *policy(const struct edge *e)
{
	return json_pack("{sosssosIsIsI}", "file", talk_text(e->conf->policy), "digest", e->policy.digest,
	    "loaded", talk_time(e->policy.loaded_us), "allows", (json_int_t)e->policy.allows,
	    "blocks", (json_int_t)e->policy.blocks, "providers", (json_int_t)e->policy.providers);
}

static json_t *connections(const struct edge *e)
{
	json_int_t counts[] = { [LINK_PARTNER] = 0, [LINK_INSIDE] = 0, [LINK_HOP] = 0 };

	for (const struct link *l = e->links.first; l; l = l->next_all)
		counts[l->kind]++;
	return json_pack("{sIsIsI}", "partners", counts[LINK_PARTNER], "inside", counts[LINK_INSIDE], "next_hops", counts[LINK_HOP]);
}

static void describe(void *edge, json_t *status)
{
	const struct edge *e = edge;
	json_t *listeners = json_array();

	add_doors(listeners, "federation", &e->federation, false);
	add_doors(listeners, "internal", &e->internal, e->conf->internal.plain);
	add_doors(listeners, "metrics", &e->metrics, true);
	json_object_set_new(status, "version", json_string(PACKAGE_VERSION));
	json_object_set_new(status, "started", talk_time(e->started_us));
	json_object_set_new(status, "uptime", talk_seconds(clock_monotonic_us() - e->begun_us));
	json_object_set_new(status, "state", json_string(e->draining ? "stopping" : e->drained ? "drained" : "serving"));
	json_object_set_new(status, "policy", policy(e));
	json_object_set_new(status, "listeners", listeners);
	json_object_set_new(status, "connections", json_integer((json_int_t)e->streams.open));
	json_object_set_new(status, "connections_by", connections(e));
	json_object_set_new(status, "longest_turn", talk_seconds(loop_longest_turn(e->loop)));
	json_object_set_new(status, "pending", json_integer((json_int_t)pendings_quota(e->pendings)->used));
}

/* --- its life --- */

static void *allocate(size_t size)
{
	return alloc_zero(1, size);
}

void edge_open_console(struct edge *e)
{
	json_set_alloc_funcs(allocate, free);
	e->started_us = clock_wall_us();
	e->begun_us = clock_monotonic_us();
	e->house = (struct talk_house) {
		.traffic = &e->traffic, .edge = e, .reload = do_reload, .drain = do_drain, .describe = describe
	};
	e->console = console_new(e->loop, &e->house);
	console_configure(e->console, e->conf);
}
