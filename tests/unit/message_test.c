/* One message, parsed and printed: what is refused, what stays as it came. */
#include <stdlib.h>
#include <string.h>

#include "../../policy/reason.h"
#include "chance.h"
#include "holds.h"
#include "sip_case.h"
#include "unit.h"
#include "wire.h"

#define INVITE(lines) SIP_REQUEST("INVITE", "sip:bob@example.com", lines)
#define ALL "Call-ID: c@pc33\nCSeq: 1 INVITE\nContent-Length: 0\n\n"

static void broken_ones_are_refused(void)
{
	static const struct { const char *promise, *text; } rows[] = {
		{ "a first line with a word too few", "INVITE sip:bob@example.com\n" SIP_VIA SIP_ENDS ALL },
		{ "a first line of blanks", "   \n" SIP_VIA SIP_ENDS ALL },
		{ "a Content-Length that is no number", "INVITE sip:b@a SIP/2.0\n" SIP_VIA SIP_ENDS "Call-ID: c\nCSeq: 1 INVITE\nContent-Length: x\n\n" },
		{ "a second Content-Length", "INVITE sip:b@a SIP/2.0\n" SIP_VIA SIP_ENDS "Content-Length: 0\n" ALL },
		{ "a body shorter than it says", "INVITE sip:b@a SIP/2.0\n" SIP_VIA SIP_ENDS "Call-ID: c\nCSeq: 1 INVITE\nContent-Length: 5\n\nabc" },
		{ "a Via without a host", INVITE("Via: SIP/2.0/TLS\n" SIP_ENDS) },
		{ "a bad Via behind a good one", INVITE(SIP_VIA "Via: ;;\n" SIP_ENDS) },
		{ "a bad Via in a list", INVITE("Via: SIP/2.0/TLS a, ;x\n" SIP_ENDS) },
		{ "a To that is no address", INVITE(SIP_VIA SIP_FROM "To: <sip:bob\n") },
		{ "a From that is no address", INVITE(SIP_VIA SIP_TO "From: <\n") },
		{ "a CSeq without a number", "INVITE sip:b@a SIP/2.0\n" SIP_VIA SIP_ENDS "Call-ID: c\nCSeq: INVITE\nContent-Length: 0\n\n" },
		{ "two From", INVITE(SIP_VIA SIP_ENDS SIP_FROM) },
		{ "two To", INVITE(SIP_VIA SIP_ENDS SIP_TO) },
		{ "two To, one of them compact", INVITE(SIP_VIA SIP_ENDS "t: <sip:bob@example.com>\n") },
		{ "two CSeq", INVITE(SIP_VIA SIP_ENDS "CSeq: 314159 INVITE\n") },
		{ "two Call-ID", INVITE(SIP_VIA SIP_ENDS "Call-ID: other\n") },
		{ "two Max-Forwards", INVITE(SIP_VIA SIP_ENDS "Max-Forwards: 70\nMax-Forwards: 70\n") },
		{ "a Max-Forwards that is no number", INVITE(SIP_VIA SIP_ENDS "Max-Forwards: many\n") },
		{ "a Route that is no address", INVITE(SIP_VIA SIP_ENDS "Route: <sip:a\n") },
		{ "a Record-Route that is no address", INVITE(SIP_VIA SIP_ENDS "Record-Route: <sip:a\n") },
		{ "a header without a colon", INVITE(SIP_VIA SIP_ENDS "Subject\n") },
		{ "a blank in a header's name", INVITE(SIP_VIA SIP_ENDS "Sub ject: x\n") },
		{ "no Via", INVITE(SIP_ENDS) },
		{ "no From", INVITE(SIP_VIA SIP_TO) },
		{ "no To", INVITE(SIP_VIA SIP_FROM) },
		{ "no Call-ID", "INVITE sip:b@a SIP/2.0\n" SIP_VIA SIP_ENDS "CSeq: 1 INVITE\nContent-Length: 0\n\n" },
		{ "no CSeq", "INVITE sip:b@a SIP/2.0\n" SIP_VIA SIP_ENDS "Call-ID: c\nContent-Length: 0\n\n" },
		{ "nothing", "" },
		{ "an empty line", "\n" },
	};
	msg_t *good = sip_parse(INVITE(SIP_VIA SIP_ENDS "Max-Forwards: 70\nRoute: <sip:a;lr>\n"));

	msg_destroy(good);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		msg_t *msg = sip_try(rows[i].text);

		HOLDS(msg == NULL, rows[i].promise);
		if (msg)
			msg_destroy(msg);
	}
}

