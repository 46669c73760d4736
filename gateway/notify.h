/* What the service manager hears of this edge, by sd_notify(3): ready, reloading,
 * stopping, a line of status, and the beat of its watchdog. Without NOTIFY_SOCKET
 * nothing is said. */
#ifndef GATEWAY_NOTIFY_H
#define GATEWAY_NOTIFY_H

#include "loop.h"

#define NOTIFY_MAX 400

struct notify {
	struct loop *loop;    /* borrowed */
	bool heard;           /* there is somebody to tell */
	bool stopping, lost;
	int fd;               /* asks whether there is room for a word; -1: nobody listens */
	int64_t beat_us;      /* half of what the watchdog waits; 0: nobody watches */
	struct timer beat, again;
	size_t draining;      /* as last told */
	char unsaid[NOTIFY_MAX]; /* there was no room: said again soon */
};

/* Before the first fork: no child speaks for the edge. */
void notify_open(struct notify *, struct loop *);
void notify_close(struct notify *);

/* Serving, at the start and after a reload, whether it was taken over or refused:
 * the status says which. The watchdog's beat begins with the first. */
void notify_ready(struct notify *, const char *status, ...) __attribute__((format(printf, 2, 3)));
void notify_reloading(struct notify *);

/* No new connections; so many requests are waited for. May be called as often as one looks. */
void notify_draining(struct notify *, size_t requests);

#endif
