/* The partner plays a script, line by line: see partner.c for its words. */
#include "play.h"

#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS = 64 };

bool play_fail(const struct play *p, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s:%ld: ", p->settings->script, p->line);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	if (p->current != NULL && p->current != p->ends)
		fprintf(stderr, " (connection %s)", p->current->name);
	fputc('\n', stderr);
	return false;
}

int64_t play_duration(const char *word)
{
	char *end;
	double value = strtod(word, &end);

	if (end == word || value < 0)
		return -1;
	if (strcmp(end, "ms") == 0)
		return (int64_t)(value * 1e3);
	return *end == '\0' || strcmp(end, "s") == 0 ? (int64_t)(value * 1e6) : -1;
}

static bool do_connection(struct play *p, char *rest)
{
	struct link_settings settings = p->settings->link;
	char *kept = slice_copy(slice_of(rest)), *words[WORDS];
	size_t count = split_words(kept, words, WORDS);

	for (struct line_end *end = p->ends; count > 0 && end != NULL; end = end->next)
		if (strcmp(end->name, words[0]) == 0) {
			p->current = end;
			free(kept);
			return true;
		}
	for (size_t i = 1; i < count; i++)
		if (!play_read_link_word(&settings, words[i])) {
			play_fail(p, "connection: what does \"%s\" mean?", words[i]);
			free(kept);
			return false;
		}
	if (count == 0) {
		free(kept);
		return play_fail(p, "connection: a name is wanted");
	}
	play_add_end(p, words[0], &settings, link_context(&settings, false), kept);
	return true;
}

static bool queue(struct play *p, struct slice octets)
{
	struct link *l = p->current->link;

	if (!l->open)
		return play_fail(p, "cannot send, the connection is closed: %s", l->why);
	text_add(&l->out, octets);
	link_flush(l);
	return true;
}

static bool send_lines(struct play *p, struct slice lines)
{
	struct text message = { 0 }, complaint = { 0 };
	bool good = scene_compose(p->scene, p->current->link, lines, &message, &complaint);

	good = good ? queue(p, text_slice(&message)) : play_fail(p, "%s", text_string(&complaint));
	text_clear(&message);
	text_clear(&complaint);
	return good;
}

static bool expand(struct play *p, const char *from, struct text *to)
{
	struct text complaint = { 0 };
	bool good = scene_expand(p->scene, p->current->link, slice_of(from), to, &complaint)
	    || play_fail(p, "%s", text_string(&complaint));

	text_clear(&complaint);
	return good;
}

static void put_answer_head(struct play *p, const struct sip *m, int status, struct text *to)
{
	static const char *const copied[] = { "Via", "Record-Route", "From", "Call-ID", "CSeq" };
	struct slice value, tag;

	text_print(to, "SIP/2.0 %d %s\r\n", status, sip_phrase(status));
	for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++)
		sip_copy_lines(m, copied[i], to);
	sip_header(m, "To", &value);
	text_print(to, "To: %.*s", (int)value.length, value.at);
	if (status > 100 && !sip_parameter(value, "tag", &tag))
		text_print(to, ";tag=%s", text_string(&p->scene->tag));
	text_put(to, "\r\n");
}

static bool do_answer(struct play *p, char *rest)
{
	struct slice words = slice_of(rest);
	long status = slice_number(slice_until(&words, ' '));
	struct text answer = { 0 };
	struct sip m;
	char *lines[WORDS] = { 0 };
	size_t count = 1;
	bool good = true;

	if (sip_take(text_slice(&p->request), &m) == 0)
		return play_fail(p, "answer: there was no request yet");
	if (status < 100 || status > 699)
		return play_fail(p, "answer: a status is wanted");
	put_answer_head(p, &m, (int)status, &answer);
	words = slice_trim(words);
	lines[0] = rest + (words.at - rest);
	if (words.length == 0 || words.at[0] == '"')
		count = split_words(lines[0], lines, WORDS);
	for (size_t i = 0; good && i < count; i++) {
		good = expand(p, lines[i], &answer);
		text_put(&answer, "\r\n");
	}
	text_put(&answer, "Content-Length: 0\r\n\r\n");
	good = good && queue(p, text_slice(&answer));
	text_clear(&answer);
	return good;
}

