/* Route and Record-Route: what proves a dialog, what is refused, what is removed. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "holds.h"
#include "sip_case.h"
#include "unit.h"

#define CALL_ID "a84b4c76e66710@pc33.contoso.com"
#define BYE(lines) SIP_REQUEST("BYE", "sip:bob@10.1.2.3", lines)

#define ROUTE 1100 /* octets that one Route of ours may need */

static const struct token_dialog dialog = { CALL_ID, "bob", "example.com" };

/* One Route of ours as text. */
static const char *ours(const struct own *own, enum token_side side, const struct token_dialog *of, char out[ROUTE])
{
	struct token token = { side, sip_name("contoso.com"), sip_name("contoso.com") };
	const struct own_side *at = side == TOKEN_INNER ? &own->inner : &own->outer;
	char text[TOKEN_TEXT_MAX];

	token_make(own->tokens, &token, of, text);
	snprintf(out, ROUTE, "<sip:%s:%u;transport=tls;lr;fg=%s>", at->host.text, at->port, text);
	return out;
}

struct seen {
	enum route_verdict verdict;
	struct token token;
	unsigned consume;
};

/* A BYE with these Route lines (each "Route: ...\n"). */
static struct seen reads(const struct own *own, const char *routes, bool from_inside)
{
	struct seen seen = { 0 };
	char text[6000];
	msg_t *msg;

	snprintf(text, sizeof text, BYE(SIP_VIA "%s" SIP_DIALOG), routes);
	msg = sip_parse(text);
	seen.verdict = route_read(own, sip_object(msg), &dialog, from_inside, &seen.token, &seen.consume);
	msg_destroy(msg);
	return seen;
}

/* What route_record wrote, as the Route lines of either end; the callee's (inside) are in
 * the order of Record-Route, the caller's (outside) in the other. */
static void route_sets(const struct own *own, const char *uri, char inside[4000], char outside[4000])
{
	struct token token = { TOKEN_BOTH, sip_name("contoso.com"), sip_name("sales.contoso.com") };
	char text[1000];
	msg_t *msg;

	snprintf(text, sizeof text, "INVITE %s SIP/2.0\n" SIP_VIA SIP_ENDS "Call-ID: " CALL_ID "\nCSeq: 1 INVITE\nContent-Length: 0\n\n", uri);
	msg = sip_parse(text);
	CU_ASSERT_TRUE_FATAL(route_record(msg, own, &token, &dialog, true, NULL));
	inside[0] = outside[0] = '\0';
	for (const sip_record_route_t *r = sip_object(msg)->sip_record_route; r; r = r->r_next) {
		char line[1200];
		size_t length = (size_t)snprintf(line, sizeof line, "Route: <%s>\n", url_as_string(msg_home(msg), r->r_url));

		strcat(inside, line);
		memmove(outside + length, outside, strlen(outside) + 1);
		memcpy(outside, line, length);
	}
	msg_destroy(msg);
}

static void proves(const struct own *own, const char *routes, bool from_inside, unsigned consume)
{
	struct seen seen = reads(own, routes, from_inside);

	CU_ASSERT_EQUAL(seen.verdict, ROUTE_PROVEN);
	CU_ASSERT_EQUAL(seen.consume, consume);
	CU_ASSERT_STRING_EQUAL(seen.token.organisation.text, "contoso.com");
	CU_ASSERT_STRING_EQUAL(seen.token.source.text, "sales.contoso.com");
}

static void what_we_recorded_proves_from_both_ends(void)
{
	struct own own = sip_own();
	char inside[4000], outside[4000];

	route_sets(&own, "sip:bob@example.com", inside, outside);
	CU_ASSERT_PTR_EQUAL(strstr(inside, "Route: <sip:inside.example.com:5070;transport=tls;lr;fg="), inside);
	CU_ASSERT_PTR_EQUAL(strstr(outside, "Route: <sip:edge.example.com:5061;transport=tls;lr;fg="), outside);
	proves(&own, inside, true, 2);
	proves(&own, outside, false, 2);
	CU_ASSERT_EQUAL(reads(&own, inside, false).verdict, ROUTE_BAD);
	CU_ASSERT_EQUAL(reads(&own, outside, true).verdict, ROUTE_BAD);
	route_sets(&own, "sips:bob@example.com", inside, outside);
	CU_ASSERT_PTR_EQUAL(strstr(inside, "Route: <sips:inside.example.com:5070;lr;fg="), inside);
	proves(&own, inside, true, 2);
	own.inner.tls = false;
	route_sets(&own, "sip:bob@example.com", inside, outside);
	CU_ASSERT_PTR_NOT_NULL(strstr(inside, "inside.example.com:5070;transport=tcp;lr"));
	proves(&own, outside, false, 2);
	sip_own_clear(&own);
}

