/* Names of the inside, hidden from partners: nothing of them shows, and all comes back as it was. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../gateway/hidden.h"
#include "holds.h"
#include "sip_case.h"
#include "unit.h"

#define CALL_ID "a84b4c76e66710@pc33.contoso.com"
#define OUT(lines) SIP_REQUEST("INVITE", "sip:alice@contoso.com", lines)
#define OUR_ENDS "From: <sip:bob@example.com>;tag=1\nTo: <sip:alice@contoso.com>\n"
#define LONG "0123456789abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define INSIDE_VIAS "Via: SIP/2.0/TLS fe.inside.local:5061;branch=z9hG4bK1;ms-internal-info=\"a,b\";ms-received-cid=2600\n" \
	"Via: SIP/2.0/TLS 10.1.2.3:4535;branch=z9hG4bK2;received=10.1.2.4;ms-internal-info=\"" LONG LONG LONG LONG "\";last=1\n"
#define BRANCH "z9hG4bKfg0123456789abcdef.01234567"

static const struct token_dialog from_bob = { CALL_ID, "bob", "example.com" }, to_bob = { CALL_ID, "bob", "example.com" };

static bool shows(msg_t *msg, const char *name)
{
	char *text = sip_print(msg);
	bool found = strstr(text, name) != NULL;

	free(text);
	return found;
}

/* The request as it is printed, with our Via on top, and others that it hides or not. */
static msg_t *sent(const struct own *own, const char *text)
{
	msg_t *msg = sip_parse(text);

	CU_ASSERT_TRUE_FATAL(via_push(msg, &own->outer, BRANCH));
	return msg;
}

static void vias_come_back_as_they_were(void)
{
	struct own own = sip_own();
	msg_t *msg = sent(&own, OUT(INSIDE_VIAS OUR_ENDS));
	char *printed;

	CU_ASSERT_TRUE_FATAL(hidden_take_vias(&own, msg));
	CU_ASSERT_FALSE(shows(msg, "inside.local"));
	CU_ASSERT_FALSE(shows(msg, "10.1.2"));
	CU_ASSERT_TRUE(hidden_in_via(sip_object(msg)));
	CU_ASSERT_PTR_NULL(sip_object(msg)->sip_via->v_next);
	/* Over the wire, and back out of what came. */
	printed = sip_print(msg);
	msg_destroy(msg);
	msg = sip_parse(printed);
	free(printed);
	CU_ASSERT_TRUE(hidden_in_via(sip_object(msg)) && hidden_give_vias(&own, msg));
	CU_ASSERT_FALSE(hidden_in_via(sip_object(msg)));
	CU_ASSERT_TRUE(sip_prints(msg, OUT(INSIDE_VIAS OUR_ENDS)));
	/* And at once, where it could not be sent. */
	msg = sent(&own, OUT(INSIDE_VIAS OUR_ENDS));
	CU_ASSERT_TRUE(hidden_take_vias(&own, msg) && hidden_give_vias(&own, msg));
	CU_ASSERT_TRUE(sip_prints(msg, OUT(INSIDE_VIAS OUR_ENDS)));
	sip_own_clear(&own);
}

/* What a partner answers with, with something else in it. */
static bool gives_vias(const struct own *own, const char *find, const char *put)
{
	msg_t *msg = sent(own, OUT(INSIDE_VIAS OUR_ENDS));
	char *printed, *at, changed[4000];
	bool given;

	CU_ASSERT_TRUE_FATAL(hidden_take_vias(own, msg));
	printed = sip_print(msg);
	msg_destroy(msg);
	at = strstr(printed, find);
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - printed), printed, put, at + strlen(find));
	free(printed);
	msg = sip_parse(changed);
	given = hidden_in_via(sip_object(msg)) && hidden_give_vias(own, msg);
	msg_destroy(msg);
	return given;
}

