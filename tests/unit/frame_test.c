/* The scan of one message: what is sound, what is broken, where its parts stand. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "frame_text.h"

static const struct frame_limits limits = { 4096, 1000, false };

#define HOLDS(test, promise) \
	do { if (!(test)) printf("\n    broken: %s", promise); CU_ASSERT_TRUE(test); } while (0)

static enum frame_result scan(struct frame *f, const char *text, size_t length, size_t *used)
{
	struct frame_state state = { 0 };
	char *copy = malloc(length ? length : 1); /* exactly: a look behind it is seen */
	enum frame_result result;

	memcpy(copy, text, length);
	memset(f, 0x5a, sizeof *f);
	result = frame_next(&state, &limits, copy, length, f, used);
	f->octets = text;
	free(copy);
	return result;
}

struct row {
	const char *promise;
	const char *text;
	size_t length;
	enum frame_result result;
	enum reason fault;
	bool answerable;
};

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct frame f;
		size_t used;
		enum frame_result result = scan(&f, rows[i].text, rows[i].length, &used);

		HOLDS(result == rows[i].result, rows[i].promise);
		if (result != FRAME_MESSAGE && result != FRAME_BROKEN)
			continue;
		HOLDS(f.fault == rows[i].fault, rows[i].promise);
		HOLDS(f.answerable == rows[i].answerable, rows[i].promise);
		HOLDS(f.closes == (result == FRAME_BROKEN), rows[i].promise);
	}
}

#define CHECK(rows) check_rows(rows, sizeof rows / sizeof *rows)
#define GOOD FRAME_MESSAGE, REASON_NONE, true
#define PASSES FRAME_MESSAGE, REASON_NONE, false
#define BAD FRAME_BROKEN, REASON_MALFORMED, true
#define MUTE FRAME_BROKEN, REASON_MALFORMED, false
#define LARGE FRAME_BROKEN, REASON_TOO_LARGE, true
#define OTHER FRAME_MESSAGE, REASON_BAD_VERSION, true
#define WAITS FRAME_MORE, REASON_NONE, false