static bool do_raw(struct play *p, char *rest)
{
	struct text octets = { 0 };
	bool good = text_add_hex(&octets, slice_of(rest)) ? queue(p, text_slice(&octets))
	                                                  : play_fail(p, "raw: pairs of hexadecimal digits are wanted");

	text_clear(&octets);
	return good;
}

static bool do_ping(struct play *p, char *rest)
{
	(void)rest;
	return queue(p, slice_of("\r\n\r\n"));
}

static bool do_slow(struct play *p, char *rest)
{
	long pace = slice_number(slice_of(rest));

	if (pace < 0)
		return play_fail(p, "slow: octets a second are wanted");
	link_set_pace(p->current->link, pace);
	return true;
}

static bool do_sleep(struct play *p, char *rest)
{
	int64_t span = play_duration(rest), until = now_us() + span, left;

	if (span < 0)
		return play_fail(p, "sleep: a time is wanted");
	while ((left = until - now_us()) > 0)
		play_pump(p, left);
	return true;
}

/* The test says when: it makes the file. */
static bool do_await(struct play *p, char *rest)
{
	int64_t until = now_us() + 60 * INT64_C(1000000);

	while (access(rest, F_OK) < 0) {
		if (now_us() > until)
			return play_fail(p, "await: there is no %s", rest);
		play_pump(p, 20000);
	}
	return true;
}

static bool do_flush(struct play *p, char *rest)
{
	char *words[WORDS];
	size_t count = split_words(rest, words, WORDS);
	int64_t patience = count == 2 && strcmp(words[0], "within") == 0 ? play_duration(words[1]) : 5000000;
	int64_t until = now_us() + patience, left;
	struct link *l = p->current->link;

	while ((left = until - now_us()) > 0 && l->open && link_waiting(l) > 0)
		play_pump(p, left);
	if (link_waiting(l) == 0)
		return true;
	return play_fail(p, "%zu octets could not be sent%s%s", link_waiting(l), l->open ? "" : ": ", l->why);
}

static bool do_stop_reading(struct play *p, char *rest)
{
	(void)rest;
	link_stop_reading(p->current->link);
	return true;
}

static bool do_read_on(struct play *p, char *rest)
{
	(void)rest;
	link_read_on(p->current->link);
	return true;
}

static bool do_close(struct play *p, char *rest)
{
	link_flush(p->current->link);
	(void)rest;
	link_close(p->current->link);
	return true;
}

static bool do_reset(struct play *p, char *rest)
{
	(void)rest;
	link_reset(p->current->link);
	return true;
}

static bool do_reconnect(struct play *p, char *rest)
{
	(void)rest;
	play_open_end(p, p->current);
	return true;
}

static bool do_print(struct play *p, char *rest)
{
	struct text line = { 0 };
	bool good = expand(p, rest, &line);

	if (good)
		puts(text_string(&line));
	text_clear(&line);
	return good;
}

static bool do_key_update(struct play *p, char *rest)
{
	long count = slice_number(slice_of(rest));

	if (count < 1)
		return play_fail(p, "key-update: a number is wanted");
	link_update_keys(p->current->link, count);
	return true;
}

static bool do_call(struct play *p, char *rest)
{
	(void)rest;
	scene_new_call(p->scene);
	return true;
}

static bool do_set(struct play *p, char *rest)
{
	struct slice value = slice_of(rest);
	char *name = slice_copy(slice_until(&value, ' '));
	char *from = slice_copy(value);
	struct text expanded = { 0 };
	bool good = expand(p, from, &expanded);

	if (good)
		scene_set(p->scene, name, slice_trim(text_slice(&expanded)));
	text_clear(&expanded);
	free(from);
	free(name);
	return good;
}

