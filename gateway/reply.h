/* Our own answers: which status, which headers (interface.md, "Answers on the wire"). */
#ifndef GATEWAY_REPLY_H
#define GATEWAY_REPLY_H

#include "traffic.h"

#define REPLY_EXTRA_MAX 700

/* The status a reason is answered with under this entry (may be NULL). */
int reply_status(enum reason, const struct entry *);

/* Retry-After, Reason, ms-diagnostics-public: whole lines. `retry_us` counts where the status says 503 or 480. */
void reply_extra(const struct traffic *, enum link_kind to, enum reason, int status, int64_t retry_us, char out[REPLY_EXTRA_MAX]);

/* Answers a parsed request; nothing for an ACK or a link that has gone. */
void reply_refuse(const struct traffic *, struct link *, msg_t *, enum method, enum reason, const struct entry *, int64_t retry_us);
/* 200 to OPTIONS for the edge, to the CANCEL of a waiting INVITE, and the like. */
void reply_plain(const struct traffic *, struct link *, msg_t *, int status, const char *extra);
/* Answers from the scanned lines. False: they do not allow it; nothing was sent. */
bool reply_scanned(const struct traffic *, struct link *, const struct frame *, enum reason, const struct entry *, int64_t retry_us);
/* Answers a request that no parser takes, where its lines allow it. */
void reply_broken(const struct traffic *, struct link *, const struct frame *, enum reason);
/* Answers later, from the lines kept. */
void reply_kept(const struct traffic *, struct link *, const char *lines, enum reason);

#endif
