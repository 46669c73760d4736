#include "replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "candidate.h"
#include "clock.h"
#include "conf.h"
#include "recording.h"

#define ROWS         65536
#define TOLD_MOST    10     /* lines that are passed over; the others are only counted */

struct replay {
	const char *record, *policy;
	struct recording *recording;
	struct candidate *candidate;  /* NULL: the record has not begun */
	struct domain domains[RECORD_DOMAINS_MAX];
	size_t domain_count;
	char edge[DOMAIN_MAX + 1], law[16]; /* as the first beginning tells */
	int64_t since_us, until_us;
	uint64_t other, begun, told;
	bool other_domains;           /* was said */
};

static void on_bad_line(void *arg, uint64_t line, const char *what)
{
	struct replay *r = arg;

	if (r->told++ < TOLD_MOST)
		fprintf(stderr, "%s:%" PRIu64 ": %s: passed over\n", r->record, line, what);
}

/* The local domains are the record's: no policy names them. */
static bool read_policy(struct replay *r, const struct recorded_line *line)
{
	struct conf local = { .edge = { .domains = r->domains, .domain_count = line->domain_count } };
	struct complaints complaints;
	struct ruleset *law;

	memcpy(r->domains, line->domains, line->domain_count * sizeof *r->domains);
	r->domain_count = line->domain_count;
	complaints_init(&complaints);
	law = conf_read_policy(r->policy, &local, &complaints);
	for (size_t i = 0; i < complaints.count; i++)
		fprintf(stderr, "%s\n", complaints.lines[i]);
	complaints_clear(&complaints);
	if (law)
		r->candidate = candidate_new(law, line->max_partners, ROWS);
	return law != NULL;
}

static bool same_domains(const struct replay *r, const struct recorded_line *line)
{
	bool same = r->domain_count == line->domain_count;

	for (size_t i = 0; same && i < r->domain_count; i++)
		same = domain_same(&r->domains[i], &line->domains[i]);
	return same;
}

static bool begin(struct replay *r, const struct recorded_line *line)
{
	r->begun++;
	if (!r->candidate) {
		r->since_us = line->at_us;
		memcpy(r->edge, line->edge, sizeof r->edge);
		memcpy(r->law, line->policy, sizeof r->law);
		return read_policy(r, line);
	}
	if (!same_domains(r, line) && !r->other_domains) {
		r->other_domains = true;
		fprintf(stderr, "%s:%" PRIu64 ": the local domains changed: the policy is read with the first ones\n",
		    r->record, recording_lines(r->recording));
	}
	return true;
}

/* False: it ends here, which was said. */
static bool judge_all(struct replay *r)
{
	struct recorded_line line;
	enum recorded what;

	while ((what = recording_next(r->recording, &line)) != RECORDED_END && what != RECORDED_UNREADABLE) {
		if (line.at_us > r->until_us)
			r->until_us = line.at_us;
		if (what == RECORDED_BEGIN && !begin(r, &line))
			return false;
		if (what == RECORDED_JUDGED)
			candidate_judged(r->candidate, &line.judged);
		else if (what == RECORDED_ANSWERED)
			candidate_answered(r->candidate, &line.answered);
		r->other += what == RECORDED_OTHER;
	}
	if (r->told > TOLD_MOST)
		fprintf(stderr, "%s: %" PRIu64 " lines more were passed over\n", r->record, r->told - TOLD_MOST);
	if (what == RECORDED_UNREADABLE)
		fprintf(stderr, "%s: cannot be read: %s\n", r->record, strerror(errno));
	else if (!r->candidate)
		fprintf(stderr, "%s: no record: name a file that log.record wrote\n", r->record);
	return what == RECORDED_END && r->candidate;
}

/* --- printing --- */

static json_t *describe(const struct replay *r)
{
	char since[CLOCK_TEXT_MAX], until[CLOCK_TEXT_MAX], digest[13];
	json_t *object;

	clock_text(r->since_us, since);
	clock_text(r->until_us, until);
	conf_policy_digest(r->policy, digest);
	object = json_pack("{s:{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I}, s:{s:s, s:s}, s:I}",
	    "record", "file", r->record, "edge", r->edge, "policy", r->law, "since", since, "until", until,
	    "begun", (json_int_t)r->begun, "lines", (json_int_t)recording_lines(r->recording), "passed_over", (json_int_t)recording_bad(r->recording),
	    "policy", "file", r->policy, "digest", digest, "other", (json_int_t)r->other);
	if (object)
		trial_describe(candidate_trial(r->candidate), object);
	return object;
}

static void print_text(const struct replay *r, const json_t *object)
{
	const json_t *record = json_object_get(object, "record");

	printf("record     %s: %s, policy %s, %s to %s, %" PRIu64 " lines", r->record, r->edge, r->law, json_string_value(json_object_get(record, "since")),
	    json_string_value(json_object_get(record, "until")), recording_lines(r->recording));
	if (recording_bad(r->recording))
		printf(", %" PRIu64 " of them passed over", recording_bad(r->recording));
	printf("\ncandidate  %s, digest %s\n\n", r->policy, json_string_value(json_object_get(json_object_get(object, "policy"), "digest")));
	trial_print(stdout, object);
	if (r->other)
		printf("\n%" PRIu64 " decisions that no policy changes: not judged again\n", r->other);
}

static void print(const struct replay *r, bool json)
{
	json_t *object = describe(r);

	if (json && object)
		json_dumpf(object, stdout, JSON_COMPACT);
	else if (object)
		print_text(r, object);
	else
		fprintf(stderr, "%s: its name is no text\n", r->record);
	if (json)
		putchar('\n');
	json_decref(object);
}

int replay_run(const char *record, const char *policy, bool json)
{
	struct replay *r = alloc_zero(1, sizeof *r);
	bool good = false;

	r->record = record;
	r->policy = policy;
	r->recording = recording_open(record, on_bad_line, r);
	if (r->recording)
		good = judge_all(r);
	else
		fprintf(stderr, "%s: cannot be read: %s\n", record, strerror(errno));
	if (good)
		print(r, json);
	candidate_free(r->candidate);
	recording_close(r->recording);
	free(r);
	return good ? 0 : 1;
}