static void first_lines(void)
{
	static const struct row rows[] = {
		{ "a request is a message", TEXT(TOP MOST NONE END), GOOD },
		{ "the version's letters have no case", TEXT("MESSAGE sip:b@example.com sip/2.0\r\n" MOST NONE END), GOOD },
		{ "another version is told so, and the stream goes on", TEXT("MESSAGE sip:b@example.com SIP/3.0\r\n" MOST NONE END), OTHER },
		{ "SIP/2.1 is another version", TEXT("MESSAGE sip:b@example.com SIP/2.1\r\n" MOST NONE END), OTHER },
		{ "SIP/2.00 is another version", TEXT("MESSAGE sip:b@example.com SIP/2.00\r\n" MOST NONE END), OTHER },
		{ "HTTP is no SIP", TEXT("GET http://example.com/ HTTP/1.1\r\n" MOST NONE END), MUTE },
		{ "a version has a number", TEXT("MESSAGE sip:b@example.com SIP/\r\n" MOST NONE END), MUTE },
		{ "a version has two numbers", TEXT("MESSAGE sip:b@example.com SIP/2\r\n" MOST NONE END), MUTE },
		{ "a version ends with a digit", TEXT("MESSAGE sip:b@example.com SIP/2.\r\n" MOST NONE END), MUTE },
		{ "a broken header beats another version", TEXT("MESSAGE sip:b@example.com SIP/3.0\r\n" MOST END), BAD },
		{ "a request has a version", TEXT("MESSAGE sip:b@example.com\r\n" MOST NONE END), MUTE },
		{ "nothing follows the version", TEXT("MESSAGE sip:b@example.com SIP/2.0 \r\n" MOST NONE END), BAD },
		{ "a Request-URI has no blanks", TEXT("MESSAGE sip:b@example.com; lr SIP/2.0\r\n" MOST NONE END), BAD },
		{ "one blank is between method and URI", TEXT("MESSAGE  sip:b@example.com SIP/2.0\r\n" MOST NONE END), BAD },
		{ "one blank is between URI and version", TEXT("MESSAGE sip:b@example.com  SIP/2.0\r\n" MOST NONE END), BAD },
		{ "a Request-URI has no angle brackets", TEXT("MESSAGE <sip:b@example.com> SIP/2.0\r\n" MOST NONE END), BAD },
		{ "blanks are no tabs", TEXT("MESSAGE\tsip:b@example.com SIP/2.0\r\n" MOST NONE END), BAD },
		{ "a Request-URI must be there", TEXT("MESSAGE SIP/2.0\r\n" MOST NONE END), BAD },
		{ "a line does not begin with a blank", TEXT(" " TOP MOST NONE END), MUTE },
		{ "a first line has no fold", TEXT(TOP " x\r\n" MOST NONE END), BAD },
		{ "a first line alone is no message", TEXT(TOP END), MUTE },
		{ "a method is a token", TEXT("MES/SAGE sip:b@example.com SIP/2.0\r\n" MOST NONE END), MUTE },
		{ "a method has 64 octets at most", TEXT("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA "
		    "sip:b@example.com SIP/2.0\r\n" MOST NONE END), MUTE },
		{ "ACK is never answered", TEXT("ACK sip:b@example.com SIP/2.0\r\n" VIA FROM TO CALL "CSeq: 7 ACK\r\n" NONE END), PASSES },
		{ "a response is a message", TEXT("SIP/2.0 200 OK\r\n" MOST NONE END), PASSES },
		{ "a phrase may be empty", TEXT("SIP/2.0 200 \r\n" MOST NONE END), PASSES },
		{ "a status has a phrase's blank", TEXT("SIP/2.0 200\r\n" MOST NONE END), MUTE },
		{ "99 is no status", TEXT("SIP/2.0 099 Low\r\n" MOST NONE END), MUTE },
		{ "700 is no status", TEXT("SIP/2.0 700 High\r\n" MOST NONE END), MUTE },
		{ "a status has three digits", TEXT("SIP/2.0 2000 Long\r\n" MOST NONE END), MUTE },
		{ "a response of another version is another version", TEXT("SIP/7.0 200 OK\r\n" MOST NONE END), FRAME_MESSAGE, REASON_BAD_VERSION, false },
	};

	CHECK(rows);
}

