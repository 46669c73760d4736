/* Numbers with units, read strictly: no sign, no blank, nothing behind. What
 * would overflow is too large, never wrapped. */
#include "rate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MS_US INT64_C(1000)
#define S_US (1000 * MS_US)
#define M_US (60 * S_US)
#define H_US (60 * M_US)
#define D_US (24 * H_US)

#define COUNT_MAX 100000
#define DURATION_MAX_US (3650 * D_US)
#define SIZE_MOST (UINT64_C(1) << 40)

/* From the longest on: the first that divides a time gives its shortest text. */
static const struct unit {
	const char *name;
	int64_t us;
} units[] = { { "d", D_US }, { "h", H_US }, { "m", M_US }, { "s", S_US }, { "ms", MS_US } };

#define UNITS (sizeof units / sizeof units[0])

/* Reads digits, at least one and at most `most`; returns what is behind, or NULL. */
static const char *read_number(uint64_t *out, const char *text, uint64_t most)
{
	const char *at = text;
	uint64_t number = 0;

	for (; *at >= '0' && *at <= '9'; at++) {
		uint64_t digit = (uint64_t)(*at - '0');

		if (number > (most - digit) / 10)
			return NULL;
		number = number * 10 + digit;
	}
	*out = number;
	return at == text ? NULL : at;
}

static const struct unit *unit_named(const char *name)
{
	for (size_t i = 0; i < UNITS; i++) {
		if (strcmp(units[i].name, name) == 0)
			return &units[i];
	}
	return NULL;
}

bool duration_parse(int64_t *out_us, const char *text)
{
	const struct unit *unit;
	uint64_t number;
	const char *behind = read_number(&number, text, INT64_MAX);

	*out_us = 0;
	if (!behind)
		return false;
	unit = unit_named(behind);
	if (!unit || number > (uint64_t)(DURATION_MAX_US / unit->us))
		return false;
	*out_us = (int64_t)number * unit->us;
	return true;
}

static bool read_period(int64_t *out_us, const char *text)
{
	const struct unit *unit = unit_named(text);

	if (unit) {
		*out_us = unit->us;
		return true;
	}
	return duration_parse(out_us, text) && *out_us >= MS_US && *out_us <= D_US;
}

bool rate_parse(struct rate *out, const char *text)
{
	uint64_t count;
	const char *behind = read_number(&count, text, COUNT_MAX);
	struct rate read = { 0 };
	bool good;

	good = behind && count > 0 && *behind == '/' && read_period(&read.period_us, behind + 1);
	if (good)
		read.count = (uint32_t)count;
	*out = good ? read : (struct rate){ 0 };
	return good;
}

struct rate rate_share(const struct rate *rate, unsigned edges)
{
	if (edges < 2 || rate->count == 0)
		return *rate;
	if (rate->count < edges)
		return (struct rate){ 1, rate->period_us * edges };
	return (struct rate){ rate->count / edges, rate->period_us };
}

/* How far the suffix shifts; -1: it is none. */
static int size_shift(const char *suffix)
{
	static const char suffixes[] = "kMGT";
	const char *found;

	if (*suffix == '\0')
		return 0;
	found = strchr(suffixes, *suffix);
	if (!found || suffix[1] != '\0')
		return -1;
	return 10 * (int)(found - suffixes + 1);
}

bool size_parse(uint64_t *out, const char *text)
{
	uint64_t number;
	const char *behind = read_number(&number, text, SIZE_MOST);
	int shift = behind ? size_shift(behind) : -1;

	*out = 0;
	if (shift < 0 || number > SIZE_MOST >> shift)
		return false;
	*out = number << shift;
	return true;
}

static const struct unit *longest_unit(int64_t us)
{
	const struct unit *unit = units;

	while (us % unit->us != 0)
		unit++;
	return unit;
}

void duration_text(int64_t us, char out[RATE_TEXT_MAX])
{
	int64_t part = us % MS_US;
	const struct unit *unit;

	if (us <= 0) {
		snprintf(out, RATE_TEXT_MAX, "0s");
		return;
	}
	if (part > 0) {
		snprintf(out, RATE_TEXT_MAX, "%" PRId64 "ms", us / MS_US + 1);
		return;
	}
	unit = longest_unit(us);
	snprintf(out, RATE_TEXT_MAX, "%" PRId64 "%s", us / unit->us, unit->name);
}

void rate_text(const struct rate *rate, char out[RATE_TEXT_MAX])
{
	char period[RATE_TEXT_MAX];
	const char *shown = period;

	if (rate->count == 0) {
		snprintf(out, RATE_TEXT_MAX, "-");
		return;
	}
	duration_text(rate->period_us, period);
	if (period[0] == '1' && unit_named(period + 1))
		shown = period + 1;
	snprintf(out, RATE_TEXT_MAX, "%" PRIu32 "/%.*s", rate->count, RATE_TEXT_MAX - 12, shown);
}
