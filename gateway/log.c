/* The log for people. The one state of its own that the process has beside the
 * edge: a line must be possible from anywhere, also before there is an edge. Writing never
 * waits: whoever reads our stderr may stop reading, and calls must go on. */
#include "log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

/* Under PIPE_BUF: a pipe takes such a line whole or not at all. */
#define LINE_MAX_OCTETS 2048

static struct {
	enum log_level least;
	bool journal;
	uint64_t dropped;
} state = { LEVEL_INFO, false, 0 };

void log_open(enum log_level least)
{
	state.least = least;
	state.journal = getenv("JOURNAL_STREAM") != NULL;
}

static size_t prefix(char out[CLOCK_TEXT_MAX + 2], enum log_level level)
{
	static const int priorities[] = { 3, 4, 6, 7 }; /* RFC 5424 */

	if (state.journal)
		return (size_t)snprintf(out, CLOCK_TEXT_MAX, "<%d>", priorities[level]);
	clock_text(clock_wall_us(), out);
	strcat(out, " ");
	return strlen(out);
}

/* Asking first, and not O_NONBLOCK: that flag belongs to the open file, which
 * we may share with a shell or with other services. */
static bool emit(const char *line, size_t length)
{
	struct pollfd ready = { .fd = STDERR_FILENO, .events = POLLOUT };
	ssize_t written;

	if (poll(&ready, 1, 0) != 1 || ready.revents != POLLOUT)
		return false; /* full, closed, or a pipe that nobody reads: that would be a SIGPIPE */
	do {
		written = write(STDERR_FILENO, line, length);
	} while (written < 0 && errno == EINTR);
	return written == (ssize_t)length;
}

/* One line, escaped, with what stands in front of it. */
static bool put(enum log_level level, const char *text)
{
	char line[LINE_MAX_OCTETS];
	size_t at = prefix(line, level);

	for (; *text; text++) {
		unsigned char octet = (unsigned char)*text;

		if (at + sizeof("\\xNN...\n") > sizeof(line)) {
			memcpy(line + at, "...", 3);
			at += 3;
			break;
		}
		if (octet >= 0x20 && octet < 0x7f)
			line[at++] = (char)octet;
		else
			at += (size_t)sprintf(line + at, "\\x%02x", octet);
	}
	line[at++] = '\n';
	return emit(line, at);
}

void log_line(enum log_level level, const char *format, ...)
{
	char text[LINE_MAX_OCTETS];
	va_list arguments;

	if (level > state.least)
		return;
	va_start(arguments, format);
	if (vsnprintf(text, sizeof(text), format, arguments) < 0)
		text[0] = '\0';
	va_end(arguments);
	if (state.dropped) {
		char note[80];

		snprintf(note, sizeof(note), "log: %llu lines were lost: nobody read them",
		    (unsigned long long)state.dropped);
		if (!put(LEVEL_WARNING, note)) {
			state.dropped++;
			return;
		}
		state.dropped = 0;
	}
	if (!put(level, text))
		state.dropped++;
}

/* How one octet is written, the same in a log line and in JSON. */
static size_t quote_octet(char out[8], unsigned char octet)
{
	if (octet == '"' || octet == '\\')
		return (size_t)sprintf(out, "\\%c", octet);
	if (octet >= 0x20 && octet < 0x7f) {
		out[0] = (char)octet;
		return 1;
	}
	return (size_t)sprintf(out, "\\u%04x", octet);
}

const char *log_quote(char *out, size_t size, const char *text, size_t length)
{
	size_t at = 0, whole = 0; /* whole: where a cut leaves room for the dots */

	if (size == 0)
		return "";
	for (size_t i = 0; i < length; i++) {
		char piece[8];
		size_t octets = quote_octet(piece, (unsigned char)text[i]);

		if (at + octets + 1 > size) {
			size_t dots = size - 1 - whole < 3 ? size - 1 - whole : 3;

			memcpy(out + whole, "...", dots);
			out[whole + dots] = '\0';
			return out;
		}
		memcpy(out + at, piece, octets);
		at += octets;
		if (at + 4 <= size)
			whole = at;
	}
	out[at] = '\0';
	return out;
}
