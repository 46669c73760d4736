/* fedgated: one edge. */
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "edge.h"
#include "replay.h"

static const char usage[] =
    "usage: fedgated [-c FILE]      run an edge in the foreground; default /etc/fedgate/fedgate.conf\n"
    "       fedgated -t [-c FILE]   check FILE and its policy; every complaint as file:line: ...\n"
    "       fedgated --replay RECORD --policy FILE [--json]\n"
    "                               judge by FILE what log.record wrote\n"
    "       fedgated -V | -h        print the version; this\n";

static int wrong(void)
{
	fputs(usage, stderr);
	return 2;
}

/* What is closed must not become the number of a socket: log lines would go into it. */
static void hold_standard_descriptors(void)
{
	int fd;

	while ((fd = open("/dev/null", O_RDWR)) >= 0)
		if (fd > STDERR_FILENO) {
			close(fd);
			return;
		}
}

/* What the words ask for. */
struct asked {
	const char *file, *record, *policy;
	int check, json, given; /* given: an option of running or checking */
};

/* False: usage. */
static int read_option(struct asked *a, int option)
{
	switch (option) {
	case 'c':
		a->file = optarg;
		a->given = 1;
		return 1;
	case 't':
		a->check = a->given = 1;
		return 1;
	case 'r':
		a->record = optarg;
		return 1;
	case 'p':
		a->policy = optarg;
		return 1;
	case 'j':
		a->json = 1;
		return 1;
	default:
		return 0;
	}
}

int main(int argc, char **argv)
{
	static const struct option words[] = {
		{ "replay", required_argument, NULL, 'r' }, { "policy", required_argument, NULL, 'p' },
		{ "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 },
	};
	struct asked a = { .file = "/etc/fedgate/fedgate.conf" };
	int option;

	hold_standard_descriptors();
	while ((option = getopt_long(argc, argv, "c:thV", words, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (option == 'V') {
			puts("fedgated " PACKAGE_VERSION);
			return 0;
		}
		if (!read_option(&a, option))
			return wrong();
	}
	if (optind != argc || !a.record != !a.policy || (a.json && !a.record) || (a.record && a.given))
		return wrong();
	if (a.record)
		return replay_run(a.record, a.policy, a.json);
	return a.check ? edge_check(a.file) : edge_run(a.file);
}
