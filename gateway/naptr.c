#include "naptr.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define TEXTS_START 4 /* order and preference stand before flags, service and expression */
#define PREFIX      "_sips._tcp."

/* A text with its length in front: is it that one? Moves behind it; false too when it does not end. */
static bool next_is(const unsigned char **at, const unsigned char *end, const char *text)
{
	size_t length = *at < end ? **at : 0;
	const char *start = (const char *)*at + 1;

	if (*at >= end || length >= (size_t)(end - *at))
		return false;
	*at += 1 + length;
	return length == strlen(text) && !strncasecmp(start, text, length);
}

static bool read_record(struct server *out, const unsigned char *octets, size_t size)
{
	const unsigned char *at = octets + TEXTS_START, *end = octets + size;
	const size_t prefix = strlen(PREFIX);
	char text[WIRE_NAME_MAX + 1];
	size_t length;

	*out = (struct server){ 0 };
	if (size <= TEXTS_START || !next_is(&at, end, "s") || !next_is(&at, end, "SIPS+D2T") || !next_is(&at, end, "")
	    || !srv_read_name(text, &length, at, (size_t)(end - at)))
		return false;
	out->priority = (uint16_t)(octets[0] << 8 | octets[1]);
	out->weight = (uint16_t)~(octets[2] << 8 | octets[3]); /* of preferences the lowest comes first */
	return length > prefix && !strncasecmp(text, PREFIX, prefix) && domain_parse(&out->domain, text + prefix, length - prefix);
}

void naptr_read(struct srv *out, const struct answer *a)
{
	struct server name;

	*out = (struct srv){ .result = a->result, .secure = a->secure, .bogus = a->bogus, .ttl_us = a->ttl_us };
	memcpy(out->why, a->why, sizeof out->why);
	for (size_t i = 0; a->result == RESOLVE_FOUND && a->data[i]; i++)
		if (a->length[i] > 0 && read_record(&name, (const unsigned char *)a->data[i], (size_t)a->length[i]))
			servers_add(&out->servers, &name);
	if (a->result != RESOLVE_FOUND || out->servers.count)
		return;
	out->result = RESOLVE_NONE;
	snprintf(out->why, sizeof out->why, "its NAPTR records name no SIP over TLS");
}
