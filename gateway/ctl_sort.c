/* Sorts rows by one column. */
#include "ctl_sort.h"

#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"

struct ranked {
	json_t *row;           /* borrowed */
	const json_t *value;   /* borrowed; NULL: not known */
	size_t at;
};

static bool falls(const struct column *column)
{
	return cell_is_right(column) || column->show == SHOW_WHEN;
}

/* Of times too: RFC 3339 in UTC sorts as text does. */
static int compare_values(const json_t *a, const json_t *b)
{
	if (json_is_string(a) && json_is_string(b))
		return strcmp(json_string_value(a), json_string_value(b));
	return (json_number_value(a) > json_number_value(b)) - (json_number_value(a) < json_number_value(b));
}

static int compare(const void *left, const void *right, void *arg)
{
	const struct ranked *a = left, *b = right;
	const struct order *order = arg;
	int which = (a->at > b->at) - (a->at < b->at);

	if (order->by && !a->value != !b->value)
		return a->value ? -1 : 1;
	if (order->by && a->value) {
		int by_value = compare_values(a->value, b->value);

		if (by_value)
			return falls(order->by) != order->turned ? -by_value : by_value;
		return which;
	}
	return order->turned ? -which : which;
}

json_t *rows_sorted(const json_t *rows, const struct order *order)
{
	size_t count = json_array_size(rows);
	struct ranked *ranked = alloc_zero(count + 1, sizeof(*ranked));
	json_t *sorted = json_array();

	for (size_t i = 0; i < count; i++) {
		ranked[i].row = json_array_get(rows, i);
		ranked[i].value = order->by ? cell_value(ranked[i].row, order->by->key) : NULL;
		ranked[i].at = i;
	}
	qsort_r(ranked, count, sizeof(*ranked), compare, (void *)order);
	for (size_t i = 0; i < count; i++)
		json_array_append(sorted, ranked[i].row);
	free(ranked);
	return sorted;
}
