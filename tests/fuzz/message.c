/* A partner's messages on their whole way: frame, parse, extract, match, measure, judge, act. Whatever
 * they are, nothing passes that the law does not let pass, and everybody who asks is told once. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sipview.h"
#include "world.h"

enum { WITH_REFUSAL = 8, SLOTS_COME = 128 };

static enum world_peer peer;
static bool slots_come; /* at once, where the store says that a message is to wait */

/* --- what reaches the next hop --- */

static bool is_ours(const struct own *own, const url_t *url)
{
	char host[DOMAIN_MAX + 1];

	sipview_host(url, host);
	return !strcmp(host, own->outer.host.text) || !strcmp(host, own->inner.host.text) || !strcmp(host, own->edge.text);
}

/* Had the request a token of ours for this very peer, source and dialog? A strict router has it in the Request-URI. */
static bool had_token(const struct world *w, const struct sipview *in)
{
	const struct own *own = &w->traffic.own;
	const url_t *first = in->sip->sip_route ? in->sip->sip_route->r_url : NULL, *uri = in->sip->sip_request->rq_url;
	struct token token;

	if (first && uri->url_params && url_has_param(uri, "fg") && is_ours(own, uri))
		first = uri;
	return first && in->sip->sip_to->a_tag && is_ours(own, first)
	    && sipview_token(own, first, in->sip->sip_call_id->i_id, in->sip->sip_to->a_url, &token)
	    && token.side != TOKEN_INNER && !strcmp(token.organisation.text, w->partner.origin->name) && !strcmp(token.source.text, in->source);
}

static void only_who_may_speaks(const struct sipview *out)
{
	LAW(*out->source && !world_is_local(out->source), "nobody outside speaks for us");
	LAW(world_may_speak(peer, out->source), "no unverified or blocked source is ever forwarded");
}

static void only_to_us(const struct world *w, const struct sipview *in, const struct sipview *out)
{
	const url_t *uri = out->sip->sip_request->rq_url;
	char host[DOMAIN_MAX + 1];

	sipview_host(uri, host);
	LAW(uri->url_type == url_sip || uri->url_type == url_sips, "only sip: and sips: are routed");
	LAW((world_is_local(host) && !url_has_param(uri, "maddr")) || had_token(w, in), "for a foreign domain only with a valid token");
}

static void via_is_ours(const struct sipview *in, const struct sipview *out)
{
	const sip_via_t *via = out->sip->sip_via;
	uint64_t transaction;
	uint32_t mark;

	LAW(!strcmp(via->v_host, "inside.example.com") && via->v_branch && via_branch_read(via->v_branch, strlen(via->v_branch), &transaction, &mark),
	    "what is forwarded has our Via on top");
	LAW(sipview_vias(out) == sipview_vias(in) + 1, "the Vias below ours are those that came");
	world_note_branch(via->v_branch, strlen(via->v_branch));
}

static void hops_go_down(const struct sipview *in, const struct sipview *out)
{
	unsigned long before = in->sip->sip_max_forwards ? in->sip->sip_max_forwards->mf_count : 71;

	LAW(out->sip->sip_max_forwards && out->sip->sip_max_forwards->mf_count + 1 == before, "Max-Forwards is one less");
	LAW(out->sip->sip_max_forwards->mf_count < 255, "Max-Forwards ends");
}

static void dialogs_are_recorded(const struct world *w, const struct sipview *in, const struct sipview *out)
{
	const char *method = out->sip->sip_request->rq_method_name;
	const sip_record_route_t *first = out->sip->sip_record_route, *had = in->sip->sip_record_route;
	bool starts = !in->sip->sip_to->a_tag && (!strcmp(method, "INVITE") || !strcmp(method, "SUBSCRIBE") || !strcmp(method, "REFER"));
	struct token token;

	if (!starts) {
		LAW(!first == !had, "only what begins a dialog is recorded");
		return;
	}
	LAW(first && first->r_next && is_ours(&w->traffic.own, first->r_url) && is_ours(&w->traffic.own, first->r_next->r_url), "a dialog comes back this way");
	LAW(sipview_token(&w->traffic.own, first->r_url, out->sip->sip_call_id->i_id, out->sip->sip_to->a_url, &token) && token.side == TOKEN_INNER,
	    "the inside is given the token of its side");
	LAW(sipview_token(&w->traffic.own, first->r_next->r_url, out->sip->sip_call_id->i_id, out->sip->sip_to->a_url, &token) && token.side == TOKEN_OUTER
	    && !strcmp(token.organisation.text, w->partner.origin->name) && !strcmp(token.source.text, out->source), "the outside is given the token of its side, for whom it is");
}

