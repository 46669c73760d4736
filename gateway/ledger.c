#include "ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "../policy/alloc.h"
#include "../policy/siphash.h"
#include "log.h"
#include "recorder.h"

#define FOLDS 512
#define FOLD_PLACES 8
#define FOLD_US 1000000
#define TENANT_LINES 64
#define NAME_MAX_TEXT 400

/* Refusals of one partner and reason within a second. */
struct fold {
	char who[PARTNER_TEXT_MAX], rule[PLACE_TEXT_MAX]; /* the rule that the first one was decided by */
	enum reason reason;
	bool observe;          /* told, and not done */
	bool used;
	bool told;             /* its line of this second is out, and nothing has come since */
	int64_t since_us;      /* when the last line was written */
	uint64_t more;         /* like it since */
};

struct ledger {
	struct loop *loop;     /* borrowed */
	struct store *store;   /* borrowed */
	struct decisions *decisions; /* borrowed */
	struct refusals *refusals;   /* borrowed; NULL: none are kept */
	struct recorder *recorder; /* borrowed; NULL: none */
	bool targets;
	struct tally tally;
	struct fold handshake;
	struct fold folds[FOLDS];
	struct siphash_key key; /* so that nobody can choose names that get in each other's way */
	struct timer timer;
	int64_t tenant_second;
	unsigned tenant_lines;
};

struct ledger *ledger_new(struct loop *loop, struct store *store, struct decisions *decisions, bool targets)
{
	struct ledger *l = alloc_zero(1, sizeof *l);

	l->loop = loop;
	l->store = store;
	l->decisions = decisions;
	l->targets = targets;
	if (getrandom(l->key.octets, sizeof l->key.octets, 0) != (ssize_t)sizeof l->key.octets)
		abort(); /* cannot be: so few octets are given whole, or the kernel has none */
	worst_init(&l->tally.worst, &l->key);
	return l;
}

struct recent *ledger_recent(struct ledger *l)
{
	return decisions_recent(l->decisions);
}

void ledger_set_recorder(struct ledger *l, struct recorder *recorder)
{
	l->recorder = recorder;
}

void ledger_set_targets(struct ledger *l, bool targets)
{
	l->targets = targets;
}

void ledger_set_refusals(struct ledger *l, struct refusals *refusals)
{
	l->refusals = refusals;
}

/* --- folding --- */

static void flush_fold(struct ledger *l, struct fold *f)
{
	struct log_about about = { .partner = f->who, .reason = reason_row(f->reason)->token, .rule = f->rule };

	if (!f->more)
		return;
	log_about(LEVEL_INFO, &about, "%s: %s%s%s%s: %" PRIu64 " like this in the last second", f->who, about.reason,
	    f->rule[0] ? " (" : "", f->rule, f->rule[0] ? ")" : "", f->more);
	decisions_begin(l->decisions, reason_row(f->reason)->verdict == VERDICT_DELAY ? "delay" : "refuse");
	decisions_text(l->decisions, "partner", f->who, strlen(f->who));
	decisions_text(l->decisions, "reason", about.reason, strlen(about.reason));
	if (f->rule[0])
		decisions_text(l->decisions, "rule", f->rule, strlen(f->rule));
	if (f->observe)
		decisions_truth(l->decisions, "observe", true);
	decisions_number(l->decisions, "count", (int64_t)f->more);
	decisions_end(l->decisions);
	f->more = 0;
	f->told = true;
}

static void on_second(void *arg)
{
	struct ledger *l = arg;
	int64_t now = loop_now(l->loop);
	bool any = false;

	for (size_t i = 0; i < FOLDS; i++) {
		struct fold *f = &l->folds[i];

		if (!f->used)
			continue;
		if (now - f->since_us >= FOLD_US && !f->more) {
			f->used = false;
			continue;
		}
		if (now - f->since_us >= FOLD_US) {
			flush_fold(l, f);
			f->since_us = now;
		}
		any = true;
	}
	if (l->handshake.more && now - l->handshake.since_us >= FOLD_US) {
		log_line(LEVEL_INFO, "%" PRIu64 " more handshakes failed in the last second", l->handshake.more);
		l->handshake.more = 0;
		l->handshake.since_us = now;
	}
	if (any || l->handshake.more)
		timer_set(l->loop, &l->timer, now + FOLD_US, on_second, l);
}

