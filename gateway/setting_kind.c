/* How each kind of value is read. libconfig cuts large numbers and converts
 * silently, so the type is looked at first, and whatever can be large is a text. */
#include "setting_kind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "spell.h"

const char *setting_text(struct reader *reader, config_setting_t *at)
{
	if (config_setting_type(at) == CONFIG_TYPE_STRING)
		return config_setting_get_string(at);
	complain_at(reader, at, "this is a text in quotes");
	return NULL;
}

static const char *domain_remedy(const char *text)
{
	for (const char *at = text; *at; at++)
		if ((unsigned char)*at >= 0x80)
			return "a domain is ASCII here: write its A-label, as in \"xn--bcher-kva.example\"";
	if (strchr(text, '*'))
		return "no wildcard here: write the domain itself";
	if (strchr(text, ':') || strchr(text, '@') || strchr(text, '/'))
		return "a domain alone, without scheme, user or port, as in \"example.com\"";
	return "a domain is letters, digits, hyphens and dots, as in \"example.com\"";
}

bool setting_domain(struct reader *reader, config_setting_t *at, struct domain *out)
{
	const char *text = setting_text(reader, at);

	memset(out, 0, sizeof(*out));
	if (!text)
		return false;
	if (!domain_parse(out, text, strlen(text))) {
		complain_at(reader, at, "%s", domain_remedy(text));
		return false;
	}
	return true;
}

static void text_replace(char **field, char *text /* taken */)
{
	free(*field);
	*field = text;
}

static bool measure_parse(enum kind kind, const char *text, int64_t *out)
{
	uint64_t size;

	switch (kind) {
	case KIND_DURATION:
		return duration_parse(out, text);
	case KIND_SIZE:
		if (!size_parse(&size, text))
			return false;
		*out = (int64_t)size; /* at most 1T */
		return true;
	default:
		*out = strtoll(text, NULL, 10);
		return true;
	}
}

/* Inside the row's bounds? Else a complaint with them. */
static bool bounded(struct reader *reader, const struct setting *row, config_setting_t *at, int64_t value)
{
	int64_t least, most;

	if (measure_parse(row->kind, row->least, &least) && measure_parse(row->kind, row->most, &most)
	    && value >= least && value <= most)
		return true;
	complain_at(reader, at, "out of range: %s to %s", row->least, row->most);
	return false;
}

static void read_flag(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	bool flag;

	(void)row;
	if (config_setting_type(at) != CONFIG_TYPE_BOOL) {
		complain_at(reader, at, "true or false, without quotes");
		return;
	}
	flag = config_setting_get_bool(at) == CONFIG_TRUE;
	memcpy(field, &flag, sizeof(flag));
}

static void read_count(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	int type = config_setting_type(at);
	unsigned count;

	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64) {
		complain_at(reader, at, "a whole number without quotes, %s to %s", row->least, row->most);
		return;
	}
	if (!bounded(reader, row, at, config_setting_get_int64(at)))
		return;
	count = (unsigned)config_setting_get_int64(at);
	memcpy(field, &count, sizeof(count));
}

static void read_share(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	double share = 0;

	(void)row;
	if (config_setting_type(at) == CONFIG_TYPE_FLOAT)
		share = config_setting_get_float(at);
	if (share > 0 && share < 1)
		memcpy(field, &share, sizeof(share));
	else
		complain_at(reader, at, "a share is above 0 and below 1, with a point, as in 0.5");
}

/* The n-th of "a|b|c", counted from 0; false: it is none of them. */
static bool word_find(const char *words, const char *word, unsigned *index)
{
	size_t length = strlen(word);

	for (*index = 0; ; ++*index) {
		size_t span = strcspn(words, "|");

		if (span == length && memcmp(words, word, length) == 0)
			return true;
		if (words[span] == '\0')
			return false;
		words += span + 1;
	}
}

bool kind_knows(const struct setting *row, const char *word)
{
	unsigned index;

	return word_find(row->words, word, &index);
}

/* "a", "b" or "c", and perhaps which of them was meant. */
static void complain_word(struct reader *reader, const struct setting *row, config_setting_t *at)
{
	char *copy = alloc_text(row->words), *rest = copy, list[200] = "";
	struct spell spell;

	spell_init(&spell, config_setting_get_string(at));
	for (char *word; (word = strsep(&rest, "|")); ) {
		if (*list)
			strcat(list, rest ? ", " : " or ");
		strcat(strcat(strcat(list, "\""), word), "\"");
		spell_try(&spell, word);
	}
	if (spell.nearest)
		complain_at(reader, at, "%s: did you mean \"%s\"?", list, spell.nearest);
	else
		complain_at(reader, at, "write %s", list);
	free(copy);
}

static void read_word(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	const char *text = setting_text(reader, at);
	unsigned index;

	if (!text)
		return;
	if (word_find(row->words, text, &index))
		memcpy(field, &index, sizeof(index));
	else
		complain_word(reader, row, at);
}

