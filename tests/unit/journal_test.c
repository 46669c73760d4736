/* Files of records: what was written is read, and nothing else ever is. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#include "../../gateway/journal.h"
#include "scratch.h"

#define RECORDS 3

static const struct journal_format format = { "unittest", 7 };
static const char *const words[RECORDS] = { "one", "", "three is the longest" };

static void write_words(const char *path, const struct journal_format *as)
{
	struct journal_writer w;

	journal_create(&w, path, as);
	for (unsigned i = 0; i < RECORDS; i++) {
		struct payload p = { .size = 0 };

		payload_put_text(&p, words[i], strlen(words[i]));
		journal_put(&w, i + 1, &p);
	}
	CU_ASSERT_EQUAL(journal_finish(&w, path), 0);
}

/* How many of our records come, all of them right and in order; what came then. */
static unsigned read_words(const char *path, enum journal_result *end)
{
	struct journal_reader r;
	struct payload p;
	unsigned type, count = 0;

	*end = journal_open(&r, path, &format);
	while (*end == JOURNAL_RECORD) {
		*end = journal_next(&r, &type, &p);
		if (*end != JOURNAL_RECORD)
			break;
		CU_ASSERT_FATAL(count < RECORDS);
		CU_ASSERT_EQUAL(type, count + 1);
		CU_ASSERT_EQUAL(p.size, strlen(words[count]));
		CU_ASSERT_EQUAL(memcmp(p.octets, words[count], p.size), 0);
		count++;
	}
	journal_close(&r);
	return count;
}

static void comes_back(void)
{
	struct scratch s = scratch_new();
	const char *path = scratch_name(&s, "file");
	enum journal_result end;
	struct stat about;

	write_words(path, &format);
	CU_ASSERT_EQUAL(read_words(path, &end), RECORDS);
	CU_ASSERT_EQUAL(end, JOURNAL_END);
	CU_ASSERT_EQUAL(stat(path, &about), 0);
	CU_ASSERT_EQUAL(about.st_mode & 0777, 0600);
	scratch_free(&s);
}

static void cut_anywhere(void)
{
	struct scratch s = scratch_new();
	const char *path = scratch_name(&s, "file");
	size_t size, ends[RECORDS + 1] = { 24 };
	char *whole;

	write_words(path, &format);
	whole = scratch_read(path, &size);
	for (unsigned i = 0; i < RECORDS; i++)
		ends[i + 1] = ends[i] + 16 + strlen(words[i]);
	CU_ASSERT_EQUAL(ends[RECORDS], size);
	for (size_t length = 0; length < size; length++) {
		unsigned count, expected = 0;
		bool between = false;
		enum journal_result end;

		scratch_write(path, whole, length);
		for (unsigned i = 0; i <= RECORDS; i++) {
			between |= length == ends[i];
			if (i > 0)
				expected += length >= ends[i];
		}
		count = read_words(path, &end);
		CU_ASSERT_EQUAL(count, expected);
		CU_ASSERT_EQUAL(end, between ? JOURNAL_END : JOURNAL_TORN);
	}
	free(whole);
	scratch_free(&s);
}

/* Whichever octet is wrong, it is damage and no cut end: a length is not
 * believed before it is checked. */
static void wrong_anywhere(void)
{
	struct scratch s = scratch_new();
	const char *path = scratch_name(&s, "file");
	size_t size;
	char *whole;

	write_words(path, &format);
	whole = scratch_read(path, &size);
	for (size_t at = 0; at < size * 8; at++) {
		enum journal_result end;
		unsigned count;

		whole[at / 8] = (char)(whole[at / 8] ^ 1 << at % 8);
		scratch_write(path, whole, size);
		count = read_words(path, &end);
		whole[at / 8] = (char)(whole[at / 8] ^ 1 << at % 8);
		CU_ASSERT_EQUAL(end, at / 8 < 8 ? JOURNAL_FOREIGN : JOURNAL_DAMAGED);
		CU_ASSERT_EQUAL(count, (unsigned)((at / 8 >= 24 + 19) + (at / 8 >= 24 + 19 + 16)));
	}
	free(whole);
	scratch_free(&s);
}

