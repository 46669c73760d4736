/* One question to DNS by libunbound, asynchronously, on the loop. Its work is
 * done in a forked process, so that strangers' DNS is not parsed beside our keys:
 * open it before any key is read and before there is a connection. SIGPIPE must be ignored. */
#ifndef GATEWAY_QUESTION_H
#define GATEWAY_QUESTION_H

#include "loop.h"

struct resolver;
struct ub_result;

enum resolve_result { RESOLVE_FOUND, RESOLVE_NONE, RESOLVE_UNKNOWN /* DNS cannot tell now */ };
enum question_type { QUESTION_A = 1, QUESTION_AAAA = 28, QUESTION_SRV = 33, QUESTION_NAPTR = 35 };

struct answer {
	enum resolve_result result;
	char *const *data;      /* FOUND: the records' octets as DNS gave them, NULL behind the last; borrowed for the call */
	const int *length;
	int64_t ttl_us;         /* clamped to 5 s .. 1 h; none: 60 s; unknown: 5 s */
	bool secure, bogus;     /* what DNSSEC says, where it is looked at */
	char why[128];          /* for NONE and UNKNOWN, escaped */
};

/* NULL: the resolver is closed; the question is over and may be freed. */
typedef void question_done_fn(void *arg, const struct answer *);

/* Whoever asks brings it, zeroed before its first use. */
struct question {
	struct resolver *resolver;   /* borrowed */
	struct question *next, **back;
	enum question_type type;
	int id;                      /* libunbound's */
	bool asked;                  /* libunbound's answer is still to come */
	struct ub_result *raw;       /* owned: the answer, until it is told */
	struct answer answer;
	struct timer deadline;
	struct task task;
	question_done_fn *done;      /* NULL: nothing is asked */
	void *arg;                   /* borrowed */
};

/* Calls back exactly once, never before it returns, at the end of a turn, at the latest after 5 s. */
void question_ask(struct question *, struct resolver *, const char *name, enum question_type, question_done_fn *, void *arg);
/* For what needs no DNS: calls back at the end of the turn, with NONE. */
void question_skip(struct question *, struct resolver *, question_done_fn *, void *arg);
/* No call any more. Nothing where nothing is asked. */
void question_cancel(struct question *);

/* `server` is "" for the system's resolvers, else ADDRESS:PORT. Forks. NULL with *why filled. */
struct resolver *resolver_open(struct loop *, const char *server, char *why, size_t size);
/* Questions under way end with NULL, which is to call nobody. */
void resolver_close(struct resolver *);
/* False: its process has ended, every name is UNKNOWN from now on. Start the edge again. */
bool resolver_works(const struct resolver *);
struct loop *resolver_loop(const struct resolver *);

#endif
