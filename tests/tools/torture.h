/* The player of the torture table, in its rooms: torture.c (the table), ordeal.c (one case, word by
 * word), ordeal_send.c, ordeal_await.c, onward.c (what the next hop must see), around.c (the connections, the next
 * hop's side, and a healthy partner who goes on meanwhile). */
#ifndef TOOLS_TORTURE_H
#define TOOLS_TORTURE_H

#include "link.h"
#include "scene.h"

enum { SENT_MOST = 1024, PATIENCE_US = 8000000, QUIET_US = 25000 };

struct letter {
	struct letter *next;
	struct text    raw;
	struct sip     m;               /* points into raw */
};

/* What came and nobody expected yet, oldest first. */
struct inbox {
	struct letter *first;           /* owned */
};

/* The partner that must not notice anything: a MESSAGE every so often, each answered in time. */
struct healthy {
	struct link *link;              /* owned */
	int64_t      next_us, within_us, worst_us, since_us;   /* since: when the one under way was sent; 0: none is */
	unsigned     sent, answered;
	char         trouble[300];
};

struct around {
	struct link_settings partner, bystander;  /* borrowed names of files */
	SSL_CTX     *context, *bystander_context; /* owned */
	int          listen_fd;
	struct link *hops[16];          /* owned: connections of the edge to its next hop */
	struct link *link;              /* owned: the case's own */
	struct inbox answers, requests; /* at the partner, at the next hop */
	long         pongs;
	bool         broken;            /* what came back was not SIP */
	struct healthy healthy;
};

/* --- around.c --- */
void around_start(struct around *a);
void around_stop(struct around *a);
/* A new connection for the next case; the inboxes are emptied. */
void around_renew(struct around *a);
/* Moves octets everywhere, waiting for them at most that long. False: the healthy partner is in trouble. */
bool around_pump(struct around *a, int64_t patience_us);
struct letter *inbox_take(struct inbox *box);   /* NULL: empty */
void letter_free(struct letter *l /* taken */);
/* Sends along the connection that the edge made to its next hop. */
void around_say_as_hop(struct around *a, struct slice octets);

/* --- ordeal.c --- */
struct ordeal {
	struct around *around;          /* borrowed */
	struct scene   scene;
	const char    *file;            /* borrowed */
	long           line;
	struct slice   rest;            /* of the table, behind the line being read */
	struct text    name;
	struct text    sent[SENT_MOST]; /* requests whose arrival at the next hop is not told yet */
	size_t         first_sent, sent_count;
	struct text    back;            /* what the next hop answers, as written; empty: a plain 200 */
	struct text    returned;        /* what it did answer */
	long           cut;             /* octets in one TLS record; 0: all */
	bool           ended;           /* `closes` or `stays` was told */
};

/* Plays the lines up to the next `case`; false when a promise did not hold. */
bool ordeal_play(struct ordeal *o);
/* Complains with the place in the table; always false. */
bool ordeal_fail(const struct ordeal *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Moves octets; false, with a complaint, when the healthy partner is in trouble. */
bool ordeal_pump(struct ordeal *o, int64_t patience_us);
bool ordeal_breathe(struct ordeal *o, int64_t span_us);

/* --- ordeal_send.c: words that send --- */
bool ordeal_send(struct ordeal *o, struct slice lines);
bool ordeal_send_cut_everywhere(struct ordeal *o, struct slice lines);
bool ordeal_raw(struct ordeal *o, struct slice digits);
bool ordeal_back(struct ordeal *o, struct slice lines);
bool ordeal_compose(struct ordeal *o, struct slice lines, struct text *message);
/* The oldest one sent that no word was about yet. */
const struct text *ordeal_next_sent(struct ordeal *o);

/* --- ordeal_await.c: words that wait --- */
bool ordeal_answered(struct ordeal *o, struct slice rest);
bool ordeal_all_forwarded(struct ordeal *o, struct slice rest);
bool ordeal_forwarded(struct ordeal *o, bool returns);
bool ordeal_lost(struct ordeal *o, struct slice rest);
bool ordeal_silent(struct ordeal *o, struct slice rest);

/* --- onward.c --- */
/* Is `seen` what a next hop must see of `sent`: our Via (and Record-Route when it starts a dialog), one hop less,
 * no Route, no header that the border removes; every other octet as it was? Else `why` tells. */
bool onward_is(struct slice sent, struct slice seen, struct text *why);
/* Is `got` the answer `given` without the line of our Via? */
bool backward_is(struct slice given, struct slice got, struct text *why);

#endif
