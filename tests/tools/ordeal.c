/* One case of the torture table, word by word: see torture.c for the words. */
#include "torture.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


bool ordeal_fail(const struct ordeal *o, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s:%ld: %s: ", o->file, o->line, text_string(&o->name));
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return false;
}

bool ordeal_pump(struct ordeal *o, int64_t patience_us)
{
	return around_pump(o->around, patience_us) || ordeal_fail(o, "%s", o->around->healthy.trouble);
}

bool ordeal_breathe(struct ordeal *o, int64_t span_us)
{
	int64_t until = now_us() + span_us, left;

	while ((left = until - now_us()) > 0)
		if (!ordeal_pump(o, left))
			return false;
	return true;
}

static bool do_pongs(struct ordeal *o, struct slice rest)
{
	int64_t until = now_us() + PATIENCE_US, left;
	long wanted = slice_number(rest);

	while (o->around->pongs < wanted && (left = until - now_us()) > 0)
		if (!ordeal_pump(o, left))
			return false;
	return o->around->pongs == wanted || ordeal_fail(o, "%ld pongs came, not %ld", o->around->pongs, wanted);
}

static bool do_closes(struct ordeal *o, struct slice rest)
{
	int64_t until = now_us() + PATIENCE_US, left;

	o->ended = true;
	while (o->around->link->open && (left = until - now_us()) > 0)
		if (!ordeal_pump(o, left))
			return false;
	if (o->around->link->open)
		return ordeal_fail(o, "the connection stays open");
	return ordeal_silent(o, rest);
}

/* Open, and at the beginning of a message: one more passes. */
static bool do_stays(struct ordeal *o, struct slice rest)
{
	static const char probe[] = "MESSAGE sip:probe@example.com SIP/2.0\n{HEAD}\nContent-Length: 0\n\n";

	o->ended = true;
	o->cut = 0;
	o->first_sent = o->sent_count;
	return ordeal_silent(o, rest) && ordeal_send(o, slice_of(probe)) && ordeal_forwarded(o, true);
}

static bool do_cut(struct ordeal *o, struct slice rest)
{
	o->cut = slice_number(rest);
	return o->cut >= 0 || ordeal_fail(o, "cut: octets in a record are wanted");
}

static bool do_hang_up(struct ordeal *o, struct slice rest)
{
	(void)rest;
	o->ended = true;
	if (!ordeal_breathe(o, QUIET_US))
		return false;
	link_close(o->around->link);
	return ordeal_breathe(o, QUIET_US);
}

static bool do_nothing(struct ordeal *o, struct slice rest)
{
	(void)o;
	(void)rest;
	return true;
}

/* --- the words --- */

static const struct word {
	const char *word;
	bool      (*act)(struct ordeal *o, struct slice rest);
	bool        lines;              /* acts on the lines up to END */
} words[] = {
	{ "rfc", do_nothing, false }, { "send", ordeal_send, true }, { "send-cut-everywhere", ordeal_send_cut_everywhere, true },
	{ "back", ordeal_back, true }, { "raw", ordeal_raw, false }, { "cut", do_cut, false },
	{ "answered", ordeal_answered, false }, { "forwarded", ordeal_all_forwarded, false }, { "lost", ordeal_lost, false },
	{ "silent", ordeal_silent, false }, { "pongs", do_pongs, false }, { "closes", do_closes, false },
	{ "stays", do_stays, false }, { "hang-up", do_hang_up, false },
};

static bool cut_lines(struct ordeal *o, struct slice mark, struct slice *lines)
{
	bool found = false;

	*lines = (struct slice){ o->rest.at, 0 };
	if (mark.length < 3 || memcmp(mark.at, "<<", 2) != 0)
		return ordeal_fail(o, "<<END is wanted");
	mark = slice_from(mark, 2);
	while (o->rest.length > 0 && !found) {
		struct slice line = slice_until(&o->rest, '\n');

		o->line++;
		found = slice_same(slice_trim(line), mark);
		if (!found)
			lines->length = (size_t)(o->rest.at - lines->at);
	}
	return found || ordeal_fail(o, "the end of the lines is missing");
}

static bool play_line(struct ordeal *o, struct slice line)
{
	struct slice rest = slice_trim(line), word = slice_until(&rest, ' ');

	rest = slice_trim(rest);
	if (word.length == 0 || word.at[0] == '#')
		return true;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (slice_is(word, words[i].word))
			return (!words[i].lines || cut_lines(o, rest, &rest)) && words[i].act(o, rest);
	return ordeal_fail(o, "unknown word \"%.*s\"", (int)word.length, word.at);
}

static bool at_case(struct slice rest)
{
	return rest.length > 5 && memcmp(rest.at, "case ", 5) == 0;
}

bool ordeal_play(struct ordeal *o)
{
	bool good = true;

	while (o->rest.length > 0 && !at_case(o->rest)) {
		struct slice line = slice_until(&o->rest, '\n');

		o->line++;
		if (good)
			good = play_line(o, line);
	}
	if (good && !o->ended)
		good = ordeal_fail(o, "the case does not say what becomes of the connection");
	return good && ordeal_silent(o, slice_of(""));
}
