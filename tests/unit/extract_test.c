/* What a request says: the facts for the law, row 1 of the ladder, targets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../gateway/extract.h"
#include "../../policy/target.h"
#include "holds.h"
#include "sip_case.h"
#include "unit.h"

#define CALL_ID "a84b4c76e66710@pc33.contoso.com"

/* An edge for example.com, a partner's connection and what is in flight. */
struct scene {
	struct own own;
	struct ruleset *law;
	struct origins *origins;
	struct links links;
	struct pendings *pendings;
	struct siphash_key target_key;
	struct extract_view view;
	struct link partner, hop;
	struct facts facts;
	struct passage passage;
};

static void never_due(void *arg, struct pending *p)
{
	(void)arg;
	(void)p;
	CU_FAIL("nothing is armed here");
}

static void scene_init(struct scene *s)
{
	struct domain local = sip_name("example.com");

	*s = (struct scene) { .own = sip_own(), .law = ruleset_new(), .target_key = { "targets, 16 oct" } };
	ruleset_add_local(s->law, &local);
	CU_ASSERT_PTR_NULL_FATAL(ruleset_seal(s->law));
	s->origins = calloc(1, sizeof *s->origins);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s->origins);
	s->pendings = pendings_new(NULL, s->origins, never_due, NULL);
	pendings_quota(s->pendings)->limit = 10;
	pendings_held(s->pendings)->limit = 100000;
	s->partner = (struct link) { .all = &s->links, .kind = LINK_PARTNER, .id = 1, .origin = origin_ref(s->origins, "contoso.com") };
	s->hop = (struct link) { .all = &s->links, .kind = LINK_HOP, .id = 2, .origin = origin_ref(s->origins, "") };
	s->view = (struct extract_view) { &s->own, s->law, s->pendings, &s->target_key };
}

static void scene_clear(struct scene *s)
{
	pendings_free(s->pendings);
	origin_unref(s->origins, s->partner.origin);
	origin_unref(s->origins, s->hop.origin);
	free(s->origins);
	ruleset_unref(s->law);
	sip_own_clear(&s->own);
}

static enum method method_named(const char *text)
{
	static const struct { const char *name; enum method method; } names[] = {
		{ "INVITE ", METHOD_INVITE }, { "ACK ", METHOD_ACK }, { "BYE ", METHOD_BYE }, { "CANCEL ", METHOD_CANCEL },
		{ "PRACK ", METHOD_PRACK }, { "OPTIONS ", METHOD_OPTIONS }, { "REGISTER ", METHOD_REGISTER }, { "PUBLISH ", METHOD_PUBLISH },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strncmp(text, names[i].name, strlen(names[i].name)) == 0)
			return names[i].method;
	return METHOD_OTHER;
}

/* What message_parse refuses already is malformed, as in the daemon. */
static enum reason outside(struct scene *s, const char *text)
{
	msg_t *msg = sip_try(text);

	if (!msg)
		return REASON_MALFORMED;
	extract(&s->facts, &s->passage, &s->view, &s->partner, method_named(text), msg);
	msg_destroy(msg);
	return s->facts.fault;
}

static enum reason inside(struct scene *s, const char *text)
{
	msg_t *msg = sip_parse(text);

	extract_inside(&s->facts, &s->passage, &s->view, method_named(text), msg);
	msg_destroy(msg);
	return s->facts.fault;
}

#define MESSAGE(uri, lines) SIP_REQUEST("MESSAGE", uri, SIP_VIA lines)
#define BOB "sip:bob@example.com"

