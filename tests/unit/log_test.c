/* The log's promises: one line is one line, nobody is waited for, what was lost is
 * said. And the wall clock's text. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../gateway/clock.h"
#include "../../gateway/log.h"
#include "unit.h"

/* stderr goes into a pipe between capture and release. */
struct capture {
	int saved, reader;
};

static struct capture capture(void)
{
	struct capture c = { dup(STDERR_FILENO), -1 };
	int ends[2];

	fflush(stderr);
	if (c.saved < 0 || pipe2(ends, O_CLOEXEC) != 0)
		abort();
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	c.reader = ends[0];
	return c;
}

static size_t drain(const struct capture *c, char *out, size_t size)
{
	size_t at = 0;
	ssize_t got;

	while (at + 1 < size && (got = read(c->reader, out + at, size - at - 1)) > 0)
		at += (size_t)got;
	out[at] = '\0';
	return at;
}

static void release(const struct capture *c)
{
	dup2(c->saved, STDERR_FILENO);
	close(c->saved);
	close(c->reader);
}

/* As if the journal read what stderr is now. */
static void with_journal(bool on)
{
	char stream[64];
	struct stat is;

	fstat(STDERR_FILENO, &is);
	snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)is.st_dev, (unsigned long long)is.st_ino);
	if (on)
		setenv("JOURNAL_STREAM", stream, 1);
	else
		unsetenv("JOURNAL_STREAM");
	log_open(LEVEL_INFO);
}

static void one_line_whatever_is_in_it(void)
{
	struct capture c = capture();
	char said[4096];

	with_journal(true);
	log_line(LEVEL_WARNING, "a%sz", "\n<1>\x1b\x7f\xc3\xbc\\");
	log_line(LEVEL_ERROR, "e");
	log_line(LEVEL_INFO, "i");
	log_line(LEVEL_DEBUG, "not said");
	log_open(LEVEL_DEBUG);
	log_line(LEVEL_DEBUG, "said");
	with_journal(false);
	drain(&c, said, sizeof(said));
	release(&c);
	CU_ASSERT_STRING_EQUAL(said, "<4>a\\x0a<1>\\x1b\\x7f\\xc3\\xbc\\z\n<3>e\n<6>i\n<7>said\n");
}

static void the_time_stands_in_front_without_the_journal(void)
{
	struct capture c = capture();
	char said[4096];

	with_journal(false);
	log_line(LEVEL_INFO, "hello");
	drain(&c, said, sizeof(said));
	release(&c);
	CU_ASSERT_EQUAL(strlen(said), strlen("2026-11-24T15:04:05.123Z hello\n"));
	CU_ASSERT_EQUAL(said[10], 'T');
	CU_ASSERT_STRING_EQUAL(said + strlen("2026-11-24T15:04:05.123"), "Z hello\n");
}

static void a_stream_of_somebody_else_is_not_ours(void)
{
	struct capture c = capture();
	char said[4096];

	setenv("JOURNAL_STREAM", "8:1", 1);
	log_open(LEVEL_INFO);
	log_line(LEVEL_INFO, "hello");
	unsetenv("JOURNAL_STREAM");
	log_open(LEVEL_INFO);
	drain(&c, said, sizeof(said));
	release(&c);
	CU_ASSERT_STRING_EQUAL(said + strlen("2026-11-24T15:04:05.123"), "Z hello\n");
}

static void a_long_line_is_cut(void)
{
	struct capture c = capture();
	char text[6000], said[8192];

	memset(text, '\x01', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	with_journal(true);
	log_line(LEVEL_INFO, "%s", text);
	with_journal(false);
	drain(&c, said, sizeof(said));
	release(&c);
	CU_ASSERT(strlen(said) <= 2048 && strlen(said) > 2000);
	CU_ASSERT_STRING_EQUAL(said + strlen(said) - 4, "...\n");
	CU_ASSERT_PTR_EQUAL(strchr(said, '\n'), said + strlen(said) - 1);
}

static void nobody_is_waited_for_and_the_loss_is_said(void)
{
	struct capture c = capture();
	static char said[1 << 20];
	const char *note;
	unsigned long lost;
	size_t lines = 0;

	with_journal(true);
	for (int i = 0; i < 3000; i++)
		log_line(LEVEL_INFO, "%0100d", i);
	drain(&c, said, sizeof(said));
	for (const char *at = said; (at = strchr(at, '\n')); at++)
		lines++;
	CU_ASSERT(lines > 0 && lines < 3000);
	log_line(LEVEL_INFO, "again");
	log_line(LEVEL_INFO, "and again");
	drain(&c, said, sizeof(said));
	with_journal(false);
	release(&c);
	note = strstr(said, "log: ");
	CU_ASSERT_PTR_NOT_NULL_FATAL(note);
	lost = strtoul(note + strlen("log: "), NULL, 10);
	CU_ASSERT_EQUAL(lines + lost, 3000);
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "<6>again\n<6>and again\n"));
}

