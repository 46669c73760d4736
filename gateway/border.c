#include "border.h"

#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip_header.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PRIVATE "ms-diagnostics"
#define PUBLIC  "ms-diagnostics-public"

/* --- ms-diagnostics --- */

static size_t skip_blanks(const char *value, size_t at, size_t length)
{
	while (at < length && strchr(" \t\r\n", value[at]))
		at++;
	return at;
}

/* Behind the quoted text that begins here; 0: it does not end, or is of more than one line. */
static size_t skip_quoted(const char *value, size_t at, size_t length)
{
	for (at++; at < length && value[at] != '"'; at++) {
		if (value[at] == '\\')
			at++;
		if (at >= length || (unsigned char)value[at] < ' ')
			return 0;
	}
	return at < length ? at + 1 : 0;
}

/* The quoted text of the parameter "reason"; blanks may stand anywhere. NULL: there is none, or it cannot be read. */
static const char *find_reason(const char *value, size_t length, size_t *size)
{
	size_t at = 0, name, end;

	while (at < length) {
		if (value[at] == '"') {
			at = skip_quoted(value, at, length);
			if (!at)
				return NULL;
			continue;
		}
		if (value[at++] != ';')
			continue;
		name = skip_blanks(value, at, length);
		if (length - name < 6 || strncasecmp(value + name, "reason", 6))
			continue;
		at = skip_blanks(value, name + 6, length);
		if (at == length || value[at] != '=')
			continue;
		at = skip_blanks(value, at + 1, length);
		end = at < length && value[at] == '"' ? skip_quoted(value, at, length) : 0;
		*size = end ? end - at : 0;
		return end ? value + at : NULL;
	}
	return NULL;
}

/* What may be told outside: the number and the reason. All else may name what is inside (MS-OCER 2.2.1.2 has no
 * source there). "": it cannot be read. */
static void make_public(const char *value, size_t length, char line[BORDER_LINE_MAX])
{
	size_t at = skip_blanks(value, 0, length), digits = at, size = 0;
	const char *reason = find_reason(value, length, &size);

	while (digits < length && value[digits] >= '0' && value[digits] <= '9')
		digits++;
	line[0] = '\0';
	if (digits == at || digits - at > 9)
		return;
	if (reason && size < BORDER_LINE_MAX - 64)
		snprintf(line, BORDER_LINE_MAX, PUBLIC ": %.*s;reason=%.*s\r\n", (int)(digits - at), value + at, (int)size, reason);
	else
		snprintf(line, BORDER_LINE_MAX, PUBLIC ": %.*s\r\n", (int)(digits - at), value + at);
}

static bool insert_line(msg_t *msg, char *line)
{
	sip_unknown_t *h;

	if (!*line)
		return true;
	line[strlen(line) - 2] = '\0'; /* sofia takes none with its end */
	h = sip_unknown_make(msg_home(msg), line);
	return h && msg_header_insert(msg, NULL, (msg_header_t *)h) >= 0;
}

/* Who asks from outside has nothing to diagnose in here (signatures do not cover it). */
static bool all_go(const struct conf *c, const sip_t *sip, enum border_way way)
{
	return c->border.ms_diagnostics == DIAGNOSTICS_REMOVE || (sip->sip_request && way == BORDER_TO_INSIDE);
}

static bool clean_diagnostics(const struct conf *c, msg_t *msg, enum border_way way)
{
	char *private_name[] = { (char[]) { PRIVATE } }, *both_names[] = { private_name[0], (char[]) { PUBLIC } };
	const sip_t *sip = sip_object(msg);
	const sip_unknown_t *private = message_find_named(sip, PRIVATE), *public = message_find_named(sip, PUBLIC);
	char line[BORDER_LINE_MAX] = "";

	if (c->border.ms_diagnostics == DIAGNOSTICS_KEEP || (!private && !public))
		return true;
	if (all_go(c, sip, way)) {
		message_remove_named(msg, both_names, 2);
		return true;
	}
	if (private && !public)
		make_public(private->un_value, strlen(private->un_value), line);
	message_remove_named(msg, private_name, 1);
	return insert_line(msg, line);
}

/* Is there such a line before that one? */
static bool has_line(const struct frame *f, const char *name, uint16_t before)
{
	for (uint16_t i = 0; i < before; i++)
		if (frame_line_is(f, i, name))
			return true;
	return false;
}

static bool diagnostics_line(const struct conf *c, const struct frame *f, uint16_t i, char instead[BORDER_LINE_MAX])
{
	const char *value;
	size_t length;

	if (c->border.ms_diagnostics == DIAGNOSTICS_KEEP)
		return true;
	if (frame_line_is(f, i, PUBLIC))
		return c->border.ms_diagnostics != DIAGNOSTICS_REMOVE;
	if (!frame_line_is(f, i, PRIVATE))
		return true;
	value = frame_value(f, i, &length);
	if (c->border.ms_diagnostics == DIAGNOSTICS_PUBLIC && !has_line(f, PUBLIC, f->lines) && !has_line(f, PRIVATE, i))
		make_public(value, length, instead);
	return false;
}

/* --- all --- */

bool border_clean(const struct conf *c, msg_t *msg, enum border_way way)
{
	message_remove_named(msg, c->border.remove.list, c->border.remove.count);
	return clean_diagnostics(c, msg, way) && message_user_agent(msg, c->border.user_agent);
}

bool border_line(const struct conf *c, const struct frame *f, uint16_t line, char instead[BORDER_LINE_MAX])
{
	instead[0] = '\0';
	if (f->line[line].header != FRAME_OTHER)
		return true;
	for (size_t n = 0; n < c->border.remove.count; n++)
		if (frame_line_is(f, line, c->border.remove.list[n]))
			return false;
	if (!diagnostics_line(c, f, line, instead))
		return false;
	return !strcmp(c->border.user_agent, "keep") || (!frame_line_is(f, line, "User-Agent") && !frame_line_is(f, line, "Server"));
}

void border_server(const struct conf *c, char line[BORDER_LINE_MAX])
{
	bool own = strcmp(c->border.user_agent, "keep") && strcmp(c->border.user_agent, "remove");

	snprintf(line, BORDER_LINE_MAX, own ? "Server: %s\r\n" : "%s", own ? c->border.user_agent : "");
}
