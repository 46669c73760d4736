/* One function for each row: what it compared, in words for people. */
#include "ladder_parts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define S_US INT64_C(1000000)

struct line {
	char *out;
	size_t at;
	const struct ladder *ladder;
	const struct ladder_case *c;
	bool decided; /* or waived: the row spoke */
};

/* --- words --- */

static void say(struct line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct line *l, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(l->out + l->at, RUNG_DETAIL_MAX - l->at, format, args);
	va_end(args);
	if (length > 0)
		l->at += (size_t)length < RUNG_DETAIL_MAX - l->at ? (size_t)length : RUNG_DETAIL_MAX - 1 - l->at;
}

/* 1,000 */
static void say_number(struct line *l, uint32_t number)
{
	char digits[16];
	int length = snprintf(digits, sizeof digits, "%" PRIu32, number);

	for (int i = 0; i < length; i++)
		say(l, "%s%c", i > 0 && (length - i) % 3 == 0 ? "," : "", digits[i]);
}

static void say_of(struct line *l, uint32_t number, uint32_t most)
{
	say_number(l, number);
	say(l, " of ");
	say_number(l, most);
}

/* The two largest units, rounded up: "21 h 3 m". */
static void say_time(struct line *l, int64_t us)
{
	static const struct { int64_t s; const char *name; } units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "m" }, { 1, "s" } };
	int64_t s = (us + S_US - 1) / S_US;
	size_t i = 0;

	if (us < 10 * S_US) {
		say(l, "%.1f s", (double)us / S_US);
		return;
	}
	while (s < units[i].s)
		i++;
	say(l, "%" PRId64 " %s", s / units[i].s, units[i].name);
	if (i < 3 && s % units[i].s / units[i + 1].s > 0)
		say(l, " %" PRId64 " %s", s % units[i].s / units[i + 1].s, units[i + 1].name);
}

static void say_used(struct line *l, uint32_t used, const struct rate *rate)
{
	char period[RATE_TEXT_MAX];

	if (!rate->count) {
		say(l, "no rate");
		return;
	}
	say_of(l, used, rate->count);
	duration_text(rate->period_us, period);
	if (rate->period_us == S_US)
		say(l, " in the last second");
	else
		say(l, " in the last %s", period);
}

static void say_place(struct line *l, const struct place *place)
{
	char text[PLACE_TEXT_MAX];

	say(l, " (%s)", place_text(place, text));
}

static const char *source_of(const struct line *l)
{
	const struct domain *source = &l->c->facts->source;

	return source->length > 0 ? source->text : "the source";
}

/* --- rows 1 to 6 --- */

static void say_fault(struct line *l)
{
	enum reason reason = l->ladder->reason;

	if (!l->decided)
		say(l, "well-formed, and for this edge to route");
	else if (l->c->facts->fault)
		say(l, "%s", reason_row(reason)->sentence);
	else
		say(l, "one request that names many recipients is taken from allowed partners only");
}

/* Whose name it is that is blocked: the source's before the certificate's. */
static void say_blocked(struct line *l)
{
	const struct ladder_case *c = l->c;
	const struct block *block = match_block_of(c->law, c->peer, &c->facts->source);

	if (block) {
		say(l, "%s, by the entry %s", source_of(l), block->domain.text);
		return;
	}
	for (size_t i = 0; i < c->peer->count && !block; i++) {
		block = match_block_of(c->law, c->peer, &c->peer->names[i].domain);
		if (block)
			say(l, "the certificate's name %s, by the entry %s", c->peer->names[i].domain.text, block->domain.text);
	}
}

static void say_block(struct line *l)
{
	if (!l->decided) {
		say(l, "neither %s nor a name of the certificate is on it", source_of(l));
		return;
	}
	say_blocked(l);
	say_place(l, &l->c->entry->place);
}

static void say_federation(struct line *l)
{
	if (!l->decided) {
		say(l, "federation is on");
		return;
	}
	say(l, "federation is off");
	say_place(l, &l->c->entry->place);
}

static void say_unverified(struct line *l)
{
	const struct facts *facts = l->c->facts;

	if (facts->source.length == 0)
		say(l, "From names no domain");
	else if (ruleset_is_local(l->c->law, &facts->source))
		say(l, "%s is a domain of ours: nobody outside speaks for it", facts->source.text);
	else if (peer_organisation(l->c->peer)->length == 0)
		say(l, "no name of the certificate has an organisational domain");
	else
		say(l, "no name of the certificate matches %s or sip.%s, and no entry or DNS record speaks for it", facts->source.text,
		    facts->source.text);
}

static void say_source(struct line *l)
{
	const struct entry *entry = l->c->entry;

	switch (entry->proof) {
	case PROOF_NONE:
		say_unverified(l);
		return;
	case PROOF_UNKNOWN:
		say(l, "DNS cannot tell now which servers speak for %s", source_of(l));
		return;
	case PROOF_CERTIFICATE:
		say(l, "the certificate speaks for %s", source_of(l));
		return;
	case PROOF_EDGE:
		say(l, "the certificate is that of the edge of the allow entry");
		return;
	case PROOF_PROVIDER:
		say(l, "the certificate is that of provider %s, which covers %s",
		    entry->has_provider ? entry->provider.provider : "of the allow entry", source_of(l));
		return;
	case PROOF_DNS:
		say(l, "DNS names a server of %s that the certificate matches", source_of(l));
		return;
	}
}