static void a_reader_that_has_gone_ends_nobody(void)
{
	struct capture c = capture();

	close(c.reader);
	c.reader = dup(c.saved);
	with_journal(true);
	log_line(LEVEL_INFO, "nobody hears this, and SIGPIPE is not ignored here");
	with_journal(false);
	release(&c);
	c = capture();
	log_line(LEVEL_INFO, "takes the count of the lost away");
	release(&c);
	CU_PASS("still here");
}

static void a_quote_fits_and_is_json(void)
{
	static const struct { const char *text; size_t size; const char *quoted; } rows[] = {
		{ "plain", 64, "plain" },
		{ "", 64, "" },
		{ "a\"b\\c\n\x7f\xff", 64, "a\\\"b\\\\c\\u000a\\u007f\\u00ff" },
		{ "M\xc3\xbcller \xe2\x80\xae\xf0\x9f\x98\x80", 64, "M\\u00fcller \\u202e\\ud83d\\ude00" },
		{ "\xed\xa0\x80\xc3", 64, "\\u00ed\\u00a0\\u0080\\u00c3" },
		{ "\xf0\x9f\x98\x80", 12, "..." },
		{ "0123456789", 11, "0123456789" },
		{ "0123456789", 10, "012345..." },
		{ "01234\n", 9, "01234..." },
		{ "0123\n\n", 11, "0123..." },
		{ "\n", 6, "..." },
		{ "0123", 4, "..." },
		{ "0123", 2, "." },
		{ "0123", 1, "" },
	};
	char out[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(out, '#', sizeof(out));
		CU_ASSERT_STRING_EQUAL(log_quote(out, rows[i].size, rows[i].text, strlen(rows[i].text)), rows[i].quoted);
		CU_ASSERT(rows[i].size == sizeof(out) || out[rows[i].size] == '#');
	}
	CU_ASSERT_STRING_EQUAL(log_quote(out, sizeof(out), "a\0b", 3), "a\\u0000b");
}

static void the_clock_has_a_text(void)
{
	char text[CLOCK_TEXT_MAX];
	int64_t before = clock_monotonic_us();

	clock_text(1795532645123999, text);
	CU_ASSERT_STRING_EQUAL(text, "2026-11-24T15:04:05.123Z");
	clock_text(0, text);
	CU_ASSERT_STRING_EQUAL(text, "1970-01-01T00:00:00.000Z");
	clock_text(-1, text);
	CU_ASSERT_STRING_EQUAL(text, "1969-12-31T23:59:59.999Z");
	clock_text(INT64_MAX, text);
	CU_ASSERT_STRING_EQUAL(text, "9999-12-31T23:59:59.999Z");
	CU_ASSERT(clock_monotonic_us() >= before && before > 0);
	CU_ASSERT(clock_wall_us() > 1700000000000000);
}

CU_TestInfo log_tests[] = {
	{ "a line is one line, whatever is in it, with its priority", one_line_whatever_is_in_it },
	{ "the time stands in front without the journal", the_time_stands_in_front_without_the_journal },
	{ "a journal that reads another stderr is not ours", a_stream_of_somebody_else_is_not_ours },
	{ "a long line is cut", a_long_line_is_cut },
	{ "nobody is waited for, and what was lost is said", nobody_is_waited_for_and_the_loss_is_said },
	{ "a reader that has gone ends nobody", a_reader_that_has_gone_ends_nobody },
	{ "a quote fits its room and a JSON string", a_quote_fits_and_is_json },
	{ "the clock has a text", the_clock_has_a_text },
	CU_TEST_INFO_NULL
};
