/* Facts and the law: who may speak for whom, which entry applies, who pays. A
 * verdict is told as "stance by proof as key, line". */
#include <stdio.h>
#include <string.h>

#include "holds.h"
#include "told.h"
#include "unit.h"

static const char *describe(const struct entry *e, char out[TEXT])
{
	static const char *const stances[] = { "block", "off", "allow", "closed", "discover" };
	static const char *const proofs[] = { "nothing", "doubt", "certificate", "edge", "provider", "dns" };
	char key[PARTNER_KEY_MAX];

	if (partner_key(&e->partner, key) == 0)
		strcpy(key, "nobody");
	snprintf(out, TEXT, "%s by %s as %s, %d", stances[e->stance], proofs[e->proof], key, e->place.line);
	return out;
}

struct row {
	const char *promise, *policy, *certificate, *source, *verdict;
	enum proof dns;
};

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		struct entry entry = ask(row->policy, row->certificate, row->source, row->dns ? row->dns : PROOF_NONE);
		char said[TEXT], message[3 * TEXT];

		snprintf(message, sizeof message, "%s: %s", row->promise, describe(&entry, said));
		HOLDS(strcmp(said, row->verdict) == 0, message);
	}
}

#define CHECK(rows) check_rows(rows, sizeof rows / sizeof rows[0])

#define DISCOVERED "discover by certificate as dcontoso.com, 102"
#define UNVERIFIED "discover by nothing as nobody, 102"

static void limits_follow_the_certificate(void)
{
	static const struct row rows[] = {
		{ "a name proves itself", "", "contoso.com", "contoso.com", DISCOVERED, 0 },
		{ "sip.D proves D", "", "sip.contoso.com", "contoso.com", DISCOVERED, 0 },
		{ "a sub-domain is charged to its organisation", "", "it.contoso.com", "it.contoso.com", DISCOVERED, 0 },
		{ "a wildcard proves each sub-domain, for one partner", "", "*.contoso.com", "a.contoso.com", DISCOVERED, 0 },
		{ "a wildcard covers sip.D", "", "*.contoso.com", "contoso.com", DISCOVERED, 0 },
		{ "a wildcard does not prove two labels more", "", "*.contoso.com", "a.b.contoso.com", UNVERIFIED, 0 },
		{ "another domain of the certificate is the same partner", "", "contoso.com fabrikam.com", "fabrikam.com", DISCOVERED, 0 },
		{ "the first name that has an organisation names it", "", "com contoso.com", "contoso.com", DISCOVERED, 0 },
		{ "below a public suffix of two labels as well", "", "sip.contoso.co.uk", "contoso.co.uk", "discover by certificate as dcontoso.co.uk, 102", 0 },
		{ "a foreign From is not verified", "", "contoso.com", "fabrikam.com", UNVERIFIED, 0 },
		{ "a sub-domain of a name is not verified", "", "contoso.com", "it.contoso.com", UNVERIFIED, 0 },
		{ "the parent of a name is not verified", "", "it.contoso.com", "contoso.com", UNVERIFIED, 0 },
		{ "sip.sip.D does not prove D", "", "sip.sip.contoso.com", "contoso.com", UNVERIFIED, 0 },
		{ "a From that is no domain is not verified", "", "contoso.com", "", UNVERIFIED, 0 },
		{ "not even by DNS", "", "contoso.com", "", UNVERIFIED, PROOF_DNS },
		{ "not even by a provider of all", "provider uc edge.uc.net *", "edge.uc.net", "", UNVERIFIED, 0 },
		{ "a certificate without organisation proves nothing, not even itself", "", "com", "com", UNVERIFIED, 0 },
		{ "not even with DNS", "", "com", "com", UNVERIFIED, PROOF_DNS },
		{ "not even an allow entry's edge", "allow com edge com", "com", "com", "allow by nothing as nobody, 1", 0 },
		{ "nor is such a peer in doubt", "", "com", "contoso.com", UNVERIFIED, PROOF_UNKNOWN },
		{ "a wildcard below a public suffix proves nothing", "", "*.com", "contoso.com", UNVERIFIED, 0 },
		{ "not even beside a good name", "", "fabrikam.com *.com", "contoso.com", UNVERIFIED, 0 },
		{ "nobody outside speaks for us", "local example.com", "example.com", "example.com", UNVERIFIED, 0 },
		{ "not even an allowed one", "local example.com;allow example.com", "example.com", "example.com", "allow by nothing as nobody, 2", 0 },
		{ "not even with DNS in doubt", "local example.com", "example.com", "example.com", UNVERIFIED, PROOF_UNKNOWN },
		{ "a sub-domain of ours may be another's", "local contoso.com", "it.contoso.com", "it.contoso.com", DISCOVERED, 0 },
	};

	CHECK(rows);
}

