/* The word that was meant: the fewest letters added, lost, changed or swapped. */
#include "spell.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define WORD_MAX 63 /* longer words are not ours, nor slips of one */

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Capitals are no slips. */
static bool is_same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Optimal string alignment distance, three rows of the matrix at a time. */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned rows[3][WORD_MAX + 1];
	unsigned *before = rows[0], *last = rows[1], *now = rows[2];

	memset(rows, 0, sizeof(rows));
	for (unsigned j = 0; j <= b_length; j++)
		last[j] = j;
	for (unsigned i = 1; i <= a_length; i++) {
		unsigned *spare = before;

		now[0] = i;
		for (unsigned j = 1; j <= b_length; j++) {
			unsigned changed = !is_same(a[i - 1], b[j - 1]);

			now[j] = least(last[j - 1] + changed, least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && is_same(a[i - 1], b[j - 2]) && is_same(a[i - 2], b[j - 1]))
				now[j] = least(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[b_length];
}

void spell_init(struct spell *spell, const char *word)
{
	spell->word = word;
	spell->nearest = NULL;
	/* One slip in three letters, and one: more is another word. */
	spell->distance = (unsigned)(strnlen(word, WORD_MAX) / 3 + 2);
}

void spell_try(struct spell *spell, const char *candidate)
{
	size_t a = strlen(spell->word), b = strlen(candidate);
	unsigned slips;

	if (a > WORD_MAX || b > WORD_MAX)
		return;
	slips = distance(spell->word, a, candidate, b);
	if (a >= 3 && a < b && strncasecmp(spell->word, candidate, a) == 0)
		slips = 1; /* cut short: "warn" */
	if (slips < spell->distance && slips < b) {
		spell->distance = slips;
		spell->nearest = candidate;
	}
}
