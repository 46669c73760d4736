/* Walks a group of a file along its table: what is unknown, missing or of the
 * wrong kind is a complaint that names the place, the setting and the remedy. */
#include "setting.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "setting_kind.h"
#include "spell.h"

/* A text of the file in a complaint: one line, and not a long one. */
static void put_quoted(FILE *out, const char *text)
{
	size_t most = 100;

	fputc('"', out);
	for (; *text && most; text++, most--) {
		unsigned char octet = (unsigned char)*text;

		if (octet < 0x20 || octet == 0x7f)
			fprintf(out, "\\x%02x", octet);
		else
			fputc(octet, out);
	}
	fputs(*text ? "...\"" : "\"", out);
}

/* What an entry of a list is known by; NULL: nothing is written that it could be. */
static config_setting_t *entry_key(config_setting_t *entry)
{
	static const char *const words[] = { "domain", "uri", "name" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		config_setting_t *key = config_setting_get_member(entry, words[i]);

		if (key && config_setting_type(key) == CONFIG_TYPE_STRING)
			return key;
	}
	return NULL;
}

static bool is_entry(config_setting_t *at)
{
	return config_setting_is_group(at) && !config_setting_name(at) && !config_setting_is_root(at);
}

/* Is the setting what its entry is known by? */
static bool is_key(config_setting_t *at)
{
	config_setting_t *parent = config_setting_parent(at);

	return parent && is_entry(parent) && entry_key(parent) == at;
}

/* limits.rate, block "spim.example", internal.next-hops "sips:a.example": weight */
static void put_label(FILE *out, config_setting_t *at)
{
	config_setting_t *parent = config_setting_parent(at);

	if (!parent)
		return;
	put_label(out, parent);
	if (is_key(at))
		return;
	if (config_setting_name(at)) {
		if (!config_setting_is_root(parent))
			fputs(is_entry(parent) ? ": " : ".", out);
		fputs(config_setting_name(at), out);
	} else if (is_entry(at) && entry_key(at)) {
		fputc(' ', out);
		put_quoted(out, config_setting_get_string(entry_key(at)));
	} else if (is_entry(at)) {
		fprintf(out, " entry %d", config_setting_index(at) + 1);
	}
}

static void put_value(FILE *out, config_setting_t *at)
{
	if (is_key(at))
		return; /* the label ends with it */
	switch (config_setting_type(at)) {
	case CONFIG_TYPE_STRING:
		fputc(' ', out);
		put_quoted(out, config_setting_get_string(at));
		break;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		fprintf(out, " %lld", config_setting_get_int64(at));
		break;
	case CONFIG_TYPE_FLOAT:
		fprintf(out, " %g", config_setting_get_float(at));
		break;
	case CONFIG_TYPE_BOOL:
		fputs(config_setting_get_bool(at) ? " true" : " false", out);
		break;
	default:
		break;
	}
}

struct place setting_place(const struct reader *reader, config_setting_t *at)
{
	return (struct place){ reader->file, (int)config_setting_source_line(at) };
}

void complain_at(struct reader *reader, config_setting_t *at, const char *format, ...)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	va_list arguments;

	if (!out)
		abort();
	put_label(out, at);
	put_value(out, at);
	fputs(": ", out);
	va_start(arguments, format);
	vfprintf(out, format, arguments);
	va_end(arguments);
	fclose(out);
	complain(reader->complaints, reader->file, setting_place(reader, at).line, "%s",
	    config_setting_is_root(at) ? text + strlen(": ") : text);
	free(text);
}

static void complain_unknown(struct reader *reader, const struct table *table, config_setting_t *group,
    config_setting_t *at)
{
	struct spell spell;
	char *label = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&label, &size);

	if (!out)
		abort();
	spell_init(&spell, config_setting_name(at));
	for (size_t i = 0; i < table->count; i++)
		spell_try(&spell, table->rows[i].name);
	put_label(out, group);
	fprintf(out, "%sunknown setting ", config_setting_is_root(group) ? "" : ": ");
	put_quoted(out, config_setting_name(at));
	if (spell.nearest) {
		fprintf(out, ": did you mean \"%s\"?", spell.nearest);
	} else {
		fputs(": known here:", out);
		for (size_t i = 0; i < table->count; i++)
			fprintf(out, "%s %s", i ? "," : "", table->rows[i].name);
	}
	fclose(out);
	complain(reader->complaints, reader->file, setting_place(reader, at).line, "%s", label);
	free(label);
}