static void dns_proves_last(void)
{
	static const struct row rows[] = {
		{ "DNS proves", "", "sip.contoso.com", "it.contoso.com", "discover by dns as dcontoso.com, 102", PROOF_DNS },
		{ "DNS in doubt leaves it in doubt", "", "contoso.com", "it.contoso.com", "discover by doubt as nobody, 102", PROOF_UNKNOWN },
		{ "the certificate goes before DNS", "", "contoso.com", "contoso.com", DISCOVERED, PROOF_DNS },
		{ "doubt does not matter where the certificate proves", "", "contoso.com", "contoso.com", DISCOVERED, PROOF_UNKNOWN },
		{ "without discovery DNS proves nothing", "closed", "contoso.com", "it.contoso.com", "closed by nothing as nobody, 102", PROOF_DNS },
		{ "without discovery there is no doubt", "closed", "contoso.com", "it.contoso.com", "closed by nothing as nobody, 102", PROOF_UNKNOWN },
		{ "an allowed domain may be proven by DNS", "allow contoso.com", "sip.contoso.com", "it.contoso.com", "allow by dns as acontoso.com, 1", PROOF_DNS },
		{ "DNS proves by nothing but its own answer", "", "contoso.com", "it.contoso.com", UNVERIFIED, PROOF_CERTIFICATE },
	};

	CHECK(rows);
}

static void the_longest_match_wins(void)
{
	static const struct row rows[] = {
		{ "an entry covers its domain", "allow contoso.com", "contoso.com", "contoso.com", "allow by certificate as acontoso.com, 1", 0 },
		{ "an entry covers sub-domains", "allow contoso.com", "it.contoso.com", "it.contoso.com", "allow by certificate as acontoso.com, 1", 0 },
		{ "an entry ends at label boundaries", "allow contoso.com", "subcontoso.com", "subcontoso.com", "discover by certificate as dsubcontoso.com, 102", 0 },
		{ "an allow entry below a block", "block contoso.com;allow partner.contoso.com", "partner.contoso.com", "partner.contoso.com",
		  "allow by certificate as apartner.contoso.com, 2", 0 },
		{ "in either order", "allow partner.contoso.com;block contoso.com", "partner.contoso.com", "partner.contoso.com",
		  "allow by certificate as apartner.contoso.com, 1", 0 },
		{ "a block below an allow entry", "allow contoso.com;block it.contoso.com", "it.contoso.com", "it.contoso.com", "block by nothing as nobody, 2", 0 },
		{ "beside that block it is allowed", "allow contoso.com;block it.contoso.com", "hr.contoso.com", "hr.contoso.com", "allow by certificate as acontoso.com, 1", 0 },
		{ "the longer of two allow entries is the partner", "allow contoso.com;allow it.contoso.com", "a.it.contoso.com", "a.it.contoso.com",
		  "allow by certificate as ait.contoso.com, 2", 0 },
		{ "a domain allowed but not proven is nobody's", "allow contoso.com", "fabrikam.com", "contoso.com", "allow by nothing as nobody, 1", 0 },
		{ "in doubt it is nobody's either", "allow contoso.com", "sip.contoso.com", "it.contoso.com", "allow by doubt as nobody, 1", PROOF_UNKNOWN },
		{ "the certificate alone makes nobody allowed", "allow contoso.com", "contoso.com fabrikam.com", "fabrikam.com", DISCOVERED, 0 },
	};

	CHECK(rows);
}

