/* What servers prove, and which of them may be gone to. */
#include <stdio.h>
#include <string.h>

#include "../../policy/discovery.h"
#include "holds.h"
#include "told.h"
#include "unit.h"

static void tell_servers(struct servers *out, const char *names)
{
	char text[TEXT], *rest = NULL;
	uint16_t priority = 0;

	out->count = 0;
	snprintf(text, sizeof text, "%s", names);
	for (const char *n = strtok_r(text, " ", &rest); n; n = strtok_r(NULL, " ", &rest)) {
		struct server server = { .priority = priority++, .port = 5061, .domain = name(n) };

		servers_add(out, &server);
	}
}

/* "asked" and what came of it. */
static const char *outcome(const char *policy, const char *certificate, const char *source, const char *named)
{
	struct domain d = name(source), organisation = organisation_of(&d);
	struct ruleset *law = law_of(policy);
	struct servers servers;
	struct stranger s;
	bool may, proves;

	meet(&s, certificate);
	tell_servers(&servers, named);
	may = discovery_may_prove(law, &s.peer, &d, &organisation);
	proves = discovery_proves(&s.peer, &organisation, &servers);
	ruleset_unref(law);
	if (!may)
		return proves && !strcmp(policy, "") ? "proved without being asked" : "not asked";
	return ask(policy, certificate, source, proves ? PROOF_DNS : PROOF_NONE).proof != PROOF_NONE ? "proved" : "no";
}

