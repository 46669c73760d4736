/* Reading SIP messages in the test counterparts: see sip.h. */
#include "sip.h"

#include <ctype.h>
#include <string.h>

static const struct { const char *full; char compact; } compact_names[] = {
	{ "Via", 'v' }, { "From", 'f' }, { "To", 't' }, { "Call-ID", 'i' }, { "Contact", 'm' },
	{ "Content-Length", 'l' }, { "Content-Type", 'c' }, { "Subject", 's' }, { "Supported", 'k' },
	{ "Event", 'o' }, { "Allow-Events", 'u' }, { "Refer-To", 'r' }, { "Content-Encoding", 'e' },
};

static const struct { int status; const char *phrase; } phrases[] = {
	{ 100, "Trying" }, { 180, "Ringing" }, { 183, "Session Progress" }, { 200, "OK" }, { 202, "Accepted" },
	{ 302, "Moved Temporarily" }, { 400, "Bad Request" }, { 401, "Unauthorized" }, { 403, "Forbidden" },
	{ 404, "Not Found" }, { 407, "Proxy Authentication Required" }, { 408, "Request Timeout" },
	{ 480, "Temporarily Unavailable" }, { 481, "Call/Transaction Does Not Exist" }, { 486, "Busy Here" },
	{ 487, "Request Terminated" }, { 488, "Not Acceptable Here" }, { 500, "Server Internal Error" },
	{ 503, "Service Unavailable" }, { 600, "Busy Everywhere" }, { 603, "Decline" },
};

static void read_first_line(struct slice line, struct sip *m)
{
	struct slice rest = slice_trim(line);
	struct slice first = slice_until(&rest, ' ');

	if (first.length > 4 && strncmp(first.at, "SIP/", 4) == 0) {
		long status = slice_number(slice_until(&rest, ' '));

		m->kind = status >= 100 && status <= 699 ? SIP_RESPONSE : SIP_BROKEN;
		m->status = (int)status;
		return;
	}
	m->method = first;
	m->uri = slice_until(&rest, ' ');
	m->kind = rest.length > 4 && strncmp(rest.at, "SIP/", 4) == 0 ? SIP_REQUEST : SIP_BROKEN;
}

static long body_length(const struct sip *m)
{
	struct slice value;

	if (!sip_header(m, "Content-Length", &value))
		return 0;
	return slice_number(value);
}

size_t sip_take(struct slice octets, struct sip *m)
{
	const char *end, *line_end;
	size_t head_length;
	long body;

	*m = (struct sip){ 0 };
	if (octets.length < 2)
		return 0;
	if (memcmp(octets.at, "\r\n", 2) == 0) {
		m->kind = SIP_CRLF;
		return 2;
	}
	end = memmem(octets.at, octets.length, "\r\n\r\n", 4);
	if (end == NULL)
		return 0;
	line_end = memmem(octets.at, octets.length, "\r\n", 2);
	read_first_line((struct slice){ octets.at, (size_t)(line_end - octets.at) }, m);
	head_length = (size_t)(end - octets.at) + 4;
	m->head = (struct slice){ line_end + 2, (size_t)(end + 2 - (line_end + 2)) };
	body = body_length(m);
	if (body < 0 || m->kind == SIP_BROKEN) {
		m->kind = SIP_BROKEN;
		return 0;
	}
	if (octets.length - head_length < (size_t)body) {
		m->kind = SIP_NONE;
		return 0;
	}
	m->body = (struct slice){ octets.at + head_length, (size_t)body };
	m->whole = (struct slice){ octets.at, head_length + (size_t)body };
	if (m->kind == SIP_RESPONSE && sip_header(m, "CSeq", &m->method)) {
		slice_until(&m->method, ' ');
		m->method = slice_trim(m->method);
	}
	return m->whole.length;
}

/* The whole of a header line: with the lines that continue it. */
static struct slice cut_line(struct slice *lines)
{
	struct slice line = *lines;
	size_t at = 0;

	do {
		const char *end = memchr(line.at + at, '\n', line.length - at);

		at = end ? (size_t)(end - line.at) + 1 : line.length;
	} while (at < line.length && (line.at[at] == ' ' || line.at[at] == '\t'));
	line.length = at;
	*lines = slice_from(*lines, at);
	return line;
}

bool sip_next_header(struct slice *lines, struct slice *name, struct slice *value)
{
	struct slice line;

	if (lines->length == 0)
		return false;
	line = cut_line(lines);
	*name = slice_trim(slice_until(&line, ':'));
	*value = slice_trim(line);
	return true;
}

bool sip_named(struct slice name, const char *full)
{
	if (slice_is(name, full))
		return true;
	if (name.length != 1)
		return false;
	for (size_t i = 0; i < sizeof compact_names / sizeof compact_names[0]; i++)
		if (compact_names[i].compact == tolower((unsigned char)name.at[0]))
			return slice_is(slice_of(full), compact_names[i].full);
	return false;
}

