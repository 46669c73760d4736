/* One refusal as it is told later: texts, escaped (log_quote) and cut, so that
 * they may stand in any report. Its JSON is the same in a report and in Redis. */
#ifndef GATEWAY_REFUSED_H
#define GATEWAY_REFUSED_H

#include <jansson.h>

#include "../policy/match.h"
#include "../policy/partner.h"
#include "clock.h"

/* "": not known. */
struct refused {
	char time[CLOCK_TEXT_MAX];      /* the edge's wall clock; later ones sort behind */
	char edge[DOMAIN_MAX + 1];
	char reason[32];                /* token */
	char rule[128];                 /* "policy.conf:14" */
	char method[40];
	char source[DOMAIN_MAX + 1];
	char call_id[200];
	char partner[PARTNER_TEXT_MAX]; /* who is none: the organisation of its certificate, else its address */
	char peer[DOMAIN_MAX + 1];      /* first name of the certificate */
	char names[512];                /* as many of its names as fit, with blanks between */
	char direction[8];              /* "in"; "out": our own side's request was refused */
};

void refused_put_names(struct refused *, const struct peer *);

bool refused_same(const struct refused *, const struct refused *);

/* {time, edge, reason, rule, method, source, call_id, partner, peer, names, direction}; null for "". */
json_t *refused_json(const struct refused *);
/* The same as one line; owned by the caller. */
char *refused_text(const struct refused *);
/* Reads what refused_text wrote; false, and *out is empty, for all else: another edge, or somebody else, wrote it. */
bool refused_read(struct refused *out, const char *text, size_t length);

enum refused_by { REFUSED_BY_PARTNER, REFUSED_BY_CALL_ID };

/* Is it of this partner, or of this Call-ID? `text` as the peer wrote it, or as it is shown. */
bool refused_is(const struct refused *, enum refused_by, const char *text);
/* What stands in refused_text of such a one and of no other. Two, since the text may be escaped already; always ends with a NUL. */
#define REFUSED_MARK_MAX 1400
void refused_marks(enum refused_by, const char *text, char raw[REFUSED_MARK_MAX], char escaped[REFUSED_MARK_MAX]);

#endif
