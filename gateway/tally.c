#include "tally.h"

#include <inttypes.h>

#include "log.h"

const char *answered_token(enum answered how)
{
	static const char *const tokens[ANSWERS] = {
		"success", "failure", "neutral", "provisional", "late", "unasked", "nobody", "none"
	};

	return tokens[how];
}

uint64_t tally_total(const struct tally *t, enum reason reason)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < CLASSES; i++)
		sum += t->totals[reason][i];
	return sum;
}

void tally_say(const struct tally *t)
{
	for (enum reason r = REASON_NONE + 1; r < REASONS; r++)
		if (tally_total(t, r))
			log_line(LEVEL_INFO, "total: %s %s: %" PRIu64, verdict_token(reason_row(r)->verdict), reason_row(r)->token, tally_total(t, r));
	for (enum answered i = 0; i < ANSWERS; i++)
		if (t->answers[i])
			log_line(LEVEL_INFO, "total: responses %s: %" PRIu64, answered_token(i), t->answers[i]);
	log_line(LEVEL_INFO, "total: handshakes: %" PRIu64 ", failed: %" PRIu64, t->handshakes, t->failed_handshakes);
}
