#include "trial.h"

#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"

#define OTHERS "(others)"

void trial_init(struct trial *t, size_t rows)
{
	*t = (struct trial) { .room = rows };
	t->rows = alloc_zero(rows, sizeof *t->rows);
	t->places = alloc_zero(2 * rows, sizeof *t->places);
}

void trial_clear(struct trial *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->rows[i].partner);
	free(t->rows);
	free(t->places);
	*t = (struct trial) { 0 };
}

/* --- counting --- */

static bool same_ruling(struct ruling a, struct ruling b)
{
	return a.reason == b.reason && a.waived == b.waived;
}

bool ruling_lets_through(struct ruling r)
{
	enum verdict verdict = reason_row(r.reason)->verdict;

	return r.waived || verdict == VERDICT_FORWARD || verdict == VERDICT_DELAY;
}

static bool is_of(const struct trial_row *row, const char *partner, struct ruling law, struct ruling candidate)
{
	return same_ruling(row->law, law) && same_ruling(row->candidate, candidate) && !strcmp(row->partner, partner);
}

/* FNV-1a: whoever makes up names that meet finds a bounded table. */
static size_t hash_of(const char *partner, struct ruling law, struct ruling candidate)
{
	uint32_t hash = 2166136261u ^ (uint32_t)(law.reason << 8 | candidate.reason);

	for (; *partner; partner++)
		hash = (hash ^ (unsigned char)*partner) * 16777619u;
	return hash;
}

/* NULL: there is no room for one more. A quarter is left to those who share. */
static struct trial_row *row_of(struct trial *t, const char *partner, struct ruling law, struct ruling candidate, struct place rule)
{
	bool shared = !strcmp(partner, OTHERS);
	size_t at = hash_of(partner, law, candidate) % (2 * t->room);
	struct trial_row *row;

	for (; t->places[at]; at = (at + 1) % (2 * t->room))
		if (is_of(&t->rows[t->places[at] - 1], partner, law, candidate))
			return &t->rows[t->places[at] - 1];
	if (t->count == t->room || (!shared && t->count >= t->room - t->room / 4))
		return NULL;
	row = &t->rows[t->count++];
	t->places[at] = t->count;
	*row = (struct trial_row) { .partner = alloc_text(partner), .law = law, .candidate = candidate, .rule = rule };
	return row;
}

void trial_note(struct trial *t, const char *partner, struct ruling law, struct ruling candidate, struct place rule)
{
	struct trial_row *row;

	t->judged++;
	t->law[law.reason][law.waived]++;
	t->candidate[candidate.reason][candidate.waived]++;
	if (same_ruling(law, candidate)) {
		t->same++;
		return;
	}
	t->newly_refused += ruling_lets_through(law) && !ruling_lets_through(candidate);
	t->newly_let_through += !ruling_lets_through(law) && ruling_lets_through(candidate);
	row = row_of(t, partner, law, candidate, rule);
	if (!row)
		row = row_of(t, OTHERS, law, candidate, rule);
	if (row)
		row->count++;
}

/* --- telling --- */

/* First what is refused and was not, then the other way round, then what only has another reason. */
static int rank(const struct trial_row *row)
{
	if (ruling_lets_through(row->law) == ruling_lets_through(row->candidate))
		return 2;
	return ruling_lets_through(row->candidate);
}

static int worse(const void *a, const void *b)
{
	const struct trial_row *x = *(const struct trial_row *const *)a, *y = *(const struct trial_row *const *)b;

	if (rank(x) != rank(y))
		return rank(x) - rank(y);
	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->partner, y->partner);
}

static json_t *ruling_json(struct ruling r)
{
	const struct reason_row *row = reason_row(r.reason);

	return json_pack("{s:s, s:s, s:b}", "verdict", verdict_token(row->verdict), "reason", row->token, "observe", r.waived);
}

static void add_total(const struct trial *t, json_t *to, struct ruling r)
{
	uint64_t law = t->law[r.reason][r.waived], candidate = t->candidate[r.reason][r.waived];
	json_t *row;

	if (!law && !candidate)
		return;
	row = ruling_json(r);
	json_object_set_new(row, "law", json_integer((json_int_t)law));
	json_object_set_new(row, "candidate", json_integer((json_int_t)candidate));
	json_array_append_new(to, row);
}

static json_t *totals_json(const struct trial *t)
{
	json_t *list = json_array();

	for (enum reason r = REASON_NONE; r < REASONS; r++) {
		add_total(t, list, (struct ruling) { r, false });
		add_total(t, list, (struct ruling) { r, true });
	}
	return list;
}

static json_t *row_json(const struct trial_row *row)
{
	char rule[PLACE_TEXT_MAX];
	json_t *candidate = ruling_json(row->candidate);

	json_object_set_new(candidate, "rule", row->rule.file ? json_string(place_text(&row->rule, rule)) : json_null());
	return json_pack("{s:s, s:o, s:o, s:I}", "partner", row->partner, "law", ruling_json(row->law), "candidate", candidate,
	    "count", (json_int_t)row->count);
}

static json_t *rows_json(const struct trial *t)
{
	const struct trial_row **sorted = alloc_zero(t->count + 1, sizeof(*sorted));
	json_t *list = json_array();

	for (size_t i = 0; i < t->count; i++)
		sorted[i] = &t->rows[i];
	qsort(sorted, t->count, sizeof(*sorted), worse);
	for (size_t i = 0; i < t->count; i++)
		json_array_append_new(list, row_json(sorted[i]));
	free(sorted);
	return list;
}

void trial_describe(const struct trial *t, json_t *object)
{
	json_object_set_new(object, "judged", json_integer((json_int_t)t->judged));
	json_object_set_new(object, "same", json_integer((json_int_t)t->same));
	json_object_set_new(object, "newly_refused", json_integer((json_int_t)t->newly_refused));
	json_object_set_new(object, "newly_let_through", json_integer((json_int_t)t->newly_let_through));
	json_object_set_new(object, "totals", totals_json(t));
	json_object_set_new(object, "partners", rows_json(t));
}
