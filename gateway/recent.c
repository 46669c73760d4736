#include "recent.h"

#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"

struct line {
	char *text;    /* owned */
	size_t length;
};

struct recent {
	struct line lines[RECENT_LINES]; /* each at its number modulo their count */
	uint64_t oldest, next;
	size_t octets;
	struct recent_follower *followers;
};

struct recent *recent_new(void)
{
	return alloc_zero(1, sizeof(struct recent));
}

static void forget_oldest(struct recent *r)
{
	struct line *l = &r->lines[r->oldest++ % RECENT_LINES];

	r->octets -= l->length;
	free(l->text);
	*l = (struct line) { 0 };
}

void recent_free(struct recent *r)
{
	if (!r)
		return;
	while (r->oldest < r->next)
		forget_oldest(r);
	free(r);
}

void recent_add(struct recent *r, const char *text, size_t length)
{
	struct line *l;

	while (r->oldest < r->next && (r->next - r->oldest == RECENT_LINES || r->octets + length > RECENT_OCTETS))
		forget_oldest(r);
	l = &r->lines[r->next++ % RECENT_LINES];
	l->text = alloc_zero(length + 1, 1);
	l->length = length;
	memcpy(l->text, text, length);
	r->octets += length;
	for (struct recent_follower *f = r->followers; f; f = f->next)
		f->line(f->arg, text, length);
}

uint64_t recent_oldest(const struct recent *r)
{
	return r->oldest;
}

uint64_t recent_next(const struct recent *r)
{
	return r->next;
}

const char *recent_line(const struct recent *r, uint64_t number, size_t *length)
{
	const struct line *l = &r->lines[number % RECENT_LINES];

	if (number < r->oldest || number >= r->next)
		return NULL;
	*length = l->length;
	return l->text;
}

void recent_follow(struct recent *r, struct recent_follower *f)
{
	f->next = r->followers;
	f->back = &r->followers;
	if (f->next)
		f->next->back = &f->next;
	r->followers = f;
}

void recent_unfollow(struct recent_follower *f)
{
	if (!f->back)
		return;
	*f->back = f->next;
	if (f->next)
		f->next->back = f->back;
	f->back = NULL;
}