static void edges_choose_their_entries(void)
{
	static const struct row rows[] = {
		{ "the edge of an entry proves its domain", "allow fabrikam.com edge sip.hoster.net", "sip.hoster.net", "fabrikam.com", "allow by edge as afabrikam.com, 1", 0 },
		{ "and its sub-domains", "allow fabrikam.com edge sip.hoster.net", "sip.hoster.net", "it.fabrikam.com", "allow by edge as afabrikam.com, 1", 0 },
		{ "a wildcard may match an edge", "allow fabrikam.com edge sip.hoster.net", "*.hoster.net", "fabrikam.com", "allow by edge as afabrikam.com, 1", 0 },
		{ "an edge proves no other domain", "allow fabrikam.com edge sip.hoster.net", "sip.hoster.net", "tailspin.com", UNVERIFIED, 0 },
		{ "an edge is not covered by its parent", "allow fabrikam.com edge sip.hoster.net", "hoster.net", "fabrikam.com", UNVERIFIED, 0 },
		{ "a name goes before an edge", "allow contoso.com edge contoso.com", "contoso.com", "contoso.com", "allow by certificate as acontoso.com, 1", 0 },
		{ "for another peer the entry is passed over: it is discovered", "allow contoso.com edge sip.hoster.net", "contoso.com", "contoso.com", DISCOVERED, 0 },
		{ "or has the next shorter entry", "allow contoso.com;allow it.contoso.com edge sip.hoster.net", "it.contoso.com", "it.contoso.com",
		  "allow by certificate as acontoso.com, 1", 0 },
		{ "or the next shorter block", "block contoso.com;allow it.contoso.com edge sip.hoster.net", "it.contoso.com", "it.contoso.com",
		  "block by nothing as nobody, 1", 0 },
		{ "passed over with discovery off nobody gets in", "closed;allow contoso.com edge sip.hoster.net", "contoso.com", "contoso.com",
		  "closed by certificate as dcontoso.com, 102", 0 },
	};

	CHECK(rows);
}

#define HOSTED "provider uc edge.uc.net *"

