/* Sums rows, without knowing what they count. */
#include "ctl_sum.h"

static void add(json_t *to, const char *key, double number)
{
	json_object_set_new(to, key, json_real(json_number_value(json_object_get(to, key)) + number));
}

json_t *rows_summed(const json_t *rows)
{
	json_t *sums = json_object(), *classes = json_object(), *row, *value;
	const char *key;
	size_t i;

	json_array_foreach((json_t *)rows, i, row) {
		json_object_foreach(row, key, value)
			if (json_is_number(value))
				add(sums, key, json_number_value(value));
		if (json_is_string(json_object_get(row, "class")))
			add(classes, json_string_value(json_object_get(row, "class")), 1);
	}
	json_object_set_new(sums, "rows", json_integer((json_int_t)json_array_size(rows)));
	json_object_set_new(sums, "class", classes);
	return sums;
}
