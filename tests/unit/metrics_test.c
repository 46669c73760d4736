/* metrics.def and those who speak of it: the manual, the board, the alerts. */
#include <ctype.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../gateway/metrics.h"
#include "scratch.h"
#include "unit.h"

#ifndef SOURCES
#define SOURCES "."
#endif

static char *read_source(const char *name)
{
	char path[4096];
	size_t size;
	char *text;

	snprintf(path, sizeof path, "%s/%s", SOURCES, name);
	text = scratch_read(path, &size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	text[size] = '\0';
	return text;
}

static void the_manual_has_each(void)
{
	char *manual = read_source("man/fedgate-metrics.7"), item[600];
	size_t count;
	const struct family *f = metrics_families(&count);
	unsigned items = 0;

	for (size_t i = 0; i < count; i++) {
		bool plain = f[i].labels[0] == '\0';

		snprintf(item, sizeof item, "\n.It Li %s%s%s%s Pq %s\n%s\n", f[i].name, plain ? "" : "{", f[i].labels, plain ? "" : "}",
		    family_type_token(f[i].type), f[i].help);
		if (!strstr(manual, item))
			printf("\n    not in the manual as it is: %s", f[i].name);
		CU_ASSERT_PTR_NOT_NULL(strstr(manual, item));
	}
	for (const char *at = manual; (at = strstr(at, "\n.It Li ")); at++)
		items++;
	CU_ASSERT_EQUAL(items, count);
	free(manual);
}

/* fedgate_x, process_x; of a histogram its three series. */
static bool is_known(const char *name, size_t length)
{
	static const char *const series[] = { "_bucket", "_sum", "_count" };
	size_t count;
	const struct family *f = metrics_families(&count);

	for (size_t i = 0; i < count; i++) {
		size_t own = strlen(f[i].name);

		if (length < own || strncmp(name, f[i].name, own) != 0)
			continue;
		if (f[i].type != FAMILY_HISTOGRAM && length == own)
			return true;
		for (size_t s = 0; f[i].type == FAMILY_HISTOGRAM && s < 3; s++)
			if (length == own + strlen(series[s]) && strncmp(name + own, series[s], length - own) == 0)
				return true;
	}
	return false;
}

static bool in_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* How many names stand in there; each is looked up. */
static unsigned names_in(const char *at, const char *end)
{
	unsigned found = 0;

	while (at < end) {
		size_t length = 0;

		while (at + length < end && in_name(at[length]))
			length++;
		if ((length > 8 && strncmp(at, "fedgate_", 8) == 0) || (length > 8 && strncmp(at, "process_", 8) == 0)) {
			if (!is_known(at, length))
				printf("\n    no such metric: %.*s", (int)length, at);
			CU_ASSERT_TRUE(is_known(at, length));
			found++;
		}
		at += length ? length : 1;
	}
	return found;
}

static void the_alerts_name_nothing_else(void)
{
	char *text = read_source("deploy/prometheus/alerts.yml");
	unsigned rules = 0;

	for (const char *at = text; (at = strstr(at, "- alert: ")); at++)
		rules++;
	CU_ASSERT(names_in(text, text + strlen(text)) > rules);
	CU_ASSERT(rules > 5);
	free(text);
}

static void the_board_names_nothing_else(void)
{
	char *text = read_source("deploy/grafana/fedgate.json");
	json_t *board = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	CU_ASSERT(names_in(text, text + strlen(text)) > 20);
	CU_ASSERT(json_array_size(json_object_get(board, "panels")) > 10);
	json_decref(board);
	free(text);
}

CU_TestInfo metrics_tests[] = {
	{ "each metric stands in fedgate-metrics(7) with its labels, type and help, and no other", the_manual_has_each },
	{ "the alerts name metrics that there are", the_alerts_name_nothing_else },
	{ "the board is JSON, and names metrics that there are", the_board_names_nothing_else },
	CU_TEST_INFO_NULL
};
