/* The ladder, row by row: with all below it speaking for something else. */
#include <string.h>

#include "../../policy/judge.h"
#include "holds.h"
#include "unit.h"

#define OWN_RATE 11
#define OWN_SUSPICIOUS 12
#define OWN_WATCH 13
#define PROVIDER_RATE 21
#define PROVIDER_SUSPICIOUS 22
#define PROVIDER_WATCH 23
#define ENTRY 31

static struct place line(int number)
{
	return (struct place){ "policy.conf", number };
}

static struct entry entry(enum stance stance, enum proof proof, bool limited)
{
	return (struct entry){
		.stance = stance, .proof = proof, .limited = limited, .place = line(ENTRY), .has_provider = true,
		.limits = { .rate_place = line(OWN_RATE), .suspicious_place = line(OWN_SUSPICIOUS), .watch_place = line(OWN_WATCH) },
		.provider_limits = { .rate_place = line(PROVIDER_RATE), .suspicious_place = line(PROVIDER_SUSPICIOUS),
		    .watch_place = line(PROVIDER_WATCH) },
	};
}

static const struct {
	const char *promise;
	enum reason fault;
	enum stance stance;
	enum proof proof;
	bool limited, recipient_list;
	enum reason reason;
	enum class class;
} before[] = {
	{ "a fault goes before a block", REASON_MALFORMED, STANCE_BLOCK, PROOF_NONE, false, true, REASON_MALFORMED, CLASS_NONE },
	{ "a fault goes before an allow entry", REASON_NOT_LOCAL, STANCE_ALLOW, PROOF_EDGE, false, true, REASON_NOT_LOCAL, CLASS_NONE },
	{ "REGISTER of an allowed partner is not taken", REASON_NOT_HERE, STANCE_ALLOW, PROOF_EDGE, false, false, REASON_NOT_HERE, CLASS_NONE },
	{ "a block goes before the certificate", REASON_NONE, STANCE_BLOCK, PROOF_CERTIFICATE, false, true, REASON_BLOCKED_DOMAIN, CLASS_BLOCKED },
	{ "a block needs no proof", REASON_NONE, STANCE_BLOCK, PROOF_NONE, false, true, REASON_BLOCKED_DOMAIN, CLASS_BLOCKED },
	{ "off goes before the certificate", REASON_NONE, STANCE_OFF, PROOF_CERTIFICATE, false, true, REASON_FEDERATION_OFF, CLASS_BLOCKED },
	{ "off needs no proof", REASON_NONE, STANCE_OFF, PROOF_NONE, false, true, REASON_FEDERATION_OFF, CLASS_BLOCKED },
	{ "who is not verified is not allowed", REASON_NONE, STANCE_ALLOW, PROOF_NONE, false, true, REASON_SOURCE_UNVERIFIED, CLASS_NONE },
	{ "nor in doubt", REASON_NONE, STANCE_ALLOW, PROOF_UNKNOWN, false, true, REASON_SOURCE_UNKNOWN, CLASS_NONE },
	{ "who is not verified is not told that doors are closed", REASON_NONE, STANCE_CLOSED, PROOF_NONE, false, true, REASON_SOURCE_UNVERIFIED, CLASS_NONE },
	{ "who is not verified is not discovered", REASON_NONE, STANCE_DISCOVER, PROOF_NONE, true, true, REASON_SOURCE_UNVERIFIED, CLASS_NONE },
	{ "nor in doubt, discovered", REASON_NONE, STANCE_DISCOVER, PROOF_UNKNOWN, true, true, REASON_SOURCE_UNKNOWN, CLASS_NONE },
	{ "an allowed partner needs no reading", REASON_NONE, STANCE_ALLOW, PROOF_CERTIFICATE, false, false, REASON_ALLOWED, CLASS_ALLOWED },
	{ "by its edge neither", REASON_NONE, STANCE_ALLOW, PROOF_EDGE, false, false, REASON_ALLOWED, CLASS_ALLOWED },
	{ "by its provider neither", REASON_NONE, STANCE_ALLOW, PROOF_PROVIDER, false, false, REASON_ALLOWED, CLASS_ALLOWED },
	{ "by DNS neither", REASON_NONE, STANCE_ALLOW, PROOF_DNS, false, false, REASON_ALLOWED, CLASS_ALLOWED },
	{ "an allowed partner may send to a list", REASON_NONE, STANCE_ALLOW, PROOF_EDGE, false, true, REASON_ALLOWED, CLASS_ALLOWED },
	{ "an allowed one with a rate too, if that lets it", REASON_NONE, STANCE_ALLOW, PROOF_EDGE, true, true, REASON_NONE, CLASS_ALLOWED },
	{ "closed doors stay closed", REASON_NONE, STANCE_CLOSED, PROOF_CERTIFICATE, false, true, REASON_NOT_ALLOWED, CLASS_BLOCKED },
	{ "a discovered partner does not send to a list", REASON_NONE, STANCE_DISCOVER, PROOF_CERTIFICATE, true, true, REASON_NOT_HERE, CLASS_NONE },
	{ "a discovered partner is measured", REASON_NONE, STANCE_DISCOVER, PROOF_DNS, true, false, REASON_NONE, CLASS_NONE },
};

