/* Who is refused most, in bounded memory. */
#include <stdio.h>
#include <string.h>

#include "../../gateway/worst.h"
#include "unit.h"

struct seen {
	unsigned count;
	uint64_t of_flooder, most;
};

static void look(void *arg, const char *who, uint64_t refused)
{
	struct seen *seen = arg;

	seen->count++;
	if (refused > seen->most)
		seen->most = refused;
	if (strcmp(who, "flooder.example") == 0)
		seen->of_flooder = refused;
}

static struct seen list(const struct worst *w)
{
	struct seen seen = { 0 };

	worst_list(w, look, &seen);
	return seen;
}

static struct worst worst(unsigned most)
{
	struct siphash_key key = { .octets = { 7 } };
	struct worst w;

	worst_init(&w, &key);
	worst_resize(&w, most);
	return w;
}

static void nobody_unless_asked(void)
{
	struct worst w = worst(0);

	worst_add(&w, "flooder.example");
	CU_ASSERT_EQUAL(list(&w).count, 0);
	CU_ASSERT_PTR_NULL(w.seats);
	worst_clear(&w);
}

static void the_worst_are_listed(void)
{
	struct worst w = worst(2);

	for (int i = 0; i < 5; i++)
		worst_add(&w, "flooder.example");
	for (int i = 0; i < 3; i++)
		worst_add(&w, "second.example");
	worst_add(&w, "third.example");
	CU_ASSERT_EQUAL(list(&w).count, 2);
	CU_ASSERT_EQUAL(list(&w).of_flooder, 5);
	worst_resize(&w, 2);
	CU_ASSERT_EQUAL(list(&w).count, 2);
	worst_resize(&w, 3);
	CU_ASSERT_EQUAL(list(&w).count, 0);
	worst_clear(&w);
}

/* A hundred thousand names of one refusal each do not hide who floods. */
static void a_crowd_does_not_hide_one(void)
{
	struct worst w = worst(10);
	char name[40];

	for (int i = 0; i < 100000; i++) {
		snprintf(name, sizeof name, "n%d.example", i);
		worst_add(&w, name);
		if (i % 100 == 0)
			worst_add(&w, "flooder.example");
	}
	CU_ASSERT_EQUAL(list(&w).count, 10);
	CU_ASSERT_EQUAL(list(&w).most, list(&w).of_flooder);
	CU_ASSERT(list(&w).of_flooder > 900);
	CU_ASSERT_EQUAL(w.size, 64);
	worst_clear(&w);
}

CU_TestInfo worst_tests[] = {
	{ "nobody is counted unless asked for", nobody_unless_asked },
	{ "the worst are listed, and another number begins anew", the_worst_are_listed },
	{ "a crowd of names does not hide who is refused most", a_crowd_does_not_hide_one },
	CU_TEST_INFO_NULL
};
