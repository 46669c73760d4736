/* Plays the tables of tests/torture/ against an edge: a hostile partner and the next hop in one
 * process, and a healthy partner who must notice nothing. */
#include "torture.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"usage: torture --hop ADDR:PORT --connect ADDR:PORT --ca FILE --partner NAME --healthy NAME [--within S] [--only CASE] TABLE...\n"
	"\n"
	"NAME.pem and NAME.key are certificate and key. The edge's next hop must be --hop, plain TCP. Each case has a new\n"
	"connection; at its end nothing must be left that no word awaited, at the partner or at the next hop.\n"
	"  case NAME                  begins a case; `rfc SECTION` names the section of RFC 4475 whose idea it is\n"
	"  {HEAD}                     in a message: Via, Max-Forwards, From, To, Call-ID and CSeq of a sound MESSAGE\n"
	"  send <<END ... END         the lines as one message, with macros; all sent before a word that waits goes in\n"
	"                             one TLS record; `cut N` before it: in records of N octets\n"
	"  send-cut-everywhere <<END  as often as the message has octets, cut in two behind each\n"
	"  raw HEX                    octets as they are\n"
	"  forwarded [all]            the next hop sees the oldest one sent, changed as a proxy may and no more: our Via (and\n"
	"                             Record-Route, where a dialog starts), Max-Forwards, Routes and removed headers; it answers\n"
	"                             200, which comes back to the octet without the line of our Via\n"
	"  back <<END ... END         it answers with these lines instead; {VIAS} {FROM} {TO} {CALL}\n"
	"                             {SEQUENCE}: lines of the request; {EDGE-HOST} {EDGE-BRANCH}: of its first Via, {OTHER-VIAS}\n"
	"  lost                       as forwarded, but the next hop's answer goes to nobody\n"
	"  answered STATUS [REASON]   the edge itself answers the oldest one sent\n"
	"  silent | pongs N           nothing comes anywhere; so many keep-alives were answered\n"
	"  closes | stays | hang-up   the edge closes; it is there, and one more message passes; the partner closes\n";

static const struct option options[] = {
	{ "hop", required_argument, NULL, 'p' }, { "connect", required_argument, NULL, 'c' },
	{ "ca", required_argument, NULL, 'A' }, { "partner", required_argument, NULL, 'P' },
	{ "healthy", required_argument, NULL, 'H' }, { "within", required_argument, NULL, 'w' },
	{ "only", required_argument, NULL, 'o' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
};

struct settings {
	const char *hop, *only;         /* borrowed */
	char        files[2][2][4096];  /* certificates and keys */
	unsigned    cases, passed;
};

static void usage(const char *why)
{
	fprintf(stderr, "torture: %s; see torture --help\n", why);
	exit(2);
}

static void set_identity(struct link_settings *link, char files[2][4096], const char *name)
{
	snprintf(files[0], sizeof files[0], "%s.pem", name);
	snprintf(files[1], sizeof files[1], "%s.key", name);
	link->certificate = files[0];
	link->key = files[1];
}

static void clear_case(struct ordeal *o)
{
	for (size_t i = 0; i < o->sent_count; i++)
		text_clear(&o->sent[i]);
	text_clear(&o->back);
	text_clear(&o->returned);
	text_clear(&o->name);
	scene_clear(&o->scene);
}

static void play_case(struct ordeal *o, struct slice name, struct settings *s)
{
	bool wanted = s->only == NULL || slice_is(name, s->only), good;

	text_set(&o->name, name);
	o->first_sent = o->sent_count = 0;
	o->cut = 0;
	o->ended = false;
	if (!wanted) {
		while (o->rest.length > 0 && !(o->rest.length > 5 && memcmp(o->rest.at, "case ", 5) == 0)) {
			slice_until(&o->rest, '\n');
			o->line++;
		}
		return;
	}
	scene_init(&o->scene);
	around_renew(o->around);
	good = ordeal_play(o);
	s->cases++;
	s->passed += good;
	clear_case(o);
}

static void play_table(const char *file, struct around *a, struct settings *s)
{
	struct ordeal *o = must(calloc(1, sizeof *o));
	struct text table = { 0 };

	o->around = a;
	o->file = file;
	if (!text_read_file(&table, file))
		usage(file);
	o->rest = text_slice(&table);
	while (o->rest.length > 0 && a->healthy.trouble[0] == '\0') {
		struct slice line = slice_trim(slice_until(&o->rest, '\n')), word = slice_until(&line, ' ');

		o->line++;
		if (slice_is(word, "case"))
			play_case(o, slice_trim(line), s);
		else if (word.length > 0 && word.at[0] != '#')
			usage("a table begins with a case");
	}
	text_clear(&table);
	text_clear(&o->name);
	free(o);
}

/* The edge comes to its next hop by itself, sooner or later. */
static bool hop_comes(struct around *a)
{
	int64_t until = now_us() + 20000000;

	while (a->hops[0] == NULL && now_us() < until)
		around_pump(a, 10000);
	a->healthy.trouble[0] = '\0';
	return a->hops[0] != NULL;
}

static void set_option(struct around *a, struct settings *s, int option, const char *value)
{
	switch (option) {
	case 'p': s->hop = value; break;
	case 'c': a->partner.address = a->bystander.address = value; break;
	case 'A': a->partner.ca = a->bystander.ca = value; break;
	case 'P': set_identity(&a->partner, s->files[0], value); break;
	case 'H': set_identity(&a->bystander, s->files[1], value); break;
	case 'w': a->healthy.within_us = (int64_t)(strtod(value, NULL) * 1e6); break;
	case 'o': s->only = value; break;
	case 'h': fputs(help, stdout); fputs(scene_help, stdout); exit(0);
	default: usage("unknown option");
	}
}

int main(int argc, char **argv)
{
	struct around a = { .healthy.within_us = 1000000, .healthy.next_us = INT64_MAX };
	struct settings s = { 0 };
	char bound[80];
	int option;

	signal(SIGPIPE, SIG_IGN);
	setvbuf(stderr, NULL, _IOLBF, 0);
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
		set_option(&a, &s, option, optarg);
	if (s.hop == NULL || a.partner.address == NULL || optind == argc)
		usage("--hop, --connect and a table are wanted");
	a.listen_fd = link_listen(s.hop, bound, sizeof bound);
	if (a.listen_fd < 0)
		usage("--hop: this address cannot be bound");
	around_start(&a);
	if (!hop_comes(&a))
		usage("the edge did not come to its next hop");
	a.healthy.next_us = 0;
	for (; optind < argc; optind++)
		play_table(argv[optind], &a, &s);
	printf("%u cases, %u passed; the healthy partner: %u sent, %u answered, the slowest in %.3f s\n", s.cases, s.passed,
	    a.healthy.sent, a.healthy.answered, (double)a.healthy.worst_us / 1e6);
	if (a.healthy.trouble[0] != '\0')
		fprintf(stderr, "torture: %s\n", a.healthy.trouble);
	around_stop(&a);
	return s.cases > 0 && s.passed == s.cases && a.healthy.trouble[0] == '\0' ? 0 : 1;
}