static void providers_have_tenants(void)
{
	static const struct row rows[] = {
		{ "a provider of all covers any domain", HOSTED, "edge.uc.net", "tenant.com", "discover by provider as tuc/tenant.com, 1", 0 },
		{ "each tenant domain is a partner of its own", HOSTED, "edge.uc.net", "a.tenant.com", "discover by provider as tuc/a.tenant.com, 1", 0 },
		{ "a listed domain is covered", "provider uc edge.uc.net a.com b.com", "edge.uc.net", "b.com", "discover by provider as tuc/b.com, 1", 0 },
		{ "and its sub-domains", "provider uc edge.uc.net a.com b.com", "edge.uc.net", "x.b.com", "discover by provider as tuc/x.b.com, 1", 0 },
		{ "no other domain is", "provider uc edge.uc.net a.com b.com", "edge.uc.net", "xb.com", UNVERIFIED, 0 },
		{ "another peer is not the provider", HOSTED, "contoso.com", "tenant.com", UNVERIFIED, 0 },
		{ "its own name is the provider's own partner", HOSTED, "edge.uc.net", "edge.uc.net", "discover by certificate as duc.net, 102", 0 },
		{ "we are not its tenant", "local example.com;" HOSTED, "edge.uc.net", "example.com", UNVERIFIED, 0 },
		{ "an allowed domain is not its tenant", HOSTED ";allow contoso.com", "edge.uc.net", "contoso.com", "allow by nothing as nobody, 2", 0 },
		{ "nor is one below", HOSTED ";allow contoso.com", "edge.uc.net", "it.contoso.com", "allow by nothing as nobody, 2", 0 },
		{ "nor one whose entry is for another edge", HOSTED ";allow contoso.com edge sip.contoso.com", "edge.uc.net", "contoso.com", UNVERIFIED, 0 },
		{ "nor one that another provider hosts", HOSTED ";provider two edge.two.net *;allow contoso.com at two", "edge.uc.net", "contoso.com", UNVERIFIED, 0 },
		{ "an entry that names it lets it", HOSTED ";allow contoso.com at uc", "edge.uc.net", "contoso.com", "allow by provider as acontoso.com, 2", 0 },
		{ "the longest entry tells", HOSTED ";allow contoso.com;allow it.contoso.com at uc", "edge.uc.net", "it.contoso.com",
		  "allow by provider as ait.contoso.com, 3", 0 },
		{ "not a shorter one", HOSTED ";allow contoso.com at uc;allow it.contoso.com edge x.net", "edge.uc.net", "it.contoso.com",
		  "allow by nothing as nobody, 2", 0 },
		{ "the domain by itself does not have that entry", HOSTED ";allow contoso.com at uc", "contoso.com", "contoso.com", DISCOVERED, 0 },
		{ "an entry with edge and provider is for either: the edge", HOSTED ";allow contoso.com edge sip.x.net at uc", "sip.x.net", "contoso.com",
		  "allow by edge as acontoso.com, 2", 0 },
		{ "an entry with edge and provider is for either: the provider", HOSTED ";allow contoso.com edge sip.x.net at uc", "edge.uc.net", "contoso.com",
		  "allow by provider as acontoso.com, 2", 0 },
		{ "that entry gives a provider no domain it does not cover", "provider uc edge.uc.net a.com;allow contoso.com at uc", "edge.uc.net", "contoso.com",
		  "allow by nothing as nobody, 2", 0 },
		{ "the provider goes before DNS", HOSTED, "edge.uc.net", "tenant.com", "discover by provider as tuc/tenant.com, 1", PROOF_UNKNOWN },
		{ "of two providers with one certificate the one that covers proves", "provider uc edge.uc.net a.com;provider two edge.two.net b.com",
		  "edge.uc.net edge.two.net", "b.com", "discover by provider as ttwo/b.com, 2", 0 },
		{ "with discovery off a tenant is not let in", "closed;" HOSTED, "edge.uc.net", "tenant.com", "closed by provider as tuc/tenant.com, 102", 0 },
	};

	CHECK(rows);
}

#define BLOCKED "block by nothing as nobody, 1"

