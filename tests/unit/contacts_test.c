/* The set of targets against a naive list. */
#include "unit.h"

#include "../../policy/contacts.h"
#include "chance.h"

#define NAMES 3000

struct naive {
	int64_t at[NAMES];
	bool in[NAMES];
};

/* Few distinct hashes that crowd into one place of the table, or even ones. */
static uint64_t hash_of(uint32_t name, bool crowded)
{
	struct chance mix = { name };

	return crowded ? UINT64_C(0xfffffff000000000) + name : chance_next(&mix);
}

static uint32_t naive_expire(struct naive *n, int64_t since)
{
	uint32_t left = 0;

	for (int i = 0; i < NAMES; i++) {
		n->in[i] = n->in[i] && n->at[i] > since;
		left += n->in[i];
	}
	return left;
}

static bool same(const struct contacts *c, const struct naive *n, bool crowded, int64_t since)
{
	for (uint32_t i = 0; i < NAMES; i++)
		if (contacts_has(c, hash_of(i, crowded), since) != (n->in[i] && n->at[i] > since))
			return false;
	return true;
}

static bool walk_is_complete(const struct contacts *c, uint32_t expected)
{
	uint32_t at = 0, walked = 0;
	uint64_t target;
	int64_t time_us;

	while (contacts_next(c, &at, &target, &time_us)) {
		walked++;
		if (!contacts_has(c, target, time_us - 1) || contacts_has(c, target, time_us))
			return false;
	}
	return walked == expected && walked == c->count;
}

static bool life_agrees(struct chance *chance, uint32_t names, bool crowded)
{
	static struct naive n;
	struct contacts c;
	int64_t now = -200;
	bool good = true;

	n = (struct naive){ 0 };
	contacts_init(&c);
	for (int step = 0; good && step < 40; step++) {
		int64_t since = now - chance_below(chance, 120);
		uint32_t left;

		for (uint32_t i = chance_below(chance, names); i > 0; i--) {
			uint32_t name = chance_below(chance, names);

			contacts_add(&c, hash_of(name, crowded), now);
			n.at[name] = now;
			n.in[name] = true;
		}
		good = same(&c, &n, crowded, since);
		left = naive_expire(&n, since);
		good = good && contacts_expire(&c, since) == left && walk_is_complete(&c, left) &&
		    same(&c, &n, crowded, INT64_MIN);
		now += chance_below(chance, 40);
	}
	contacts_clear(&c);
	return good;
}

static void naive_set(void)
{
	static const uint32_t sizes[] = { 3, 12, 34, 60, 400, NAMES };
	struct chance chance = chance_new();
	int differ = 0;

	for (int round = chance_rounds(4); round > 0; round--)
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
			differ += !life_agrees(&chance, sizes[i], false);
	CU_ASSERT_EQUAL(differ, 0);
}

static void crowded_set(void)
{
	struct chance chance = chance_new();
	int differ = 0;

	for (int round = chance_rounds(6); round > 0; round--)
		differ += !life_agrees(&chance, 30 + chance_below(&chance, 300), true);
	CU_ASSERT_EQUAL(differ, 0);
}

static void any_hash(void)
{
	struct contacts c;

	contacts_init(&c);
	CU_ASSERT_FALSE(contacts_has(&c, 0, INT64_MIN));
	for (uint32_t i = 0; i < 100; i++)
		contacts_add(&c, hash_of(i, false), 5);
	CU_ASSERT_FALSE(contacts_has(&c, 0, INT64_MIN));
	contacts_add(&c, 0, 5);
	contacts_add(&c, UINT64_MAX, 5);
	contacts_add(&c, 0, 6);
	CU_ASSERT_EQUAL(c.count, 102);
	CU_ASSERT_TRUE(contacts_has(&c, 0, 5));
	CU_ASSERT_TRUE(contacts_has(&c, UINT64_MAX, 4));
	CU_ASSERT_FALSE(contacts_has(&c, UINT64_MAX, 5));
	contacts_clear(&c);
	CU_ASSERT_EQUAL(c.count, 0);
}

static void no_older(void)
{
	struct contacts c;

	contacts_init(&c);
	contacts_add(&c, 7, 10);
	contacts_add(&c, 7, 9);
	CU_ASSERT_EQUAL(c.count, 1);
	CU_ASSERT_TRUE(contacts_has(&c, 7, 9));
	contacts_clear(&c);
}

static void memory(void)
{
	struct contacts c;
	const uint32_t octets = 16;

	contacts_init(&c);
	CU_ASSERT_PTR_NULL(c.table);
	for (uint32_t i = 0; i < 10; i++)
		contacts_add(&c, hash_of(i, false), 5);
	CU_ASSERT_TRUE(c.room * octets <= 200);
	for (uint32_t i = 10; i < 1000; i++) {
		contacts_add(&c, hash_of(i, false), 6 + (i >= 995));
		CU_ASSERT_TRUE(c.room <= c.count + c.count / 2 + 4);
	}
	CU_ASSERT_EQUAL(contacts_expire(&c, 6), 5);
	CU_ASSERT_EQUAL(c.room, 8);
	CU_ASSERT_EQUAL(contacts_expire(&c, 7), 0);
	CU_ASSERT_PTR_NULL(c.table);
}

CU_TestInfo contacts_tests[] = {
	{ "the set holds what a naive list holds, through growth, expiry and shrinking", naive_set },
	{ "hashes that crowd into one place are all found, whatever was forgotten among them", crowded_set },
	{ "any hash is a target, also 0", any_hash },
	{ "a target is as new as its last naming", no_older },
	{ "ten targets take at most 200 octets, many not twice their own, none none", memory },
	CU_TEST_INFO_NULL
};
