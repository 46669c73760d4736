/* Answers of the console, read at the other end of a real socket. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../gateway/stream.h"
#include "../../gateway/talk.h"
#include "turns.h"
#include "unit.h"

#define ANSWER_MAX ((size_t)8 * 1024 * 1024)

struct bench {
	struct loop *loop;
	struct streams streams;
	struct stream *stream;
	struct talk talk;
	struct talk_house house;
	int reader;
	bool closed;
	unsigned released;
	unsigned turns;       /* that `more` was called in */
	size_t most_queued;   /* at the beginning of such a turn */
	unsigned rows;        /* yet to be written */
	char *answer;
	size_t size;
};

static struct bench *bench; /* what commands know of the test */

static void nothing(void *arg) { (void)arg; }
static size_t input(void *arg, const char *octets, size_t size) { (void)arg, (void)octets; return size; }

static void on_sent(void *arg, size_t octets)
{
	struct bench *b = arg;

	(void)octets;
	talk_sent(&b->talk);
}

static void on_closed(void *arg, const char *why)
{
	struct bench *b = arg;

	(void)why;
	b->closed = true;
	talk_close(&b->talk);
}

static const struct stream_calls calls = {
	.opened = nothing, .refused = nothing, .input = input, .filled = nothing, .drained = nothing,
	.sent = on_sent, .closed = on_closed
};

static void begin(struct bench *b)
{
	struct address nobody = { .socket.un.sun_family = AF_UNIX, .length = sizeof(sa_family_t) };
	int ends[2];

	*b = (struct bench) { .loop = loop_new() };
	bench = b;
	CU_ASSERT_PTR_NOT_NULL_FATAL(b->loop);
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
	streams_init(&b->streams, b->loop);
	b->stream = stream_accepted(&b->streams, ends[0], NULL, &nobody, &calls, b);
	b->reader = ends[1];
	turn_once(b->loop);
	talk_open(&b->talk, &b->house, b->loop, b->stream);
	b->answer = malloc(ANSWER_MAX);
	CU_ASSERT_PTR_NOT_NULL_FATAL(b->answer);
}

static void read_some(struct bench *b)
{
	ssize_t n;

	while ((n = recv(b->reader, b->answer + b->size, ANSWER_MAX - b->size - 1, 0)) > 0)
		b->size += (size_t)n;
	b->answer[b->size] = '\0';
}

/* To its end. */
static void read_all(struct bench *b)
{
	for (int i = 0; i < 20000 && !b->closed; i++) {
		turn_once(b->loop);
		read_some(b);
		if (!b->closed && b->talk.stage == TALK_ENDED && stream_queued(b->stream) == 0)
			shutdown(b->reader, SHUT_WR);
	}
	CU_ASSERT_TRUE(b->closed);
}

static void end(struct bench *b)
{
	talk_close(&b->talk);
	streams_clear(&b->streams);
	close(b->reader);
	loop_free(b->loop);
	free(b->answer);
}

static void release(void *state)
{
	((struct bench *)state)->released++;
}

static bool more_rows(struct talk *t)
{
	struct bench *b = t->state;

	b->turns++;
	if (stream_queued(t->stream) > b->most_queued)
		b->most_queued = stream_queued(t->stream);
	for (int i = 0; i < 10 && b->rows; i++, b->rows--)
		talk_row(t, json_pack("{si}", "row", (int)b->rows));
	return b->rows > 0;
}

static void list_rows(struct talk *t)
{
	talk_begin(t, json_pack("{ss}", "edge", "edge1.example.com"), "rows");
	talk_later(t, more_rows, bench, release);
}

static void run(struct bench *b, void (*command)(struct talk *))
{
	static struct command row = { "test", ACCESS_REPORT, 0, 0, "", "", "", NULL };

	row.run = command;
	b->talk.asked.command = &row;
	talk_run(&b->talk);
}

/* --- promises --- */

