#include "exposition.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../policy/alloc.h"

#define ROOM_FIRST 65536
#define NUMBER_MAX 32

const char *family_type_token(enum family_type type)
{
	static const char *const tokens[] = { "counter", "gauge", "histogram" };

	return tokens[type];
}

void exposition_init(struct exposition *x, size_t most)
{
	*x = (struct exposition) { .most = most };
	x->room = most < ROOM_FIRST ? most : ROOM_FIRST;
	x->text = alloc_resize(NULL, x->room, 1);
}

/* --- one line: whole, or not at all --- */

struct line {
	struct exposition *x;
	size_t length;           /* behind the text's end */
	bool cut;
};

static bool make_room(struct exposition *x, size_t length)
{
	while (x->room < length && x->room < x->most)
		x->room = x->room * 2 < x->most ? x->room * 2 : x->most;
	if (x->room < length)
		return false;
	x->text = alloc_resize(x->text, x->room, 1);
	return true;
}

static void put(struct line *l, const char *text, size_t length)
{
	size_t end = l->x->length + l->length + length;

	if (l->cut || (end > l->x->room && !make_room(l->x, end))) {
		l->cut = true;
		return;
	}
	memcpy(l->x->text + l->x->length + l->length, text, length);
	l->length += length;
}

static void put_text(struct line *l, const char *text)
{
	put(l, text, strlen(text));
}

static void end_line(struct line *l)
{
	put(l, "\n", 1);
	if (!l->cut)
		l->x->length += l->length;
}

/* A backslash, a quote and a line's end have meanings there; what is not plain ASCII has none in a name. */
static void put_value(struct line *l, const char *value)
{
	char escaped[5];

	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		if (c == '\\' || c == '"')
			put(l, escaped, (size_t)snprintf(escaped, sizeof escaped, "\\%c", c));
		else if (c == '\n')
			put(l, "\\n", 2);
		else if (c < 0x20 || c >= 0x7f)
			put(l, "?", 1);
		else
			put(l, value, 1);
	}
}

static void put_labels(struct line *l, const char *names, const char *const values[])
{
	const char *before = "{";

	while (*names) {
		size_t length = strcspn(names, ",");

		put_text(l, before);
		put(l, names, length);
		put_text(l, "=\"");
		put_value(l, *values++);
		put_text(l, "\"");
		before = ",";
		names += length + (names[length] == ',');
	}
	if (before[0] == ',')
		put_text(l, "}");
}

static void sample(struct exposition *x, const char *suffix, const char *labels, const char *const values[], const char *number)
{
	struct line l = { .x = x };

	put_text(&l, x->family->name);
	put_text(&l, suffix);
	put_labels(&l, labels, values);
	put_text(&l, " ");
	put_text(&l, number);
	end_line(&l);
}

/* --- families --- */

void exposition_begin(struct exposition *x, const struct family *family)
{
	struct line help = { .x = x }, type = { .x = x };

	x->family = family;
	put_text(&help, "# HELP ");
	put_text(&help, family->name);
	put_text(&help, " ");
	put_text(&help, family->help);
	end_line(&help);
	put_text(&type, "# TYPE ");
	put_text(&type, family->name);
	put_text(&type, " ");
	put_text(&type, family_type_token(family->type));
	end_line(&type);
}

void exposition_count(struct exposition *x, const char *const values[], uint64_t count)
{
	char number[NUMBER_MAX];

	snprintf(number, sizeof number, "%" PRIu64, count);
	sample(x, "", x->family->labels, values, number);
}

void exposition_number(struct exposition *x, const char *const values[], double value)
{
	char number[NUMBER_MAX];

	snprintf(number, sizeof number, "%.16g", value);
	sample(x, "", x->family->labels, values, number);
}

void exposition_histogram(struct exposition *x, const struct histogram *h)
{
	char number[NUMBER_MAX], bound[NUMBER_MAX];
	const char *const values[] = { bound };
	uint64_t sum = 0;

	for (size_t i = 0; i <= HISTOGRAM_BUCKETS; i++) {
		if (i < HISTOGRAM_BUCKETS)
			snprintf(bound, sizeof bound, "%g", (double)histogram_bound_us(i) / 1e6);
		else
			snprintf(bound, sizeof bound, "+Inf");
		sum += h->counts[i];
		snprintf(number, sizeof number, "%" PRIu64, sum);
		sample(x, "_bucket", "le", values, number);
	}
	snprintf(number, sizeof number, "%.16g", (double)h->sum_us / 1e6);
	sample(x, "_sum", "", NULL, number);
	snprintf(number, sizeof number, "%" PRIu64, sum);
	sample(x, "_count", "", NULL, number);
}

char *exposition_take(struct exposition *x, size_t *length)
{
	char *text = x->text;

	*length = x->length;
	*x = (struct exposition) { 0 };
	return text;
}
