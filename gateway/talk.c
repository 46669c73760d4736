/* Answers over turns. An answer that has ended is only marked: what its command holds is released at
 * the end of the turn, so that a command may end it from wherever it is. */
#include "talk.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "../policy/utf8.h"
#include "clock.h"
#include "log.h"

#define TURN_MOST  ((size_t)64 * 1024)   /* while less waits to leave, `more` is called */
#define LINES_MOST ((size_t)256 * 1024)  /* lines are dropped above it */

/* Compact and in ASCII: what a person's terminal shows is harmless; 12 digits, as 0.05 has more than a double. */
#define JSON_MANNER (JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(12))

/* --- what leaves --- */

static void say(struct talk *t, const char *text, size_t length)
{
	if (t->stream)
		stream_send(t->stream, text, length);
}

static void say_text(struct talk *t, const char *text)
{
	say(t, text, strlen(text));
}

static void say_json(struct talk *t, const json_t *value)
{
	char *text = json_dumps(value, JSON_MANNER);

	if (!text)
		abort(); /* it is of our own making */
	say_text(t, text);
	free(text);
}

static void release(struct talk *t)
{
	void (*call)(void *) = t->release;

	t->release = NULL;
	if (call)
		call(t->state);
	t->state = NULL;
}

static void on_turn(void *arg);

static void wake(struct talk *t)
{
	loop_later(t->loop, &t->turn, on_turn, t);
}

static void end(struct talk *t)
{
	t->stage = TALK_ENDED;
	t->more = NULL;
	if (t->stream)
		stream_finish(t->stream, "answered");
	wake(t);
}

static void end_by_itself(struct talk *t)
{
	if (t->stage == TALK_LIST)
		talk_end(t);
	else if (t->stage == TALK_LINES)
		talk_hang_up(t);
	else if (t->stage == TALK_SILENT)
		talk_refuse(t, "%s did not answer", t->asked.command ? t->asked.command->word : "the console");
}

static void on_turn(void *arg)
{
	struct talk *t = arg;

	if (t->stage != TALK_ENDED && t->more && t->stream && stream_queued(t->stream) < TURN_MOST) {
		if (!t->more(t))
			end_by_itself(t);
		else if (t->more)
			wake(t);
	}
	if (t->stage == TALK_ENDED)
		release(t);
}

/* --- whole answers --- */

/* False: the answer is over, or another one has begun; `value` is gone then. */
static bool begin(struct talk *t, enum talk_stage stage, json_t *value)
{
	if (t->stage == TALK_SILENT) {
		t->stage = stage;
		return true;
	}
	json_decref(value);
	return false;
}

static void answer(struct talk *t, const char *how, json_t *object)
{
	if (!begin(t, TALK_LINES, object))
		return;
	say_text(t, how);
	say_json(t, object);
	say_text(t, "\n");
	json_decref(object);
	end(t);
}

void talk_answer(struct talk *t, json_t *object)
{
	answer(t, "ok\n", object);
}

/* The words again, as far as they fit: for the record. */
static void words_again(const struct asked *asked, char *out, size_t size)
{
	size_t at = (size_t)snprintf(out, size, "%s", asked->command->word);

	for (size_t i = 0; i < asked->count && at < size; i++)
		at += (size_t)snprintf(out + at, size - at, " %s", asked->words[i]);
	for (size_t i = 0; i < asked->option_count && at < size; i++)
		at += (size_t)snprintf(out + at, size - at, " --%.*s %s", (int)strcspn(asked->options[i], "="), asked->options[i],
		    asked->values[i]);
}

static void record(const struct talk *t, const char *what, bool done)
{
	char asked[300];

	if (!t->asked.command || t->asked.command->access != ACCESS_CHANGE)
		return;
	words_again(&t->asked, asked, sizeof asked);
	ledger_operator(t->house->traffic->ledger, t->who.name, t->who.uid, asked, what, done);
}

