/* The internal server for tests: takes what an edge forwards, writes down what
 * came and when, answers by simple rules, and acts on orders. */
#include "nexthop.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { ROOM = 4 << 20, EVENTS = 64 };

static const char help[] =
	"usage: nexthop --listen ADDR:PORT [--cert FILE --key FILE --ca FILE] [--tls1.2] [--log FILE [--raw]]\n"
	"               [--answer METHOD=STATUS]... [--answer-user PATTERN=STATUS]... [--silent METHOD]... [--ring]\n"
	"               [--delay MS] [--header LINE]... [--contact HOST:PORT] [--record URIS] [--edge ADDR:PORT] [--control FILE]\n"
	"\n"
	"Prints `listening ADDR:PORT` when it is ready; port 0 picks one. With --cert it speaks TLS, with --ca it\n"
	"demands a client certificate.\n"
	"  --answer         METHOD may be *; status 0 is silence, the default is 200\n"
	"  --answer-user    a shell pattern for the user of the Request-URI: nobody*=404; goes before --answer\n"
	"  --ring, --delay  an INVITE is answered 180 at once; answers come MS milliseconds later\n"
	"  --header         a further line in every answer\n"
	"  --contact        what stands in the Contact instead of the own address\n"
	"  --record         Record-Routes of its own, on top of those that came, in the answer that begins a dialog\n"
	"  --edge           own requests go there; otherwise along the connection that was opened to here\n"
	"  --log            a JSON line for each message: time_us (CLOCK_MONOTONIC), connection, method or status and\n"
	"                   answers, request_uri, from, to, call_id, cseq, vias, routes, record_routes, max_forwards,\n"
	"                   content_length, headers (names of all others), acknowledges (status, of an ACK);\n"
	"                   with --raw the whole message too\n"
	"  --control        a FIFO or file with orders; the default is the standard input. Each is answered by a line:\n"
	"    send <<END ... END   a message as written, with macros; {DIALOG-ROUTE}: Route line of the last dialog\n"
	"    bye [CALLID] | request METHOD [CALLID] | notify CALLID STATE    in the last or the named dialog\n"
	"    answer CALLID STATUS  what is held back by silence or delay (an INVITE only, when silent)\n"
	"    set NAME VALUE | call | stop-reading | read-on | close-all | quit\n"
	"A CANCEL is answered 200, and 487 the INVITE if it still waits.\n"
	"\n";

static const struct option options[] = {
	{ "listen", required_argument, NULL, 'l' }, { "cert", required_argument, NULL, 'C' },
	{ "key", required_argument, NULL, 'K' }, { "ca", required_argument, NULL, 'A' },
	{ "tls1.2", no_argument, NULL, '2' }, { "log", required_argument, NULL, 'L' },
	{ "raw", no_argument, NULL, 'R' }, { "answer", required_argument, NULL, 'a' },
	{ "answer-user", required_argument, NULL, 'u' }, { "silent", required_argument, NULL, 's' },
	{ "ring", no_argument, NULL, 'r' }, { "delay", required_argument, NULL, 'd' },
	{ "header", required_argument, NULL, 'H' }, { "contact", required_argument, NULL, 'c' },
	{ "record", required_argument, NULL, 'o' },
	{ "edge", required_argument, NULL, 'e' }, { "control", required_argument, NULL, 'f' },
	{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
};

static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "nexthop: %s: %s\n", what, why);
	exit(2);
}

struct peer *hop_peer(const struct hop *h, unsigned number)
{
	struct peer *peer = h->peers;

	while (peer != NULL && peer->number != number)
		peer = peer->next;
	return peer != NULL && peer->link->open ? peer : NULL;
}