/* What the peer reads of a message that was sent to him. */
static size_t sent_to(msg_t *msg, char *out, size_t room)
{
	struct wire w;
	ssize_t n;

	wire_open(&w);
	turn_once(w.loop);
	CU_ASSERT_TRUE(message_send(msg, w.stream));
	turn_once(w.loop);
	n = read(w.far, out, room);
	wire_close(&w);
	CU_ASSERT_TRUE_FATAL(n > 0);
	return (size_t)n;
}

static void an_untouched_one_leaves_as_it_came(void)
{
	static const char wire[] =
		"INVITE sip:bob@example.com;user=phone?Subject=x SIP/2.0\r\n"
		"v:   SIP / 2.0 / TLS  a.contoso.com ;branch=z9hG4bK1;Rport,\r\n\tSIP/2.0/TLS b ; branch=z9hG4bK2\r\n"
		"f: \"A. \\\"Lice\\\"\" <SIP:alice@Contoso.COM> ; TAG=1 ; x\r\n"
		"TO :sip:bob@example.com\r\n"
		"i: c@pc33\r\n"
		"cseq:   0009  INVITE\r\n"
		"max-forwards:  0070\r\n"
		"Unknown-Header: some\r\n  folded , value \r\n"
		"Require: a,b\r\nRequire: c\r\n"
		"X-Empty:\r\n"
		"Contact: <sip:a@b>;q=x;broken=\"\r\n"
		"c: application/sdp\r\n"
		"l: 7\r\n\r\n"
		"a\0b\r\n\n\xff";
	msg_t *msg = message_parse(sip_class(), wire, sizeof wire - 1);
	char got[2000];
	size_t n;

	CU_ASSERT_PTR_NOT_NULL_FATAL(msg);
	CU_ASSERT_TRUE(message_size(msg) >= sizeof wire - 1);
	n = sent_to(msg, got, sizeof got);
	CU_ASSERT_EQUAL(n, sizeof wire - 1);
	CU_ASSERT_EQUAL(memcmp(got, wire, sizeof wire - 1), 0);
	msg_destroy(msg);
}

static void a_response_too(void)
{
	static const char text[] = "SIP/2.0 183 Going on\n" SIP_VIA SIP_DIALOG "Call-ID: c\nCSeq: 1 INVITE\nContent-Length: 3\n\nabc";

	CU_ASSERT_TRUE(sip_prints(sip_parse(text), text));
}