static void watch_folds(struct ledger *l)
{
	if (!l->timer.place)
		timer_set(l->loop, &l->timer, loop_now(l->loop) + FOLD_US, on_second, l);
}

static bool is_fold_of(const struct fold *f, const char *who, enum reason reason, bool observe)
{
	return f->used && f->reason == reason && f->observe == observe && !strcmp(f->who, who);
}

/* The fold of this, else the place for it: a free one, or the one that was told longest ago. */
static struct fold *place_for(struct ledger *l, const char *who, enum reason reason, bool observe)
{
	size_t hash = (size_t)siphash(&l->key, who, strlen(who)) + (size_t)reason * 2 + observe;
	struct fold *found = NULL;

	for (size_t i = 0; i < FOLD_PLACES; i++) {
		struct fold *f = &l->folds[(hash + i) % FOLDS];

		if (is_fold_of(f, who, reason, observe))
			return f;
		if (!found || (found->used && (!f->used || f->since_us < found->since_us)))
			found = f;
	}
	return found;
}

enum telling {
	TELL_NOW,
	TELL_FOLDED,
	TELL_FOLDED_FIRST  /* of another second: counted, and kept for who asks about it */
};

static enum telling tell(struct ledger *l, const char *who, enum reason reason, bool observe, struct fold **out)
{
	struct fold *f = *out = place_for(l, who, reason, observe);
	bool first = f->told;

	if (is_fold_of(f, who, reason, observe)) {
		f->more++;
		f->told = false;
		return first ? TELL_FOLDED_FIRST : TELL_FOLDED;
	}
	/* Another one in the same place gives way: bounded, and nothing is lost. */
	if (f->used)
		flush_fold(l, f);
	*f = (struct fold) { .reason = reason, .observe = observe, .used = true, .since_us = loop_now(l->loop) };
	snprintf(f->who, sizeof f->who, "%s", who);
	watch_folds(l);
	return TELL_NOW;
}

/* --- one decision --- */

void ledger_who(const struct entry *entry, const char *organisation, char out[PARTNER_TEXT_MAX])
{
	if (entry && entry->partner.kind != PARTNER_NONE)
		partner_text(&entry->partner, out);
	else
		snprintf(out, PARTNER_TEXT_MAX, "%s", organisation && organisation[0] ? organisation : "-");
}

/* A provider may name tenants without end: beyond some lines a second they fold
 * under its own name. */
static const char *fold_under(struct ledger *l, const struct decided *d, const char *who)
{
	int64_t second = loop_now(l->loop) / FOLD_US;

	if (!d->entry || d->entry->partner.kind != PARTNER_TENANT)
		return who;
	if (l->tenant_second != second)
		l->tenant_lines = 0;
	l->tenant_second = second;
	return l->tenant_lines++ < TENANT_LINES ? who : d->entry->partner.provider;
}

/* What the rule compares, for people: " (20/s, policy.conf:9)". */
static void rule_text(const struct decided *d, char out[NAME_MAX_TEXT], char rule[PLACE_TEXT_MAX])
{
	char place[PLACE_TEXT_MAX], rate[RATE_TEXT_MAX] = "";
	struct place where;

	out[0] = rule[0] = '\0';
	if (!d->entry) {
		if (d->place.file)
			snprintf(rule, PLACE_TEXT_MAX, "%s", place_text(&d->place, place));
		snprintf(out, NAME_MAX_TEXT, rule[0] ? " (%s)" : "%s", rule);
		return;
	}
	where = judge_place(d->entry, d->reason, d->seen);
	snprintf(rule, PLACE_TEXT_MAX, "%s", place_text(&where, place));
	if (d->seen && (d->reason == REASON_RATE_LIMIT || d->reason == REASON_RATE_SUSPICIOUS || d->reason == REASON_PACED))
		rate_text(judge_rate(d->entry, d->seen), rate);
	snprintf(out, NAME_MAX_TEXT, " (%s%s%s)", rate, rate[0] ? ", " : "", rule);
}