static void blocks_look_at_all_names(void)
{
	static const struct row rows[] = {
		{ "a blocked source is blocked", "block contoso.com", "contoso.com", "contoso.com", BLOCKED, 0 },
		{ "its sub-domains are", "block contoso.com", "it.contoso.com", "it.contoso.com", BLOCKED, 0 },
		{ "a longer label is not", "block contoso.com", "subcontoso.com", "subcontoso.com", "discover by certificate as dsubcontoso.com, 102", 0 },
		{ "a blocked source nobody proves is blocked all the same", "block contoso.com", "fabrikam.com", "contoso.com", BLOCKED, 0 },
		{ "a blocked name of the certificate blocks another source", "block contoso.com", "fabrikam.com contoso.com", "fabrikam.com", BLOCKED, 0 },
		{ "so it does without a source", "block contoso.com", "contoso.com", "", BLOCKED, 0 },
		{ "so it does for an allowed source", "block contoso.com;allow fabrikam.com", "fabrikam.com contoso.com", "fabrikam.com", BLOCKED, 0 },
		{ "a blocked wildcard blocks", "block contoso.com", "fabrikam.com *.contoso.com", "fabrikam.com", BLOCKED, 0 },
		{ "so does one further down", "block contoso.com", "fabrikam.com *.it.contoso.com", "fabrikam.com", BLOCKED, 0 },
		{ "a certificate without organisation is blocked too", "block com", "com", "com", BLOCKED, 0 },
		{ "an allow entry below the block saves a name", "block contoso.com;allow partner.contoso.com", "sip.partner.contoso.com", "partner.contoso.com",
		  "allow by certificate as apartner.contoso.com, 2", 0 },
		{ "it saves that name only", "block contoso.com;allow partner.contoso.com", "sip.partner.contoso.com hr.contoso.com", "partner.contoso.com", BLOCKED, 0 },
		{ "it saves nobody whom it is not for", "block contoso.com;allow partner.contoso.com edge x.net", "sip.partner.contoso.com", "fabrikam.com", BLOCKED, 0 },
		{ "a provider is not blocked for the name of a tenant", "block tenant.com;" HOSTED, "edge.uc.net tenant.com", "other.com",
		  "discover by provider as tuc/other.com, 2", 0 },
		{ "the source it speaks for may be", "block tenant.com;" HOSTED, "edge.uc.net tenant.com", "tenant.com", BLOCKED, 0 },
		{ "a block goes before the switch", "block contoso.com;off", "contoso.com", "contoso.com", BLOCKED, 0 },
		{ "the switch goes before an allow entry", "off;allow contoso.com", "contoso.com", "contoso.com", "off by nothing as nobody, 101", 0 },
		{ "an allow entry goes before closed doors", "closed;allow contoso.com", "contoso.com", "contoso.com", "allow by certificate as acontoso.com, 2", 0 },
		{ "closed doors with an empty list let nobody in", "closed", "contoso.com", "contoso.com", "closed by certificate as dcontoso.com, 102", 0 },
	};

	CHECK(rows);
}

static void a_long_source_has_no_sip_name(void)
{
	char label[64], source[DOMAIN_MAX + 1];
	struct entry entry;

	snprintf(label, sizeof label, "%063d", 0);
	label[0] = 'a';
	snprintf(source, sizeof source, "%s.%s.%s.%.57s.com", label, label, label, label);
	CU_ASSERT_EQUAL(strlen(source), DOMAIN_MAX);
	entry = ask("", "contoso.com", source, PROOF_NONE);
	CU_ASSERT_EQUAL(entry.proof, PROOF_NONE);
	entry = ask("", source, source, PROOF_NONE);
	CU_ASSERT_EQUAL(entry.proof, PROOF_CERTIFICATE);
}

static void the_discovered_have_the_limits_of_all(void)
{
	struct entry e = ask("", "contoso.com", "contoso.com", PROOF_NONE);

	CU_ASSERT_TRUE(e.limited && !e.has_provider && !e.observe);
	CU_ASSERT_TRUE(e.limits.rate.count == 20 && e.limits.distinct_uris == 1000 && e.limits.min_responses == 20);
	e = ask("", "contoso.com", "fabrikam.com", PROOF_NONE);
	CU_ASSERT_FALSE(e.limited);
	e = ask("closed", "contoso.com", "contoso.com", PROOF_NONE);
	CU_ASSERT_FALSE(e.limited);
}

static void the_allowed_have_their_own_rate_or_none(void)
{
	struct entry e = ask("allow contoso.com", "contoso.com", "contoso.com", PROOF_NONE);

	CU_ASSERT_TRUE(!e.limited && !e.has_provider && !e.observe);
	CU_ASSERT_TRUE(e.limits.rate.count == 0 && e.limits.distinct_uris == 0 && e.limits.min_responses == 0);
	e = ask("block a.com;allow contoso.com rate 300/5m", "contoso.com", "contoso.com", PROOF_NONE);
	CU_ASSERT_TRUE(e.limited);
	CU_ASSERT_TRUE(e.limits.rate.count == 300 && e.limits.rate.period_us == 300000000);
	CU_ASSERT_TRUE(e.limits.suspicious_rate.count == 300 && e.limits.suspicious_rate.period_us == 300000000);
	CU_ASSERT_TRUE(e.limits.distinct_uris == 0 && e.limits.min_responses == 0);
	CU_ASSERT_TRUE(e.limits.max_delay_us == 2000000 && e.limits.max_waiting == 64);
	CU_ASSERT_TRUE(e.limits.rate_place.line == 2 && e.place.line == 2);
	e = ask("allow contoso.com rate 300/5m", "fabrikam.com", "contoso.com", PROOF_NONE);
	CU_ASSERT_FALSE(e.limited);
}