static void altered_vias_are_none(void)
{
	struct own own = sip_own();
	static const struct { const char *promise, *find, *put; bool given; } rows[] = {
		{ "as it was sent it is good", "\nFrom", "\nFrom", true },
		{ "a partner may say where it came from", ";branch", ";received=192.0.2.1;branch", true },
		{ "a letter more is none", ";fgh=", ";fgh=A", false },
		{ "nothing is none", ";fgh=", ";fgh;x=", false },
		{ "it is another request's", BRANCH, "z9hG4bKfg0123456789abcdef.01234568", false },
		{ "there is another Via below", "\nFrom", "\nVia: SIP/2.0/TLS evil.example;branch=z9hG4bKx\nFrom", false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		HOLDS(gives_vias(&own, rows[i].find, rows[i].put) == rows[i].given, rows[i].promise);
	sip_own_clear(&own);
}

/* A request with so many headers that they are too long to hide. */
static void too_many(char text[2 * SEAL_PLAIN_MAX + 600], const char *format)
{
	char lines[2 * SEAL_PLAIN_MAX] = "";

	for (int i = 0; strlen(lines) < 2 * SEAL_PLAIN_MAX - 100; i++)
		snprintf(lines + strlen(lines), sizeof lines - strlen(lines), format, i, i);
	snprintf(text, 2 * SEAL_PLAIN_MAX + 600, OUT("%s%s" OUR_ENDS), SIP_VIA, lines);
}

static void what_is_too_long_stays(void)
{
	char text[2 * SEAL_PLAIN_MAX + 600], records[SEAL_PLAIN_MAX + 1];
	struct own own = sip_own();
	msg_t *msg;

	too_many(text, "Via: SIP/2.0/TLS fe%d.inside.local;branch=z9hG4bK%d\n");
	msg = sent(&own, text);
	CU_ASSERT_FALSE(hidden_take_vias(&own, msg));
	msg_header_remove(msg, NULL, (msg_header_t *)sip_object(msg)->sip_via);
	CU_ASSERT_TRUE(sip_prints(msg, text));
	too_many(text, "Record-Route: <sip:fe%d.inside.local;lr;x=%d>\n");
	msg = sip_parse(text);
	CU_ASSERT_FALSE(hidden_take_records(msg, records));
	CU_ASSERT_TRUE(sip_prints(msg, text));
	sip_own_clear(&own);
}

static void records_leave_as_one_text(void)
{
	char records[SEAL_PLAIN_MAX + 1];
	msg_t *msg;

	msg = sip_parse(OUT(SIP_VIA "Record-Route: <sip:one.inside.local;lr>, <sip:two.inside.local;lr>;x=\"y,z\"\n" OUR_ENDS));
	CU_ASSERT_TRUE(hidden_take_records(msg, records));
	CU_ASSERT_STRING_EQUAL(records, "<sip:one.inside.local;lr>,<sip:two.inside.local;lr>;x=\"y,z\"");
	CU_ASSERT_PTR_NULL(sip_object(msg)->sip_record_route);
	msg_destroy(msg);
	/* What is no URI would come back as something else. */
	msg = sip_parse(OUT(SIP_VIA "Record-Route: \xff\xffr>, <sip:b;lr>\n" OUR_ENDS));
	CU_ASSERT_FALSE(hidden_take_records(msg, records));
	CU_ASSERT_PTR_NOT_NULL(sip_object(msg)->sip_record_route);
	msg_destroy(msg);
}

/* --- a dialog that our side began --- */

static msg_t *recorded(const struct own *own, const char *records, const struct token_dialog *dialog, bool inward, const char *lines)
{
	struct token token = { TOKEN_BOTH, sip_name("contoso.com"), sip_name("contoso.com") };
	char text[3000];
	msg_t *msg;

	snprintf(text, sizeof text, OUT("%s"), lines);
	msg = sip_parse(text);
	CU_ASSERT_TRUE_FATAL(route_record(msg, own, &token, dialog, inward, records));
	return msg;
}

static const char *record_of(msg_t *msg, unsigned at)
{
	const sip_record_route_t *r = sip_object(msg)->sip_record_route;

	while (r && at--)
		r = r->r_next;
	return r ? url_as_string(msg_home(msg), r->r_url) : "";
}

static void records_come_back_behind_ours(void)
{
	static const char records[] = "<sip:two.inside.local;transport=tls;opaque=state:F:Ci.R2600;lr;ms-route-sig=ab>,<sip:one.inside.local;lr>";

	for (int one = 0; one < 2; one++) {
		struct own own = sip_own();
		unsigned ours = one ? 1 : 2;
		char *printed;
		msg_t *msg;

		own.one_side = one;
		msg = recorded(&own, records, &from_bob, false, SIP_VIA "Record-Route: <sip:p.contoso.com;lr>\n" OUR_ENDS);
		CU_ASSERT_FALSE(shows(msg, "inside.local"));
		printed = sip_print(msg);
		msg_destroy(msg);
		msg = sip_parse(printed);
		free(printed);
		CU_ASSERT_TRUE(hidden_give_records(&own, msg));
		CU_ASSERT_FALSE(shows(msg, HIDDEN_PARAM "="));
		CU_ASSERT_PTR_NOT_NULL(strstr(record_of(msg, 0), "edge.example.com"));
		CU_ASSERT_STRING_EQUAL(record_of(msg, ours), "sip:two.inside.local;transport=tls;opaque=state:F:Ci.R2600;lr;ms-route-sig=ab");
		CU_ASSERT_STRING_EQUAL(record_of(msg, ours + 1), "sip:one.inside.local;lr");
		CU_ASSERT_STRING_EQUAL(record_of(msg, ours + 2), "sip:p.contoso.com;lr");
		CU_ASSERT_STRING_EQUAL(record_of(msg, ours + 3), "");
		msg_destroy(msg);
		sip_own_clear(&own);
	}
}

static void records_of_another_dialog_are_none(void)
{
	static const struct token_dialog another = { "another", "bob", "example.com" };
	struct own own = sip_own();
	msg_t *msg = recorded(&own, "<sip:inside.local;lr>", &another, false, SIP_VIA OUR_ENDS);

	CU_ASSERT_FALSE(hidden_give_records(&own, msg));
	msg_destroy(msg);
	msg = recorded(&own, "<sip:inside.local;lr>", &from_bob, false, SIP_VIA OUR_ENDS);
	own.tokens->key[0][0] ^= 1;
	CU_ASSERT_FALSE(hidden_give_records(&own, msg));
	msg_destroy(msg);
	msg = sip_parse(OUT(SIP_VIA "Record-Route: <sip:p.contoso.com;fgh=AAAA;lr>\n" OUR_ENDS));
	CU_ASSERT_TRUE(hidden_give_records(&own, msg)); /* not ours at all */
	CU_ASSERT_STRING_EQUAL(record_of(msg, 0), "sip:p.contoso.com;fgh=AAAA;lr");
	msg_destroy(msg);
	sip_own_clear(&own);
}

/* --- a dialog that a partner began --- */

/* What the internal servers answer: their own on top of ours. */
static msg_t *answered(const struct own *own, const char *above)
{
	msg_t *msg = recorded(own, NULL, &to_bob, true, SIP_VIA "Record-Route: <sip:p.contoso.com;lr>\n" SIP_DIALOG);
	char text[4000], *printed = sip_print(msg), *at = strstr(printed, "Record-Route: ");

	msg_destroy(msg);
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	snprintf(text, sizeof text, "%.*s%s%s", (int)(at - printed), printed, above, at);
	free(printed);
	return sip_parse(text);
}

/* The partner's next request: his Routes are the Record-Routes backwards. */
static msg_t *further(msg_t *answer)
{
	char lines[4000] = "", text[6000];

	for (const sip_record_route_t *r = sip_object(answer)->sip_record_route; r; r = r->r_next) {
		char line[1500];
		size_t length;

		if (strstr(r->r_url->url_host, "contoso"))
			continue; /* his own proxy takes its own */
		length = (size_t)snprintf(line, sizeof line, "Route: <%s>\n", url_as_string(msg_home(answer), r->r_url));
		memmove(lines + length, lines, strlen(lines) + 1);
		memcpy(lines, line, length);
	}
	snprintf(text, sizeof text, SIP_REQUEST("BYE", "sip:bob@10.1.2.3", SIP_VIA "%s" SIP_DIALOG), lines);
	return sip_parse(text);
}

static void routes_come_back_in_their_order(void)
{
	static const struct { const char *promise, *above; } rows[] = {
		{ "each on its line", "Record-Route: <sip:two.inside.local;lr;ms-route-sig=" LONG LONG ">\nRecord-Route: <sip:one.inside.local;lr>\n" },
		{ "both on one line", "Record-Route: <sip:two.inside.local;lr;ms-route-sig=" LONG LONG ">,\n <sip:one.inside.local;lr>\n" },
	};

	for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
		struct own own = sip_own();
		const char *promise = rows[i / 2].promise, *hidden = NULL;
		struct token token;
		msg_t *msg, *bye;
		unsigned count;

		own.one_side = i % 2;
		msg = answered(&own, rows[i / 2].above);
		HOLDS(hidden_take_records_of_answer(&own, msg) && !shows(msg, "inside.local"), promise);
		HOLDS(shows(msg, "p.contoso.com"), promise);
		bye = further(msg);
		HOLDS(route_read(&own, sip_object(bye), &to_bob, false, &token, &count) == ROUTE_PROVEN && count == (i % 2 ? 1 : 2), promise);
		HOLDS(hidden_read_routes(&own, bye, count, &hidden) && hidden, promise);
		HOLDS(hidden && !strcmp(hidden, "<sip:one.inside.local;lr>,<sip:two.inside.local;lr;ms-route-sig=" LONG LONG ">"), promise);
		HOLDS(hidden && hidden_give_routes(bye, hidden), promise);
		HOLDS(!strcmp(url_as_string(msg_home(bye), sip_object(bye)->sip_route->r_url), "sip:one.inside.local;lr"), promise);
		HOLDS(sip_object(bye)->sip_route->r_next && !sip_object(bye)->sip_route->r_next->r_next, promise);
		msg_destroy(bye);
		msg_destroy(msg);
		sip_own_clear(&own);
	}
}

static void altered_routes_are_bad(void)
{
	struct own own = sip_own();
	msg_t *msg = answered(&own, "Record-Route: <sip:one.inside.local;lr>\n"), *bye;
	const char *hidden;
	char *params;

	CU_ASSERT_TRUE(hidden_take_records_of_answer(&own, msg));
	bye = further(msg);
	params = su_strdup(msg_home(bye), sip_object(bye)->sip_route->r_next->r_url->url_params);
	params[strlen(params) - 2] ^= 1;
	sip_object(bye)->sip_route->r_next->r_url->url_params = params;
	CU_ASSERT_FALSE(hidden_read_routes(&own, bye, 2, &hidden));
	msg_destroy(bye);
	/* Behind the other token of the same dialog it is another Route's. */
	bye = further(msg);
	sip_object(bye)->sip_route->r_url->url_params = su_sprintf(msg_home(bye), "%s;%s", sip_object(bye)->sip_route->r_url->url_params,
	    strstr(sip_object(bye)->sip_route->r_next->r_url->url_params, HIDDEN_PARAM "="));
	CU_ASSERT_FALSE(hidden_read_routes(&own, bye, 2, &hidden));
	msg_destroy(bye);
	msg_destroy(msg);
	sip_own_clear(&own);
}

static void an_answer_without_ours_names_nobody(void)
{
	struct own own = sip_own();
	msg_t *msg = sip_parse(OUT(SIP_VIA "Record-Route: <sip:one.inside.local;lr>, <sip:two.inside.local;lr>\n" SIP_DIALOG));

	CU_ASSERT_TRUE(hidden_take_records_of_answer(&own, msg));
	CU_ASSERT_PTR_NULL(sip_object(msg)->sip_record_route);
	CU_ASSERT_FALSE(shows(msg, "inside.local"));
	msg_destroy(msg);
	msg = answered(&own, "");
	CU_ASSERT_TRUE(hidden_take_records_of_answer(&own, msg));
	CU_ASSERT_FALSE(shows(msg, HIDDEN_PARAM "="));
	msg_destroy(msg);
	sip_own_clear(&own);
}

CU_TestInfo hidden_tests[] = {
	{ "Vias are hidden in ours and come back as they were", vias_come_back_as_they_were },
	{ "Vias that were altered, or are another request's, are none", altered_vias_are_none },
	{ "what is too long to hide stays as it was", what_is_too_long_stays },
	{ "Record-Routes leave as one text", records_leave_as_one_text },
	{ "Record-Routes come back behind ours, in their order", records_come_back_behind_ours },
	{ "Record-Routes of another dialog or pool are none", records_of_another_dialog_are_none },
	{ "what a partner's Routes hide comes back in the order of Route", routes_come_back_in_their_order },
	{ "a Route that hides something else is bad", altered_routes_are_bad },
	{ "an answer without a Record-Route of ours names nobody inside", an_answer_without_ours_names_nobody },
	CU_TEST_INFO_NULL
};
