/* What the scan says of single lines: a host only where the parser would say the
 * same, and answers to the octet. */
#include "unit.h"

#include <sofia-sip/sip_header.h>
#include <sofia-sip/su_alloc.h>
#include <string.h>

#include "chance.h"
#include "frame_text.h"

static const struct frame_limits limits = { 4096, 1000, false };

static bool scan(struct frame *f, const char *text)
{
	struct frame_state state = { 0 };
	size_t used;
	enum frame_result result = frame_next(&state, &limits, text, strlen(text), f, &used);

	return result == FRAME_MESSAGE || result == FRAME_BROKEN;
}

/* The host that the scan says of a From value; "" for none. */
static const char *host_of(const char *from, char out[512])
{
	static char text[4096];
	struct frame f;
	const char *host;
	size_t length;

	snprintf(text, sizeof text, TOP VIA "From: %s\r\n" TO CALL CSEQ NONE END, from);
	out[0] = '\0';
	if (scan(&f, text) && f.from != UINT16_MAX && frame_plain_host(&f, f.from, &host, &length))
		snprintf(out, 512, "%.*s", (int)length, host);
	return out;
}

static void names_hosts(void)
{
	static const struct { const char *from, *host; } rows[] = {
		{ "<sip:ann@contoso.com>", "contoso.com" },
		{ "<sip:ann@contoso.com>;tag=a", "contoso.com" },
		{ "<sip:contoso.com>", "contoso.com" },
		{ "<SIPS:ann@contoso.com:5061;transport=tls?subject=x>;tag=a", "contoso.com" },
		{ "Ann A. <sip:ann@contoso.com>", "contoso.com" },
		{ "\"Ann, the \xc3\xbc\" <sip:ann@contoso.com>;tag=a", "contoso.com" },
		{ "\"\" <sip:ann@contoso.com> ; tag=a", "contoso.com" },
		{ "sip <sip:ann@contoso.com>", "contoso.com" },
		{ "sip:ann@contoso.com", "contoso.com" },
		{ "sip:ann@contoso.com;tag=a", "contoso.com" },
		{ "sip:ann@contoso.com:5060 ;tag=a", "contoso.com" },
		{ "<sip:+49.30%41=1@Contoso.COM.>", "Contoso.COM." },
		{ "<sip:ann@192.0.2.1>", "192.0.2.1" },
		/* not plain: no answer is no harm */
		{ "", "" }, { "<>", "" }, { "<sip:>", "" }, { "<sip:ann@>", "" }, { "sip:", "" }, { "ann@contoso.com", "" },
		{ "<tel:+4930>", "" }, { "<sip:ann@[::1]>", "" }, { "<ann@contoso.com>", "" }, { "< sip:ann@contoso.com>", "" },
		{ "<sip:a@b@contoso.com>", "" }, { "<sip:a:secret@contoso.com>", "" }, { "<sip:contoso.com;x=@evil.example>", "" },
		{ "<sip:contoso.com?x=@evil.example>", "" }, { "<sip:contoso.com/@evil.example>", "" },
		{ "<sip:ann@contoso.com/@evil.example>", "" }, { "<sip:ann@contoso.com;x=@evil.example>", "" },
		{ "<sip:ann@contoso.com%00.evil.example>", "" }, { "<sip:ann@contoso.com\\.evil.example>", "" },
		{ "<sip:ann@contoso.com:>", "" }, { "<sip:ann@contoso.com:123456>", "" }, { "<sip:ann@contoso.com:5x>", "" },
		{ "<sip:ann@contoso.com >", "" }, { "<sip:ann@cont oso.com>", "" }, { "<sip:ann@contoso.com", "" },
		{ "\"<sip:x@evil.example>\" <sip:ann@contoso.com>", "" }, { "\"a\\\" <sip:x@evil.example>\" <sip:a@contoso.com>", "" },
		{ "\"a <sip:ann@contoso.com>", "" }, { "\"a\" \"b\" <sip:ann@contoso.com>", "" }, { "\"a\" b <sip:ann@contoso.com>", "" },
		{ "\"a\" sip:ann@contoso.com", "" }, { "a, <sip:ann@contoso.com>", "" },
		{ "<sip:ann@contoso.com>, <sip:x@evil.example>", "" }, { "<sip:ann@contoso.com> x", "" },
		{ "<sip:ann@contoso.com><sip:x@evil.example>", "" }, { "<sip:ann@contoso.com>;x=<sip:y@evil.example>", "" },
		{ "<sip:ann@contoso.com>;x=\"a\"", "" }, { "<sip:a%4nn@contoso.com>", "" }, { "<sip:ann@contoso.com;x=%4>", "" },
		{ "<sip:ann@contoso.com>;;tag=a", "" }, { "<sip:ann@contoso.com>;tag=", "" },
		{ "<sip:ann@contoso.com>;tag=a b", "" }, { "<sip:ann@contoso.com>;tag=a/b", "" }, { "sip:ann@contoso.com?x=y", "" }, { "sip:ann@contoso.com, sip:x@evil.example", "" },
		{ "sip:contoso.com <sip:x@evil.example>", "" }, { "sip:ann@contoso.com x", "" },
		{ "<sip:ann@contoso_x.com>", "" }, { "<sip:ann@cont\xc3\xb6so.com>", "" }, { "<sip:;ann@contoso.com>", "" },
		{ "a\r\n <sip:ann@contoso.com>", "" }, { "<sip:ann@contoso.com>\r\n ;tag=a", "" },
	};
	char out[512];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (strcmp(host_of(rows[i].from, out), rows[i].host))
			printf("\n    %s: said \"%s\"", rows[i].from, out);
		CU_ASSERT_STRING_EQUAL(out, rows[i].host);
	}
}

