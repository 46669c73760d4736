/* Is an answer what the manual says it is? Reads the JSON objects of the standard input and compares each with the
 * keys that a section of fedgatectl.8 documents: all of them are there, of their types, and no others.
 *
 *   schema MANUAL COMMAND <JSON
 *
 * In the manual, of each key:  .It Li totals[].count Pq number or null
 * A section without keys is a change's: its answer is documented in the section JSON. Prints what differs; exits 1 then,
 * and when there was no object. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 200
#define PATH_MAX_ 200

struct row {
	char key[100], type[40];
	bool null, absent;
};

struct rows {
	struct row list[ROWS_MAX];
	size_t count;
};

static const char *manual;
static unsigned complaints;

static void complain(const char *key, const char *what)
{
	printf("%s: %s\n", key, what);
	complaints++;
}

static void give_up(const char *what, const char *name)
{
	fprintf(stderr, "schema: %s %s\n", what, name);
	exit(1);
}

/* --- the manual --- */

static bool read_row(const char *line, struct row *row)
{
	const char *type = strstr(line, " Pq "), *key = line + strlen(".It Li ");
	size_t length;

	if (strncmp(line, ".It Li ", strlen(".It Li ")) != 0 || !type)
		return false;
	length = (size_t)(type - key);
	type += strlen(" Pq ");
	if (length >= sizeof row->key)
		give_up("too long a key:", line);
	memset(row, 0, sizeof *row);
	memcpy(row->key, key, length);
	sscanf(type, "%39s", row->type);
	row->null = strstr(type, " or null") != NULL;
	row->absent = strstr(type, " or absent") != NULL;
	return true;
}

/* The keys of a section that begin with `under`, without it, behind `prefix`. */
static void read_section(struct rows *rows, const char *name, const char *under, const char *prefix)
{
	FILE *file = fopen(manual, "r");
	char line[1000], head[120];
	bool inside = false, found = false;
	struct row row;

	if (!file)
		give_up("cannot read", manual);
	snprintf(head, sizeof head, ".Ss %s\n", name);
	while (fgets(line, sizeof line, file)) {
		if (!strncmp(line, ".S", 2))
			inside = !strcmp(line, head);
		found = found || inside;
		if (!inside || !read_row(line, &row) || strncmp(row.key, under, strlen(under)) != 0)
			continue;
		if (!strcmp(row.type, "partner")) {
			char deeper[120];

			snprintf(deeper, sizeof deeper, "%s%s%s", prefix, strcmp(row.key, "*") ? row.key : "",
			    strcmp(row.key, "*") ? "." : "");
			read_section(rows, "report", "partners[].", deeper);
			continue;
		}
		if (rows->count == ROWS_MAX)
			give_up("too many keys in", name);
		rows->list[rows->count] = row;
		if (snprintf(rows->list[rows->count].key, sizeof row.key, "%s%s", prefix, row.key + strlen(under)) >= (int)sizeof row.key)
			give_up("too long a key:", row.key);
		rows->count++;
	}
	fclose(file);
	if (!found)
		give_up("the manual has no section", name);
}

/* --- an object --- */

static bool is_time(const char *text)
{
	int used = 0;
	int y, mo, d, h, mi, s, ms;

	return text && sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &y, &mo, &d, &h, &mi, &s, &ms, &used) == 7
	    && used == 24 && !text[24];
}

static bool are_texts(const json_t *value)
{
	const json_t *element;
	size_t i;

	json_array_foreach((json_t *)value, i, element)
		if (!json_is_string(element))
			return false;
	return json_is_array(value);
}

static bool is_of_type(const json_t *value, const char *type)
{
	if (!strcmp(type, "text"))
		return json_is_string(value);
	if (!strcmp(type, "number"))
		return json_is_number(value);
	if (!strcmp(type, "time"))
		return is_time(json_string_value(value));
	if (!strcmp(type, "flag"))
		return json_is_boolean(value);
	if (!strcmp(type, "texts"))
		return are_texts(value);
	if (!strcmp(type, "list"))
		return json_is_array(value);
	if (!strcmp(type, "object"))
		return json_is_object(value);
	give_up("the manual has a type that is none:", type);
	return false;
}

static void check_value(const struct row *row, const json_t *value)
{
	char what[120];

	if (json_is_null(value) ? row->null : is_of_type(value, row->type))
		return;
	snprintf(what, sizeof what, "is %s, and not the %s that the manual promises",
	    json_is_null(value) ? "null" : "another kind of value", row->type);
	complain(row->key, what);
}

/* All values that the rest of a row's key leads to from here. */
static void check_row(const struct row *row, const char *rest, const json_t *at)
{
	char name[100];
	size_t length = strcspn(rest, ".["), i;
	const json_t *value;

	if (json_is_null(at))
		return; /* the row of this key says whether it may be */
	snprintf(name, sizeof name, "%.*s", (int)length, rest);
	value = json_object_get(at, name);
	rest += length;
	if (!value) {
		if (!row->absent)
			complain(row->key, "is not there");
	} else if (!*rest) {
		check_value(row, value);
	} else if (*rest == '.') {
		check_row(row, rest + 1, value);
	} else {
		for (i = 0; i < json_array_size(value); i++)
			check_row(row, rest + strlen("[]."), json_array_get(value, i));
	}
}

/* Is it a key of the manual, or does one lead through it? */
static bool is_known(const struct rows *rows, const char *path)
{
	size_t length = strlen(path);

	for (size_t i = 0; i < rows->count; i++)
		if (!strncmp(rows->list[i].key, path, length) && strchr(".[", rows->list[i].key[length]))
			return true;
	return false;
}

static void check_known(const struct rows *rows, const char *path, const json_t *object)
{
	char deeper[PATH_MAX_];
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach((json_t *)object, key, value) {
		json_t *element;

		snprintf(deeper, sizeof deeper, "%s%s", path, key);
		if (!is_known(rows, deeper))
			complain(deeper, "is not in the manual");
		if (json_is_object(value)) {
			strncat(deeper, ".", sizeof deeper - strlen(deeper) - 1);
			check_known(rows, deeper, value);
		}
		strncat(deeper, "[].", sizeof deeper - strlen(deeper) - 1);
		json_array_foreach(value, i, element)
			if (json_is_object(element))
				check_known(rows, deeper, element);
	}
}

int main(int argc, char **argv)
{
	static struct rows rows;
	json_error_t error;
	json_t *object;
	unsigned objects = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: schema MANUAL COMMAND <JSON\n");
		return 2;
	}
	manual = argv[1];
	read_section(&rows, argv[2], "", "");
	if (!rows.count)
		read_section(&rows, "JSON", "", "");
	while ((object = json_loadf(stdin, JSON_DISABLE_EOF_CHECK, &error))) {
		for (size_t i = 0; i < rows.count; i++)
			check_row(&rows.list[i], rows.list[i].key, object);
		check_known(&rows, "", object);
		json_decref(object);
		objects++;
	}
	if (!feof(stdin) || !objects)
		complain("the answer", objects ? error.text : "has no object");
	return complaints ? 1 : 0;
}
