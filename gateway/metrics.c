#include "metrics.h"

#include <string.h>

#include "clock.h"

struct page {
	const struct metrics_house *house;
	struct exposition out;
};

/* --- messages --- */

static void write_reason(struct page *p, enum reason reason)
{
	const struct tally *t = ledger_tally(p->house->traffic->ledger);
	const struct reason_row *row = reason_row(reason);

	for (enum class c = 0; c < CLASSES; c++) {
		const char *done[] = { verdict_token(row->verdict), row->token, class_token(c) };
		const char *observed[] = { verdict_token(VERDICT_FORWARD), row->token, class_token(c) };
		uint64_t waived = t->waived[reason][c];

		exposition_count(&p->out, done, t->totals[reason][c] - waived);
		if (waived)
			exposition_count(&p->out, observed, waived);
	}
}

/* All of them, also those that are 0: a counter that begins with its first event hides that event. */
static void write_requests(struct page *p)
{
	for (enum reason r = REASON_NONE + 1; r < REASONS; r++)
		write_reason(p, r);
}

static void write_responses(struct page *p)
{
	for (enum answered a = 0; a < ANSWERS; a++)
		exposition_count(&p->out, (const char *[]) { answered_token(a) }, ledger_tally(p->house->traffic->ledger)->answers[a]);
}

static void write_verdicts(struct page *p)
{
	exposition_histogram(&p->out, &ledger_tally(p->house->traffic->ledger)->verdicts);
}

/* --- partners and connections --- */

/* Of the others nobody is remembered: they are refused before that. */
static void write_partners(struct page *p)
{
	for (enum class c = CLASS_ALLOWED; c <= CLASS_WATCHED; c++)
		exposition_count(&p->out, (const char *[]) { class_token(c) }, p->house->traffic->store->figures.classes[c]);
}

static void write_worst(void *arg, const char *who, uint64_t refused)
{
	struct page *p = arg;

	exposition_count(&p->out, (const char *[]) { who }, refused);
}

static void write_partner_refused(struct page *p)
{
	worst_list(&ledger_tally(p->house->traffic->ledger)->worst, write_worst, p);
}

static void write_connections(struct page *p)
{
	exposition_count(&p->out, (const char *[]) { "federation" }, p->house->federation->inside);
	exposition_count(&p->out, (const char *[]) { "internal" }, p->house->internal->inside);
}

static void write_handshakes(struct page *p)
{
	const struct tally *t = ledger_tally(p->house->traffic->ledger);

	exposition_count(&p->out, (const char *[]) { "done" }, t->handshakes);
	exposition_count(&p->out, (const char *[]) { "failed" }, t->failed_handshakes);
}

/* The same URI may be configured twice, with two names or weights: one sample for both. */
static const struct hop *next_of_uri(const struct hop *from, const char *uri)
{
	while (from && (from->retired || strcmp(from->uri, uri) != 0))
		from = from->next;
	return from;
}

static void write_next_hops(struct page *p)
{
	const struct hop *first = p->house->traffic->hops->first;

	for (const struct hop *h = first; h; h = h->next) {
		bool up = false;

		if (h->retired || next_of_uri(first, h->uri) != h)
			continue;
		for (const struct hop *same = h; same; same = next_of_uri(same->next, h->uri))
			up = up || same->up;
		exposition_count(&p->out, (const char *[]) { h->uri }, up);
	}
}

/* --- the store --- */

static void write_store_up(struct page *p)
{
	struct store *s = p->house->traffic->store;
	struct store_health health;

	s->ops->health(s, &health);
	exposition_count(&p->out, NULL, health.keeps);
}

static void write_store_trips(struct page *p)
{
	exposition_histogram(&p->out, &p->house->traffic->store->figures.trips);
}

static void write_store_fallbacks(struct page *p)
{
	exposition_count(&p->out, NULL, p->house->traffic->store->figures.fallbacks);
}

/* --- the edge itself --- */

static void write_policy(struct page *p)
{
	exposition_count(&p->out, (const char *[]) { p->house->policy_digest }, 1);
}

static void write_certificates(struct page *p)
{
	const struct expiry *e = p->house->expiry;

	for (size_t i = 0; i < e->count; i++)
		exposition_number(&p->out, (const char *[]) { e->list[i].listener },
		    (double)(e->list[i].ends_s - clock_wall_us() / 1000000));
}

static void write_cpu(struct page *p)
{
	exposition_number(&p->out, NULL, process_cpu_s());
}

static void write_resident(struct page *p)
{
	exposition_count(&p->out, NULL, process_memory(p->house->process).resident);
}

static void write_virtual(struct page *p)
{
	exposition_count(&p->out, NULL, process_memory(p->house->process).virtual);
}

static void write_open_fds(struct page *p)
{
	exposition_count(&p->out, NULL, process_open_fds(p->house->process));
}

static void write_max_fds(struct page *p)
{
	exposition_count(&p->out, NULL, process_max_fds());
}

static void write_start_time(struct page *p)
{
	exposition_number(&p->out, NULL, (double)process_started_us(p->house->process) / 1e6);
}

/* --- the table --- */

static const struct family families[] = {
#define METRIC(source, name, type, labels, help) { name, FAMILY_##type, labels, help },
#include "metrics.def"
#undef METRIC
};

static void (*const sources[])(struct page *) = {
#define METRIC(source, name, type, labels, help) write_##source,
#include "metrics.def"
#undef METRIC
};

const struct family *metrics_families(size_t *count)
{
	*count = sizeof families / sizeof families[0];
	return families;
}

char *metrics_text(const struct metrics_house *house, size_t *length)
{
	struct page page = { .house = house };

	exposition_init(&page.out, METRICS_TEXT_MAX);
	for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
		exposition_begin(&page.out, &families[i]);
		sources[i](&page);
	}
	return exposition_take(&page.out, length);
}