void talk_note(struct talk *t, const char *what)
{
	record(t, what, true);
}

static void settle(struct talk *t, const char *what, bool done, json_t *complaints)
{
	if (t->stage == TALK_SILENT)
		record(t, what, done);
	answer(t, done ? "ok\n" : "no\n", json_pack("{sbsoso}", "done", done, "what", talk_text(what), "complaints", complaints));
}

static void settle_words(struct talk *t, bool done, const char *format, va_list arguments)
{
	char what[1024];

	vsnprintf(what, sizeof what, format, arguments);
	settle(t, what, done, json_array());
}

void talk_usage(struct talk *t, const char *text)
{
	if (t->stage != TALK_SILENT)
		return;
	say_text(t, "usage ");
	say_text(t, text);
	say_text(t, "\n");
	end(t);
}

void talk_unfit(struct talk *t, const char *format, ...)
{
	char what[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(what, sizeof what, format, arguments);
	va_end(arguments);
	if (t->stage == TALK_SILENT)
		record(t, what, false);
	talk_usage(t, what);
}

void talk_refuse(struct talk *t, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	settle_words(t, false, format, arguments);
	va_end(arguments);
}

void talk_done(struct talk *t, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	settle_words(t, true, format, arguments);
	va_end(arguments);
}

void talk_complain(struct talk *t, const char *what, const struct complaints *complaints)
{
	json_t *list = json_array();

	for (size_t i = 0; i < complaints->count; i++)
		json_array_append_new(list, talk_text(complaints->lines[i]));
	settle(t, what, false, list);
}

/* --- lists --- */

void talk_begin(struct talk *t, json_t *head, const char *list)
{
	char *text;

	if (!begin(t, TALK_LIST, head))
		return;
	text = json_dumps(head, JSON_MANNER);
	json_decref(head);
	if (!text)
		abort();
	say_text(t, "ok\n");
	say(t, text, strlen(text) - 1); /* its brace ends the list */
	say_text(t, strlen(text) > 2 ? ",\"" : "\"");
	say_text(t, list);
	say_text(t, "\":[");
	free(text);
}

void talk_row(struct talk *t, json_t *row)
{
	if (t->stage == TALK_LIST) {
		say_text(t, t->rows++ ? ",\n" : "\n");
		say_json(t, row);
	}
	json_decref(row);
}

void talk_end(struct talk *t)
{
	if (t->stage != TALK_LIST)
		return;
	say_text(t, "]}\n");
	end(t);
}

/* --- lines --- */

void talk_lines(struct talk *t)
{
	if (t->stage != TALK_SILENT)
		return;
	t->stage = TALK_LINES;
	say_text(t, "ok\n");
}

/* Does the reader take one more? It is told first what it did not take. */
static bool begin_line(struct talk *t)
{
	char lost[64];

	talk_lines(t);
	if (t->stage != TALK_LINES || !t->stream)
		return false;
	if (stream_queued(t->stream) > LINES_MOST) {
		t->lost++;
		return false;
	}
	if (t->lost)
		say(t, lost, (size_t)snprintf(lost, sizeof lost, "{\"lost\":%" PRIu64 "}\n", t->lost));
	t->lost = 0;
	return true;
}

void talk_line(struct talk *t, json_t *line)
{
	if (begin_line(t)) {
		say_json(t, line);
		say_text(t, "\n");
	}
	json_decref(line);
}

void talk_line_text(struct talk *t, const char *json, size_t length)
{
	if (!begin_line(t))
		return;
	say(t, json, length);
	say_text(t, "\n");
}

void talk_hang_up(struct talk *t)
{
	talk_lines(t);
	if (t->stage != TALK_LINES)
		return;
	say_text(t, "\n");
	end(t);
}

/* --- turns --- */

void talk_later(struct talk *t, bool (*more)(struct talk *), void *state, void (*free_state)(void *))
{
	t->more = t->stage == TALK_ENDED ? NULL : more;
	t->state = state;
	t->release = free_state;
	wake(t);
}

void talk_open(struct talk *t, const struct talk_house *house, struct loop *loop, struct stream *stream)
{
	*t = (struct talk) { .house = house, .loop = loop, .stream = stream };
}

void talk_run(struct talk *t)
{
	t->asked.command->run(t);
	if (!t->release && !t->more)
		end_by_itself(t);
}

void talk_sent(struct talk *t)
{
	if (t->more)
		wake(t);
}

void talk_close(struct talk *t)
{
	if (!t->loop)
		return; /* it was never opened */
	t->stream = NULL;
	t->stage = TALK_ENDED;
	t->more = NULL;
	loop_forget(t->loop, &t->turn);
	release(t);
}

/* --- values --- */

json_t *talk_time(int64_t wall_us)
{
	char text[CLOCK_TEXT_MAX];

	if (!wall_us)
		return json_null();
	clock_text(wall_us, text);
	return json_string(text);
}

json_t *talk_seconds(int64_t us)
{
	return json_real((double)us / 1e6);
}

json_t *talk_octets(const char *octets, size_t length)
{
	char *clean = alloc_zero(length + 1, sizeof "xNN");
	size_t at = 0;
	json_t *value;

	for (size_t i = 0, taken; i < length; i += taken) {
		uint32_t point;

		taken = utf8_decode(octets + i, length - i, &point);
		if (taken) {
			memcpy(clean + at, octets + i, taken);
			at += taken;
		} else {
			taken = 1;
			at += (size_t)sprintf(clean + at, "\\x%02x", (unsigned char)octets[i]);
		}
	}
	value = json_stringn(clean, at);
	free(clean);
	return value;
}

json_t *talk_unquoted(const char *quoted)
{
	size_t length = strlen(quoted);
	char *text = alloc_zero(length + sizeof "\"\"", 1);
	json_t *value;

	text[0] = '"';
	memcpy(text + 1, quoted, length);
	text[length + 1] = '"';
	value = json_loadb(text, length + 2, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	free(text);
	return value ? value : talk_text(quoted);
}

/* What is no UTF-8 after all: a file may be named so. */
json_t *talk_text(const char *text)
{
	json_t *value = json_string(text);

	return value ? value : talk_octets(text, strlen(text));
}

const char *talk_word(const char *word, char out[TALK_WORD_MAX])
{
	size_t length = strlen(word), at = 0, taken;
	uint32_t point;

	if (length < TALK_WORD_MAX)
		return strcpy(out, word);
	while ((taken = utf8_decode(word + at, length - at, &point)) && at + taken + sizeof "..." <= TALK_WORD_MAX)
		at += taken;
	memcpy(out, word, at);
	memcpy(out + at, "...", sizeof "...");
	return out;
}

json_t *talk_store_time(const struct traffic *tr, int64_t store_us)
{
	return talk_time(store_us ? clock_wall_us() - (tr->store->clock_us(tr->store) - store_us) : 0);
}

json_t *talk_store(const struct traffic *tr)
{
	struct store_health health;
	json_t *out;

	tr->store->ops->health(tr->store, &health);
	out = json_pack("{sssssosososIsI}", "kind", tr->conf->store.kind == STORE_REDIS ? "redis" : "memory",
	    "state", health.keeps ? "good" : "trouble",
	    "trouble", health.trouble[0] ? talk_text(health.trouble) : json_null(),
	    "address", health.where ? talk_text(health.where) : json_null(),
	    "since", talk_store_time(tr, health.since_us),
	    "partners", (json_int_t)health.partners, "restricted", (json_int_t)health.restricted);
	if (tr->conf->store.kind == STORE_REDIS) {
		json_object_set_new(out, "edges", json_integer(health.edges));
		json_object_set_new(out, "other_policies", json_integer(health.other_policies));
	}
	return out;
}
