/* Records as they are read back: what the recorder writes, and what nobody should have written. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../gateway/recording.h"
#include "unit.h"

#define BEGIN "{\"event\":\"begin\",\"time_us\":1000,\"version\":1,\"edge\":\"edge1.example.com\",\"policy\":\"0123456789ab\"," \
	"\"max_partners\":100,\"domains\":[\"example.com\"]}\n"
#define PEER "{\"event\":\"peer\",\"time_us\":1000,\"peer\":7,\"names\":[\"sip.contoso.example\",\"*.contoso.example\"]}\n"
#define JUDGED(more) "{\"event\":\"judged\",\"time_us\":2000,\"number\":1,\"peer\":7,\"partner\":\"contoso.example\"," \
	"\"method\":\"MESSAGE\",\"verdict\":\"forward\",\"reason\":\"within-limits\"" more "}\n"

/* A record that has been read to its end. */
struct story {
	unsigned events[RECORDED_UNREADABLE + 1];
	struct recorded_line last;
	struct facts facts;
	struct peer peer;
	char organisation[DOMAIN_MAX + 1], name[DOMAIN_MAX + 1];
	int64_t times[8];
	unsigned count;
	uint64_t lines, bad, wrong_line;
	char wrong[200];
};

static void on_wrong(void *arg, uint64_t line, const char *what)
{
	struct story *s = arg;

	s->wrong_line = line;
	snprintf(s->wrong, sizeof s->wrong, "%s", what);
}

static void take(struct story *s, enum recorded what, const struct recorded_line *line)
{
	s->events[what]++;
	if (s->count < 8)
		s->times[s->count++] = line->at_us;
	if (what != RECORDED_JUDGED)
		return;
	s->last = *line;
	s->facts = *line->judged.facts;
	s->peer = *line->judged.peer;
	strcpy(s->organisation, peer_organisation(&s->peer)->text);
	strcpy(s->name, s->peer.count ? s->peer.names[s->peer.count - 1].domain.text : "");
}

static struct story read_octets(const char *octets, size_t size)
{
	int fd = memfd_create("record", MFD_CLOEXEC);
	char path[32];
	struct story s = { 0 };
	struct recorded_line line;
	struct recording *r;
	enum recorded what;

