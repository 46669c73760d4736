/* try-policy: a candidate for the law, beside it. Only on the edge that is asked. */
#include "clock.h"
#include "commands.h"
#include "talk.h"

#define USUAL_US INT64_C(3600000000)
#define LEAST_US INT64_C(1000000)
#define MOST_US  (INT64_C(30) * 24 * 3600 * 1000000)

static void show(struct talk *t)
{
	json_t *object = trying_describe(t->house->traffic);

	if (object)
		talk_answer(t, object);
	else
		talk_refuse(t, "no policy is tried: name a file to judge the traffic of this edge by");
}

static void stop(struct talk *t)
{
	struct traffic *tr = t->house->traffic;

	if (!tr->trying.running) {
		talk_refuse(t, "no policy is tried");
		return;
	}
	trying_end(tr);
	show(t);
}

static void begin(struct talk *t, const char *file, const char *time)
{
	struct traffic *tr = t->house->traffic;
	char until[CLOCK_TEXT_MAX];
	struct complaints complaints;
	int64_t for_us = USUAL_US;

	if (time && (!duration_parse(&for_us, time) || for_us < LEAST_US || for_us > MOST_US)) {
		talk_unfit(t, "--for %s: write a time from 1s to 30d", time);
		return;
	}
	if (tr->trying.running) {
		talk_refuse(t, "%s is being tried: try-policy --stop ends it", tr->trying.file);
		return;
	}
	complaints_init(&complaints);
	if (trying_begin(tr, file, for_us, &complaints)) {
		clock_text(tr->trying.until_us, until);
		talk_done(t, "trying %s, digest %s, beside the law of %s until %s", tr->trying.file, tr->trying.digest, tr->conf->edge.name, until);
	} else {
		talk_complain(t, "not tried", &complaints);
	}
	complaints_clear(&complaints);
}

void command_try_policy(struct talk *t)
{
	const char *time = command_option(&t->asked, "for");
	bool ends = command_option(&t->asked, "stop");

	if (ends && (time || t->asked.count))
		talk_unfit(t, "--stop takes neither a FILE nor --for");
	else if (time && !t->asked.count)
		talk_unfit(t, "--for is how long a FILE is tried: name it");
	else if (ends)
		stop(t);
	else if (t->asked.count)
		begin(t, t->asked.words[0], time);
	else
		show(t);
}