static void says_a_number(struct talk *t)
{
	talk_answer(t, json_pack("{sfss}", "delay", 0.05, "name", "Gr\303\266\303\237e"));
	talk_answer(t, json_pack("{si}", "another", 1));
	talk_done(t, "and a third");
}

static void an_answer_is_one_line_of_ascii(void)
{
	struct bench b;

	begin(&b);
	run(&b, says_a_number);
	read_all(&b);
	CU_ASSERT_STRING_EQUAL(b.answer, "ok\n{\"delay\":0.05,\"name\":\"Gr\\u00F6\\u00DFe\"}\n");
	end(&b);
}

static void refuses(struct talk *t)
{
	talk_refuse(t, "policy.conf:%d says \"no\"", 14);
}

static void says_nothing(struct talk *t)
{
	(void)t;
}

static void refusals_say_no(void)
{
	struct bench b;

	begin(&b);
	run(&b, refuses);
	read_all(&b);
	CU_ASSERT_STRING_EQUAL(b.answer, "no\n{\"done\":false,\"what\":\"policy.conf:14 says \\\"no\\\"\",\"complaints\":[]}\n");
	end(&b);
	begin(&b);
	talk_usage(&b.talk, "no such word");
	read_all(&b);
	CU_ASSERT_STRING_EQUAL(b.answer, "usage no such word\n");
	end(&b);
	begin(&b);
	run(&b, says_nothing);
	read_all(&b);
	CU_ASSERT_EQUAL(strncmp(b.answer, "no\n", 3), 0);
	end(&b);
}

static json_t *object_of(const struct bench *b)
{
	return strncmp(b->answer, "ok\n", 3) ? NULL : json_loads(b->answer + 3, 0, NULL);
}

static void a_list_is_one_object(void)
{
	static const unsigned counts[] = { 0, 1, 10, 25 };
	struct bench b;

	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		json_t *object;

		begin(&b);
		b.rows = counts[i];
		run(&b, list_rows);
		read_all(&b);
		object = object_of(&b);
		CU_ASSERT_PTR_NOT_NULL_FATAL(object);
		CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(object, "edge")), "edge1.example.com");
		CU_ASSERT_EQUAL(json_array_size(json_object_get(object, "rows")), counts[i]);
		CU_ASSERT_EQUAL(b.released, 1);
		json_decref(object);
		end(&b);
		CU_ASSERT_EQUAL(b.released, 1);
	}
}

static void a_reader_that_stops_is_not_written_for(void)
{
	struct bench b;

	begin(&b);
	b.rows = 200000;
	run(&b, list_rows);
	for (int i = 0; i < 5000; i++)
		turn_once(b.loop);
	CU_ASSERT_TRUE(b.rows > 100000);
	CU_ASSERT_TRUE(b.most_queued < 64 * 1024);
	CU_ASSERT_EQUAL(b.released, 0);
	read_all(&b); /* and goes on */
	CU_ASSERT_EQUAL(b.rows, 0);
	CU_ASSERT_EQUAL(b.released, 1);
	end(&b);
}

static void who_goes_away_is_let_go(void)
{
	struct bench b;

	begin(&b);
	b.rows = 200000;
	run(&b, list_rows);
	turn_once(b.loop);
	close(b.reader);
	b.reader = -1;
	for (int i = 0; i < 100 && !b.closed; i++)
		turn_once(b.loop);
	CU_ASSERT_TRUE(b.closed);
	CU_ASSERT_EQUAL(b.released, 1);
	talk_row(&b.talk, json_object());
	talk_end(&b.talk);
	end(&b);
	CU_ASSERT_EQUAL(b.released, 1);
}

static void waits_for_somebody(struct talk *t)
{
	talk_later(t, NULL, bench, release);
}