/* sofia alone takes such a method for none. */
static void a_method_is_any_token(void)
{
	static const struct { const char *method, *text; } rows[] = {
		{ "A+`B", "A+`B sip:bob@example.com SIP/2.0\n" SIP_VIA SIP_ENDS "Call-ID: c\ncseq :  7\n\tA+`B \nContent-Length: 3\n\nabc" },
		{ "`", "` sip:bob@example.com SIP/2.0\nCSeq: 7 `\n" SIP_VIA SIP_ENDS "Call-ID: c\nContent-Length: 0\n\n" },
		{ "SERVICE", "SERVICE sip:bob@example.com SIP/2.0\n" SIP_VIA SIP_ENDS "Call-ID: c\nCSeq: 7 SERVICE\nContent-Length: 3\n\nabc" },
		{ "OPT", "OPT sip:bob@example.com SIP/2.0\n" SIP_VIA SIP_ENDS "Call-ID: c\nCSeq: 7 OPT\nContent-Length: 0\n\n" },
		{ "PING", "SIP/2.0 200 OK\n" SIP_VIA SIP_DIALOG "Call-ID: c\nCSeq: 1 PING\nContent-Length: 0\n\n" },
		{ "INVITE", "INVITE sip:bob@example.com SIP/2.0\n" SIP_VIA SIP_ENDS ALL },
		{ "A+", "SIP/2.0 200 OK\n" SIP_VIA SIP_DIALOG "Call-ID: c\nCSeq: 1 A+\nContent-Length: 0\n\n" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct frame_limits limits = { 4096, 4096, false };
		struct frame_state state = { 0 };
		struct frame f;
		size_t size, used;
		char *wire = sip_wire(rows[i].text, &size);
		msg_t *msg;

		CU_ASSERT_EQUAL_FATAL(frame_next(&state, &limits, wire, size, &f, &used), FRAME_MESSAGE);
		msg = message_parse_framed(sip_class(), &f);
		free(wire);
		CU_ASSERT_PTR_NOT_NULL_FATAL(msg);
		CU_ASSERT_STRING_EQUAL(sip_object(msg)->sip_cseq->cs_method_name, rows[i].method);
		if (sip_object(msg)->sip_request)
			CU_ASSERT_STRING_EQUAL(sip_object(msg)->sip_request->rq_method_name, rows[i].method);
		HOLDS(sip_prints(msg, rows[i].text), rows[i].method);
	}
}

/* So many pieces that they do not fit into one array of them: every second header is gone. */
static void one_of_many_pieces_leaves_whole(void)
{
	char text[9000] = "INVITE sip:b@a SIP/2.0\n" SIP_VIA, expected[9000] = "INVITE sip:b@a SIP/2.0\n" SIP_VIA;
	char *names[] = { (char[]) { "Gone" } };
	char got[9000];
	msg_t *msg;
	size_t size;
	char *wire;

	for (int i = 0; i < 100; i++) {
		snprintf(text + strlen(text), sizeof text - strlen(text), "Gone: %d\nStays: %d\n", i, i);
		snprintf(expected + strlen(expected), sizeof expected - strlen(expected), "Stays: %d\n", i);
	}
	strcat(text, SIP_ENDS ALL);
	strcat(expected, SIP_ENDS ALL);
	msg = sip_parse(text);
	message_remove_named(msg, names, 1);
	wire = sip_wire(expected, &size);
	CU_ASSERT_EQUAL(sent_to(msg, got, sizeof got), size);
	CU_ASSERT_EQUAL(memcmp(got, wire, size), 0);
	free(wire);
	msg_destroy(msg);
}

/* --- answers --- */

static bool answer_lines_are(msg_t *msg, const char *tag, const char *expected)
{
	size_t size;
	char *wire = sip_wire(expected, &size), *lines = message_answer_lines(msg, tag);
	bool same = lines && strcmp(lines, wire) == 0;

	if (!same)
		printf("\nlines:\n%s", lines ? lines : "none\n");
	free(wire);
	free(lines);
	msg_destroy(msg);
	return same;
}

#define TWO_VIAS SIP_VIA "Via: SIP/2.0/TLS b;branch=z9hG4bK2\n"
#define LISTED_VIAS "Via: SIP/2.0/TLS a;branch=z9hG4bK1, SIP/2.0/TLS b,\n SIP/2.0/TLS c\nVia: SIP/2.0/TLS d\n"

static void an_answer_starts_with_the_requests_lines(void)
{
	msg_t *msg;

	CU_ASSERT_TRUE(answer_lines_are(sip_parse("INVITE sip:b@a SIP/2.0\n" TWO_VIAS "Subject: x\n" SIP_TO SIP_FROM ALL), "fg1",
	    TWO_VIAS SIP_FROM "To: Bob <sip:bob@example.com>;tag=fg1\nCall-ID: c@pc33\nCSeq: 1 INVITE\n"));
	CU_ASSERT_TRUE(answer_lines_are(sip_parse("INVITE sip:b@a SIP/2.0\n" SIP_VIA SIP_DIALOG ALL), "fg1",
	    SIP_VIA SIP_DIALOG "Call-ID: c@pc33\nCSeq: 1 INVITE\n"));
	CU_ASSERT_TRUE(answer_lines_are(sip_parse("INVITE sip:b@a SIP/2.0\n" SIP_VIA SIP_ENDS ALL), NULL,
	    SIP_VIA SIP_ENDS "Call-ID: c@pc33\nCSeq: 1 INVITE\n"));
	CU_ASSERT_TRUE(answer_lines_are(sip_parse("INVITE sip:b@a SIP/2.0\n" LISTED_VIAS SIP_DIALOG ALL), "fg1",
	    LISTED_VIAS SIP_DIALOG "Call-ID: c@pc33\nCSeq: 1 INVITE\n"));
	msg = sip_parse("INVITE sip:b@a SIP/2.0\n" LISTED_VIAS SIP_DIALOG ALL);
	CU_ASSERT_TRUE(via_received(msg, "192.0.2.1", 40000));
	CU_ASSERT_TRUE(answer_lines_are(msg, "fg1", "Via: SIP/2.0/TLS a;branch=z9hG4bK1;received=192.0.2.1\nVia: SIP/2.0/TLS b\n"
	    "Via: SIP/2.0/TLS c\nVia: SIP/2.0/TLS d\n" SIP_DIALOG "Call-ID: c@pc33\nCSeq: 1 INVITE\n"));
}

static void an_answer_is_whole(void)
{
	static const char expected[] = "SIP/2.0 503 Service Unavailable\r\nVia: x\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n";
	struct wire w;
	char got[500];

	wire_open(&w);
	turn_once(w.loop);
	answer_send(w.stream, 503, answer_phrase(503), "Via: x\r\n", "Retry-After: 3\r\n");
	turn_once(w.loop);
	CU_ASSERT_EQUAL(read(w.far, got, sizeof got), sizeof expected - 1);
	CU_ASSERT_EQUAL(memcmp(got, expected, sizeof expected - 1), 0);
	wire_close(&w);
	CU_ASSERT_STRING_EQUAL(answer_phrase(403), "Forbidden");
	for (enum reason r = REASON_NONE; r < REASONS; r++)
		HOLDS(!reason_row(r)->status || strlen(answer_phrase(reason_row(r)->status)) > 3, reason_row(r)->token);
}

/* --- CANCEL --- */

static void a_cancel_follows_its_invite(void)
{
	struct own own = sip_own();
	msg_t *msg = sip_parse("INVITE sip:bob@example.com;x=y SIP/2.0\n" LISTED_VIAS "Max-Forwards: 9\n"
	    "Route: <sip:edge.example.com;lr;fg=1>,<sip:a;lr>, <sip:b;lr>\nRoute: <sip:c;lr>\n" SIP_ENDS ALL);
	size_t size;
	char *wire = sip_wire("CANCEL sip:bob@example.com;x=y SIP/2.0\nVia: SIP/2.0/TLS inside.example.com:5070;branch=z9hG4bKfg1\n"
	    "Route: <sip:a;lr>\nRoute: <sip:b;lr>\nRoute: <sip:c;lr>\n" SIP_ENDS
	    "Call-ID: c@pc33\nCSeq: 1 CANCEL\nMax-Forwards: 70\nContent-Length: 0\n\n", &size), *cancel;

	route_remove(msg, 1);
	CU_ASSERT_TRUE(via_push(msg, &own.inner, "z9hG4bKfg1"));
	cancel = message_cancel(msg);
	CU_ASSERT_PTR_NOT_NULL_FATAL(cancel);
	CU_ASSERT_STRING_EQUAL(cancel, wire);
	free(cancel);
	free(wire);
	/* Making it leaves the INVITE as it is. */
	CU_ASSERT_STRING_EQUAL(sip_object(msg)->sip_request->rq_method_name, "INVITE");
	CU_ASSERT_EQUAL(sip_object(msg)->sip_cseq->cs_method, sip_method_invite);
	msg_destroy(msg);
	sip_own_clear(&own);
}

/* With the To of the answer, which has a tag, and may be folded; the rest is the INVITE's (RFC 3261 17.1.1.3). */
static void the_ack_of_a_failure_has_its_to(void)
{
	static const char head[] = "Via: SIP/2.0/TLS inside.example.com:5070;branch=z9hG4bKfg1\n", from[] = "From: <sip:a@b>;tag=1\n";
	static const char to[] = "To: \"Bob\" <sip:c@d>\n ;tag=odd\n", routes[] = "Route: <sip:a;lr>\nRoute: <sip:b;lr>\n";
	static const char request[] = "%s sip:bob@example.com;x=y SIP/2.0\n%s%s%s%sCall-ID: 1\nCSeq: 7 %s\nMax-Forwards: 70\nContent-Length: 0\n\n";
	const struct frame_limits limits = { 4096, 4096, false };
	struct frame_state state = { 0 };
	char text[1000], *cancel, *answer, *expected, *ack;
	struct frame f;
	size_t size, used;

	snprintf(text, sizeof text, request, "CANCEL", head, routes, from, "To: <sip:c@d>\n", "CANCEL");
	cancel = sip_wire(text, &size);
	snprintf(text, sizeof text, request, "ACK", head, routes, from, to, "ACK");
	expected = sip_wire(text, &size);
	snprintf(text, sizeof text, "SIP/2.0 487 Gone\n%s%s%sCall-ID: 1\nCSeq: 7 INVITE\nContent-Length: 0\n\n", head, from, to);
	answer = sip_wire(text, &size);
	CU_ASSERT_EQUAL_FATAL(frame_next(&state, &limits, answer, size, &f, &used), FRAME_MESSAGE);
	ack = message_ack(sip_class(), cancel, &f);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ack);
	CU_ASSERT_STRING_EQUAL(ack, expected);
	free(ack);
	CU_ASSERT_PTR_NULL(message_ack(sip_class(), "CANCEL", &f));
	free(answer);
	free(expected);
	free(cancel);
}

