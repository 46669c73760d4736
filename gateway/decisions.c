#include "decisions.h"

#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "clock.h"
#include "lines.h"

#define LINE_MAX_OCTETS 16384

struct decisions {
	struct lines lines;
	char *edge;            /* owned */
	struct recent *recent; /* owned */
};

struct decisions *decisions_open(const char *path, const char *edge)
{
	struct decisions *d = alloc_zero(1, sizeof *d);

	d->edge = alloc_text(edge);
	d->recent = recent_new();
	lines_open(&d->lines, "decision log", path, LINE_MAX_OCTETS);
	return d;
}

void decisions_reopen(struct decisions *d, const char *path, const char *edge)
{
	free(d->edge);
	d->edge = alloc_text(edge);
	lines_reopen(&d->lines, path);
}

void decisions_close(struct decisions *d)
{
	if (!d)
		return;
	lines_close(&d->lines);
	recent_free(d->recent);
	free(d->edge);
	free(d);
}

struct recent *decisions_recent(struct decisions *d)
{
	return d->recent;
}

void decisions_text(struct decisions *d, const char *key, const char *value, size_t length)
{
	lines_text(&d->lines, key, value, length);
}

void decisions_number(struct decisions *d, const char *key, int64_t value)
{
	lines_number(&d->lines, key, value);
}

void decisions_truth(struct decisions *d, const char *key, bool value)
{
	lines_truth(&d->lines, key, value);
}

void decisions_begin(struct decisions *d, const char *event)
{
	char now[CLOCK_TEXT_MAX];

	lines_begin(&d->lines);
	clock_text(clock_wall_us(), now);
	decisions_text(d, "time", now, strlen(now));
	decisions_text(d, "edge", d->edge, strlen(d->edge));
	decisions_text(d, "event", event, strlen(event));
}

void decisions_end(struct decisions *d)
{
	lines_end(&d->lines);
	recent_add(d->recent, d->lines.octets, d->lines.size - 1);
	lines_write(&d->lines);
}
