#include "sipview.h"

#include <sofia-sip/url.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fuzz.h"

static msg_t *parse(const char *octets, size_t size)
{
	msg_t *msg = msg_create(sip_default_mclass(), MSG_DO_EXTRACT_COPY);
	msg_iovec_t v[2];

	if (!msg || msg_recv_iovec(msg, v, 2, (usize_t)size, 1) != 1)
		abort();
	memcpy(v[0].mv_base, octets, size);
	msg_recv_commit(msg, (usize_t)size, 1);
	LAW(msg_extract(msg) > 0, "a framed message can be taken apart");
	return msg;
}

/* sofia takes some methods for none, although they are tokens: it is shown letters. */
static void mask(char *octets, size_t from, size_t to)
{
	char name[64];

	if (to - from < sizeof name) {
		memcpy(name, octets + from, to - from);
		name[to - from] = '\0';
		if (sip_method_code(name) >= 0)
			return;
	}
	memset(octets + from, 'x', to - from);
}

static msg_t *parse_masked(const struct frame *f)
{
	char *copy = malloc(f->size);
	size_t length, at;
	const char *cseq = frame_value(f, f->cseq, &length);
	msg_t *msg;

	if (!copy)
		abort();
	memcpy(copy, f->octets, f->size);
	if (f->request)
		mask(copy, 0, f->method_length);
	for (at = length; at && !strchr(" \t\r\n", cseq[at - 1]); at--)
		;
	mask(copy, (size_t)(cseq - f->octets) + at, (size_t)(cseq - f->octets) + length);
	msg = parse(copy, f->size);
	free(copy);
	return msg;
}

void sipview_make(struct sipview *v, const char *octets, size_t size, bool inside)
{
	static const struct frame_limits narrow = { 1 << 18, 1 << 18, false }, wide = { 1 << 18, 1 << 18, true };
	struct frame_state state = { 0 };
	size_t used;

	LAW(frame_next(&state, inside ? &wide : &narrow, octets, size, &v->frame, &used) == FRAME_MESSAGE && used == size && !v->frame.fault,
	    "what leaves is one whole message for a strict reader");
	v->msg = parse_masked(&v->frame);
	v->sip = sip_object(v->msg);
	LAW(v->sip->sip_via && v->sip->sip_from && v->sip->sip_to && v->sip->sip_call_id && v->sip->sip_cseq, "what leaves has all that it must have");
	sipview_host(v->sip->sip_from->a_url, v->source);
}

void sipview_clear(struct sipview *v)
{
	msg_destroy(v->msg);
}

char *sipview_print(msg_t *msg, size_t *size)
{
	msg_iovec_t *v;
	size_t at = 0;
	isize_t count;
	char *out;

	if (msg_serialize(msg, NULL) < 0 || (*size = (size_t)msg_prepare(msg)) == 0)
		return NULL;
	count = msg_iovec(msg, NULL, 0);
	v = calloc((size_t)count, sizeof *v);
	out = malloc(*size);
	if (!v || !out)
		abort();
	msg_iovec(msg, v, count);
	for (isize_t i = 0; i < count; at += v[i++].mv_len)
		memcpy(out + at, v[i].mv_base, v[i].mv_len);
	free(v);
	return out;
}

unsigned sipview_vias(const struct sipview *v)
{
	unsigned count = 0;

	for (const sip_via_t *via = v->sip->sip_via; via; via = via->v_next)
		count++;
	return count;
}

bool sipview_same_text(const char *a, const char *b)
{
	return !a || !b ? a == b : !strcmp(a, b);
}

uint16_t sipview_line(const struct sipview *v, const char *name)
{
	for (uint16_t i = 0; i < v->frame.lines; i++)
		if (frame_line_is(&v->frame, i, name))
			return i;
	return UINT16_MAX;
}

void sipview_host(const url_t *url, char out[DOMAIN_MAX + 1])
{
	size_t length = url->url_host ? strlen(url->url_host) : 0;

	out[0] = '\0';
	if (length && url->url_host[length - 1] == '.')
		length--;
	if (length == 0 || length > DOMAIN_MAX)
		return;
	for (size_t i = 0; i < length; i++)
		out[i] = url->url_host[i] >= 'A' && url->url_host[i] <= 'Z' ? (char)(url->url_host[i] | 0x20) : url->url_host[i];
	out[length] = '\0';
}

bool sipview_token(const struct own *own, const url_t *url, const char *call_id, const url_t *local, struct token *out)
{
	struct token_dialog dialog = { call_id, local->url_user, local->url_host ? local->url_host : "" };
	char text[TOKEN_TEXT_MAX];

	return url->url_params && url_param(url->url_params, "fg", text, sizeof text) > 0 && token_read(own->tokens, text, &dialog, out);
}