void hop_update(struct hop *h, struct peer *peer)
{
	struct link *l = peer->link;
	struct epoll_event event = { .data.ptr = peer };

	link_flush(l);
	if (!l->open)
		return;
	/* Whoever does not take our answers is not read either. */
	event.events = (link_events(l) & POLLIN && link_waiting(l) <= ROOM ? EPOLLIN : 0)
	             | (link_events(l) & POLLOUT ? EPOLLOUT : 0);
	if (event.events != peer->events)
		epoll_ctl(h->poll_fd, EPOLL_CTL_MOD, l->fd, &event);
	peer->events = event.events;
}

static struct peer *add_peer(struct hop *h, struct link *l /* taken */)
{
	struct peer *peer = must(calloc(1, sizeof *peer));
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = peer };

	peer->link = l;
	peer->number = ++h->peer_count;
	peer->events = EPOLLIN;
	peer->next = h->peers;
	h->peers = peer;
	epoll_ctl(h->poll_fd, EPOLL_CTL_ADD, l->fd, &event);
	if (h->stopped)
		link_stop_reading(l);
	hop_update(h, peer);
	return peer;
}

struct peer *hop_connect(struct hop *h)
{
	struct link_settings settings = h->link;
	struct link *l;

	if (h->out != NULL && h->out->link->open)
		return h->out;
	settings.address = h->edge;
	l = link_connect(&settings, h->out_context);
	if (!l->open) {
		fprintf(stderr, "nexthop: %s\n", l->why);
		link_free(l);
		return NULL;
	}
	h->out = add_peer(h, l);
	return h->out;
}

static void pong(struct peer *peer)
{
	if (++peer->crlfs % 2 == 0)
		text_put(&peer->link->out, "\r\n");
}

static void read_peer(struct hop *h, struct peer *peer)
{
	struct link *l = peer->link;

	while (link_waiting(l) <= ROOM && link_read(l)) {
		int64_t time_us = now_us();
		size_t at = 0, length;
		struct sip m;

		while ((length = sip_take(slice_from(text_slice(&l->in), at), &m)) > 0) {
			at += length;
			if (m.kind == SIP_CRLF) {
				pong(peer);
				continue;
			}
			peer->crlfs = 0;
			record(h, peer, &m, time_us);
			serve(h, peer, &m);
		}
		text_cut_front(&l->in, at);
		if (m.kind == SIP_BROKEN) {
			fprintf(stderr, "nexthop: connection %u: what came is not SIP\n", peer->number);
			link_reset(l);
		}
	}
	hop_update(h, peer);
}

/* Only between two rounds: an event in hand may still point to a peer. */
static void bury_closed(struct hop *h)
{
	struct peer **at = &h->peers;

	while (*at != NULL) {
		struct peer *peer = *at;

		if (peer->link->open) {
			at = &peer->next;
			continue;
		}
		*at = peer->next;
		if (h->out == peer)
			h->out = NULL;
		link_free(peer->link);
		free(peer);
	}
}

static void read_control(struct hop *h)
{
	ssize_t got = read(h->control_fd, text_reserve(&h->control, 65536), 65536);

	if (got > 0) {
		h->control.length += (size_t)got;
		control_lines(h);
	} else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
		epoll_ctl(h->poll_fd, EPOLL_CTL_DEL, h->control_fd, NULL);
	}
}

static void accept_all(struct hop *h)
{
	struct link *l;

	while ((l = link_accept(h->listen_fd, h->context)) != NULL)
		add_peer(h, l);
}

static void run(struct hop *h)
{
	struct epoll_event events[EVENTS];

	while (!h->quitting) {
		int count = epoll_wait(h->poll_fd, events, EVENTS, serve_due(h));

		for (int i = 0; i < count; i++) {
			if (events[i].data.ptr == &h->listen_fd)
				accept_all(h);
			else if (events[i].data.ptr == &h->control_fd)
				read_control(h);
			else
				read_peer(h, events[i].data.ptr);
		}
		if (h->log != NULL)
			fflush(h->log);
		bury_closed(h);
	}
}

