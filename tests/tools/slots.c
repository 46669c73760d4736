/* Reads Redis' append-only file and says which slots the store ever gave to one partner:
 * lists are trimmed, what was appended to the file is not. Values of the list are twice the time in
 * microseconds, plus one for what ends a call. */
#include "text.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 4096 };

static const char help[] =
	"usage: slots --key KEY FILE...\n"
	"\n"
	"Follows the list KEY through the commands of the files, in this order, and prints a line for each value that\n"
	"entered it, for windowcheck: {\"time_us\":N,\"method\":\"SLOT\",\"from\":\"sip:pool\"}; the method of what ends a call\n"
	"is ENDING. What leaves and comes back in one transaction has not entered. A file that ends amid a command is read\n"
	"up to it. Exit: 0, 1 there was no such key, 2 a file cannot be read.\n";

static const struct option options[] = {
	{ "key", required_argument, NULL, 'k' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
};

struct values {
	int64_t *at;           /* owned */
	size_t   count, room;
};

struct reader {
	const char   *key;     /* borrowed */
	struct values now;     /* the list as it is */
	struct values before;  /* as it was when the transaction began */
	bool          grouped, found;
	struct slice  words[WORDS];
	size_t        count;
};

/* --- the list --- */

static void insert(struct values *v, size_t place, int64_t value)
{
	if (v->count == v->room) {
		v->room = v->room * 2 + 64;
		v->at = must(realloc(v->at, v->room * sizeof *v->at));
	}
	memmove(v->at + place + 1, v->at + place, (v->count - place) * sizeof *v->at);
	v->at[place] = value;
	v->count++;
}

static void trim(struct values *v, int64_t first, int64_t last)
{
	int64_t count = (int64_t)v->count;

	first = first < 0 ? first + count : first;
	last = last < 0 ? last + count : last;
	first = first < 0 ? 0 : first;
	last = last >= count ? count - 1 : last;
	if (first > last) {
		v->count = 0;
		return;
	}
	v->count = (size_t)(last - first + 1);
	memmove(v->at, v->at + first, v->count * sizeof *v->at);
}

static void copy(struct values *to, const struct values *from)
{
	to->count = 0;
	for (size_t i = 0; i < from->count; i++)
		insert(to, i, from->at[i]);
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void print_slot(int64_t value)
{
	printf("{\"time_us\":%" PRId64 ",\"method\":\"%s\",\"from\":\"sip:pool\"}\n", value >> 1, value & 1 ? "ENDING" : "SLOT");
}

/* The end of a transaction, or of a command by itself. */
static void settle(struct reader *r)
{
	struct values sorted = { 0 };
	size_t old = 0;

	copy(&sorted, &r->now);
	if (sorted.count > 0)
		qsort(sorted.at, sorted.count, sizeof *sorted.at, by_value);
	if (r->before.count > 0)
		qsort(r->before.at, r->before.count, sizeof *r->before.at, by_value);
	for (size_t i = 0; i < sorted.count; i++) {
		while (old < r->before.count && r->before.at[old] < sorted.at[i])
			old++;
		if (old < r->before.count && r->before.at[old] == sorted.at[i])
			old++;
		else
			print_slot(sorted.at[i]);
	}
	free(sorted.at);
	copy(&r->before, &r->now);
}

/* --- commands --- */

static int64_t signed_number(struct slice s)
{
	char *copy = slice_copy(s);
	int64_t number = strtoll(copy, NULL, 10);

	free(copy);
	return number;
}

static void insert_before(struct reader *r, struct slice pivot, struct slice value)
{
	size_t place = 0;

	while (place < r->now.count && r->now.at[place] != signed_number(pivot))
		place++;
	if (place < r->now.count)
		insert(&r->now, place, signed_number(value));
}

static void change(struct reader *r, struct slice name)
{
	if (slice_is(name, "RPUSH"))
		for (size_t i = 2; i < r->count; i++)
			insert(&r->now, r->now.count, signed_number(r->words[i]));
	else if (slice_is(name, "LPUSH"))
		for (size_t i = 2; i < r->count; i++)
			insert(&r->now, 0, signed_number(r->words[i]));
	else if (slice_is(name, "LINSERT") && r->count == 5)
		insert_before(r, r->words[3], r->words[4]);
	else if (slice_is(name, "LTRIM") && r->count == 4)
		trim(&r->now, signed_number(r->words[2]), signed_number(r->words[3]));
	else if (!slice_is(name, "PEXPIREAT") && !slice_is(name, "PEXPIRE"))
		r->now.count = 0; /* SET, RENAME and the like: it is no list of ours any more */
	r->found = true;
}

static bool names(const struct reader *r, size_t word)
{
	return word < r->count && slice_same(r->words[word], slice_of(r->key));
}

static void take_command(struct reader *r)
{
	struct slice name = r->words[0];
	bool removes = slice_is(name, "DEL") || slice_is(name, "UNLINK");

	if (slice_is(name, "FLUSHALL") || slice_is(name, "FLUSHDB"))
		r->now.count = 0;
	else if (removes)
		for (size_t i = 1; i < r->count; i++)
			r->now.count = names(r, i) ? 0 : r->now.count;
	else if (names(r, 1))
		change(r, name);
	if (slice_is(name, "MULTI"))
		r->grouped = true;
	else if (slice_is(name, "EXEC"))
		r->grouped = false;
	if (!r->grouped)
		settle(r);
}

/* --- RESP --- */

/* The number on a line that begins with the mark, or -1. */
static long marked(struct slice *rest, char mark)
{
	struct slice line;

	if (rest->length == 0 || rest->at[0] != mark || memchr(rest->at, '\n', rest->length) == NULL)
		return -1;
	line = slice_until(rest, '\n');
	return slice_number(slice_trim(slice_from(line, 1)));
}

static bool next_command(struct reader *r, struct slice *rest)
{
	long words, length;

	while (rest->length > 0 && rest->at[0] == '#') /* an annotation of Redis' */
		slice_until(rest, '\n');
	words = marked(rest, '*');
	if (words < 1)
		return false;
	r->count = 0;
	for (long i = 0; i < words; i++) {
		length = marked(rest, '$');
		if (length < 0 || rest->length < (size_t)length + 2)
			return false;
		if (r->count < WORDS)
			r->words[r->count++] = (struct slice){ rest->at, (size_t)length };
		*rest = slice_from(*rest, (size_t)length + 2);
	}
	return true;
}

static bool read_file(struct reader *r, const char *file)
{
	struct text log = { 0 };
	bool good = text_read_file(&log, file);
	struct slice rest = text_slice(&log);

	while (good && next_command(r, &rest))
		take_command(r);
	text_clear(&log);
	return good;
}

int main(int argc, char **argv)
{
	struct reader *r = must(calloc(1, sizeof *r));
	int option, status = 0;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'k': r->key = optarg; break;
		case 'h': fputs(help, stdout); free(r); return 0;
		default: free(r); return 2;
		}
	}
	if (r->key == NULL || optind == argc) {
		fputs("slots: --key and a file are wanted; see slots --help\n", stderr);
		free(r);
		return 2;
	}
	for (int i = optind; i < argc; i++)
		if (!read_file(r, argv[i])) {
			fprintf(stderr, "slots: %s cannot be read\n", argv[i]);
			status = 2;
		}
	if (status == 0 && !r->found)
		status = 1;
	free(r->now.at);
	free(r->before.at);
	free(r);
	return status;
}
