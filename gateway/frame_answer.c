/* What the scan says of single lines, and the answer that it makes of them.
 * Whatever is not plain is left to the parser: here a doubt is a no. */
#include "frame_parts.h"

#include <stdio.h>
#include <strings.h>

/* A From or To value in its parts: [display] "<" URI ">" parameters, or URI parameters. */
struct parts {
	const char *uri, *rest;
	size_t uri_length, rest_length;
	bool angles;
};

/* Octets that mean the same to every parser where they stand in a parameter. */
static bool is_plain(char c)
{
	return is_blank(c) || (c > ' ' && c < 0x7f && !strchr("\"<>,\\()@", c));
}

static bool is_protocol(char c)
{
	return is_token(c) || c == '/';
}

static bool is_name_text(char c)
{
	return is_blank(c) || is_token(c);
}

/* UTF-8 may stand between quotes. */
static bool is_quoted_text(char c)
{
	return (c >= ' ' && c < 0x7f && !strchr("\"<>\\", c)) || (unsigned char)c >= 0x80;
}

static bool is_bare_uri(char c)
{
	return is_uri(c) && c != ';';
}

/* Where the "<" stands; `length` without one. SIZE_MAX: no plain display name. */
static size_t skip_display(const char *value, size_t length)
{
	size_t at;

	if (length && value[0] == '"') {
		at = span(value, 1, length, is_quoted_text);
		if (at == length || value[at] != '"')
			return SIZE_MAX;
		at = span(value, at + 1, length, is_blank);
		return at < length && value[at] == '<' ? at : SIZE_MAX;
	}
	at = span(value, 0, length, is_name_text);
	return at < length && value[at] == '<' ? at : length;
}

static bool is_parameter_value(char c)
{
	return is_token(c) || c == '[' || c == ']' || c == ':';
}

/* Nothing, or *( ";" token [ "=" value ] ) with blanks where RFC 3261 has them; no quotes. */
static bool parameters_are_plain(const char *text, size_t length)
{
	size_t at = 0, start;

	while (at < length) {
		if (text[at] != ';')
			return false;
		start = span(text, at + 1, length, is_blank);
		at = span(text, start, length, is_token);
		if (at == start)
			return false;
		at = span(text, at, length, is_blank);
		if (at == length || text[at] != '=')
			continue;
		start = span(text, at + 1, length, is_blank);
		at = span(text, start, length, is_parameter_value);
		if (at == start)
			return false;
		at = span(text, at, length, is_blank);
	}
	return true;
}

static bool split(struct parts *out, const char *value, size_t length)
{
	size_t at = skip_display(value, length), end;

	if (at == SIZE_MAX)
		return false;
	out->angles = at < length;
	if (out->angles) {
		at++;
		end = span(value, at, length, is_uri);
		if (end == length || value[end] != '>')
			return false;
	} else {
		at = 0;
		end = span(value, at, length, is_bare_uri);
	}
	out->uri = value + at;
	out->uri_length = end - at;
	end = span(value, out->angles ? end + 1 : end, length, is_blank);
	out->rest = value + end;
	out->rest_length = length - end;
	return out->uri_length && parameters_are_plain(out->rest, out->rest_length);
}

/* --- the host --- */

static bool is_user(char c)
{
	return (is_token(c) && c != '`') || c == '(' || c == ')' || c == '&' || c == '=' || c == '$';
}

static bool is_host(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '.';
}