/* --- headers by name --- */

static void named_headers_are_removed(void)
{
	char *names[] = { (char[]) { "p-asserted-identity" }, (char[]) { "X-Trust" } };
	msg_t *msg = sip_parse(INVITE("P-Asserted-Identity: <sip:a@b>\n" SIP_VIA "X-TRUST: 1\n\tfolded\nX-Trusted: 2\n" SIP_ENDS
	    "x-trust: 3\nP-Asserted-Identity: <sip:c@d>\n"));

	message_remove_named(msg, names, 2);
	CU_ASSERT_TRUE(sip_prints(msg, INVITE(SIP_VIA "X-Trusted: 2\n" SIP_ENDS)));
	msg = sip_parse(INVITE(SIP_VIA "X-Trust: 1\n" SIP_ENDS));
	message_remove_named(msg, names, 0);
	CU_ASSERT_TRUE(sip_prints(msg, INVITE(SIP_VIA "X-Trust: 1\n" SIP_ENDS)));
}

static bool agent_becomes(const char *text, const char *setting, const char *expected)
{
	msg_t *msg = sip_parse(text);

	CU_ASSERT_TRUE(message_user_agent(msg, setting));
	return sip_prints(msg, expected);
}

static void the_agent_is_kept_removed_or_set(void)
{
	static const char told[] = INVITE(SIP_VIA "User-Agent: phone/1.0\n" SIP_ENDS);
	msg_t *msg;

	CU_ASSERT_TRUE(agent_becomes(told, "keep", told));
	CU_ASSERT_TRUE(agent_becomes(told, "remove", INVITE(SIP_VIA SIP_ENDS)));
	CU_ASSERT_TRUE(agent_becomes("SIP/2.0 200 OK\n" SIP_VIA "Server: a\n" SIP_ENDS ALL, "remove", "SIP/2.0 200 OK\n" SIP_VIA SIP_ENDS ALL));
	msg = sip_parse(told);
	CU_ASSERT_TRUE(message_user_agent(msg, "edge"));
	CU_ASSERT_STRING_EQUAL(sip_object(msg)->sip_unknown->un_name, "User-Agent");
	CU_ASSERT_STRING_EQUAL(sip_object(msg)->sip_unknown->un_value, "edge");
	CU_ASSERT_PTR_NULL(sip_object(msg)->sip_unknown->un_next);
	msg_destroy(msg);
	msg = sip_parse("SIP/2.0 200 OK\n" SIP_VIA SIP_ENDS ALL);
	CU_ASSERT_TRUE(message_user_agent(msg, "edge"));
	CU_ASSERT_STRING_EQUAL(sip_object(msg)->sip_unknown->un_name, "Server");
	msg_destroy(msg);
}

