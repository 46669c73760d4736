/* Prometheus' text format, line by line. */
#include <stdlib.h>
#include <string.h>

#include "../../gateway/exposition.h"
#include "unit.h"

static const struct family two_labels = { "things_total", FAMILY_COUNTER, "colour,size", "Things seen." };
static const struct family plain = { "level", FAMILY_GAUGE, "", "How high." };
static const struct family times = { "times_seconds", FAMILY_HISTOGRAM, "", "How long." };

static char *text_of(struct exposition *x)
{
	size_t length;
	char *octets = exposition_take(x, &length), *text = calloc(1, length + 1);

	memcpy(text, octets, length);
	free(octets);
	return text;
}

static void a_family_is_help_type_and_samples(void)
{
	struct exposition x;
	char *text;

	exposition_init(&x, 4096);
	exposition_begin(&x, &two_labels);
	exposition_count(&x, (const char *[]) { "red", "10" }, 3);
	exposition_count(&x, (const char *[]) { "blue", "" }, UINT64_MAX);
	exposition_begin(&x, &plain);
	exposition_number(&x, NULL, -1.5);
	text = text_of(&x);
	CU_ASSERT_STRING_EQUAL(text, "# HELP things_total Things seen.\n# TYPE things_total counter\n"
	    "things_total{colour=\"red\",size=\"10\"} 3\nthings_total{colour=\"blue\",size=\"\"} 18446744073709551615\n"
	    "# HELP level How high.\n# TYPE level gauge\nlevel -1.5\n");
	free(text);
}

static void a_value_cannot_end_its_quotes(void)
{
	struct exposition x;
	char *text;

	exposition_init(&x, 4096);
	exposition_begin(&x, &two_labels);
	x.length = 0;
	exposition_count(&x, (const char *[]) { "a\"} 1\nb \\", "\x1b[0m\xff" }, 1);
	text = text_of(&x);
	CU_ASSERT_STRING_EQUAL(text, "things_total{colour=\"a\\\"} 1\\nb \\\\\",size=\"?[0m?\"} 1\n");
	free(text);
}

static void what_does_not_fit_is_left_out_whole(void)
{
	struct exposition x;
	char *text;

	exposition_init(&x, 60);
	exposition_begin(&x, &plain);
	exposition_count(&x, NULL, 1000000000000);
	exposition_count(&x, NULL, 2);
	text = text_of(&x);
	CU_ASSERT_STRING_EQUAL(text, "# HELP level How high.\n# TYPE level gauge\nlevel 2\n");
	free(text);
	exposition_init(&x, 1024 * 1024);
	exposition_begin(&x, &plain);
	for (int i = 0; i < 200000; i++)
		exposition_count(&x, NULL, 7);
	CU_ASSERT(x.length <= 1024 * 1024 && x.length > 1024 * 1024 - 8);
	text = text_of(&x);
	CU_ASSERT_STRING_EQUAL(text + strlen(text) - 9, "\nlevel 7\n");
	free(text);
}

/* The number on the line that begins so. */
static long after(const char *text, const char *line)
{
	const char *at = strstr(text, line);

	return at && (at == text || at[-1] == '\n') ? strtol(at + strlen(line), NULL, 10) : -1;
}

static void a_histogram_counts_up(void)
{
	struct histogram h = { 0 };
	struct exposition x;
	char *text;

	histogram_add(&h, -5);
	histogram_add(&h, 10);
	histogram_add(&h, 11);
	histogram_add(&h, 2000000);
	histogram_add(&h, 60000000);
	exposition_init(&x, 65536);
	exposition_begin(&x, &times);
	exposition_histogram(&x, &h);
	text = text_of(&x);
	CU_ASSERT_EQUAL(after(text, "times_seconds_bucket{le=\"1e-05\"} "), 2);
	CU_ASSERT_EQUAL(after(text, "times_seconds_bucket{le=\"2.5e-05\"} "), 3);
	CU_ASSERT_EQUAL(after(text, "times_seconds_bucket{le=\"1\"} "), 3);
	CU_ASSERT_EQUAL(after(text, "times_seconds_bucket{le=\"3\"} "), 4);
	CU_ASSERT_EQUAL(after(text, "times_seconds_bucket{le=\"+Inf\"} "), 5);
	CU_ASSERT_EQUAL(after(text, "times_seconds_count "), 5);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\ntimes_seconds_sum 62.000021\n"));
	free(text);
}

CU_TestInfo exposition_tests[] = {
	{ "a family is its help, its type and its samples", a_family_is_help_type_and_samples },
	{ "a label's value cannot end its quotes or its line", a_value_cannot_end_its_quotes },
	{ "what does not fit is left out whole", what_does_not_fit_is_left_out_whole },
	{ "a histogram's buckets count up to all", a_histogram_counts_up },
	CU_TEST_INFO_NULL
};