static void complain_missing(struct reader *reader, const char *name, config_setting_t *group,
    const struct setting *row)
{
	const char *example = row->example ? row->example : "...";

	if (group && is_entry(group))
		complain_at(reader, group, "%s is missing: add %s = %s", row->name, row->name, example);
	else
		complain(reader->complaints, reader->file, group && *name ? setting_place(reader, group).line : 0,
		    "%s%s%s: missing: add %s = %s", name, *name ? "." : "", row->name, row->name, example);
}

static void row_read(struct reader *reader, const struct setting *row, config_setting_t *at, void *base)
{
	void *field = (char *)base + row->field;

	if (row->place) {
		void *place = (char *)base + row->place;

		*(struct place *)place = setting_place(reader, at);
	}
	if (row->kind == KIND_OTHER)
		row->read(reader, row, at, field);
	else if (row->kind != KIND_GROUP)
		kind_read(reader, row, at, field);
	else if (config_setting_is_group(at))
		table_read(reader, row->inner, row->name, at, base);
	else
		complain_at(reader, at, "this is a group, as in %s: { ... };", row->name);
}

static const struct setting *row_find(const struct table *table, const char *name)
{
	for (size_t i = 0; name && i < table->count; i++)
		if (strcmp(table->rows[i].name, name) == 0)
			return &table->rows[i];
	return NULL;
}

/* A word of another kind of the group would do nothing: nobody writes it for that. When
 * the kind itself is wrong, its complaint is enough. */
static bool is_of_kind(struct reader *reader, const struct table *table, config_setting_t *group,
    const struct setting *row, config_setting_t *at)
{
	const struct setting *kind = row->only ? row_find(table, "kind") : NULL;
	const char *word;

	if (!kind)
		return true;
	word = kind->fallback;
	if (config_setting_get_member(group, "kind") && !config_setting_lookup_string(group, "kind", &word))
		return false;
	if (strcmp(word, row->only) == 0)
		return true;
	if (kind_knows(kind, word))
		complain_at(reader, at, "belongs to kind = \"%s\", and this %s is \"%s\": leave it out", row->only,
		    config_setting_name(group), word);
	return false;
}

void table_read(struct reader *reader, const struct table *table, const char *name,
    config_setting_t *group, void *base)
{
	int count = group ? config_setting_length(group) : 0;

	for (int i = 0; i < count; i++) {
		config_setting_t *at = config_setting_get_elem(group, (unsigned)i);
		const struct setting *row = row_find(table, config_setting_name(at));

		if (!row)
			complain_unknown(reader, table, group, at);
		else if (is_of_kind(reader, table, group, row, at))
			row_read(reader, row, at, base);
	}
	for (size_t i = 0; i < table->count; i++) {
		const struct setting *row = &table->rows[i];

		if (group && config_setting_get_member(group, row->name))
			continue;
		if (row->required)
			complain_missing(reader, name, group, row);
		else if (row->kind == KIND_GROUP)
			table_read(reader, row->inner, row->name, NULL, base);
	}
}

void table_defaults(const struct table *table, void *base)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct setting *row = &table->rows[i];

		if (row->kind == KIND_GROUP)
			table_defaults(row->inner, base);
		else
			kind_default(row, (char *)base + row->field);
	}
}

void table_clear(const struct table *table, void *base)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct setting *row = &table->rows[i];

		if (row->kind == KIND_GROUP)
			table_clear(row->inner, base);
		else
			kind_clear(row, (char *)base + row->field);
	}
}

void list_read(struct reader *reader, config_setting_t *list, entry_fn *each, void *arg)
{
	if (!config_setting_is_list(list)) {
		complain_at(reader, list, "this is a list of groups, as in ( { ... }, { ... } )");
		return;
	}
	for (int i = 0; i < config_setting_length(list); i++) {
		config_setting_t *entry = config_setting_get_elem(list, (unsigned)i);

		if (config_setting_is_group(entry))
			each(reader, entry, arg);
		else
			complain_at(reader, entry, "an entry of this list is a group, as in { ... }");
	}
}

void texts_read(struct reader *reader, config_setting_t *array, element_fn *each, void *arg)
{
	if (!config_setting_is_array(array)) {
		complain_at(reader, array, "this is a list of texts, as in [ \"...\", \"...\" ]");
		return;
	}
	for (int i = 0; i < config_setting_length(array); i++) {
		config_setting_t *element = config_setting_get_elem(array, (unsigned)i);
		const char *text = setting_text(reader, element);

		if (text)
			each(reader, element, text, arg);
	}
}
