/* sofia-sip's msg and sip, behind the frame. */
#include "message.h"

#include <sofia-sip/msg_header.h>
#include <sofia-sip/msg_mclass.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/msg_mime.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/sip_protos.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/su_alloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../policy/alloc.h"

msg_mclass_t *message_class_new(void)
{
	/* What is not in this table sofia keeps as an unknown header, unparsed. */
	const struct { msg_hclass_t *class; unsigned short offset; } known[] = {
		{ sip_via_class, offsetof(sip_t, sip_via) },
		{ sip_from_class, offsetof(sip_t, sip_from) },
		{ sip_to_class, offsetof(sip_t, sip_to) },
		{ sip_call_id_class, offsetof(sip_t, sip_call_id) },
		{ sip_cseq_class, offsetof(sip_t, sip_cseq) },
		{ sip_content_length_class, offsetof(sip_t, sip_content_length) },
		{ sip_route_class, offsetof(sip_t, sip_route) },
		{ sip_record_route_class, offsetof(sip_t, sip_record_route) },
		{ sip_max_forwards_class, offsetof(sip_t, sip_max_forwards) },
		{ sip_proxy_require_class, offsetof(sip_t, sip_proxy_require) },
		{ sip_require_class, offsetof(sip_t, sip_require) },
		{ sip_content_type_class, offsetof(sip_t, sip_content_type) },
	};
	msg_mclass_t *class = msg_mclass_clone(sip_default_mclass(), 0, 1);

	if (!class)
		abort();
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (msg_mclass_insert_with_mask(class, known[i].class, known[i].offset, sip_mask_request) < 0)
			abort();
	return class;
}

/* A message with these octets, not parsed yet; the parser reads a copy of *wire. */
static msg_t *message_of(msg_mclass_t const *class, const char *octets, size_t size, char **wire)
{
	msg_t *msg = msg_create(class, MSG_DO_EXTRACT_COPY);
	msg_iovec_t v[2];

	if (!msg)
		abort();
	su_home_preload(msg_home(msg), 1, 4096); /* one block, not twenty */
	if (msg_recv_iovec(msg, v, 2, (usize_t)size, 1) != 1)
		abort();
	memcpy(v[0].mv_base, octets, size);
	*wire = v[0].mv_base;
	return msg;
}

/* Consumes one that is not sound. */
static msg_t *parsed(msg_t *msg, size_t size)
{
	sip_t *sip = sip_object(msg);

	msg_recv_commit(msg, (usize_t)size, 1);
	if (msg_extract(msg) > 0 && !sip->sip_error && sip->sip_via && sip->sip_from && sip->sip_to
	    && sip->sip_call_id && sip->sip_cseq)
		return msg;
	msg_destroy(msg);
	return NULL;
}

msg_t *message_parse(msg_mclass_t const *class, const char *octets, size_t size)
{
	char *wire;

	return size ? parsed(message_of(class, octets, size, &wire), size) : NULL;
}

/* The method in CSeq, which is that of the first line too. */
static size_t method_in(const struct frame *f, const char **at)
{
	size_t length, start;
	const char *value = frame_value(f, f->cseq, &length);

	for (start = length; start && !strchr(" \t\r\n", value[start - 1]); start--)
		;
	*at = value + start;
	return length - start;
}

/* The true method, where the parser saw letters: in what it keeps, and in its names. */
static void unveil(const struct frame *f, msg_t *msg, char *wire, const char *method, size_t length)
{
	sip_t *sip = sip_object(msg);
	char *name = su_strndup(msg_home(msg), method, (isize_t)length);

	memcpy(wire + (method - f->octets), method, length);
	sip->sip_cseq->cs_method_name = name;
	if (!sip->sip_request)
		return;
	memcpy(wire, method, length);
	sip->sip_request->rq_method_name = name;
}

/* sofia takes a method with "+" or "`" for none, and one that begins like one that it knows and goes on otherwise. */
static bool is_readable(const char *method, size_t length)
{
	char name[64];

	if (length >= sizeof name)
		return false;
	memcpy(name, method, length);
	name[length] = '\0';
	return sip_method_code(name) >= 0;
}

