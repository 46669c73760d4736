/* What the scan says of lines, and the answers that it makes of them: a host only where the parser says
 * the same, and an answer that is one. */
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../../gateway/frame.h"
#include "../../gateway/message.h"
#include "fuzz.h"

#define TAG "fg0123456789abcdef"
#define EXTRA "Retry-After: 3\r\n"

static const struct frame_limits limits = { 65536, 65536, false };
static msg_mclass_t *class;

/* --- hosts --- */

static void host_is_the_parsers(const struct frame *f, uint16_t line, const url_t *url)
{
	const char *host;
	size_t length;

	if (!frame_plain_host(f, line, &host, &length))
		return;
	LAW(host >= f->octets && host + length <= f->octets + f->size && length > 0, "a host lies in the message");
	LAW(url->url_type == url_sip || url->url_type == url_sips, "a plain host is one of a sip: URI");
	LAW(url->url_host && strlen(url->url_host) == length && !strncmp(url->url_host, host, length),
	    "where the scan says a host the parser says the same");
}

/* --- answers --- */

static unsigned count_vias(const sip_t *sip)
{
	unsigned count = 0;

	for (const sip_via_t *v = sip->sip_via; v; v = v->v_next)
		count++;
	return count;
}

static bool same_text(const char *a, const char *b)
{
	return !a || !b ? a == b : !strcmp(a, b);
}

static void vias_are_theirs(const sip_t *answer, const sip_t *request, bool received)
{
	const sip_via_t *a = answer->sip_via, *r = request->sip_via;

	LAW(count_vias(answer) == count_vias(request), "an answer has the Vias of its request");
	LAW(!received || same_text(a->v_received, "192.0.2.7"), "the first one is told where it came from");
	for (; a && r; a = a->v_next, r = r->v_next)
		LAW(same_text(a->v_host, r->v_host) && same_text(a->v_port, r->v_port) && same_text(a->v_branch, r->v_branch),
		    "the Vias of an answer are in their order");
}

static void is_the_answer(const sip_t *answer, const sip_t *request, bool received)
{
	LAW(answer->sip_status && answer->sip_status->st_status == 503, "an answer has its status");
	vias_are_theirs(answer, request, received);
	LAW(!strcmp(answer->sip_call_id->i_id, request->sip_call_id->i_id), "an answer has the Call-ID of its request");
	LAW(answer->sip_cseq->cs_seq == request->sip_cseq->cs_seq
	    && !strcasecmp(answer->sip_cseq->cs_method_name, request->sip_cseq->cs_method_name), "an answer has the CSeq of its request");
	LAW(same_text(answer->sip_from->a_tag, request->sip_from->a_tag) && same_text(answer->sip_from->a_url->url_host, request->sip_from->a_url->url_host),
	    "an answer has the From of its request");
	LAW(same_text(answer->sip_to->a_tag, request->sip_to->a_tag ? request->sip_to->a_tag : TAG), "an answer's To has a tag: the request's or ours");
}

/* The whole of it is one response; borrowed until the next one. */
static const struct frame *answer_is_framed(const char *text, size_t size)
{
	static const struct frame_limits wide = { 1 << 20, 1 << 20, true };
	static struct frame answer;
	struct frame_state state = { 0 };
	size_t used;

	LAW(frame_next(&state, &wide, text, size, &answer, &used) == FRAME_MESSAGE && used == size, "an answer is one whole message");
	LAW(!answer.request && !answer.fault && answer.status == 503 && answer.head == size, "an answer is a response without a body");
	return &answer;
}

static void answer(const struct frame *f, const sip_t *request, bool received)
{
	size_t room = f->size + 2048, n;
	char *out = malloc(room), *small;
	msg_t *parsed;

	if (!out)
		abort();
	n = frame_answer(f, out, room, 503, "Service Unavailable", TAG, received ? "192.0.2.7" : NULL, EXTRA);
	LAW(n <= room, "an answer fits");
	if (n) {
		small = fuzz_copy(out, n);
		memset(small, 0x55, n);
		LAW(frame_answer(f, small, n - 1, 503, "Service Unavailable", TAG, received ? "192.0.2.7" : NULL, EXTRA) == 0, "what does not fit is no answer");
		LAW(frame_answer(f, small, n, 503, "Service Unavailable", TAG, received ? "192.0.2.7" : NULL, EXTRA) == n && !memcmp(small, out, n),
		    "an answer needs no more room than it takes");
		free(small);
	}
	if (n && request) {
		parsed = message_parse_framed(class, answer_is_framed(out, n));
		LAW(parsed != NULL, "the answer to a request that can be parsed can be parsed");
		is_the_answer(sip_object(parsed), request, received);
		msg_destroy(parsed);
	}
	free(out);
}

/* --- a message --- */

static void look_at(const struct frame *f)
{
	msg_t *msg = f->fault ? NULL : message_parse_framed(class, f);
	const sip_t *sip = msg ? sip_object(msg) : NULL;
	const char *host;
	size_t length;

	if (f->from != UINT16_MAX)
		frame_plain_host(f, f->from, &host, &length);
	if (f->to != UINT16_MAX)
		frame_plain_host(f, f->to, &host, &length);
	if (sip) {
		LAW((sip->sip_request != NULL) == f->request, "scan and parser agree on what is a request");
		host_is_the_parsers(f, f->from, sip->sip_from->a_url);
		host_is_the_parsers(f, f->to, sip->sip_to->a_url);
	}
	if (f->request) {
		answer(f, sip, true);
		answer(f, sip, false);
	}
	if (msg)
		msg_destroy(msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	static struct frame f;
	struct frame_state state = { 0 };
	enum frame_result result;
	char *text = fuzz_copy(octets, size);
	size_t from = 0, used;

	if (!class)
		class = message_class_new();
	do {
		result = frame_next(&state, &limits, text + from, size - from, &f, &used);
		from += used;
		if (result == FRAME_MESSAGE || result == FRAME_BROKEN)
			look_at(&f);
	} while (result == FRAME_MESSAGE || result == FRAME_PING);
	free(text);
	return 0;
}
