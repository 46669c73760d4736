#include "finds.h"

#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"

static void swap(struct found *a, struct found *b)
{
	struct found spare = *a;

	*a = *b;
	*b = spare;
}

static void sift_up(struct found *heap, size_t i)
{
	for (; i > 0 && heap[i].time_us < heap[(i - 1) / 2].time_us; i = (i - 1) / 2)
		swap(&heap[i], &heap[(i - 1) / 2]);
}

static void sift_down(struct found *heap, size_t count)
{
	size_t i = 0, child;

	while ((child = 2 * i + 1) < count) {
		if (child + 1 < count && heap[child + 1].time_us < heap[child].time_us)
			child++;
		if (heap[i].time_us <= heap[child].time_us)
			return;
		swap(&heap[i], &heap[child]);
		i = child;
	}
}

static void replace_earliest(struct finds *f, const char *key, int64_t time_us)
{
	struct found *heap = f->all + f->from;
	size_t count = f->count - f->from;

	if (!count || time_us <= heap->time_us)
		return;
	free(heap->key);
	*heap = (struct found){ time_us, alloc_text(key) };
	sift_down(heap, count);
}

bool finds_add(struct finds *f, const char *key, int64_t time_us, size_t most)
{
	if (f->count - f->from >= most) {
		replace_earliest(f, key, time_us);
		return false;
	}
	if (f->count == f->room) {
		f->room = f->room ? f->room * 2 : 64;
		f->all = alloc_resize(f->all, f->room, sizeof *f->all);
	}
	f->all[f->count++] = (struct found){ time_us, alloc_text(key) };
	sift_up(f->all + f->from, f->count - f->from - 1);
	return true;
}

void finds_next(struct finds *f)
{
	f->from = f->count;
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct found *)a)->key, ((const struct found *)b)->key);
}

/* A list may tell of one twice, and two lists of the same. */
void finds_unite(struct finds *f)
{
	size_t kept = 0;

	if (f->count)
		qsort(f->all, f->count, sizeof *f->all, by_key);
	for (size_t i = 0; i < f->count; i++) {
		if (kept && strcmp(f->all[i].key, f->all[kept - 1].key) == 0)
			free(f->all[i].key);
		else
			f->all[kept++] = f->all[i];
	}
	f->count = kept;
}

void finds_clear(struct finds *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->all[i].key);
	free(f->all);
	*f = (struct finds){ 0 };
}
