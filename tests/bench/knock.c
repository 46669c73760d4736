/* Connections by themselves: full handshakes one after the other, connections that stay and say nothing, strangers
 * who have no certificate. A connection counts when the server has answered its keep-alive (RFC 5626 4.4.1: two
 * CRLF, one back), which it does only for a peer whose certificate it has taken. */
#include "meter.h"

#include "../tools/link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static const char help[] =
	"usage: knock --connect ADDR:PORT --ca FILE [--cert FILE --key FILE] [options]\n"
	"  --count N          so many connections, then the end (default 1000)\n"
	"  --at-once N        so many at a time (default 8)\n"
	"  --sources N        from so many addresses of 127.0.0.0/8, by turns (default 1)\n"
	"  --hold             they stay: prints \"held N\", and closes them at SIGTERM\n"
	"  --seconds S        for so long, however many\n"
	"  --refused          strangers: that none is let in is what is wanted\n"
	"  --server PID       whose CPU time is counted, with its descendants\n"
	"One line of JSON. Exit: 0, or 1 when one did not end as wanted.\n";

static const struct option options[] = {
	{ "connect", required_argument, NULL, 'C' }, { "cert", required_argument, NULL, 'c' },
	{ "key", required_argument, NULL, 'k' }, { "ca", required_argument, NULL, 'a' },
	{ "count", required_argument, NULL, 'n' }, { "at-once", required_argument, NULL, 'o' },
	{ "sources", required_argument, NULL, 's' }, { "hold", no_argument, NULL, 'h' },
	{ "seconds", required_argument, NULL, 't' }, { "refused", no_argument, NULL, 'r' },
	{ "server", required_argument, NULL, 'S' }, { NULL, 0, NULL, 0 },
};

enum { EVENTS = 256, A_NETWORK = 250, PATIENCE_US = 20000000 };

struct visit {
	int      fd;               /* -1: none */
	SSL     *ssl;              /* owned */
	unsigned events;
	bool     pinged, held;
};

struct knock {
	struct link_settings link;
	struct sockaddr_in to;
	SSL_CTX *context;
	long     count, at_once, sources;
	double   seconds;
	bool     hold, refused;
	struct meter server;
	struct visit *visits;      /* owned */
	long     room, begun, done, failed;
	int      epoll;
	int64_t  end_us;
};

static void leave(struct visit *v)
{
	if (v->fd < 0)
		return;
	SSL_free(v->ssl);
	close(v->fd);
	*v = (struct visit){ .fd = -1 };
}

static bool more(const struct knock *k)
{
	return k->seconds > 0 ? now_us() < k->end_us : k->begun < k->count;
}

static void enter(struct knock *k, struct visit *v)
{
	uint32_t source = (uint32_t)(k->begun++ % k->sources);
	struct sockaddr_in from = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0x7f000000 + ((1 + source / A_NETWORK) << 8) + 1 + source % A_NETWORK) };
	struct epoll_event event = { .events = EPOLLOUT, .data.ptr = v };
	int on = 1;

	v->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (v->fd < 0) {
		perror("knock: socket");
		exit(1);
	}
	setsockopt(v->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
	if (bind(v->fd, (struct sockaddr *)&from, sizeof from) != 0
	    || (connect(v->fd, (struct sockaddr *)&k->to, sizeof k->to) != 0 && errno != EINPROGRESS)) {
		perror("knock: connect");
		exit(1);
	}
	setsockopt(v->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	v->ssl = must(SSL_new(k->context));
	SSL_set_fd(v->ssl, v->fd);
	SSL_set_connect_state(v->ssl);
	v->events = event.events;
	epoll_ctl(k->epoll, EPOLL_CTL_ADD, v->fd, &event);
}

/* The next one takes its place, or it stays. */
static void over(struct knock *k, struct visit *v, bool good)
{
	k->done++;
	k->failed += good == k->refused;
	if (k->hold && good) {
		v->held = true;
		v = NULL;
		for (long i = 0; i < k->room && v == NULL; i++)
			if (k->visits[i].fd < 0)
				v = &k->visits[i];
	} else {
		leave(v);
	}
	if (v != NULL && more(k))
		enter(k, v);
}

static void go_on(struct knock *k, struct visit *v)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = v };
	char answer[64];
	int n;

	ERR_clear_error();
	n = v->pinged ? SSL_read(v->ssl, answer, sizeof answer) : SSL_write(v->ssl, "\r\n\r\n", 4);
	if (n > 0 && !v->pinged) {
		v->pinged = true;
		n = SSL_read(v->ssl, answer, sizeof answer);
	}
	if (n > 0) {
		over(k, v, true);
		return;
	}
	switch (SSL_get_error(v->ssl, n)) {
	case SSL_ERROR_WANT_READ: break;
	case SSL_ERROR_WANT_WRITE: event.events |= EPOLLOUT; break;
	default: over(k, v, false); return;
	}
	if (event.events != v->events)
		epoll_ctl(k->epoll, EPOLL_CTL_MOD, v->fd, &event);
	v->events = event.events;
}