msg_t *message_parse_framed(msg_mclass_t const *class, const struct frame *f)
{
	const char *method;
	size_t length = method_in(f, &method);
	char *wire;
	msg_t *msg;

	if (is_readable(method, length))
		return message_parse(class, f->octets, f->size);
	msg = message_of(class, f->octets, f->size, &wire);
	memset(wire + (method - f->octets), 'x', length);
	if (f->request)
		memset(wire, 'x', length);
	msg = parsed(msg, f->size);
	if (msg)
		unveil(f, msg, wire, method, length);
	return msg;
}

bool message_send(msg_t *msg, struct stream *to)
{
	msg_iovec_t few[64], *v = few;
	isize_t n;

	if (msg_serialize(msg, NULL) < 0 || msg_prepare(msg) <= 0)
		return false;
	n = msg_iovec(msg, few, 64);
	if (n > 64) {
		v = alloc_zero((size_t)n, sizeof *v);
		msg_iovec(msg, v, n);
	}
	for (isize_t i = 0; i < n; i++)
		stream_send(to, v[i].mv_base, v[i].mv_len);
	if (v != few)
		free(v);
	return true;
}

size_t message_size(msg_t *msg)
{
	return (size_t)msg_size(msg) + 4096;
}

/* A growing text that remembers failure. */
struct text {
	char *at;
	size_t size, room;
	bool failed;
};

static void text_room(struct text *t, size_t more)
{
	if (t->size + more + 1 <= t->room)
		return;
	t->room = t->size + more + 1 + t->room / 2 + 256;
	t->at = alloc_resize(t->at, t->room, 1);
}

static void text_add(struct text *t, const char *octets, size_t size)
{
	text_room(t, size);
	memcpy(t->at + t->size, octets, size);
	t->size += size;
	t->at[t->size] = '\0';
}

/* As it came where sofia still has its line, printed anew where it was changed. */
static void text_header(struct text *t, msg_header_t *h)
{
	issize_t n;

	if (h->sh_data && h->sh_len > 2) {
		text_add(t, h->sh_data, h->sh_len);
		return;
	}
	n = msg_header_e(NULL, 0, h, 0);
	if (n <= 0) {
		t->failed = true;
		return;
	}
	text_room(t, (size_t)n + 1);
	n = msg_header_e(t->at + t->size, (isize_t)(t->room - t->size), h, 0);
	t->size += (size_t)n;
	t->at[t->size] = '\0';
}

/* A list: later values of one line have no octets of their own (sh_len 0, but
 * sh_data set): the line that carried them has all. */
static void text_list(struct text *t, msg_header_t *h)
{
	for (; h; h = (msg_header_t *)h->sh_next)
		if (!h->sh_data || h->sh_len > 0)
			text_header(t, h);
}

/* A tag is one more parameter, behind the line as it came. */
static void text_tagged(struct text *t, su_home_t *home, const sip_to_t *to, const char *tag)
{
	sip_to_t *own;

	if (to->a_common->h_data && to->a_common->h_len > 2) {
		text_add(t, to->a_common->h_data, to->a_common->h_len - 2);
		text_add(t, ";tag=", 5);
		text_add(t, tag, strlen(tag));
		text_add(t, "\r\n", 2);
		return;
	}
	own = sip_to_dup(home, to);
	if (!own || sip_to_tag(home, own, tag) < 0)
		t->failed = true;
	else
		text_header(t, (msg_header_t *)own);
}

static char *text_give(struct text *t)
{
	if (t->failed) {
		free(t->at);
		return NULL;
	}
	return t->at;
}

char *message_answer_lines(msg_t *msg, const char *tag)
{
	sip_t *sip = sip_object(msg);
	struct text t = { 0 };

	text_list(&t, (msg_header_t *)sip->sip_via);
	text_header(&t, (msg_header_t *)sip->sip_from);
	if (!sip->sip_to->a_tag && tag)
		text_tagged(&t, msg_home(msg), sip->sip_to, tag);
	else
		text_header(&t, (msg_header_t *)sip->sip_to);
	text_header(&t, (msg_header_t *)sip->sip_call_id);
	text_header(&t, (msg_header_t *)sip->sip_cseq);
	return text_give(&t);
}