static bool is_recipient_list(const struct sipview *v)
{
	for (const sip_require_t *r = v->sip->sip_require; r; r = (const sip_require_t *)r->k_next)
		for (size_t i = 0; r->k_items && r->k_items[i]; i++)
			if (!strncasecmp(r->k_items[i], "recipient-list", 14))
				return true;
	return false;
}

static void nothing_else_changes(const struct sipview *in, const struct sipview *out)
{
	const sip_t *a = in->sip, *b = out->sip;
	size_t body = in->frame.size - in->frame.head;

	LAW(!strcmp(a->sip_call_id->i_id, b->sip_call_id->i_id) && a->sip_cseq->cs_seq == b->sip_cseq->cs_seq, "Call-ID and CSeq stay");
	LAW(!strcmp(a->sip_request->rq_method_name, b->sip_request->rq_method_name), "the method stays");
	LAW(sipview_same_text(a->sip_from->a_tag, b->sip_from->a_tag) && sipview_same_text(a->sip_to->a_tag, b->sip_to->a_tag), "tags stay");
	LAW(out->frame.size - out->frame.head == body && !memcmp(out->frame.octets + out->frame.head, in->frame.octets + in->frame.head, body), "the body stays");
	LAW(sipview_line(out, "P-Asserted-Identity") == UINT16_MAX && sipview_line(out, "Remote-Party-ID") == UINT16_MAX, "nobody outside speaks of trust");
}

static void may_be_forwarded(const struct world *w, const struct sipview *in, const char *text, size_t size)
{
	struct sipview out;
	const char *method;

	sipview_make(&out, text, size, true);
	method = out.sip->sip_request ? out.sip->sip_request->rq_method_name : "";
	LAW(*method, "the next hop is sent requests only");
	LAW(strcmp(method, "REGISTER") && strcmp(method, "PUBLISH"), "partners register and publish nothing here");
	LAW(!out.sip->sip_proxy_require, "no extension is asked of us in vain");
	LAW(!is_recipient_list(&out) || peer == PEER_ALLOWED || peer == PEER_EDGE, "a list of recipients is for allowed partners");
	only_who_may_speaks(&out);
	only_to_us(w, in, &out);
	via_is_ours(in, &out);
	hops_go_down(in, &out);
	dialogs_are_recorded(w, in, &out);
	nothing_else_changes(in, &out);
	sipview_clear(&out);
}

/* --- what the partner is told --- */

static void is_an_answer_to(const struct sipview *in, const struct sipview *out)
{
	LAW(out->sip->sip_status && out->sip->sip_status->st_status >= 200, "the partner is told final answers");
	LAW(out->frame.size == out->frame.head, "an answer of ours has no body");
	LAW(out->sip->sip_to->a_tag, "a final answer has a To tag");
	if (!in)
		return;
	LAW(!strcmp(in->sip->sip_call_id->i_id, out->sip->sip_call_id->i_id), "an answer has the Call-ID of its request");
	LAW(in->sip->sip_cseq->cs_seq == out->sip->sip_cseq->cs_seq, "an answer has the CSeq of its request");
	LAW(sipview_vias(in) == sipview_vias(out), "an answer has the Vias of its request");
}

/* What is broken is answered by its own lines, which may be broken too. */
static void is_some_answer(const char *text, size_t size)
{
	LAW(size > 12 && !memcmp(text, "SIP/2.0 ", 8) && (!memcmp(text + 8, "400 ", 4) || !memcmp(text + 8, "413 ", 4) || !memcmp(text + 8, "505 ", 4)),
	    "what is broken is told so");
	LAW(!memchr(text, '\0', size), "no NUL is sent on");
}

