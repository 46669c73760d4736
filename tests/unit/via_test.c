/* Via, branch, loop mark, tags, Max-Forwards: the proxy's mark on a message. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "holds.h"
#include "sip_case.h"
#include "unit.h"

#define MESSAGE(lines) SIP_REQUEST("MESSAGE", "sip:bob@example.com", lines)

static void a_branch_reads_back(void)
{
	static const struct { uint64_t transaction; uint32_t mark; } rows[] = {
		{ 0, 0 }, { 1, 2 }, { UINT64_MAX, UINT32_MAX }, { 0x0123456789abcdef, 0x00fedcba },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char branch[BRANCH_MAX];
		uint64_t transaction = 7;
		uint32_t mark = 7;

		via_branch(branch, rows[i].transaction, rows[i].mark);
		CU_ASSERT_EQUAL(strncmp(branch, "z9hG4bK", 7), 0);
		CU_ASSERT_TRUE(via_branch_read(branch, strlen(branch), &transaction, &mark));
		CU_ASSERT_EQUAL(transaction, rows[i].transaction);
		CU_ASSERT_EQUAL(mark, rows[i].mark);
	}
}

static void another_form_is_not_ours(void)
{
	char branch[BRANCH_MAX], longer[BRANCH_MAX + 2];
	uint64_t transaction;
	uint32_t mark;
	size_t length;

	via_branch(branch, 0x0123456789abcdef, 0xfedcba98);
	length = strlen(branch);
	snprintf(longer, sizeof longer, "%s0", branch);
	CU_ASSERT_FALSE(via_branch_read(longer, length + 1, &transaction, &mark));
	CU_ASSERT_TRUE(via_branch_read(longer, length, &transaction, &mark));
	CU_ASSERT_FALSE(via_branch_read(branch, 0, &transaction, &mark));
	for (size_t i = 0; i < length; i++) {
		char was = branch[i];

		CU_ASSERT_FALSE(via_branch_read(branch, i, &transaction, &mark));
		branch[i] = was == 'G' ? 'H' : 'G';
		CU_ASSERT_FALSE(via_branch_read(branch, length, &transaction, &mark));
		branch[i] = was;
	}
}

/* What two requests have in common: mark or transaction of each. */
static uint64_t transaction_of(const struct own *own, const char *text, const char *organisation)
{
	msg_t *msg = sip_parse(text);
	uint64_t transaction = via_transaction(own, sip_object(msg), organisation);

	msg_destroy(msg);
	return transaction;
}