static void one_side_records_once(void)
{
	struct own own = sip_own();
	char inside[4000], outside[4000];

	own.one_side = true;
	route_sets(&own, "sip:bob@example.com", inside, outside);
	CU_ASSERT_STRING_EQUAL(inside, outside);
	proves(&own, inside, true, 1);
	proves(&own, outside, false, 1);
	sip_own_clear(&own);
}

static void what_we_recorded_comes_first(void)
{
	struct own own = sip_own();
	struct token token = { TOKEN_BOTH, sip_name("contoso.com"), sip_name("contoso.com") };
	msg_t *msg = sip_parse(BYE("Record-Route: <sip:a.contoso.com;lr>, <sip:b.contoso.com;lr>\n" SIP_VIA SIP_ENDS));
	const sip_record_route_t *r;

	CU_ASSERT_TRUE(route_record(msg, &own, &token, &dialog, true, NULL));
	r = sip_object(msg)->sip_record_route;
	CU_ASSERT_STRING_EQUAL(r->r_url->url_host, "inside.example.com");
	CU_ASSERT_STRING_EQUAL(r->r_next->r_url->url_host, "edge.example.com");
	CU_ASSERT_STRING_EQUAL(r->r_next->r_next->r_url->url_host, "a.contoso.com");
	CU_ASSERT_STRING_EQUAL(r->r_next->r_next->r_next->r_url->url_host, "b.contoso.com");
	msg_destroy(msg);
	sip_own_clear(&own);
}

/* Routes by letters. Ours and good: O outer, I inner, B both sides. Ours and bad: o, i with the token
 * of another dialog, s, t with that of the other party of this one, K of another key, E with an empty one, N with none. Not ours: F and X, a
 * foreign host without and with a token, P our host without one. */
static void spell(const struct own *own, const char *spelling, char out[6000])
{
	static const struct token_dialog other = { "another", "bob", "example.com" }, back = { CALL_ID, "alice", "contoso.com" };
	struct own foreign = *own;
	char route[ROUTE];
	size_t at = 0;

	foreign.tokens = token_keys_new(NULL, 0);
	for (out[0] = '\0'; *spelling; spelling++) {
		const char *text = "<sip:proxy.contoso.com;lr>";

		switch (*spelling) {
		case 'O': text = ours(own, TOKEN_OUTER, &dialog, route); break;
		case 'I': text = ours(own, TOKEN_INNER, &dialog, route); break;
		case 'B': text = ours(own, TOKEN_BOTH, &dialog, route); break;
		case 'o': text = ours(own, TOKEN_OUTER, &other, route); break;
		case 'i': text = ours(own, TOKEN_INNER, &other, route); break;
		case 's': text = ours(own, TOKEN_INNER, &back, route); break;
		case 't': text = ours(own, TOKEN_OUTER, &back, route); break;
		case 'K': text = ours(&foreign, TOKEN_OUTER, &dialog, route); break;
		case 'P': text = "<sip:edge.example.com;lr>"; break;
		case 'E': text = "<sip:edge.example.com;lr;fg=>"; break;
		case 'N': text = "<sip:edge.example.com;lr;fg>"; break;
		case 'X': text = "<sip:proxy.contoso.com;lr;fg=AAAA>"; break;
		}
		at += (size_t)snprintf(out + at, 6000 - at, "Route: %s\n", text);
	}
	token_keys_free(foreign.tokens);
}

