/* Rows of the table of partners as records of a file, and back. Two files hold
 * them: the snapshot holds all that is known, the journal each change of a restriction. Every
 * change has a number; the snapshot says which was its last, so that a journal that is older in
 * parts takes nothing back. Times in files are the wall clock's; no setting of that clock
 * makes a restriction last longer than its hold. */
#ifndef GATEWAY_SNAPSHOT_H
#define GATEWAY_SNAPSHOT_H

#include "../policy/orders.h"
#include "journal.h"
#include "partners.h"

/* Both clocks at one time. */
struct moment {
	int64_t store_us, wall_us;
};

extern const struct journal_format snapshot_format, changes_format;

/* Writes PATH anew and puts it on disk. 0, or an errno. */
int snapshot_save(const char *path, const struct partners *, uint64_t change,
    const struct siphash_key *target_key, const struct moment *);

/* The same for a journal: operators' decisions; the restrictions there are, and that these were all. */
int changes_save(const char *path, const struct partners *, const struct orders *, uint64_t change, const struct moment *);

/* One decision; one change. `released`: by an operator, who also empties its set. */
size_t changes_order(uint8_t out[JOURNAL_RECORD_MAX], const struct order *);
size_t changes_record(uint8_t out[JOURNAL_RECORD_MAX], const struct row *, uint64_t change, bool released,
    const struct moment *);

/* Reading both: first the snapshot, then the journal. */
struct loading {
	struct partners *table;
	const struct limits *limits;
	unsigned max_strangers;
	struct moment moment;
	uint64_t snapshot_change;   /* the last one that the snapshot holds */
	uint64_t last_change;       /* of both files */
	uint64_t partners;          /* read from the snapshot */
	bool partial;               /* the snapshot could not be read to its end */
	bool begun, ended;          /* its first and its last record were seen */
	struct siphash_key *target_key; /* borrowed: the snapshot's is put here */
	struct orders *orders;      /* borrowed; NULL: they are not wanted */
	struct row *row;            /* whose records come now; NULL: no room for it */
};

/* What is live already is marked: files only add to it. */
void loading_begin(struct loading *, struct partners *, const struct limits *, unsigned max_strangers,
    struct siphash_key *target_key, const struct moment *);

/* False: not a record that we write, the file is damaged. */
bool load_snapshot(struct loading *, unsigned type, struct payload *);
bool load_change(struct loading *, unsigned type, struct payload *);

#endif
