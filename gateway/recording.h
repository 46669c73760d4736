/* A record that recorder.h wrote, read back line by line. What is read is hostile: lines are bounded, the connections
 * remembered too; a line that is damaged, or cut short where a disk was full or an edge killed, is passed over, told
 * with its number and counted. */
#ifndef GATEWAY_RECORDING_H
#define GATEWAY_RECORDING_H

#include "witness.h"

#define RECORD_VERSION 1
#define RECORD_LINE_MAX (128 * 1024)
#define RECORD_DOMAINS_MAX 1000

/* "yes", "no", "unknown": what DNS said of a source. */
const char *record_dns_token(enum proof);

enum recorded {
	RECORDED_BEGIN,     /* an edge began to write: its start, or a reload */
	RECORDED_JUDGED,
	RECORDED_ANSWERED,
	RECORDED_OTHER,     /* decided, but not by the ladder */
	RECORDED_END,
	RECORDED_UNREADABLE /* the file: errno tells */
};

/* Borrowed until the next one is read. Times go on from file to file: never back. */
struct recorded_line {
	int64_t at_us;
	struct sight judged;                  /* JUDGED; `told` is NULL */
	struct sight_of_outcome answered;     /* ANSWERED */
	enum reason reason;                   /* OTHER */
	/* BEGIN: */
	char edge[DOMAIN_MAX + 1], policy[16];
	const struct domain *domains;         /* the local ones */
	size_t domain_count;
	unsigned max_partners;
};

struct recording;

/* `complain` hears of lines that are passed over. NULL: errno tells why. */
struct recording *recording_open(const char *path, void (*complain)(void *arg, uint64_t line, const char *what), void *arg);
void recording_close(struct recording *);

enum recorded recording_next(struct recording *, struct recorded_line *);

uint64_t recording_lines(const struct recording *);  /* so far, the bad ones too */
uint64_t recording_bad(const struct recording *);

#endif
