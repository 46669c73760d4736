/* What next hops answer, and what partners answer to the inside: it goes back only to who asked, without our
 * Via and otherwise as it came, and the scan says what the parser would. */
#include <sofia-sip/msg_header.h>
#include <stdlib.h>
#include <string.h>

#include "sipview.h"
#include "world.h"

#define VIA "Via: SIP/2.0/TLS sip.contoso.com:5061;branch=z9hG4bK776a\r\n"
#define ENDS "From: Alice <sip:alice@contoso.com>;tag=1928\r\nTo: Bob <sip:bob@example.com>\r\nCall-ID: " WORLD_CALL_ID "\r\n"

enum { INVITE = 1, AND_CANCEL = 2, FROM_INSIDE = 4, AND_ACK = 8, AND_SILENCE = 16 };

static const char message[] = "MESSAGE sip:bob@example.com SIP/2.0\r\n" VIA ENDS "CSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n";
static const char invite[] = "INVITE sip:bob@example.com SIP/2.0\r\n" VIA ENDS "CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n";
static const char cancel[] = "CANCEL sip:bob@example.com SIP/2.0\r\n" VIA ENDS "CSeq: 1 CANCEL\r\nContent-Length: 0\r\n\r\n";

static const char ack[] = "ACK sip:bob@example.com SIP/2.0\r\n" VIA ENDS "CSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n";
static const char bye[] = "BYE sip:alice@pc33.contoso.com SIP/2.0\r\nVia: SIP/2.0/TLS director.example.com;branch=z9hG4bKin\r\n"
	"Route: <sip:inside.example.com:5070;lr;fg={I}>\r\nFrom: <sip:bob@example.com>;tag=a6c8\r\nTo: Alice <sip:alice@contoso.com>;tag=1928\r\n"
	"Call-ID: " WORLD_CALL_ID "\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n";

/* Who asked, and who answers. */
static struct link *asks, *answers;
/* How many final answers went back so far, and whether one was a 2xx. */
static unsigned finals;
static bool succeeded;

/* What goes on of a request of ours; to be freed. */
static char *goes_on(struct world *w, const char *words, size_t *size)
{
	static struct frame f;
	size_t at = 0, length;
	char *text = world_fill(w, (const uint8_t *)words, strlen(words), &length);

	LAW(world_next(asks, text, length, &at, &f), "it is a request");
	world_hear(w, asks, &f);
	free(text);
	return world_said(answers, size);
}

static void ask(struct world *w, const char *words)
{
	struct sipview out;
	size_t size;
	char *said = goes_on(w, words, &size);

	LAW(size > 0, "it goes on");
	sipview_make(&out, said, size, true);
	world_note_branch(out.sip->sip_via->v_branch, strlen(out.sip->sip_via->v_branch));
	sipview_clear(&out);
	free(said);
}

/* --- what goes back --- */

static void goes_back_as_it_came(const struct sipview *in, const struct sipview *out)
{
	size_t body = in->frame.size - in->frame.head;

	LAW(out->frame.status == in->frame.status, "the status stays");
	LAW(sipview_vias(out) + 1 == sipview_vias(in), "one Via is taken off, ours");
	LAW(in->sip->sip_via->v_next && sipview_same_text(out->sip->sip_via->v_branch, in->sip->sip_via->v_next->v_branch), "the next Via is on top");
	LAW(!strcmp(out->sip->sip_call_id->i_id, in->sip->sip_call_id->i_id) && out->sip->sip_cseq->cs_seq == in->sip->sip_cseq->cs_seq, "Call-ID and CSeq stay");
	LAW(sipview_same_text(out->sip->sip_to->a_tag, in->sip->sip_to->a_tag), "the To tag stays");
	LAW(out->frame.size - out->frame.head == body && !memcmp(out->frame.octets + out->frame.head, in->frame.octets + in->frame.head, body), "the body stays");
	LAW(sipview_line(out, "P-Asserted-Identity") == UINT16_MAX && sipview_line(out, "Remote-Party-ID") == UINT16_MAX, "what speaks of trust stays inside");
}

/* The parser's way to do the same: octet by octet, where it can read what came. */
static void scan_does_what_the_parser_would(const struct world *w, const struct frame *f, const char *text, size_t size)
{
	msg_t *msg = message_parse_framed(w->traffic.class, f);
	const struct texts *remove = &w->traffic.conf->border.remove;
	size_t printed;
	char *other;

	if (!msg)
		return;
	msg_header_remove(msg, NULL, (msg_header_t *)sip_object(msg)->sip_via);
	message_remove_named(msg, remove->list, remove->count);
	other = sipview_print(msg, &printed);
	LAW(other && printed == size && !memcmp(other, text, size), "the scan sends what the parser would");
	free(other);
	msg_destroy(msg);
}