static void tells_before_measuring(void)
{
	struct reading flood = { .known = true, .retry_us = 1, .class = CLASS_DISCOVERED };

	for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
		struct facts facts = { .fault = before[i].fault, .recipient_list = before[i].recipient_list };
		struct entry e = entry(before[i].stance, before[i].proof, before[i].limited);
		enum reason reason = judge_before(&facts, &e);

		HOLDS(reason == before[i].reason, before[i].promise);
		HOLDS(judge_class(&e, reason, NULL) == before[i].class, before[i].promise);
		if (reason == REASON_NONE)
			continue;
		HOLDS(judge(&facts, &e, NULL) == reason, before[i].promise);
		HOLDS(judge(&facts, &e, &flood) == reason, before[i].promise);
	}
}

#define REFUSED .known = true
#define ADMITTED .known = true, .admitted = true

static const struct {
	const char *promise;
	enum stance stance;
	struct reading seen;
	enum reason reason;
	enum class class;
	int line;
} measured[] = {
	{ "within all limits", STANCE_DISCOVER, { ADMITTED, .class = CLASS_DISCOVERED }, REASON_WITHIN_LIMITS, CLASS_DISCOVERED, ENTRY },
	{ "a suspicious one within its limit", STANCE_DISCOVER, { ADMITTED, .class = CLASS_SUSPICIOUS, .suspicious = true },
	  REASON_WITHIN_LIMITS, CLASS_SUSPICIOUS, ENTRY },
	{ "an allowed one within its own rate", STANCE_ALLOW, { ADMITTED, .class = CLASS_DISCOVERED }, REASON_ALLOWED, CLASS_ALLOWED, ENTRY },
	{ "who waits is paced", STANCE_DISCOVER, { ADMITTED, .wait_us = 1, .class = CLASS_DISCOVERED }, REASON_PACED, CLASS_DISCOVERED, OWN_RATE },
	{ "an allowed one is paced by its own rate", STANCE_ALLOW, { ADMITTED, .wait_us = 1, .class = CLASS_DISCOVERED }, REASON_PACED, CLASS_ALLOWED, OWN_RATE },
	{ "a suspicious one is paced by its rate", STANCE_DISCOVER, { ADMITTED, .wait_us = 1, .class = CLASS_SUSPICIOUS, .suspicious = true },
	  REASON_PACED, CLASS_SUSPICIOUS, OWN_SUSPICIOUS },
	{ "a tenant is paced by its provider's rate", STANCE_DISCOVER, { ADMITTED, .wait_us = 1, .class = CLASS_DISCOVERED, .provider_decided = true },
	  REASON_PACED, CLASS_DISCOVERED, PROVIDER_RATE },
	{ "over the rate", STANCE_DISCOVER, { REFUSED, .retry_us = 1, .class = CLASS_DISCOVERED }, REASON_RATE_LIMIT, CLASS_DISCOVERED, OWN_RATE },
	{ "an allowed one over its rate", STANCE_ALLOW, { REFUSED, .retry_us = 1, .class = CLASS_DISCOVERED }, REASON_RATE_LIMIT, CLASS_ALLOWED, OWN_RATE },
	{ "a suspicious one over its rate", STANCE_DISCOVER, { REFUSED, .retry_us = 1, .class = CLASS_SUSPICIOUS, .suspicious = true },
	  REASON_RATE_SUSPICIOUS, CLASS_SUSPICIOUS, OWN_SUSPICIOUS },
	{ "all tenants over the provider's rate", STANCE_DISCOVER, { REFUSED, .retry_us = 1, .class = CLASS_DISCOVERED, .provider_decided = true },
	  REASON_RATE_LIMIT, CLASS_DISCOVERED, PROVIDER_RATE },
	{ "the provider's rate does not make a suspicious tenant's fault", STANCE_DISCOVER,
	  { REFUSED, .retry_us = 1, .class = CLASS_SUSPICIOUS, .suspicious = true, .provider_decided = true },
	  REASON_RATE_LIMIT, CLASS_SUSPICIOUS, PROVIDER_RATE },
	{ "on the watch list", STANCE_DISCOVER, { REFUSED, .class = CLASS_WATCHED }, REASON_WATCH_LIST, CLASS_WATCHED, OWN_WATCH },
	{ "the usual rate refuses a suspicious one too", STANCE_DISCOVER,
	  { REFUSED, .retry_us = 1, .class = CLASS_SUSPICIOUS, .suspicious = true, .usual_decided = true },
	  REASON_RATE_LIMIT, CLASS_SUSPICIOUS, OWN_RATE },
	{ "suspicious and on the watch list", STANCE_DISCOVER, { REFUSED, .class = CLASS_WATCHED, .suspicious = true }, REASON_WATCH_LIST, CLASS_WATCHED, OWN_WATCH },
	{ "on the watch list by this message", STANCE_DISCOVER, { REFUSED, .class = CLASS_WATCHED, .became_watched = true }, REASON_WATCH_LIST, CLASS_WATCHED, OWN_WATCH },
	{ "that makes a discovered one watched", STANCE_DISCOVER, { REFUSED, .class = CLASS_DISCOVERED, .became_watched = true },
	  REASON_WATCH_LIST, CLASS_WATCHED, OWN_WATCH },
	{ "the provider on the watch list", STANCE_DISCOVER, { REFUSED, .class = CLASS_WATCHED, .provider_decided = true }, REASON_WATCH_LIST, CLASS_WATCHED, PROVIDER_WATCH },
	{ "a watched one that the list lets, but not the rate", STANCE_DISCOVER, { REFUSED, .retry_us = 1, .class = CLASS_WATCHED },
	  REASON_RATE_LIMIT, CLASS_WATCHED, OWN_RATE },
	{ "a watched one that is suspicious too", STANCE_DISCOVER, { REFUSED, .retry_us = 1, .class = CLASS_WATCHED, .suspicious = true },
	  REASON_RATE_SUSPICIOUS, CLASS_WATCHED, OWN_SUSPICIOUS },
	{ "what ends a watched one's call goes on", STANCE_DISCOVER, { ADMITTED, .class = CLASS_WATCHED }, REASON_WITHIN_LIMITS, CLASS_WATCHED, ENTRY },
	{ "the store cannot tell: never a quiet yes", STANCE_DISCOVER, { .known = false, .admitted = true, .class = CLASS_DISCOVERED }, REASON_BUSY, CLASS_NONE, ENTRY },
	{ "nor a partner's fault", STANCE_DISCOVER, { .known = false, .retry_us = 1, .class = CLASS_SUSPICIOUS }, REASON_BUSY, CLASS_NONE, ENTRY },
};