static void random_from(struct chance *chance, char *out)
{
	static const char *const pieces[] = {
		"<", ">", "sip:", "sips:", "ann", "@", "contoso.com", "evil.example", ":", "5061", ";", "tag=", "a", "?", "=", "\"", "\\",
		" ", ",", "/", "%00", "%40", ".", "-", "[::1]", "#", "&", "(", ")", "\t", "*", "lr", "<sip:", "@contoso.com", ">;tag=1",
	};
	static const char *const starts[] = {
		"<sip:ann@contoso.com>;tag=a", "Ann <sip:ann@contoso.com:5061;lr>", "sip:ann@contoso.com;tag=a",
		"\"Ann\" <sips:contoso.com>", "<sip:ann@contoso.com?a=b>;x=y;tag=z",
	};
	size_t at, count = chance_below(chance, 4);

	strcpy(out, starts[chance_below(chance, sizeof starts / sizeof *starts)]);
	while (count--) {
		const char *piece = pieces[chance_below(chance, sizeof pieces / sizeof *pieces)];
		char rest[512];

		at = chance_below(chance, (uint32_t)strlen(out) + 1);
		strcpy(rest, out + at + (out[at] && chance_below(chance, 2)));
		strcpy(out + at, piece);
		strcat(out, rest);
	}
}

