/* The next hop of the benchmarks: answers every request 200 by the lines that an answer needs, which it
 * finds by their first letters. It knows only what load.c sends, as an edge passes it on. */
#include "../tools/link.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const char help[] =
	"usage: hop --listen ADDR:PORT [--cert FILE --key FILE --ca FILE]\n"
	"Prints \"listening ADDR:PORT\"; with the files TLS that demands a certificate. At SIGTERM one line of JSON.\n";

static const struct option options[] = {
	{ "listen", required_argument, NULL, 'l' }, { "cert", required_argument, NULL, 'c' },
	{ "key", required_argument, NULL, 'k' }, { "ca", required_argument, NULL, 'a' }, { NULL, 0, NULL, 0 },
};

enum { EVENTS = 64 };

struct guest {
	struct link *link;         /* owned */
	unsigned     events;
};

struct hop {
	SSL_CTX *context;
	int      epoll, listener, signals;
	uint64_t requests, broken;
};

/* A message's lines, as many as an answer is made of. */
enum line { VIA, FROM, TO, CALL_ID, CSEQ, LINES };

static void answer(struct hop *hop, struct text *out, const struct slice *line, const struct slice *vias, size_t via_count)
{
	text_add(out, slice_of("SIP/2.0 200 OK\r\n"));
	for (size_t i = 0; i < via_count; i++)
		text_add(out, vias[i]);
	text_add(out, line[FROM]);
	text_add(out, (struct slice){ line[TO].at, line[TO].length - 2 });
	text_add(out, slice_of(";tag=hop\r\n"));
	text_add(out, line[CALL_ID]);
	text_add(out, line[CSEQ]);
	text_add(out, slice_of("Content-Length: 0\r\n\r\n"));
	hop->requests++;
}

static enum line kind_of(const char *at, size_t length)
{
	if (length < 6)
		return LINES;
	switch (at[0]) {
	case 'V': return at[3] == ':' ? VIA : LINES;
	case 'F': return at[4] == ':' ? FROM : LINES;
	case 'T': return at[2] == ':' ? TO : LINES;
	case 'C': return at[1] == 'a' ? CALL_ID : at[1] == 'S' ? CSEQ : LINES;
	default: return LINES;
	}
}

/* The size of the whole message at the front, 0 when it is not whole yet; it is answered. */
static size_t serve_one(struct hop *hop, struct text *out, const char *octets, size_t size)
{
	struct slice line[LINES] = { 0 }, vias[16];
	const char *at = octets, *end;
	size_t body = 0, via_count = 0;

	while ((end = memchr(at, '\n', size - (size_t)(at - octets))) != NULL) {
		size_t length = (size_t)(++end - at);
		enum line kind = kind_of(at, length);

		if (length == 2)
			break;
		if (kind == VIA && via_count < 16)
			vias[via_count++] = (struct slice){ at, length };
		else if (kind != LINES)
			line[kind] = (struct slice){ at, length };
		else if (length > 16 && memcmp(at, "Content-Length: ", 16) == 0)
			body = (size_t)atol(at + 16);
		at = end;
	}
	if (end == NULL || (size_t)(end - octets) + body > size)
		return 0;
	if (memcmp(octets, "MESSAGE ", 8) == 0 && via_count > 0 && line[FROM].at && line[TO].at && line[CALL_ID].at && line[CSEQ].at)
		answer(hop, out, line, vias, via_count);
	else
		hop->broken++;
	return (size_t)(end - octets) + body;
}

static void serve(struct hop *hop, struct link *l)
{
	while (link_read(l)) {
		size_t at = 0, used;

		while (at < l->in.length) {
			if (l->in.bytes[at] == '\r' || l->in.bytes[at] == '\n') {
				at++;   /* a keep-alive */
				continue;
			}
			used = serve_one(hop, &l->out, l->in.bytes + at, l->in.length - at);
			if (used == 0)
				break;
			at += used;
		}
		text_cut_front(&l->in, at);
	}
}

static void mind(struct hop *hop, struct guest *g)
{
	unsigned wanted = EPOLLIN | (link_waiting(g->link) > 0 || g->link->tls_wants_write ? (unsigned)EPOLLOUT : 0);
	struct epoll_event event = { .events = wanted, .data.ptr = g };

	if (wanted != g->events)
		epoll_ctl(hop->epoll, EPOLL_CTL_MOD, g->link->fd, &event);
	g->events = wanted;
}

static void turn(struct hop *hop, struct guest *g)
{
	serve(hop, g->link);
	link_flush(g->link);
	if (g->link->open) {
		mind(hop, g);
		return;
	}
	link_free(g->link);
	free(g);
}

static void welcome(struct hop *hop)
{
	struct link *l = link_accept(hop->listener, hop->context);
	struct epoll_event event = { .events = EPOLLIN };
	struct guest *g;

	if (l == NULL)
		return;
	g = must(calloc(1, sizeof *g));
	g->link = l;
	g->events = event.events;
	event.data.ptr = g;
	epoll_ctl(hop->epoll, EPOLL_CTL_ADD, l->fd, &event);
}

static void watch(struct hop *hop, int *fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = fd };

	epoll_ctl(hop->epoll, EPOLL_CTL_ADD, *fd, &event);
}

static void run(struct hop *hop)
{
	struct epoll_event events[EVENTS];
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	hop->signals = signalfd(-1, &ends, SFD_CLOEXEC);
	hop->epoll = epoll_create1(EPOLL_CLOEXEC);
	watch(hop, &hop->listener);
	watch(hop, &hop->signals);
	for (;;) {
		int count = epoll_wait(hop->epoll, events, EVENTS, -1);

		for (int i = 0; i < count; i++) {
			if (events[i].data.ptr == &hop->signals)
				return;
			if (events[i].data.ptr == &hop->listener)
				welcome(hop);
			else
				turn(hop, events[i].data.ptr);
		}
	}
}

int main(int argc, char **argv)
{
	struct link_settings s = { 0 };
	struct hop hop = { 0 };
	char bound[80];
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (option) {
		case 'l': s.address = optarg; break;
		case 'c': s.certificate = optarg; break;
		case 'k': s.key = optarg; break;
		case 'a': s.ca = optarg; break;
		default: fputs(help, stderr); return 2;
		}
	if (s.address == NULL) {
		fputs(help, stderr);
		return 2;
	}
	hop.context = link_context(&s, true);
	if (hop.context != NULL)
		SSL_CTX_set_read_ahead(hop.context, 1);
	hop.listener = link_listen(s.address, bound, sizeof bound);
	if (hop.listener < 0) {
		fprintf(stderr, "hop: cannot listen on %s\n", s.address);
		return 1;
	}
	printf("listening %s\n", bound);
	fflush(stdout);
	run(&hop);
	printf("{\"requests\":%llu,\"broken\":%llu}\n", (unsigned long long)hop.requests, (unsigned long long)hop.broken);
	return 0;
}
