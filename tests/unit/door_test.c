/* Who may come in: limits in all and for each address, and who gives way when
 * too many handshakes are under way. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "../../gateway/listener.h"
#include "unit.h"

#define GUESTS 600

struct guest {
	struct door_pass pass;
	unsigned evicted;
};

/* A door (large) and those who come to it. */
struct scene {
	struct door door;
	struct guest guests[GUESTS];
};

static void evict(void *owner)
{
	struct guest *g = owner;

	g->evicted++;
	door_leave(&g->pass);
}

static struct scene *scene_new(unsigned max, unsigned max_per_host)
{
	struct scene *s = calloc(1, sizeof *s);

	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	s->door.max = max;
	s->door.max_per_host = max_per_host;
	s->door.evict = evict;
	return s;
}

/* Everybody goes: nothing may be left counted. */
static void scene_free(struct scene *s)
{
	for (size_t i = 0; i < GUESTS; i++)
		door_leave(&s->guests[i].pass);
	CU_ASSERT_EQUAL(s->door.inside, 0);
	CU_ASSERT_EQUAL(s->door.half_open, 0);
	for (size_t i = 0; i < DOOR_BUCKETS; i++) {
		CU_ASSERT_PTR_NULL(s->door.hosts[i]);
		CU_ASSERT_PTR_NULL(s->door.networks[i]);
	}
	free(s);
}

static enum door_answer enter(struct scene *s, size_t guest, const char *from)
{
	struct address address;

	CU_ASSERT_TRUE_FATAL(address_parse(&address, from));
	return door_enter(&s->door, &s->guests[guest].pass, &address, &s->guests[guest]);
}

/* Guest i from host i of network `network` of 10.0.0.0/8. */
static enum door_answer enter_from(struct scene *s, size_t guest, unsigned network)
{
	struct address a = { .length = sizeof a.socket.v4 };

	a.socket.v4.sin_family = AF_INET;
	a.socket.v4.sin_addr.s_addr = htonl(10u << 24 | network << 8 | (unsigned)(guest % 250));
	return door_enter(&s->door, &s->guests[guest].pass, &a, &s->guests[guest]);
}

static void so_many_in_all(void)
{
	struct scene *s = scene_new(3, 3);

	CU_ASSERT_EQUAL(enter(s, 0, "192.0.2.1:1000"), DOOR_OPEN);
	CU_ASSERT_EQUAL(enter(s, 1, "192.0.2.2:1000"), DOOR_OPEN);
	CU_ASSERT_EQUAL(enter(s, 2, "[2001:db8::1]:1000"), DOOR_OPEN);
	door_settled(&s->guests[0].pass);
	CU_ASSERT_EQUAL(enter(s, 3, "192.0.2.4:1000"), DOOR_FULL);
	CU_ASSERT_EQUAL(s->door.inside, 3);
	door_leave(&s->guests[0].pass);
	CU_ASSERT_EQUAL(enter(s, 3, "192.0.2.4:1000"), DOOR_OPEN);
	scene_free(s);
}

static void so_many_from_one_address(void)
{
	struct scene *s = scene_new(100, 2);

	CU_ASSERT_EQUAL(enter(s, 0, "192.0.2.1:1000"), DOOR_OPEN);
	CU_ASSERT_EQUAL(enter(s, 1, "192.0.2.1:1001"), DOOR_OPEN);
	CU_ASSERT_EQUAL(enter(s, 2, "192.0.2.1:1002"), DOOR_HOST_FULL);
	CU_ASSERT_EQUAL(enter(s, 3, "192.0.2.2:1000"), DOOR_OPEN);
	CU_ASSERT_EQUAL(enter(s, 4, "[2001:db8::1]:1"), DOOR_OPEN);
	CU_ASSERT_EQUAL(enter(s, 5, "[2001:db8::1]:2"), DOOR_OPEN);
	CU_ASSERT_EQUAL(enter(s, 6, "[2001:db8::1]:3"), DOOR_HOST_FULL);
	CU_ASSERT_EQUAL(enter(s, 6, "[2001:db8::2]:3"), DOOR_OPEN);
	CU_ASSERT_EQUAL(s->door.inside, 6);
	door_leave(&s->guests[0].pass);
	CU_ASSERT_EQUAL(enter(s, 2, "192.0.2.1:1002"), DOOR_OPEN);
	scene_free(s);
}

static void leaving_twice_is_leaving_once(void)
{
	struct scene *s = scene_new(100, 100);

	enter(s, 0, "192.0.2.1:1000");
	enter(s, 1, "192.0.2.1:1001");
	door_leave(&s->guests[0].pass);
	door_leave(&s->guests[0].pass);
	door_settled(&s->guests[0].pass);
	CU_ASSERT_EQUAL(s->door.inside, 1);
	CU_ASSERT_EQUAL(s->door.half_open, 1);
	door_settled(&s->guests[1].pass);
	door_settled(&s->guests[1].pass);
	CU_ASSERT_EQUAL(s->door.half_open, 0);
	CU_ASSERT_EQUAL(s->door.inside, 1);
	scene_free(s);
}

static void who_was_refused_takes_no_place(void)
{
	struct scene *s = scene_new(100, 1);

	enter(s, 0, "192.0.2.1:1000");
	CU_ASSERT_EQUAL(enter(s, 1, "192.0.2.1:1001"), DOOR_HOST_FULL);
	door_leave(&s->guests[1].pass);
	CU_ASSERT_EQUAL(s->door.inside, 1);
	door_leave(&s->guests[0].pass);
	CU_ASSERT_EQUAL(enter(s, 1, "192.0.2.1:1001"), DOOR_OPEN);
	scene_free(s);
}

