/* policy.conf: any text is either complained of or a sealed law. */
#include <stdlib.h>
#include <string.h>

#include "../../gateway/conf.h"
#include "../../policy/match.h"
#include "fuzz.h"

static void complaints_teach(const struct complaints *all)
{
	for (size_t i = 0; i < all->count; i++)
		LAW(strstr(all->lines[i], ": ") && strlen(all->lines[i]) < 4096, "a complaint says where and what");
}

static void limits_are_sane(const struct limits *l)
{
	LAW(l->rate.count > 0 && l->rate.period_us > 0 && l->suspicious_rate.count > 0 && l->suspicious_rate.period_us > 0, "a rate lets somebody through");
	LAW(l->max_delay_us >= 0 && l->watch_window_us > 0 && l->watch_hold_us > 0, "times are not negative");
	LAW(l->suspicion_window_us > 0 && l->suspicion_hold_us > 0, "suspicion ends");
	LAW(l->distinct_uris > 0 && l->min_responses > 0, "strangers are always watched");
	LAW(l->failure_share > 0 && l->failure_share < 1, "a share is between none and all");
	LAW(l->refuse_status == 503 || l->refuse_status == 480, "a refusal has one of two statuses");
}

static void entries_are_sane(const struct ruleset *law)
{
	const struct allow *allow;
	const struct block *block;
	const struct provider *provider;
	size_t allows = ruleset_allows(law, &allow), blocks = ruleset_blocks(law, &block), providers = ruleset_providers(law, &provider);

	for (size_t i = 0; i < allows; i++) {
		LAW(allow[i].domain.length && allow[i].place.line > 0, "an allow entry has a domain and a line");
		LAW(!ruleset_is_local(law, &allow[i].domain), "a local domain stands on no list");
		LAW(!ruleset_find_block(law, allow[i].domain.text), "a domain stands on one list");
		LAW(ruleset_find_allow(law, allow[i].domain.text) == &allow[i], "what is allowed is found");
		LAW(!*allow[i].provider || ruleset_find_provider(law, allow[i].provider), "a provider that is named is there");
	}
	for (size_t i = 0; i < blocks; i++) {
		LAW(block[i].domain.length && block[i].place.line > 0, "a block entry has a domain and a line");
		LAW(ruleset_find_block(law, block[i].domain.text) == &block[i], "what is blocked is found");
	}
	for (size_t i = 0; i < providers; i++)
		LAW(provider_name_good(provider[i].name) && provider[i].edge.length && provider[i].max_tenants && provider[i].rate.count
		    && (provider[i].any_domain || provider[i].domain_count), "a provider has a name, an edge, and limits");
}

/* Under any law: nobody speaks for us, who is blocked is blocked, and without proof nobody is charged. */
static void strangers_stay_out(const struct ruleset *law)
{
	static const char *const names[] = { "contoso.com", "sales.contoso.com", "fabrikam.com", "example.com" };
	struct certname name = { fuzz_domain("contoso.com"), fuzz_domain("contoso.com"), false };
	struct peer peer = { &name, 1 };
	struct facts facts = { .method = METHOD_OTHER };
	struct entry entry;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		facts.source = fuzz_domain(names[i]);
		match(&entry, law, &peer, &facts, PROOF_NONE);
		if (ruleset_is_local(law, &facts.source))
			LAW(entry.proof == PROOF_NONE, "nobody speaks for us");
		if (ruleset_find_block(law, facts.source.text))
			LAW(entry.stance == STANCE_BLOCK, "a blocked domain is blocked");
		if (entry.proof == PROOF_NONE)
			LAW(entry.partner.kind == PARTNER_NONE, "who proves nothing is charged nothing");
		if (entry.proof != PROOF_NONE && entry.partner.kind != PARTNER_DISCOVERED)
			LAW(match_may_vary(law, &peer), "who may be another partner is known to be");
	}
}

static struct ruleset *law_of(const char *path, const struct conf *conf, struct complaints *complaints)
{
	struct ruleset *law = conf_read_policy(path, conf, complaints);

	LAW((law == NULL) == (complaints->count > 0), "either a law or complaints");
	complaints_teach(complaints);
	return law;
}

/* The same behind a word that nobody knows: no law. */
static void no_law_with_an_unreadable_line(const char *octets, size_t size)
{
	static const char line[] = "no-such-word = 1;\n";
	char *text = malloc(size + sizeof line);
	struct complaints complaints;
	struct fuzz_file file;

	if (!text)
		abort();
	memcpy(text, line, sizeof line - 1);
	if (size)
		memcpy(text + sizeof line - 1, octets, size);
	fuzz_file_make(&file, text, size + sizeof line - 1);
	complaints_init(&complaints);
	LAW(!law_of(file.path, NULL, &complaints), "no law has a line that cannot be read");
	complaints_clear(&complaints);
	fuzz_file_clear(&file);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	struct domain local[] = { fuzz_domain("example.com"), fuzz_domain("example.org") };
	struct conf conf = { .path = (char[]) { "fedgate.conf" }, .edge = { .domains = local, .domain_count = 2 },
		.policy = (char[]) { "" }, .policy_written = (char[]) { "policy.conf" } };
	struct complaints complaints;
	struct fuzz_file file;
	struct ruleset *law;

	fuzz_file_make(&file, octets, size);
	complaints_init(&complaints);
	law = law_of(file.path, &conf, &complaints);
	if (law) {
		limits_are_sane(ruleset_limits(law));
		entries_are_sane(law);
		strangers_stay_out(law);
		ruleset_unref(law);
		no_law_with_an_unreadable_line((const char *)octets, size);
	}
	complaints_clear(&complaints);
	fuzz_file_clear(&file);
	return 0;
}
