/* Reads the log of the internal server and says whether a limit was kept: in
 * any window of P seconds, wherever it starts, at most N requests; and how many
 * of the slots that the limit offers were used. It judges arrivals, which lie
 * a little behind the slots: --slack makes the window that much shorter. */
#include "sip.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"usage: windowcheck --limit N [--period SECONDS] [--domain D]... [--method M]... [--slack MS] [--all]\n"
	"                   [--since US] [--until US] [--span SECONDS] [--least SHARE] [LOG]\n"
	"\n"
	"Counts the requests in the log of nexthop (the standard input without LOG) whose From is in one of the domains\n"
	"(exactly; default: all) and says:\n"
	"  most COUNT in P s at TIME            the worst window [TIME, TIME + P); TIME in seconds as in the log\n"
	"  used COUNT of SLOTS slots in S s: SHARE\n"
	"The span is the whole periods between the first request and the last, or --span seconds from the first.\n"
	"The ACK of a refused INVITE is not counted, but with --all. --since and --until: time_us, the end excluded.\n"
	"Exit: 0 kept, 1 over the limit or below --least, 2 usage, 3 no request at all was found.\n";

static const struct option options[] = {
	{ "limit", required_argument, NULL, 'n' }, { "period", required_argument, NULL, 'p' },
	{ "domain", required_argument, NULL, 'd' }, { "method", required_argument, NULL, 'm' },
	{ "slack", required_argument, NULL, 's' }, { "all", no_argument, NULL, 'a' },
	{ "since", required_argument, NULL, 'f' }, { "until", required_argument, NULL, 'u' },
	{ "span", required_argument, NULL, 'S' }, { "least", required_argument, NULL, 'l' },
	{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
};

enum { NAMES = 32 };

struct names {
	const char *name[NAMES];     /* borrowed */
	size_t      count;
};

struct check {
	size_t       limit;
	int64_t      period_us, slack_us, since_us, until_us, span_us;
	double       least;
	bool         all;
	struct names domains, methods;
	int64_t     *times;          /* owned */
	size_t       count, room;
};

static void usage(const char *word)
{
	fprintf(stderr, "windowcheck: cannot use \"%s\"; see windowcheck --help\n", word);
	exit(2);
}

/* The value behind a key of the log: a number, or what is between the quotes. A
 * quote in a value is written as \u0022 there, so the key is found only where it is one. */
static bool member(struct slice line, const char *key, struct slice *value)
{
	char wanted[40];
	const char *found;
	int length = snprintf(wanted, sizeof wanted, "\"%s\":", key);

	found = memmem(line.at, line.length, wanted, (size_t)length);
	if (found == NULL)
		return false;
	*value = slice_from(line, (size_t)(found - line.at) + (size_t)length);
	if (value->length > 0 && value->at[0] == '"') {
		*value = slice_from(*value, 1);
		*value = slice_until(value, '"');
	} else {
		size_t digits = 0;

		while (digits < value->length && value->at[digits] >= '0' && value->at[digits] <= '9')
			digits++;
		value->length = digits;
	}
	return true;
}

static bool named(const struct names *names, struct slice word)
{
	for (size_t i = 0; i < names->count; i++)
		if (slice_is(word, names->name[i]))
			return true;
	return names->count == 0;
}

static bool counts(const struct check *c, struct slice line)
{
	struct slice method, from, status;

	if (!member(line, "method", &method) || !named(&c->methods, method))
		return false;
	if (!c->all && member(line, "acknowledges", &status) && slice_number(status) >= 300)
		return false;
	return member(line, "from", &from) && named(&c->domains, sip_host(sip_uri_of(from)));
}

static void take_line(struct check *c, struct slice line)
{
	struct slice value;
	int64_t time_us;

	if (!member(line, "time_us", &value) || !counts(c, line))
		return;
	time_us = slice_number(value);
	if (time_us < c->since_us || time_us >= c->until_us)
		return;
	if (c->count == c->room) {
		c->room = c->room * 2 + 1024;
		c->times = must(realloc(c->times, c->room * sizeof *c->times));
	}
	c->times[c->count++] = time_us;
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static bool judge_windows(const struct check *c)
{
	size_t most = 0, at = 0, end = 0;

	for (size_t start = 0; start < c->count; start++) {
		while (end < c->count && c->times[end] - c->times[start] < c->period_us - c->slack_us)
			end++;
		if (end - start > most) {
			most = end - start;
			at = start;
		}
	}
	printf("most %zu in %g s at %.6f\n", most, (double)c->period_us / 1e6, (double)c->times[at] / 1e6);
	return most <= c->limit;
}

static bool judge_use(const struct check *c)
{
	int64_t first = c->times[0], last = c->times[c->count - 1];
	int64_t whole = (last - first) / c->period_us;
	int64_t span = c->span_us ? c->span_us : (whole ? whole : 1) * c->period_us;
	double slots = (double)c->limit * (double)span / (double)c->period_us;
	size_t used = 0;

	while (used < c->count && c->times[used] < first + span)
		used++;
	printf("used %zu of %.0f slots in %.3f s: %.3f\n", used, slots, (double)span / 1e6, (double)used / slots);
	return (double)used / slots >= c->least;
}

static double amount(const char *word)
{
	char *end;
	double value = strtod(word, &end);

	if (end == word || value < 0 || (*end != '\0' && strcmp(end, "s") != 0))
		usage(word);
	return value;
}

static void add_name(struct names *names, const char *word)
{
	if (names->count == NAMES)
		usage(word);
	names->name[names->count++] = word;
}

static void set_option(struct check *c, int option, const char *value)
{
	switch (option) {
	case 'n': c->limit = (size_t)amount(value); break;
	case 'p': c->period_us = (int64_t)(amount(value) * 1e6); break;
	case 'd': add_name(&c->domains, value); break;
	case 'm': add_name(&c->methods, value); break;
	case 's': c->slack_us = (int64_t)(amount(value) * 1e3); break;
	case 'a': c->all = true; break;
	case 'f': c->since_us = (int64_t)amount(value); break;
	case 'u': c->until_us = (int64_t)amount(value); break;
	case 'S': c->span_us = (int64_t)(amount(value) * 1e6); break;
	case 'l': c->least = amount(value); break;
	case 'h': fputs(help, stdout); exit(0);
	default: exit(2);
	}
}

static int run(struct check *c, const char *file)
{
	struct text log = { 0 };
	struct slice rest;
	bool kept = false;

	if (!text_read_file(&log, file)) {
		fprintf(stderr, "windowcheck: %s cannot be read\n", file);
		text_clear(&log);
		return 2;
	}
	for (rest = text_slice(&log); rest.length > 0;)
		take_line(c, slice_until(&rest, '\n'));
	text_clear(&log);
	if (c->count == 0) {
		fputs("windowcheck: no request was found\n", stderr);
		return 3;
	}
	qsort(c->times, c->count, sizeof *c->times, by_time);
	kept = judge_windows(c);
	kept = judge_use(c) && kept;
	free(c->times);
	return kept ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct check check = { .period_us = 1000000, .until_us = INT64_MAX };
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
		set_option(&check, option, optarg);
	if (check.limit == 0)
		usage("--limit");
	if (check.period_us <= check.slack_us)
		usage("--period");
	if (optind + 1 < argc)
		usage(argv[optind + 1]);
	return run(&check, optind < argc ? argv[optind] : "-");
}
