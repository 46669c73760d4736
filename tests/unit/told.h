/* A policy and a certificate, told in words. The statements of a policy are
 * parted by semicolons, each has a line of its own, from 1:
 *   allow DOMAIN [edge NAME] [at PROVIDER] [rate RATE] [observe]
 *   block DOMAIN | provider NAME EDGE DOMAIN... | local DOMAIN | off | closed | observe
 * `enabled` stands on line 101, `discovery` on line 102. */
#ifndef TESTS_TOLD_H
#define TESTS_TOLD_H

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "../../policy/match.h"

#define NAMES 8
#define TEXT 512

static struct domain name(const char *text)
{
	struct domain d;

	domain_parse(&d, text, strlen(text));
	return d;
}

static void tell_allow(struct ruleset *law, char **rest, struct place place)
{
	struct allow entry = { .domain = name(strtok_r(NULL, " ", rest)), .place = place };
	struct place where;

	for (const char *word; (word = strtok_r(NULL, " ", rest)) != NULL;) {
		if (strcmp(word, "edge") == 0)
			entry.edge = name(strtok_r(NULL, " ", rest));
		else if (strcmp(word, "at") == 0)
			strcpy(entry.provider, strtok_r(NULL, " ", rest));
		else if (strcmp(word, "rate") == 0)
			rate_parse(&entry.rate, strtok_r(NULL, " ", rest));
		else
			entry.observe = true;
	}
	CU_ASSERT_EQUAL_FATAL(ruleset_add_allow(law, &entry, &where), CLASH_NONE);
}

static void tell_provider(struct ruleset *law, char **rest, struct place place)
{
	struct domain domains[NAMES];
	struct provider entry = { .domains = domains, .max_tenants = 5, .rate = { 400, 1000000 }, .distinct_uris = 20000, .place = place };
	struct place where;

	strcpy(entry.name, strtok_r(NULL, " ", rest));
	entry.edge = name(strtok_r(NULL, " ", rest));
	for (const char *word; (word = strtok_r(NULL, " ", rest)) != NULL;) {
		if (strcmp(word, "*") == 0)
			entry.any_domain = true;
		else
			domains[entry.domain_count++] = name(word);
	}
	CU_ASSERT_EQUAL_FATAL(ruleset_add_provider(law, &entry, &where), CLASH_NONE);
}

struct switches {
	bool off, closed, observe;
};

static void tell(struct ruleset *law, struct switches *switches, char *statement, int line)
{
	struct place place = { "policy.conf", line }, where;
	char *rest;
	const char *word = strtok_r(statement, " ", &rest);
	struct block block = { .place = place };

	if (!word)
		return;
	if (strcmp(word, "allow") == 0) {
		tell_allow(law, &rest, place);
	} else if (strcmp(word, "provider") == 0) {
		tell_provider(law, &rest, place);
	} else if (strcmp(word, "block") == 0) {
		block.domain = name(strtok_r(NULL, " ", &rest));
		CU_ASSERT_EQUAL_FATAL(ruleset_add_block(law, &block, &where), CLASH_NONE);
	} else if (strcmp(word, "local") == 0) {
		block.domain = name(strtok_r(NULL, " ", &rest));
		ruleset_add_local(law, &block.domain);
	} else {
		switches->off |= strcmp(word, "off") == 0;
		switches->closed |= strcmp(word, "closed") == 0;
		switches->observe |= strcmp(word, "observe") == 0;
	}
}

/* `limits` NULL: the defaults. */
static inline struct ruleset *law_with(const char *policy, const struct limits *limits)
{
	struct ruleset *law = ruleset_new();
	struct switches switches = { 0 };
	char text[TEXT], *rest = NULL;
	int line = 0;

	snprintf(text, sizeof text, "%s", policy);
	for (char *s = strtok_r(text, ";", &rest); s; s = strtok_r(NULL, ";", &rest))
		tell(law, &switches, s, ++line);
	ruleset_set_federation(law, !switches.off, !switches.closed, switches.observe,
	    (struct place){ "policy.conf", 101 }, (struct place){ "policy.conf", 102 });
	if (limits)
		ruleset_set_limits(law, limits);
	CU_ASSERT_PTR_NULL_FATAL(ruleset_seal(law));
	return law;
}

static inline struct ruleset *law_of(const char *policy)
{
	return law_with(policy, NULL);
}

/* Public suffixes of the tests: one label, and co.uk. */
static struct domain organisation_of(const struct domain *d)
{
	const char *from = d->text, *parent;

	for (; (parent = domain_parent(from)) != NULL; from = parent) {
		if (strcmp(from, "co.uk") == 0)
			break;
		if (!domain_parent(parent) || strcmp(parent, "co.uk") == 0)
			return name(from);
	}
	return (struct domain){ 0 };
}

struct stranger {
	struct certname names[NAMES];
	struct peer peer;
};

static inline void meet(struct stranger *s, const char *certificate)
{
	char text[TEXT], *rest = NULL;

	*s = (struct stranger){ .peer.names = s->names };
	snprintf(text, sizeof text, "%s", certificate);
	for (const char *n = strtok_r(text, " ", &rest); n; n = strtok_r(NULL, " ", &rest)) {
		struct certname *out = &s->names[s->peer.count++];

		CU_ASSERT_TRUE_FATAL(certname_parse(out, n, strlen(n)));
		out->organisation = organisation_of(&out->domain);
	}
}

static inline struct entry ask(const char *policy, const char *certificate, const char *source, enum proof dns)
{
	struct ruleset *law = law_of(policy);
	struct facts facts = { .source = name(source) };
	struct stranger s;
	struct entry entry;

	meet(&s, certificate);
	match(&entry, law, &s.peer, &facts, dns);
	ruleset_unref(law);
	return entry;
}

#endif
