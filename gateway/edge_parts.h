/* What the edge*.c files share: the edge itself, and the parts that a reload
 * opens beside the old ones before anything is swapped. */
#ifndef GATEWAY_EDGE_PARTS_H
#define GATEWAY_EDGE_PARTS_H

#include "console.h"
#include "expiry.h"
#include "log.h"
#include "notify.h"
#include "process.h"
#include "scrape.h"
#include "traffic.h"

/* A listening address as configured, and its socket. */
struct door_at {
	struct address configured;
	struct listener *listener; /* owned */
	bool kept;                 /* it was open before: the old list owns it until the swap */
};

struct door_list {
	struct door_at *list; /* owned */
	size_t count;
};

/* The policy that was loaded last, for who asks. */
struct policy_seen {
	char digest[13];
	size_t allows, blocks, providers;
	int64_t loaded_us;
};

struct parts {
	SSL_CTX *outer_context, *inner_context, *store_context; /* owned; the latter two may be NULL */
	struct door_list federation, internal, metrics;
};

struct edge {
	const char *path;
	struct conf *conf;
	struct ruleset *rules;       /* the policy file's */
	struct ruleset *law;         /* those, under the operators' decisions */
	struct task new_law;         /* waits for the end of the turn */
	struct loop *loop;
	struct notify notify;
	struct resolver *resolver;
	struct discover *discover;
	SSL_CTX *outer_context, *inner_context, *store_context;
	struct streams streams, store_streams;
	struct origins origins;
	struct links links;
	struct door door, inner_door;
	struct door_list federation, internal, metrics;
	struct pendings *pendings;
	struct hops hops;
	struct ways ways;
	struct store *store;
	char store_address[ADDRESS_TEXT_MAX]; /* where the other edges of a pool hear that we are */
	struct decisions *decisions;
	struct ledger *ledger;
	struct refusals *refusals;
	struct traces traces;
	struct recorder *recorder; /* NULL: log.record is not set */
	struct traffic traffic;
	struct talk_house house;
	struct console *console;
	int64_t started_us, begun_us;         /* on the wall clock, and on the monotonic one */
	struct policy_seen policy, policy_before;
	char conf_digest[13], conf_before[13];
	struct expiry expiry;
	struct scrape *scrape;       /* both NULL as long as there never were metrics */
	struct process *process;
	unsigned char secret[32];
	struct timer tick;
	int64_t next_store_tick_us, drain_until_us;
	bool drained;                         /* the console said so: no new connections, but no stop */
	bool draining, last_words, failed;
};

/* Takes no new connections, and goes on. */
void edge_drain(struct edge *, char *done, size_t size);

/* edge_links.c */
extern const struct link_calls edge_link_calls;
/* Of link_calls; asked again behind a reload. */
bool edge_may_speak(void *edge, struct link *, char *why, size_t size);
void edge_on_partner(void *edge, int fd, const struct address *);
void edge_on_inside(void *edge, int fd, const struct address *);
void edge_evict(void *link);

/* edge_store.c */
void edge_open_store(struct edge *);
void edge_close_store(struct edge *);
void edge_reload_store(struct edge *); /* the old configuration is there yet */

/* edge_console.c */
void edge_open_console(struct edge *);

/* edge_metrics.c */
/* A listener for what is configured, if anything is. */
void edge_open_metrics(struct edge *, struct parts *, const struct conf *, struct complaints *);
void edge_install_metrics(struct edge *, struct parts *); /* the new configuration and contexts are there already */
void edge_close_metrics(struct edge *);

/* edge_orders.c */
void edge_make_law(struct edge *);   /* after a change of the rules */
void edge_on_order(void *edge, const struct order *);
void edge_end_orders(struct edge *); /* whose time has come */

/* edge_record.c */
void edge_open_record(struct edge *); /* as the configuration says; also again, behind a reload */
void edge_close_record(struct edge *);

/* edge_reload.c */
/* False, with complaints: nothing has changed. True: `done` says what has. */
bool edge_reload(struct edge *, struct complaints *, char *done, size_t size);
/* Swaps in what was read and opened whole. All are taken. */
void edge_install(struct edge *, struct conf *, struct ruleset *, struct parts *);
void edge_complain(const struct complaints *);
/* Notes what the files are now, and tells of it. */
void edge_note_files(struct edge *, const char *what);
enum log_level edge_log_level(const struct conf *);

/* The TLS contexts alone: what `fedgated -t` can look at without binding anything. */
void contexts_open(struct parts *, const struct conf *, struct complaints *);
/* False, and nothing is open: there are complaints, of these parts or of what was read before. */
bool parts_open(struct edge *, struct parts *, const struct conf *, struct complaints *);
void parts_close(struct parts *);

/* Opens what is not open in `old`; complaints where it cannot. */
void doors_open(struct edge *, struct door_list *out, const struct addresses *, bool reuse_port,
    struct door_list old, listener_accepted_fn *, const char *group, struct complaints *);
/* `new` becomes `old`; what is in `old` only is closed. */
void doors_swap(struct door_list *old, struct door_list *new);
void doors_close(struct door_list *);
/* Takes no more connections; the addresses are kept. */
void doors_shut(struct door_list *);

/* The edge's own secret beside the state file: without edge.route-keys it signs our
 * tokens, which then hold over a restart. Made where there is none; without a state file it lives as long as the process. */
void secret_read(unsigned char secret[32], const char *state_file);

#endif
