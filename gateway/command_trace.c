/* One partner's messages, to a reader who asks for them. */
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "commands.h"
#include "talk.h"
#include "trace.h"

#define LEAST_US   INT64_C(1000000)
#define USUAL_US   INT64_C(60000000)
#define MOST_US    INT64_C(3600000000)

struct tracer {
	struct talk *talk;    /* borrowed */
	struct trace *trace;
	struct timer end;
};

static void on_message(void *arg, json_t *message)
{
	struct tracer *r = arg;

	talk_line(r->talk, message);
}

static void release(void *state)
{
	struct tracer *r = state;

	timer_stop(r->talk->loop, &r->end);
	trace_end(r->trace);
	free(r);
}

static void on_end(void *arg)
{
	struct tracer *r = arg;

	if (trace_lost(r->trace))
		talk_line(r->talk, json_pack("{sI}", "lost", (json_int_t)trace_lost(r->trace)));
	talk_hang_up(r->talk);
}

static bool how_long(const struct talk *t, int64_t *out)
{
	const char *text = command_option(&t->asked, "for");

	*out = USUAL_US;
	return !text || (duration_parse(out, text) && *out >= LEAST_US && *out <= MOST_US);
}

void command_trace(struct talk *t)
{
	struct traces *all = t->house->traffic->traces;
	const char *name = t->asked.words[0];
	struct domain partner;
	struct tracer *r;
	int64_t us;

	if (!domain_parse(&partner, name, strlen(name))) {
		talk_unfit(t, "%.80s: name a domain that the partner's certificate proves", name);
		return;
	}
	if (!how_long(t, &us)) {
		talk_unfit(t, "--for: a time from 1s to 1h, as in \"5m\"");
		return;
	}
	r = alloc_zero(1, sizeof *r);
	r->talk = t;
	r->trace = trace_begin(all, &partner, on_message, r);
	if (!r->trace) {
		free(r);
		talk_refuse(t, "%d partners are traced already: wait until one of them ends", TRACES_MAX);
		return;
	}
	talk_note(t, "begun");
	talk_later(t, NULL, r, release);
	talk_line(t, json_pack("{sssosI}", "partner", partner.text, "for", talk_seconds(us),
	    "connections", (json_int_t)trace_connections(r->trace)));
	timer_set(t->loop, &r->end, loop_now(t->loop) + us, on_end, r);
}