static bool do_set_from(struct play *p, char *rest)
{
	struct text value = { 0 };
	char *words[WORDS];
	regmatch_t groups[2];
	regex_t expression;
	struct sip last;
	bool good;

	if (split_words(rest, words, WORDS) != 3 || regcomp(&expression, words[2], REG_EXTENDED) != 0)
		return play_fail(p, "set-from: NAME HEADER EXPRESSION is wanted");
	good = sip_take(text_slice(&p->scene->last), &last) > 0 && sip_joined(&last, words[1], &value)
	    && regexec(&expression, text_string(&value), 2, groups, 0) == 0 && groups[1].rm_so >= 0;
	if (good)
		scene_set(p->scene, words[0], (struct slice){ value.bytes + groups[1].rm_so,
			(size_t)(groups[1].rm_eo - groups[1].rm_so) });
	else
		play_fail(p, "%s has no such group: %s", words[1], text_string(&value));
	regfree(&expression);
	text_clear(&value);
	return good;
}

static bool do_expect(struct play *p, char *rest)
{
	char *words[WORDS];
	size_t count = split_words(rest, words, WORDS);

	return play_expect(p, words, count);
}

static const struct command {
	const char *word;
	bool      (*act)(struct play *p, char *rest);
} commands[] = {
	{ "expect", do_expect }, { "answer", do_answer }, { "raw", do_raw }, { "ping", do_ping },
	{ "slow", do_slow }, { "sleep", do_sleep }, { "flush", do_flush }, { "stop-reading", do_stop_reading },
	{ "read-on", do_read_on }, { "close", do_close }, { "reset", do_reset }, { "reconnect", do_reconnect },
	{ "print", do_print }, { "call", do_call }, { "set", do_set }, { "set-from", do_set_from },
	{ "connection", do_connection }, { "await", do_await }, { "key-update", do_key_update },
};

/* The lines up to the END that the line named. */
static struct slice cut_lines(struct play *p, struct slice mark, bool *found)
{
	struct slice lines = { p->rest.at, 0 };

	*found = false;
	while (p->rest.length > 0 && !*found) {
		struct slice line = slice_until(&p->rest, '\n');

		p->line++;
		*found = slice_same(slice_trim(line), mark);
		if (!*found)
			lines.length = (size_t)(p->rest.at - lines.at);
	}
	return lines;
}

static bool do_send(struct play *p, struct slice rest, long times)
{
	bool found, good = true;
	struct slice mark = slice_trim(rest), lines;

	if (mark.length < 3 || memcmp(mark.at, "<<", 2) != 0)
		return play_fail(p, "send: <<END is wanted");
	lines = cut_lines(p, slice_from(mark, 2), &found);
	if (!found)
		return play_fail(p, "send: the end of the message is missing");
	while (good && times-- > 0)
		good = send_lines(p, lines);
	return good;
}

static bool do_other(struct play *p, struct slice word, struct slice rest)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (slice_is(word, commands[i].word)) {
			char *copy = slice_copy(slice_trim(rest));
			bool good = commands[i].act(p, copy);

			free(copy);
			return good;
		}
	return play_fail(p, "unknown command \"%.*s\"", (int)word.length, word.at);
}

static bool play_line(struct play *p, struct slice line)
{
	struct slice rest = slice_trim(line), word = slice_until(&rest, ' ');
	long times = 1;
	bool good = true;

	if (word.length == 0 || word.at[0] == '#')
		return true;
	if (slice_is(word, "repeat")) {
		times = slice_number(slice_until(&rest, ' '));
		word = slice_until(&rest, ' ');
	}
	if (times < 1)
		return play_fail(p, "repeat: a number is wanted");
	if (slice_is(word, "send"))
		return do_send(p, rest, times);
	while (good && times-- > 0)
		good = do_other(p, word, rest);
	return good;
}

int play_run(const struct partner_settings *settings, struct scene *scene)
{
	struct play play = { .settings = settings, .scene = scene };
	bool good = text_read_file(&play.script, settings->script);

	if (!good)
		play_fail(&play, "cannot be read");
	play.rest = text_slice(&play.script);
	if (settings->context != NULL)
		SSL_CTX_up_ref(settings->context);
	play_add_end(&play, "main", &settings->link, settings->context, NULL);
	while (good && play.rest.length > 0) {
		struct slice line = slice_until(&play.rest, '\n');

		play.line++;
		good = play_line(&play, line);
	}
	play_free_ends(&play);
	text_clear(&play.script);
	text_clear(&play.request);
	return good ? 0 : 1;
}