static void tenants_share_their_providers_limits(void)
{
	struct entry e = ask("block a.com;" HOSTED, "edge.uc.net", "tenant.com", PROOF_NONE);

	CU_ASSERT_TRUE(e.limited && e.has_provider);
	CU_ASSERT_TRUE(e.limits.rate.count == 20 && e.limits.distinct_uris == 1000 && e.limits.min_responses == 20);
	CU_ASSERT_TRUE(e.provider.kind == PARTNER_PROVIDER && strcmp(e.provider.provider, "uc") == 0 && e.provider.domain.length == 0);
	CU_ASSERT_TRUE(e.provider_limits.rate.count == 400 && e.provider_limits.distinct_uris == 20000);
	CU_ASSERT_TRUE(e.provider_limits.min_responses == 0 && e.provider_limits.watch_hold_us == e.limits.watch_hold_us);
	CU_ASSERT_TRUE(e.provider_limits.rate_place.line == 2 && e.provider_limits.watch_place.line == 2);
	CU_ASSERT_EQUAL(e.max_tenants, 5);
	e = ask(HOSTED ";allow contoso.com at uc", "edge.uc.net", "contoso.com", PROOF_NONE);
	CU_ASSERT_FALSE(e.has_provider);
	e = ask(HOSTED, "edge.uc.net", "edge.uc.net", PROOF_NONE);
	CU_ASSERT_FALSE(e.has_provider);
}

static void observes_all_or_one(void)
{
	struct entry e = ask("observe", "contoso.com", "contoso.com", PROOF_NONE);

	CU_ASSERT_TRUE(e.observe);
	e = ask("observe;allow contoso.com rate 5/s", "contoso.com", "contoso.com", PROOF_NONE);
	CU_ASSERT_TRUE(e.observe);
	e = ask("allow contoso.com rate 5/s observe", "contoso.com", "contoso.com", PROOF_NONE);
	CU_ASSERT_TRUE(e.observe);
	e = ask("allow contoso.com rate 5/s observe", "fabrikam.com", "fabrikam.com", PROOF_NONE);
	CU_ASSERT_FALSE(e.observe);
}

static bool may_vary(const char *policy, const char *certificate)
{
	struct ruleset *law = law_of(policy);
	struct stranger s;
	bool may;

	meet(&s, certificate);
	may = match_may_vary(law, &s.peer);
	ruleset_unref(law);
	return may;
}

