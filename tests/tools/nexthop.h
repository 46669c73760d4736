/* The internal server of the tests, in four rooms: nexthop.c (connections and
 * the loop), serve.c (what is answered), record.c (the log), control.c (orders
 * from the test). */
#ifndef TOOLS_NEXTHOP_H
#define TOOLS_NEXTHOP_H

#include "link.h"
#include "scene.h"

#include <stdio.h>

enum { RULES = 64, DIALOGS = 1024, EXTRA_HEADERS = 16 };

struct peer {
	struct peer *next;
	struct link *link;           /* owned */
	unsigned     number;
	unsigned     events;         /* what epoll watches for now */
	unsigned     crlfs;
};

struct rule {
	char       *method;          /* NULL: any; owned, as is the next */
	char       *user;            /* a shell pattern, or NULL: any */
	int         status;          /* 0 is silence */
};

/* A request that is not answered yet. */
struct held {
	struct held *next;
	struct text  raw;
	struct sip   m;              /* points into raw */
	unsigned     peer;           /* its number: it may be gone by then */
	int64_t      due_us;         /* -1: never by itself */
	int          status;
	char         tag[40];
};

struct dialog {
	unsigned    peer;
	unsigned    cseq;
	struct text call_id, target, route, remote, self, event;
};

struct hop {
	struct link_settings link;
	SSL_CTX     *context;        /* owned; for those who connect here */
	SSL_CTX     *out_context;    /* owned; for --edge */
	const char  *edge;           /* borrowed: where own requests go, or NULL */
	const char  *contact;        /* borrowed: host and port of our Contact, or NULL */
	const char  *record;         /* borrowed: our own Record-Routes, or NULL */
	const char  *lines[EXTRA_HEADERS];
	size_t       line_count;
	struct rule  rules[RULES];
	size_t       rule_count;
	bool         ring, raw, stopped, quitting;
	int64_t      delay_us;
	int          poll_fd, listen_fd, control_fd;
	char         bound[80];
	struct peer *peers;          /* owned */
	struct peer *out;            /* one of peers: the connection to --edge, or NULL */
	unsigned     peer_count, last_peer;
	struct held *held, **held_end;
	unsigned long tags;
	struct dialog dialogs[DIALOGS];    /* a ring, the newest at dialog_count - 1 */
	size_t       dialog_count;
	struct scene scene;
	struct text  control;        /* orders not whole yet */
	FILE        *log;            /* owned, NULL without --log */
	struct text  log_line;
};

/* nexthop.c */
struct peer *hop_peer(const struct hop *h, unsigned number);
struct peer *hop_connect(struct hop *h);
/* Flushes what waits, and tells epoll what the peer waits for. */
void hop_update(struct hop *h, struct peer *peer);

/* serve.c */
void serve(struct hop *h, struct peer *peer, const struct sip *m);
/* Answers what is due; returns the milliseconds until the next, -1 for none. */
int serve_due(struct hop *h);
/* A held request gets its answer after all; false when there is none of that call. */
bool serve_held(struct hop *h, struct slice call_id, int status);
/* Adds a rule METHOD=STATUS or PATTERN=STATUS; false when it cannot be read. */
bool serve_add_rule(struct hop *h, const char *word, bool by_user);
struct dialog *serve_dialog(struct hop *h, struct slice call_id);
void serve_clear(struct hop *h);

/* record.c */
void record(struct hop *h, const struct peer *peer, const struct sip *m, int64_t time_us);

/* control.c */
/* Acts on the whole lines that came in; each is answered with a line on stdout. */
void control_lines(struct hop *h);

#endif