/* Behind the host: [":" port] and then nothing or parameters, without another "@". */
static bool tail_is_plain(const char *tail, size_t length)
{
	size_t at = 0;

	if (length && tail[0] == ':') {
		at = span(tail, 1, length, is_digit);
		if (at == 1 || at > 6)
			return false;
	}
	if (at < length && tail[at] != ';' && tail[at] != '?')
		return false;
	return span(tail, at, length, is_plain) == length;
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool escapes_are_whole(const char *uri, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (uri[i] == '%' && (length - i < 3 || !is_hex(uri[i + 1]) || !is_hex(uri[i + 2])))
			return false;
	return true;
}

static size_t skip_scheme(const char *uri, size_t length)
{
	if (length > 4 && !strncasecmp(uri, "sip:", 4))
		return 4;
	return length > 5 && !strncasecmp(uri, "sips:", 5) ? 5 : 0;
}

bool frame_plain_host(const struct frame *f, uint16_t index, const char **host, size_t *length)
{
	struct parts parts;
	size_t size, at, end;
	const char *value = frame_value(f, index, &size);

	if (!split(&parts, value, size) || !escapes_are_whole(parts.uri, parts.uri_length))
		return false;
	at = skip_scheme(parts.uri, parts.uri_length);
	if (!at || (!parts.angles && memchr(parts.uri, '?', parts.uri_length)))
		return false;
	end = span(parts.uri, at, parts.uri_length, is_user);
	if (end > at && end < parts.uri_length && parts.uri[end] == '@')
		at = end + 1;
	end = span(parts.uri, at, parts.uri_length, is_host);
	if (end == at || !tail_is_plain(parts.uri + end, parts.uri_length - end))
		return false;
	*host = parts.uri + at;
	*length = end - at;
	return true;
}

/* --- the answer --- */

/* What is written so far; a text that does not fit spoils it for good. */
struct page {
	char *out;
	size_t room, used;
	bool full;
};

static void put(struct page *page, const char *text, size_t length)
{
	if (page->full || length > page->room - page->used) {
		page->full = true;
		return;
	}
	memcpy(page->out + page->used, text, length);
	page->used += length;
}

static void put_text(struct page *page, const char *text)
{
	put(page, text, strlen(text));
}

/* A line as it came, a parameter at its end. */
static void put_line(struct page *page, const struct frame *f, uint16_t index, const char *name, const char *parameter)
{
	const struct frame_line *line = &f->line[index];
	size_t length = line->length;

	if (parameter) {
		frame_value(f, index, &length);
		length += line->value - line->at;
	}
	put(page, f->octets + line->at, length);
	if (parameter) {
		put_text(page, name);
		put_text(page, parameter);
	}
	put_text(page, "\r\n");
}

/* May a parameter be added behind this? Not behind an unfinished one. */
static bool takes_parameter(const char *value, size_t length)
{
	return length && (is_token(value[length - 1]) || value[length - 1] == ']' || value[length - 1] == '>');
}

/* Is there a parameter of this name? Names and "=" may have blanks around. */
static bool has_parameter(const char *rest, size_t length, const char *name)
{
	for (size_t at = 0; at < length; at++) {
		size_t end;

		if (rest[at] != ';')
			continue;
		at = span(rest, at + 1, length, is_space);
		end = span(rest, at, length, is_token);
		if (end - at == strlen(name) && !strncasecmp(rest + at, name, end - at))
			return true;
		at = end - 1;
	}
	return false;
}

/* One value, without quotes or comments or blanks in its protocol, that nobody has marked with an address yet. */
static bool via_is_plain(const struct frame *f)
{
	size_t length, at;
	const char *value = frame_value(f, f->via, &length);

	for (size_t i = 0; i < length; i++)
		if (!is_plain(value[i]) && !is_space(value[i]))
			return false;
	at = span(value, 0, length, is_protocol);
	return !memchr(value + at, '/', length - at) && takes_parameter(value, length) && !has_parameter(value, length, "received");
}

/* Is this address the host of the Via, which is plain? */
static bool via_names(const struct frame *f, const char *address)
{
	char literal[80];
	size_t length, at, size = (size_t)snprintf(literal, sizeof literal, strchr(address, ':') ? "[%s]" : "%s", address);
	const char *value = frame_value(f, f->via, &length);

	at = span(value, span(value, 0, length, is_protocol), length, is_space);
	return length - at >= size && !memcmp(value + at, literal, size) && (length - at == size || !is_host(value[at + size]));
}

/* The tag that this To has to be given: NULL when it has one. False: not plain enough to know. */
static bool to_is_plain(const struct frame *f, const char **tag)
{
	struct parts parts;
	size_t length;
	const char *value = frame_value(f, f->to, &length);

	if (!split(&parts, value, length))
		return false;
	if (!has_parameter(parts.rest, parts.rest_length, "tag"))
		return takes_parameter(value, length);
	*tag = NULL;
	return true;
}

size_t frame_answer(const struct frame *f, char *out, size_t room, int status, const char *phrase,
    const char *tag, const char *received, const char *extra)
{
	struct page page = { .out = out, .room = room };
	char number[16];

	if (!f->answerable || (received && !via_is_plain(f)) || (tag && !to_is_plain(f, &tag)))
		return 0;
	snprintf(number, sizeof number, "SIP/2.0 %d ", status);
	put_text(&page, number);
	put_text(&page, phrase);
	put_text(&page, "\r\n");
	if (received && via_names(f, received))
		received = NULL; /* it says so itself (RFC 3261 18.2.1) */
	put_line(&page, f, f->via, ";received=", received);
	for (uint16_t i = (uint16_t)(f->via + 1); i < f->lines; i++)
		if (f->line[i].header == FRAME_VIA)
			put_line(&page, f, i, NULL, NULL);
	put_line(&page, f, f->from, NULL, NULL);
	put_line(&page, f, f->to, ";tag=", tag);
	put_line(&page, f, f->call_id, NULL, NULL);
	put_line(&page, f, f->cseq, NULL, NULL);
	put_text(&page, extra);
	put_text(&page, "Content-Length: 0\r\n\r\n");
	return page.full ? 0 : page.used;
}