static void write_decision(struct ledger *l, const struct decided *d, const char *who, const char *rule)
{
	const struct reason_row *row = reason_row(d->reason);
	struct decisions *out = l->decisions;
	char hash[24];

	decisions_begin(out, row->verdict == VERDICT_DELAY ? "delay" : "refuse");
	decisions_text(out, "partner", who, strlen(who));
	decisions_text(out, "peer", d->peer, d->peer ? strlen(d->peer) : 0);
	decisions_text(out, "address", d->address, d->address ? strlen(d->address) : 0);
	if (d->facts && d->facts->source.length)
		decisions_text(out, "source", d->facts->source.text, d->facts->source.length);
	if (l->targets && d->target) {
		decisions_text(out, "target", d->target, d->target_length);
	} else if (d->facts && d->facts->has_target) {
		snprintf(hash, sizeof hash, "%016" PRIx64, d->facts->target);
		decisions_text(out, "target", hash, strlen(hash));
	}
	decisions_text(out, "method", d->method, d->method_length);
	decisions_text(out, "call_id", d->call_id, d->call_id_length);
	decisions_text(out, "reason", row->token, strlen(row->token));
	if (rule[0])
		decisions_text(out, "rule", rule, strlen(rule));
	if (d->entry && judge_is_waived(d->entry, d->reason))
		decisions_truth(out, "observe", true);
	decisions_end(out);
}

/* Who is no partner is known by its address, without the port. */
static void partner_or_address(const struct decided *d, const char *who, char *out, size_t size)
{
	const char *address = d->address ? d->address : "";
	const char *port = strrchr(address, ':');

	if (strcmp(who, "-") != 0)
		snprintf(out, size, "%s", who);
	else
		snprintf(out, size, "%.*s", (int)(port ? (size_t)(port - address) : strlen(address)), address);
}

static void copy(char *out, size_t size, const char *text, size_t length)
{
	if (text)
		log_quote(out, size, text, length);
}

static void keep(struct ledger *l, const struct decided *d, const char *who, const char *rule)
{
	bool outward = !d->entry && d->facts;
	struct refused r = { 0 };

	if (!l->refusals)
		return;
	partner_or_address(d, who, r.partner, sizeof r.partner);
	snprintf(r.reason, sizeof r.reason, "%s", reason_row(d->reason)->token);
	if (!judge_is_fault(d->reason)) /* which no line of the policy makes */
		copy(r.rule, sizeof r.rule, rule, strlen(rule));
	copy(r.method, sizeof r.method, d->method, d->method_length);
	copy(r.call_id, sizeof r.call_id, d->call_id, d->call_id_length);
	snprintf(r.peer, sizeof r.peer, "%s", d->peer ? d->peer : "");
	if (d->certificate)
		refused_put_names(&r, &d->certificate->peer);
	snprintf(r.source, sizeof r.source, "%s", d->facts ? d->facts->source.text : "");
	snprintf(r.direction, sizeof r.direction, "%s", outward ? "out" : "in");
	refusals_note(l->refusals, &r);
}

/* By the edge, and by the partner's own count. */
static void count(struct ledger *l, const struct decided *d, bool observe)
{
	const struct tls_peer *c = d->certificate;
	struct store_visit visit = {
		.reason = d->reason, .waived = d->entry && judge_is_waived(d->entry, d->reason), .provider_decided = d->seen && d->seen->provider_decided,
		.source = d->facts ? &d->facts->source : NULL,
		.subject = c ? c->subject : NULL, .issuer = c ? c->issuer : NULL, .serial = c ? c->serial : NULL,
	};

	l->tally.totals[d->reason][d->class]++;
	l->tally.waived[d->reason][d->class] += observe;
	if (d->timed)
		histogram_add(&l->tally.verdicts, d->took_us);
	if (d->entry && d->entry->partner.kind != PARTNER_NONE)
		l->store->ops->count(l->store, d->entry, &visit);
}

static void record_other(struct ledger *l, const struct decided *d)
{
	char who[PARTNER_TEXT_MAX];

	ledger_who(d->entry, d->organisation, who);
	recorder_other(l->recorder, d, who);
}

