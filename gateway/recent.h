/* The last lines of the decision log, in memory also where no file is written, and who follows them. Bounded in lines
 * and in octets. Lines are numbered from 0. */
#ifndef GATEWAY_RECENT_H
#define GATEWAY_RECENT_H

#include <stddef.h>
#include <stdint.h>

#define RECENT_LINES  1000
#define RECENT_OCTETS ((size_t)1024 * 1024)

struct recent;

/* Part of whoever follows; zero before first use. */
struct recent_follower {
	void (*line)(void *arg, const char *line, size_t length);
	void *arg;                              /* borrowed */
	struct recent_follower *next, **back;   /* back NULL: does not follow */
};

struct recent *recent_new(void);
void recent_free(struct recent *);

/* Copies the line, which has no end of its own, and tells the followers. */
void recent_add(struct recent *, const char *line, size_t length);

/* The numbers of the oldest line that is kept, and of the next to come. */
uint64_t recent_oldest(const struct recent *);
uint64_t recent_next(const struct recent *);
/* Borrowed until the next line is added. NULL: not kept any more, or not there yet. */
const char *recent_line(const struct recent *, uint64_t number, size_t *length);

/* From the next line on. `line` and `arg` are set. Not to be called while a line is told. */
void recent_follow(struct recent *, struct recent_follower *);
void recent_unfollow(struct recent_follower *); /* twice is fine */

#endif