static const struct { const char *promise, *text; enum reason fault; } faults[] = {
	{ "for us", MESSAGE(BOB, SIP_ENDS), REASON_NONE },
	{ "sips is for us too", MESSAGE("sips:bob@example.com", SIP_ENDS), REASON_NONE },
	{ "capitals are for us too", MESSAGE("SIP:bob@EXAMPLE.com", SIP_ENDS), REASON_NONE },
	{ "a From in two hosts", MESSAGE(BOB, SIP_TO "From: <sip:a@b@contoso.com>;tag=1\n"), REASON_MALFORMED },
	{ "a From with a path", MESSAGE(BOB, SIP_TO "From: <sip:a@contoso.com/@evil.com>;tag=1\n"), REASON_MALFORMED },
	{ "a From with an escaped NUL", MESSAGE(BOB, SIP_TO "From: <sip:a@contoso.com%00.evil.com>;tag=1\n"), REASON_MALFORMED },
	{ "a From without a host", MESSAGE(BOB, SIP_TO "From: <sip:>;tag=1\n"), REASON_MALFORMED },
	{ "a From of UTF-8", MESSAGE(BOB, SIP_TO "From: <sip:a@b\xc3\xbc.com>;tag=1\n"), REASON_MALFORMED },
	{ "a From of another scheme is no fault", MESSAGE(BOB, SIP_TO "From: <tel:+12025550100>;tag=1\n"), REASON_NONE },
	{ "a From that is an address is no fault", MESSAGE(BOB, SIP_TO "From: <sip:a@192.0.2.1>;tag=1\n"), REASON_NONE },
	{ "an IPv6 address neither", MESSAGE(BOB, SIP_TO "From: <sip:a@[2001:db8::1]:5061>;tag=1\n"), REASON_NONE },
	{ "a To in two hosts", MESSAGE(BOB, SIP_FROM "To: <sip:a@b@example.com>\n"), REASON_MALFORMED },
	{ "a To that is a star", MESSAGE(BOB, SIP_FROM "To: *\n"), REASON_MALFORMED },
	{ "a To that is a word", MESSAGE(BOB, SIP_FROM "To: bob\n"), REASON_MALFORMED },
	{ "a To without a scheme", MESSAGE(BOB, SIP_FROM "To: <bob@example.com>\n"), REASON_MALFORMED },
	{ "a To with a blank in it", MESSAGE(BOB, SIP_FROM "To: <sip:b ob@example.com>\n"), REASON_MALFORMED },
	{ "a To with a blank before its scheme", MESSAGE(BOB, SIP_FROM "To: < sip:bob@example.com >\n"), REASON_MALFORMED },
	{ "a From with a blank before its scheme", MESSAGE(BOB, SIP_TO "From: < sip:a@contoso.com >;tag=1\n"), REASON_MALFORMED },
	{ "a From that is a star", MESSAGE(BOB, SIP_TO "From: <*>;tag=1\n"), REASON_MALFORMED },
	{ "a From with a tab in it", MESSAGE(BOB, SIP_TO "From: <sip:a\tb@contoso.com>;tag=1\n"), REASON_MALFORMED },
	{ "a To of another scheme is no fault", MESSAGE(BOB, SIP_FROM "To: <tel:+12025550100>\n"), REASON_NONE },
	{ "a Request-URI in two hosts", MESSAGE("sip:bob@a@example.com", SIP_ENDS), REASON_MALFORMED },
	{ "a Request-URI with headers", MESSAGE("sip:bob@example.com?Route=%3Csip:evil.com%3E", SIP_ENDS), REASON_MALFORMED },
	{ "a Request-URI with an escape in its host", MESSAGE("sip:bob@%65xample.com", SIP_ENDS), REASON_MALFORMED },
	{ "a Request-URI with an escape in its host, without a user", MESSAGE("sip:%65xample.com;x=@", SIP_ENDS), REASON_MALFORMED },
	{ "a Request-URI without a host", MESSAGE("sip:", SIP_ENDS), REASON_MALFORMED },
	{ "a Max-Forwards over 255", MESSAGE(BOB, "Max-Forwards: 256\n" SIP_ENDS), REASON_MALFORMED },
	{ "a Max-Forwards of 255 is none", MESSAGE(BOB, "Max-Forwards: 255\n" SIP_ENDS), REASON_NONE },
	{ "a telephone number", MESSAGE("tel:+12025550100", SIP_ENDS), REASON_BAD_SCHEME },
	{ "the web", MESSAGE("http://example.com/", SIP_ENDS), REASON_BAD_SCHEME },
	{ "an urn", MESSAGE("urn:service:sos", SIP_ENDS), REASON_BAD_SCHEME },
	{ "an extension of proxies", MESSAGE(BOB, "Proxy-Require: privacy\n" SIP_ENDS), REASON_BAD_EXTENSION },
	{ "a CANCEL has none", SIP_REQUEST("CANCEL", BOB, SIP_VIA "Proxy-Require: privacy\n" SIP_ENDS), REASON_NONE },
	{ "an ACK neither", SIP_REQUEST("ACK", BOB, SIP_VIA "Proxy-Require: privacy\n" SIP_DIALOG), REASON_NONE },
	{ "an extension of user agents is not ours to refuse", MESSAGE(BOB, "Require: 100rel\n" SIP_ENDS), REASON_NONE },
	{ "no breadth left", MESSAGE(BOB, "Max-Breadth: 0\n" SIP_ENDS), REASON_NO_BREADTH },
	{ "a breadth of one is enough", MESSAGE(BOB, "Max-Breadth: 01\n" SIP_ENDS), REASON_NONE },
	{ "no hop left", MESSAGE(BOB, "Max-Forwards: 0\n" SIP_ENDS), REASON_TOO_MANY_HOPS },
	{ "one hop left", MESSAGE(BOB, "Max-Forwards: 1\n" SIP_ENDS), REASON_NONE },
	{ "a foreign domain", MESSAGE("sip:bob@fabrikam.com", SIP_ENDS), REASON_NOT_LOCAL },
	{ "a sub-domain that is not listed", MESSAGE("sip:bob@sub.example.com", SIP_ENDS), REASON_NOT_LOCAL },
	{ "a numeric address", MESSAGE("sip:bob@192.0.2.1", SIP_ENDS), REASON_NOT_LOCAL },
	{ "an address of its own that the next hop would follow", MESSAGE("sip:bob@example.com;maddr=192.0.2.1", SIP_ENDS), REASON_NOT_LOCAL },
	{ "the same in capitals, and without a value", MESSAGE("sip:bob@example.com;lr;MAddr", SIP_ENDS), REASON_NOT_LOCAL },
	{ "the same with escapes", MESSAGE("sip:bob@example.com;x=maddr;%6d%61%64%64%72=192.0.2.1", SIP_ENDS), REASON_NOT_LOCAL },
	{ "maddr as the value, or the end of a name, is nothing", MESSAGE("sip:bob@example.com;x=maddr;xmaddr=1;maddr2", SIP_ENDS), REASON_NONE },
	{ "our own name for anything but OPTIONS", MESSAGE("sip:edge.example.com", SIP_ENDS), REASON_NOT_LOCAL },
	{ "a foreign Route does not lead on", MESSAGE("sip:bob@fabrikam.com", "Route: <sip:example.com;lr>\n" SIP_ENDS), REASON_NOT_LOCAL },
	{ "a Route cut in two by a comma", MESSAGE(BOB, "Route: \377<sip:a,b@contoso.com>, <sip:c.contoso.com;lr>\n" SIP_ENDS), REASON_MALFORMED },
	{ "a Route with a blank", MESSAGE(BOB, "Route: <sip:a b@contoso.com;lr>\n" SIP_ENDS), REASON_MALFORMED },
	{ "a foreign Route does no harm", MESSAGE(BOB, "Route: <sip:proxy.contoso.com;lr>\n" SIP_ENDS), REASON_NONE },
	{ "a Route of ours with a token that is none", MESSAGE(BOB, "Route: <sip:edge.example.com;lr;fg=AAAA>\n" SIP_DIALOG), REASON_BAD_ROUTE },
	{ "a registration", SIP_REQUEST("REGISTER", "sip:example.com", SIP_VIA SIP_ENDS), REASON_NOT_HERE },
	{ "a publication", SIP_REQUEST("PUBLISH", BOB, SIP_VIA SIP_ENDS), REASON_NOT_HERE },
	/* The order of the table. */
	{ "malformed comes before the scheme", MESSAGE("tel:1", SIP_TO "From: <sip:a@b@c>;tag=1\n"), REASON_MALFORMED },
	{ "the scheme before extensions", MESSAGE("tel:1", "Proxy-Require: x\n" SIP_ENDS), REASON_BAD_SCHEME },
	{ "extensions before hops", MESSAGE(BOB, "Max-Forwards: 0\nProxy-Require: x\n" SIP_ENDS), REASON_BAD_EXTENSION },
	{ "hops before domains", MESSAGE("sip:bob@fabrikam.com", "Max-Forwards: 0\n" SIP_ENDS), REASON_TOO_MANY_HOPS },
};

