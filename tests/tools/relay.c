/* A TCP relay for tests, between an edge and its store: it can cut the line, hold
 * it without a word, and let only half of an answer through. */
#include "text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAIRS = 100, GULP = 65536, ROOM = 1 << 20, CLIENT = 0, SERVER = 1 };

static const char help[] =
	"usage: relay --listen ADDR:PORT --to ADDR:PORT [--control FILE]\n"
	"\n"
	"Passes on what comes to --listen (numeric IPv4; port 0 picks one) and back. Prints `listening ADDR:PORT` when it is ready.\n"
	"  --control   a FIFO with orders; the default is the standard input. Each is answered by a line, ok WORD or error:\n"
	"    cut       all connections are closed, new ones too as they come | mend\n"
	"    stall     connections stay and are taken, nothing is passed | go\n"
	"    half      of the next octets from the server half are passed, then as stall\n"
	"    quit\n"
	"While --to does not answer, a connection is closed as soon as that is known.\n";

static const struct option options[] = {
	{ "listen", required_argument, NULL, 'l' }, { "to", required_argument, NULL, 't' },
	{ "control", required_argument, NULL, 'f' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
};

/* One connection of the client and its continuation to the server. */
struct pair {
	int         fd[2];
	struct text out[2];      /* what goes there; owned */
	bool        connecting;  /* to the server */
	bool        over;
};

struct relay {
	int                listener, control;
	struct sockaddr_in to;
	struct pair        pairs[PAIRS];
	size_t             count;
	bool               cut, stalled, half, quitting;
	struct text        orders;
};

static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "relay: %s: %s\n", what, why);
	exit(2);
}

static struct sockaddr_in address_of(const char *text)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct slice rest = slice_of(text);
	char *host = slice_copy(slice_until(&rest, ':'));
	long port = slice_number(rest);

	if (inet_pton(AF_INET, host, &address.sin_addr) != 1 || port < 0 || port > 65535)
		give_up(text, "a numeric IPv4 address and a port are wanted");
	address.sin_port = htons((uint16_t)port);
	free(host);
	return address;
}

static int stream_socket(void)
{
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		give_up("socket", strerror(errno));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

/* --- connections --- */

static void pair_end(struct pair *p)
{
	for (int side = CLIENT; side <= SERVER; side++) {
		close(p->fd[side]);
		text_clear(&p->out[side]);
	}
}

static void bury(struct relay *r)
{
	for (size_t i = 0; i < r->count;) {
		if (!r->pairs[i].over) {
			i++;
			continue;
		}
		pair_end(&r->pairs[i]);
		r->pairs[i] = r->pairs[--r->count];
	}
}

static void take_one(struct relay *r, int client)
{
	struct pair p = { .fd = { client, stream_socket() } };
	int on = 1;

	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(p.fd[SERVER], (struct sockaddr *)&r->to, sizeof r->to) < 0)
		p.connecting = errno == EINPROGRESS;
	r->pairs[r->count++] = p;
}