static void header_lines(void)
{
	static const struct row rows[] = {
		{ "compact names are names", TEXT(TOP "v: SIP/2.0/TLS h\r\nf: <sip:a@b.example>\r\nT: <sip:b@b.example>\r\ni: 1\r\n" CSEQ "l: 0\r\n" END), GOOD },
		{ "names have no case", TEXT(TOP "vIA: SIP/2.0/TLS h\r\n" FROM TO "CALL-id: 1\r\ncseq: 7 MESSAGE\r\ncontent-LENGTH: 0\r\n" END), GOOD },
		{ "blanks may stand in front of the colon", TEXT(TOP MOST "Subject : x\r\nContent-Length\t : 0\r\n" END), GOOD },
		{ "a folded header is one header", TEXT(TOP MOST "Subject: x\r\n\ty\r\n z\r\n" NONE END), GOOD },
		{ "a mandatory header may be folded", TEXT(TOP VIA FROM "To:\r\n <sip:bob@example.com>\r\n" CALL "CSeq: 7\r\n MESSAGE\r\n" NONE END), GOOD },
		{ "a fold may be empty", TEXT(TOP MOST NONE "Subject: x\r\n \r\n" END), GOOD },
		{ "a header has a colon", TEXT(TOP MOST NONE "Subject\r\n" END), BAD },
		{ "a header has a name", TEXT(TOP MOST NONE ": x\r\n" END), BAD },
		{ "a name is one token", TEXT(TOP MOST NONE "Sub ject: x\r\n" END), BAD },
		{ "a name has no other octets", TEXT(TOP MOST NONE "Sub\xc3\xa4: x\r\n" END), BAD },
		{ "a first header has nothing to be the fold of", TEXT(TOP " Subject: x\r\n" MOST NONE END), BAD },
		{ "Via must be there", TEXT(TOP FROM TO CALL CSEQ NONE END), MUTE },
		{ "From must be there", TEXT(TOP VIA TO CALL CSEQ NONE END), MUTE },
		{ "To must be there", TEXT(TOP VIA FROM CALL CSEQ NONE END), MUTE },
		{ "Call-ID must be there", TEXT(TOP VIA FROM TO CSEQ NONE END), MUTE },
		{ "CSeq must be there", TEXT(TOP VIA FROM TO CALL NONE END), MUTE },
		{ "Via may stand twice", TEXT(TOP VIA MOST NONE END), GOOD },
		{ "From stands once", TEXT(TOP MOST FROM NONE END), MUTE },
		{ "To stands once, whatever its name", TEXT(TOP MOST "t: <sip:x@example.com>\r\n" NONE END), MUTE },
		{ "Call-ID stands once", TEXT(TOP MOST CALL NONE END), MUTE },
		{ "CSeq stands once", TEXT(TOP MOST CSEQ NONE END), MUTE },
		{ "Max-Forwards stands once", TEXT(TOP MOST "Max-Forwards: 70\r\nMax-Forwards: 69\r\n" NONE END), BAD },
		{ "CSeq has the request's method", TEXT(TOP VIA FROM TO CALL "CSeq: 7 INVITE\r\n" NONE END), BAD },
		{ "CSeq's method has a case", TEXT(TOP VIA FROM TO CALL "CSeq: 7 message\r\n" NONE END), BAD },
		{ "CSeq has a number", TEXT(TOP VIA FROM TO CALL "CSeq: MESSAGE\r\n" NONE END), BAD },
		{ "CSeq has a method", TEXT(TOP VIA FROM TO CALL "CSeq: 7\r\n" NONE END), BAD },
		{ "CSeq's number is one of 32 bits", TEXT(TOP VIA FROM TO CALL "CSeq: 4294967296 MESSAGE\r\n" NONE END), BAD },
		{ "CSeq's number may be the last of them", TEXT(TOP VIA FROM TO CALL "CSeq: 4294967295 MESSAGE\r\n" NONE END), GOOD },
		{ "CSeq ends with its method", TEXT(TOP VIA FROM TO CALL "CSeq: 7 MESSAGE x\r\n" NONE END), BAD },
		{ "a response's CSeq has some method", TEXT("SIP/2.0 200 OK\r\n" VIA FROM TO CALL "CSeq: 7 X\r\n" NONE END), PASSES },
		{ "an empty Call-ID is not ours to judge", TEXT(TOP VIA FROM TO "Call-ID:\r\n" CSEQ NONE END), GOOD },
	};

	CHECK(rows);
}

static void content_lengths(void)
{
	static const struct row rows[] = {
		{ "a length must be there", TEXT(TOP MOST END), BAD },
		{ "a length stands once", TEXT(TOP MOST NONE NONE END), BAD },
		{ "a length stands once, whatever its name", TEXT(TOP MOST NONE "l: 0\r\n" END), BAD },
		{ "a length has no sign", TEXT(TOP MOST "Content-Length: +0\r\n" END), BAD },
		{ "a length is not below zero", TEXT(TOP MOST "Content-Length: -1\r\n" END), BAD },
		{ "a length is decimal", TEXT(TOP MOST "Content-Length: 0x0\r\n" END), BAD },
		{ "a length is one number", TEXT(TOP MOST "Content-Length: 0 0\r\n" END), BAD },
		{ "a length is no list", TEXT(TOP MOST "Content-Length: 0, 0\r\n" END), BAD },
		{ "a length is not empty", TEXT(TOP MOST "Content-Length: \r\n" END), BAD },
		{ "a length is not folded", TEXT(TOP MOST "Content-Length:\r\n 0\r\n" END), BAD },
		{ "a length is not folded behind it", TEXT(TOP MOST "Content-Length: 0\r\n \r\n" END), BAD },
		{ "a length has ten digits at most", TEXT(TOP MOST "Content-Length: 00000000000\r\n" END), BAD },
		{ "ten digits are few enough", TEXT(TOP MOST "Content-Length: 0000000000\r\n" END), GOOD },
		{ "blanks may stand around a length", TEXT(TOP MOST "Content-Length:\t 0 \t\r\n" END), GOOD },
		{ "a body over the limit is too large, before it comes", TEXT(TOP MOST "Content-Length: 1001\r\n" END), LARGE },
		{ "a body at the limit is waited for", TEXT(TOP MOST "Content-Length: 1000\r\n" END), WAITS },
		{ "the longest length is too large", TEXT(TOP MOST "Content-Length: 9999999999\r\n" END), LARGE },
		{ "too large beats another version", TEXT("MESSAGE sip:b@example.com SIP/3.0\r\n" MOST "Content-Length: 1001\r\n" END), LARGE },
		{ "a body is waited for", TEXT(TOP MOST "Content-Length: 3\r\n" END "ab"), WAITS },
		{ "a body may hold anything", TEXT(TOP MOST "Content-Length: 6\r\n" END "\0\r\n\r\n\n"), GOOD },
		{ "a broken head does not wait for its body", TEXT(TOP MOST "Content-Length: 3\r\n" FROM END), MUTE },
	};

	CHECK(rows);
}

