/* A SIP partner for tests: a client over mutual TLS, TLS or TCP that sends
 * requests by number (load) or by a script (exact tests). */
#include "partner.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"usage: partner --connect ADDR:PORT | --srv DOMAIN --dns ADDR:PORT\n"
	"               [--tls] [--cert FILE] [--key FILE] [--ca FILE] [--name NAME] [--tls1.2] [--connections N]\n"
	"               LOAD... | --script FILE\n"
	"\n"
	"TLS is spoken when --tls, --cert or --ca is given; --ca checks the server, --name its name too.\n"
	"--srv asks that DNS server where _sipfederationtls._tcp.DOMAIN is, and for its addresses, and checks the name\n"
	"that it gives. Connections go to the addresses in turn; one that ends is made again to the next that answers.\n"
	"\n"
	"Load: [--from URI] --to PATTERN [--method M] [--count N] [--rate R/s [--random] | --burst] [--window N]\n"
	"      [--body SIZE] [--header LINE]... [--first N] [--wait SECONDS] [--print]\n"
	"  %d in --from and --to counts up from --first (1). --window: at most N unanswered at once.\n"
	"  --random: gaps of random length, from none to twice the even one.\n"
	"  An INVITE's final answer is acknowledged; requests that come in are answered 200.\n"
	"  --print: each answer as a line: seconds, number, status, reason token, Retry-After.\n"
	"  The last line is JSON: sent, unsent, answers by status, by status and reason, lost, retry_after,\n"
	"  latency_ms, provisional, requests, closed, seconds; with --srv also failovers, and places: requests by\n"
	"  address. Exit 1 when there was no connection at all.\n"
	"\n"
	"Script (FILE or -), a line each; # starts a comment line; words with blanks go in \"quotes\":\n"
	"  send <<END ... END          the lines as one message; `repeat N` before it, or before expect, repeats\n"
	"  raw HEX | ping              octets as they are; CRLF CRLF\n"
	"  slow OCTETS_PER_SECOND      of this connection from now on; 0 is full speed\n"
	"  expect STATUS|4xx [for METHOD] [within 3s] [header NAME matches ERE | header NAME absent | body matches ERE]...\n"
	"  expect request METHOD [within 3s] [header ...]     then: answer STATUS [HEADER: LINE | \"LINE\" \"LINE\"...]\n"
	"  expect nothing for 1s | expect close [within 3s] [matches ERE] | expect pong [within 3s]\n"
	"  stop-reading | read-on | flush [within 3s] | close | reset | reconnect | sleep 0.2 | print TEXT\n"
	"  await FILE                  goes on when the file is there\n"
	"  key-update N                so many key updates of TLS 1.3, and nothing else\n"
	"  call                        a new call | set NAME TEXT | set-from NAME HEADER ERE  (first group, last message)\n"
	"  connection NAME [connect=ADDR:PORT] [cert=F] [key=F] [ca=F] [name=N] [tls1.2] [plain]\n"
	"                              goes on with that connection, opens it when it is new; the first is called main\n"
	"  An expectation of a final answer passes over provisional ones; requests wait until they are expected.\n"
	"  A connection that cannot be opened counts as closed. A failed expectation: exit 1, line and what came.\n"
	"\n";

