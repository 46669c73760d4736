/* The table of reasons keeps its promises to those who read its tokens. */
#include <stdio.h>
#include <string.h>

#include "../../policy/reason.h"
#include "holds.h"
#include "unit.h"

/* Numbers and tokens are a contract with people's scripts: this list is the
 * second one on purpose. A new reason is added, an old one is never changed. */
static const struct {
	enum reason reason;
	const char *is;
} contract[] = {
	{ REASON_ALLOWED, "1 allowed forward 0" },
	{ REASON_WITHIN_LIMITS, "2 within-limits forward 0" },
	{ REASON_PACED, "3 paced delay 0" },
	{ REASON_MALFORMED, "4 malformed refuse 400" },
	{ REASON_TOO_LARGE, "5 too-large refuse 413" },
	{ REASON_BAD_VERSION, "6 bad-version refuse 505" },
	{ REASON_BAD_SCHEME, "7 bad-scheme refuse 416" },
	{ REASON_BAD_EXTENSION, "8 bad-extension refuse 420" },
	{ REASON_TOO_MANY_HOPS, "9 too-many-hops refuse 483" },
	{ REASON_LOOP, "10 loop refuse 482" },
	{ REASON_NOT_LOCAL, "11 not-local refuse 403" },
	{ REASON_BAD_ROUTE, "12 bad-route refuse 403" },
	{ REASON_NOT_HERE, "13 not-here refuse 403" },
	{ REASON_BLOCKED_DOMAIN, "14 blocked-domain refuse 403" },
	{ REASON_FEDERATION_OFF, "15 federation-off refuse 403" },
	{ REASON_SOURCE_UNVERIFIED, "16 source-unverified refuse 403" },
	{ REASON_SOURCE_UNKNOWN, "17 source-unknown refuse 403" },
	{ REASON_NOT_ALLOWED, "18 not-allowed refuse 403" },
	{ REASON_WATCH_LIST, "19 watch-list refuse 403" },
	{ REASON_RATE_SUSPICIOUS, "20 rate-suspicious refuse 503" },
	{ REASON_RATE_LIMIT, "21 rate-limit refuse 503" },
	{ REASON_NEXT_HOP_DOWN, "22 next-hop-down refuse 503" },
	{ REASON_NEXT_HOP_SILENT, "23 next-hop-silent refuse 408" },
	{ REASON_BUSY, "24 busy refuse 503" },
	{ REASON_CANCELLED, "25 cancelled refuse 487" },
	{ REASON_PARTNER_GONE, "26 partner-gone refuse 480" },
	{ REASON_CONNECTION_CLOSED, "27 connection-closed drop 0" },
	{ REASON_ACK_OURS, "28 ack-ours drop 0" },
	{ REASON_ACK_EXTRA, "29 ack-extra drop 0" },
	{ REASON_NO_ROUTE, "30 no-route refuse 504" },
	{ REASON_DNS_UNKNOWN, "31 dns-unknown refuse 504" },
	{ REASON_PARTNER_UNREACHABLE, "32 partner-unreachable refuse 504" },
	{ REASON_NO_BREADTH, "33 no-breadth refuse 440" },
};

static void keeps_its_contract(void)
{	for (size_t i = 0; i < sizeof contract / sizeof contract[0]; i++) {
		const struct reason_row *row = reason_row(contract[i].reason);
		char is[80];

		snprintf(is, sizeof is, "%d %s %s %d", row->number, row->token, verdict_token(row->verdict), row->status);
		HOLDS(strcmp(is, contract[i].is) == 0, contract[i].is);
	}
}

static void numbers_and_tokens_are_unique(void)
{
	for (enum reason a = REASON_NONE; a < REASONS; a++) {
		for (enum reason b = a + 1; b < REASONS; b++) {
			HOLDS(reason_row(a)->number != reason_row(b)->number, reason_row(a)->token);
			HOLDS(strcmp(reason_row(a)->token, reason_row(b)->token) != 0, reason_row(a)->token);
		}
	}
}

static void only_a_refusal_is_answered(void)
{
	for (enum reason r = REASON_NONE; r < REASONS; r++) {
		const struct reason_row *row = reason_row(r);

		HOLDS((row->verdict == VERDICT_REFUSE) == (row->status >= 400), row->token);
		HOLDS(row->status == 0 || (row->status >= 400 && row->status <= 699), row->token);
	}
}

static void sentences_fit_a_quoted_header(void)
{
	for (enum reason r = REASON_NONE; r < REASONS; r++) {
		const struct reason_row *row = reason_row(r);

		HOLDS(row->sentence[0] != '\0' && !strpbrk(row->sentence, "\"\\\r\n"), row->token);
		HOLDS(strspn(row->token, "abcdefghijklmnopqrstuvwxyz-") == strlen(row->token), row->token);
	}
}

static void what_is_no_reason_refuses(void)
{
	CU_ASSERT_EQUAL(reason_row(REASON_NONE)->number, 0);
	CU_ASSERT_EQUAL(reason_row(REASON_NONE)->verdict, VERDICT_REFUSE);
	CU_ASSERT_PTR_EQUAL(reason_row(REASONS), reason_row(REASON_NONE));
}

CU_TestInfo reason_tests[] = {
	{ "numbers, tokens, verdicts and statuses stay what they are", keeps_its_contract },
	{ "no two reasons share a number or a token", numbers_and_tokens_are_unique },
	{ "a status of 400 and more goes with a refusal, none with anything else", only_a_refusal_is_answered },
	{ "sentences and tokens can be sent in a header as they are", sentences_fit_a_quoted_header },
	{ "what is not decided is never let through", what_is_no_reason_refuses },
	CU_TEST_INFO_NULL
};
