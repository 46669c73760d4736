/* Just enough SIP for a counterpart in a test: where a message ends on a
 * stream, what its first line says, what its headers hold. It reads leniently
 * and never changes what it reads, so that a test sees what really came. */
#ifndef TOOLS_SIP_H
#define TOOLS_SIP_H

#include "text.h"

enum sip_kind { SIP_NONE, SIP_REQUEST, SIP_RESPONSE, SIP_CRLF, SIP_BROKEN };

struct sip {
	enum sip_kind kind;
	struct slice  whole;
	struct slice  head;      /* the header lines with their line ends */
	struct slice  body;
	struct slice  method;    /* of a request, or from CSeq of a response */
	struct slice  uri;       /* of a request */
	int           status;    /* of a response */
};

/* Walks over the single values of a header: over its lines, and over the
 * commas in them. */
struct sip_walk {
	struct slice lines;
	struct slice values;
	const char  *name;
};

/* Takes the first message off the octets and returns its length. 0: it is not
 * whole yet, or (SIP_BROKEN) never will be. A CRLF between messages is a
 * "message" of its own: one is a pong, two make a ping. */
size_t sip_take(struct slice octets, struct sip *m);

bool sip_next_header(struct slice *lines, struct slice *name, struct slice *value);
/* Full and compact names are the same. */
bool sip_named(struct slice name, const char *full);
/* The first header of that name. */
bool sip_header(const struct sip *m, const char *name, struct slice *value);
/* All values of that name, joined with a comma; false when there is none. */
bool sip_joined(const struct sip *m, const char *name, struct text *all);

struct sip_walk sip_walk(const struct sip *m, const char *name);
bool sip_next(struct sip_walk *walk, struct slice *value);

/* A parameter of a Via, From, To or Route value: behind the <>, never in it. */
bool sip_parameter(struct slice value, const char *name, struct slice *found);
/* The URI of a From, To, Contact or Route value. */
struct slice sip_uri_of(struct slice value);
struct slice sip_user(struct slice uri);
struct slice sip_host(struct slice uri);

/* The Route line (with its line end) made of a Record-Route set; the set of a
 * response is turned round, since its sender saw it from the other end. */
void sip_route_line(const struct sip *m, struct text *line);
/* The text of the gate's own Reason header; false when there is none. */
bool sip_reason_text(const struct sip *m, struct slice *token);
const char *sip_phrase(int status);
/* The lines of the named header as they came, with their line ends. */
void sip_copy_lines(const struct sip *m, const char *name, struct text *to);

#endif
