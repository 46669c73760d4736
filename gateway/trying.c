#include "trying.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "candidate.h"
#include "clock.h"
#include "conf_source.h"
#include "log.h"
#include "traffic.h"

#define ROWS 1024 /* an answer of so many is made within a turn */

static char *path_of(const struct conf *conf, const char *file)
{
	char *directory, *path;
	size_t size;

	if (file[0] == '/')
		return alloc_text(file);
	directory = source_directory(conf->path);
	size = strlen(directory) + strlen(file) + 2;
	path = alloc_zero(1, size);
	snprintf(path, size, "%s/%s", directory, file);
	free(directory);
	return path;
}

/* Who began or ended it, the console tells; by itself it ends too. */
static void say_ended(struct traffic *tr)
{
	const struct trial *trial = candidate_trial(tr->trying.candidate);
	char text[600];

	snprintf(text, sizeof text, "%.400s, digest %s, is no longer tried: of %" PRIu64 " requests it judged %" PRIu64 " as the law did",
	    tr->trying.file, tr->trying.digest, trial->judged, trial->same);
	log_line(LEVEL_INFO, "policy: %s", text);
	ledger_event(tr->ledger, "policy", text);
}

/* It may know very many partners: messages come between. */
static void on_rest(void *arg)
{
	struct traffic *tr = arg;

	if (!candidate_rest(tr->trying.candidate))
		loop_later(tr->loop, &tr->trying.rest, on_rest, tr);
}

static void on_end(void *arg)
{
	trying_end(arg);
}

bool trying_begin(struct traffic *tr, const char *file, int64_t for_us, struct complaints *to)
{
	struct trying *t = &tr->trying;
	char *path = path_of(tr->conf, file);
	struct ruleset *law = t->running ? NULL : conf_read_policy(path, tr->conf, to);

	if (!law) {
		free(path);
		return false;
	}
	trying_clear(tr);
	t->file = path;
	conf_policy_digest(path, t->digest);
	t->candidate = candidate_new(law, tr->conf->store.max_partners, ROWS);
	t->since_us = clock_wall_us();
	t->until_us = t->since_us + for_us;
	t->running = true;
	timer_set(tr->loop, &t->end, loop_now(tr->loop) + for_us, on_end, tr);
	tr->witness.candidate = t->candidate;
	return true;
}

void trying_end(struct traffic *tr)
{
	struct trying *t = &tr->trying;

	if (!t->running)
		return;
	timer_stop(tr->loop, &t->end);
	tr->witness.candidate = NULL;
	on_rest(tr);
	t->until_us = clock_wall_us();
	t->running = false;
	say_ended(tr);
}

void trying_clear(struct traffic *tr)
{
	struct trying *t = &tr->trying;

	if (t->running)
		timer_stop(tr->loop, &t->end);
	loop_forget(tr->loop, &t->rest);
	tr->witness.candidate = NULL;
	candidate_free(t->candidate);
	free(t->file);
	*t = (struct trying) { 0 };
}

json_t *trying_describe(const struct traffic *tr)
{
	const struct trying *t = &tr->trying;
	char now[CLOCK_TEXT_MAX], since[CLOCK_TEXT_MAX], until[CLOCK_TEXT_MAX], file[4 * 1024];
	json_t *object;

	if (!t->candidate)
		return NULL;
	clock_text(clock_wall_us(), now);
	clock_text(t->since_us, since);
	clock_text(t->until_us, until);
	log_quote(file, sizeof file, t->file, strlen(t->file));
	object = json_pack("{s:s, s:s, s:b, s:{s:s, s:s}, s:s, s:s}", "edge", tr->conf->edge.name, "time", now, "running", t->running,
	    "policy", "file", file, "digest", t->digest, "since", since, "until", until);
	trial_describe(candidate_trial(t->candidate), object);
	return object;
}