static void judges_what_was_measured(void)
{
	struct facts facts = { .method = METHOD_INVITE };

	for (size_t i = 0; i < sizeof measured / sizeof measured[0]; i++) {
		struct entry e = entry(measured[i].stance, PROOF_CERTIFICATE, true);
		const struct reading *seen = &measured[i].seen;
		enum reason reason = judge(&facts, &e, seen);

		HOLDS(reason == measured[i].reason, measured[i].promise);
		HOLDS(judge_class(&e, reason, seen) == measured[i].class, measured[i].promise);
		HOLDS(judge_place(&e, reason, seen).line == measured[i].line, measured[i].promise);
	}
}

static void without_a_reading_nobody_passes(void)
{
	struct facts facts = { .method = METHOD_INVITE };
	struct entry e = entry(STANCE_DISCOVER, PROOF_CERTIFICATE, true);

	CU_ASSERT_EQUAL(judge(&facts, &e, NULL), REASON_BUSY);
	CU_ASSERT_EQUAL(judge_class(&e, REASON_BUSY, NULL), CLASS_NONE);
}

static void what_ends_a_call_keeps_its_reason(void)
{
	struct facts facts = { .method = METHOD_ACK, .proven = true };
	struct entry e = entry(STANCE_DISCOVER, PROOF_CERTIFICATE, true);
	struct reading seen = { REFUSED, .retry_us = 1, .class = CLASS_DISCOVERED };

	CU_ASSERT_EQUAL(judge(&facts, &e, &seen), REASON_RATE_LIMIT);
}