static void every_fault_has_its_reason(void)
{
	struct scene s;

	scene_init(&s);
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		HOLDS(outside(&s, faults[i].text) == faults[i].fault, faults[i].promise);
	scene_clear(&s);
}

static void our_own_branch_again_is_a_loop(void)
{
	struct scene s;
	msg_t *msg = sip_parse(MESSAGE(BOB, SIP_ENDS));
	char branch[BRANCH_MAX], text[1500];

	scene_init(&s);
	via_branch(branch, 7, via_loop_mark(&s.own, sip_object(msg)));
	msg_destroy(msg);
	snprintf(text, sizeof text, SIP_REQUEST("MESSAGE", BOB, "Via: SIP/2.0/TLS inside.example.com:5070;branch=%s\n" SIP_VIA SIP_ENDS), branch);
	CU_ASSERT_EQUAL(outside(&s, text), REASON_LOOP);
	CU_ASSERT_EQUAL(inside(&s, text), REASON_LOOP);
	snprintf(text, sizeof text, SIP_REQUEST("MESSAGE", "sip:carol@example.com",
	    "Via: SIP/2.0/TLS inside.example.com:5070;branch=%s\n" SIP_VIA SIP_ENDS), branch);
	CU_ASSERT_EQUAL(outside(&s, text), REASON_NONE);
	scene_clear(&s);
}