static bool is_for_cancel(const struct frame *f)
{
	size_t length;
	const char *value = frame_value(f, f->cseq, &length);

	return length > 7 && strchr(" \t", value[length - 7]) && !memcmp(value + length - 6, "CANCEL", 6);
}

static void was_asked_for(const struct frame *f, uint8_t options)
{
	if (is_for_cancel(f) && (options & INVITE)) {
		LAW(options & AND_CANCEL, "nobody is told of a CANCEL that nobody sent");
		return;
	}
	LAW(f->status >= 200 || finals == 0, "nothing rings behind a final answer");
	LAW(f->status < 200 || finals == 0 || ((options & INVITE) && f->status / 100 == 2), "there is one final answer, but for further 2xx of an INVITE");
	finals += f->status >= 200;
	succeeded = succeeded || f->status / 100 == 2;
}

/* The ACK of a failed INVITE goes on once; without a final answer there is nothing to acknowledge. */
static void ack_follows(struct world *w)
{
	size_t first, second;

	free(goes_on(w, ack, &first));
	free(goes_on(w, ack, &second));
	if (finals == 0)
		LAW(!first && !second, "an ACK of nothing goes nowhere");
	else if (!succeeded && link_is_open(answers))
		LAW(first && !second, "the ACK of a failed INVITE goes on once");
}

/* What the parser cannot read goes back by the scan where a next hop says it: it is ours. */
static void is_told(const struct world *w, const struct frame *f, const char *text, size_t size, uint8_t options)
{
	msg_t *msg = message_parse_framed(w->traffic.class, f);
	struct sipview in, out;

	LAW(!f->fault && size < f->size, "what is broken does not go back");
	was_asked_for(f, options);
	LAW(msg || answers == &w->hop, "of what strangers answer only goes back what can be read");
	if (!msg)
		return;
	msg_destroy(msg);
	sipview_make(&in, f->octets, f->size, true);
	sipview_make(&out, text, size, true);
	goes_back_as_it_came(&in, &out);
	scan_does_what_the_parser_would(w, f, text, size);
	sipview_clear(&in);
	sipview_clear(&out);
}

static void answer(struct world *w, const struct frame *f, uint8_t options)
{
	size_t size, onward_size;
	char *text, *onward;

	world_hear(w, answers, f);
	text = world_said(asks, &size);
	onward = world_said(answers, &onward_size);
	LAW(answers != &w->hop || link_is_open(&w->hop) || f->closes, "a next hop is closed by a broken stream only");
	LAW(f->request || onward_size == 0, "a response is not answered");
	if (size && !f->request)
		is_told(w, f, text, size, options);
	free(text);
	free(onward);
}

/* No answer comes any more: who asked for a call is told so, and what rang is cancelled. */
static void silence(struct world *w, uint8_t options)
{
	struct pending *p = world_pending(w);
	bool told = p && !p->final && (options & INVITE), rang = told && p->provisional && !p->own_cancel && link_is_open(answers);
	size_t size, onward_size;
	char *text, *onward;

	if (!p)
		return;
	transit_due(&w->traffic, p);
	text = world_said(asks, &size);
	onward = world_said(answers, &onward_size);
	LAW(told == (size > 0) && (!told || !memcmp(text, "SIP/2.0 408 ", 12)), "of a call that nobody answers the partner is told, and of nothing else");
	LAW(rang == (onward_size > 0) && (!rang || !memcmp(onward, "CANCEL ", 7)), "what rang is cancelled, and nothing else");
	free(text);
	free(onward);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	static struct frame f;
	struct fuzz_input in = { octets, size };
	uint8_t options = fuzz_octet(&in);
	struct world *w = world_begin(PEER_CONTOSO);
	size_t filled, at = 0;
	char *text;

	finals = 0;
	succeeded = false;
	asks = options & FROM_INSIDE ? &w->hop : &w->partner;
	answers = options & FROM_INSIDE ? &w->partner : &w->hop;
	if (options & FROM_INSIDE)
		options = FROM_INSIDE;
	ask(w, options & FROM_INSIDE ? bye : options & INVITE ? invite : message);
	if ((options & INVITE) && (options & AND_CANCEL))
		ask(w, cancel);
	text = world_fill(w, in.at, in.left, &filled);
	while (world_next(answers, text, filled, &at, &f)) {
		answer(w, &f, options);
		if (f.closes)
			break;
	}
	if (options & AND_SILENCE)
		silence(w, options);
	else if ((options & INVITE) && (options & AND_ACK))
		ack_follows(w);
	world_end(w);
	free(text);
	return 0;
}