static void every_route_of_ours_must_be_good(void)
{
	static const struct { const char *promise, *routes; bool inside; enum route_verdict verdict; unsigned consume; } rows[] = {
		{ "no Route proves nothing", "", false, ROUTE_NONE, 0 },
		{ "foreign Routes prove nothing", "FF", false, ROUTE_NONE, 0 },
		{ "our host without a token is a foreign Route", "P", false, ROUTE_NONE, 0 },
		{ "a token at another host is not ours", "X", false, ROUTE_NONE, 0 },
		{ "both ours from outside", "OI", false, ROUTE_PROVEN, 2 },
		{ "both ours from inside", "IO", true, ROUTE_PROVEN, 2 },
		{ "the first alone is proof", "O", false, ROUTE_PROVEN, 1 },
		{ "foreign ones behind ours stay", "OIFF", false, ROUTE_PROVEN, 2 },
		{ "a foreign one between ends what is ours", "OFI", false, ROUTE_PROVEN, 1 },
		{ "a foreign one in front takes the proof away", "FOI", false, ROUTE_NONE, 0 },
		{ "the wrong side from outside", "IO", false, ROUTE_BAD, 0 },
		{ "the wrong side from inside", "OI", true, ROUTE_BAD, 0 },
		{ "the outer one twice", "OO", false, ROUTE_BAD, 0 },
		{ "one for both sides is never second", "BB", false, ROUTE_BAD, 0 },
		{ "another dialog's token first", "oI", false, ROUTE_BAD, 0 },
		{ "another dialog's token second", "Oi", false, ROUTE_BAD, 0 },
		{ "another dialog's token behind a foreign one", "Fo", false, ROUTE_BAD, 0 },
		{ "another dialog's token at the very end", "OIFFo", false, ROUTE_BAD, 0 },
		{ "those of the way on, where it leads back to a partner", "OIFst", false, ROUTE_PROVEN, 2 },
		{ "and with nobody between", "OIst", false, ROUTE_PROVEN, 2 },
		{ "the other party's first", "tI", false, ROUTE_BAD, 0 },
		{ "the other party's second", "Os", false, ROUTE_PROVEN, 1 },
		{ "the other party's behind a foreign one", "Ft", false, ROUTE_BAD, 0 },
		{ "the other party's first when it is their turn, and it is not his", "st", true, ROUTE_BAD, 0 },
		{ "the other party's and a good one behind", "stOI", false, ROUTE_BAD, 0 },
		{ "another dialog's behind those of the way on", "OIFsto", false, ROUTE_BAD, 0 },
		{ "another dialog's between those of the way on", "OIsot", false, ROUTE_BAD, 0 },
		{ "another key's behind those that are good", "OIK", false, ROUTE_BAD, 0 },
		{ "an empty token behind those that are good", "OIFE", false, ROUTE_BAD, 0 },
		{ "a token without a value behind those that are good", "OIFN", false, ROUTE_BAD, 0 },
		{ "eight of both ways", "OIssssss", false, ROUTE_PROVEN, 2 },
		{ "one more of both ways", "OIsssssss", false, ROUTE_BAD, 0 },
		{ "ours of the same way again, whose turn will be refused", "OIFOI", false, ROUTE_PROVEN, 2 },
		{ "those of the same way when they come from inside", "OI", true, ROUTE_BAD, 0 },
		{ "eight of ours are as many as are read", "OFOOOOOOO", false, ROUTE_PROVEN, 1 },
		{ "one more of ours is nobody's", "OFOOOOOOOO", false, ROUTE_BAD, 0 },
		{ "one more of ours behind foreign ones too", "FOOOOOOOOO", false, ROUTE_BAD, 0 },
		{ "a token of another key", "KI", false, ROUTE_BAD, 0 },
		{ "an empty token", "E", false, ROUTE_BAD, 0 },
		{ "a token without a value", "N", false, ROUTE_BAD, 0 },
	};
	struct own own = sip_own();
	char routes[6000];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct seen seen;

		spell(&own, rows[i].routes, routes);
		seen = reads(&own, routes, rows[i].inside);
		HOLDS(seen.verdict == rows[i].verdict, rows[i].promise);
		HOLDS(seen.verdict != ROUTE_PROVEN || seen.consume == rows[i].consume, rows[i].promise);
	}
	sip_own_clear(&own);
}

static void the_dialog_must_be_the_same(void)
{
	static const struct token_dialog others[] = {
		{ "b84b4c76e66710@pc33.contoso.com", "bob", "example.com" },
		{ CALL_ID, "carol", "example.com" },
		{ CALL_ID, "bob", "example.org" },
	};
	struct own own = sip_own();
	char route[ROUTE], line[ROUTE + 10];

	for (size_t i = 0; i < 3; i++) {
		snprintf(line, sizeof line, "Route: %s\n", ours(&own, TOKEN_OUTER, &others[i], route));
		CU_ASSERT_EQUAL(reads(&own, line, false).verdict, ROUTE_BAD);
	}
	snprintf(line, sizeof line, "Route: %s\n", ours(&own, TOKEN_OUTER, &dialog, route));
	CU_ASSERT_EQUAL(reads(&own, line, false).verdict, ROUTE_PROVEN);
	*strstr(line, "fg=") = 'F'; /* parameter names have no case */
	CU_ASSERT_EQUAL(reads(&own, line, false).verdict, ROUTE_PROVEN);
	strstr(line, "Fg=")[10] ^= 1;
	CU_ASSERT_EQUAL(reads(&own, line, false).verdict, ROUTE_BAD);
	sip_own_clear(&own);
}