static void the_source_is_a_checked_domain_or_none(void)
{
	struct scene s;

	scene_init(&s);
	outside(&s, MESSAGE(BOB, SIP_TO "From: <sip:a@Sales.CONTOSO.com.:5061>;tag=1\n"));
	CU_ASSERT_STRING_EQUAL(s.facts.source.text, "sales.contoso.com");
	outside(&s, MESSAGE(BOB, SIP_TO "From: <sip:a@192.0.2.1>;tag=1\n"));
	CU_ASSERT_EQUAL(s.facts.source.length, 0);
	outside(&s, MESSAGE(BOB, SIP_TO "From: <tel:+12025550100>;tag=1\n"));
	CU_ASSERT_EQUAL(s.facts.source.length, 0);
	outside(&s, MESSAGE("tel:1", SIP_ENDS));
	CU_ASSERT_STRING_EQUAL(s.facts.source.text, "contoso.com");
	scene_clear(&s);
}

/* --- OPTIONS for the edge, targets --- */

static void what_is_for_the_edge_and_what_is_a_target(void)
{
	static const struct { const char *promise, *text; bool for_edge, target; enum reason fault; } rows[] = {
		{ "our name outside", SIP_REQUEST("OPTIONS", "sip:edge.example.com", SIP_VIA SIP_ENDS), true, false, REASON_NONE },
		{ "our name and port", SIP_REQUEST("OPTIONS", "sip:EDGE.example.com:5061;transport=tls", SIP_VIA SIP_ENDS), true, false, REASON_NONE },
		{ "the edge's own name", SIP_REQUEST("OPTIONS", "sip:edge1.example.com", SIP_VIA SIP_ENDS), true, false, REASON_NONE },
		{ "no hop left, for a user", SIP_REQUEST("OPTIONS", BOB, SIP_VIA "Max-Forwards: 0\n" SIP_ENDS), true, false, REASON_NONE },
		{ "no hop left, for anybody", SIP_REQUEST("OPTIONS", "sip:bob@fabrikam.com", SIP_VIA "Max-Forwards: 0\n" SIP_ENDS), true, false, REASON_NONE },
		{ "a user with our name is not the edge", SIP_REQUEST("OPTIONS", "sip:bob@edge.example.com", SIP_VIA SIP_ENDS), false, false, REASON_NOT_LOCAL },
		{ "a user's OPTIONS goes on and counts", SIP_REQUEST("OPTIONS", BOB, SIP_VIA SIP_ENDS), false, true, REASON_NONE },
		{ "a domain's OPTIONS goes on and counts", SIP_REQUEST("OPTIONS", "sip:example.com", SIP_VIA SIP_ENDS), false, true, REASON_NONE },
		{ "OPTIONS does not hide what is wrong",
		  SIP_REQUEST("OPTIONS", "sip:edge.example.com", SIP_VIA "Proxy-Require: x\n" SIP_ENDS), true, false, REASON_BAD_EXTENSION },
		{ "a MESSAGE without hops is not answered by us", MESSAGE(BOB, "Max-Forwards: 0\n" SIP_ENDS), false, false, REASON_TOO_MANY_HOPS },
		{ "every request for a user counts", MESSAGE(BOB, SIP_ENDS), false, true, REASON_NONE },
		{ "inside a dialog too", SIP_REQUEST("BYE", BOB, SIP_VIA SIP_DIALOG), false, true, REASON_NONE },
	};
	struct scene s;

	scene_init(&s);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		HOLDS(outside(&s, rows[i].text) == rows[i].fault, rows[i].promise);
		HOLDS(s.facts.for_edge == rows[i].for_edge, rows[i].promise);
		HOLDS(s.facts.has_target == rows[i].target, rows[i].promise);
	}
	scene_clear(&s);
}