static void servers_prove_their_own_organisation(void)
{
	static const struct {
		const char *promise, *policy, *certificate, *source, *servers, *outcome;
	} rows[] = {
		{ "a server of the organisation that is the peer", "", "edge.contoso.com", "contoso.com", "edge.contoso.com", "proved" },
		{ "any of the servers", "", "edge.contoso.com", "contoso.com", "a.contoso.com b.contoso.com edge.contoso.com", "proved" },
		{ "any of the names", "", "a.contoso.com edge.contoso.com", "it.contoso.com", "edge.contoso.com", "proved" },
		{ "by a wildcard", "", "*.contoso.com", "a.it.contoso.com", "edge.contoso.com", "proved" },
		{ "for a sub-domain of it", "", "contoso.com", "a.b.contoso.com", "contoso.com", "proved" },
		{ "below a suffix of two labels", "", "edge.contoso.co.uk", "it.contoso.co.uk", "edge.contoso.co.uk", "proved" },
		{ "another server of the organisation is not the peer", "", "edge.contoso.com", "it.contoso.com", "sip.contoso.com", "no" },
		{ "a wildcard is one label", "", "*.contoso.com", "a.it.contoso.com", "a.b.contoso.com", "no" },
		{ "no server at all", "", "edge.contoso.com", "it.contoso.com", "", "no" },
		{ "a foreign server, whoever's it is", "", "edge.contoso.com sip.hoster.net", "it.contoso.com", "sip.hoster.net", "no" },
		{ "who is only the foreign server is not even asked for", "", "sip.hoster.net", "contoso.com", "sip.hoster.net", "not asked" },
		{ "no other organisation below one suffix", "", "edge.fabrikam.co.uk", "contoso.co.uk", "edge.fabrikam.co.uk", "not asked" },
		{ "a name that only looks alike", "", "edge.subcontoso.com", "contoso.com", "edge.subcontoso.com", "not asked" },
		{ "a wildcard below a suffix", "", "*.com fabrikam.com", "contoso.com", "contoso.com", "not asked" },
		{ "a public suffix has no organisation", "", "co.uk contoso.co.uk", "co.uk", "co.uk", "not asked" },
		{ "nor has a single label", "", "local contoso.com", "local", "local", "not asked" },
		{ "who has no organisation proves nothing", "", "com", "contoso.com", "com", "not asked" },
		{ "not while discovery is off", "closed", "edge.contoso.com", "it.contoso.com", "edge.contoso.com", "not asked" },
		{ "never a domain of ours", "local it.contoso.com", "edge.contoso.com", "it.contoso.com", "edge.contoso.com", "not asked" },
		{ "an allowed domain is proved like any", "allow contoso.com", "edge.contoso.com", "it.contoso.com", "edge.contoso.com", "proved" },
		{ "a From that is no domain", "", "edge.contoso.com", "", "edge.contoso.com", "not asked" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *came = outcome(rows[i].policy, rows[i].certificate, rows[i].source, rows[i].servers);
		char message[2 * TEXT];

		snprintf(message, sizeof message, "%s: %s", rows[i].promise, came);
		HOLDS(!strcmp(came, rows[i].outcome), message);
	}
}

/* What is not asked would have proved nothing: every certificate, source and server. */
static void what_is_not_asked_would_prove_nothing(void)
{
	static const char *const certificates[] = {
		"contoso.com", "sip.contoso.com", "*.contoso.com", "*.it.contoso.com", "x.net", "fabrikam.com", "co.uk contoso.co.uk",
		"*.com fabrikam.com", "contoso.co.uk", "com", "contoso.com fabrikam.com", NULL,
	};
	static const char *const domains[] = {
		"contoso.com", "it.contoso.com", "a.it.contoso.com", "sip.contoso.com", "com", "x.net", "fabrikam.com", "co.uk",
		"contoso.co.uk", "a.contoso.co.uk", NULL,
	};
	size_t proved = 0;

	for (const char *const *c = certificates; *c; c++) {
		for (const char *const *d = domains; *d; d++) {
			for (const char *const *s = domains; *s; s++) {
				const char *came = outcome("", *c, *d, *s);

				HOLDS(strcmp(came, "proved without being asked") != 0, *c);
				proved += !strcmp(came, "proved");
			}
		}
	}
	CU_ASSERT_TRUE(proved > 20);
}

static void only_own_servers_and_known_edges_are_gone_to(void)
{
	static const struct {
		const char *promise, *policy, *domain, *servers, *usable;
	} rows[] = {
		{ "those of the organisation, in their order", "", "it.contoso.com", "b.contoso.com x.net a.contoso.com contoso.com",
		    "b.contoso.com a.contoso.com contoso.com" },
		{ "a strange server is left out", "", "contoso.com", "sip.hoster.net", "" },
		{ "but not an allow entry's edge", "allow fabrikam.com edge sip.hoster.net", "contoso.com", "sip.hoster.net", "sip.hoster.net" },
		{ "nor a provider's", "provider uc edge.uc.net *", "contoso.com", "a.net edge.uc.net x.contoso.com", "edge.uc.net x.contoso.com" },
		{ "what is only below an edge is strange", "provider uc edge.uc.net *", "contoso.com", "a.edge.uc.net uc.net", "" },
		{ "an allowed domain is no edge", "allow fabrikam.com", "contoso.com", "fabrikam.com sip.fabrikam.com", "" },
		{ "a domain without organisation has no servers of its own", "", "com", "contoso.com com", "" },
		{ "what only looks alike is strange", "", "contoso.com", "edge.subcontoso.com", "" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct domain d = name(rows[i].domain), organisation = organisation_of(&d);
		struct ruleset *law = law_of(rows[i].policy);
		struct servers servers;
		char kept[TEXT] = "";

		tell_servers(&servers, rows[i].servers);
		discovery_keep_usable(&servers, law, &organisation);
		for (size_t at = 0; at < servers.count; at++)
			strcat(strcat(kept, at ? " " : ""), servers.list[at].domain.text);
		HOLDS(!strcmp(kept, rows[i].usable), rows[i].promise);
		ruleset_unref(law);
	}
}

CU_TestInfo discovery_tests[] = {
	{ "servers prove a domain of their own organisation, for the peer that they are", servers_prove_their_own_organisation },
	{ "what is not asked would have proved nothing", what_is_not_asked_would_prove_nothing },
	{ "our users are sent to its own servers, and to known edges", only_own_servers_and_known_edges_are_gone_to },
	CU_TEST_INFO_NULL
};
