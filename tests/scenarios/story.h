/* The lines of a scenario, told to a world. */
#ifndef TESTS_SCENARIOS_STORY_H
#define TESTS_SCENARIOS_STORY_H

#include "world.h"

#define STORY_WORDS 64

struct story {
	const char *file;  /* borrowed */
	int line;
	int promises;      /* lines that expected something */
	int complaints;    /* broken promises, and lines that cannot be read */
	int64_t now_us;
	bool begun;        /* the clock stands somewhere */
	bool stale;        /* lists have changed since the law was made */
	unsigned fresh;    /* new names invented so far */
	struct world world;
	char *words[STORY_WORDS + 1]; /* borrowed: of the line being told; NULL behind the last */
	int word;                     /* the next to be read */
};

/* Prints "file:line: ..." and counts it. Always false. */
bool story_complain(struct story *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The next word, NULL behind the last. */
const char *story_next(struct story *);
/* Reads the next word if it is this one. */
bool story_takes(struct story *, const char *word);

/* The next word as "1.250", in seconds, or as a duration with its unit. Complains. */
bool story_takes_time(struct story *, int64_t *us);
bool story_takes_number(struct story *, int64_t *number);

/* Complain and are true where what is found is not what was promised. */
#define STORY_NOT_TOLD INT64_MIN /* nothing was promised */
bool story_flag_differs(struct story *, bool promised, bool found, const char *what);
bool story_number_differs(struct story *, int64_t promised, int64_t found, const char *what);

/* law.c: "policy", "local", "allow", "block", "provider", "certificate". */
bool law_tell(struct story *, const char *statement);

/* events.c: what comes behind "at". */
bool events_tell(struct story *);

#endif
