/* A message looked at by the whole of sofia-sip's parser, not by the light class that the edge uses: what the
 * laws are said of. */
#ifndef TESTS_FUZZ_SIPVIEW_H
#define TESTS_FUZZ_SIPVIEW_H

#include <sofia-sip/msg_addr.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>

#include "../../gateway/frame.h"
#include "../../gateway/via.h"

struct sipview {
	struct frame frame;
	msg_t *msg;
	sip_t *sip;
	char source[DOMAIN_MAX + 1]; /* host of the From URI as a domain; "" where it is none */
};

/* One whole message, which it must be; `inside`: by the caps of the inside. */
void sipview_make(struct sipview *, const char *octets, size_t size, bool inside);
void sipview_clear(struct sipview *);

/* What would leave of a parsed message; NULL: it cannot be printed. To be freed. */
char *sipview_print(msg_t *, size_t *size);

unsigned sipview_vias(const struct sipview *);
bool sipview_same_text(const char *, const char *); /* either may be NULL */
/* The first line whose header has this name; UINT16_MAX: none. */
uint16_t sipview_line(const struct sipview *, const char *name);
/* The host of a URI as a domain in lower case; "" for none. */
void sipview_host(const url_t *, char out[DOMAIN_MAX + 1]);
/* Is its token one that proves a request of this dialog? */
bool sipview_token(const struct own *, const url_t *, const char *call_id, const url_t *local, struct token *out);

#endif