static void bad_octets(void)
{
	static const struct row rows[] = {
		{ "a NUL breaks a head at once, answered by the lines above it", TEXT(TOP MOST "Subject: a\0"), BAD },
		{ "a NUL in the first line is not answered", TEXT("MESSAGE sip:b\0"), MUTE },
		{ "a NUL in front of a mandatory line is not answered", TEXT(TOP VIA "Subject: \0\r\n" FROM TO CALL CSEQ NONE END), MUTE },
		{ "CR alone breaks a head", TEXT(TOP MOST NONE "Subject: a\rb"), BAD },
		{ "LF alone breaks a head", TEXT(TOP MOST NONE "Subject: a\nb"), BAD },
		{ "two CRs break a head", TEXT(TOP MOST NONE "Subject: a\r\r\n"), BAD },
		{ "LF alone is no line end", TEXT("MESSAGE sip:b@example.com SIP/2.0\n"), MUTE },
		{ "CR at the end may become a line end", TEXT(TOP MOST NONE "\r"), WAITS },
		{ "CR alone is not skipped between messages", TEXT("\rX"), MUTE },
		{ "LF alone is not skipped between messages", TEXT("\nMESSAGE"), MUTE },
		{ "a line that may be folded yet does not count", TEXT(TOP VIA FROM TO CALL "CSeq: 7 MESSAGE\r\n \n"), MUTE },
		{ "nothing is nothing yet", TEXT(""), WAITS },
		{ "half a head is nothing yet", TEXT(TOP MOST NONE), WAITS },
	};

	CHECK(rows);
}

/* A request with `count` pieces among its headers. */
static size_t padded(char *out, const char *piece, size_t count, const char *end)
{
	char *at = out + sprintf(out, "%s", TOP MOST NONE);

	while (count--)
		at += sprintf(at, "%s", piece);
	at += sprintf(at, "%s", end);
	return (size_t)(at - out);
}

static void caps(void)
{
	char text[8192];
	struct frame f;
	size_t used;

	CU_ASSERT_EQUAL(scan(&f, text, padded(text, "S: x\r\n", 194, END), &used), FRAME_MESSAGE);
	CU_ASSERT_EQUAL(f.lines, 200);
	CU_ASSERT_EQUAL(scan(&f, text, padded(text, "S: x\r\n", 195, END), &used), FRAME_BROKEN);
	CU_ASSERT_EQUAL(f.fault, REASON_MALFORMED);
	CU_ASSERT_TRUE(f.answerable);
	CU_ASSERT_EQUAL(scan(&f, text, padded(text, " x\r\n", 194, END), &used), FRAME_BROKEN); /* a folded length */
	CU_ASSERT_EQUAL(scan(&f, text, padded(text, "S: x\r\n \r\n", 97, END), &used), FRAME_MESSAGE);
	CU_ASSERT_EQUAL(scan(&f, text, padded(text, "S: x\r\n \r\n", 98, END), &used), FRAME_BROKEN);
	CU_ASSERT_EQUAL(scan(&f, text, padded(text, "S: ,,,,\r\n", 128, END), &used), FRAME_MESSAGE);
	CU_ASSERT_EQUAL(scan(&f, text, padded(text, "S: ,,,,\r\n", 128, "S: ,\r\n" END), &used), FRAME_BROKEN);
	CU_ASSERT_EQUAL(f.fault, REASON_MALFORMED);
	CU_ASSERT_TRUE(f.answerable);
}

