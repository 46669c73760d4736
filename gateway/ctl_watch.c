/* Asks for a report every few seconds, and lives longer than the edge does: when there is no answer it says since
 * when, shows the last one, and goes on asking. */
#include "ctl_watch.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctl_grid.h"
#include "ctl_screen.h"
#include "ctl_sort.h"
#include "ctl_sum.h"
#include "ctl_view.h"

#define QUESTION "report\n"
#define PATIENCE_MS 5000
#define HEAD_TOP 4          /* the rows' head */
#define HELP 2              /* lines at the bottom */

struct watch {
	const char *socket;              /* borrowed */
	int64_t every_us, next_us;       /* on the monotonic clock */
	const struct section *rows;      /* the report's grid */
	json_t *report;                  /* the last one; NULL: none yet */
	json_t *sorted;                  /* its rows */
	struct order order;
	size_t first;                    /* row at the top */
	int64_t silent_us;               /* since when there is no answer; 0: there is one */
	enum ctl_end end;                /* CTL_DONE: go on */
	char why[ASK_WHY_MAX];           /* of the end, or of the silence */
	bool quit;
	struct ask ask;
};

static int64_t clock_us(clockid_t which)
{
	struct timespec now;

	clock_gettime(which, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* --- the report --- */

static void sort(struct watch *watch)
{
	json_decref(watch->sorted);
	watch->sorted = rows_sorted(json_object_get(watch->report, watch->rows->list), &watch->order);
}

static void take(struct watch *watch, json_t *report /* taken */)
{
	json_decref(watch->report);
	watch->report = report;
	watch->silent_us = 0;
	json_object_set_new(report, "sums", rows_summed(json_object_get(report, watch->rows->list)));
	sort(watch);
}

static void refused(struct watch *watch, json_t *answer /* taken */)
{
	const json_t *what = json_object_get(answer, "what");
	struct text shown = { 0 };

	safe_put(&shown, json_string_value(what), json_string_length(what), false, ASK_WHY_COLUMNS);
	snprintf(watch->why, sizeof(watch->why), "%s", text_octets(&shown));
	watch->end = CTL_REFUSED;
	text_clear(&shown);
	json_decref(answer);
}

static void silent(struct watch *watch)
{
	snprintf(watch->why, sizeof(watch->why), "%s", watch->ask.why);
	if (watch->ask.end == CTL_USAGE)
		watch->end = CTL_USAGE;
	else if (!watch->silent_us)
		watch->silent_us = clock_us(CLOCK_REALTIME);
}

/* A key that is pressed meanwhile comes first, and then the question again. */
static void ask_again(struct watch *watch)
{
	enum ctl_end end = ask_open(&watch->ask, watch->socket, QUESTION, PATIENCE_MS, STDIN_FILENO);
	json_t *answer = end <= CTL_REFUSED ? ask_object(&watch->ask) : NULL;

	ask_close(&watch->ask);
	if (watch->ask.woken)
		return;
	watch->next_us = clock_us(CLOCK_MONOTONIC) + watch->every_us;
	if (!answer)
		silent(watch);
	else if (end == CTL_REFUSED)
		refused(watch, answer);
	else
		take(watch, answer);
}

/* --- the screen --- */

static void draw_silence(const struct watch *watch, struct page *page)
{
	static const struct column since = { "", NULL, SHOW_WHEN, 0 };
	struct text line = { 0 };
	char time[32];
	time_t seconds = (time_t)(watch->silent_us / 1000000);
	struct tm parts;
	json_t *when;

	strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &parts));
	when = json_string(time);
	text_put(&line, "no answer from the edge since ");
	cell_put(&line, &since, when, page);
	text_format(&line, ": %s", watch->why);
	page_wrap(page, &line, 0, PAINT_BAD);
	json_decref(when);
	text_clear(&line);
}

/* The edge, and what its report comes to; or that there is no answer, and why. */
static void draw_top(const struct watch *watch)
{
	struct region region;

	region_init(&region, 0, HEAD_TOP, clock_us(CLOCK_REALTIME));
	if (watch->silent_us)
		draw_silence(watch, &region.page);
	else if (watch->report)
		view_show(view_of("watch"), &region.page, watch->report);
}

/* What must be known to read the rows right. */
static void draw_notes(const struct watch *watch, struct page *page)
{
	static const struct column note = { "", NULL, SHOW_TEXT, 0 };
	json_t *text;
	size_t i;

	json_array_foreach(json_object_get(watch->report, "notes"), i, text) {
		struct text line = { 0 };

		page_line(page);
		cell_put(&line, &note, text, page);
		page_wrap(page, &line, 0, PAINT_ODD);
		text_clear(&line);
	}
}

static void draw_rows(struct watch *watch)
{
	int height = screen_height() - HEAD_TOP - 1 - HELP;
	struct region head, body;
	int64_t now = clock_us(CLOCK_REALTIME);
	struct grid grid;

	cell_time(json_object_get(watch->report, "time"), &now);
	region_init(&head, HEAD_TOP, 1, now);
	region_init(&body, HEAD_TOP + 1, height, now);
	grid_measure(&grid, watch->rows->columns, watch->rows->count, watch->sorted, &body.page);
	grid_head(&grid, &head.page);
	for (size_t i = watch->first; i < json_array_size(watch->sorted) && body.line < height; i++)
		grid_row(&grid, &body.page, json_array_get(watch->sorted, i));
	if (json_array_size(watch->sorted) == 0 && watch->report) {
		page_put(&body.page, watch->rows->empty, PAINT_PLAIN);
		page_line(&body.page);
	}
	draw_notes(watch, &body.page);
}

