/* Stories of an embedded store with files: it dies, it recovers. */
#ifndef TESTS_UNIT_KEPT_STORY_H
#define TESTS_UNIT_KEPT_STORY_H

#include <sys/wait.h>

#include "scratch.h"
#include "store_story.h"

/* Runs a story in a process that then dies without a word, as by SIGKILL. */
static inline void story_crash(const char *file, void (*story)(struct store *))
{
	pid_t child;
	int status = 1;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		struct store *s = story_open(file, 100);

		story(s);
		_exit(0);
	}
	waitpid(child, &status, 0);
	CU_ASSERT_EQUAL(status, 0);
}

static inline void story_restrict(struct store *s)
{
	struct entry watched = story_discovered("watched.example"), failing = story_discovered("failing.example");
	struct entry freed = story_discovered("freed.example");

	story_enumerate(s, &watched);
	story_fail(s, &failing);
	story_enumerate(s, &freed);
	s->ops->release(s, &freed.partner);
}

/* A tick a second until the store has nothing to complain of, or two minutes. */
static inline bool story_recovers(struct store *s)
{
	struct store_health health;

	for (int i = 0; i < 120; i++) {
		story_pass(SECOND);
		s->ops->tick(s);
		s->ops->health(s, &health);
		if (health.keeps)
			return true;
		usleep(20000); /* a child may be at work */
	}
	return false;
}

#endif