static void large_heads(void)
{
	char text[8192];
	struct frame f;
	size_t used, base = padded(text, "", 0, END), size;

	size = padded(text, "x", 0, "S: ");
	memset(text + size, 'x', sizeof text - size);
	CU_ASSERT_EQUAL(scan(&f, text, 4095, &used), FRAME_MORE);
	CU_ASSERT_EQUAL(scan(&f, text, 4096, &used), FRAME_BROKEN);
	CU_ASSERT_EQUAL(f.fault, REASON_TOO_LARGE);
	CU_ASSERT_TRUE(f.answerable);
	CU_ASSERT_EQUAL(f.head, 0);
	memcpy(text + 4092, "\r\n\r\n", 4);
	CU_ASSERT_EQUAL(scan(&f, text, 4096, &used), FRAME_MESSAGE);
	CU_ASSERT_EQUAL(used, 4096);
	memcpy(text + 4092, "x\r\n\r\n", 5);
	CU_ASSERT_EQUAL(scan(&f, text, 4097, &used), FRAME_BROKEN);
	CU_ASSERT_EQUAL(f.fault, REASON_TOO_LARGE);
	CU_ASSERT_TRUE(base < 4096);
}

static void reads_fields(void)
{
	static const char text[] = "\r\nINVITE sip:bob@example.com SIP/2.0\r\nRoute: <sip:x;lr>\r\n" VIA "v:\tSIP/2.0/TLS second\r\n"
	    "Subject:\r\n  long \r\n" "Record-Route: <sip:y;lr>\r\nMax-Forwards: 70\r\n" FROM TO CALL "CSeq: 1 INVITE\r\nContent-Length: 2\r\n\r\nhi";
	const char *message = text + 2;
	struct frame f;
	size_t used, length;

	CU_ASSERT_EQUAL(scan(&f, text, sizeof text - 1, &used), FRAME_MESSAGE);
	f.octets = message;
	CU_ASSERT_EQUAL(used, sizeof text - 1);
	CU_ASSERT_EQUAL(f.size, used - 2);
	CU_ASSERT_EQUAL(f.head, used - 4);
	CU_ASSERT_TRUE(f.request && f.routed && f.status == 0);
	CU_ASSERT_EQUAL(f.method, METHOD_INVITE);
	CU_ASSERT_EQUAL(f.method_length, 6);
	CU_ASSERT_EQUAL(f.uri_length, 19);
	CU_ASSERT_EQUAL(strncmp(message + f.uri, "sip:bob@example.com ", 20), 0);
	CU_ASSERT_TRUE(f.lines == 11 && f.via == 1 && f.from == 6 && f.to == 7 && f.call_id == 8 && f.cseq == 9);
	CU_ASSERT_EQUAL(f.line[2].header, FRAME_VIA);
	CU_ASSERT_EQUAL(f.line[4].header, FRAME_RECORD_ROUTE);
	CU_ASSERT_EQUAL(f.line[2].name_length, 1);
	CU_ASSERT_EQUAL(strncmp(frame_value(&f, 2, &length), "SIP/2.0/TLS second", 18), 0);
	CU_ASSERT_EQUAL(length, 18);
	CU_ASSERT_EQUAL(strncmp(frame_value(&f, 3, &length), "long", 4), 0);
	CU_ASSERT_EQUAL(length, 4);
	CU_ASSERT_EQUAL(strncmp(message + f.line[3].at, "Subject:\r\n  long \r\n", f.line[3].length + 2), 0);
	CU_ASSERT_EQUAL(f.line[4].at, f.line[3].at + f.line[3].length + 2);
}

