/* What the border changes in a message: parsed or by its lines, with the same result. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../gateway/border.h"
#include "holds.h"
#include "sip_case.h"
#include "unit.h"

static char *removed[] = { (char[]) { "P-Asserted-Identity" }, (char[]) { "ms-edge-proxy-message-trust" } };

static struct conf settings(enum diagnostics_setting diagnostics, const char *agent)
{
	struct conf c = { 0 };

	c.border.remove.list = removed;
	c.border.remove.count = 2;
	c.border.ms_diagnostics = diagnostics;
	c.border.user_agent = (char *)agent;
	return c;
}

#define ANSWER(lines) "SIP/2.0 404 Not Found\n" SIP_VIA SIP_DIALOG "Call-ID: 1\nCSeq: 1 MESSAGE\n" lines "Content-Length: 0\n\n"
#define ASKED(lines) "MESSAGE sip:bob@example.com SIP/2.0\n" SIP_VIA SIP_DIALOG "Call-ID: 1\nCSeq: 1 MESSAGE\n" lines "Content-Length: 0\n\n"

/* sofia adds a header where it likes, so this compares the lines that must be there, and how many there are. */
static bool has_lines(const char *text, const char *lines)
{
	static const char *const known[] = { "Via:", "From:", "To:", "Call-ID:", "CSeq:", "Content-Length:" };
	size_t extra = 0, wanted = 0;

	text = strchr(text, '\n'); /* behind the first line */
	for (const char *at = text + 1; *at && *at != '\n'; at = strchr(at, '\n') + 1) {
		bool is_known = false;

		for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
			is_known |= !strncmp(at, known[i], strlen(known[i]));
		extra += !is_known;
	}
	for (const char *at = lines; *at; at = strchr(at, '\n') + 1) {
		size_t length = (size_t)(strchr(at, '\n') + 1 - at);
		char line[400];

		snprintf(line, sizeof line, "\n%.*s", (int)length, at);
		if (!strstr(text, line))
			return false;
		wanted++;
	}
	return extra == wanted;
}

static bool parsed(const struct conf *c, const char *text, enum border_way way, const char *lines)
{
	msg_t *msg = sip_parse(text);
	bool good = border_clean(c, msg, way);
	char *printed = sip_print(msg);

	good = good && has_lines(printed, lines);
	if (!good)
		printf("\nprinted:\n%s", printed);
	free(printed);
	msg_destroy(msg);
	return good;
}

/* The same of an answer by its lines. */
static bool scanned(const struct conf *c, const char *text, const char *lines)
{
	static const struct frame_limits limits = { 65536, 65536, true };
	struct frame_state state = { 0 };
	struct frame f;
	char out[8000] = "", instead[BORDER_LINE_MAX];
	size_t size, used, n = 0;
	char *wire = sip_wire(text, &size);
	bool good;

	CU_ASSERT_EQUAL_FATAL(frame_next(&state, &limits, wire, size, &f, &used), FRAME_MESSAGE);
	n = (size_t)snprintf(out, sizeof out, "SIP/2.0 404 Not Found\n");
	border_server(c, instead);
	n += (size_t)snprintf(out + n, sizeof out - n, "%s", instead);
	for (uint16_t i = 0; i < f.lines; i++) {
		if (border_line(c, &f, i, instead))
			n += (size_t)snprintf(out + n, sizeof out - n, "%.*s\n", (int)f.line[i].length, f.octets + f.line[i].at);
		else
			n += (size_t)snprintf(out + n, sizeof out - n, "%s", instead);
	}
	for (size_t from = 0, to = 0; from <= n; from++)
		if (out[from] != '\r')
			out[to++] = out[from];
	good = has_lines(out, lines);
	if (!good)
		printf("\nscanned:\n%s", out);
	free(wire);
	return good;
}

#define TELLS "ms-diagnostics: 1003;reason=\"User does not exist\";source=\"fe.inside.local\"\n"

