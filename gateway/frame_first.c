/* The first line of a message: a request or a status line, of which version. */
#include "frame_parts.h"

#include <strings.h>

#define METHOD_LENGTH_MAX 64
#define VERSION "SIP/2.0"

/* SIP/x.y: right, another version, or no version at all. */
static enum reason version_fault(const char *text, size_t length)
{
	size_t dot;

	if (length < 4 || strncasecmp(text, "SIP/", 4))
		return REASON_MALFORMED;
	dot = span(text, 4, length, is_digit);
	if (dot == 4 || dot + 1 >= length || text[dot] != '.' || span(text, dot + 1, length, is_digit) != length)
		return REASON_MALFORMED;
	if (length == strlen(VERSION) && !strncasecmp(text, VERSION, length))
		return REASON_NONE;
	return REASON_BAD_VERSION;
}

/* What ends in a version is a request, whatever stands between: a broken one can be answered. */
static enum reason read_request_line(struct frame *f, size_t end)
{
	size_t method = span(f->octets, 0, end, is_token), uri = method + 1, uri_end, last = end, version;
	enum reason fault;

	while (last > method && is_blank(f->octets[last - 1]))
		last--;
	for (version = last; version > method && !is_blank(f->octets[version - 1]); version--)
		;
	if (method == 0 || method > METHOD_LENGTH_MAX || version == method)
		return REASON_MALFORMED;
	fault = version_fault(f->octets + version, last - version);
	if (fault == REASON_MALFORMED || !is_blank(f->octets[method]))
		return REASON_MALFORMED;
	f->request = true;
	f->method = method_read(f->octets, method);
	f->method_length = (uint32_t)method;
	uri_end = span(f->octets, uri, end, is_uri);
	if (uri_end == uri || uri_end + 1 != version || last != end || f->octets[method] != ' ' || f->octets[uri_end] != ' ')
		return REASON_MALFORMED;
	f->uri = (uint32_t)uri;
	f->uri_length = (uint32_t)(uri_end - uri);
	return fault;
}

static enum reason read_status_line(struct frame *f, size_t end)
{
	const char *space = memchr(f->octets, ' ', end);
	size_t code = space ? (size_t)(space - f->octets) + 1 : end;
	enum reason fault;
	int status;

	if (code + 4 > end || span(f->octets, code, end, is_digit) != code + 3 || f->octets[code + 3] != ' ')
		return REASON_MALFORMED;
	fault = version_fault(f->octets, code - 1);
	status = (f->octets[code] - '0') * 100 + (f->octets[code + 1] - '0') * 10 + (f->octets[code + 2] - '0');
	if (fault == REASON_MALFORMED || status < 100 || status > 699)
		return REASON_MALFORMED;
	f->status = (uint16_t)status;
	return fault;
}

enum reason frame_read_first(struct frame *f, size_t end)
{
	/* No method has a slash: it is not a token's octet. */
	if (end >= 4 && !strncasecmp(f->octets, "SIP/", 4))
		return read_status_line(f, end);
	return read_request_line(f, end);
}
