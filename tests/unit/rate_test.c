/* Rates, durations and sizes as people write them. */
#include <string.h>

#include "../../policy/rate.h"
#include "holds.h"
#include "unit.h"

#define MS INT64_C(1000)
#define S (1000 * MS)
#define DAY (86400 * S)

static const struct {
	const char *text, *again; /* the text it is shown as; NULL: refused */
	uint32_t count;
	int64_t period_us;
} rates[] = {
	{ "20/s", "20/s", 20, S },
	{ "1/s", "1/s", 1, S },
	{ "300/5m", "300/5m", 300, 300 * S },
	{ "60/m", "60/m", 60, 60 * S },
	{ "60/60s", "60/m", 60, 60 * S },
	{ "5/1s", "5/s", 5, S },
	{ "9/h", "9/h", 9, 3600 * S },
	{ "9/d", "9/d", 9, DAY },
	{ "9/24h", "9/d", 9, DAY },
	{ "9/90s", "9/90s", 9, 90 * S },
	{ "7/1500ms", "7/1500ms", 7, 1500 * MS },
	{ "7/1ms", "7/ms", 7, MS },
	{ "7/ms", "7/ms", 7, MS },
	{ "100000/s", "100000/s", 100000, S },
	{ "100000/86399999ms", "100000/86399999ms", 100000, DAY - MS },
	{ "100001/s", NULL, 0, 0 },
	{ "4294967316/s", NULL, 0, 0 },
	{ "18446744073709551636/s", NULL, 0, 0 },
	{ "0/s", NULL, 0, 0 },
	{ "-1/s", NULL, 0, 0 },
	{ "+1/s", NULL, 0, 0 },
	{ " 1/s", NULL, 0, 0 },
	{ "1 /s", NULL, 0, 0 },
	{ "1/ s", NULL, 0, 0 },
	{ "1/s ", NULL, 0, 0 },
	{ "20", NULL, 0, 0 },
	{ "20/", NULL, 0, 0 },
	{ "/s", NULL, 0, 0 },
	{ "20s", NULL, 0, 0 },
	{ "20/5", NULL, 0, 0 },
	{ "20/S", NULL, 0, 0 },
	{ "20/w", NULL, 0, 0 },
	{ "20/0s", NULL, 0, 0 },
	{ "20/25h", NULL, 0, 0 },
	{ "20/2d", NULL, 0, 0 },
	{ "0x14/s", NULL, 0, 0 },
	{ "2.5/s", NULL, 0, 0 },
	{ "", NULL, 0, 0 },
};

static void reads_rates(void)
{	for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
		struct rate rate;
		bool good = rate_parse(&rate, rates[i].text);
		char again[RATE_TEXT_MAX];

		rate_text(&rate, again);
		HOLDS(good == (rates[i].again != NULL), rates[i].text);
		HOLDS(rate.count == rates[i].count && rate.period_us == rates[i].period_us, rates[i].text);
		HOLDS(strcmp(again, rates[i].again ? rates[i].again : "-") == 0, rates[i].text);
	}
}

static const struct {
	const char *text, *again;
	int64_t us;
} durations[] = {
	{ "0s", "0s", 0 },
	{ "0d", "0s", 0 },
	{ "1ms", "1ms", MS },
	{ "50ms", "50ms", 50 * MS },
	{ "2000ms", "2s", 2 * S },
	{ "30s", "30s", 30 * S },
	{ "300s", "5m", 300 * S },
	{ "15m", "15m", 900 * S },
	{ "90m", "90m", 5400 * S },
	{ "24h", "1d", DAY },
	{ "7d", "7d", 7 * DAY },
	{ "3650d", "3650d", 3650 * DAY },
	{ "315360000000ms", "3650d", 3650 * DAY },
	{ "3651d", NULL, 0 },
	{ "315360000001ms", NULL, 0 },
	{ "87601h", NULL, 0 },
	{ "106751992d", NULL, 0 },
	{ "213503983d", NULL, 0 },
	{ "9223372036854775807d", NULL, 0 },
	{ "18446744073709551617s", NULL, 0 },
	{ "99999999999999999999999s", NULL, 0 },
	{ "5", NULL, 0 },
	{ "s", NULL, 0 },
	{ "", NULL, 0 },
	{ "-5s", NULL, 0 },
	{ "5 s", NULL, 0 },
	{ "5s ", NULL, 0 },
	{ "1.5s", NULL, 0 },
	{ "5S", NULL, 0 },
	{ "5us", NULL, 0 },
	{ "1h30m", NULL, 0 },
};

static void reads_durations(void)
{	for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
		int64_t us = -1;
		bool good = duration_parse(&us, durations[i].text);
		char again[RATE_TEXT_MAX];

		duration_text(us, again);
		HOLDS(good == (durations[i].again != NULL) && us == durations[i].us, durations[i].text);
		HOLDS(!good || strcmp(again, durations[i].again) == 0, durations[i].text);
	}
}

static void reads_sizes(void)
{
	static const struct {
		const char *text;
		bool good;
		uint64_t size;
	} rows[] = {
		{ "0", true, 0 },
		{ "512", true, 512 },
		{ "1k", true, 1024 },
		{ "64k", true, 65536 },
		{ "4M", true, 4194304 },
		{ "1G", true, 1073741824 },
		{ "1T", true, UINT64_C(1099511627776) },
		{ "1024G", true, UINT64_C(1099511627776) },
		{ "1099511627776", true, UINT64_C(1099511627776) },
		{ "1099511627777", false, 0 },
		{ "1025G", false, 0 },
		{ "2T", false, 0 },
		{ "16777216T", false, 0 },
		{ "18446744073709551616", false, 0 },
		{ "18446744073709551617k", false, 0 },
		{ "4m", false, 0 },
		{ "64K", false, 0 },
		{ "1g", false, 0 },
		{ "1kB", false, 0 },
		{ "1 k", false, 0 },
		{ "k", false, 0 },
		{ "", false, 0 },
		{ "-1", false, 0 },
		{ "1.5k", false, 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint64_t size = 7;

		HOLDS(size_parse(&size, rows[i].text) == rows[i].good && size == rows[i].size, rows[i].text);
	}
}

static void shows_what_no_file_says(void)
{
	static const struct {
		int64_t us;
		const char *text;
	} rows[] = {
		{ 1, "1ms" }, { 999, "1ms" }, { 1001, "2ms" }, { S + 1, "1001ms" }, { -1, "0s" }, { INT64_MIN, "0s" },
		{ INT64_MAX, "9223372036854776ms" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[RATE_TEXT_MAX];

		duration_text(rows[i].us, text);
		HOLDS(strcmp(text, rows[i].text) == 0, rows[i].text);
	}
}

CU_TestInfo rate_tests[] = {
	{ "a rate is a count and a time, and reads back the same", reads_rates },
	{ "a duration is a whole number and a unit, up to ten years", reads_durations },
	{ "a size is a number with k, M, G or T, up to 1T", reads_sizes },
	{ "a time that no file says is shown no shorter than it is", shows_what_no_file_says },
	CU_TEST_INFO_NULL
};