static void draw_help(const struct watch *watch)
{
	struct region region;
	struct text line = { 0 };

	region_init(&region, screen_height() - HELP, HELP, 0);
	text_format(&line, "q quit, by %s%s (< > R), sort: w worst", watch->order.by ? watch->order.by->title : "worst",
	    watch->order.turned ? ", turned" : "");
	for (size_t i = 0; i < watch->rows->count; i++)
		if (watch->rows->columns[i].sort)
			text_format(&line, " %c %s", watch->rows->columns[i].sort, watch->rows->columns[i].title);
	page_wrap(&region.page, &line, 0, PAINT_HEAD);
	text_clear(&line);
}

static void draw(struct watch *watch)
{
	screen_blank();
	draw_top(watch);
	draw_rows(watch);
	draw_help(watch);
	screen_show();
}

/* --- keys --- */

static void sort_by(struct watch *watch, const struct column *column)
{
	watch->order.turned = column && column == watch->order.by && !watch->order.turned;
	watch->order.by = column;
	sort(watch);
}

/* The next column that sorts, to the left or to the right; beyond the ends, worst first. */
static void move_order(struct watch *watch, int step)
{
	int count = (int)watch->rows->count;
	int at = watch->order.by ? (int)(watch->order.by - watch->rows->columns) : step > 0 ? -1 : count;

	do
		at += step;
	while (at >= 0 && at < count && !watch->rows->columns[at].sort);
	sort_by(watch, at >= 0 && at < count ? &watch->rows->columns[at] : NULL);
}

static void scroll(struct watch *watch, long step)
{
	long last = (long)json_array_size(watch->sorted) - 1, to = (long)watch->first + step;

	watch->first = to < 0 || last < 0 ? 0 : (size_t)(to < last ? to : last);
}

static void sort_key(struct watch *watch, int key)
{
	for (size_t i = 0; i < watch->rows->count; i++)
		if (key && watch->rows->columns[i].sort == key)
			sort_by(watch, &watch->rows->columns[i]);
}

static void obey(struct watch *watch, int key)
{
	long page = screen_height() - HEAD_TOP - 1 - HELP, all = (long)json_array_size(watch->sorted);

	switch (key) {
	case 'q':
		watch->quit = true;
		break;
	case ' ':
		watch->next_us = 0;
		break;
	case 'w':
		sort_by(watch, NULL);
		break;
	case 'R':
		watch->order.turned = !watch->order.turned;
		sort(watch);
		break;
	case KEY_LEFT_OF:
	case KEY_RIGHT_OF:
		move_order(watch, key == KEY_LEFT_OF ? -1 : 1);
		break;
	case KEY_LINE_UP:
	case KEY_LINE_DOWN:
		scroll(watch, key == KEY_LINE_UP ? -1 : 1);
		break;
	case KEY_PAGE_UP:
	case KEY_PAGE_DOWN:
		scroll(watch, key == KEY_PAGE_UP ? -page : page);
		break;
	case KEY_FIRST:
	case KEY_LAST:
		scroll(watch, key == KEY_FIRST ? -all : all);
		break;
	default:
		sort_key(watch, key);
	}
}

/* A terminal that has gone ends it. */
static void wait_for_key(struct watch *watch)
{
	struct pollfd keys = { .fd = STDIN_FILENO, .events = POLLIN };
	int64_t left = watch->next_us - clock_us(CLOCK_MONOTONIC);

	if (left > 0)
		poll(&keys, 1, (int)(left / 1000) + 1);
	watch->quit = keys.revents & (POLLHUP | POLLERR | POLLNVAL);
}

static bool read_seconds(const char *text, int64_t *us)
{
	char *end;
	double seconds = strtod(text, &end);

	*us = seconds >= 0.1 && seconds <= 86400 ? (int64_t)(seconds * 1e6) : 0;
	return *us && end != text && !*end;
}

enum ctl_end watch_run(const char *socket, const char *seconds, char *why, size_t size)
{
	static struct watch watch;
	const char *trouble;
	int key;

	watch.socket = socket;
	watch.rows = view_grid("report");
	if (!read_seconds(seconds ? seconds : "2", &watch.every_us)) {
		snprintf(why, size, "-n \"%.40s\": seconds between two reports, 0.1 to 86400", seconds);
		return CTL_USAGE;
	}
	if (!screen_open(&trouble)) {
		snprintf(why, size, "%s", trouble);
		return CTL_USAGE;
	}
	while (!watch.quit && watch.end == CTL_DONE) {
		if (clock_us(CLOCK_MONOTONIC) >= watch.next_us)
			ask_again(&watch);
		draw(&watch);
		wait_for_key(&watch);
		while ((key = screen_key()) != -1)
			obey(&watch, key);
	}
	screen_close();
	json_decref(watch.report);
	json_decref(watch.sorted);
	snprintf(why, size, "%s", watch.why);
	return watch.end;
}