void ledger_record(struct ledger *l, const struct decided *d)
{
	const struct reason_row *row = reason_row(d->reason);
	char who[PARTNER_TEXT_MAX], rule[PLACE_TEXT_MAX], rule_words[NAME_MAX_TEXT], method[40];
	struct log_about about = { .partner = who, .class = class_token(d->class), .reason = row->token, .rule = rule };
	bool observe = d->entry && judge_is_waived(d->entry, d->reason);
	enum telling telling;
	struct fold *fold;

	count(l, d, observe);
	if (l->recorder && d->judged != d->reason)
		record_other(l, d);
	if (row->verdict == VERDICT_FORWARD)
		return;
	ledger_who(d->entry, d->organisation, who);
	if (row->verdict == VERDICT_REFUSE && !observe)
		worst_add(&l->tally.worst, who);
	telling = tell(l, fold_under(l, d, who), d->reason, observe, &fold);
	if (telling == TELL_FOLDED)
		return;
	rule_text(d, rule_words, rule);
	snprintf(fold->rule, sizeof fold->rule, "%s", rule);
	if (row->verdict == VERDICT_REFUSE && !observe)
		keep(l, d, who, rule);
	if (telling != TELL_NOW)
		return;
	write_decision(l, d, who, rule);
	log_quote(method, sizeof method, d->method ? d->method : "a message", d->method ? d->method_length : 9);
	log_about(row->verdict == VERDICT_DELAY ? LEVEL_DEBUG : LEVEL_INFO, &about, "%s: %s %s from %s: %s%s%s", who,
	    row->verdict == VERDICT_DELAY ? "delayed" : row->verdict == VERDICT_DROP ? "dropped" : "refused",
	    method, d->address ? d->address : "-", row->token, rule_words,
	    observe ? ", only observed: forwarded" : "");
}

void ledger_answered(struct ledger *l, enum answered how)
{
	l->tally.answers[how]++;
}

void ledger_handshake(struct ledger *l, const char *address, const char *failure)
{
	if (!failure) {
		l->tally.handshakes++;
		return;
	}
	l->tally.failed_handshakes++;
	if (l->handshake.used && loop_now(l->loop) - l->handshake.since_us < FOLD_US / 10) {
		l->handshake.more++;
		watch_folds(l);
		return;
	}
	l->handshake.used = true;
	l->handshake.since_us = loop_now(l->loop);
	log_line(LEVEL_INFO, "connection from %s: %s", address, failure);
}

void ledger_class(struct ledger *l, const struct partner *partner, enum class before, enum class now, const char *why)
{
	char who[PARTNER_TEXT_MAX];
	struct log_about about = { .partner = who, .class = class_token(now) };

	partner_text(partner, who);
	log_about(LEVEL_WARNING, &about, "%s: now %s, was %s: %s", who, class_token(now), class_token(before), why);
	decisions_begin(l->decisions, "class");
	decisions_text(l->decisions, "partner", who, strlen(who));
	decisions_text(l->decisions, "class", class_token(now), strlen(class_token(now)));
	decisions_text(l->decisions, "before", class_token(before), strlen(class_token(before)));
	decisions_text(l->decisions, "why", why, strlen(why));
	decisions_end(l->decisions);
}

void ledger_event(struct ledger *l, const char *event, const char *text)
{
	decisions_begin(l->decisions, event);
	decisions_text(l->decisions, "what", text, strlen(text));
	decisions_end(l->decisions);
}

void ledger_operator(struct ledger *l, const char *user, unsigned long uid, const char *asked, const char *what, bool done)
{
	log_line(done ? LEVEL_INFO : LEVEL_WARNING, "console: %s (uid %lu): %s: %s%s", user, uid, asked, done ? "" : "refused: ", what);
	decisions_begin(l->decisions, "operator");
	decisions_text(l->decisions, "who", user, strlen(user));
	decisions_number(l->decisions, "uid", (int64_t)uid);
	decisions_text(l->decisions, "asked", asked, strlen(asked));
	decisions_text(l->decisions, "what", what, strlen(what));
	decisions_truth(l->decisions, "done", done);
	decisions_end(l->decisions);
}

const struct tally *ledger_tally(const struct ledger *l)
{
	return &l->tally;
}

void ledger_set_worst(struct ledger *l, unsigned partners)
{
	worst_resize(&l->tally.worst, partners);
}

void ledger_free(struct ledger *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < FOLDS; i++)
		if (l->folds[i].used)
			flush_fold(l, &l->folds[i]);
	timer_stop(l->loop, &l->timer);
	worst_clear(&l->tally.worst);
	free(l);
}