static void a_target_is_user_and_host(void)
{
	struct scene s;
	uint64_t bob;

	scene_init(&s);
	bob = target_hash(&s.target_key, "bob", 3, "example.com", 11);
	outside(&s, MESSAGE(BOB, SIP_ENDS));
	CU_ASSERT_EQUAL(s.facts.target, bob);
	outside(&s, MESSAGE("sips:%62ob:secret@Example.COM:5061;user=phone", SIP_ENDS));
	CU_ASSERT_TRUE(s.facts.has_target);
	CU_ASSERT_EQUAL(s.facts.target, bob);
	outside(&s, MESSAGE("sip:Bob@example.com", SIP_ENDS));
	CU_ASSERT_NOT_EQUAL(s.facts.target, bob);
	outside(&s, MESSAGE("sip:example.com", SIP_ENDS));
	CU_ASSERT_EQUAL(s.facts.target, target_hash(&s.target_key, NULL, 0, "example.com", 11));
	scene_clear(&s);
}

/* --- lists of recipients --- */

#define LIST(lines, length, body) "MESSAGE sip:bob@example.com SIP/2.0\n" SIP_VIA SIP_ENDS "Call-ID: c\nCSeq: 1 MESSAGE\n" \
	lines "Content-Length: " length "\n\n" body

static void a_list_of_recipients_is_seen(void)
{
	static const struct { const char *promise, *text; bool list; } rows[] = {
		{ "a plain message", LIST("Content-Type: text/plain\n", "2", "hi"), false },
		{ "required", LIST("Require: recipient-list-message\n", "0", ""), true },
		{ "required among others", LIST("Require: 100rel, Recipient-List-Invite\n", "0", ""), true },
		{ "required on a second line", LIST("Require: 100rel\nRequire: recipient-list-subscribe\n", "0", ""), true },
		{ "another extension", LIST("Require: recipient\n", "0", ""), false },
		{ "supported is not required", LIST("Supported: recipient-list-message\n", "0", ""), false },
		{ "as the body", LIST("Content-Type: application/resource-lists+xml\n", "2", "<>"), true },
		{ "as the body, otherwise written", LIST("c: Application / Resource-Lists+XML;charset=x\n", "2", "<>"), true },
		{ "its difference format", LIST("Content-Type: application/resource-lists-diff+xml\n", "2", "<>"), true },
		{ "the format of ad-hoc lists", LIST("Content-Type: application/adrl+xml\n", "2", "<>"), true },
		{ "as a part", LIST("Content-Type: multipart/mixed;boundary=b\n", "62",
		  "--b\nContent-Type: application/resource-lists+xml\n\n<>\n--b--"), true },
		{ "as a part, otherwise written", LIST("Content-Type: Multipart/Related;boundary=b\n", "52",
		  "--b\nContent-Type: APPLICATION/ADRL+XML\n\n<>\n--b--"), true },
		{ "a multipart of other things", LIST("Content-Type: multipart/mixed;boundary=b\n", "42",
		  "--b\nContent-Type: text/plain\n\nhi\n--b--"), false },
		{ "only said in a text", LIST("Content-Type: text/plain\n", "18", "resource-lists+xml"), false },
		{ "no body at all", LIST("Content-Type: multipart/mixed;boundary=b\n", "0", ""), false },
	};
	struct scene s;

	scene_init(&s);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		CU_ASSERT_EQUAL(outside(&s, rows[i].text), REASON_NONE);
		HOLDS(s.facts.recipient_list == rows[i].list, rows[i].promise);
	}
	scene_clear(&s);
}