bool sip_header(const struct sip *m, const char *wanted, struct slice *value)
{
	struct slice lines = m->head, name;

	while (sip_next_header(&lines, &name, value))
		if (sip_named(name, wanted))
			return true;
	*value = (struct slice){ "", 0 };
	return false;
}

bool sip_joined(const struct sip *m, const char *wanted, struct text *all)
{
	struct slice lines = m->head, name, value;
	bool found = false;

	while (sip_next_header(&lines, &name, &value)) {
		if (!sip_named(name, wanted))
			continue;
		text_put(all, found ? ", " : "");
		text_add(all, value);
		found = true;
	}
	return found;
}

struct sip_walk sip_walk(const struct sip *m, const char *name)
{
	return (struct sip_walk){ m->head, { "", 0 }, name };
}

/* Commas in quotes and in <> part nothing. */
static size_t value_end(struct slice values)
{
	bool quoted = false, angled = false;
	size_t i;

	for (i = 0; i < values.length; i++) {
		char c = values.at[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '<' || c == '>'))
			angled = c == '<';
		else if (!quoted && !angled && c == ',')
			break;
	}
	return i < values.length ? i : values.length;
}

bool sip_next(struct sip_walk *walk, struct slice *value)
{
	struct slice name;
	size_t end;

	while (walk->values.length == 0) {
		struct slice line;

		if (!sip_next_header(&walk->lines, &name, &line))
			return false;
		if (sip_named(name, walk->name))
			walk->values = line;
	}
	end = value_end(walk->values);
	*value = slice_trim((struct slice){ walk->values.at, end });
	walk->values = slice_from(walk->values, end + 1);
	return true;
}

bool sip_parameter(struct slice value, const char *wanted, struct slice *found)
{
	const char *angle = value.length ? memrchr(value.at, '>', value.length) : NULL;

	if (angle != NULL)
		value = slice_from(value, (size_t)(angle - value.at));
	slice_until(&value, ';');
	while (value.length > 0) {
		struct slice rest = slice_until(&value, ';');
		struct slice name = slice_trim(slice_until(&rest, '='));

		*found = slice_trim(rest);
		if (slice_is(name, wanted))
			return true;
	}
	*found = (struct slice){ "", 0 };
	return false;
}

struct slice sip_uri_of(struct slice value)
{
	const char *open = value.length ? memchr(value.at, '<', value.length) : NULL;

	if (open == NULL)
		return slice_trim(slice_until(&value, ';'));
	value = slice_from(value, (size_t)(open - value.at) + 1);
	return slice_until(&value, '>');
}

struct slice sip_user(struct slice uri)
{
	struct slice user;

	slice_until(&uri, ':');
	if (uri.length == 0 || memchr(uri.at, '@', uri.length) == NULL)
		return (struct slice){ "", 0 };
	user = slice_until(&uri, '@');
	return slice_until(&user, ':');
}

/* An IPv6 address comes without its brackets. */
struct slice sip_host(struct slice uri)
{
	slice_until(&uri, ':');
	if (uri.length > 0 && memchr(uri.at, '@', uri.length) != NULL)
		slice_until(&uri, '@');
	uri = slice_until(&uri, ';');
	uri = slice_until(&uri, '?');
	if (uri.length > 0 && uri.at[0] == '[')
		return slice_from(slice_until(&uri, ']'), 1);
	return slice_until(&uri, ':');
}

void sip_route_line(const struct sip *m, struct text *line)
{
	struct sip_walk walk = sip_walk(m, "Record-Route");
	struct slice routes[32], route;
	size_t count = 0;

	while (count < 32 && sip_next(&walk, &route))
		routes[count++] = route;
	for (size_t i = 0; i < count; i++) {
		text_put(line, i ? ", " : "Route: ");
		text_add(line, routes[m->kind == SIP_RESPONSE ? count - 1 - i : i]);
	}
	text_put(line, count ? "\r\n" : "");
}

bool sip_reason_text(const struct sip *m, struct slice *token)
{
	struct sip_walk walk = sip_walk(m, "Reason");
	struct slice value;

	while (sip_next(&walk, &value)) {
		struct slice rest = value;

		if (!slice_is(slice_trim(slice_until(&rest, ';')), "fedgate") || !sip_parameter(value, "text", token))
			continue;
		if (token->length >= 2 && token->at[0] == '"')
			*token = (struct slice){ token->at + 1, token->length - 2 };
		return true;
	}
	return false;
}

const char *sip_phrase(int status)
{
	for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return status < 300 ? "OK" : "Refused";
}

void sip_copy_lines(const struct sip *m, const char *wanted, struct text *to)
{
	struct slice lines = m->head;

	while (lines.length > 0) {
		struct slice line = cut_line(&lines), rest = line;

		if (sip_named(slice_trim(slice_until(&rest, ':')), wanted))
			text_add(to, line);
	}
}