/* What goes hop by hop behind an INVITE as it was sent, of which `sip` has the lines. */
static char *follower(su_home_t *home, const sip_t *sip, sip_method_t method, const char *name, const sip_to_t *to)
{
	sip_request_t *rq = sip_request_create(home, method, name, (url_string_t const *)sip->sip_request->rq_url, NULL);
	sip_cseq_t *cseq = sip_cseq_create(home, sip->sip_cseq->cs_seq, (unsigned)method, name);
	const char last[] = "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
	struct text t = { 0 };

	if (!rq || !cseq)
		return NULL;
	text_header(&t, (msg_header_t *)rq);
	text_header(&t, (msg_header_t *)sip->sip_via);
	text_list(&t, (msg_header_t *)sip->sip_route);
	text_header(&t, (msg_header_t *)sip->sip_from);
	text_header(&t, (msg_header_t *)to);
	text_header(&t, (msg_header_t *)sip->sip_call_id);
	text_header(&t, (msg_header_t *)cseq);
	text_add(&t, last, sizeof last - 1);
	return text_give(&t);
}

char *message_cancel(msg_t *msg)
{
	sip_t *sip = sip_object(msg);

	return follower(msg_home(msg), sip, SIP_METHOD_CANCEL, sip->sip_to);
}

char *message_ack(msg_mclass_t const *class, const char *cancel, const struct frame *answer)
{
	msg_t *to = message_parse_framed(class, answer), *msg = to ? message_parse(class, cancel, strlen(cancel)) : NULL;
	char *ack = msg ? follower(msg_home(msg), sip_object(msg), SIP_METHOD_ACK, sip_object(to)->sip_to) : NULL;

	if (msg)
		msg_destroy(msg);
	if (to)
		msg_destroy(to);
	return ack;
}

const char *answer_phrase(int status)
{
	const char *phrase = sip_status_phrase(status);

	if (status == 440)
		return "Max-Breadth Exceeded"; /* RFC 5393, which is younger than the library's table */
	return phrase ? phrase : "Refused";
}

void answer_send(struct stream *to, int status, const char *phrase, const char *lines, const char *extra)
{
	const char last[] = "Content-Length: 0\r\n\r\n";
	char first[128];
	int n = snprintf(first, sizeof first, "SIP/2.0 %d %s\r\n", status, phrase);

	stream_send(to, first, (size_t)n);
	stream_send(to, lines, strlen(lines));
	stream_send(to, extra, strlen(extra));
	stream_send(to, last, sizeof last - 1);
}

const sip_unknown_t *message_find_named(const sip_t *sip, const char *name)
{
	const sip_unknown_t *h;

	for (h = sip->sip_unknown; h && strcasecmp(h->un_name, name); h = h->un_next)
		;
	return h;
}

void message_remove_named(msg_t *msg, char *const *names, size_t count)
{
	sip_t *sip = sip_object(msg);
	sip_unknown_t *h, *next;

	for (h = sip->sip_unknown; h; h = next) {
		next = h->un_next;
		for (size_t i = 0; i < count; i++)
			if (!strcasecmp(h->un_name, names[i])) {
				msg_header_remove(msg, NULL, (msg_header_t *)h);
				break;
			}
	}
}

bool message_user_agent(msg_t *msg, const char *setting)
{
	char *names[] = { (char[]) { "User-Agent" }, (char[]) { "Server" } };
	sip_t *sip = sip_object(msg);
	char line[300];
	sip_unknown_t *h;

	if (!strcmp(setting, "keep"))
		return true;
	message_remove_named(msg, names, 2);
	if (!strcmp(setting, "remove"))
		return true;
	snprintf(line, sizeof line, "%s: %s", sip->sip_request ? "User-Agent" : "Server", setting);
	h = sip_unknown_make(msg_home(msg), line);
	return h && msg_header_insert(msg, NULL, (msg_header_t *)h) >= 0;
}