/* --- proof --- */

#define CONTACT "sip:bob@10.1.2.3"

/* A request with a Route of ours: which side its token names, and whom. */
static enum reason with_token(struct scene *s, bool from_inside, enum token_side side, const char *organisation, const char *source,
    const char *format)
{
	struct token token = { side, sip_name(organisation), sip_name(source) };
	struct token_dialog dialog = { CALL_ID, "bob", "example.com" };
	char made[TOKEN_TEXT_MAX], text[2500];

	token_make(s->own.tokens, &token, &dialog, made);
	snprintf(text, sizeof text, format, made);
	return from_inside ? inside(s, text) : outside(s, text);
}

#define INSIDE_VIA "Via: SIP/2.0/TLS director.example.com;branch=z9hG4bKin\n"
#define ROUTE "Route: <sip:edge.example.com;lr;fg=%s>\n"

static void a_token_proves_a_partners_request(void)
{
	static const char bye[] = SIP_REQUEST("BYE", CONTACT, SIP_VIA ROUTE SIP_DIALOG);
	struct scene s;

	scene_init(&s);
	CU_ASSERT_EQUAL(with_token(&s, false, TOKEN_OUTER, "contoso.com", "contoso.com", bye), REASON_NONE);
	CU_ASSERT_TRUE(s.facts.proven && s.passage.in_dialog);
	CU_ASSERT_FALSE(s.facts.has_target);
	CU_ASSERT_EQUAL(s.passage.route, ROUTE_PROVEN);
	CU_ASSERT_EQUAL(s.passage.own_routes, 1);
	CU_ASSERT_STRING_EQUAL(s.passage.token.organisation.text, "contoso.com");
	/* A local Request-URI counts, proven or not. */
	CU_ASSERT_EQUAL(with_token(&s, false, TOKEN_OUTER, "contoso.com", "contoso.com", SIP_REQUEST("BYE", BOB, SIP_VIA ROUTE SIP_DIALOG)), REASON_NONE);
	CU_ASSERT_TRUE(s.facts.proven && s.facts.has_target);
	CU_ASSERT_EQUAL(with_token(&s, false, TOKEN_OUTER, "fabrikam.com", "contoso.com", bye), REASON_BAD_ROUTE);
	CU_ASSERT_FALSE(s.facts.proven);
	CU_ASSERT_EQUAL(with_token(&s, false, TOKEN_OUTER, "contoso.com", "sales.contoso.com", bye), REASON_BAD_ROUTE);
	CU_ASSERT_EQUAL(with_token(&s, false, TOKEN_INNER, "contoso.com", "contoso.com", bye), REASON_BAD_ROUTE);
	CU_ASSERT_EQUAL(with_token(&s, false, TOKEN_OUTER, "contoso.com", "contoso.com",
	    SIP_REQUEST("BYE", CONTACT, SIP_VIA ROUTE SIP_FROM "To: <sip:carol@example.com>;tag=1\n")), REASON_BAD_ROUTE);
	CU_ASSERT_EQUAL(with_token(&s, false, TOKEN_OUTER, "contoso.com", "contoso.com",
	    SIP_REQUEST("REGISTER", CONTACT, SIP_VIA ROUTE SIP_DIALOG)), REASON_NOT_HERE);
	CU_ASSERT_EQUAL(with_token(&s, false, TOKEN_OUTER, "contoso.com", "contoso.com",
	    SIP_REQUEST("BYE", "sip:edge.example.com;lr;fg=%s", SIP_VIA "Route: <" CONTACT ">\n" SIP_DIALOG)), REASON_NONE);
	CU_ASSERT_TRUE(s.facts.proven);
	scene_clear(&s);
}

