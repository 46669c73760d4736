#include "contacts.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

struct contact {
	uint64_t target;
	int64_t time_us; /* NEVER: the cell is free */
};

#define NEVER     INT64_MIN
#define LIST_STEP 4  /* ten targets are 192 octets */
#define LIST_MOST 32 /* up to this room the cells are a list without gaps */

void contacts_init(struct contacts *c)
{
	*c = (struct contacts){ 0 };
}

void contacts_clear(struct contacts *c)
{
	free(c->table);
	contacts_init(c);
}

static bool is_list(const struct contacts *c)
{
	return c->room <= LIST_MOST;
}

void contacts_copy(struct contacts *out, const struct contacts *c)
{
	*out = *c;
	if (!c->room)
		return;
	out->table = alloc_zero(c->room, sizeof *c->table);
	memcpy(out->table, c->table, c->room * sizeof *c->table);
}

/* The hash is keyed already, so its upper half is as even as can be: it is
 * scaled to the room, which then need not be a power of two. */
static uint32_t home(const struct contacts *c, uint64_t target)
{
	return (uint32_t)(((target >> 32) * c->room) >> 32);
}

static uint32_t behind(const struct contacts *c, uint32_t cell)
{
	return cell + 1 < c->room ? cell + 1 : 0;
}

/* The target's cell, or the free one where it would go; in a full list, room. */
static uint32_t find(const struct contacts *c, uint64_t target)
{
	uint32_t cell = 0;

	if (is_list(c)) {
		while (cell < c->count && c->table[cell].target != target)
			cell++;
		return cell;
	}
	cell = home(c, target);
	while (c->table[cell].time_us != NEVER && c->table[cell].target != target)
		cell = behind(c, cell);
	return cell;
}

static bool holds(const struct contacts *c, uint32_t cell)
{
	return is_list(c) ? cell < c->count : c->table[cell].time_us != NEVER;
}

static uint32_t room_for(uint32_t count)
{
	if (count <= LIST_MOST)
		return (count + LIST_STEP - 1) / LIST_STEP * LIST_STEP;
	return count + count / 2;
}

static void set_room(struct contacts *c, uint32_t room)
{
	struct contacts old = *c;
	uint32_t at = 0;
	uint64_t target;
	int64_t time_us;

	*c = (struct contacts){ alloc_zero(room, sizeof *c->table), room, 0 };
	for (uint32_t i = 0; i < room; i++)
		c->table[i].time_us = NEVER;
	while (contacts_next(&old, &at, &target, &time_us)) {
		c->table[find(c, target)] = (struct contact){ target, time_us };
		c->count++;
	}
	contacts_clear(&old);
}

static bool has_room_for_one(const struct contacts *c)
{
	return is_list(c) ? c->count < c->room : (uint64_t)(c->count + 1) * 8 <= (uint64_t)c->room * 7;
}

bool contacts_has(const struct contacts *c, uint64_t target, int64_t since_us)
{
	uint32_t cell = find(c, target);

	return holds(c, cell) && c->table[cell].time_us > since_us;
}

void contacts_add(struct contacts *c, uint64_t target, int64_t now_us)
{
	uint32_t cell = find(c, target);

	if (holds(c, cell)) {
		if (c->table[cell].time_us < now_us)
			c->table[cell].time_us = now_us;
		return;
	}
	if (!has_room_for_one(c)) {
		set_room(c, room_for(c->count + 1));
		cell = find(c, target);
	}
	c->table[cell] = (struct contact){ target, now_us };
	c->count++;
}

/* Closes the gap at `cell`, so that a search that passed it still finds what
 * lies behind: each follower moves up unless that were before its home. */
static void close_gap(struct contacts *c, uint32_t cell)
{
	uint32_t next = behind(c, cell);

	for (; c->table[next].time_us != NEVER; next = behind(c, next)) {
		uint32_t wanted = home(c, c->table[next].target);
		bool stays = cell <= next ? cell < wanted && wanted <= next
		                          : cell < wanted || wanted <= next;

		if (stays)
			continue;
		c->table[cell] = c->table[next];
		cell = next;
	}
	c->table[cell].time_us = NEVER;
}

static void forget(struct contacts *c, uint32_t cell)
{
	c->count--;
	if (is_list(c))
		c->table[cell] = c->table[c->count];
	else
		close_gap(c, cell);
}

uint32_t contacts_expire(struct contacts *c, int64_t since_us)
{
	uint32_t cell = 0;

	while (cell < c->room) {
		if (holds(c, cell) && c->table[cell].time_us <= since_us)
			forget(c, cell); /* another one may be in this cell now */
		else
			cell++;
	}
	if (!c->count)
		contacts_clear(c);
	else if (c->count < c->room / 4)
		set_room(c, room_for(c->count));
	return c->count;
}

bool contacts_next(const struct contacts *c, uint32_t *at, uint64_t *target, int64_t *time_us)
{
	while (*at < c->room) {
		uint32_t cell = (*at)++;

		if (!holds(c, cell))
			continue;
		*target = c->table[cell].target;
		*time_us = c->table[cell].time_us;
		return true;
	}
	return false;
}