static void accept_all(struct relay *r)
{
	int client;

	while (r->count < PAIRS && (client = accept4(r->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		if (r->cut)
			close(client);
		else
			take_one(r, client);
	}
}

/* --- octets --- */

static bool gone(ssize_t done)
{
	return done == 0 || (done < 0 && errno != EAGAIN && errno != EINTR);
}

static void push(const struct relay *r, struct pair *p, int side)
{
	struct text *out = &p->out[side];
	ssize_t done;

	if (r->stalled || p->connecting || out->length == 0)
		return;
	done = send(p->fd[side], out->bytes, out->length, MSG_NOSIGNAL);
	if (done > 0)
		text_cut_front(out, (size_t)done);
	else if (gone(done))
		p->over = true;
}

/* The other half is kept back until `go`. */
static void pass_half(struct relay *r, struct pair *p)
{
	struct text *out = &p->out[CLIENT];
	size_t half = out->length / 2;

	if (half > 0 && send(p->fd[CLIENT], out->bytes, half, MSG_NOSIGNAL) == (ssize_t)half)
		text_cut_front(out, half);
	r->half = false;
	r->stalled = true;
	puts("half was passed");
}

static void pull(struct relay *r, struct pair *p, int side)
{
	struct text *to = &p->out[!side];
	ssize_t got = read(p->fd[side], text_reserve(to, GULP), GULP);

	if (gone(got)) {
		push(r, p, !side);
		p->over = true;
	} else if (got > 0) {
		to->length += (size_t)got;
		if (side == SERVER && r->half)
			pass_half(r, p);
		push(r, p, !side);
	}
}

static void connected(struct pair *p)
{
	int error = 0;
	socklen_t length = sizeof error;

	getsockopt(p->fd[SERVER], SOL_SOCKET, SO_ERROR, &error, &length);
	p->connecting = false;
	p->over = error != 0;
}

static void serve(struct relay *r, struct pair *p, int side, short events)
{
	if (p->over || events == 0)
		return;
	if (side == SERVER && p->connecting) {
		connected(p);
		return;
	}
	if (events & POLLOUT)
		push(r, p, side);
	if (!r->stalled && (events & (POLLIN | POLLHUP | POLLERR)))
		pull(r, p, side);
}

static short wanted(const struct relay *r, const struct pair *p, int side)
{
	if (side == SERVER && p->connecting)
		return POLLOUT;
	if (r->stalled)
		return 0;
	return (short)((p->out[!side].length < ROOM ? POLLIN : 0) | (p->out[side].length > 0 ? POLLOUT : 0));
}

/* --- orders --- */

static void obey(struct relay *r, const char *word)
{
	if (strcmp(word, "cut") == 0) {
		r->cut = true;
		for (size_t i = 0; i < r->count; i++)
			r->pairs[i].over = true;
		bury(r);
	} else if (strcmp(word, "mend") == 0) {
		r->cut = false;
	} else if (strcmp(word, "stall") == 0) {
		r->stalled = true;
	} else if (strcmp(word, "go") == 0) {
		r->stalled = r->half = false;
	} else if (strcmp(word, "half") == 0) {
		r->half = true;
	} else if (strcmp(word, "quit") == 0) {
		r->quitting = true;
	} else {
		printf("error: %s is no order\n", word);
		return;
	}
	printf("ok %s\n", word);
}

static void read_orders(struct relay *r)
{
	ssize_t got = read(r->control, text_reserve(&r->orders, GULP), GULP);
	struct slice rest;

	if (gone(got))
		r->control = -1; /* poll passes over it */
	if (got <= 0)
		return;
	r->orders.length += (size_t)got;
	rest = text_slice(&r->orders);
	while (rest.length > 0 && memchr(rest.at, '\n', rest.length) != NULL) {
		char *word = slice_copy(slice_trim(slice_until(&rest, '\n')));

		if (*word != '\0')
			obey(r, word);
		free(word);
	}
	text_cut_front(&r->orders, r->orders.length - rest.length);
}

/* --- the relay --- */

static void turn(struct relay *r)
{
	struct pollfd polls[2 + 2 * PAIRS] = {
		{ .fd = r->control, .events = POLLIN },
		{ .fd = r->count < PAIRS ? r->listener : -1, .events = POLLIN },
	};
	size_t count = r->count;

	for (size_t i = 0; i < count; i++)
		for (int side = CLIENT; side <= SERVER; side++) {
			short events = wanted(r, &r->pairs[i], side);

			/* Who is asked for nothing is not told of its end either. */
			polls[2 + 2 * i + (size_t)side] = (struct pollfd){ .fd = events ? r->pairs[i].fd[side] : -1, .events = events };
		}
	if (poll(polls, (nfds_t)(2 + 2 * count), -1) < 0)
		return;
	for (size_t i = 0; i < count; i++)
		for (int side = CLIENT; side <= SERVER; side++)
			serve(r, &r->pairs[i], side, polls[2 + 2 * i + (size_t)side].revents);
	bury(r);
	if (polls[1].revents)
		accept_all(r);
	if (polls[0].revents)
		read_orders(r);
}

static void listen_at(struct relay *r, const char *text)
{
	struct sockaddr_in address = address_of(text);
	socklen_t length = sizeof address;
	char host[INET_ADDRSTRLEN];
	int on = 1;

	r->listener = stream_socket();
	setsockopt(r->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(r->listener, (struct sockaddr *)&address, length) < 0 || listen(r->listener, 64) < 0)
		give_up(text, strerror(errno));
	getsockname(r->listener, (struct sockaddr *)&address, &length);
	printf("listening %s:%u\n", inet_ntop(AF_INET, &address.sin_addr, host, sizeof host), ntohs(address.sin_port));
}

int main(int argc, char **argv)
{
	struct relay r = { .control = STDIN_FILENO, .listener = -1 };
	const char *listen_text = NULL, *to = NULL;
	int option;

	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'l': listen_text = optarg; break;
		case 't': to = optarg; break;
		case 'f':
			r.control = open(optarg, O_RDWR | O_NONBLOCK | O_CLOEXEC);
			if (r.control < 0)
				give_up(optarg, strerror(errno));
			break;
		case 'h': fputs(help, stdout); return 0;
		default: give_up("usage", "see relay --help");
		}
	}
	if (listen_text == NULL || to == NULL || optind < argc)
		give_up("usage", "--listen and --to are wanted; see relay --help");
	r.to = address_of(to);
	listen_at(&r, listen_text);
	while (!r.quitting)
		turn(&r);
	for (size_t i = 0; i < r.count; i++)
		r.pairs[i].over = true;
	bury(&r);
	text_clear(&r.orders);
	close(r.listener);
	return 0;
}
