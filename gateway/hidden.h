/* border.hide-hosts: names of internal servers do not go to partners. What Via and Record-Route say of the way through
 * the inside goes out sealed, in a parameter of our own header beside it, and comes back out of that; on any edge of
 * the pool, as the route keys seal it. */
#ifndef GATEWAY_HIDDEN_H
#define GATEWAY_HIDDEN_H

#include "seal.h"
#include "via.h"

/* --- a request to a partner, and the answer to it --- */

/* All Record-Routes leave the message, for route_record to hide: their text, "" for none. False: they are too long, and stay. */
bool hidden_take_records(msg_t *, char out[SEAL_PLAIN_MAX + 1]);
/* Our Via is on top: it takes the others into it. False: they are too long, and stay. */
bool hidden_take_vias(const struct own *, msg_t *);
/* Does the Via on top hide others? */
bool hidden_in_via(const sip_t *);
/* It goes, and those that it hides come. False: it was altered, or is not the only one. */
bool hidden_give_vias(const struct own *, msg_t *);
/* Those that a Record-Route of ours hides stand behind it again. False: it was altered, or is another dialog's. */
bool hidden_give_records(const struct own *, msg_t *);

/* --- an answer to a partner, and the request inside the dialog --- */

/* Our Record-Route takes those above it into it; without one of ours all go, and those too that are too long: the
 * dialog's requests come to the next hop then. False: cannot be printed. */
bool hidden_take_records_of_answer(const struct own *, msg_t *);
/* The Routes that the first `own_routes`, which are ours, hide; NULL: none. False: altered. */
bool hidden_read_routes(const struct own *, msg_t *, unsigned own_routes, const char **out /* lives as the message */);
/* They take the place of all there are. False: cannot be printed. */
bool hidden_give_routes(msg_t *, const char *text);

#endif
