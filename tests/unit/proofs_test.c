/* What DNS said of the sources of one connection. */
#include <stdio.h>
#include <string.h>

#include "../../gateway/proofs.h"
#include "unit.h"

static const struct siphash_key key = { "a connection's" };

static struct domain source(unsigned number)
{
	struct domain d;
	char text[40];

	snprintf(text, sizeof text, "d%u.contoso.example", number);
	CU_ASSERT_TRUE(domain_parse(&d, text, strlen(text)));
	return d;
}

static enum proof known(const struct proofs *p, unsigned number, int64_t now)
{
	struct domain d = source(number);
	int64_t until;
	enum proof proof;

	return proofs_find(p, &key, &d, now, &proof, &until) ? proof : PROOF_UNKNOWN;
}

static void keep(struct proofs **p, unsigned number, enum proof proof, int64_t until)
{
	struct domain d = source(number);

	proofs_keep(p, &key, &d, proof, until);
}

static void yes_and_no_hold_for_their_time(void)
{
	struct proofs *p = NULL;

	CU_ASSERT_EQUAL(known(p, 1, 0), PROOF_UNKNOWN);
	keep(&p, 1, PROOF_DNS, 100);
	keep(&p, 2, PROOF_NONE, 50);
	CU_ASSERT_EQUAL(known(p, 1, 99), PROOF_DNS);
	CU_ASSERT_EQUAL(known(p, 1, 100), PROOF_UNKNOWN);
	CU_ASSERT_EQUAL(known(p, 2, 49), PROOF_NONE);
	CU_ASSERT_EQUAL(known(p, 2, 50), PROOF_UNKNOWN);
	CU_ASSERT_EQUAL(known(p, 3, 0), PROOF_UNKNOWN);
	keep(&p, 2, PROOF_DNS, 200);
	CU_ASSERT_EQUAL(known(p, 2, 150), PROOF_DNS);
	proofs_free(p);
}

static void a_connection_keeps_256(void)
{
	struct proofs *p = NULL;
	unsigned kept = 0;

	for (unsigned i = 0; i < 1000; i++)
		keep(&p, i, PROOF_DNS, 1000 + i);
	for (unsigned i = 0; i < 1000; i++)
		kept += known(p, i, 0) == PROOF_DNS;
	CU_ASSERT_EQUAL(kept, 256);
	CU_ASSERT_TRUE(known(p, 999, 0) == PROOF_DNS && known(p, 744, 0) == PROOF_DNS && known(p, 743, 0) == PROOF_UNKNOWN);
	proofs_free(p);
	proofs_free(NULL);
}

CU_TestInfo proofs_tests[] = {
	{ "yes and no hold for their time", yes_and_no_hold_for_their_time },
	{ "a connection keeps 256, those that end first go", a_connection_keeps_256 },
	CU_TEST_INFO_NULL
};
