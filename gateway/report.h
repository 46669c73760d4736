/* A report collected: partners of a store's walk as plain structs, the worst of them, or those heard of last,
 * at most so many, and how many more there were. Owns what it holds; prints nothing. */
#ifndef GATEWAY_REPORT_H
#define GATEWAY_REPORT_H

#include "store.h"

enum report_order {
	REPORT_WORST, /* watched, suspicious, refused by a rate, delayed by one, others; of these who was refused most */
	REPORT_LATEST /* heard of last */
};

#define REPORT_MOST     10000
#define REPORT_USUAL    1000

struct report;

struct report *report_new(enum report_order, size_t most); /* most: 1 to REPORT_MOST */
void report_free(struct report *);

void report_take(struct report *, const struct store_row *); /* copied, texts too */
void report_pass(struct report *, uint64_t more);            /* so many were passed over by who walked */
void report_void(struct report *);                           /* forgets what it has */

/* In order: what is taken later comes anywhere. */
void report_sort(struct report *);
size_t report_count(const struct report *);
const struct store_row *report_at(const struct report *, size_t); /* borrowed */
uint64_t report_more(const struct report *); /* beside these */

/* The reason for which a partner stands in a report; REASON_NONE: for none. Since when; 0: none. */
enum reason report_reason(const struct store_row *);
int64_t report_since_us(const struct store_row *);

/* What limits a partner by this law, as walks ask for it; count 0: nothing. */
struct rate report_rate(const struct ruleset *, const struct partner *, bool suspicious);
/* Its distinct local URIs: of one that is watched, whose set is emptied by that, as many as brought it there. */
uint32_t report_distinct_uris(const struct ruleset *, const struct store_row *);

/* Whom a name may mean: up to REPORT_NAMES_MAX. 0: it is nobody's. */
#define REPORT_NAMES_MAX 5
size_t report_names(struct partner out[REPORT_NAMES_MAX], const char *name);

/* Does the name match the pattern, in which "*" stands for any letters and "?" for one? Without either it is a part of the
 * name. Capitals are like small letters. */
bool report_matches(const char *pattern, const char *name);

#endif