static void say_allow(struct line *l)
{
	const struct entry *entry = l->c->entry;
	const struct allow *allow = ruleset_longest_allow(l->c->law, &l->c->facts->source);
	char rate[RATE_TEXT_MAX];

	if (entry->stance != STANCE_ALLOW) {
		if (!allow) {
			say(l, "neither %s nor a domain above it is on it", source_of(l));
			return;
		}
		say(l, "the entry %s", allow->domain.text);
		say_place(l, &allow->place);
		say(l, " is for another certificate");
		return;
	}
	say(l, "the entry %s", entry->partner.domain.text);
	say_place(l, &entry->place);
	rate_text(&entry->limits.rate, rate);
	say(l, entry->limited ? ", whose own rate is %s" : ", without a limit", rate);
}

static void say_discovery(struct line *l)
{
	if (l->c->entry->stance == STANCE_ALLOW) {
		say(l, "the allow list comes before");
	} else if (!l->decided) {
		say(l, "discovery is on");
	} else {
		say(l, "discovery is off");
		say_place(l, &l->c->entry->place);
	}
}

/* --- rows 7 to 11 --- */

static bool is_exempt(struct line *l)
{
	if (l->c->entry->stance != STANCE_ALLOW)
		return false;
	say(l, "who is on the allow list is not watched or suspected");
	return true;
}

static void say_watched(struct line *l, const char *who, const struct figures *f)
{
	if (!f->watched)
		return;
	say(l, "%son it for ", who);
	say_time(l, f->watched_since_us);
	say(l, ", and for another ");
	say_time(l, f->watched_until_us);
	say(l, "%s", l->decided ? "" : ", but this request is let by");
}

static void say_watch(struct line *l)
{
	const struct glimpse *g = l->c->glimpse;

	if (!g || !g->seen.known) {
		say(l, "there was no reading of the store");
		return;
	}
	if (is_exempt(l))
		return;
	if (!g->own.watched && !g->provider.watched)
		say(l, "not on it");
	say_watched(l, "", &g->own);
	say_watched(l, g->own.watched ? "; the provider " : "the provider ", &g->provider);
}

static void say_answers(struct line *l)
{
	const struct figures *f = &l->c->glimpse->own;
	char window[RATE_TEXT_MAX];

	duration_text(l->c->entry->limits.suspicion_window_us, window);
	say_of(l, f->failures, f->successes + f->failures);
	say(l, " answers in the last %s are failures, over %.4g%% of at least %" PRIu32 " make suspicious", window,
	    100 * l->c->entry->limits.failure_share, l->c->entry->limits.min_responses);
}

static void say_wait(struct line *l)
{
	const struct reading *seen = &l->c->glimpse->seen;
	const struct limits *limits = &l->c->entry->limits;

	if (!l->decided)
		return;
	say(l, seen->admitted ? "; its slot comes in " : "; the next slot comes in ");
	say_time(l, seen->admitted ? seen->wait_us : seen->retry_us);
	if (seen->admitted)
		return;
	say(l, ", but no message waits longer than ");
	say_time(l, facts_ends_call(l->c->facts) ? limits->ending_delay_us : limits->max_delay_us);
	say(l, ", and %" PRIu32 " at most wait", limits->max_waiting);
}

static void say_suspicion(struct line *l)
{
	const struct figures *f = &l->c->glimpse->own;

	if (is_exempt(l))
		return;
	if (!f->suspicious) {
		say(l, "not suspicious: ");
		say_answers(l);
		return;
	}
	say(l, "suspicious for ");
	say_time(l, f->suspicious_since_us);
	if (f->suspicious_until_us) {
		say(l, ", and for another ");
		say_time(l, f->suspicious_until_us);
	}
	say(l, ": ");
	say_answers(l);
	say(l, "; ");
	say_used(l, f->suspicious_used, &f->suspicious_rate);
	say_wait(l);
}

static void say_rate(struct line *l)
{
	const struct glimpse *g = l->c->glimpse;

	say_used(l, g->own.used, &g->own.rate);
	if (g->own.waiting)
		say(l, ", %" PRIu32 " wait for their slot", g->own.waiting);
	if (l->c->entry->has_provider) {
		say(l, "; all tenants of %s: ", l->c->entry->provider.provider);
		say_used(l, g->provider.used, &g->provider.rate);
	}
	say_wait(l);
}

static void say_names(struct line *l, const struct figures *f, const struct limits *limits)
{
	char window[RATE_TEXT_MAX];

	if (!limits->distinct_uris) {
		say(l, "no limit");
		return;
	}
	duration_text(limits->watch_window_us, window);
	say_of(l, f->distinct_uris, limits->distinct_uris);
	say(l, " distinct URIs in the last %s", window);
}

static void say_target(struct line *l)
{
	const struct glimpse *g = l->c->glimpse;
	const struct entry *entry = l->c->entry;

	if (is_exempt(l))
		return;
	say_names(l, &g->own, &entry->limits);
	if (entry->has_provider) {
		say(l, "; all tenants of %s: ", entry->provider.provider);
		say_names(l, &g->provider, &entry->provider_limits);
	}
	if (!l->c->facts->has_target)
		say(l, "; this request names none that counts");
	else
		say(l, g->own.target_known ? "; this one is among them" : "; this one is new");
}

static void say_else(struct line *l)
{
	say(l, "%s", reason_row(l->ladder->reason)->sentence);
}

void ladder_detail(char out[RUNG_DETAIL_MAX], unsigned row, const struct ladder *ladder, const struct ladder_case *c)
{
	static void (*const words[LADDER_ROWS])(struct line *) = {
		say_fault, say_block, say_federation, say_source, say_allow, say_discovery, say_watch, say_suspicion, say_rate,
		say_target, say_else,
	};
	struct line line = { .out = out, .ladder = ladder, .c = c, .decided = ladder->row == row };

	out[0] = '\0';
	words[row - 1](&line);
}