static void a_transaction_has_one_number(void)
{
	struct own own = sip_own();
	uint64_t invite = transaction_of(&own, SIP_REQUEST("INVITE", "sip:bob@example.com", SIP_VIA SIP_ENDS), "contoso.com");
	static const struct { const char *promise, *text, *organisation; bool same; } rows[] = {
		{ "its CANCEL has the same", SIP_REQUEST("CANCEL", "sip:bob@example.com", SIP_VIA SIP_ENDS), "contoso.com", true },
		{ "the ACK of its failure too", SIP_REQUEST("ACK", "sip:bob@example.com", SIP_VIA SIP_DIALOG), "contoso.com", true },
		{ "what stands in other Vias does not count",
		  SIP_REQUEST("CANCEL", "sip:bob@example.com", SIP_VIA "Via: SIP/2.0/TLS a;branch=z9hG4bKb\n" SIP_ENDS), "contoso.com", true },
		{ "another organisation has another", SIP_REQUEST("CANCEL", "sip:bob@example.com", SIP_VIA SIP_ENDS), "fabrikam.com", false },
		{ "another branch is another", SIP_REQUEST("INVITE", "sip:bob@example.com",
		  "Via: SIP/2.0/TLS sip.contoso.com:5061;branch=z9hG4bK776asdhdt\n" SIP_ENDS), "contoso.com", false },
		{ "another sent-by is another", SIP_REQUEST("INVITE", "sip:bob@example.com",
		  "Via: SIP/2.0/TLS sip2.contoso.com:5061;branch=z9hG4bK776asdhds\n" SIP_ENDS), "contoso.com", false },
		{ "another port is another", SIP_REQUEST("INVITE", "sip:bob@example.com",
		  "Via: SIP/2.0/TLS sip.contoso.com:5062;branch=z9hG4bK776asdhds\n" SIP_ENDS), "contoso.com", false },
		{ "another From tag is another", SIP_REQUEST("INVITE", "sip:bob@example.com",
		  SIP_VIA "From: <sip:alice@contoso.com>;tag=2\n" SIP_TO), "contoso.com", false },
		{ "another Call-ID is another", "INVITE sip:bob@example.com SIP/2.0\n" SIP_VIA SIP_ENDS
		  "Call-ID: other\nCSeq: 314159 INVITE\nContent-Length: 0\n\n", "contoso.com", false },
		{ "another CSeq is another", "INVITE sip:bob@example.com SIP/2.0\n" SIP_VIA SIP_ENDS
		  "Call-ID: a84b4c76e66710@pc33.contoso.com\nCSeq: 314160 INVITE\nContent-Length: 0\n\n", "contoso.com", false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		HOLDS((transaction_of(&own, rows[i].text, rows[i].organisation) == invite) == rows[i].same, rows[i].promise);
	own.branch_key.octets[0] ^= 1;
	CU_ASSERT_NOT_EQUAL(transaction_of(&own, SIP_REQUEST("INVITE", "sip:bob@example.com", SIP_VIA SIP_ENDS), "contoso.com"), invite);
	sip_own_clear(&own);
}

/* Our Via with this request's own mark, and then what comes back. */
static bool loops(const struct own *own, const char *sent, const char *back_format)
{
	msg_t *msg = sip_parse(sent);
	char branch[BRANCH_MAX], back[1500];
	bool looped;

	via_branch(branch, 99, via_loop_mark(own, sip_object(msg)));
	CU_ASSERT_FALSE(via_looped(own, sip_object(msg)));
	msg_destroy(msg);
	snprintf(back, sizeof back, back_format, branch);
	msg = sip_parse(back);
	looped = via_looped(own, sip_object(msg));
	msg_destroy(msg);
	return looped;
}

#define OUR_VIA "Via: SIP/2.0/TLS inside.example.com:5070;branch=%s\n"
#define HIS_VIA "Via: SIP/2.0/TLS director.example.com;branch=z9hG4bKabc\n"
#define ROUTED "Route: <sip:a.example.com;lr>\n"

static void only_the_same_request_is_a_loop(void)
{
	struct own own = sip_own();
	static const struct { const char *promise, *back; bool looped; } rows[] = {
		{ "our branch on top", MESSAGE(OUR_VIA SIP_VIA ROUTED SIP_ENDS), true },
		{ "our branch below others", MESSAGE(HIS_VIA OUR_VIA SIP_VIA ROUTED SIP_ENDS), true },
		{ "our branch in a list", MESSAGE("Via: SIP/2.0/TLS a;branch=z9hG4bKc, SIP/2.0/TLS b;branch=%s\n" ROUTED SIP_ENDS), true },
		{ "more Max-Forwards is the same request", MESSAGE("Max-Forwards: 3\n" OUR_VIA SIP_VIA ROUTED SIP_ENDS), true },
		{ "another Request-URI is a spiral", SIP_REQUEST("MESSAGE", "sip:carol@example.com", OUR_VIA SIP_VIA ROUTED SIP_ENDS), false },
		{ "other parameters of it too", SIP_REQUEST("MESSAGE", "sip:bob@example.com;x=y", OUR_VIA SIP_VIA ROUTED SIP_ENDS), false },
		{ "another Route is a spiral", MESSAGE(OUR_VIA SIP_VIA "Route: <sip:b.example.com;lr>\n" SIP_ENDS), false },
		{ "one Route less is a spiral", MESSAGE(OUR_VIA SIP_VIA SIP_ENDS), false },
		{ "another To tag is another request", MESSAGE(OUR_VIA SIP_VIA ROUTED SIP_DIALOG), false },
		{ "another From tag is another request", MESSAGE(OUR_VIA SIP_VIA ROUTED SIP_TO "From: <sip:alice@contoso.com>;tag=x\n"), false },
		{ "another method is another request", SIP_REQUEST("INFO", "sip:bob@example.com", OUR_VIA SIP_VIA ROUTED SIP_ENDS), false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		HOLDS(loops(&own, MESSAGE(SIP_VIA ROUTED SIP_ENDS), rows[i].back) == rows[i].looped, rows[i].promise);
	sip_own_clear(&own);
}

/* The scan's CSeq ends nowhere but by its length: an empty one was read on into whatever stood behind the message. */
static void a_tag_looks_at_nothing_behind_its_cseq(void)
{
	static const struct { const char *promise, *one, *other; size_t length; } rows[] = {
		{ "digits behind it", "12", "1234", 2 },
		{ "an empty one, digits behind it", "", "34", 0 },
		{ "an empty one, a number on the next line", "", "\r\n\r\n34", 0 },
	};
	struct own own = sip_own();
	char one[TAG_MAX], other[TAG_MAX];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		via_tag_of(&own, "c", 1, rows[i].one, rows[i].length, one);
		via_tag_of(&own, "c", 1, rows[i].other, rows[i].length, other);
		HOLDS(strcmp(one, other) == 0, rows[i].promise);
	}
	sip_own_clear(&own);
}

static void a_refusals_ack_is_told_by_its_tag(void)
{
	struct own own = sip_own();
	msg_t *invite = sip_parse(SIP_REQUEST("INVITE", "sip:bob@example.com", SIP_VIA SIP_ENDS)), *ack;
	char tag[TAG_MAX], scanned[TAG_MAX], text[1200];
	static const char call_id[] = "a84b4c76e66710@pc33.contoso.com", cseq[] = "314159 INVITE";

	via_tag(&own, sip_object(invite), tag);
	CU_ASSERT_FALSE(via_tag_is_ours(&own, sip_object(invite)));
	via_tag_of(&own, call_id, strlen(call_id), cseq, strlen(cseq), scanned);
	CU_ASSERT_STRING_EQUAL(tag, scanned);
	msg_destroy(invite);
	snprintf(text, sizeof text, SIP_REQUEST("ACK", "sip:bob@example.com", SIP_VIA SIP_FROM "To: Bob <sip:bob@example.com>;tag=%s\n"), tag);
	ack = sip_parse(text);
	CU_ASSERT_TRUE(via_tag_is_ours(&own, sip_object(ack)));
	own.branch_key.octets[3] ^= 4;
	CU_ASSERT_FALSE(via_tag_is_ours(&own, sip_object(ack)));
	msg_destroy(ack);
	tag[strlen(tag) - 1] ^= 1;
	own.branch_key.octets[3] ^= 4;
	snprintf(text, sizeof text, SIP_REQUEST("ACK", "sip:bob@example.com", SIP_VIA SIP_FROM "To: Bob <sip:bob@example.com>;tag=%s\n"), tag);
	ack = sip_parse(text);
	CU_ASSERT_FALSE(via_tag_is_ours(&own, sip_object(ack)));
	msg_destroy(ack);
	sip_own_clear(&own);
}

/* --- received, rport, oc --- */

static bool received_makes(const char *via, const char *host, const char *becomes)
{
	static const char rest[] = SIP_ENDS "Call-ID: c\nCSeq: 1 MESSAGE\nContent-Length: 0\n\n";
	char text[1200], expected[1200];
	msg_t *msg;

	snprintf(text, sizeof text, "MESSAGE sip:bob@example.com SIP/2.0\n%s%s", via, rest);
	snprintf(expected, sizeof expected, "MESSAGE sip:bob@example.com SIP/2.0\n%s%s", becomes, rest);
	msg = sip_parse(text);
	CU_ASSERT_TRUE(via_received(msg, host, 40000));
	return sip_prints(msg, expected);
}

static void a_transport_is_a_word(void)
{
	msg_t *msg = sip_parse("MESSAGE sip:bob@example.com SIP/2.0\nVia: SIP/2.0/TLS.[2001:db8::9:1];branch=z9hG4bK1\n"
	    SIP_ENDS "Call-ID: c\nCSeq: 1 MESSAGE\nContent-Length: 0\n\n");

	CU_ASSERT_FALSE(via_received(msg, "192.0.2.1", 40000));
	msg_destroy(msg);
}

static void the_top_via_says_where_it_came_from(void)
{
	static const struct { const char *promise, *via, *host, *becomes; } rows[] = {
		{ "the address that it names already is not said again",
		  "Via: SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK1\n", "192.0.2.1",
		  "Via: SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK1\n" },
		{ "of a name the address is said",
		  "Via: SIP/2.0/TLS a.contoso.com;branch=z9hG4bK1\n", "192.0.2.1",
		  "Via: SIP/2.0/TLS a.contoso.com;branch=z9hG4bK1;received=192.0.2.1\n" },
		{ "rport is answered, and received with it",
		  "Via: SIP/2.0/TLS 192.0.2.1;branch=z9hG4bK1;rport\n", "192.0.2.1",
		  "Via: SIP/2.0/TLS 192.0.2.1;branch=z9hG4bK1;rport=40000;received=192.0.2.1\n" },
		{ "IPv6 is without brackets",
		  "Via: SIP/2.0/TLS a.contoso.com;branch=z9hG4bK1\n", "2001:db8::1",
		  "Via: SIP/2.0/TLS a.contoso.com;branch=z9hG4bK1;received=2001:db8::1\n" },
		{ "the same IPv6 address in brackets is not said again",
		  "Via: SIP/2.0/TLS [2001:db8::1];branch=z9hG4bK1\n", "2001:db8::1",
		  "Via: SIP/2.0/TLS [2001:db8::1];branch=z9hG4bK1\n" },
		{ "what a peer says of itself is not believed",
		  "Via: SIP/2.0/TLS a.contoso.com;received=198.51.100.1;branch=z9hG4bK1\n", "192.0.2.1",
		  "Via: SIP/2.0/TLS a.contoso.com;received=192.0.2.1;branch=z9hG4bK1\n" },
		{ "only the top one is changed",
		  "Via: SIP/2.0/TLS a.contoso.com;branch=z9hG4bK1\nVia: SIP/2.0/TLS b.contoso.com;branch=z9hG4bK2;rport\n", "192.0.2.1",
		  "Via: SIP/2.0/TLS a.contoso.com;branch=z9hG4bK1;received=192.0.2.1\n"
		  "Via: SIP/2.0/TLS b.contoso.com;branch=z9hG4bK2;rport\n" },
		{ "in a list none is lost",
		  "Via: SIP/2.0/TLS a.contoso.com;branch=z9hG4bK1, SIP/2.0/TLS b.contoso.com;branch=z9hG4bK2,\n"
		  " SIP/2.0/TLS c.contoso.com;branch=z9hG4bK3\nVia: SIP/2.0/TLS d.contoso.com\n", "192.0.2.1",
		  "Via: SIP/2.0/TLS a.contoso.com;branch=z9hG4bK1;received=192.0.2.1\nVia: SIP/2.0/TLS b.contoso.com;branch=z9hG4bK2\n"
		  "Via: SIP/2.0/TLS c.contoso.com;branch=z9hG4bK3\nVia: SIP/2.0/TLS d.contoso.com\n" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		HOLDS(received_makes(rows[i].via, rows[i].host, rows[i].becomes), rows[i].promise);
}

static bool told_rate_makes(struct rate rate, const char *via, const char *becomes)
{
	static const char rest[] = SIP_ENDS "Call-ID: c\nCSeq: 1 MESSAGE\nContent-Length: 0\n\n";
	char text[1200], expected[1200];
	msg_t *msg;

	snprintf(text, sizeof text, "MESSAGE sip:bob@example.com SIP/2.0\n%s%s", via, rest);
	snprintf(expected, sizeof expected, "MESSAGE sip:bob@example.com SIP/2.0\n%s%s", becomes, rest);
	msg = sip_parse(text);
	CU_ASSERT_TRUE(via_tell_rate(msg, &rate, 1764000000250000));
	return sip_prints(msg, expected);
}

static void who_asks_is_told_his_rate(void)
{
	static const struct rate twenty = { 20, 1000000 }, slow = { 6, 60000000 };

	CU_ASSERT_TRUE(told_rate_makes(twenty, "Via: SIP/2.0/TLS a;branch=z9hG4bK1;oc;oc-algo=\"loss,rate\"\n",
	    "Via: SIP/2.0/TLS a;branch=z9hG4bK1;oc=20;oc-algo=\"rate\";oc-validity=1000;oc-seq=1764000000.25\n"));
	CU_ASSERT_TRUE(told_rate_makes(slow, "Via: SIP/2.0/TLS a;oc;oc-algo=\"rate\"\n",
	    "Via: SIP/2.0/TLS a;oc=1;oc-algo=\"rate\";oc-validity=1000;oc-seq=1764000000.25\n"));
	CU_ASSERT_TRUE(told_rate_makes(twenty, "Via: SIP/2.0/TLS a;oc;oc-algo=\"loss\"\n", "Via: SIP/2.0/TLS a;oc;oc-algo=\"loss\"\n"));
	CU_ASSERT_TRUE(told_rate_makes(twenty, "Via: SIP/2.0/TLS a;oc-algo=\"rate\"\n", "Via: SIP/2.0/TLS a;oc-algo=\"rate\"\n"));
	CU_ASSERT_TRUE(told_rate_makes(twenty, "Via: SIP/2.0/TLS a;oc\n", "Via: SIP/2.0/TLS a;oc\n"));
	CU_ASSERT_TRUE(told_rate_makes(twenty, "Via: SIP/2.0/TLS a;oc;oc-algo=\"rate\", SIP/2.0/TLS b\n",
	    "Via: SIP/2.0/TLS a;oc=20;oc-algo=\"rate\";oc-validity=1000;oc-seq=1764000000.25\nVia: SIP/2.0/TLS b\n"));
}

static void our_via_comes_on_top(void)
{
	struct own own = sip_own();
	msg_t *msg = sip_parse(MESSAGE(SIP_VIA SIP_ENDS));

	CU_ASSERT_TRUE(via_push(msg, &own.inner, "z9hG4bKfg1"));
	CU_ASSERT_STRING_EQUAL(sip_object(msg)->sip_via->v_host, "inside.example.com");
	own.inner.tls = false;
	CU_ASSERT_TRUE(via_push(msg, &own.inner, "z9hG4bKfg2"));
	CU_ASSERT_TRUE(sip_prints(msg, MESSAGE("Via: SIP/2.0/TCP inside.example.com:5070;branch=z9hG4bKfg2\n"
	    "Via: SIP/2.0/TLS inside.example.com:5070;branch=z9hG4bKfg1\n" SIP_VIA SIP_ENDS)));
	sip_own_clear(&own);
}

static void max_forwards_counts_down(void)
{
	msg_t *msg = sip_parse(MESSAGE(SIP_VIA "Max-Forwards: 10\n" SIP_ENDS));

	CU_ASSERT_TRUE(via_count_down(msg));
	CU_ASSERT_TRUE(sip_prints(msg, MESSAGE(SIP_VIA "Max-Forwards: 9\n" SIP_ENDS)));
	msg = sip_parse(MESSAGE(SIP_VIA SIP_ENDS));
	CU_ASSERT_TRUE(via_count_down(msg));
	CU_ASSERT_PTR_NOT_NULL_FATAL(sip_object(msg)->sip_max_forwards);
	CU_ASSERT_EQUAL(sip_object(msg)->sip_max_forwards->mf_count, 70);
	msg_destroy(msg);
	msg = sip_parse(MESSAGE(SIP_VIA "Max-Forwards: 0\n" SIP_ENDS));
	CU_ASSERT_FALSE(via_count_down(msg));
	msg_destroy(msg);
	msg = sip_parse(MESSAGE(SIP_VIA "Max-Forwards: 256\n" SIP_ENDS));
	CU_ASSERT_FALSE(via_count_down(msg));
	msg_destroy(msg);
}

static void our_names_are_known(void)
{
	struct own own = sip_own();

	CU_ASSERT_TRUE(own_host(&own, "edge.example.com"));
	CU_ASSERT_TRUE(own_host(&own, "Inside.Example.COM"));
	CU_ASSERT_TRUE(own_host(&own, "edge1.example.com."));
	CU_ASSERT_FALSE(own_host(&own, "example.com"));
	CU_ASSERT_FALSE(own_host(&own, "a.edge.example.com"));
	CU_ASSERT_FALSE(own_host(&own, "192.0.2.1"));
	CU_ASSERT_FALSE(own_host(&own, ""));
	CU_ASSERT_FALSE(own_host(&own, NULL));
	sip_own_clear(&own);
}

CU_TestInfo via_tests[] = {
	{ "a branch reads back", a_branch_reads_back },
	{ "a branch of another form is not ours", another_form_is_not_ours },
	{ "a request, its CANCEL and its ACK are one transaction, nobody else's is", a_transaction_has_one_number },
	{ "the same request again is a loop, another one is not", only_the_same_request_is_a_loop },
	{ "the ACK of our refusal is told by its tag, parsed or scanned", a_refusals_ack_is_told_by_its_tag },
	{ "a tag looks at nothing behind its CSeq", a_tag_looks_at_nothing_behind_its_cseq },
	{ "a transport is a word, without a host in it", a_transport_is_a_word },
	{ "the top Via says where it came from, and no Via is lost", the_top_via_says_where_it_came_from },
	{ "a peer that offers oc by rate is told his rate, no other", who_asks_is_told_his_rate },
	{ "our Via comes on top", our_via_comes_on_top },
	{ "Max-Forwards counts down to 0 and no further, 70 where there is none", max_forwards_counts_down },
	{ "our names are known, however they are written", our_names_are_known },
	CU_TEST_INFO_NULL
};
