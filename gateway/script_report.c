/* What report.lua replies. What edges and partners have written is read as strictly as what a stranger did. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script.h"

enum { AT_NOW, AT_SEEN, AT_TARGETS, AT_SLOTS, AT_SUCCESSES, AT_FAILURES, AT_HOLD, AT_COUNTS = AT_HOLD + 5, AT_END };

#define NUMBER_END (INT64_C(1) << 53)
#define NUMBER_TEXT_MAX 20

static bool is_number(const redisReply *reply)
{
	return reply && reply->type == REDIS_REPLY_INTEGER && reply->integer >= 0 && reply->integer < NUMBER_END;
}

static bool is_text(const redisReply *reply)
{
	return reply && reply->type == REDIS_REPLY_STRING && strlen(reply->str) == (size_t)reply->len;
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/* 0: it is none. */
static int64_t number_of(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	int64_t number = digits && digits < NUMBER_TEXT_MAX ? (int64_t)strtoull(text, NULL, 10) : 0;

	return number < NUMBER_END ? number : 0;
}

static void read_verdict(struct script_report *out, const char *field, const char *value)
{
	for (int v = 0; v < VERDICTS; v++)
		if (strcmp(field, verdict_token((enum verdict)v)) == 0)
			out->verdicts[v] = (uint64_t)number_of(value);
	if (strcmp(field, "observed") == 0)
		out->verdicts[COUNTED_OBSERVED] = (uint64_t)number_of(value);
}

static void read_edge(struct script_report *out, const char *name, const char *value)
{
	struct domain domain;
	int64_t seen_us = number_of(value);

	if (out->edge_count == STORE_EDGES_MAX || out->now_us - seen_us > STORE_EDGE_US || !domain_parse(&domain, name, strlen(name)))
		return;
	out->edges[out->edge_count++] = name;
	if (out->seen_us < seen_us)
		out->seen_us = seen_us;
}

static void read_limited(struct script_report *out, const char *value)
{
	char token[32];
	unsigned long long since, last;

	if (sscanf(value, "%17llu %17llu %31[a-z-]", &since, &last, token) != 3)
		return;
	for (enum reason r = REASON_NONE + 1; r < REASONS; r++)
		if (reason_is_rate(r) && strcmp(token, reason_row(r)->token) == 0)
			out->limited_by = r;
	out->limited_since_us = (int64_t)since;
	out->limited_us = (int64_t)last;
}

static void read_certificate(struct script_report *out, const char *value, size_t length)
{
	char *subject = out->room, *issuer, *serial;

	if (length >= SCRIPT_CERTIFICATE_MAX)
		return;
	memcpy(subject, value, length + 1);
	issuer = strchr(subject, '\n');
	serial = issuer ? strchr(issuer + 1, '\n') : NULL;
	if (!serial)
		return;
	*issuer++ = *serial++ = '\0';
	if (!is_printable(subject) || !is_printable(issuer) || !is_printable(serial))
		return;
	out->subject = subject;
	out->issuer = issuer;
	out->serial = serial;
}

static void read_sources(struct script_report *out, const char *value, size_t length)
{
	char *room = out->room + SCRIPT_CERTIFICATE_MAX, *rest, *word;
	struct domain domain;

	if (length >= SCRIPT_SOURCES_MAX)
		return;
	memcpy(room, value, length + 1);
	for (word = strtok_r(room, " ", &rest); word && out->source_count < STORE_SOURCES_MAX; word = strtok_r(NULL, " ", &rest))
		if (domain_parse(&domain, word, strlen(word)))
			out->sources[out->source_count++] = word;
}

static void read_field(struct script_report *out, const char *field, const redisReply *value)
{
	if (field[0] == '@')
		read_edge(out, field + 1, value->str);
	else if (strcmp(field, "limited") == 0)
		read_limited(out, value->str);
	else if (strcmp(field, "observe") == 0)
		out->observe = strcmp(value->str, "1") == 0;
	else if (strcmp(field, "certificate") == 0)
		read_certificate(out, value->str, (size_t)value->len);
	else if (strcmp(field, "sources") == 0)
		read_sources(out, value->str, (size_t)value->len);
	else
		read_verdict(out, field, value->str);
}

static bool read_counts(struct script_report *out, const redisReply *hash)
{
	if (!hash || hash->type != REDIS_REPLY_ARRAY || hash->elements % 2)
		return false;
	for (size_t i = 0; i < hash->elements; i += 2)
		if (is_text(hash->element[i]) && is_text(hash->element[i + 1]))
			read_field(out, hash->element[i]->str, hash->element[i + 1]);
	return true;
}

bool script_read_report(struct script_report *out, const redisReply *reply)
{
	int64_t n[AT_COUNTS] = { 0 };

	memset(out, 0, sizeof *out);
	if (!reply || reply->type != REDIS_REPLY_ARRAY || (reply->elements != 1 && reply->elements != AT_END))
		return false;
	out->unknown = reply->elements == 1;
	for (size_t i = 0; i < reply->elements && i < AT_COUNTS; i++) {
		if (!is_number(reply->element[i]))
			return false;
		n[i] = reply->element[i]->integer;
	}
	out->now_us = n[AT_NOW];
	out->seen_us = n[AT_SEEN];
	out->distinct_uris = (uint32_t)n[AT_TARGETS];
	out->rate_now = (uint32_t)n[AT_SLOTS];
	out->successes = (uint32_t)n[AT_SUCCESSES];
	out->failures = (uint32_t)n[AT_FAILURES];
	out->own = (struct script_hold){ n[AT_HOLD], n[AT_HOLD + 1], n[AT_HOLD + 2], n[AT_HOLD + 3], n[AT_HOLD + 4] };
	return out->unknown || read_counts(out, reply->element[AT_COUNTS]);
}
