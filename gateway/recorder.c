#include "recorder.h"

#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "clock.h"
#include "lines.h"
#include "recording.h"

#define ROOM       (256 * 1024) /* half of it holds the longest line: a certificate of 256 names */
#define FLUSH_AT   (32 * 1024)
#define OTHERS_TOO 40           /* octets of a method, as in the log */

/* What a replay has to know of the edge (struct recorder_house), to be said again. */
struct beginning {
	char *edge, *policy;    /* owned */
	struct domain *domains; /* owned */
	size_t domain_count;
	unsigned max_partners;
};

struct recorder {
	struct loop *loop;    /* borrowed */
	struct store *store;  /* borrowed */
	struct lines lines;
	struct task flush;
	int64_t ahead_us;     /* what the wall clock was ahead of the store's when we began: the record's time never goes back */
	uint64_t generation;  /* marks the connections whose names stand in this file; no recorder uses one again */
	struct beginning beginning;
	bool owes_beginning;
};

/* The beginning and names may be among what was lost: so it begins anew. */
static void flush(void *arg)
{
	struct recorder *r = arg;
	uint64_t before = r->lines.losses;

	lines_write(&r->lines);
	if (r->lines.losses == before)
		return;
	r->generation++;
	r->owes_beginning = true;
}

static void begin_line(struct recorder *r, const char *event, int64_t at_us)
{
	lines_begin(&r->lines);
	lines_text(&r->lines, "event", event, strlen(event));
	lines_number(&r->lines, "time_us", at_us + r->ahead_us);
}

static void end_line(struct recorder *r)
{
	lines_end(&r->lines);
	if (r->lines.size > FLUSH_AT)
		flush(r);
	else
		loop_later(r->loop, &r->flush, flush, r);
}

static void put_text(struct recorder *r, const char *key, const char *text)
{
	lines_text(&r->lines, key, text, strlen(text));
}

static void put_name(struct recorder *r, const struct certname *name)
{
	char text[2 + DOMAIN_MAX + 1] = "*.";
	size_t before = name->wildcard ? 2 : 0;

	memcpy(text + before, name->domain.text, name->domain.length);
	lines_item(&r->lines, text, before + name->domain.length);
}

/* --- the file --- */

static void forget_beginning(struct recorder *r)
{
	free(r->beginning.edge);
	free(r->beginning.policy);
	free(r->beginning.domains);
}

static void keep_beginning(struct recorder *r, const struct recorder_house *house)
{
	struct domain *domains = alloc_zero(house->domain_count + 1, sizeof *domains);

	memcpy(domains, house->domains, house->domain_count * sizeof *domains);
	r->beginning = (struct beginning) { alloc_text(house->edge), alloc_text(house->policy_digest), domains, house->domain_count,
		house->max_partners };
}

static void put_beginning(struct recorder *r)
{
	const struct beginning *b = &r->beginning;

	r->owes_beginning = false;
	begin_line(r, "begin", r->store->clock_us(r->store));
	lines_number(&r->lines, "version", RECORD_VERSION);
	put_text(r, "edge", b->edge);
	put_text(r, "policy", b->policy);
	lines_number(&r->lines, "max_partners", b->max_partners);
	lines_list(&r->lines, "domains");
	for (size_t i = 0; i < b->domain_count; i++)
		lines_item(&r->lines, b->domains[i].text, b->domains[i].length);
	lines_list_end(&r->lines);
	end_line(r);
}

/* Whatever is put next is put behind a beginning. */
static void make_ready(struct recorder *r)
{
	if (r->owes_beginning)
		put_beginning(r);
}

struct recorder *recorder_open(struct loop *loop, struct store *store, const struct recorder_house *house)
{
	struct recorder *r = alloc_zero(1, sizeof *r);