static uint64_t request_uri_of(const struct scene *s, const char *text)
{
	msg_t *msg = sip_parse(text);
	uint64_t hash = via_request_uri(&s->own, sip_object(msg));

	msg_destroy(msg);
	return hash;
}

static void a_token_opens_nothing_new(void)
{
	struct scene s;

	scene_init(&s);
	CU_ASSERT_EQUAL(with_token(&s, false, TOKEN_OUTER, "contoso.com", "contoso.com",
	    SIP_REQUEST("BYE", CONTACT, SIP_VIA ROUTE SIP_ENDS)), REASON_NOT_LOCAL);
	CU_ASSERT_FALSE(s.facts.proven);
	CU_ASSERT_EQUAL(with_token(&s, false, TOKEN_OUTER, "contoso.com", "contoso.com", SIP_REQUEST("BYE", BOB, SIP_VIA ROUTE SIP_ENDS)), REASON_NONE);
	CU_ASSERT_FALSE(s.facts.proven);
	CU_ASSERT_TRUE(s.facts.has_target);
	/* Inside the dialog, for somebody else here: an ordinary request. */
	CU_ASSERT_EQUAL(with_token(&s, false, TOKEN_OUTER, "contoso.com", "contoso.com",
	    SIP_REQUEST("BYE", "sip:carol@example.com", SIP_VIA ROUTE SIP_DIALOG)), REASON_NONE);
	CU_ASSERT_FALSE(s.facts.proven);
	CU_ASSERT_TRUE(s.facts.has_target);
	CU_ASSERT_EQUAL(with_token(&s, true, TOKEN_INNER, "contoso.com", "contoso.com",
	    SIP_REQUEST("INVITE", "sip:alice@contoso.com", INSIDE_VIA "Route: <sip:inside.example.com;lr;fg=%s>\n"
	    "From: <sip:bob@example.com>;tag=1\nTo: <sip:alice@contoso.com>\n")), REASON_NONE);
	CU_ASSERT_FALSE(s.facts.proven);
	scene_clear(&s);
}

