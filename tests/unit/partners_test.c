/* Walks through the table while rows come and go. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "../../gateway/partners.h"
#include "chance.h"

#define ROWS  500
#define WALKS 3

/* A walk, and of each row by its number: was it there all the time, and how often has it come? */
struct tour {
	struct partners_walk walk;
	bool under_way;
	bool throughout[ROWS];
	unsigned came[ROWS];
};

static struct row *find(struct partners *p, unsigned number, bool add)
{
	char key[40];
	size_t length = (size_t)snprintf(key, sizeof key, "dp%u.example", number);

	return add ? partners_add(p, key, length, 0) : partners_find(p, key, length);
}

static void come_or_go(struct partners *p, struct tour *tours, struct chance *chance)
{
	unsigned number = chance_below(chance, ROWS);
	struct row *row = find(p, number, false);

	if (row)
		partners_remove(p, row);
	else
		find(p, number, true);
	for (int i = 0; i < WALKS; i++)
		tours[i].throughout[number] = false;
}

static void begin(struct partners *p, struct tour *t)
{
	memset(t, 0, sizeof *t);
	t->under_way = true;
	for (unsigned i = 0; i < ROWS; i++)
		t->throughout[i] = find(p, i, false) != NULL;
	partners_walk_begin(p, &t->walk);
}

static void end(struct partners *p, struct tour *t, unsigned *wrong)
{
	for (unsigned i = 0; i < ROWS; i++)
		*wrong += t->throughout[i] ? t->came[i] != 1 : t->came[i] > 1;
	partners_walk_end(p, &t->walk);
	t->under_way = false;
}

static void step(struct partners *p, struct tour *t, unsigned *wrong)
{
	struct row *row = partners_walk_next(p, &t->walk);
	unsigned number;

	if (!row)
		end(p, t, wrong);
	else if (sscanf(row->key, "dp%u.", &number) == 1 && number < ROWS)
		t->came[number]++;
}

static void exactly_once(void)
{
	static const struct siphash_key key = { { 1 } };
	static struct tour tours[WALKS];
	struct chance chance = chance_new();
	int rounds = chance_rounds(100000);
	unsigned wrong = 0, ended = 0;
	struct partners table;

	partners_init(&table, &key);
	for (unsigned i = 0; i < ROWS; i += 2)
		find(&table, i, true);
	for (int round = 0; round < rounds; round++) {
		struct tour *t = &tours[chance_below(&chance, WALKS)];

		if (chance_below(&chance, 4) == 0)
			come_or_go(&table, tours, &chance);
		if (!t->under_way)
			begin(&table, t);
		else
			step(&table, t, &wrong);
		ended += !t->under_way;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_TRUE(ended > 100);
	partners_clear(&table);
}

/* What is emptied meanwhile ends a walk; a walk that was given up is nobody's. */
static void to_the_end(void)
{
	static const struct siphash_key key = { { 1 } };
	struct partners_walk walk, other;
	struct partners table;

	partners_init(&table, &key);
	for (unsigned i = 0; i < 10; i++)
		find(&table, i, true);
	partners_walk_begin(&table, &walk);
	partners_walk_begin(&table, &other);
	CU_ASSERT_PTR_NOT_NULL(partners_walk_next(&table, &walk));
	partners_walk_end(&table, &other);
	for (unsigned i = 0; i < 10; i++)
		partners_remove(&table, find(&table, i, false));
	CU_ASSERT_PTR_NULL(partners_walk_next(&table, &walk));
	partners_walk_end(&table, &walk);
	CU_ASSERT_PTR_NULL(table.walks);
	partners_clear(&table);
}

CU_TestInfo partners_tests[] = {
	{ "who is there from begin to end of a walk comes exactly once, whoever comes and goes", exactly_once },
	{ "a walk ends though all have gone", to_the_end },
	CU_TEST_INFO_NULL
};
