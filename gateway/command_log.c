/* The last decisions, and those to come. */
#include <stdlib.h>

#include "../policy/alloc.h"
#include "commands.h"
#include "recent.h"
#include "talk.h"

#define LINES_A_TURN 64

struct log_reader {
	struct talk *talk;               /* borrowed */
	struct recent *recent;           /* borrowed */
	uint64_t next;                   /* the line to be written next */
	bool follows;
	struct recent_follower follower;
};

static void on_line(void *arg, const char *line, size_t length)
{
	struct log_reader *r = arg;

	talk_line_text(r->talk, line, length);
}

static void release(void *state)
{
	struct log_reader *r = state;

	recent_unfollow(&r->follower);
	free(r);
}

/* What is forgotten before it is read is passed over: the newest lines are what he waits for. */
static bool more(struct talk *t)
{
	struct log_reader *r = t->state;
	const char *line;
	size_t length;

	if (r->next < recent_oldest(r->recent))
		r->next = recent_oldest(r->recent);
	for (unsigned i = 0; i < LINES_A_TURN && (line = recent_line(r->recent, r->next, &length)); i++, r->next++)
		talk_line_text(t, line, length);
	if (r->next < recent_next(r->recent))
		return true;
	if (!r->follows)
		return false;
	recent_follow(r->recent, &r->follower);
	talk_later(t, NULL, r, release);
	return true;
}

/* So many of the last lines, all where it is not said. False: it is no such number. */
static bool first_line(struct recent *recent, const char *last, uint64_t *out)
{
	uint64_t kept = recent_next(recent) - recent_oldest(recent), wanted = 0;

	*out = recent_oldest(recent);
	for (const char *at = last; at && *at; at++) {
		if (*at < '0' || *at > '9' || (wanted = wanted * 10 + (uint64_t)(*at - '0')) > RECENT_LINES)
			return false;
	}
	if (last && wanted < kept)
		*out = recent_next(recent) - wanted;
	return !last || *last;
}

void command_log(struct talk *t)
{
	struct log_reader *r;
	struct recent *recent = ledger_recent(t->house->traffic->ledger);
	uint64_t first;

	if (!first_line(recent, command_option(&t->asked, "n"), &first)) {
		talk_unfit(t, "-n: so many of the last lines, 0 to %d", RECENT_LINES);
		return;
	}
	r = alloc_zero(1, sizeof *r);
	*r = (struct log_reader) { .talk = t, .recent = recent, .next = first, .follows = command_option(&t->asked, "f") };
	r->follower.line = on_line;
	r->follower.arg = r;
	talk_lines(t);
	talk_later(t, more, r, release);
}