static void a_forwarded_transaction_proves_its_end(void)
{
	static const char invite[] = SIP_REQUEST("INVITE", BOB, SIP_VIA SIP_ENDS);
	static const char cancel[] = SIP_REQUEST("CANCEL", BOB, SIP_VIA SIP_ENDS);
	struct pending *p;
	struct scene s;

	scene_init(&s);
	CU_ASSERT_EQUAL(outside(&s, cancel), REASON_NONE);
	CU_ASSERT_FALSE(s.facts.proven);
	outside(&s, invite);
	p = pending_add(s.pendings, s.passage.transaction, &s.partner, &s.hop, calloc(1, 1), NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	p->request_uri = request_uri_of(&s, invite);
	outside(&s, cancel);
	CU_ASSERT_FALSE(s.facts.proven);
	p->invite = true;
	outside(&s, cancel);
	CU_ASSERT_TRUE(s.facts.proven);
	outside(&s, SIP_REQUEST("ACK", BOB, SIP_VIA SIP_DIALOG));
	CU_ASSERT_TRUE(s.facts.proven);
	outside(&s, SIP_REQUEST("BYE", BOB, SIP_VIA SIP_DIALOG));
	CU_ASSERT_FALSE(s.facts.proven);
	outside(&s, SIP_REQUEST("CANCEL", "sip:carol@example.com", SIP_VIA SIP_ENDS));
	CU_ASSERT_FALSE(s.facts.proven);
	outside(&s, invite);
	CU_ASSERT_FALSE(s.facts.proven);
	/* The same Via from another organisation is another transaction. */
	origin_unref(s.origins, s.partner.origin);
	s.partner.origin = origin_ref(s.origins, "fabrikam.com");
	outside(&s, cancel);
	CU_ASSERT_FALSE(s.facts.proven);
	scene_clear(&s);
}

/* --- from inside --- */

#define INSIDE INSIDE_VIA "From: <sip:bob@example.com>;tag=a6c85cf\n" \
	"To: <sip:alice@contoso.com>;tag=1928301774\n"
#define INNER_ROUTE "Route: <sip:inside.example.com;lr;fg=%s>\n"

static void from_inside_what_is_proven_and_what_is_for_others(void)
{
	static const char bye[] = SIP_REQUEST("BYE", "sip:alice@pc33.contoso.com", INNER_ROUTE INSIDE);
	struct scene s;

	scene_init(&s);
	CU_ASSERT_EQUAL(inside(&s, SIP_REQUEST("INVITE", "sip:alice@Sales.Contoso.com", INSIDE)), REASON_NONE);
	CU_ASSERT_FALSE(s.facts.proven);
	CU_ASSERT_STRING_EQUAL(s.passage.partner.text, "sales.contoso.com");
	CU_ASSERT_EQUAL(inside(&s, SIP_REQUEST("INVITE", "sip:carol@example.com", INSIDE)), REASON_NOT_HERE);
	CU_ASSERT_EQUAL(inside(&s, SIP_REQUEST("INVITE", "sip:alice@192.0.2.7", INSIDE)), REASON_NOT_HERE);
	CU_ASSERT_EQUAL(inside(&s, SIP_REQUEST("INVITE", "sip:alice@contoso.com;maddr=192.0.2.7", INSIDE)), REASON_NOT_HERE);
	CU_ASSERT_EQUAL(inside(&s, SIP_REQUEST("REGISTER", "sip:contoso.com", INSIDE)), REASON_NOT_HERE);
	CU_ASSERT_EQUAL(inside(&s, SIP_REQUEST("INVITE", "sip:alice@contoso.com?x=y", INSIDE)), REASON_MALFORMED);
	CU_ASSERT_EQUAL(inside(&s, SIP_REQUEST("INVITE", "sip:alice@%63ontoso.com", INSIDE)), REASON_MALFORMED);
	CU_ASSERT_EQUAL(with_token(&s, true, TOKEN_INNER, "contoso.com", "contoso.com", bye), REASON_NONE);
	CU_ASSERT_TRUE(s.facts.proven);
	CU_ASSERT_STRING_EQUAL(s.passage.token.organisation.text, "contoso.com");
	/* A partner's own Contact may be odd: the token leads to him, and his call must end. */
	CU_ASSERT_EQUAL(with_token(&s, true, TOKEN_INNER, "contoso.com", "contoso.com",
	    SIP_REQUEST("BYE", "sip:alice@%%70c33.contoso.com?x=y", INNER_ROUTE INSIDE)), REASON_NONE);
	CU_ASSERT_EQUAL(with_token(&s, true, TOKEN_OUTER, "contoso.com", "contoso.com", bye), REASON_BAD_ROUTE);
	CU_ASSERT_EQUAL(inside(&s, SIP_REQUEST("OPTIONS", "sip:inside.example.com", INSIDE)), REASON_NONE);
	CU_ASSERT_TRUE(s.facts.for_edge);
	CU_ASSERT_EQUAL(inside(&s, SIP_REQUEST("BYE", "tel:1", INSIDE)), REASON_BAD_SCHEME);
	CU_ASSERT_EQUAL(inside(&s, SIP_REQUEST("BYE", "sip:alice@contoso.com", "Max-Forwards: 0\n" INSIDE)), REASON_TOO_MANY_HOPS);
	scene_clear(&s);
}

CU_TestInfo extract_tests[] = {
	{ "every fault has its reason, in the order of the table", every_fault_has_its_reason },
	{ "our own branch again is a loop, on both sides", our_own_branch_again_is_a_loop },
	{ "the source is a checked domain or none", the_source_is_a_checked_domain_or_none },
	{ "what is for the edge, and what counts as a target", what_is_for_the_edge_and_what_is_a_target },
	{ "a target is user and host, however they are written", a_target_is_user_and_host },
	{ "a list of recipients is seen wherever it stands", a_list_of_recipients_is_seen },
	{ "a token proves a partner's request, for that partner, side and party only", a_token_proves_a_partners_request },
	{ "a token opens no new dialog and no other name", a_token_opens_nothing_new },
	{ "a forwarded INVITE proves its CANCEL and ACK, and nothing else", a_forwarded_transaction_proves_its_end },
	{ "from inside: what is proven, and what is for a domain of others", from_inside_what_is_proven_and_what_is_for_others },
	CU_TEST_INFO_NULL
};
