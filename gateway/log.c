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
#include <sys/stat.h>
#include <unistd.h>

#include "../policy/utf8.h"
#include "clock.h"
#include "journald.h"

/* Under PIPE_BUF: a pipe takes such a line whole or not at all. */
#define LINE_MAX_OCTETS 2048

static struct {
	enum log_level least;
	bool journal;          /* it reads our stderr */
	int fields;            /* where it takes lines with fields; -1: not now */
	uint64_t dropped;
} state = { LEVEL_INFO, false, -1, 0 };

static const int priorities[] = { 3, 4, 6, 7 }; /* RFC 5424 */

/* The variable is inherited by whoever is started by a service, with another stderr. */
static bool journal_reads_stderr(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat is;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(STDERR_FILENO, &is) == 0
	    && is.st_dev == device && is.st_ino == inode;
}

void log_open(enum log_level least)
{
	state.least = least;
	state.journal = journal_reads_stderr();
	if (state.journal && state.fields < 0)
		state.fields = journald_dial(JOURNALD_SOCKET);
}

static size_t prefix(char out[CLOCK_TEXT_MAX + 2], enum log_level level)
{
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

/* Room for a line's end is left. */
static size_t escape(char line[LINE_MAX_OCTETS], size_t at, const char *text)
{
	for (; *text; text++) {
		unsigned char octet = (unsigned char)*text;

		if (at + sizeof("\\xNN...\n") > LINE_MAX_OCTETS) {
			memcpy(line + at, "...", 3);
			return at + 3;
		}
		if (octet >= 0x20 && octet < 0x7f)
			line[at++] = (char)octet;
		else
			at += (size_t)sprintf(line + at, "\\x%02x", octet);
	}
	return at;
}

/* By the journal's own socket, which knows fields. One that was made anew is found again. */
static bool tell_journal(enum log_level level, const struct log_about *about, const char *message)
{
	char priority[2] = { (char)('0' + priorities[level]) };
	const struct journald_field fields[] = {
		{ "PRIORITY", priority }, { "SYSLOG_IDENTIFIER", "fedgated" }, { "MESSAGE", message },
		{ "FEDGATE_PARTNER", about->partner }, { "FEDGATE_CLASS", about->class },
		{ "FEDGATE_REASON", about->reason }, { "FEDGATE_RULE", about->rule },
	};
	size_t count = sizeof fields / sizeof fields[0];

	if (state.fields >= 0 && journald_send(state.fields, fields, count))
		return true;
	if (state.fields >= 0 && (errno == EAGAIN || errno == ENOBUFS))
		return false;
	if (state.fields >= 0)
		close(state.fields);
	state.fields = journald_dial(JOURNALD_SOCKET);
	return state.fields >= 0 && journald_send(state.fields, fields, count);
}

/* One line, escaped, with what stands in front of it. */
static bool put(enum log_level level, const struct log_about *about, const char *text)
{
	char line[LINE_MAX_OCTETS];
	size_t begin = prefix(line, level), end = escape(line, begin, text);

	line[end] = '\0';
	if (about && state.journal && tell_journal(level, about, line + begin))
		return true;
	line[end] = '\n';
	return emit(line, end + 1);
}

static void say(enum log_level level, const struct log_about *about, const char *format, va_list arguments)
{
	char text[LINE_MAX_OCTETS];

	if (level > state.least)
		return;
	if (vsnprintf(text, sizeof(text), format, arguments) < 0)
		text[0] = '\0';
	if (state.dropped) {
		char note[80];

		snprintf(note, sizeof(note), "log: %llu lines were lost: nobody read them",
		    (unsigned long long)state.dropped);
		if (!put(LEVEL_WARNING, NULL, note)) {
			state.dropped++;
			return;
		}
		state.dropped = 0;
	}
	if (!put(level, about, text))
		state.dropped++;
}

void log_line(enum log_level level, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(level, NULL, format, arguments);
	va_end(arguments);
}

void log_about(enum log_level level, const struct log_about *about, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(level, about, format, arguments);
	va_end(arguments);
}

/* How the first letter is written, the same in a log line and in JSON, which has two halves of those beyond the first
 * plane. An octet that is no UTF-8 stands for itself. How many octets it took. */
static size_t quote_letter(char out[16], const char *text, size_t length)
{
	uint32_t point;
	size_t taken = utf8_decode(text, length, &point);

	if (!taken)
		point = (unsigned char)*text;
	if (point == '"' || point == '\\')
		sprintf(out, "\\%c", (char)point);
	else if (point >= 0x20 && point < 0x7f)
		sprintf(out, "%c", (char)point);
	else if (point < 0x10000)
		sprintf(out, "\\u%04x", point);
	else
		sprintf(out, "\\u%04x\\u%04x", 0xd800 + ((point - 0x10000) >> 10), 0xdc00 + (point & 0x3ff));
	return taken ? taken : 1;
}

const char *log_quote(char *out, size_t size, const char *text, size_t length)
{
	size_t at = 0, whole = 0; /* whole: where a cut leaves room for the dots */

	if (size == 0)
		return "";
	for (size_t i = 0; i < length;) {
		char piece[16];
		size_t octets;

		i += quote_letter(piece, text + i, length - i);
		octets = strlen(piece);
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