static const struct option options[] = {
	{ "connect", required_argument, NULL, 'c' }, { "srv", required_argument, NULL, 'd' },
	{ "dns", required_argument, NULL, 'D' }, { "tls", no_argument, NULL, 'T' },
	{ "cert", required_argument, NULL, 'C' }, { "key", required_argument, NULL, 'K' },
	{ "ca", required_argument, NULL, 'A' }, { "name", required_argument, NULL, 'N' },
	{ "tls1.2", no_argument, NULL, '2' }, { "connections", required_argument, NULL, 'n' },
	{ "script", required_argument, NULL, 's' }, { "set", required_argument, NULL, 'S' },
	{ "from", required_argument, NULL, 'f' }, { "to", required_argument, NULL, 't' },
	{ "method", required_argument, NULL, 'm' }, { "count", required_argument, NULL, 'k' },
	{ "rate", required_argument, NULL, 'r' }, { "random", no_argument, NULL, 'R' }, { "burst", no_argument, NULL, 'b' },
	{ "window", required_argument, NULL, 'W' }, { "body", required_argument, NULL, 'B' },
	{ "header", required_argument, NULL, 'H' }, { "first", required_argument, NULL, 'F' },
	{ "wait", required_argument, NULL, 'w' }, { "print", no_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
};

static void usage(const char *why)
{
	fprintf(stderr, "partner: %s; see partner --help\n", why);
	exit(2);
}

static long number(const char *word)
{
	long value = slice_number(slice_of(word));

	if (value < 0)
		usage("a number is wanted");
	return value;
}

static double amount(const char *word)
{
	char *end;
	double value = strtod(word, &end);

	if (end == word || value < 0 || !(*end == '\0' || strcmp(end, "/s") == 0 || strcmp(end, "s") == 0))
		usage("a number, or a number and /s, is wanted");
	return value;
}

static void set_variable(struct scene *scene, const char *word)
{
	struct slice value = slice_of(word);
	char *name = slice_copy(slice_until(&value, '='));

	scene_set(scene, name, value);
	free(name);
}

static bool set_link_option(struct link_settings *link, int option, const char *value)
{
	switch (option) {
	case 'c': link->address = value; return true;
	case 'T': link->tls = true; return true;
	case 'C': link->certificate = value; return true;
	case 'K': link->key = value; return true;
	case 'A': link->ca = value; return true;
	case 'N': link->name = value; return true;
	case '2': link->tls12 = true; return true;
	default: return false;
	}
}

static void set_option(struct partner_settings *s, struct scene *scene, int option, const char *value)
{
	switch (option) {
	case 'd': s->domain = value; break;
	case 'D': s->dns = value; break;
	case 'n': s->connections = number(value); break;
	case 's': s->script = value; break;
	case 'S': set_variable(scene, value); break;
	case 'f': s->from = value; break;
	case 't': s->to = value; break;
	case 'm': s->method = value; break;
	case 'k': s->count = number(value); break;
	case 'r': s->rate = amount(value); break;
	case 'R': s->random = true; break;
	case 'b': s->rate = 0; break;
	case 'W': s->window = number(value); break;
	case 'B': s->body = number(value); break;
	case 'F': s->first = number(value); break;
	case 'w': s->wait = amount(value); break;
	case 'p': s->print = true; break;
	case 'h': fputs(help, stdout); fputs(scene_help, stdout); exit(0);
	case 'H':
		if (s->line_count == EXTRA_LINES)
			usage("too many --header");
		s->lines[s->line_count++] = value;
		break;
	default: usage("unknown option");
	}
}

/* A script talks to whom DNS names first. */
static void find_edges(struct partner_settings *s)
{
	const char *name;

	if (s->domain == NULL)
		return;
	s->finder = finder_open(s->domain, s->dns);
	if (s->script == NULL)
		return;
	finder_next(s->finder, &s->link.address, &name);
	if (s->link.name == NULL)
		s->link.name = name;
}

int main(int argc, char **argv)
{
	struct partner_settings settings = { .from = "sip:partner@partner.example", .method = "MESSAGE",
		.connections = 1, .count = 1, .first = 1, .wait = 5 };
	struct scene scene;
	int option, status;

	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	scene_init(&scene);
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
		if (!set_link_option(&settings.link, option, optarg))
			set_option(&settings, &scene, option, optarg);
	if (optind < argc || (settings.link.address == NULL) == (settings.domain == NULL)
	    || (settings.domain == NULL) != (settings.dns == NULL) || (settings.script == NULL && settings.to == NULL))
		usage("--connect, or --srv and --dns, and either --to or --script are wanted");
	if (settings.connections < 1 || settings.count < 1)
		usage("--connections and --count are at least 1");
	find_edges(&settings);
	settings.context = link_context(&settings.link, false);
	status = settings.script ? play_run(&settings, &scene) : load_run(&settings);
	SSL_CTX_free(settings.context);
	finder_free(settings.finder);
	scene_clear(&scene);
	return status;
}
