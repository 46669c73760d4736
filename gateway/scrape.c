#include "scrape.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"

#define CONNECTIONS_MOST 16u
#define CONNECTIONS_OF_A_HOST 8u
#define CONNECTION_OCTETS ((size_t)8192)
#define VISIT_US 10000000
#define PAGE_US (1000000 / SCRAPE_PAGES_A_SECOND)
#define PATH "/metrics"

struct scrape {
	struct loop *loop;             /* borrowed */
	struct MHD_Daemon *daemon;     /* owned */
	int index;                     /* its epoll in our loop */
	struct timer timer;
	struct task again;
	scrape_page_fn *make;
	void *arg;
	struct MHD_Response *page;     /* a reference; NULL: none was made yet */
	int64_t made_us;
};

/* A connection, from when it came. */
struct visit {
	struct loop *loop;             /* borrowed */
	int fd;                        /* borrowed */
	struct timer deadline;
};

/* --- what is answered --- */

static struct MHD_Response *response(size_t size, char *text, enum MHD_ResponseMemoryMode mode)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(size, text, mode);

	if (!r || MHD_add_response_header(r, MHD_HTTP_HEADER_CONNECTION, "close") != MHD_YES)
		abort(); /* no memory */
	return r;
}

/* Who asks again and again is shown the same page for a while. */
static struct MHD_Response *page(struct scrape *s)
{
	size_t length;
	char *text;

	if (s->page && loop_now(s->loop) - s->made_us < PAGE_US)
		return s->page;
	if (s->page)
		MHD_destroy_response(s->page);
	text = s->make(s->arg, &length);
	s->page = response(length, text, MHD_RESPMEM_MUST_FREE);
	MHD_add_response_header(s->page, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
	s->made_us = loop_now(s->loop);
	return s->page;
}

static enum MHD_Result refuse(struct MHD_Connection *c, unsigned status, char *why, const char *allow)
{
	struct MHD_Response *r = response(strlen(why), why, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result queued;

	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain");
	if (allow)
		MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, allow);
	queued = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return queued;
}

/* Answered before any body is read. */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *c, const char *path, const char *method,
    const char *version, const char *upload, size_t *upload_size, void **state)
{
	static char elsewhere[] = "see " PATH "\n", otherwise[] = "only GET and HEAD\n";
	struct scrape *s = arg;

	(void)version, (void)upload, (void)upload_size, (void)state;
	if (strcmp(path, PATH) != 0)
		return refuse(c, MHD_HTTP_NOT_FOUND, elsewhere, NULL);
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return refuse(c, MHD_HTTP_METHOD_NOT_ALLOWED, otherwise, "GET, HEAD");
	return MHD_queue_response(c, MHD_HTTP_OK, page(s));
}

/* --- how long it may take --- */

/* The library closes it when it sees that. */
static void on_deadline(void *arg)
{
	struct visit *v = arg;

	shutdown(v->fd, SHUT_RDWR);
}

static void on_connection(void *arg, struct MHD_Connection *c, void **state, enum MHD_ConnectionNotificationCode code)
{
	struct scrape *s = arg;
	struct visit *v = *state;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		v = *state = alloc_zero(1, sizeof *v);
		v->loop = s->loop;
		v->fd = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
		timer_set(s->loop, &v->deadline, loop_now(s->loop) + VISIT_US, on_deadline, v);
	} else if (v) {
		timer_stop(v->loop, &v->deadline);
		free(v);
		*state = NULL;
	}
}

/* --- its turns --- */

static void turn(void *arg);

static void on_ready(void *arg, int events)
{
	(void)events;
	turn(arg);
}

/* What is left for it now waits for the next turn of the loop: messages come between. */
static void wait_for_more(struct scrape *s)
{
	MHD_UNSIGNED_LONG_LONG ms;

	timer_stop(s->loop, &s->timer);
	if (MHD_get_timeout(s->daemon, &ms) != MHD_YES)
		return;
	if (ms == 0)
		loop_later(s->loop, &s->again, turn, s);
	else
		timer_set(s->loop, &s->timer, loop_now(s->loop) + (int64_t)ms * 1000, turn, s);
}

static void turn(void *arg)
{
	struct scrape *s = arg;

	MHD_run(s->daemon);
	wait_for_more(s);
}

void scrape_accept(struct scrape *s, int fd, const struct address *peer)
{
	MHD_add_connection(s->daemon, fd, &peer->socket.any, peer->length); /* one too many is closed there */
	wait_for_more(s);
}

struct scrape *scrape_new(struct loop *loop, scrape_page_fn *make, void *arg)
{
	struct scrape *s = alloc_zero(1, sizeof *s);
	const union MHD_DaemonInfo *info;

	*s = (struct scrape) { .loop = loop, .make = make, .arg = arg };
	s->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, on_request, s,
	    MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MOST, MHD_OPTION_PER_IP_CONNECTION_LIMIT, CONNECTIONS_OF_A_HOST,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_OCTETS, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
	    MHD_OPTION_END);
	info = s->daemon ? MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (info && (s->index = loop_add(loop, info->epoll_fd, LOOP_READ, on_ready, s)) > 0)
		return s;
	scrape_free(s);
	return NULL;
}

void scrape_free(struct scrape *s)
{
	if (!s)
		return;
	if (s->index > 0)
		loop_remove(s->loop, s->index);
	if (s->daemon)
		MHD_stop_daemon(s->daemon);
	if (s->page)
		MHD_destroy_response(s->page);
	timer_stop(s->loop, &s->timer);
	loop_forget(s->loop, &s->again);
	free(s);
}