static void knows_who_may_vary(void)
{
	static const struct {
		const char *promise, *policy, *certificate;
		bool may_vary;
	} rows[] = {
		{ "without entries nobody", "", "contoso.com", false },
		{ "a stranger to all entries", "allow fabrikam.com;" HOSTED, "contoso.com", false },
		{ "a block makes nobody another", "block contoso.com", "contoso.com", false },
		{ "a name on the allow list", "allow contoso.com", "contoso.com", true },
		{ "a name below an entry", "allow contoso.com", "sip.it.contoso.com", true },
		{ "a name of which an entry is the parent's sub-domain", "allow it.contoso.com", "sip.contoso.com", true },
		{ "a wildcard over an entry", "allow it.contoso.com", "*.contoso.com", true },
		{ "an entry as wide as a suffix", "allow com", "contoso.com", true },
		{ "any of the names", "allow contoso.com", "fabrikam.com contoso.com", true },
		{ "an entry's edge", "allow fabrikam.com edge sip.hoster.net", "sip.hoster.net", true },
		{ "an edge under a wildcard", "allow fabrikam.com edge sip.hoster.net", "*.hoster.net", true },
		{ "a provider's edge", HOSTED, "edge.uc.net", true },
		{ "a name beside a provider's edge", HOSTED, "sip.uc.net", false },
		{ "a wildcard below a suffix reaches nothing", "allow fabrikam.com", "contoso.com *.com", false },
		{ "a suffix reaches itself only", "allow fabrikam.com", "contoso.com com", false },
		{ "a suffix reaches an entry that covers it", "allow co.uk", "contoso.com co.uk", true },
		{ "a wildcard below a suffix does not reach what covers it", "allow net", "contoso.com *.net", false },
		{ "who has no organisation proves nothing", "allow com", "com", false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		HOLDS(may_vary(rows[i].policy, rows[i].certificate) == rows[i].may_vary, rows[i].promise);
}

/* DNS could prove what lies in the organisation of a name. */
static enum proof most_of_dns(const char *certificate, const char *source)
{
	struct domain d = name(source), whole = organisation_of(&d);
	struct stranger s;

	meet(&s, certificate);
	for (size_t i = 0; i < s.peer.count; i++) {
		if (whole.length > 0 && domain_same(&s.names[i].organisation, &whole))
			return PROOF_DNS;
	}
	return PROOF_NONE;
}

static bool varies(const char *policy, const char *certificate, const char *source)
{
	struct entry e = ask(policy, certificate, source, most_of_dns(certificate, source));

	return e.partner.kind == PARTNER_ALLOWED || e.partner.kind == PARTNER_TENANT;
}

/* Every certificate with every source, and all that DNS could say for it. */
static void never_says_no_to_who_varies(void)
{
	static const char *const policies[] = {
		"allow contoso.com", "allow it.contoso.com", "allow a.it.contoso.com edge x.net", HOSTED, "allow com",
		"provider uc edge.uc.net contoso.com;allow contoso.com at uc", "allow sip.contoso.com", "allow co.uk", NULL,
	};
	static const char *const certificates[] = {
		"contoso.com", "sip.contoso.com", "*.contoso.com", "*.it.contoso.com", "sip.it.contoso.com", "x.net", "*.uc.net",
		"edge.uc.net", "fabrikam.com", "co.uk contoso.co.uk", "*.com fabrikam.com", "sip.sip.contoso.com", NULL,
	};
	static const char *const sources[] = {
		"contoso.com", "it.contoso.com", "a.it.contoso.com", "sip.contoso.com", "com", "x.net", "uc.net", "fabrikam.com",
		"co.uk", "contoso.co.uk", NULL,
	};
	size_t varied = 0;

	for (const char *const *p = policies; *p; p++) {
		for (const char *const *c = certificates; *c; c++) {
			for (const char *const *d = sources; *d; d++) {
				if (!varies(*p, *c, *d))
					continue;
				varied++;
				HOLDS(may_vary(*p, *c), *c);
			}
		}
	}
	CU_ASSERT_TRUE(varied > 20);
}

CU_TestInfo match_tests[] = {
	{ "limits follow the certificate, and it must speak for From", limits_follow_the_certificate },
	{ "DNS proves last, and only while discovery is on", dns_proves_last },
	{ "the longest match wins over both lists", the_longest_match_wins },
	{ "an entry with an edge is for peers at that edge", edges_choose_their_entries },
	{ "a provider's tenants are partners of their own, allowed domains are not its tenants", providers_have_tenants },
	{ "a block looks at From and at every name of the certificate, a provider's apart", blocks_look_at_all_names },
	{ "where sip.D is too long for a name it proves nothing", a_long_source_has_no_sip_name },
	{ "discovered partners have the limits of all", the_discovered_have_the_limits_of_all },
	{ "allowed partners have their own rate or none, and are never watched or suspected", the_allowed_have_their_own_rate_or_none },
	{ "tenants have the limits of all, and together their provider's", tenants_share_their_providers_limits },
	{ "a policy or an entry may only observe", observes_all_or_one },
	{ "who can be no other partner is known", knows_who_may_vary },
	{ "whoever can be another partner is never said to be none", never_says_no_to_who_varies },
	CU_TEST_INFO_NULL
};