/* A number too large for any setting reads as the largest: with another one its unit would do. */
static bool measure_read(enum kind kind, const char *text, int64_t *out)
{
	size_t digits = strspn(text, "0123456789");
	char one[8] = "1";

	if (measure_parse(kind, text, out))
		return true;
	if (!digits || strlen(text + digits) > sizeof(one) - 2 || !measure_parse(kind, strcat(one, text + digits), out))
		return false;
	*out = INT64_MAX;
	return true;
}

static void read_measure(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	int64_t value;

	if (config_setting_type(at) != CONFIG_TYPE_STRING
	    || !measure_read(row->kind, config_setting_get_string(at), &value)) {
		complain_at(reader, at, "%s", row->kind == KIND_SIZE
		    ? "a size is a text, as in \"512\", \"64k\" or \"4M\""
		    : "a duration is a text of a number and a unit, as in \"50ms\", \"30s\", \"15m\", \"24h\" or \"7d\"");
		return;
	}
	if (bounded(reader, row, at, value))
		memcpy(field, &value, sizeof(value)); /* sizes are uint64_t, and small enough */
}

static void read_rate(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	struct rate rate;

	(void)row;
	if (config_setting_type(at) == CONFIG_TYPE_STRING && rate_parse(&rate, config_setting_get_string(at)))
		memcpy(field, &rate, sizeof(rate));
	else
		complain_at(reader, at, "a rate is a count, 1 to 100000, a slash and a time, 1ms to 1d, as in \"20/s\" or \"300/5m\"");
}

/* "" where it may be left out. */
static bool left_out(const struct setting *row, config_setting_t *at)
{
	return !row->required && config_setting_type(at) == CONFIG_TYPE_STRING
	    && *config_setting_get_string(at) == '\0';
}

static void read_domain(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	if (!left_out(row, at))
		setting_domain(reader, at, field);
}

static void read_name(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	struct domain domain;

	if (!left_out(row, at) && setting_domain(reader, at, &domain))
		text_replace(field, alloc_text(domain.text));
}

static bool printable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

static void read_text(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	const char *text = setting_text(reader, at);

	if (!text)
		return;
	if (row->required && *text == '\0')
		complain_at(reader, at, "this may not be empty: write %s", row->example);
	else if (!printable(text))
		complain_at(reader, at, "a control character is in it: write one line of plain text");
	else if (row->kind == KIND_TEXT || *text == '\0')
		text_replace(field, alloc_text(text));
	else
		text_replace(field, path_from(reader->directory, text));
}

void path_check(struct reader *reader, config_setting_t *at, const char *path)
{
	if (*path && !path_readable(path))
		complain_at(reader, at, "%s: name a file that can be read",
		    errno ? strerror(errno) : "not a regular file");
}

static void read_file(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	size_t before = reader->complaints->count;
	char **path = field;

	read_text(reader, row, at, field);
	if (reader->complaints->count == before)
		path_check(reader, at, *path);
}

static void read_later(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	(void)field;
	if (!left_out(row, at))
		complain_at(reader, at, "not built yet: leave it out");
}

void kind_read(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	static setting_read_fn *const by_kind[] = {
		[KIND_FLAG] = read_flag,        [KIND_COUNT] = read_count,
		[KIND_SHARE] = read_share,      [KIND_WORD] = read_word,
		[KIND_DURATION] = read_measure, [KIND_SIZE] = read_measure,
		[KIND_RATE] = read_rate,        [KIND_DOMAIN] = read_domain,
		[KIND_TEXT] = read_text,        [KIND_NAME] = read_name,
		[KIND_PATH] = read_text,        [KIND_FILE] = read_file,
		[KIND_LATER] = read_later,
	};

	by_kind[row->kind](reader, row, at, field);
}

static bool owns_text(const struct setting *row)
{
	return row->kind == KIND_TEXT || row->kind == KIND_NAME || row->kind == KIND_PATH
	    || row->kind == KIND_FILE;
}

void kind_default(const struct setting *row, void *field)
{
	const char *text = row->fallback ? row->fallback : "";
	struct rate rate;
	int64_t value;
	unsigned number;
	bool flag;
	double share;

	if (owns_text(row)) {
		text_replace(field, alloc_text(text));
	} else if (!row->fallback) {
		return;
	} else if (row->kind == KIND_RATE && rate_parse(&rate, text)) {
		memcpy(field, &rate, sizeof(rate));
	} else if (row->kind == KIND_FLAG) {
		flag = strcmp(text, "true") == 0;
		memcpy(field, &flag, sizeof(flag));
	} else if (row->kind == KIND_SHARE) {
		share = strtod(text, NULL);
		memcpy(field, &share, sizeof(share));
	} else if (row->kind == KIND_WORD && word_find(row->words, text, &number)) {
		memcpy(field, &number, sizeof(number));
	} else if (row->kind == KIND_COUNT) {
		number = (unsigned)strtoul(text, NULL, 10);
		memcpy(field, &number, sizeof(number));
	} else if (measure_parse(row->kind, text, &value)) {
		memcpy(field, &value, sizeof(value));
	}
}

void kind_clear(const struct setting *row, void *field)
{
	if (owns_text(row))
		text_replace(field, NULL);
}