static void names_the_line(void)
{
	struct entry e = entry(STANCE_BLOCK, PROOF_NONE, false);

	CU_ASSERT_EQUAL(judge_place(&e, REASON_BLOCKED_DOMAIN, NULL).line, ENTRY);
	CU_ASSERT_EQUAL(judge_place(&e, REASON_FEDERATION_OFF, NULL).line, ENTRY);
	CU_ASSERT_EQUAL(judge_place(&e, REASON_SOURCE_UNVERIFIED, NULL).line, ENTRY);
	CU_ASSERT_EQUAL(judge_place(&e, REASON_NOT_ALLOWED, NULL).line, ENTRY);
	CU_ASSERT_EQUAL(judge_place(&e, REASON_ALLOWED, NULL).line, ENTRY);
	CU_ASSERT_EQUAL(judge_place(&e, REASON_RATE_LIMIT, NULL).line, OWN_RATE);
	CU_ASSERT_EQUAL(judge_place(&e, REASON_PACED, NULL).line, OWN_RATE);
}

static const enum reason faults[] = {
	REASON_MALFORMED, REASON_TOO_LARGE, REASON_BAD_VERSION, REASON_BAD_SCHEME, REASON_BAD_EXTENSION,
	REASON_TOO_MANY_HOPS, REASON_NO_BREADTH, REASON_LOOP, REASON_NOT_LOCAL, REASON_BAD_ROUTE, REASON_NOT_HERE,
};

static void no_line_makes_a_message_malformed(void)
{
	struct entry e = entry(STANCE_ALLOW, PROOF_CERTIFICATE, false);

	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		HOLDS(!judge_place(&e, faults[i], NULL).file, reason_row(faults[i])->token);
		HOLDS(judge_class(&e, faults[i], NULL) == CLASS_NONE, reason_row(faults[i])->token);
	}
}

static void observers_let_limits_go(void)
{
	struct entry e = entry(STANCE_DISCOVER, PROOF_CERTIFICATE, true);

	for (enum reason r = REASON_NONE; r < REASONS; r++) {
		bool limit = r == REASON_PACED || r == REASON_WATCH_LIST || r == REASON_RATE_LIMIT || r == REASON_RATE_SUSPICIOUS;

		e.observe = true;
		HOLDS(judge_is_waived(&e, r) == limit, reason_row(r)->token);
		e.observe = false;
		HOLDS(!judge_is_waived(&e, r), reason_row(r)->token);
	}
}

static void knows_what_ends_a_call(void)
{
	static const struct {
		const char *promise;
		enum method method;
		bool ends;
	} rows[] = {
		{ "ACK", METHOD_ACK, true },
		{ "BYE", METHOD_BYE, true },
		{ "CANCEL", METHOD_CANCEL, true },
		{ "PRACK", METHOD_PRACK, true },
		{ "INVITE", METHOD_INVITE, false },
		{ "OPTIONS", METHOD_OPTIONS, false },
		{ "REGISTER", METHOD_REGISTER, false },
		{ "PUBLISH", METHOD_PUBLISH, false },
		{ "any other", METHOD_OTHER, false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct facts facts = { .method = rows[i].method, .proven = true };

		HOLDS(facts_ends_call(&facts) == rows[i].ends, rows[i].promise);
		facts.proven = false;
		HOLDS(!facts_ends_call(&facts), rows[i].promise);
	}
}

CU_TestInfo judge_tests[] = {
	{ "rows 1 to 6 are told before anything is measured", tells_before_measuring },
	{ "rows 7 to 11 follow the reading, and name the class and the line", judges_what_was_measured },
	{ "without a reading nobody passes whom limits hold", without_a_reading_nobody_passes },
	{ "what ends a call and finds no slot has the reason of any other", what_ends_a_call_keeps_its_reason },
	{ "the line that decided is named", names_the_line },
	{ "no line of the policy makes a message malformed", no_line_makes_a_message_malformed },
	{ "an observer lets go what limits would hold, and nothing else", observers_let_limits_go },
	{ "ACK, BYE, CANCEL and PRACK with proof end a call", knows_what_ends_a_call },
	CU_TEST_INFO_NULL
};
