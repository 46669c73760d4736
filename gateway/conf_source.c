/* One of our files as libconfig's tree. libconfig 1.5 has traps that would make
 * a rule quietly another one, so the text is looked over first: numbers beyond 32 bits are cut, a
 * comment or an @include that does not end hides the rest, \x00 vanishes from a text.
 * @include is not taken at all: a directory behind it ends the process inside the scanner,
 * and the digest of a policy could not speak for what is included. */
#include "conf_source.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../policy/alloc.h"
#include "setting.h"

#define SIZE_MOST (64 * 1024 * 1024) /* hundreds of thousands of entries; more is another file, named by mistake */

/* Non-blocking, or a FIFO by that name would hold us for ever. */
static int open_regular(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat status;

	if (fd < 0)
		return -1;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
		return fd;
	close(fd);
	errno = 0;
	return -1;
}

bool path_readable(const char *path)
{
	int fd = open_regular(path);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

char *path_from(const char *directory, const char *path)
{
	char *joined;

	if (*path == '/' || strcmp(directory, ".") == 0)
		return alloc_text(path);
	if (asprintf(&joined, "%s/%s", directory, path) < 0)
		abort();
	return joined;
}

char *source_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory = alloc_text(slash ? path : ".");

	if (slash)
		directory[slash == path ? 1 : slash - path] = '\0';
	return directory;
}

/* Before it is read: a log named by mistake would take all memory. */
static bool is_too_large(int fd)
{
	struct stat status;

	return fstat(fd, &status) < 0 || status.st_size > SIZE_MOST;
}

/* All octets and a NUL behind them; NULL: errno says why, 0: not a regular file. */
static char *octets_read(const char *path, size_t *size)
{
	int fd = open_regular(path);
	char *octets = NULL;
	size_t room = 0;
	ssize_t got;

	if (fd < 0)
		return NULL;
	if (is_too_large(fd)) {
		close(fd);
		errno = EFBIG;
		return NULL;
	}
	*size = 0;
	do {
		if (room - *size < 2) {
			room = room ? room * 2 : 65536;
			octets = alloc_resize(octets, room, 1);
		}
		got = read(fd, octets + *size, room - *size - 1);
		if (got > 0)
			*size += (size_t)got;
	} while ((got > 0 && *size <= SIZE_MOST) || (got < 0 && errno == EINTR));
	if (*size > SIZE_MOST) {
		errno = EFBIG; /* it grows, or does not tell its size */
		got = -1;
	}
	close(fd);
	if (got < 0) {
		free(octets);
		return NULL;
	}
	octets[*size] = '\0';
	return octets;
}

struct scan {
	const char *at;      /* borrowed */
	int line;
	bool fresh;          /* only blanks since the line began */
	const char *file;    /* borrowed */
	struct complaints *complaints; /* borrowed */
};

/* Steps over text up to and with `end`; false: it never comes. */
static bool scan_past(struct scan *scan, const char *end)
{
	const char *stop = strstr(scan->at, end);

	for (; *scan->at && scan->at != stop; scan->at++)
		if (*scan->at == '\n')
			scan->line++;
	if (stop)
		scan->at += strlen(end);
	return stop != NULL;
}

/* False: the text does not end where it began, and all quotes behind it are the wrong way round. */
static bool scan_text(struct scan *scan)
{
	for (scan->at++; *scan->at && *scan->at != '\n' && *scan->at != '"'; scan->at++) {
		if (*scan->at != '\\')
			continue;
		if (strncmp(scan->at, "\\x00", 4) == 0)
			complain(scan->complaints, scan->file, scan->line,
			    "\\x00 in a text: it would vanish: leave it out");
		if (scan->at[1] && scan->at[1] != '\n')
			scan->at++;
	}
	if (*scan->at == '\n') {
		complain(scan->complaints, scan->file, scan->line,
		    "a text begins here and does not end on its line: add the missing \"; the rest is not checked");
		return false;
	}
	if (*scan->at)
		scan->at++;
	return true;
}