/* How many answers there are in what was said; each is one. */
static unsigned answers(const struct frame *f, const struct sipview *in, const char *text, size_t size)
{
	static const char malformed[] = "SIP/2.0 400 ";
	unsigned count = 0;

	if (size > 0 && (f->fault || !memcmp(text, malformed, sizeof malformed - 1))) {
		is_some_answer(text, size);
		return 1;
	}
	for (size_t at = 0; at < size; count++) {
		const char *end = memmem(text + at, size - at, "\r\n\r\n", 4);
		struct sipview out;
		size_t length;

		LAW(end != NULL, "an answer ends");
		length = (size_t)(end + 4 - (text + at));
		sipview_make(&out, text + at, length, true);
		is_an_answer_to(in, &out);
		sipview_clear(&out);
		at += length;
	}
	return count;
}

/* --- one message --- */

/* Who asks is told once: by an answer, by what the next hop will say, or later. */
static void told_once(const struct world *w, const struct frame *f, unsigned answered, bool forwarded, unsigned before)
{
	unsigned now = world_waiting(w), outcomes = answered + forwarded + (now > before);

	if (!f->request) {
		LAW(outcomes == 0, "a response that nobody asked for goes nowhere");
	} else if (f->method == METHOD_ACK) {
		LAW(answered == 0, "an ACK is never answered");
	} else if (f->method == METHOD_CANCEL && now < before) {
		LAW(answered == 2 && !forwarded, "a CANCEL of what waits is answered, and so is the INVITE");
	} else if (f->fault) {
		LAW(outcomes <= 1 && !forwarded, "what is broken goes nowhere");
	} else {
		LAW(outcomes == 1 || (outcomes == 0 && !link_is_open(&w->partner)), "a request has one outcome");
	}
}

/* What we sent on comes back as it is: a loop, wherever it has been. */
static void never_again(struct world *w, const struct sipview *in, const char *text, size_t size)
{
	static struct frame f;
	size_t at = 0;
	char *onward;

	if (in->sip->sip_route || in->frame.method == METHOD_CANCEL || in->frame.method == METHOD_ACK)
		return;
	if (!world_next(&w->partner, text, size, &at, &f))
		return;
	world_hear(w, &w->partner, &f);
	onward = world_said(&w->hop, &size);
	LAW(size == 0, "what went through here does not go through again");
	free(onward);
	free(world_said(&w->partner, &size));
}

/* What waited goes on when its slot comes, by the same laws. */
static void slot_comes(struct world *w, const struct frame *f)
{
	struct sipview in;
	size_t size, back_size;
	char *onward, *back;

	world_pass_time(w);
	onward = world_said(&w->hop, &size);
	back = world_said(&w->partner, &back_size);
	LAW(!size != !back_size || f->method == METHOD_ACK, "what waited goes on, or is answered");
	if (size) {
		sipview_make(&in, f->octets, f->size, false);
		may_be_forwarded(w, &in, onward, size);
		sipview_clear(&in);
	}
	free(onward);
	free(back);
}

static void go_the_way(struct world *w, const struct frame *f)
{
	unsigned before = world_waiting(w);
	struct sipview in;
	size_t hop_size, size;
	char *onward, *back;

	world_hear(w, &w->partner, f);
	onward = world_said(&w->hop, &hop_size);
	back = world_said(&w->partner, &size);
	if (hop_size) {
		sipview_make(&in, f->octets, f->size, false);
		may_be_forwarded(w, &in, onward, hop_size);
		told_once(w, f, answers(f, f->method == METHOD_CANCEL ? NULL : &in, back, size), true, before);
		never_again(w, &in, onward, hop_size);
		sipview_clear(&in);
	} else {
		told_once(w, f, answers(f, NULL, back, size), false, before);
	}
	free(onward);
	free(back);
	if (slots_come && world_waiting(w) > before)
		slot_comes(w, f);
}

/* --- the scan --- */

