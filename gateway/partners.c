/* Rows hang in buckets of a table that doubles. While it does there are two
 * tables: buckets of the old one below `moved` are empty, the others not yet moved. */
#include "partners.h"

#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"

#define SIZE_LEAST 64 /* a power of two, as all sizes */
#define STEP       4  /* buckets moved at an addition: done long before the next growth */

void partners_init(struct partners *p, const struct siphash_key *key)
{
	*p = (struct partners){ .size = SIZE_LEAST, .key = *key };
	p->buckets = alloc_zero(p->size, sizeof *p->buckets);
}

static void free_row(struct row *row)
{
	record_clear(&row->record);
	free(row->limits);
	free(row);
}

void partners_clear(struct partners *p)
{
	for (uint32_t i = 0; i < p->count; i++)
		free_row(p->rows[i]);
	free(p->rows);
	free(p->buckets);
	free(p->old);
	*p = (struct partners){ 0 };
}

bool partners_dissolve(struct partners *p, uint32_t most)
{
	for (; most > 0 && p->count > 0; most--)
		free_row(p->rows[--p->count]);
	return !p->count;
}

static uint32_t hash_of(const struct partners *p, const char *key, size_t length)
{
	return (uint32_t)siphash(&p->key, key, length);
}

static struct row **bucket_of(const struct partners *p, uint32_t hash)
{
	if (p->old && (hash & (p->old_size - 1)) >= p->moved)
		return &p->old[hash & (p->old_size - 1)];
	return &p->buckets[hash & (p->size - 1)];
}

static void link_row(struct partners *p, struct row *row)
{
	struct row **bucket = bucket_of(p, row->hash);

	row->next = *bucket;
	*bucket = row;
}

static void move_bucket(struct partners *p)
{
	struct row *row = p->old[p->moved], *next;

	p->moved++;
	for (; row; row = next) {
		next = row->next;
		link_row(p, row);
	}
	if (p->moved < p->old_size)
		return;
	free(p->old);
	p->old = NULL;
}

static void make_room(struct partners *p)
{
	for (int i = 0; i < STEP && p->old; i++)
		move_bucket(p);
	if (p->count == p->room) {
		p->room += p->room / 4 + SIZE_LEAST;
		p->rows = alloc_resize(p->rows, p->room, sizeof(*p->rows));
	}
	if (p->old || p->count < p->size)
		return;
	p->old = p->buckets;
	p->old_size = p->size;
	p->moved = 0;
	p->size *= 2;
	p->buckets = alloc_zero(p->size, sizeof *p->buckets);
}

struct row *partners_find(const struct partners *p, const char *key, size_t length)
{
	uint32_t hash = hash_of(p, key, length);
	struct row *row = *bucket_of(p, hash);

	while (row && (row->hash != hash || row->key_length != length || memcmp(row->key, key, length) != 0))
		row = row->next;
	return row;
}

bool row_is_tenant(const struct row *row)
{
	return row->key[0] == 't' && strchr(row->key, '/');
}

int64_t row_keep_us(const struct row *row, const struct limits *limits)
{
	int64_t suspicious_us = limits->suspicious_rate.period_us;

	return row->period_us > suspicious_us ? row->period_us : suspicious_us;
}

bool row_is_restricted(const struct row *row)
{
	return row->record.watched || row->record.standing.suspicious;
}

uint32_t partners_restricted(const struct partners *p)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < p->count; i++)
		count += row_is_restricted(p->rows[i]);
	return count;
}

/* "t" PROVIDER "/" DOMAIN: the provider's own row is "p" PROVIDER. */
static struct row *provider_of(const struct partners *p, const struct row *tenant)
{
	char key[PARTNER_KEY_MAX];
	size_t length = strcspn(tenant->key, "/");

	memcpy(key, tenant->key, length);
	key[0] = 'p';
	return partners_find(p, key, length);
}

static struct row *add_row(struct partners *p, const char *key, size_t length, int64_t now_us)
{
	struct row *row = alloc_zero(1, sizeof *row + length + 1);

	make_room(p);
	row->hash = hash_of(p, key, length);
	row->place = p->count;
	row->last_us = now_us;
	row->key_length = (uint16_t)length;
	memcpy(row->key, key, length);
	record_init(&row->record);
	row->stranger = key[0] == 'd' || row_is_tenant(row);
	link_row(p, row);
	p->rows[p->count++] = row;
	p->strangers += row->stranger;
	return row;
}

struct row *partners_add(struct partners *p, const char *key, size_t length, int64_t now_us)
{
	struct row *row = add_row(p, key, length, now_us), *provider;

	if (!row_is_tenant(row))
		return row;
	provider = provider_of(p, row);
	if (!provider) {
		char name[PARTNER_KEY_MAX];
		size_t name_length = strcspn(row->key, "/");

		memcpy(name, row->key, name_length);
		name[0] = 'p';
		provider = add_row(p, name, name_length, now_us);
	}
	provider->tenants++;
	return row;
}

/* --- walks: from the end, so that what is added comes behind --- */

void partners_walk_begin(struct partners *p, struct partners_walk *w)
{
	*w = (struct partners_walk){ p->count, p->walks };
	p->walks = w;
}

struct row *partners_walk_next(const struct partners *p, struct partners_walk *w)
{
	return w->left ? p->rows[--w->left] : NULL;
}

void partners_walk_end(struct partners *p, struct partners_walk *w)
{
	struct partners_walk **link = &p->walks;

	while (*link && *link != w)
		link = &(*link)->next;
	if (*link)
		*link = w->next;
}

/* Of the walks that have not come by this place yet the one that will first. */
static struct partners_walk *walk_to(const struct partners *p, uint32_t place)
{
	struct partners_walk *found = NULL;

	for (struct partners_walk *w = p->walks; w; w = w->next)
		if (w->left > place && (!found || w->left < found->left))
			found = w;
	return found;
}

/* To the same place: it is the gap, and nobody's. */
static void move_row(struct partners *p, uint32_t from, uint32_t to)
{
	if (from == to)
		return;
	p->rows[to] = p->rows[from];
	p->rows[to]->place = to;
}

/* A row that a walk has seen must not come before it again: so the gap moves up, from the end of
 * what one walk has left to that of the next. */
static void close_gap(struct partners *p, uint32_t place)
{
	struct partners_walk *w;

	while ((w = walk_to(p, place))) {
		move_row(p, --w->left, place);
		place = w->left;
	}
	move_row(p, --p->count, place);
}

void partners_remove(struct partners *p, struct row *row)
{
	struct row **link = bucket_of(p, row->hash);

	while (*link != row)
		link = &(*link)->next;
	*link = row->next;
	close_gap(p, row->place);
	p->strangers -= row->stranger;
	if (row_is_tenant(row))
		provider_of(p, row)->tenants--;
	free_row(row);
}