	if (fd < 0 || write(fd, octets, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	r = recording_open(path, on_wrong, &s);
	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	while ((what = recording_next(r, &line)) != RECORDED_END && what != RECORDED_UNREADABLE)
		take(&s, what, &line);
	CU_ASSERT_EQUAL(what, RECORDED_END);
	s.lines = recording_lines(r);
	s.bad = recording_bad(r);
	recording_close(r);
	close(fd);
	return s;
}

static struct story read_text(const char *text)
{
	return read_octets(text, strlen(text));
}

static void reads_all(void)
{
	struct story s = read_text(BEGIN PEER JUDGED(",\"source\":\"contoso.example\",\"target\":\"0123456789abcdef\",\"proven\":true,"
	    "\"recipient_list\":true,\"in_dialog\":true,\"dns\":\"unknown\",\"wait_us\":50000,\"observe\":true,\"fault\":\"not-here\"")
	    "{\"event\":\"answered\",\"time_us\":3000,\"number\":1,\"partner\":\"contoso.example\",\"outcome\":\"failure\"}\n"
	    "{\"event\":\"other\",\"time_us\":3000,\"partner\":\"-\",\"verdict\":\"refuse\",\"reason\":\"malformed\"}\n"
	    "{\"event\":\"closed\",\"time_us\":3000,\"peer\":7}\n");

	CU_ASSERT_EQUAL(s.bad, 0);
	CU_ASSERT_EQUAL(s.lines, 6);
	CU_ASSERT_EQUAL(s.events[RECORDED_BEGIN], 1);
	CU_ASSERT_EQUAL(s.events[RECORDED_JUDGED], 1);
	CU_ASSERT_EQUAL(s.events[RECORDED_ANSWERED], 1);
	CU_ASSERT_EQUAL(s.events[RECORDED_OTHER], 1);
	CU_ASSERT_EQUAL(s.last.judged.at_us, 2000);
	CU_ASSERT_EQUAL(s.last.judged.reason, REASON_WITHIN_LIMITS);
	CU_ASSERT_EQUAL(s.last.judged.wait_us, 50000);
	CU_ASSERT_TRUE(s.last.judged.waived && s.last.judged.in_dialog && s.last.judged.dns_asked);
	CU_ASSERT_EQUAL(s.last.judged.dns, PROOF_UNKNOWN);
	CU_ASSERT_EQUAL(s.facts.target, UINT64_C(0x0123456789abcdef));
	CU_ASSERT_TRUE(s.facts.has_target && s.facts.proven && s.facts.recipient_list);
	CU_ASSERT_EQUAL(s.facts.fault, REASON_NOT_HERE);
	CU_ASSERT_STRING_EQUAL(s.facts.source.text, "contoso.example");
	CU_ASSERT_STRING_EQUAL(s.organisation, "contoso.example");
	CU_ASSERT_STRING_EQUAL(s.name, "contoso.example");
	CU_ASSERT_EQUAL(s.peer.count, 2);
}

static void says_what_is_wrong(void)
{
	static const struct { const char *promise, *text, *wrong; } rows[] = {
		{ "no JSON", BEGIN "half a li\n", "no JSON object" },
		{ "a list", BEGIN "[1]\n", "no JSON object" },
		{ "nothing", BEGIN "\n", "no JSON object" },
		{ "no event", BEGIN "{}\n", "no event" },
		{ "another event", BEGIN "{\"event\":\"party\",\"time_us\":1}\n", "an event that is none of a record's" },
		{ "no beginning", PEER, "a record begins with the event begin" },
		{ "a later version", "{\"event\":\"begin\",\"time_us\":1,\"version\":2}\n",
		    "a version that this fedgated does not know: take the one that wrote it, or a newer one" },
		{ "a local domain that is none", "{\"event\":\"begin\",\"time_us\":1,\"version\":1,\"edge\":\"a.example\",\"policy\":\"\","
		    "\"max_partners\":1,\"domains\":[\"a b\"]}\n", "domains has one that is none" },
		{ "a time before all time", BEGIN "{\"event\":\"peer\",\"time_us\":-1}\n", "time_us is no time" },
		{ "a time behind all time", BEGIN "{\"event\":\"peer\",\"time_us\":9223372036854775807}\n", "time_us is no time" },
		{ "a NUL", BEGIN "{\"event\":\"peer\",\"time_us\":1,\"peer\":7,\"names\":[\"a\\u0000b.example\"]}\n", "no JSON object" },
		{ "a name that is none", BEGIN "{\"event\":\"peer\",\"time_us\":1,\"peer\":7,\"names\":[\"a b.example\"]}\n",
		    "names has one that is no name of a certificate" },
		{ "nobody's request", BEGIN JUDGED(""), "its peer was not told before: that line is lost" },
		{ "a partner that is no name", BEGIN PEER "{\"event\":\"judged\",\"time_us\":1,\"number\":1,\"peer\":7,\"method\":\"A\","
		    "\"reason\":\"allowed\",\"partner\":\"\\u001b[31mred\"}\n", "partner or reason is none" },
		{ "a reason to come", BEGIN PEER "{\"event\":\"judged\",\"time_us\":1,\"number\":1,\"peer\":7,\"method\":\"A\","
		    "\"reason\":\"bad-hair\",\"partner\":\"-\"}\n", "partner or reason is none" },
		{ "a source that is none", BEGIN PEER JUDGED(",\"source\":\"\""), "source is no domain" },
		{ "a target that is none", BEGIN PEER JUDGED(",\"target\":\"12\""), "target is no hash" },
		{ "another word of DNS", BEGIN PEER JUDGED(",\"dns\":\"maybe\""), "dns is not yes, no or unknown" },
		{ "an outcome to come", BEGIN "{\"event\":\"answered\",\"time_us\":1,\"number\":1,\"partner\":\"-\",\"outcome\":\"so-so\"}\n",
		    "outcome is not success, failure or neutral" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct story s = read_text(rows[i].text);

		CU_ASSERT_EQUAL(s.bad, 1);
		CU_ASSERT_EQUAL(s.wrong_line, s.lines);
		if (strcmp(s.wrong, rows[i].wrong))
			printf("%s: \"%s\"\n", rows[i].promise, s.wrong);
		CU_ASSERT_STRING_EQUAL(s.wrong, rows[i].wrong);
	}
}

static void passes_over(void)
{
	struct story s = read_text(BEGIN "{\"event\":\"peer\",\"time_us\":1000,\"peer\":8,\"na\n" PEER JUDGED("") "{\"event\":\"jud");

	CU_ASSERT_EQUAL(s.bad, 2);
	CU_ASSERT_EQUAL(s.events[RECORDED_JUDGED], 1);
	CU_ASSERT_EQUAL(s.wrong_line, 5);
	CU_ASSERT_STRING_EQUAL(s.wrong, "cut short: the record ends here");
	s = read_octets(BEGIN PEER JUDGED(""), strlen(BEGIN PEER JUDGED("")) - 1);
	CU_ASSERT_EQUAL(s.bad, 0);
	CU_ASSERT_EQUAL(s.events[RECORDED_JUDGED], 1);
	s = read_octets(BEGIN "\0\0\0\n" PEER JUDGED(""), strlen(BEGIN) + 4 + strlen(PEER JUDGED("")));
	CU_ASSERT_EQUAL(s.bad, 1);
	CU_ASSERT_EQUAL(s.events[RECORDED_JUDGED], 1);
	CU_ASSERT_EQUAL(read_text("").lines, 0);
}

static void bounds_a_line(void)
{
	size_t long_one = 3 * RECORD_LINE_MAX, size = strlen(BEGIN) + long_one + strlen("\n" PEER JUDGED(""));
	char *text = malloc(size + 1);
	struct story s;

	strcpy(text, BEGIN);
	memset(text + strlen(BEGIN), 'x', long_one);
	strcpy(text + strlen(BEGIN) + long_one, "\n" PEER JUDGED(""));
	s = read_octets(text, size);
	CU_ASSERT_EQUAL(s.bad, 1);
	CU_ASSERT_EQUAL(s.wrong_line, 2);
	CU_ASSERT_STRING_EQUAL(s.wrong, "longer than a line may be");
	CU_ASSERT_EQUAL(s.lines, 4);
	CU_ASSERT_EQUAL(s.events[RECORDED_JUDGED], 1);
	free(text);
}

/* What is known of a peer ends with its connection, and with the edge that told it. */
static void forgets_peers(void)
{
	CU_ASSERT_EQUAL(read_text(BEGIN PEER "{\"event\":\"closed\",\"time_us\":1,\"peer\":7}\n" JUDGED("")).events[RECORDED_JUDGED], 0);
	CU_ASSERT_EQUAL(read_text(BEGIN PEER BEGIN JUDGED("")).events[RECORDED_JUDGED], 0);
	CU_ASSERT_EQUAL(read_text(BEGIN PEER BEGIN PEER JUDGED("")).events[RECORDED_JUDGED], 1);
}

static void goes_on_behind_a_restart(void)
{
	struct story s = read_text(BEGIN PEER JUDGED("") BEGIN PEER JUDGED(""));

	CU_ASSERT_EQUAL(s.count, 4);
	CU_ASSERT_EQUAL(s.times[0], 1000);
	CU_ASSERT_EQUAL(s.times[1], 2000);
	CU_ASSERT_EQUAL(s.times[2], 2000);
	CU_ASSERT_EQUAL(s.times[3], 3000);
}

CU_TestInfo recording_tests[] = {
	{ "all that is recorded is read back", reads_all },
	{ "a line that is none is told with its number and what is wrong", says_what_is_wrong },
	{ "damaged lines, and one cut short, take no other with them", passes_over },
	{ "a line of any length needs no more memory", bounds_a_line },
	{ "a number names a peer as long as its connection lasts", forgets_peers },
	{ "the clock of a later start goes on where the one before was", goes_on_behind_a_restart },
	CU_TEST_INFO_NULL
};