static void a_token_that_is_too_long_is_bad(void)
{
	struct own own = sip_own();
	char line[4000] = "Route: <sip:edge.example.com;lr;fg=";

	memset(line + strlen(line), 'A', 3000);
	strcat(line, ">\n");
	CU_ASSERT_EQUAL(reads(&own, line, false).verdict, ROUTE_BAD);
	sip_own_clear(&own);
}

/* --- strict routers (RFC 3261 16.4, 16.12.1.2) --- */

static bool undone_makes(const char *uri, const char *routes, const char *becomes_uri, const char *becomes_routes)
{
	static const char rest[] = SIP_DIALOG "Call-ID: " CALL_ID "\nCSeq: 2 BYE\nContent-Length: 0\n\n";
	struct own own = sip_own();
	char text[2000], expected[2000];
	msg_t *msg;
	const sip_route_t *r;
	bool good;

	snprintf(text, sizeof text, "BYE %s SIP/2.0\n" SIP_VIA "%s%s", uri, routes, rest);
	msg = sip_parse(text);
	good = route_undo_strict(&own, msg);
	text[0] = '\0';
	for (r = sip_object(msg)->sip_route; r; r = r->r_next)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s ", url_as_string(msg_home(msg), r->r_url));
	good = good && strcmp(text, becomes_routes) == 0
	    && strcmp(url_as_string(msg_home(msg), sip_object(msg)->sip_request->rq_url), becomes_uri) == 0;
	if (good) {
		/* And so it is printed. */
		char *printed = sip_print(msg);

		snprintf(expected, sizeof expected, "BYE %s SIP/2.0\n", becomes_uri);
		good = strncmp(printed, expected, strlen(expected)) == 0;
		free(printed);
	} else {
		printf("\n%s| %s\n", url_as_string(msg_home(msg), sip_object(msg)->sip_request->rq_url), text);
	}
	msg_destroy(msg);
	sip_own_clear(&own);
	return good;
}

static void a_strict_router_is_undone(void)
{
	CU_ASSERT_TRUE(undone_makes("sip:edge.example.com:5061;lr;fg=AAAA", "Route: <sip:bob@10.1.2.3>\n",
	    "sip:bob@10.1.2.3", "sip:edge.example.com:5061;lr;fg=AAAA "));
	CU_ASSERT_TRUE(undone_makes("sip:edge.example.com:5061;lr;fg=AAAA",
	    "Route: <sip:inside.example.com;lr;fg=BBBB>\nRoute: <sip:c.example.com;lr>\nRoute: <sip:bob@10.1.2.3;x=y>\n",
	    "sip:bob@10.1.2.3;x=y",
	    "sip:edge.example.com:5061;lr;fg=AAAA sip:inside.example.com;lr;fg=BBBB sip:c.example.com;lr "));
	CU_ASSERT_TRUE(undone_makes("sip:edge.example.com:5061;lr;fg=AAAA",
	    "Route: <sip:inside.example.com;lr;fg=BBBB>, <sip:c.example.com;lr>, <sip:bob@10.1.2.3>\n",
	    "sip:bob@10.1.2.3",
	    "sip:edge.example.com:5061;lr;fg=AAAA sip:inside.example.com;lr;fg=BBBB sip:c.example.com;lr "));
}

static void other_requests_stay_as_they_are(void)
{
	CU_ASSERT_TRUE(undone_makes("sip:bob@example.com", "Route: <sip:edge.example.com;lr;fg=AAAA>\n",
	    "sip:bob@example.com", "sip:edge.example.com;lr;fg=AAAA "));
	CU_ASSERT_TRUE(undone_makes("sip:edge.example.com;lr", "Route: <sip:bob@10.1.2.3>\n",
	    "sip:edge.example.com;lr", "sip:bob@10.1.2.3 "));
	CU_ASSERT_TRUE(undone_makes("sip:a.contoso.com;lr;fg=AAAA", "Route: <sip:bob@10.1.2.3>\n",
	    "sip:a.contoso.com;lr;fg=AAAA", "sip:bob@10.1.2.3 "));
	CU_ASSERT_TRUE(undone_makes("sip:edge.example.com;lr;fg=AAAA", "", "sip:edge.example.com;lr;fg=AAAA", ""));
}