/* A plain file cannot be watched: its orders are there at once. */
static void watch_control(struct hop *h)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &h->control_fd };

	if (epoll_ctl(h->poll_fd, EPOLL_CTL_ADD, h->control_fd, &event) == 0)
		return;
	for (size_t before = 1; before != h->control.length;) {
		before = h->control.length;
		read_control(h);
	}
}

static void add_rule(struct hop *h, const char *word, bool by_user)
{
	if (!serve_add_rule(h, word, by_user))
		give_up(word, "METHOD=STATUS or PATTERN=STATUS is wanted");
}

static void add_silence(struct hop *h, const char *method)
{
	struct text rule = { 0 };

	text_print(&rule, "%s=0", method);
	add_rule(h, text_string(&rule), false);
	text_clear(&rule);
}

static void open_files(struct hop *h, const char *log, const char *control)
{
	if (log != NULL && (h->log = fopen(log, "a")) == NULL)
		give_up(log, strerror(errno));
	if (control != NULL && (h->control_fd = open(control, O_RDWR | O_NONBLOCK | O_CLOEXEC)) < 0)
		give_up(control, strerror(errno));
}

static void set_option(struct hop *h, int option, const char *value)
{
	switch (option) {
	case 'l': h->link.address = value; break;
	case 'C': h->link.certificate = value; break;
	case 'K': h->link.key = value; break;
	case 'A': h->link.ca = value; break;
	case '2': h->link.tls12 = true; break;
	case 'L': open_files(h, value, NULL); break;
	case 'f': open_files(h, NULL, value); break;
	case 'R': h->raw = true; break;
	case 'a': add_rule(h, value, false); break;
	case 'u': add_rule(h, value, true); break;
	case 's': add_silence(h, value); break;
	case 'r': h->ring = true; break;
	case 'd':
		h->delay_us = slice_number(slice_of(value)) * 1000;
		if (h->delay_us < 0)
			give_up(value, "milliseconds are wanted");
		break;
	case 'H':
		if (h->line_count == EXTRA_HEADERS)
			give_up(value, "too many --header");
		h->lines[h->line_count++] = value;
		break;
	case 'c': h->contact = value; break;
	case 'o': h->record = value; break;
	case 'e': h->edge = value; break;
	case 'h': fputs(help, stdout); fputs(scene_help, stdout); exit(0);
	default: give_up("usage", "see nexthop --help");
	}
}

static void start(struct hop *h)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &h->listen_fd };

	if (h->link.address == NULL)
		give_up("--listen", "an address is wanted");
	h->context = link_context(&h->link, true);
	h->out_context = h->edge ? link_context(&h->link, false) : NULL;
	h->listen_fd = link_listen(h->link.address, h->bound, sizeof h->bound);
	if (h->listen_fd < 0)
		give_up(h->link.address, strerror(errno));
	h->poll_fd = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(h->poll_fd, EPOLL_CTL_ADD, h->listen_fd, &event);
	printf("listening %s\n", h->bound);
	watch_control(h);
}

static void stop(struct hop *h)
{
	for (struct peer *peer = h->peers; peer != NULL; peer = peer->next) {
		link_flush(peer->link);
		link_close(peer->link);
	}
	bury_closed(h);
	serve_clear(h);
	scene_clear(&h->scene);
	text_clear(&h->control);
	text_clear(&h->log_line);
	if (h->log != NULL)
		fclose(h->log);
	SSL_CTX_free(h->context);
	SSL_CTX_free(h->out_context);
	close(h->listen_fd);
	close(h->poll_fd);
	free(h);
}

int main(int argc, char **argv)
{
	struct hop *h = must(calloc(1, sizeof *h));
	int option;

	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	h->held_end = &h->held;
	h->control_fd = STDIN_FILENO;
	scene_init(&h->scene);
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
		set_option(h, option, optarg);
	if (optind < argc)
		give_up(argv[optind], "what is that? See nexthop --help");
	start(h);
	run(h);
	stop(h);
	return 0;
}
