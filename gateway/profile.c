#include "profile.h"

#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"

#define BUCKETS 8192
#define PLACES  (2 * PROFILES_MOST)

enum { LINE_PLAIN, LINE_OFFENDERS };

void profiles_init(struct profiles *p, const struct siphash_key *key)
{
	*p = (struct profiles){ .key = *key };
	p->buckets = alloc_zero(BUCKETS, sizeof *p->buckets);
	p->all = alloc_zero(PLACES, sizeof *p->all);
	p->spare = alloc_zero(PLACES, sizeof *p->spare);
}

static void free_profile(struct profile *at)
{
	if (!at)
		return;
	free(at->subject);
	free(at->issuer);
	free(at->serial);
	for (size_t i = 0; i < at->source_count; i++)
		free(at->sources[i]);
	free(at);
}

void profiles_clear(struct profiles *p)
{
	for (uint32_t i = 0; i < p->places; i++)
		free_profile(p->all[i]);
	free(p->all);
	free(p->spare);
	free(p->buckets);
	*p = (struct profiles){ 0 };
}

static struct profile **bucket_of(const struct profiles *p, const char *key, size_t length)
{
	return &p->buckets[siphash(&p->key, key, length) % BUCKETS];
}

struct profile *profiles_find(const struct profiles *p, const char *key, size_t length)
{
	struct profile *at = *bucket_of(p, key, length);

	while (at && (at->key_length != length || memcmp(at->key, key, length) != 0))
		at = at->next;
	return at;
}

/* --- the two lines --- */

static void leave(struct profiles *p, struct profile *at)
{
	struct profile_line *line = &p->lines[at->offender];

	*(at->older ? &at->older->newer : &line->oldest) = at->newer;
	*(at->newer ? &at->newer->older : &line->newest) = at->older;
	line->count--;
}

static void join(struct profiles *p, struct profile *at, bool offender)
{
	struct profile_line *line = &p->lines[offender];

	at->offender = offender;
	at->older = line->newest;
	at->newer = NULL;
	*(line->newest ? &line->newest->newer : &line->oldest) = at;
	line->newest = at;
	line->count++;
}

static void forget(struct profiles *p, struct profile *at)
{
	struct profile **link = bucket_of(p, at->key, at->key_length);

	while (*link != at)
		link = &(*link)->next;
	*link = at->next;
	leave(p, at);
	p->all[at->place] = NULL;
	p->spare[p->spare_count++] = at->place;
	free_profile(at);
}

static void keep_bounds(struct profiles *p)
{
	struct profile *oldest = p->lines[LINE_OFFENDERS].oldest;

	if (p->lines[LINE_OFFENDERS].count > PROFILES_MOST) {
		leave(p, oldest);
		join(p, oldest, false);
	}
	if (p->lines[LINE_PLAIN].count > PROFILES_MOST)
		forget(p, p->lines[LINE_PLAIN].oldest);
}

static struct profile *add(struct profiles *p, const char *key, size_t length)
{
	struct profile **bucket = bucket_of(p, key, length), *at;

	if (p->lines[LINE_PLAIN].count == PROFILES_MOST)
		forget(p, p->lines[LINE_PLAIN].oldest);
	at = alloc_zero(1, sizeof *at + length + 1);
	memcpy(at->key, key, length);
	at->key_length = length;
	at->next = *bucket;
	*bucket = at;
	at->place = p->spare_count ? p->spare[--p->spare_count] : p->places++;
	p->all[at->place] = at;
	join(p, at, false);
	return at;
}

/* --- a visit --- */

static bool set_text(char **to, const char *text)
{
	if (*to && strcmp(*to, text) == 0)
		return false;
	free(*to);
	*to = alloc_text(text);
	return true;
}

/* The newcomers have as many certificates as they are. */
static bool note_certificate(struct profile *at, const struct store_visit *v)
{
	bool subject, issuer, serial;

	if (!v->subject || at->key[0] == 'n')
		return false;
	subject = set_text(&at->subject, v->subject);
	issuer = set_text(&at->issuer, v->issuer);
	serial = set_text(&at->serial, v->serial);
	return subject || issuer || serial;
}

/* True: it is a new one. The one used longest ago gives way. */
static bool note_source(struct profile *at, const struct domain *source)
{
	size_t i = 0;
	char *text;
	bool is_new;

	if (!source || !source->length)
		return false;
	while (i < at->source_count && strcmp(at->sources[i], source->text) != 0)
		i++;
	is_new = i == at->source_count;
	if (is_new && i == STORE_SOURCES_MAX)
		free(at->sources[--i]);
	else if (is_new)
		at->source_count++;
	text = is_new ? alloc_text(source->text) : at->sources[i];
	memmove(at->sources + 1, at->sources, i * sizeof *at->sources);
	at->sources[0] = text;
	return is_new;
}

bool profile_is_limited(const struct profile *at, int64_t now_us)
{
	return at->limited_by && now_us - at->limited_us <= STORE_LIMITED_US;
}

static void note_limited(struct profile *at, enum reason by, int64_t now_us)
{
	if (!profile_is_limited(at, now_us))
		at->limited_since_us = now_us;
	at->limited_us = now_us;
	at->limited_by = by;
}

void profiles_note(struct profiles *p, const char *key, size_t length, const struct entry *e, const struct store_visit *v,
    int64_t now_us)
{
	struct profile *at = profiles_find(p, key, length);
	uint32_t *count;
	bool limited = reason_is_rate(v->reason) && (key[0] == 'p') == v->provider_decided, offends = limited || v->reason == REASON_WATCH_LIST;
	bool certificate, source;

	if (!at)
		at = add(p, key, length);
	count = &at->verdicts[reason_row(v->reason)->verdict];
	*count += *count < UINT32_MAX;
	at->verdicts[COUNTED_OBSERVED] += v->waived && at->verdicts[COUNTED_OBSERVED] < UINT32_MAX;
	at->seen_us = now_us;
	at->observe = e->observe;
	if (limited)
		note_limited(at, v->reason, now_us);
	certificate = note_certificate(at, v);
	source = note_source(at, v->source);
	if (certificate || source)
		at->told_us = 0;
	if (at->offender && !offends)
		return;
	leave(p, at);
	join(p, at, offends);
	keep_bounds(p);
}

void profiles_untell(struct profiles *p)
{
	for (uint32_t i = 0; i < p->places; i++)
		if (p->all[i])
			p->all[i]->told_us = 0;
}

/* --- for a report --- */

void profile_describe(const struct profile *at, int64_t now_us, struct store_row *out)
{
	if (out->seen_us < at->seen_us)
		out->seen_us = at->seen_us;
	if (profile_is_limited(at, now_us)) {
		out->limited_by = at->limited_by;
		out->limited_since_us = at->limited_since_us;
		out->limited_us = at->limited_us;
	}
	out->observe = at->observe;
	for (int v = 0; v < COUNTED; v++)
		if (out->counts.verdicts[v] < at->verdicts[v])
			out->counts.verdicts[v] = at->verdicts[v];
	out->subject = at->subject;
	out->issuer = at->issuer;
	out->serial = at->serial;
	out->source_count = at->source_count;
	memcpy(out->sources, at->sources, sizeof at->sources);
}
