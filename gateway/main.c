/* fedgated: one edge. */
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

int main(int argc, char **argv)
{
	const char *file = "/etc/fedgate/fedgate.conf";
	int check = 0, option;

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
