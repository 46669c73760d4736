/* Lines of text for people, on a stream. */
#include "ctl_page.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static const char *const sgr[PAINTS] = {
	[PAINT_HEAD] = "\033[1m", [PAINT_GOOD] = "\033[32m", [PAINT_ODD] = "\033[33m", [PAINT_BAD] = "\033[31m",
};

/* Classes, verdicts, outcomes, states. A word that is not here is plain. */
static const struct { const char *word; enum paint paint; } painted[] = {
	{ "allowed", PAINT_GOOD }, { "forward", PAINT_GOOD }, { "good", PAINT_GOOD }, { "passed", PAINT_GOOD },
	{ "serving", PAINT_GOOD },
	{ "suspicious", PAINT_ODD }, { "delay", PAINT_ODD }, { "drained", PAINT_ODD }, { "stopping", PAINT_ODD },
	{ "watched", PAINT_BAD }, { "blocked", PAINT_BAD }, { "refuse", PAINT_BAD }, { "drop", PAINT_BAD },
	{ "trouble", PAINT_BAD },
	{ "decided", PAINT_HEAD }, { "waived", PAINT_ODD },
};

enum paint paint_of(const char *word)
{
	for (size_t i = 0; i < sizeof(painted) / sizeof(painted[0]); i++)
		if (strcmp(word, painted[i].word) == 0)
			return painted[i].paint;
	return PAINT_PLAIN;
}

static void stream_put(struct page *page, const char *octets, size_t length, enum paint paint)
{
	struct stream_page *on = (struct stream_page *)page;
	bool coloured = on->colours && paint != PAINT_PLAIN;

	if (coloured)
		fputs(sgr[paint], on->out);
	fwrite(octets, 1, length, on->out);
	if (coloured)
		fputs("\033[0m", on->out);
}

static void stream_end_line(struct page *page)
{
	fputc('\n', ((struct stream_page *)page)->out);
}

/* The terminal's own width, else what COLUMNS says, else eighty. */
static size_t terminal_width(int fd)
{
	struct winsize size;
	const char *columns = getenv("COLUMNS");
	long said = columns ? strtol(columns, NULL, 10) : 0;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return said > 0 && said < 10000 ? (size_t)said : 80;
}

static bool wants_colours(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(no && *no) && term && *term && strcmp(term, "dumb") != 0;
}

void stream_page_init(struct stream_page *on, FILE *out)
{
	bool terminal = isatty(fileno(out)) == 1;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	*on = (struct stream_page){ .out = out, .colours = terminal && wants_colours(),
		.page = { .put = stream_put, .end_line = stream_end_line, .width = terminal ? terminal_width(fileno(out)) : 0,
		    .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
		    .now_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 } };
}

void page_text(struct page *page, const struct text *text, enum paint paint)
{
	page->put(page, text_octets(text), text->length, paint);
	page->column += text->columns;
}

void page_put(struct page *page, const char *ascii, enum paint paint)
{
	size_t length = strlen(ascii);

	page->put(page, ascii, length, paint);
	page->column += length;
}

void page_pad(struct page *page, size_t column)
{
	static const char blanks[] = "                                ";

	while (page->column < column) {
		size_t some = column - page->column < sizeof(blanks) - 1 ? column - page->column : sizeof(blanks) - 1;

		page->put(page, blanks, some, PAINT_PLAIN);
		page->column += some;
	}
}

void page_line(struct page *page)
{
	page->end_line(page);
	page->column = 0;
	page->begun = true;
}

/* Columns of some octets: of UTF-8, the continuations take none. (Wide letters count as one here: a line may
 * then be a little too long, and the terminal wraps it.) */
static size_t columns_of(const char *octets, size_t length)
{
	size_t columns = 0;

	for (size_t i = 0; i < length; i++)
		columns += ((unsigned char)octets[i] & 0xc0) != 0x80;
	return columns;
}

void page_wrap(struct page *page, const struct text *text, size_t indent, enum paint paint)
{
	bool blank = false;

	for (const char *word = text_octets(text); *word;) {
		size_t length = strcspn(word, " "), columns = columns_of(word, length);

		if (page->width && page->column > indent && page->column + blank + columns > page->width) {
			page_line(page);
			page_pad(page, indent);
			blank = false;
		}
		if (blank)
			page_put(page, " ", PAINT_PLAIN);
		page->put(page, word, length, paint);
		page->column += columns;
		blank = word[length] == ' ';
		word += length + strspn(word + length, " ");
	}
}