static void a_late_reply_ends_it(void)
{
	struct bench b;

	begin(&b);
	run(&b, waits_for_somebody);
	turn_for(b.loop, 20);
	read_some(&b);
	CU_ASSERT_EQUAL(b.size, 0);
	talk_answer(&b.talk, json_object());
	CU_ASSERT_EQUAL(b.released, 0); /* who answers may look at his state yet */
	read_all(&b);
	CU_ASSERT_STRING_EQUAL(b.answer, "ok\n{}\n");
	CU_ASSERT_EQUAL(b.released, 1);
	end(&b);
}

static void what_a_reader_of_lines_misses_is_told(void)
{
	char text[1000];
	struct bench b;
	unsigned long lost;

	memset(text, 'x', sizeof text);
	begin(&b);
	run(&b, waits_for_somebody);
	for (int i = 0; i < 2000; i++)
		talk_line(&b.talk, json_pack("{ss%}", "text", text, sizeof text));
	talk_line_text(&b.talk, "{\"never\":1}", 11);
	lost = (unsigned long)b.talk.lost;
	CU_ASSERT_TRUE(lost > 1000 && lost < 2001);
	CU_ASSERT_TRUE(stream_queued(b.stream) < 300 * 1024);
	for (int i = 0; i < 100; i++) {
		turn_once(b.loop);
		read_some(&b);
	}
	CU_ASSERT_PTR_NULL(strstr(b.answer, "lost"));
	talk_line_text(&b.talk, "{\"after\":1}", 11);
	talk_hang_up(&b.talk);
	read_all(&b);
	snprintf(text, sizeof text, "\n{\"lost\":%lu}\n{\"after\":1}\n\n", lost);
	CU_ASSERT_PTR_NOT_NULL(strstr(b.answer, text));
	CU_ASSERT_EQUAL(b.released, 1);
	end(&b);
}

static void says(json_t *value, const char *text)
{
	CU_ASSERT_STRING_EQUAL(json_string_value(value), text);
	json_decref(value);
}

static void what_others_wrote_is_told_as_it_was(void)
{
	char out[TALK_WORD_MAX], word[2 * TALK_WORD_MAX] = "";

	says(talk_octets("M\xc3\xbcller \"x\"\x1b", 12), "M\xc3\xbcller \"x\"\x1b");
	says(talk_octets("a\xff\xc3", 3), "a\\xff\\xc3");
	says(talk_octets("", 0), "");
	says(talk_unquoted("M\\u00fcller \\\"x\\\\ \\ud83d\\ude00"), "M\xc3\xbcller \"x\\ \xf0\x9f\x98\x80");
	says(talk_unquoted("no \\quote"), "no \\quote");
	CU_ASSERT_STRING_EQUAL(talk_word("m\xc3\xbcnchen", out), "m\xc3\xbcnchen");
	for (size_t i = 0; i + 2 < sizeof word; i += 2)
		strcat(word, "\xc3\xbc");
	talk_word(word, out);
	CU_ASSERT_EQUAL(strlen(out), TALK_WORD_MAX - 1);
	CU_ASSERT_STRING_EQUAL(out + strlen(out) - 5, "\xc3\xbc...");
}

CU_TestInfo talk_tests[] = {
	{ "an answer is one line of ASCII, and there is one", an_answer_is_one_line_of_ascii },
	{ "a refusal says no, wrong words are told the right ones, silence is a refusal", refusals_say_no },
	{ "a list of any length is one object", a_list_is_one_object },
	{ "for a reader that stops nothing is written", a_reader_that_stops_is_not_written_for },
	{ "who goes away is let go, once", who_goes_away_is_let_go },
	{ "a late reply ends an answer", a_late_reply_ends_it },
	{ "what a reader of lines does not take is dropped, counted and told", what_a_reader_of_lines_misses_is_told },
	{ "what others wrote is told as it was; octets that are no UTF-8 are spelt", what_others_wrote_is_told_as_it_was },
	CU_TEST_INFO_NULL
};
