/* fedgated: one edge. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "edge.h"

static const char usage[] =
    "usage: fedgated [-c FILE]      run an edge in the foreground; default /etc/fedgate/fedgate.conf\n"
    "       fedgated -t [-c FILE]   check FILE and its policy; every complaint as file:line: ...\n"
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

int main(int argc, char **argv)
{
	const char *file = "/etc/fedgate/fedgate.conf";
	int check = 0, option;

	hold_standard_descriptors();
	while ((option = getopt(argc, argv, "c:thV")) != -1)
		switch (option) {
		case 'c':
			file = optarg;
			break;
		case 't':
			check = 1;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		case 'V':
			puts("fedgated " PACKAGE_VERSION);
			return 0;
		default:
			return wrong();
		}
	if (optind != argc)
		return wrong();
	return check ? edge_check(file) : edge_run(file);
}