static void reads_statuses_and_methods(void)
{
	static const struct { const char *name; enum method method; } rows[] = {
		{ "INVITE", METHOD_INVITE }, { "ACK", METHOD_ACK }, { "BYE", METHOD_BYE }, { "CANCEL", METHOD_CANCEL },
		{ "PRACK", METHOD_PRACK }, { "OPTIONS", METHOD_OPTIONS }, { "REGISTER", METHOD_REGISTER },
		{ "PUBLISH", METHOD_PUBLISH }, { "MESSAGE", METHOD_OTHER }, { "invite", METHOD_OTHER }, { "INVITES", METHOD_OTHER },
		{ "INVIT", METHOD_OTHER },
	};
	char text[512];
	struct frame f;
	size_t used;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int size = snprintf(text, sizeof text, "%s sip:x SIP/2.0\r\n" VIA FROM TO CALL "CSeq: 1 %s\r\n" NONE END, rows[i].name, rows[i].name);

		CU_ASSERT_EQUAL(scan(&f, text, (size_t)size, &used), FRAME_MESSAGE);
		HOLDS(f.method == rows[i].method, rows[i].name);
	}
	CU_ASSERT_EQUAL(scan(&f, TEXT("SIP/2.0 487 Request Terminated\r\n" MOST NONE END), &used), FRAME_MESSAGE);
	CU_ASSERT_TRUE(!f.request && f.status == 487);
}

/* Of a partner it would be the end: see above. */
static void a_bad_one_from_inside_is_passed_over(void)
{
	static const struct { const char *promise, *text; bool goes_on; } rows[] = {
		{ "a status of five digits", "SIP/2.0 20000 OK\r\n" MOST "Content-Length: 2\r\n" END "ab", true },
		{ "a CSeq of 33 bits", "SIP/2.0 200 OK\r\n" VIA FROM TO CALL "CSeq: 4294967296 MESSAGE\r\n" NONE END, true },
		{ "no Via", "SIP/2.0 200 OK\r\n" FROM TO CALL CSEQ NONE END, true },
		{ "a request with a broken line", TOP MOST "Subject\r\n" NONE END, true },
		{ "no length", "SIP/2.0 20000 OK\r\n" MOST END, false },
		{ "two lengths", "SIP/2.0 20000 OK\r\n" MOST NONE NONE END, false },
		{ "a length beyond the limit", "SIP/2.0 20000 OK\r\n" MOST "Content-Length: 1001\r\n" END, false },
		{ "a lone LF", "SIP/2.0 200 OK\r\n" MOST NONE "\n", false },
	};
	static const struct frame_limits inside = { 4096, 1000, true };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct frame_state state = { 0 };
		struct frame f;
		size_t used, size = strlen(rows[i].text);
		enum frame_result result = frame_next(&state, &inside, rows[i].text, size, &f, &used);

		HOLDS(result == (rows[i].goes_on ? FRAME_MESSAGE : FRAME_BROKEN), rows[i].promise);
		HOLDS(f.fault == REASON_MALFORMED && f.closes == !rows[i].goes_on, rows[i].promise);
		HOLDS(!rows[i].goes_on || used == size, rows[i].promise);
	}
}

CU_TestInfo frame_tests[] = {
	{ "a first line is a request or a status line of SIP/2.0", first_lines },
	{ "a head has sound lines, and the mandatory ones once", header_lines },
	{ "a length is one plain number", content_lengths },
	{ "NUL, CR alone and LF alone break a head", bad_octets },
	{ "200 lines and 512 commas are the most", caps },
	{ "a head over its limit is too large as soon as it is", large_heads },
	{ "a frame says where everything stands", reads_fields },
	{ "methods and statuses are known", reads_statuses_and_methods },
	{ "a bad message from inside whose end is known ends nothing", a_bad_one_from_inside_is_passed_over },
	CU_TEST_INFO_NULL
};