/* --- whatever comes --- */

/* Changed at random: refused, or everything that the edge does to it works. */
static void a_damaged_one_is_refused_or_sound(void)
{
	static const char text[] = "INVITE sip:bob@example.com SIP/2.0\n" LISTED_VIAS "Max-Forwards: 9\nRoute: <sip:a;lr>, <sip:b;lr>\n"
	    "Require: recipient-list-invite\nX-Trust: 1\n" SIP_ENDS ALL;
	static const char octets[] = " \t,;:<>\"=@\r\n\\()/z0\x80";
	struct chance chance = chance_new();
	unsigned sound = 0, refused = 0;

	for (int i = chance_rounds(4000); i--;) {
		size_t size;
		char *wire = sip_wire(text, &size), *lines, *cancel;
		msg_t *msg;

		for (uint32_t n = 1 + chance_below(&chance, 3); n--;)
			wire[chance_below(&chance, (uint32_t)size)] = octets[chance_below(&chance, sizeof octets - 1)];
		msg = message_parse(sip_class(), wire, size);
		free(wire);
		refused += msg == NULL;
		if (!msg)
			continue;
		sound++;
		if (sip_object(msg)->sip_request && via_received(msg, "192.0.2.1", 1)) {
			lines = message_answer_lines(msg, "fg1");
			cancel = message_cancel(msg);
			CU_ASSERT_TRUE(lines && cancel && strstr(lines, "received=192.0.2.1"));
			free(lines);
			free(cancel);
			free(sip_print(msg));
		}
		msg_destroy(msg);
	}
	CU_ASSERT_TRUE(sound > 100 && refused > 100);
}

CU_TestInfo message_tests[] = {
	{ "a message with any fault is refused", broken_ones_are_refused },
	{ "a message that nobody touched leaves octet for octet as it came", an_untouched_one_leaves_as_it_came },
	{ "a response too", a_response_too },
	{ "a method is any token, also one that the parser would not take", a_method_is_any_token },
	{ "a message of many pieces leaves whole", one_of_many_pieces_leaves_whole },
	{ "an answer starts with the request's lines, with our To tag where there was none", an_answer_starts_with_the_requests_lines },
	{ "an answer is whole", an_answer_is_whole },
	{ "a CANCEL follows its INVITE", a_cancel_follows_its_invite },
	{ "the ACK of a failed INVITE has the To of its answer", the_ack_of_a_failure_has_its_to },
	{ "named headers are removed, whatever their case, and no others", named_headers_are_removed },
	{ "User-Agent and Server are kept, removed or set", the_agent_is_kept_removed_or_set },
	{ "a message damaged at random is refused or sound", a_damaged_one_is_refused_or_sound },
	CU_TEST_INFO_NULL
};