static void same_answer(const char *scanned, size_t scanned_size, const char *parsed, size_t parsed_size)
{
	struct sipview a, b;

	LAW(parsed_size > 0, "what the scan answers is answered on the whole way too");
	/* What only the parser finds broken is refused by the scan all the same. */
	if (!memcmp(parsed, "SIP/2.0 400 ", 12))
		return;
	sipview_make(&a, scanned, scanned_size, true);
	sipview_make(&b, parsed, parsed_size, true);
	LAW(a.frame.status == b.frame.status, "the scan refuses by the same status");
	LAW(!strcmp(a.sip->sip_call_id->i_id, b.sip->sip_call_id->i_id) && a.sip->sip_cseq->cs_seq == b.sip->sip_cseq->cs_seq
	    && !strcmp(a.sip->sip_cseq->cs_method_name, b.sip->sip_cseq->cs_method_name), "the scan answers the same request");
	LAW(sipview_same_text(a.sip->sip_to->a_tag, b.sip->sip_to->a_tag) && sipview_same_text(a.sip->sip_from->a_tag, b.sip->sip_from->a_tag), "with the same tags");
	LAW(sipview_vias(&a) == sipview_vias(&b) && sipview_same_text(a.sip->sip_via->v_branch, b.sip->sip_via->v_branch)
	    && sipview_same_text(a.sip->sip_via->v_received, b.sip->sip_via->v_received), "by the same way");
	LAW(!a.sip->sip_retry_after == !b.sip->sip_retry_after
	    && (!a.sip->sip_retry_after || a.sip->sip_retry_after->af_delta == b.sip->sip_retry_after->af_delta), "for the same time");
	sipview_clear(&a);
	sipview_clear(&b);
}

/* What the scan refuses the whole way refuses too, and alike; and it never admits. */
static void scan_against_way(struct world *w, const struct frame *f)
{
	struct link *l = &w->partner;
	size_t scanned_size, parsed_size, hop_size;
	unsigned asked = w->asked;
	char *scanned, *parsed, *onward;
	bool refused;

	if (f->fault || !l->refusal)
		return;
	refused = refusal_again(&w->traffic, l, f);
	scanned = world_said(l, &scanned_size);
	onward = world_said(&w->hop, &hop_size);
	LAW(w->asked == asked && hop_size == 0, "the scan asks nobody and admits nothing");
	LAW(refused == (scanned_size > 0), "the scan refuses by an answer");
	free(onward);
	if (refused) {
		struct refusal *kept = l->refusal;

		l->refusal = NULL;
		world_hear(w, l, f);
		refusal_forget(l);
		l->refusal = kept;
		onward = world_said(&w->hop, &hop_size);
		LAW(hop_size == 0, "the scan never refuses what would be forwarded");
		parsed = world_said(l, &parsed_size);
		same_answer(scanned, scanned_size, parsed, parsed_size);
		free(parsed);
		free(onward);
	}
	free(scanned);
}

/* A first message that the store refuses: the connection remembers. */
static void refuse_one(struct world *w)
{
	static const char text[] = "MESSAGE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/TLS a.contoso.com;branch=z9hG4bK0\r\n"
		"From: <sip:a@contoso.com>;tag=0\r\nTo: <sip:bob@example.com>\r\nCall-ID: 0\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n";
	static struct frame f;
	size_t at = 0, size;

	LAW(world_next(&w->partner, text, sizeof text - 1, &at, &f), "it is a message");
	world_hear(w, &w->partner, &f);
	world_pass_time(w);
	free(world_said(&w->partner, &size));
	free(world_said(&w->hop, &size));
	LAW(w->partner.refusal || peer != PEER_CONTOSO || w->says == STORE_LETS || w->says == STORE_PACES || w->says == STORE_SILENT,
	    "a refusal is remembered");
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	static struct frame f;
	struct fuzz_input in = { octets, size };
	uint8_t options = fuzz_octet(&in);
	size_t filled, at = 0;
	struct world *w;
	char *text;

	peer = (enum world_peer)(options >> 4 & 7) % PEERS;
	slots_come = options & SLOTS_COME;
	w = world_begin(peer);
	w->says = (enum world_store)((options & 7) % STORE_SAYS);
	if (options & WITH_REFUSAL)
		refuse_one(w);
	text = world_fill(w, in.at, in.left, &filled);
	while (world_next(&w->partner, text, filled, &at, &f)) {
		scan_against_way(w, &f);
		if (!link_is_open(&w->partner))
			break;
		go_the_way(w, &f);
	}
	world_end(w);
	free(text);
	return 0;
}
