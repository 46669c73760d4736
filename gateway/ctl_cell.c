/* Values as people read them. A value of another kind than its column expects is shown as it is: an edge may be newer
 * than its console. */
#include "ctl_cell.h"

#include <string.h>
#include <time.h>

#define LIST_MOST (4 * SAFE_MOST) /* columns of a list inside a cell */

const json_t *cell_find(const json_t *row, const char *key)
{
	char name[64];

	while (*key && row) {
		size_t length = strcspn(key, ".");

		if (length >= sizeof(name))
			return NULL;
		memcpy(name, key, length);
		name[length] = '\0';
		row = json_object_get(row, name);
		key += length + (key[length] == '.');
	}
	return row;
}

const json_t *cell_value(const json_t *row, const char *key)
{
	const json_t *value = cell_find(row, key);

	return json_is_null(value) ? NULL : value;
}

bool cell_time(const json_t *value, int64_t *us)
{
	struct tm parts = { 0 };
	const char *text = json_string_value(value), *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &parts) : NULL;
	int64_t scale = 100000;

	if (!rest)
		return false;
	*us = (int64_t)timegm(&parts) * 1000000;
	if (*rest == '.')
		for (rest++; *rest >= '0' && *rest <= '9'; rest++, scale /= 10)
			*us += (*rest - '0') * scale;
	return strcmp(rest, "Z") == 0;
}

/* In one unit: it stands beside the exact time. */
static void put_span(struct text *out, int64_t us)
{
	static const struct { long long us; const char *unit; } units[] = {
		{ 86400000000, "d" }, { 3600000000, "h" }, { 60000000, "min" }, { 1000000, "s" }, { 1000, "ms" },
	};
	size_t i = 0;

	while (i < sizeof(units) / sizeof(units[0]) - 1 && us < units[i].us)
		i++;
	text_format(out, "%lld %s", (long long)us / units[i].us, units[i].unit);
}

static void put_ago(struct text *out, int64_t us)
{
	if (us > -1000000 && us < 1000000) {
		text_put(out, "now");
		return;
	}
	text_put(out, us < 0 ? "in " : "");
	put_span(out, us < 0 ? -us : us);
	text_put(out, us < 0 ? "" : " ago");
}

static void put_time(struct text *out, const char *format, int64_t us)
{
	time_t seconds = (time_t)(us / 1000000);
	struct tm parts;
	char line[64];

	gmtime_r(&seconds, &parts);
	strftime(line, sizeof(line), format, &parts);
	text_put(out, line);
}

static void put_when(struct text *out, int64_t us, int64_t now_us)
{
	const int64_t day = INT64_C(86400000000);

	put_time(out, us / day == now_us / day ? "%H:%M:%SZ, " : "%Y-%m-%d %H:%M:%SZ, ", us);
	put_ago(out, now_us - us);
}

static void put_exactly(struct text *out, int64_t us)
{
	put_time(out, "%Y-%m-%d %H:%M:%S", us);
	text_format(out, ".%03dZ", (int)(us / 1000 % 1000));
}

static void put_number(struct text *out, const json_t *value, const char *unit)
{
	double number = json_number_value(value);

	if (json_is_integer(value))
		text_format(out, "%lld%s", (long long)json_integer_value(value), unit);
	else if (number > -1e15 && number < 1e15 && number == (double)(long long)number)
		text_format(out, "%lld%s", (long long)number, unit);
	else
		text_format(out, "%.*f%s", number < 10 ? 2 : 1, number, unit);
}

static void put_any(struct text *out, const json_t *value, const struct page *page);

static void put_list(struct text *out, const json_t *list, const struct page *page)
{
	size_t count = json_array_size(list), end = out->columns + LIST_MOST, i;

	for (i = 0; i < count && out->columns < end; i++) {
		text_put(out, i ? ", " : "");
		put_any(out, json_array_get(list, i), page);
	}
	if (i < count)
		text_format(out, ", ... (%zu in all)", count);
	if (!count)
		text_put(out, "-");
}

static void put_object(struct text *out, const json_t *object, const struct page *page)
{
	const char *key;
	json_t *value;
	bool more = false;

	json_object_foreach((json_t *)object, key, value) {
		text_put(out, more ? ", " : "");
		safe_put(out, key, strlen(key), page->utf8, SAFE_MOST);
		text_put(out, ": ");
		put_any(out, value, page);
		more = true;
	}
}

static void put_any(struct text *out, const json_t *value, const struct page *page)
{
	if (!value || json_is_null(value))
		text_put(out, "-");
	else if (json_is_string(value))
		safe_put(out, json_string_value(value), json_string_length(value), page->utf8, SAFE_MOST);
	else if (json_is_number(value))
		put_number(out, value, "");
	else if (json_is_array(value))
		put_list(out, value, page);
	else if (json_is_object(value))
		put_object(out, value, page);
	else
		text_put(out, json_is_true(value) ? "yes" : "no");
}

/* False: the value is not of the kind that the column shows. */
static bool put_shown(struct text *out, enum show show, const json_t *value, const struct page *page)
{
	int64_t us;

	switch (show) {
	case SHOW_WHEN:
	case SHOW_TIME:
		if (!cell_time(value, &us))
			return false;
		if (show == SHOW_TIME)
			put_exactly(out, us);
		else
			put_when(out, us, page->now_us);
		return true;
	case SHOW_SPAN:
		if (!json_is_number(value) || json_number_value(value) < 0 || json_number_value(value) > 1e12)
			return false;
		put_span(out, (int64_t)(json_number_value(value) * 1e6));
		return true;
	case SHOW_RATE:
		if (json_is_number(value))
			put_number(out, value, "/s");
		return json_is_number(value);
	case SHOW_SHARE:
		if (json_is_number(value))
			text_format(out, "%.0f %%", json_number_value(value) * 100);
		return json_is_number(value);
	case SHOW_TEXT:
	case SHOW_WORD:
	case SHOW_NUMBER:
	case SHOW_FLAG:
		break;
	}
	return false;
}

void cell_put(struct text *out, const struct column *column, const json_t *row, const struct page *page)
{
	const json_t *value = cell_value(row, column->key);

	if (!value || !put_shown(out, column->show, value, page))
		put_any(out, value, page);
}

enum paint cell_paint(const struct column *column, const json_t *row)
{
	const char *word = column->show == SHOW_WORD ? json_string_value(cell_value(row, column->key)) : NULL;

	return word ? paint_of(word) : PAINT_PLAIN;
}

bool cell_is_right(const struct column *column)
{
	return column->show == SHOW_NUMBER || column->show == SHOW_RATE || column->show == SHOW_SHARE;
}
