#include "tally.h"

const char *answered_token(enum answered how)
{
	static const char *const tokens[ANSWERS] = {
		"success", "failure", "neutral", "provisional", "late", "unasked", "nobody", "none"
	};

	return tokens[how];
}
