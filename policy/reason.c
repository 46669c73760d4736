/* The table of reasons, made from reason.def. */
#include "reason.h"

#include <string.h>

static const struct reason_row rows[REASONS] = {
	[REASON_NONE] = { 0, "none", VERDICT_REFUSE, 500, "nothing has been decided" },
#define REASON(name, number, token, verdict, status, sentence) \
	[REASON_##name] = { number, token, VERDICT_##verdict, status, sentence },
#include "reason.def"
#undef REASON
};

static const char *const verdict_tokens[VERDICTS] = {
	[VERDICT_FORWARD] = "forward",
	[VERDICT_DELAY] = "delay",
	[VERDICT_REFUSE] = "refuse",
	[VERDICT_DROP] = "drop",
};

const struct reason_row *reason_row(enum reason reason)
{
	return &rows[reason < REASONS ? reason : REASON_NONE];
}

enum reason reason_named(const char *token)
{
	for (enum reason r = REASON_NONE + 1; r < REASONS; r++)
		if (strcmp(rows[r].token, token) == 0)
			return r;
	return REASON_NONE;
}

const char *verdict_token(enum verdict verdict)
{
	return verdict_tokens[verdict];
}
