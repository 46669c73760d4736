/* Files of the embedded store that are cut, damaged, forged, foreign, old or
 * late: what is good in them is used, nothing is made up, nothing is overwritten. */
#include <sys/stat.h>

#include "unit.h"

#include "../../gateway/journal.h"
#include "../../gateway/kept.h"
#include "kept_story.h"

/* Opens what is in the file now. Only what was restricted before may be. */
static unsigned restricted_now(const char *file, bool *watched)
{
	struct store *s = story_open(file, 100);
	struct story_search found = story_find(s, "dwatched.example");
	bool failing = story_class(s, "dfailing.example") == CLASS_SUSPICIOUS;

	*watched = found.row.class == CLASS_WATCHED;
	CU_ASSERT_EQUAL(found.restricted, (unsigned)*watched + failing + (story_class(s, "dfreed.example") == CLASS_WATCHED));
	s->ops->close(s);
	return found.restricted;
}

/* A journal of a crashed edge: watched, failing, freed restricted and let go. */
static char *crashed_journal(struct scratch *d, size_t *size)
{
	char *journal;

	story_crash(scratch_name(d, "state"), story_restrict);
	journal = scratch_read(scratch_name(d, "state.journal"), size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(journal);
	scratch_empty(d);
	return journal;
}

/* Of each record after the header and the first, which says that there was nothing: 16 + 8 + 1 + 4 * 8 + key. */
enum { FIRST_CHANGE = 24 + 24, WATCHED_END = FIRST_CHANGE + 57 + 16 };

static void journal_cut(void)
{
	struct scratch d = scratch_new();
	size_t size;
	char *journal = crashed_journal(&d, &size);
	unsigned last = 0;
	int out;

	out = scratch_hush();
	for (size_t length = 0; length <= size; length++) {
		bool watched;

		scratch_write(scratch_name(&d, "state.journal"), journal, length);
		last = restricted_now(scratch_name(&d, "state"), &watched);
		CU_ASSERT_EQUAL(watched, length >= WATCHED_END);
		/* A cut end is no damage: state, its journal and the lock, and nothing set aside. */
		CU_ASSERT_EQUAL(scratch_empty(&d), 3);
	}
	CU_ASSERT_EQUAL(last, 2);
	free(journal);
	scratch_speak(out);
	scratch_free(&d);
}

static void journal_damaged(void)
{
	struct scratch d = scratch_new();
	size_t size, left;
	char *journal = crashed_journal(&d, &size);
	int out;

	out = scratch_hush();
	for (size_t at = 0; at < size; at++) {
		char *aside;
		bool watched;

		journal[at] = (char)(journal[at] ^ 0x15);
		scratch_write(scratch_name(&d, "state.journal"), journal, size);
		restricted_now(scratch_name(&d, "state"), &watched);
		CU_ASSERT_EQUAL(watched, at >= WATCHED_END);
		aside = scratch_read(scratch_name(&d, "state.journal.bad-1"), &left);
		CU_ASSERT_TRUE(aside && left == size && memcmp(aside, journal, size) == 0);
		free(aside);
		journal[at] = (char)(journal[at] ^ 0x15);
		scratch_empty(&d);
	}
	free(journal);
	scratch_speak(out);
	scratch_free(&d);
}

static void few_partners(struct store *s)
{
	struct entry a = story_tenant("a.example");

	story_restrict(s);
	story_ask(s, &a, 1);
	story_count(s, &a, REASON_PACED);
	s->ops->close(s);
}

static void snapshot_broken(void)
{
	struct scratch d = scratch_new();
	size_t size, journal_size, left;
	char *snapshot, *journal;
	int out;

	story_crash(scratch_name(&d, "state"), few_partners);
	snapshot = scratch_read(scratch_name(&d, "state"), &size);
	journal = scratch_read(scratch_name(&d, "state.journal"), &journal_size);
	out = scratch_hush();
	for (size_t at = 0; at < 2 * size; at++) {
		bool watched, cut = at >= size;
		char *aside;

		snapshot[at % size] = (char)(snapshot[at % size] ^ (cut ? 0 : 0x15));
		scratch_write(scratch_name(&d, "state"), snapshot, cut ? at - size : size);
		scratch_write(scratch_name(&d, "state.journal"), journal, journal_size);
		/* The journal still tells everybody who is restricted. */
		CU_ASSERT_EQUAL(restricted_now(scratch_name(&d, "state"), &watched), 2);
		aside = scratch_read(scratch_name(&d, "state.bad-1"), &left);
		CU_ASSERT_PTR_NOT_NULL(aside);
		free(aside);
		snapshot[at % size] = (char)(snapshot[at % size] ^ (cut ? 0 : 0x15));
		scratch_empty(&d);
	}
	free(snapshot);
	free(journal);
	scratch_speak(out);
	scratch_free(&d);
}

/* Good checksums around senseless records: a file that somebody made. */
static void write_forged(const char *path, const char *magic, unsigned type, const void *octets, size_t size)
{
	struct journal_format format = { "", 1 };
	struct journal_writer w;
	struct payload p = { .size = 0 };

	memcpy(format.magic, magic, 8);
	journal_create(&w, path, &format);
	if (magic[7] == 'S') {
		payload_put(&p, 5, 8);
		payload_put_text(&p, "0123456789abcdef", 16);
		journal_put(&w, KEPT_BEGIN, &p);
	}
	p.size = 0;
	payload_put_text(&p, octets, size);
	journal_put(&w, type, &p);
	journal_finish(&w, path);
}

static void forged(void)
{
	struct scratch d = scratch_new();
	uint8_t octets[600];
	int out;

	out = scratch_hush();
	for (unsigned i = 0; i < 4 * sizeof(octets); i += 7) {
		size_t size = i % sizeof(octets);
		struct store *s;

		memset(octets, i < 2 * sizeof(octets) ? 0xff : 0x61, size);
		write_forged(scratch_name(&d, "state"), "fedgateS", i % 8, octets, size);
		write_forged(scratch_name(&d, "state.journal"), "fedgateJ", KEPT_CHANGE + i % 3, octets, size);
		s = story_open(scratch_name(&d, "state"), 100);
		CU_ASSERT_EQUAL(story_find(s, NULL).restricted, 0);
		s->ops->close(s);
		scratch_empty(&d);
	}
	scratch_speak(out);
	scratch_free(&d);
}

static void foreign(void)
{
	struct scratch d = scratch_new();
	const char *file = scratch_name(&d, "state");
	size_t size;
	char *kept;

	for (int i = 1; i <= 2; i++) {
		struct store *s;
		char name[32];

		scratch_write(file, "my diary\n", 9);
		s = story_open(file, 100);
		s->ops->close(s);
		snprintf(name, sizeof(name), "state.bad-%d", i);
		kept = scratch_read(scratch_name(&d, name), &size);
		CU_ASSERT_TRUE(kept && size == 9 && memcmp(kept, "my diary\n", 9) == 0);
		free(kept);
	}
	scratch_free(&d);
}

/* The files say that freed.example was let go; here it was found out since. */
static void later_files(void)
{
	struct scratch d = scratch_new(), later = scratch_new();
	const char *file = scratch_name(&later, "state");
	struct entry e = story_discovered("freed.example");
	struct store *s;

	story_crash(scratch_name(&d, "state"), story_restrict);
	rmdir(later.directory);
	s = story_open(file, 100);
	story_enumerate(s, &e);
	mkdir(later.directory, 0700);
	rename(scratch_name(&d, "state"), file);
	rename(scratch_name(&d, "state.journal"), scratch_name(&later, "state.journal"));
	CU_ASSERT_TRUE(story_recovers(s));
	CU_ASSERT_EQUAL(story_class(s, "dfreed.example"), CLASS_WATCHED);
	CU_ASSERT_EQUAL(story_class(s, "dwatched.example"), CLASS_WATCHED);
	CU_ASSERT_EQUAL(story_class(s, "dfailing.example"), CLASS_SUSPICIOUS);
	s->ops->close(s);
	scratch_free(&later);
	scratch_free(&d);
}

/* A snapshot out of a backup beside a newer journal: who was let go since stays so. */
static void old_snapshot(void)
{
	struct scratch d = scratch_new();
	const char *file = scratch_name(&d, "state");
	struct store *s = story_open(file, 100);
	struct partner freed = story_discovered("failing.example").partner;
	size_t size;
	char *old;

	story_restrict(s);
	s->ops->close(s);
	old = scratch_read(file, &size);
	s = story_open(file, 100);
	CU_ASSERT_TRUE(s->ops->release(s, &freed));
	s->ops->close(s);
	scratch_write(file, old, size);
	s = story_open(file, 100);
	CU_ASSERT_EQUAL(story_class(s, "dfailing.example"), CLASS_DISCOVERED);
	CU_ASSERT_EQUAL(story_class(s, "dwatched.example"), CLASS_WATCHED);
	s->ops->close(s);
	free(old);
	scratch_free(&d);
}

CU_TestInfo restore_tests[] = {
	{ "a journal cut anywhere gives what stands before the cut", journal_cut },
	{ "a journal damaged anywhere gives what stands before, and is set aside", journal_damaged },
	{ "a snapshot broken anywhere takes nothing from the journal", snapshot_broken },
	{ "a forged file restricts nobody", forged },
	{ "a foreign file is set aside, never overwritten", foreign },
	{ "files that can be read later take nothing from what is known", later_files },
	{ "a snapshot older than the journal restricts nobody who was let go", old_snapshot },
	CU_TEST_INFO_NULL
};