/* A busy network fills the door with guests 100 to 355, a partner's first handshake is older. */
static void the_busiest_networks_oldest_gives_way(void)
{
	struct scene *s = scene_new(10000, 10000);

	enter_from(s, 0, 1);
	for (size_t i = 100; i < 99 + DOOR_HALF_OPEN_MAX; i++)
		enter_from(s, i, 2);
	CU_ASSERT_EQUAL(s->door.half_open, DOOR_HALF_OPEN_MAX);
	CU_ASSERT_EQUAL(enter_from(s, 1, 3), DOOR_OPEN);
	CU_ASSERT_EQUAL(enter_from(s, 599, 2), DOOR_OPEN);
	CU_ASSERT_EQUAL(s->guests[100].evicted, 1);
	CU_ASSERT_EQUAL(s->guests[101].evicted, 1);
	CU_ASSERT_EQUAL(s->guests[102].evicted, 0);
	CU_ASSERT_EQUAL(s->guests[0].evicted, 0);
	CU_ASSERT_EQUAL(s->guests[1].evicted, 0);
	CU_ASSERT_EQUAL(s->guests[599].evicted, 0);
	CU_ASSERT_EQUAL(s->door.half_open, DOOR_HALF_OPEN_MAX);
	scene_free(s);
}

/* One handshake of each of so many networks: he who has waited longest has had most time. */
static void of_networks_alike_the_oldest_gives_way(void)
{
	struct scene *s = scene_new(10000, 10000);

	for (size_t i = 0; i < GUESTS; i++)
		enter_from(s, i, (unsigned)i);
	for (size_t i = 0; i < GUESTS; i++)
		CU_ASSERT_EQUAL(s->guests[i].evicted, i < GUESTS - DOOR_HALF_OPEN_MAX);
	scene_free(s);
}

/* Whoever has 255 networks, as in a /48, ends no handshake of another by coming again and again. */
static void who_comes_again_gives_way_himself(void)
{
	struct scene *s = scene_new(10000, 10000);

	enter_from(s, 0, 1000);
	for (size_t i = 1; i < GUESTS; i++)
		enter_from(s, i, (unsigned)(i % (DOOR_HALF_OPEN_MAX - 1)));
	CU_ASSERT_EQUAL(s->guests[0].evicted, 0);
	for (size_t i = 1; i < GUESTS; i++)
		CU_ASSERT_EQUAL(s->guests[i].evicted, i < GUESTS - (DOOR_HALF_OPEN_MAX - 1));
	scene_free(s);
}

static void who_has_settled_does_not_give_way(void)
{
	struct scene *s = scene_new(10000, 10000);

	for (size_t i = 0; i < 100; i++) {
		enter_from(s, i, 2);
		if (i != 50)
			door_settled(&s->guests[i].pass);
	}
	for (size_t i = 100; i < 99 + DOOR_HALF_OPEN_MAX; i++)
		enter_from(s, i, 3);
	CU_ASSERT_EQUAL(enter_from(s, 400, 2), DOOR_OPEN);
	CU_ASSERT_EQUAL(s->guests[100].evicted, 1);
	for (size_t i = 0; i < 100; i++)
		CU_ASSERT_EQUAL(s->guests[i].evicted, 0);
	CU_ASSERT_EQUAL(s->door.inside, 100 + DOOR_HALF_OPEN_MAX - 1);
	scene_free(s);
}

static void who_comes_in_never_gives_way(void)
{
	struct scene *s = scene_new(10000, 10000);

	/* All networks are as busy as each other: one handshake each. */
	for (size_t i = 0; i < GUESTS; i++) {
		CU_ASSERT_EQUAL(enter_from(s, i, (unsigned)i), DOOR_OPEN);
		CU_ASSERT_EQUAL(s->guests[i].evicted, 0);
		CU_ASSERT_PTR_EQUAL(s->guests[i].pass.door, &s->door);
	}
	CU_ASSERT_EQUAL(s->door.half_open, DOOR_HALF_OPEN_MAX);
	scene_free(s);
}

static void a_full_door_ends_nobodys_handshake(void)
{
	struct scene *s = scene_new(DOOR_HALF_OPEN_MAX, 10000);

	for (size_t i = 0; i < DOOR_HALF_OPEN_MAX; i++)
		enter_from(s, i, 2);
	CU_ASSERT_EQUAL(enter_from(s, 400, 3), DOOR_FULL);
	CU_ASSERT_EQUAL(s->guests[0].evicted, 0);
	CU_ASSERT_EQUAL(s->door.half_open, DOOR_HALF_OPEN_MAX);
	scene_free(s);
}

CU_TestInfo door_tests[] = {
	{ "so many connections in all, and no more", so_many_in_all },
	{ "so many connections from one address, and others still come in", so_many_from_one_address },
	{ "leaving or settling twice is doing it once", leaving_twice_is_leaving_once },
	{ "who was refused takes no place", who_was_refused_takes_no_place },
	{ "when too many handshakes are under way, the oldest of the busiest network gives way", the_busiest_networks_oldest_gives_way },
	{ "of networks that are alike the oldest gives way", of_networks_alike_the_oldest_gives_way },
	{ "who comes again gives way himself", who_comes_again_gives_way_himself },
	{ "whose handshake is done does not give way", who_has_settled_does_not_give_way },
	{ "who comes in never gives way himself", who_comes_in_never_gives_way },
	{ "a full door refuses the new and ends nobody's handshake", a_full_door_ends_nobodys_handshake },
	CU_TEST_INFO_NULL
};