/* Between angles sofia takes octets that would end a Request-URI, or the next hop's patience. */
static void a_strict_router_hides_nothing_in_the_first_line(void)
{
	static const struct { const char *promise, *last; } rows[] = {
		{ "a blank in the user", "<sip:bob evil@example.com>" },
		{ "a blank in the host", "<sip:bob@exam ple.com>" },
		{ "a blank in a parameter", "<sip:bob@example.com;x=y SIP/2.0>" },
		{ "a tab", "<sip:bob@example.com;x=\ty>" },
		{ "a fold", "<sip:bob@example.com;x=\n y>" },
		{ "a control octet", "<sip:bob\001@example.com>" },
		{ "a quote", "<sip:bob\"@example.com>" },
		{ "another angle", "<sip:bob<@example.com>" },
		{ "UTF-8", "<sip:b\303\266b@example.com>" },
	};
	struct own own = sip_own();
	char text[1000];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		msg_t *msg;

		snprintf(text, sizeof text, "BYE sip:edge.example.com;lr;fg=AAAA SIP/2.0\n" SIP_VIA "Route: %s\n" SIP_DIALOG
		    "Call-ID: " CALL_ID "\nCSeq: 2 BYE\nContent-Length: 0\n\n", rows[i].last);
		msg = sip_try(text); /* the parser may have refused it before */
		HOLDS(!msg || !route_undo_strict(&own, msg), rows[i].promise);
		if (msg)
			msg_destroy(msg);
	}
	sip_own_clear(&own);
}

/* --- removing --- */

static void so_many_are_removed(void)
{
	static const struct { const char *promise, *routes; unsigned count; const char *left; } rows[] = {
		{ "none", "Route: <sip:a;lr>\nRoute: <sip:b;lr>\n", 0, "Route: <sip:a;lr>\nRoute: <sip:b;lr>\n" },
		{ "the first", "Route: <sip:a;lr>\nRoute: <sip:b;lr>\n", 1, "Route: <sip:b;lr>\n" },
		{ "the first of a list", "Route: <sip:a;lr>, <sip:b;lr>,\n <sip:c;lr>\n", 1, "Route: <sip:b;lr>\nRoute: <sip:c;lr>\n" },
		{ "two over the border of lines", "Route: <sip:a;lr>\nRoute: <sip:b;lr>, <sip:c;lr>\n", 2, "Route: <sip:c;lr>\n" },
		{ "all", "Route: <sip:a;lr>, <sip:b;lr>\nRoute: <sip:c;lr>\n", UINT32_MAX, "" },
		{ "all of none", "", UINT32_MAX, "" },
	};
	static const char rest[] = SIP_DIALOG "Call-ID: c\nCSeq: 2 BYE\nContent-Length: 0\n\n";

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[1000], expected[1000];
		msg_t *msg;

		snprintf(text, sizeof text, "BYE sip:bob@example.com SIP/2.0\n" SIP_VIA "%s%s", rows[i].routes, rest);
		snprintf(expected, sizeof expected, "BYE sip:bob@example.com SIP/2.0\n" SIP_VIA "%s%s", rows[i].left, rest);
		msg = sip_parse(text);
		route_remove(msg, rows[i].count);
		HOLDS(sip_prints(msg, expected), rows[i].promise);
	}
}

CU_TestInfo route_tests[] = {
	{ "what we recorded proves the dialog from both ends, and only there", what_we_recorded_proves_from_both_ends },
	{ "an edge whose sides are the same records once", one_side_records_once },
	{ "our Record-Routes come before those of others", what_we_recorded_comes_first },
	{ "every Route of ours must be good, and the first one proves", every_route_of_ours_must_be_good },
	{ "a token of another Call-ID or local party, or an altered one, is bad", the_dialog_must_be_the_same },
	{ "a token that is too long is bad", a_token_that_is_too_long_is_bad },
	{ "what a strict router did is undone, whatever other Routes there are", a_strict_router_is_undone },
	{ "what a strict router hands over as Request-URI must be one", a_strict_router_hides_nothing_in_the_first_line },
	{ "a request that no strict router touched stays as it is", other_requests_stay_as_they_are },
	{ "so many Routes are removed as asked, from lists too", so_many_are_removed },
	CU_TEST_INFO_NULL
};