	r->loop = loop;
	r->store = store;
	r->generation = (uint64_t)clock_monotonic_us(); /* losses and files come more slowly than its microseconds */
	r->ahead_us = clock_wall_us() - store->clock_us(store);
	lines_open(&r->lines, "record", house->path, ROOM);
	keep_beginning(r, house);
	put_beginning(r);
	return r;
}

void recorder_reopen(struct recorder *r, const struct recorder_house *house)
{
	lines_reopen(&r->lines, house->path);
	r->generation++;
	forget_beginning(r);
	keep_beginning(r, house);
	put_beginning(r);
}

void recorder_close(struct recorder *r)
{
	if (!r)
		return;
	loop_forget(r->loop, &r->flush);
	lines_close(&r->lines);
	forget_beginning(r);
	free(r);
}

/* --- what is recorded --- */

/* The names of a certificate, once for a connection and file. */
static void introduce(struct recorder *r, const struct sight *sight)
{
	begin_line(r, "peer", sight->at_us);
	lines_number(&r->lines, "peer", (int64_t)sight->connection);
	lines_list(&r->lines, "names");
	for (size_t i = 0; i < sight->peer->count; i++)
		put_name(r, &sight->peer->names[i]);
	lines_list_end(&r->lines);
	*sight->told = r->generation; /* the end of the line may lose it, and make that another one */
	end_line(r);
}

static void put_facts(struct recorder *r, const struct facts *facts)
{
	if (facts->source.length)
		lines_text(&r->lines, "source", facts->source.text, facts->source.length);
	if (facts->has_target)
		lines_hash(&r->lines, "target", facts->target);
	if (facts->fault)
		put_text(r, "fault", reason_row(facts->fault)->token);
	if (facts->proven)
		lines_truth(&r->lines, "proven", true);
	if (facts->recipient_list)
		lines_truth(&r->lines, "recipient_list", true);
}

static void put_verdict(struct recorder *r, enum reason reason)
{
	put_text(r, "verdict", verdict_token(reason_row(reason)->verdict));
	put_text(r, "reason", reason_row(reason)->token);
}

void recorder_judged(struct recorder *r, const struct sight *sight)
{
	make_ready(r);
	if (*sight->told != r->generation)
		introduce(r, sight);
	begin_line(r, "judged", sight->at_us);
	lines_number(&r->lines, "number", (int64_t)sight->number);
	lines_number(&r->lines, "peer", (int64_t)sight->connection);
	put_text(r, "partner", sight->partner);
	lines_text(&r->lines, "method", sight->method, sight->method_length);
	put_facts(r, sight->facts);
	if (sight->in_dialog)
		lines_truth(&r->lines, "in_dialog", true);
	if (sight->dns_asked)
		put_text(r, "dns", record_dns_token(sight->dns));
	put_verdict(r, sight->reason);
	if (sight->wait_us)
		lines_number(&r->lines, "wait_us", sight->wait_us);
	if (sight->waived)
		lines_truth(&r->lines, "observe", true);
	end_line(r);
}

void recorder_answered(struct recorder *r, const struct sight_of_outcome *seen)
{
	make_ready(r);
	begin_line(r, "answered", seen->at_us);
	lines_number(&r->lines, "number", (int64_t)seen->number);
	put_text(r, "partner", seen->partner);
	put_text(r, "outcome", outcome_token(seen->outcome));
	end_line(r);
}

void recorder_closed(struct recorder *r, uint64_t connection, uint64_t told)
{
	if (told != r->generation)
		return;
	begin_line(r, "closed", r->store->clock_us(r->store));
	lines_number(&r->lines, "peer", (int64_t)connection);
	end_line(r);
}

void recorder_other(struct recorder *r, const struct decided *d, const char *who)
{
	make_ready(r);
	begin_line(r, "other", r->store->clock_us(r->store));
	put_text(r, "partner", who);
	lines_text(&r->lines, "method", d->method, d->method_length < OTHERS_TOO ? d->method_length : OTHERS_TOO);
	put_verdict(r, d->reason);
	end_line(r);
}
