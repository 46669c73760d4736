/* Two laws side by side, as a person reads them. What is read is an object of trial_describe's. */
#include <string.h>

#include "trial.h"

static long long number(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

static const char *text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "-";
}

/* "refuse rate-limit", "refuse rate-limit (observed)" */
static const char *ruling_text(const json_t *ruling, char *out, size_t size)
{
	snprintf(out, size, "%s %s%s", text(ruling, "verdict"), text(ruling, "reason"),
	    json_is_true(json_object_get(ruling, "observe")) ? " (observed)" : "");
	return out;
}

static int widest_partner(const json_t *rows)
{
	size_t most = strlen("partner"), at;
	const json_t *row;

	json_array_foreach(rows, at, row)
		if (strlen(text(row, "partner")) > most)
			most = strlen(text(row, "partner"));
	return (int)most;
}

static void print_totals(FILE *out, const json_t *totals)
{
	char words[100];
	const json_t *row;
	size_t at;

	fprintf(out, "\n%-36s %10s %10s\n", "", "law", "candidate");
	json_array_foreach(totals, at, row)
		fprintf(out, "%-36s %10lld %10lld\n", ruling_text(row, words, sizeof words), number(row, "law"), number(row, "candidate"));
}

static void print_rows(FILE *out, const json_t *rows)
{
	char law[100], candidate[100];
	int width = widest_partner(rows);
	const json_t *row;
	size_t at;

	if (!json_array_size(rows))
		return;
	fprintf(out, "\n%-*s  %-26s %-26s %10s  %s\n", width, "partner", "law", "candidate", "count", "rule");
	json_array_foreach(rows, at, row)
		fprintf(out, "%-*s  %-26s %-26s %10lld  %s\n", width, text(row, "partner"),
		    ruling_text(json_object_get(row, "law"), law, sizeof law),
		    ruling_text(json_object_get(row, "candidate"), candidate, sizeof candidate), number(row, "count"),
		    text(json_object_get(row, "candidate"), "rule"));
}

void trial_print(FILE *out, const json_t *object)
{
	long long other = number(object, "judged") - number(object, "same") - number(object, "newly_refused") - number(object, "newly_let_through");

	fprintf(out, "%lld requests judged: %lld alike, %lld refused that the law lets through, %lld let through that it refuses, "
	    "%lld for another reason\n", number(object, "judged"), number(object, "same"), number(object, "newly_refused"),
	    number(object, "newly_let_through"), other);
	print_totals(out, json_object_get(object, "totals"));
	print_rows(out, json_object_get(object, "partners"));
}