static void wait_for_end(struct knock *k)
{
	sigset_t end;
	int got;

	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	printf("held %ld\n", k->done - k->failed);
	fflush(stdout);
	sigwait(&end, &got);
}

static void run(struct knock *k)
{
	struct epoll_event events[EVENTS];
	int64_t heard_us = now_us();

	k->epoll = epoll_create1(EPOLL_CLOEXEC);
	k->end_us = now_us() + (int64_t)(k->seconds * 1e6);
	for (long i = 0; i < k->at_once && more(k); i++)
		enter(k, &k->visits[i]);
	while (k->done < k->begun && now_us() < heard_us + PATIENCE_US) {
		int count = epoll_wait(k->epoll, events, EVENTS, 1000);

		if (count > 0)
			heard_us = now_us();
		for (int i = 0; i < count; i++) {
			struct visit *v = events[i].data.ptr;

			if (v->fd >= 0 && v->held)
				leave(v);  /* the server has closed it: told by those that are left */
			else if (v->fd >= 0)
				go_on(k, v);
		}
	}
	k->failed += k->begun - k->done;
}

static void set_option(struct knock *k, int option, char *value)
{
	switch (option) {
	case 'C': k->link.address = value; break;
	case 'c': k->link.certificate = value; break;
	case 'k': k->link.key = value; break;
	case 'a': k->link.ca = value; break;
	case 'n': k->count = atol(value); break;
	case 'o': k->at_once = atol(value); break;
	case 's': k->sources = atol(value); break;
	case 'h': k->hold = true; break;
	case 't': k->seconds = strtod(value, NULL); break;
	case 'r': k->refused = true; break;
	case 'S': meter_add(&k->server, atoi(value)); break;
	default: fputs(help, stderr); exit(2);
	}
}

static void begin(struct knock *k)
{
	struct rlimit files;
	const char *colon = k->link.address ? strrchr(k->link.address, ':') : NULL;
	char host[64];

	if (colon == NULL || k->count < 1 || k->at_once < 1 || k->sources < 1) {
		fputs(help, stderr);
		exit(2);
	}
	snprintf(host, sizeof host, "%.*s", (int)(colon - k->link.address), k->link.address);
	k->to = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(colon + 1)) };
	inet_pton(AF_INET, host, &k->to.sin_addr);
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	k->link.tls = true;
	k->context = link_context(&k->link, false);
	k->room = k->hold ? k->count : k->at_once;
	if (k->room < k->at_once)
		k->room = k->at_once;
	k->visits = must(calloc((size_t)k->room, sizeof *k->visits));
	for (long i = 0; i < k->room; i++)
		k->visits[i].fd = -1;
}

int main(int argc, char **argv)
{
	struct knock k = { .count = 1000, .at_once = 8, .sources = 1 };
	int64_t cpu_us, begun_us;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		set_option(&k, option, optarg);
	signal(SIGPIPE, SIG_IGN);
	begin(&k);
	cpu_us = meter_cpu_us(&k.server);
	begun_us = now_us();
	run(&k);
	cpu_us = meter_cpu_us(&k.server) - cpu_us;
	begun_us = now_us() - begun_us;
	if (k.hold)
		wait_for_end(&k);
	printf("{\"seconds\":%.3f,\"connections\":%ld,\"failed\":%ld,\"rate\":%.0f,\"server_us\":%.1f,\"server_share\":%.3f}\n",
	    (double)begun_us / 1e6, k.done, k.failed, (double)k.done * 1e6 / (double)begun_us,
	    k.done > 0 ? (double)cpu_us / (double)k.done : 0, (double)cpu_us / (double)begun_us);
	for (long i = 0; i < k.room; i++)
		leave(&k.visits[i]);
	free(k.visits);
	SSL_CTX_free(k.context);
	meter_clear(&k.server);
	return k.failed == 0 ? 0 : 1;
}
