/* The inside of a link, for the files that make it up. */
#ifndef GATEWAY_REDIS_PARTS_H
#define GATEWAY_REDIS_PARTS_H

#include "dial.h"
#include "redis.h"
#include "sentinel.h"

#define BACKOFF_LEAST_US 100000
#define BACKOFF_MOST_US 5000000

/* LATE: connected, but of no use until a script that writes has come through. */
enum state { AWAY, GREETING, UP, LATE };

struct redis {
	struct dialer dialer;
	const struct redis_conf *conf;    /* borrowed, these four */
	const char *channel;              /* NULL: commands */
	const struct redis_calls *calls;
	void *arg;
	struct sentinel *sentinel;        /* owned; NULL: one Redis */
	const struct redis_place *place;  /* of conf, or `master` */
	struct redis_place master;        /* owned: what the sentinels said */
	bool known;                       /* they have just said it: no need to ask first */
	bool doubt;                       /* the one that said it is wrong */
	bool said_sentinels;              /* that none can be asked */
	char *where;                      /* owned */
	struct dial dial;
	struct resp *resp;                /* owned; closing while AWAY */
	enum state state;
	bool troubled;                    /* within a reply that says so: no longer up */
	unsigned misses;                  /* in a row */
	struct timer retry, tick;
	int64_t backoff_us;
	int64_t wait_us;                  /* until the next try; -1: as the back-off says */
	int64_t up_since_us, late_since_us;
	char said[400];                   /* what `down` was told; "": nothing since it was up */
};

/* redis.c: every change of state. */
int64_t link_now(const struct redis *);
void link_set(struct redis *, struct timer *, int64_t in_us, void (*fire)(void *));
void link_stop(struct redis *, struct timer *);
void link_up(struct redis *);
/* No more commands, for the time being: those who wait are told, `down` is not. */
void link_late(struct redis *);
/* Closed at the end of the turn, and tried again after wait_us. */
void link_away(struct redis *, const char *why, int64_t wait_us);
/* Tells `down`, if that is news. */
void link_say_down(struct redis *, const char *why);

/* redis_talk.c: what is said on the connection, from its first word. */
void talk_greet(struct redis *, struct resp * /* taken */);
void talk_probe(struct redis *); /* and again, until one comes through */

/* redis.c, for resp's calls */
void link_closed(void *redis, const char *why);

#endif
