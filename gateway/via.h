/* The proxy's headers: Via and branch, Route and Record-Route, Max-Forwards,
 * the loop check (RFC 3261 16.3, 16.4, 16.6; RFC 3581; RFC 5393). */
#ifndef GATEWAY_VIA_H
#define GATEWAY_VIA_H

#include "message.h"
#include "token.h"
#include "../policy/rate.h"
#include "../policy/siphash.h"

/* Who we are in these headers. */
struct own_side {
	struct domain host;      /* in Record-Route and Via of this side */
	unsigned port;
	bool tls;
};

struct own {
	struct own_side outer, inner;
	bool one_side;           /* outer and inner are the same: one Record-Route */
	struct domain edge;      /* edge.name */
	struct token_keys *tokens;      /* owned by the edge */
	struct siphash_key branch_key;  /* transactions, loops, To tags */
};

/* Is this host one of our names? */
bool own_host(const struct own *, const char *host);

#define BRANCH_MAX 64

/* The transaction that a request belongs to for this edge: its top Via's branch
 * and sent-by, Call-ID, CSeq number and the organisation it came from. The same for an INVITE, its CANCEL and
 * the ACK of its failure. */
uint64_t via_transaction(const struct own *, const sip_t *, const char *organisation);

/* What a proxied request may not change without being another request: Request-URI,
 * From and To tags, Call-ID, CSeq, Route (RFC 5393 4.2). */
/* A keyed hash of the Request-URI. */
uint64_t via_request_uri(const struct own *, const sip_t *);
uint32_t via_loop_mark(const struct own *, const sip_t *);

void via_branch(char out[BRANCH_MAX], uint64_t transaction, uint32_t loop_mark);
/* Is this a branch of the form that we make? The parameter's text need not end after it. */
bool via_branch_read(const char *text, size_t length, uint64_t *transaction, uint32_t *loop_mark);
/* Has the request our own Via with the same loop mark? */
bool via_looped(const struct own *, const sip_t *);

/* The To tag of our refusals: tells their ACK later without a record. */
#define TAG_MAX 24
void via_tag(const struct own *, const sip_t *, char out[TAG_MAX]);
/* The same for a request that was only scanned. */
void via_tag_of(const struct own *, const char *call_id, size_t call_id_length, const char *cseq, size_t cseq_length, char out[TAG_MAX]);
bool via_tag_is_ours(const struct own *, const sip_t *);

/* RFC 3261 18.2.1, RFC 3581: received and rport in the top Via. False: its transport is no token, or it cannot be printed. */
bool via_received(msg_t *, const char *host, unsigned port);
/* Tells a peer whose Via offers "oc" with the rate algorithm how much it may send (RFC 7339 4.3,
 * RFC 7415 3.3): messages per second, for one second. False: cannot be printed. */
bool via_tell_rate(msg_t *, const struct rate *, int64_t wall_us);
/* Pushes our Via. False: cannot be printed. */
bool via_push(msg_t *, const struct own_side *, const char *branch);
/* Max-Forwards one less; 70 where there is none. */
bool via_count_down(msg_t *);

/* What Route says of a request. */
enum route_verdict { ROUTE_NONE, ROUTE_PROVEN, ROUTE_BAD };
/* Looks at the Request-URI, which must be none of ours, and at every Route: one of ours (our host, an fg parameter)
 * with a token that is not valid for `dialog` (behind a first one of ours: nor for the same with the other party as the
 * local one) is bad; proven only when the first is ours and valid. `from_inside` tells which side it must name.
 * `consume`: how many leading Routes are ours. A strict router's Request-URI (RFC 3261 16.4) is undone first by
 * route_undo_strict. */
enum route_verdict route_read(const struct own *, const sip_t *, const struct token_dialog *, bool from_inside,
    struct token *out, unsigned *consume);
bool route_undo_strict(const struct own *, msg_t *);
/* Is each Route a URI, and are there no more than a request can go? One of them may become the Request-URI, and what
 * remains of a list is printed anew: with other octets it would be no header any more. */
bool routes_are_sound(msg_t *);
/* Is each Record-Route a URI? What is hidden is read anew when it comes back. */
bool records_are_sound(msg_t *);
/* Removes the first `count` Routes; all of them for UINT_MAX. */
void route_remove(msg_t *, unsigned count);

/* Is that a Route or Record-Route of ours? Then the text of its token; NULL: it has none, or too long a one. */
bool route_is_ours(const struct own *, const url_t *);
const char *route_token(const url_t *, char out[TOKEN_TEXT_MAX]);

#define HIDDEN_PARAM "fgh" /* of our Via and Record-Route: what hidden.h seals */

/* Pushes our Record-Route(s), that of the side where it goes on top. `hidden`: what the one next to the inside is
 * to hide; NULL: nothing. False: cannot be printed, or hides too much. */
bool route_record(msg_t *, const struct own *, const struct token *, const struct token_dialog *, bool inward, const char *hidden);

#endif