/* The oracle is the parser that all other messages go through. */
static void agrees_with_the_parser(void)
{
	struct chance chance = chance_new();
	int rounds = chance_rounds(60000), said = 0, wrong = 0;

	for (int i = 0; i < rounds; i++) {
		char from[512], out[512];
		su_home_t home[1] = { SU_HOME_INIT(home) };
		sip_from_t *parsed;

		random_from(&chance, from);
		if (!*host_of(from, out))
			continue;
		said++;
		su_home_init(home);
		parsed = sip_from_make(home, from);
		if (!parsed || !parsed->a_url->url_host || strcmp(parsed->a_url->url_host, out)) {
			if (wrong++ < 5)
				printf("\n    %s: said %s, the parser otherwise", from, out);
		}
		su_home_deinit(home);
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_TRUE(said > rounds / 10);
}

struct answer_row {
	const char *promise, *via, *to, *tag, *received;
	const char *said_via, *said_to; /* NULL: no answer */
};

static void answer_row(const struct answer_row *row)
{
	char text[2048], expected[2048], out[2048];
	struct frame f;
	size_t size;

	snprintf(text, sizeof text, TOP "%s\r\nSubject: x\r\n" VIA "%s\r\n" FROM CALL CSEQ "v: SIP/2.0/TCP third, SIP/2.0/TCP fourth\r\n" NONE END, row->via, row->to);
	snprintf(expected, sizeof expected, "SIP/2.0 503 Service Unavailable\r\n%s\r\n" VIA "v: SIP/2.0/TCP third, SIP/2.0/TCP fourth\r\n" FROM
	    "%s\r\n" CALL CSEQ "Retry-After: 3\r\n" NONE END, row->said_via, row->said_to ? row->said_to : "");
	CU_ASSERT_TRUE(scan(&f, text) && f.answerable);
	size = frame_answer(&f, out, sizeof out - 1, 503, "Service Unavailable", row->tag, row->received, "Retry-After: 3\r\n");
	out[size] = '\0';
	if (!row->said_to)
		strcpy(expected, "");
	if (strcmp(out, expected))
		printf("\n    broken: %s: %s", row->promise, out);
	CU_ASSERT_STRING_EQUAL(out, expected);
	if (size) /* exactly as much room as it needs, and one octet less */
		CU_ASSERT_EQUAL(frame_answer(&f, out, size, 503, "Service Unavailable", row->tag, row->received, "Retry-After: 3\r\n"), size);
	if (size)
		CU_ASSERT_EQUAL(frame_answer(&f, out, size - 1, 503, "Service Unavailable", row->tag, row->received, "Retry-After: 3\r\n"), 0);
}

static void answers(void)
{
	static const char via[] = "Via: SIP/2.0/TLS first;branch=z9hG4bK0", to[] = "To: <sip:bob@example.com>";
	static const struct answer_row rows[] = {
		{ "the lines come back as they came", via, to, NULL, NULL, via, to },
		{ "a To gets a tag", via, to, "t1", NULL, via, "To: <sip:bob@example.com>;tag=t1" },
		{ "a To keeps its tag", via, "To: <sip:b@x>;x=y ; TAG=7", "t1", NULL, via, "To: <sip:b@x>;x=y ; TAG=7" },
		{ "a URI's parameter is no tag", via, "To: <sip:b@x;tag=7>", "t1", NULL, via, "To: <sip:b@x;tag=7>;tag=t1" },
		{ "a parameter that only ends in tag is no tag", via, "To: sip:b@x;mytag=7", "t1", NULL, via, "To: sip:b@x;mytag=7;tag=t1" },
		{ "a URI without brackets has its parameters outside", via, "To: sip:b@x;tag=7", "t1", NULL, via, "To: sip:b@x;tag=7" },
		{ "blanks at the end do not cut the tag off", via, "To: <sip:b@x> \t", "t1", NULL, via, "To: <sip:b@x>;tag=t1" },
		{ "a display name may look like a tag", via, "To: \";tag=7\" <sip:b@x>", "t1", NULL, via, "To: \";tag=7\" <sip:b@x>;tag=t1" },
		{ "any URI may have a tag", via, "t: <tel:+4930>", "t1", NULL, via, "t: <tel:+4930>;tag=t1" },
		{ "a quoted parameter is not plain", via, "To: <sip:b@x>;x=\";tag=7\"", "t1", NULL, via, NULL },
		{ "two values are not plain", via, "To: <sip:b@x>, <sip:c@x>", "t1", NULL, via, NULL },
		{ "an unfinished parameter is not plain", via, "To: <sip:b@x>;", "t1", NULL, via, NULL },
		{ "a bracket inside quotes is not plain", via, "To: \"<\" <sip:b@x>", "t1", NULL, via, NULL },
		{ "an empty To is not plain", via, "To:", "t1", NULL, via, NULL },
		{ "without a tag to add every To is plain", via, "To: \"<\" <sip:b@x>", NULL, NULL, via, "To: \"<\" <sip:b@x>" },
		{ "the first Via is told where it came from", via, to, NULL, "192.0.2.1", "Via: SIP/2.0/TLS first;branch=z9hG4bK0;received=192.0.2.1", to },
		{ "blanks at the end do not cut the address off", "v: SIP/2.0/TLS first \t", to, NULL, "::1", "v: SIP/2.0/TLS first;received=::1", to },
		{ "a folded Via stays folded", "Via: SIP/2.0/TLS\r\n first;\r\n a=b", to, NULL, "::1", "Via: SIP/2.0/TLS\r\n first;\r\n a=b;received=::1", to },
		{ "a Via that names the address itself is not told", "Via: SIP/2.0/TLS\t192.0.2.1 : 7;x=y", to, NULL, "192.0.2.1", "Via: SIP/2.0/TLS\t192.0.2.1 : 7;x=y", to },
		{ "in brackets too", "Via: SIP/2.0/TLS\r\n [::1]:7", to, NULL, "::1", "Via: SIP/2.0/TLS\r\n [::1]:7", to },
		{ "a longer address is another", "Via: SIP/2.0/TLS 192.0.2.17", to, NULL, "192.0.2.1", "Via: SIP/2.0/TLS 192.0.2.17;received=192.0.2.1", to },
		{ "a shorter one too", "Via: SIP/2.0/TLS 192.0.2", to, NULL, "192.0.2.1", "Via: SIP/2.0/TLS 192.0.2;received=192.0.2.1", to },
		{ "blanks in the protocol are not plain", "Via: SIP / 2.0 / TLS 192.0.2.1", to, NULL, "192.0.2.1", via, NULL },
		{ "a Via line of two is not plain", "Via: SIP/2.0/TLS a, SIP/2.0/TLS b", to, NULL, "::1", via, NULL },
		{ "a Via that was told already is not plain", "Via: SIP/2.0/TLS a; Received=192.0.2.9", to, NULL, "::1", via, NULL },
		{ "a Via with quotes is not plain", "Via: SIP/2.0/TLS a;x=\"y\"", to, NULL, "::1", via, NULL },
		{ "a Via with a comment is not plain", "Via: SIP/2.0/TLS a (x)", to, NULL, "::1", via, NULL },
		{ "an unfinished Via is not plain", "Via: SIP/2.0/TLS a;x=", to, NULL, "::1", via, NULL },
		{ "an empty Via is not plain", "Via:", to, NULL, "::1", via, NULL },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		answer_row(&rows[i]);
}

static void answers_only_the_answerable(void)
{
	char out[2048];
	struct frame f;

	CU_ASSERT_TRUE(scan(&f, "ACK sip:b@x SIP/2.0\r\n" VIA FROM TO CALL "CSeq: 1 ACK\r\n" NONE END));
	CU_ASSERT_EQUAL(frame_answer(&f, out, sizeof out, 403, "Forbidden", NULL, NULL, ""), 0);
	CU_ASSERT_TRUE(scan(&f, "SIP/2.0 200 OK\r\n" MOST NONE END));
	CU_ASSERT_EQUAL(frame_answer(&f, out, sizeof out, 403, "Forbidden", NULL, NULL, ""), 0);
	CU_ASSERT_TRUE(scan(&f, TOP MOST "Subject: a\nb"));
	CU_ASSERT_EQUAL(f.fault, REASON_MALFORMED);
	CU_ASSERT_TRUE(frame_answer(&f, out, sizeof out, 400, "Bad Request", "t", "::1", "") > 0);
}

/* A next hop writes our Via as it likes. */
static void reads_the_first_branch(void)
{
	static const struct { const char *via, *branch; } rows[] = {
		{ "Via: SIP/2.0/TLS h;branch=z9hG4bK1", "z9hG4bK1" },
		{ "v : SIP / 2.0 / TLS h ; received=192.0.2.1 ; BRANCH = z9hG4bK1 ;x", "z9hG4bK1" },
		{ "Via:\r\n SIP/2.0/TLS\r\n\th\r\n ;\r\n branch\r\n =\r\n z9hG4bK1\r\n ;x", "z9hG4bK1" },
		{ "Via: SIP/2.0/TLS h;x=\";branch=z9hG4bK2,\";branch=z9hG4bK1", "z9hG4bK1" },
		{ "Via: SIP/2.0/TLS h;x=\"a\\\";branch=z9hG4bK2\";branch=z9hG4bK1", "z9hG4bK1" },
		{ "Via: SIP/2.0/TLS h;branch=z9hG4bK1,SIP/2.0/TLS i;branch=z9hG4bK2", "z9hG4bK1" },
		{ "Via: SIP/2.0/TLS h;branch=z9hG4bK1;branch=z9hG4bK2", "z9hG4bK1" },
		{ "Via: SIP/2.0/TLS h;mybranch=z9hG4bK2;branch=z9hG4bK1", "z9hG4bK1" },
		{ "Via: SIP/2.0/TLS h, SIP/2.0/TLS i;branch=z9hG4bK2", "" },
		{ "Via: SIP/2.0/TLS h", "" }, { "Via: SIP/2.0/TLS h;branch", "" }, { "Via: SIP/2.0/TLS h;branch=", "" },
		{ "Via: SIP/2.0/TLS h;branch=;x", "" }, { "Via: SIP/2.0/TLS h;branch=\"z9hG4bK1\"", "" },
		{ "Via: SIP/2.0/TLS h;x=\";branch=z9hG4bK2", "" }, { "Via: SIP/2.0/TLS h;x=\"\\", "" },
		{ "Via: branch=z9hG4bK2", "" }, { "Via: ;branch=z9hG4bK1", "z9hG4bK1" }, { "Via:", "" }, { "Via: ;;;branch=z9hG4bK1", "z9hG4bK1" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[2048];
		const char *branch = "";
		size_t length = 0;
		struct frame f;

		snprintf(text, sizeof text, TOP "%s\r\n" VIA FROM TO CALL CSEQ NONE END, rows[i].via);
		CU_ASSERT_TRUE(scan(&f, text));
		if (!frame_first_branch(&f, &branch, &length))
			length = 0;
		if (length != strlen(rows[i].branch) || memcmp(branch, rows[i].branch, length))
			printf("\n    %s: said \"%.*s\"", rows[i].via, (int)length, branch);
		CU_ASSERT_TRUE(length == strlen(rows[i].branch) && !memcmp(branch, rows[i].branch, length));
	}
}

CU_TestInfo frame_answer_tests[] = {
	{ "a host is named only where it is plain", names_hosts },
	{ "a host that is named is the parser's", agrees_with_the_parser },
	{ "the first branch is read wherever blanks, folds and quotes stand", reads_the_first_branch },
	{ "an answer is made of the request's own lines", answers },
	{ "what has no answer gets none", answers_only_the_answerable },
	CU_TEST_INFO_NULL
};