/* A word or a number. Only a number can be too large, and only one without the L
 * that makes it 64 bits wide, or without a point or exponent. */
static void scan_word(struct scan *scan)
{
	const char *start = scan->at;
	int base = start[0] == '0' && (start[1] | 0x20) == 'x' ? 16 : 10;
	unsigned long long value;
	char *end;

	while (isalnum((unsigned char)*scan->at) || strchr("-_*.+", *scan->at ? *scan->at : ' '))
		scan->at++;
	if (!isdigit((unsigned char)*start))
		return;
	errno = 0;
	value = strtoull(start, &end, base);
	if (*end == '.' || (base == 10 && (*end | 0x20) == 'e'))
		return;
	if (errno || value > (*end == 'L' ? LLONG_MAX : INT_MAX))
		complain(scan->complaints, scan->file, scan->line,
		    "%.*s: a number this large is not read right: no setting takes more than %d",
		    (int)(scan->at - start > 40 ? 40 : scan->at - start), start, INT_MAX);
}

static bool scan_one(struct scan *scan)
{
	const char *at = scan->at;
	bool fresh = scan->fresh;
	int line = scan->line;

	scan->fresh = *at == '\n' || (fresh && (*at == ' ' || *at == '\t'));
	if (*at == '"') {
		return scan_text(scan);
	} else if (*at == '#' || (at[0] == '/' && at[1] == '/')) {
		scan->at += strcspn(at, "\n");
	} else if (at[0] == '/' && at[1] == '*') {
		scan->at += 2;
		if (!scan_past(scan, "*/")) {
			complain(scan->complaints, scan->file, line, "a comment begins here and does not end: add */");
			return false;
		}
	} else if (fresh && strncmp(at, "@include", 8) == 0) {
		complain(scan->complaints, scan->file, line, "@include is not taken: put the settings into this file");
		return false;
	} else if (isalnum((unsigned char)*at) || *at == '*') {
		scan_word(scan);
	} else {
		scan->line += *at == '\n';
		scan->at++;
	}
	return true;
}

/* False: what libconfig would read is not what stands there. */
static bool scan_all(const char *octets, size_t size, const char *file, struct complaints *complaints)
{
	struct scan scan = { octets, 1, true, file, complaints };

	while (*scan.at)
		if (!scan_one(&scan))
			return false;
	if (scan.at == octets + size)
		return true;
	complain(complaints, file, scan.line, "a NUL octet: this is no text file: write it anew");
	return false;
}

static const char *syntax_remedy(const char *what)
{
	if (strstr(what, "duplicate"))
		return "each setting stands once in its group";
	if (strstr(what, "mismatched"))
		return "the elements of [ ] are all of one type";
	if (strstr(what, "memory"))
		return "the brackets are nested too deeply: close them";
	return "look for a quote, bracket, comma or semicolon, missing or one too many, here or on the line before; the rest is not checked";
}

bool source_read(config_t *config, const char *path, const char *shown, struct complaints *complaints)
{
	size_t size;
	char *octets;
	bool good;

	config_init(config);
	config_set_include_dir(config, "/dev/null"); /* below it is nothing that could be opened */
	octets = octets_read(path, &size);
	if (!octets) {
		complain(complaints, shown, 0, "cannot be read: %s: name a file that can be read",
		    errno ? strerror(errno) : "not a regular file");
		return false;
	}
	good = scan_all(octets, size, shown, complaints);
	if (good && config_read_string(config, octets) != CONFIG_TRUE) {
		const char *what = config_error_text(config) ? config_error_text(config) : "syntax error";

		complain(complaints, shown, config_error_line(config), "%s: %s", what, syntax_remedy(what));
		good = false;
	}
	free(octets);
	return good;
}

bool conf_policy_digest(const char *path, char out[13])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	size_t size;
	char *octets = octets_read(path, &size);
	bool good;

	out[0] = '\0';
	if (!octets)
		return false;
	good = EVP_Digest(octets, size, digest, NULL, EVP_sha256(), NULL) == 1;
	for (size_t i = 0; good && i < 6; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
	free(octets);
	return good;
}
