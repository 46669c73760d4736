/* One table of what a refusal tells, for both ways between values and JSON. */
#include "refused.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"

static const struct field {
	const char *key;
	size_t at, size;
} fields[] = {
#define FIELD(name) { #name, offsetof(struct refused, name), sizeof ((struct refused *)NULL)->name }
	FIELD(time), FIELD(edge), FIELD(reason), FIELD(rule), FIELD(method), FIELD(source), FIELD(call_id),
	FIELD(partner), FIELD(peer), FIELD(names), FIELD(direction),
#undef FIELD
};

#define FIELDS (sizeof fields / sizeof fields[0])

static const char *value_of(const struct refused *r, const struct field *f)
{
	return (const char *)r + f->at;
}

void refused_put_names(struct refused *r, const struct peer *peer)
{
	size_t used = 0;

	for (size_t i = 0; i < peer->count; i++) {
		const struct certname *name = &peer->names[i];
		size_t size = name->domain.length + (name->wildcard ? 2u : 0u) + (used ? 1u : 0u);

		if (used + size < sizeof r->names)
			used += (size_t)snprintf(r->names + used, sizeof r->names - used, "%s%s%s", used ? " " : "",
			    name->wildcard ? "*." : "", name->domain.text);
	}
}

bool refused_same(const struct refused *a, const struct refused *b)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (strcmp(value_of(a, &fields[i]), value_of(b, &fields[i])) != 0)
			return false;
	return true;
}

/* --- as JSON --- */

json_t *refused_json(const struct refused *r)
{
	json_t *object = json_object();

	for (size_t i = 0; i < FIELDS; i++) {
		const char *value = value_of(r, &fields[i]);

		json_object_set_new(object, fields[i].key, value[0] ? json_string(value) : json_null());
	}
	if (!object)
		abort();
	return object;
}

static char *print(json_t *value /* taken */)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	if (!text)
		abort(); /* printable ASCII: cannot be, but for want of memory */
	json_decref(value);
	return text;
}

char *refused_text(const struct refused *r)
{
	return print(refused_json(r));
}

static bool is_plain(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return true;
}

static bool read_field(struct refused *out, const struct field *f, const json_t *value)
{
	size_t length = json_string_length(value);

	if (!value || json_is_null(value))
		return true;
	if (!json_is_string(value) || length >= f->size || !is_plain(json_string_value(value), length))
		return false;
	memcpy((char *)out + f->at, json_string_value(value), length);
	return true;
}

static bool time_is_sound(const char *time)
{
	static const char like[] = "0000-00-00T00:00:00.000Z";

	for (size_t i = 0; i < sizeof like; i++)
		if (like[i] == '0' ? time[i] < '0' || time[i] > '9' : time[i] != like[i])
			return false;
	return true;
}

bool refused_read(struct refused *out, const char *text, size_t length)
{
	json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
	bool good = json_is_object(object);

	*out = (struct refused){ 0 };
	for (size_t i = 0; good && i < FIELDS; i++)
		good = read_field(out, &fields[i], json_object_get(object, fields[i].key));
	json_decref(object);
	good = good && time_is_sound(out->time);
	if (!good)
		*out = (struct refused){ 0 };
	return good;
}

/* --- finding --- */

static const char *sought(const struct refused *r, enum refused_by by)
{
	return by == REFUSED_BY_PARTNER ? r->partner : r->call_id;
}

/* As it would be kept. */
static void escape(enum refused_by by, const char *text, char out[PARTNER_TEXT_MAX])
{
	size_t size = by == REFUSED_BY_PARTNER ? PARTNER_TEXT_MAX : sizeof ((struct refused *)NULL)->call_id;

	log_quote(out, size, text, strlen(text));
}

bool refused_is(const struct refused *r, enum refused_by by, const char *text)
{
	char escaped[PARTNER_TEXT_MAX];

	if (!text[0])
		return false; /* what has none is nobody's */
	escape(by, text, escaped);
	return strcmp(sought(r, by), text) == 0 || strcmp(sought(r, by), escaped) == 0;
}

static void mark(enum refused_by by, const char *text, char out[REFUSED_MARK_MAX])
{
	char *value = print(json_stringn_nocheck(text, strnlen(text, PARTNER_TEXT_MAX)));

	snprintf(out, REFUSED_MARK_MAX, "\"%s\":%s", by == REFUSED_BY_PARTNER ? "partner" : "call_id", value);
	free(value);
}

void refused_marks(enum refused_by by, const char *text, char raw[REFUSED_MARK_MAX], char escaped[REFUSED_MARK_MAX])
{
	char as_kept[PARTNER_TEXT_MAX];

	escape(by, text, as_kept);
	mark(by, as_kept, escaped);
	mark(by, is_plain(text, strlen(text)) ? text : as_kept, raw);
}