static void other_files(void)
{
	struct scratch s = scratch_new();
	const char *path = scratch_name(&s, "file");
	struct journal_format newer = format;
	enum journal_result end;
	struct journal_reader r;

	newer.version++;
	write_words(path, &newer);
	read_words(path, &end);
	CU_ASSERT_EQUAL(end, JOURNAL_NEWER);
	scratch_write(path, "short", 5);
	read_words(path, &end);
	CU_ASSERT_EQUAL(end, JOURNAL_FOREIGN);
	CU_ASSERT_EQUAL(journal_open(&r, "/dev/zero", &format), JOURNAL_UNREADABLE);
	journal_close(&r);
	CU_ASSERT_EQUAL(journal_open(&r, s.directory, &format), JOURNAL_UNREADABLE);
	CU_ASSERT_EQUAL(r.error, EISDIR);
	journal_close(&r);
	CU_ASSERT_EQUAL(journal_open(&r, scratch_name(&s, "none"), &format), JOURNAL_UNREADABLE);
	CU_ASSERT_EQUAL(r.error, ENOENT);
	journal_close(&r);
	scratch_free(&s);
}

static void payloads_are_bounded(void)
{
	struct payload p = { .size = 0 };
	char text[2];

	for (int i = 0; i < JOURNAL_PAYLOAD_MAX / 8; i++)
		payload_put(&p, 0x0102030405060708, 8);
	CU_ASSERT_FALSE(p.bad);
	payload_put(&p, 1, 1);
	CU_ASSERT_TRUE(p.bad);
	p = (struct payload){ .size = 0 };
	payload_put(&p, (uint64_t)-5, 8);
	payload_put(&p, 7, 1);
	CU_ASSERT_EQUAL(payload_take_time(&p), -5);
	CU_ASSERT_EQUAL(payload_left(&p), 1);
	CU_ASSERT_FALSE(payload_take_text(&p, text, sizeof(text)));
	CU_ASSERT_TRUE(p.bad);
	CU_ASSERT_EQUAL(payload_take(&p, 8), 0);
}

static void full_disk(void)
{
	struct scratch s = scratch_new();
	const char *path = scratch_name(&s, "file");
	struct journal_writer w;
	struct payload p = { .size = 100 };

	scratch_limit(50);
	journal_create(&w, path, &format);
	journal_put(&w, 1, &p);
	CU_ASSERT_NOT_EQUAL(journal_finish(&w, path), 0);
	scratch_limit(-1);
	CU_ASSERT_EQUAL(access(path, F_OK), -1);
	scratch_free(&s);
}

static void set_aside(void)
{
	struct scratch s = scratch_new();
	const char *path = scratch_name(&s, "file");
	unsigned number = 0;
	char *kept;
	size_t size;

	for (unsigned i = 1; i <= 3; i++) {
		scratch_write(path, "abc", i);
		CU_ASSERT_EQUAL(journal_set_aside(path, &number), 0);
		CU_ASSERT_EQUAL(number, i);
	}
	kept = scratch_read(scratch_name(&s, "file.bad-1"), &size);
	CU_ASSERT_EQUAL(size, 1);
	free(kept);
	CU_ASSERT_EQUAL(journal_set_aside(path, &number), ENOENT);
	scratch_free(&s);
}

CU_TestInfo journal_tests[] = {
	{ "what was written is read, and is nobody else's to read", comes_back },
	{ "a file cut anywhere gives the whole records before the cut", cut_anywhere },
	{ "a bit wrong anywhere is found, and what stands before is read", wrong_anywhere },
	{ "a newer, a foreign and a missing file are told apart", other_files },
	{ "a payload neither grows nor is read beyond its size", payloads_are_bounded },
	{ "a file that does not fit the disk is an error, and gone", full_disk },
	{ "a file set aside never replaces another one", set_aside },
	CU_TEST_INFO_NULL
};
