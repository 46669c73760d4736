/* The scan of a byte stream: where a whole message ends, whether its frame is
 * sound, and where the few lines stand that a refusal needs. It may refuse,
 * never admit: what it lets through is still parsed by sofia-sip, whose parser is
 * quadratic in lines and recursive in commas, so both are capped here. */
#ifndef GATEWAY_FRAME_H
#define GATEWAY_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../policy/facts.h"

#define FRAME_LINES_MAX 200  /* of a partner's message */
#define FRAME_COMMAS_MAX 512
#define FRAME_LINES_ROOM 400 /* of one from inside: it carries what we and the next hop added to a partner's */

enum frame_header {
	FRAME_OTHER, FRAME_VIA, FRAME_FROM, FRAME_TO, FRAME_CALL_ID, FRAME_CSEQ,
	FRAME_CONTENT_LENGTH, FRAME_ROUTE, FRAME_RECORD_ROUTE, FRAME_MAX_FORWARDS
};

/* A header line with its folded continuations, without the last CRLF. */
struct frame_line {
	uint32_t at, length;   /* of the whole line in the message */
	uint32_t value;        /* offset in the message of the value's first octet */
	uint8_t header;        /* enum frame_header, compact names too */
	uint8_t name_length;   /* 255: as long or longer; no name that we know is */
};

/* Settings (messages.max-head, messages.max-body). */
struct frame_limits {
	size_t max_head, max_body;
	bool inside;           /* twice the lines and commas: one partner's message must not end a next hop's connection */
};

/* What a stream keeps between calls; all zero at first. */
struct frame_state {
	size_t searched; /* the end of the head is not before this offset */
	size_t whole;    /* size of the message when its head is known; 0: not yet */
	unsigned blank;  /* CRLFs in a row between messages: two are a ping */
};

/* One whole message (or as much of a broken one as an answer needs). Offsets
 * are into the octets that frame_next was given: valid as long as they are. */
struct frame {
	const char *octets;   /* borrowed */
	size_t size;          /* whole message; of a broken one: what was looked at */
	size_t head;          /* including the empty line; the body is behind it; 0: it never was whole */
	bool request;         /* else a response */
	uint16_t status;      /* of a response */
	enum method method;
	uint32_t method_length;       /* the method is the first octets */
	uint32_t uri, uri_length;     /* Request-URI */
	enum reason fault;            /* MALFORMED, TOO_LARGE, BAD_VERSION or NONE */
	bool closes;                  /* the stream cannot be read on behind this fault */
	bool answerable;              /* request, not ACK, all five lines below stand once (Via: at least) */
	uint16_t via, from, to, call_id, cseq; /* index of the (first) line, UINT16_MAX: none */
	uint16_t lines;               /* of a fault: as many as could be read */
	bool routed;                  /* there is a Route line */
	struct frame_line line[FRAME_LINES_ROOM];
};

enum frame_result {
	FRAME_MORE,    /* nothing whole yet; *used octets are done with (blank lines) */
	FRAME_PING,    /* CRLF CRLF: answer CRLF (RFC 5626 section 3.5.1); *used of them */
	FRAME_MESSAGE, /* a whole message of *used octets: look at fault */
	FRAME_BROKEN   /* fault is set, the stream ends here; answer if answerable */
};

/* Looks at the octets received and not used yet. Work is linear in what is new,
 * even when fed octet by octet. `out` is filled for MESSAGE and BROKEN. */
enum frame_result frame_next(struct frame_state *, const struct frame_limits *,
    const char *octets, size_t size, struct frame *out, size_t *used);

/* The text of a line's value, without blanks around; folds stay in it. */
const char *frame_value(const struct frame *, uint16_t index, size_t *length);

/* Is that the name of the line's header? In any case; a short form is another name. */
bool frame_line_is(const struct frame *, uint16_t index, const char *name);

/* The branch in the first value of the first Via line, wherever blanks, folds and quotes stand. */
bool frame_first_branch(const struct frame *, const char **branch, size_t *length);

/* The host of the only URI of a From or To line in plain shape: "[display] <sip:user@host...>" or
 * "sip:user@host...". False: not plain, or no name at all ([::1]): let the parser look. */
bool frame_plain_host(const struct frame *, uint16_t index, const char **host, size_t *length);

/* A SIP answer made of the request's own lines: Via (all; the first one gets
 * ";received=" when `received` is not NULL), From, To (";tag=" added unless it has one or `tag` is NULL),
 * Call-ID, CSeq, then `extra` (whole lines with CRLF, may be ""), Content-Length 0.
 * Returns the length, or 0 when it does not fit or the frame is not answerable or its To or Via
 * is not plain enough to be sure. */
size_t frame_answer(const struct frame *, char *out, size_t room, int status, const char *phrase,
    const char *tag, const char *received, const char *extra);

#endif
