/* Writing. What a record holds is told once more, in the same order, in load.c. */
#include "snapshot.h"

#include "kept.h"

const struct journal_format snapshot_format = { "fedgateS", 1 };
const struct journal_format changes_format = { "fedgateJ", 1 };

static void put_time(struct payload *p, const struct moment *m, int64_t time_us)
{
	payload_put(p, (uint64_t)(time_us - m->store_us + m->wall_us), 8);
}

static void put_restriction(struct payload *p, const struct row *row, unsigned more, const struct moment *m)
{
	const struct record *r = &row->record;

	payload_put(p, (r->watched ? KEPT_WATCHED : 0) | (r->standing.suspicious ? KEPT_SUSPICIOUS : 0) | more, 1);
	put_time(p, m, r->watched_since_us);
	put_time(p, m, r->watched_until_us);
	put_time(p, m, r->standing.since_us);
	put_time(p, m, r->standing.until_us);
	payload_put_text(p, row->key, row->key_length);
}

static void make_change(struct payload *p, const struct row *row, uint64_t change, bool released, const struct moment *m)
{
	p->size = 0;
	p->bad = false;
	payload_put(p, change, 8);
	put_restriction(p, row, released ? KEPT_RELEASED : 0, m);
}

size_t changes_record(uint8_t out[JOURNAL_RECORD_MAX], const struct row *row, uint64_t change, bool released,
    const struct moment *m)
{
	struct payload p;

	make_change(&p, row, change, released, m);
	return journal_record(out, KEPT_CHANGE, &p);
}

static void make_order(struct payload *p, const struct order *order)
{
	char text[ORDER_TEXT_MAX];

	p->size = 0;
	p->bad = false;
	payload_put_text(p, text, order_write(order, text));
}

size_t changes_order(uint8_t out[JOURNAL_RECORD_MAX], const struct order *order)
{
	struct payload p;

	make_order(&p, order);
	return journal_record(out, KEPT_ORDER, &p);
}

int changes_save(const char *path, const struct partners *table, const struct orders *orders, uint64_t change,
    const struct moment *m)
{
	struct journal_writer w;
	struct payload p;

	journal_create(&w, path, &changes_format);
	for (const struct order *o = orders_next(orders, ""); o; o = orders_next(orders, o->domain.text)) {
		make_order(&p, o);
		journal_put(&w, KEPT_ORDER, &p);
	}
	for (uint32_t i = 0; i < table->count; i++) {
		if (!row_is_restricted(table->rows[i]))
			continue;
		make_change(&p, table->rows[i], change, false, m);
		journal_put(&w, KEPT_CHANGE, &p);
	}
	p = (struct payload){ .size = 0 };
	payload_put(&p, change, 8);
	journal_put(&w, KEPT_ALL, &p);
	return journal_finish(&w, path);
}

/* Records of one type that go on in a further one when one is full. */
struct series {
	struct journal_writer *writer;
	unsigned type;
	struct payload payload;
};

static void series_begin(struct series *s, struct journal_writer *w, unsigned type)
{
	s->writer = w;
	s->type = type;
	s->payload.size = 0;
	s->payload.bad = false;
}

static void series_end(struct series *s)
{
	if (s->payload.size > 0)
		journal_put(s->writer, s->type, &s->payload);
	s->payload.size = 0;
}

static void series_room(struct series *s, size_t octets)
{
	if (sizeof(s->payload.octets) - s->payload.size < octets)
		series_end(s);
}

static void put_targets(struct series *s, struct journal_writer *w, const struct row *row, const struct moment *m)
{
	uint32_t at = 0;
	uint64_t target;
	int64_t time_us;

	series_begin(s, w, KEPT_TARGETS);
	while (contacts_next(&row->record.contacts, &at, &target, &time_us)) {
		series_room(s, KEPT_TARGET_SIZE);
		payload_put(&s->payload, target, 8);
		put_time(&s->payload, m, time_us);
	}
	series_end(s);
}

static void put_answers(struct series *s, struct journal_writer *w, const struct row *row, const struct moment *m)
{
	uint32_t at = 0, successes, failures;
	int64_t time_us;

	series_begin(s, w, KEPT_ANSWERS);
	while (standing_next(&row->record.standing, &at, &time_us, &successes, &failures)) {
		series_room(s, KEPT_ANSWER_SIZE);
		put_time(&s->payload, m, time_us);
		payload_put(&s->payload, successes, 4);
		payload_put(&s->payload, failures, 4);
	}
	series_end(s);
}

/* The ring as window.h describes it. */
static void put_slots(struct series *s, struct journal_writer *w, const struct row *row, const struct moment *m)
{
	const struct window *window = &row->record.window;

	series_begin(s, w, KEPT_SLOTS);
	for (uint32_t i = 0; i < window->count; i++) {
		int64_t slot = window->slots[(uint32_t)(((uint64_t)window->first + i) % window->room)];

		series_room(s, KEPT_SLOT_SIZE);
		put_time(&s->payload, m, (slot - (slot & 1)) / 2);
		payload_put(&s->payload, (uint64_t)(slot & 1), 1);
	}
	series_end(s);
}

static void put_partner(struct journal_writer *w, const struct row *row, const struct moment *m)
{
	struct payload p = { .size = 0 };

	for (int i = 0; i < VERDICTS; i++)
		payload_put(&p, row->verdicts[i], 4);
	put_time(&p, m, row->last_us);
	payload_put(&p, (uint64_t)row->period_us, 8);
	put_restriction(&p, row, 0, m);
	journal_put(w, KEPT_PARTNER, &p);
}

int snapshot_save(const char *path, const struct partners *table, uint64_t change,
    const struct siphash_key *target_key, const struct moment *m)
{
	struct journal_writer w;
	struct series series;
	struct payload p = { .size = 0 };

	journal_create(&w, path, &snapshot_format);
	payload_put(&p, change, 8);
	payload_put_text(&p, target_key->octets, sizeof(target_key->octets));
	journal_put(&w, KEPT_BEGIN, &p);
	for (uint32_t i = 0; i < table->count; i++) {
		put_partner(&w, table->rows[i], m);
		put_targets(&series, &w, table->rows[i], m);
		put_answers(&series, &w, table->rows[i], m);
		put_slots(&series, &w, table->rows[i], m);
	}
	p = (struct payload){ .size = 0 };
	payload_put(&p, table->count, 8);
	journal_put(&w, KEPT_END, &p);
	return journal_finish(&w, path);
}
