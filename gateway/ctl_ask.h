/* One question to an edge over its UNIX socket, and the answer as it comes (talk.h says how it looks). */
#ifndef GATEWAY_CTL_ASK_H
#define GATEWAY_CTL_ASK_H

#include <jansson.h>

#include "ctl_scan.h"

#define ASK_WHY_COLUMNS 600
#define ASK_WHY_MAX (4 * ASK_WHY_COLUMNS + 40)

/* How fedgatectl ends. */
enum ctl_end { CTL_DONE, CTL_REFUSED, CTL_USAGE, CTL_NO_ANSWER };

struct ask {
	int fd;
	int wake;                 /* input on it ends waiting, too; -1: none */
	int patience_ms;          /* for the next octets, until the answer has begun and within an object */
	enum ctl_end end;         /* as the edge said it; CTL_NO_ANSWER: see `why` */
	char why[ASK_WHY_MAX];   /* of no answer, or the text of a wrong usage: what the terminal can show */
	bool woken;               /* that is why there is no answer */
	bool came;                /* an object was whole: the next one may take its time */
	bool lines;               /* the caller's, behind ask_open: of objects there may be none, and the first may take its time */
	unsigned ends;            /* line ends in a row */
	struct scan scan;
	struct text object;       /* what is there of the next one */
	char octets[65536];       /* as they came */
	size_t count, at;
};

/* Connects, asks, and waits for the first word of the answer. To be closed whatever it answers. */
enum ctl_end ask_open(struct ask *, const char *socket, const char *line, int patience_ms, int wake);
/* The next object of the answer, as ASCII; borrowed until the next call. NULL: the end, or, with ask->end
 * CTL_NO_ANSWER, the answer is cut off or no JSON. */
const struct text *ask_next(struct ask *);
/* An object of ask_next, parsed. NULL as above. */
json_t *ask_object(struct ask *);
void ask_close(struct ask *);

#endif
