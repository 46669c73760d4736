/* Messages told by their lines, parsed as the edge parses them, and an edge for
 * them to go through: edge.example.com outside, inside.example.com inside. */
#ifndef TESTS_UNIT_SIP_CASE_H
#define TESTS_UNIT_SIP_CASE_H

#include <CUnit/CUnit.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip_header.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../gateway/message.h"
#include "../../gateway/via.h"

/* The class outlives every message of the run. */
static inline msg_mclass_t *sip_class(void)
{
	static msg_mclass_t *class;

	if (!class)
		class = message_class_new();
	return class;
}

/* The text with CRLF for each LF; to be freed. */
static inline char *sip_wire(const char *text, size_t *size)
{
	char *out = malloc(2 * strlen(text) + 1);
	size_t n = 0;

	if (!out)
		abort();
	for (; *text; text++) {
		if (*text == '\n')
			out[n++] = '\r';
		out[n++] = *text;
	}
	out[n] = '\0';
	*size = n;
	return out;
}

/* NULL when message_parse refuses it. */
static inline msg_t *sip_try(const char *text)
{
	size_t size;
	char *wire = sip_wire(text, &size);
	msg_t *msg = message_parse(sip_class(), wire, size);

	free(wire);
	return msg;
}

static inline msg_t *sip_parse(const char *text)
{
	msg_t *msg = sip_try(text);

	CU_ASSERT_PTR_NOT_NULL_FATAL(msg);
	return msg;
}

/* What would leave, with LF for each CRLF; to be freed. */
static inline char *sip_print(msg_t *msg)
{
	msg_iovec_t v[64];
	isize_t count;
	char *out;
	size_t n = 0;

	CU_ASSERT_TRUE_FATAL(msg_serialize(msg, NULL) >= 0);
	out = malloc((size_t)msg_prepare(msg) + 1);
	count = msg_iovec(msg, v, 64);
	CU_ASSERT_TRUE_FATAL(out && count <= 64);
	for (isize_t i = 0; i < count; i++)
		for (size_t at = 0; at < v[i].mv_len; at++)
			if (((char *)v[i].mv_base)[at] != '\r')
				out[n++] = ((char *)v[i].mv_base)[at];
	out[n] = '\0';
	return out;
}

/* Is this what would leave? Consumes the message. */
static inline bool sip_prints(msg_t *msg, const char *text)
{
	char *printed = sip_print(msg);
	bool same = strcmp(printed, text) == 0;

	if (!same)
		printf("\nprinted:\n%s", printed);
	free(printed);
	msg_destroy(msg);
	return same;
}

static inline struct domain sip_name(const char *text)
{
	struct domain d;

	CU_ASSERT_TRUE_FATAL(domain_parse(&d, text, strlen(text)));
	return d;
}

static inline struct own sip_own(void)
{
	static const unsigned char key[32] = "a key: exactly thirty-two octets";

	return (struct own) {
		.outer = { sip_name("edge.example.com"), 5061, true },
		.inner = { sip_name("inside.example.com"), 5070, true },
		.edge = sip_name("edge1.example.com"),
		.tokens = token_keys_new(key, 1),
		.branch_key = { "branches 16 oct" },
	};
}

static inline void sip_own_clear(struct own *own)
{
	token_keys_free(own->tokens);
}

/* A request with these lines between the first one and the end; CSeq by its method. */
#define SIP_REQUEST(method, uri, lines) \
	method " " uri " SIP/2.0\n" \
	lines \
	"Call-ID: a84b4c76e66710@pc33.contoso.com\n" \
	"CSeq: 314159 " method "\n" \
	"Content-Length: 0\n\n"
#define SIP_VIA "Via: SIP/2.0/TLS sip.contoso.com:5061;branch=z9hG4bK776asdhds\n"
#define SIP_FROM "From: Alice <sip:alice@contoso.com>;tag=1928301774\n"
#define SIP_TO "To: Bob <sip:bob@example.com>\n"
#define SIP_ENDS SIP_FROM SIP_TO
#define SIP_DIALOG SIP_FROM "To: Bob <sip:bob@example.com>;tag=a6c85cf\n"

#endif