static void answers_tell_no_source(void)
{
	static const struct { const char *promise, *text; enum diagnostics_setting setting; const char *lines; } rows[] = {
		{ "number and reason go out", ANSWER(TELLS), DIAGNOSTICS_PUBLIC, "ms-diagnostics-public: 1003;reason=\"User does not exist\"\n" },
		{ "wherever blanks stand", ANSWER("MS-Diagnostics :  1009 ; domain=\"x\" ; reason =\"a\\\"b;c\"; source=\"s\"\n"), DIAGNOSTICS_PUBLIC,
		  "ms-diagnostics-public: 1009;reason=\"a\\\"b;c\"\n" },
		{ "a reason inside another text is none", ANSWER("ms-diagnostics: 7.2;x=\";reason=\";source=\"reason\"\n"), DIAGNOSTICS_PUBLIC,
		  "ms-diagnostics-public: 7\n" },
		{ "a reason without an end is none", ANSWER("ms-diagnostics: 7;reason=\"abc\n"), DIAGNOSTICS_PUBLIC, "ms-diagnostics-public: 7\n" },
		{ "what has no number does not go on", ANSWER("ms-diagnostics: x;reason=\"abc\"\n"), DIAGNOSTICS_PUBLIC, "" },
		{ "nothing at all does not go on", ANSWER("ms-diagnostics:\n"), DIAGNOSTICS_PUBLIC, "" },
		{ "one that is public stays, alone", ANSWER(TELLS "ms-diagnostics-public: 2;reason=\"x\"\n" TELLS), DIAGNOSTICS_PUBLIC,
		  "ms-diagnostics-public: 2;reason=\"x\"\n" },
		{ "of two the first is told", ANSWER(TELLS "ms-diagnostics: 5\n"), DIAGNOSTICS_PUBLIC,
		  "ms-diagnostics-public: 1003;reason=\"User does not exist\"\n" },
		{ "another name is another header", ANSWER("ms-diagnostics-2: 5\n"), DIAGNOSTICS_PUBLIC, "ms-diagnostics-2: 5\n" },
		{ "kept as it is", ANSWER(TELLS), DIAGNOSTICS_KEEP, TELLS },
		{ "removed, both", ANSWER(TELLS "ms-diagnostics-public: 2;reason=\"x\"\n"), DIAGNOSTICS_REMOVE, "" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct conf c = settings(rows[i].setting, "keep");

		HOLDS(parsed(&c, rows[i].text, BORDER_TO_PARTNER, rows[i].lines), rows[i].promise);
		HOLDS(parsed(&c, rows[i].text, BORDER_TO_INSIDE, rows[i].lines), rows[i].promise);
		HOLDS(scanned(&c, rows[i].text, rows[i].lines), rows[i].promise);
	}
}

static void requests_tell_nothing_to_the_inside(void)
{
	static const char both[] = ASKED(TELLS "ms-diagnostics-public: 2;reason=\"x\"\n");
	struct conf c = settings(DIAGNOSTICS_PUBLIC, "keep");

	CU_ASSERT_TRUE(parsed(&c, both, BORDER_TO_INSIDE, ""));
	CU_ASSERT_TRUE(parsed(&c, both, BORDER_TO_PARTNER, "ms-diagnostics-public: 2;reason=\"x\"\n"));
	c = settings(DIAGNOSTICS_KEEP, "keep");
	CU_ASSERT_TRUE(parsed(&c, both, BORDER_TO_INSIDE, TELLS "ms-diagnostics-public: 2;reason=\"x\"\n"));
}

static void trust_and_agents_go(void)
{
	static const char lines[] = "P-Asserted-Identity: <sip:boss@example.com>\nms-edge-proxy-message-trust: ms-source-type=DirectPartner\n"
		"Server: a\nUser-Agent: b\nX: y\n";
	static const struct { const char *promise, *agent, *lines; } rows[] = {
		{ "headers of trust go, agents stay", "keep", "Server: a\nUser-Agent: b\nX: y\n" },
		{ "agents go", "remove", "X: y\n" },
		{ "the agent is ours", "the edge", "Server: the edge\nX: y\n" },
	};
	char text[1000];

	snprintf(text, sizeof text, ANSWER("%s"), lines);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct conf c = settings(DIAGNOSTICS_PUBLIC, rows[i].agent);

		HOLDS(parsed(&c, text, BORDER_TO_PARTNER, rows[i].lines), rows[i].promise);
		HOLDS(scanned(&c, text, rows[i].lines), rows[i].promise);
	}
}

CU_TestInfo border_tests[] = {
	{ "an answer's ms-diagnostics tells number and reason, and never who", answers_tell_no_source },
	{ "a request from outside tells the inside nothing", requests_tell_nothing_to_the_inside },
	{ "headers of trust go, User-Agent and Server as it is set", trust_and_agents_go },
	CU_TEST_INFO_NULL
};
