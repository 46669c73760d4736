/* One SIP message as sofia-sip parses and prints it. Framed first (frame.h):
 * the parser is given exactly one whole message under the frame's caps. */
#ifndef GATEWAY_MESSAGE_H
#define GATEWAY_MESSAGE_H

#include <sofia-sip/msg.h>
#include <sofia-sip/sip.h>

#include "frame.h"
#include "stream.h"

/* The light class: only the headers that routing reads are parsed, the others pass as they came.
 * Make it once, keep it as long as messages live. */
msg_mclass_t *message_class_new(void);

/* A parsed message, one reference for the caller (msg_destroy); NULL when sofia finds any
 * fault in it or a mandatory header is missing. Copies the octets. */
msg_t *message_parse(msg_mclass_t const *, const char *octets, size_t size);
/* The same of a whole frame without a fault. sofia takes some methods for none, although they are tokens (RFC 3261
 * 25.1), SERVICE and PING among them: it is shown letters instead, and what it keeps is put right. */
msg_t *message_parse_framed(msg_mclass_t const *, const struct frame *);

/* Queues the message on the stream. False when sofia cannot print it. */
bool message_send(msg_t *, struct stream *);

/* About how much memory the message holds. */
size_t message_size(msg_t *);

/* The lines that every answer to this request starts with (Via, From, To with
 * `tag` unless it has one, Call-ID, CSeq), for now or for later when the request is long gone. Owned by the
 * caller; NULL when sofia cannot print them. */
char *message_answer_lines(msg_t *, const char *tag);

/* The CANCEL that would follow this forwarded INVITE: same Request-URI, top Via,
 * Route, From, To, Call-ID (RFC 3261 9.1). Owned by the caller; NULL: cannot be printed. */
char *message_cancel(msg_t *);

/* The ACK of a failed INVITE's final answer, from that INVITE's CANCEL and the answer, whose To it has
 * (RFC 3261 17.1.1.3). Owned by the caller; NULL: sofia takes one of the two for unsound. */
char *message_ack(msg_mclass_t const *, const char *cancel, const struct frame *answer);

/* Sends an answer made of such lines: status line, lines, extra lines (each with CRLF, may be ""),
 * Content-Length 0. */
void answer_send(struct stream *, int status, const char *phrase, const char *lines, const char *extra);

/* RFC 3261's phrase of a status that we answer with. */
const char *answer_phrase(int status);

/* The first header of this name (one that the light class does not know); NULL: there is none. */
const sip_unknown_t *message_find_named(const sip_t *, const char *name);
/* Removes every header of these names (those that the light class does not know). */
void message_remove_named(msg_t *, char *const *names, size_t count);

/* Sets or removes User-Agent and Server: "keep", "remove" or the new text. False: cannot be printed. */
bool message_user_agent(msg_t *, const char *setting);

#endif
