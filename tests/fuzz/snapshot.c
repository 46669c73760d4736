/* The embedded store's files: whatever stands in them restricts nobody longer than the settings
 * say, takes nothing from what is known already, and a torn tail changes nothing. */
#include <stdlib.h>
#include <string.h>

#include "../../gateway/log.h"
#include "../../gateway/restore.h"
#include "records.h"

#define MOST_STRANGERS 20
#define STORE_US INT64_C(5000000000000)
#define WALL_US INT64_C(1700000000000000)
#define LIVE "dlive.example"

static const struct moment moment = { STORE_US, WALL_US };
static struct records snapshot, journal;

enum { CUT_NOTHING, CUT_SNAPSHOT, CUT_JOURNAL, CUTS };

/* Somebody who is watched and somebody who is not, before the files are read. */
static void begin(struct partners *table, struct loading *l, const struct limits *limits, struct siphash_key *target_key, bool live)
{
	static const struct siphash_key key = { "a table, 16 oct" };

	partners_init(table, &key);
	if (live) {
		struct row *row = partners_add(table, LIVE, strlen(LIVE), STORE_US);

		row->record.watched = true;
		row->record.watched_since_us = STORE_US - 5;
		row->record.watched_until_us = STORE_US + 5;
		partners_add(table, "tcloud/free.example", strlen("tcloud/free.example"), STORE_US);
	}
	*target_key = (struct siphash_key){ "targets, 16 oct" };
	loading_begin(l, table, limits, MOST_STRANGERS, target_key, &moment);
	l->orders = orders_new();
}

static void row_is_sane(const struct row *row, const struct limits *limits)
{
	const struct record *r = &row->record;
	struct partner partner;

	LAW(partner_from_key(&partner, row->key, row->key_length), "a partner's key is one that we make");
	LAW(row->last_us <= STORE_US, "nobody was seen in the future");
	LAW(!r->watched || (r->watched_since_us <= STORE_US && r->watched_until_us <= STORE_US + limits->watch_hold_us),
	    "nobody is watched for longer than the hold");
	LAW(!r->standing.suspicious || (r->standing.since_us <= STORE_US && r->standing.until_us <= STORE_US + limits->suspicion_hold_us),
	    "nobody is suspected for longer than the hold");
	LAW(r->standing.suspicious || r->standing.until_us == 0, "who is not suspected has no end of it");
}

static void orders_are_sane(const struct orders *orders)
{
	char text[ORDER_TEXT_MAX];
	struct order again;

	for (const struct order *o = orders_next(orders, ""); o; o = orders_next(orders, o->domain.text)) {
		LAW(order_read(&again, text, order_write(o, text)), "a decision is one that we write");
		LAW(!o->until_us || o->until_us - WALL_US <= o->until_us - o->made_us, "no decision lasts longer than it was to");
	}
}

/* A sum over what matters, in no order. */
static uint64_t sum_of(const struct partners *table)
{
	static const struct siphash_key key = { "a table, 16 oct" };
	uint64_t sum = 0;

	for (uint32_t i = 0; i < table->count; i++) {
		const struct row *row = table->rows[i];
		const int64_t words[] = {
			(int64_t)siphash(&key, row->key, row->key_length), row->record.watched, row->record.watched_until_us,
			row->record.standing.suspicious, row->record.standing.until_us,
		};

		sum += siphash(&key, words, sizeof words);
	}
	return sum;
}

/* `all` and `changes`: so many octets of the two. */
static uint64_t load(const struct limits *limits, size_t all, size_t changes, bool live)
{
	struct siphash_key target_key;
	struct partners table;
	struct loading l;
	struct fuzz_file one, two;
	char trouble[TROUBLE_MAX];
	uint64_t sum;

	begin(&table, &l, limits, &target_key, live);
	fuzz_file_make(&one, snapshot.octets, all);
	fuzz_file_make(&two, journal.octets, changes);
	LAW(restore_files(&l, one.path, two.path, trouble), "files in memory can be read");
	for (uint32_t i = 0; i < table.count; i++)
		row_is_sane(table.rows[i], limits);
	LAW(table.strangers <= MOST_STRANGERS + 2 + partners_restricted(&table), "the table has room for the restricted, and for so many strangers");
	if (live) {
		const struct row *row = partners_find(&table, LIVE, strlen(LIVE));

		LAW(row && row->record.watched && row->record.watched_until_us >= STORE_US + 5, "files take nothing from what is known");
	}
	orders_are_sane(l.orders);
	orders_free(l.orders);
	sum = sum_of(&table);
	fuzz_file_clear(&one);
	fuzz_file_clear(&two);
	partners_clear(&table);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	struct fuzz_input in = { octets, size };
	uint8_t options = fuzz_octet(&in);
	uint64_t where = fuzz_number(&in, 2);
	bool live = options & 4;
	struct limits limits;
	const uint8_t *payload;
	unsigned type;
	size_t length, whole;

	log_open(LEVEL_ERROR);
	limits_default(&limits);
	limits.watch_blocks = options & 8 ? WATCH_BLOCKS_NEW : WATCH_BLOCKS_ALL;
	records_begin(&snapshot, &snapshot_format);
	records_begin(&journal, &changes_format);
	while (records_take(&in, &type, &payload, &length))
		records_add(type < 16 ? &snapshot : &journal, type, payload, length);
	if (options % CUTS == CUT_JOURNAL) {
		size_t cut = journal.ends[0] + (size_t)where % (journal.size - journal.ends[0] + 1);

		whole = journal.ends[records_whole(&journal, cut)];
		LAW(load(&limits, snapshot.size, cut, live) == load(&limits, snapshot.size, whole, live), "a torn tail changes nothing");
	} else {
		load(&limits, options % CUTS == CUT_SNAPSHOT ? (size_t)where % (snapshot.size + 1) : snapshot.size, journal.size, live);
	}
	return 0;
}
