#include "world.h"

#include <stdlib.h>
#include <string.h>

#include "../../policy/alloc.h"

void world_init(struct world *w)
{
	*w = (struct world){ .federation = true, .discovery = true };
	limits_default(&w->limits);
}

static void forget(struct world *w, size_t i)
{
	record_clear(&w->keepings[i]->record);
	free(w->keepings[i]);
	w->keepings[i] = w->keepings[--w->keeping_count];
}

void world_clear(struct world *w)
{
	while (w->keeping_count)
		forget(w, w->keeping_count - 1);
	free(w->keepings);
	ruleset_unref(w->law);
	world_init(w);
}

static bool add_lists(struct world *w, struct ruleset *law)
{
	struct place where;
	bool good = true;

	for (size_t i = 0; i < w->local_count; i++)
		ruleset_add_local(law, &w->locals[i]);
	for (size_t i = 0; i < w->block_count; i++)
		good = good && ruleset_add_block(law, &w->blocks[i], &where) == CLASH_NONE;
	for (size_t i = 0; i < w->allow_count; i++)
		good = good && ruleset_add_allow(law, &w->allows[i], &where) == CLASH_NONE;
	for (size_t i = 0; i < w->provider_count; i++) {
		w->providers[i].domains = w->tenants[i];
		good = good && ruleset_add_provider(law, &w->providers[i], &where) == CLASH_NONE;
	}
	return good;
}

bool world_enact(struct world *w)
{
	const struct place nowhere = { NULL, 0 };
	struct ruleset *law = ruleset_new();

	ruleset_set_federation(law, w->federation, w->discovery, w->observe, nowhere, nowhere);
	ruleset_set_limits(law, &w->limits);
	if (!add_lists(w, law) || ruleset_seal(law)) {
		ruleset_unref(law);
		return false;
	}
	ruleset_unref(w->law);
	w->law = law;
	return true;
}

static const char *organisation_of(const char *name)
{
	const char *parent = domain_parent(name);

	while (parent && domain_parent(parent)) {
		name = parent;
		parent = domain_parent(name);
	}
	return name;
}

const struct certificate *world_certificate(struct world *w, const char *label)
{
	struct certificate *usual = &w->certificates[w->certificate_count];
	const char *organisation = organisation_of(label);

	for (size_t i = 0; i < w->certificate_count; i++)
		if (strcmp(w->certificates[i].label, label) == 0)
			return &w->certificates[i];
	if (w->certificate_count == WORLD_MOST || strlen(label) >= WORLD_LABEL ||
	    !certname_parse(&usual->names[0], label, strlen(label)) ||
	    !domain_parse(&usual->names[0].organisation, organisation, strlen(organisation)))
		return NULL;
	w->certificate_count++;
	strcpy(usual->label, label);
	usual->peer.names = usual->names;
	usual->peer.count = 1;
	return usual;
}

enum proof world_discover(const struct world *w, const struct certificate *certificate, const struct domain *source,
    const struct servers *servers)
{
	const char *text = organisation_of(source->text);
	struct domain organisation;

	domain_parse(&organisation, text, strlen(text));
	return discovery_may_prove(w->law, &certificate->peer, source, &organisation)
	    && discovery_proves(&certificate->peer, &organisation, servers) ? PROOF_DNS : PROOF_NONE;
}

static struct keeping *keep(struct world *w, const struct partner *partner, const struct limits *limits)
{
	char wanted[PARTNER_KEY_MAX], key[PARTNER_KEY_MAX];
	struct keeping *k = NULL;

	partner_key(partner, wanted);
	for (size_t i = 0; i < w->keeping_count && !k; i++) {
		partner_key(&w->keepings[i]->partner, key);
		if (strcmp(key, wanted) == 0)
			k = w->keepings[i];
	}
	if (!k) {
		w->keepings = alloc_resize(w->keepings, w->keeping_count + 1, sizeof(struct keeping *));
		k = w->keepings[w->keeping_count++] = alloc_zero(1, sizeof *k);
		k->partner = *partner;
		record_init(&k->record);
	}
	k->limits = *limits;
	return k;
}

static struct reading measure(struct world *w, const struct entry *entry, const struct facts *facts, int64_t now_us)
{
	const struct demand demand = { facts->target, facts->has_target, facts_ends_call(facts) };
	struct keeping *own = keep(w, &entry->partner, &entry->limits), *provider = NULL;

	if (entry->has_provider)
		provider = keep(w, &entry->provider, &entry->provider_limits);
	return admit(&own->record, &own->limits, provider ? &provider->record : NULL,
	    provider ? &provider->limits : NULL, &demand, now_us);
}

struct fate world_send(struct world *w, const struct certificate *certificate, const struct facts *facts,
    enum proof dns, int64_t now_us)
{
	struct fate fate = { .measured = false };

	match(&fate.entry, w->law, &certificate->peer, facts, dns);
	fate.reason = judge_before(facts, &fate.entry);
	if (fate.reason == REASON_NONE) {
		fate.measured = true;
		fate.seen = measure(w, &fate.entry, facts, now_us);
		fate.reason = judge(facts, &fate.entry, &fate.seen);
	}
	fate.class = judge_class(&fate.entry, fate.reason, fate.measured ? &fate.seen : NULL);
	return fate;
}

struct keeping *world_find(const struct world *w, const char *text)
{
	char found[PARTNER_TEXT_MAX];

	for (size_t i = w->keeping_count; i > 0; i--) {
		partner_text(&w->keepings[i - 1]->partner, found);
		if (strcmp(found, text) == 0)
			return w->keepings[i - 1];
	}
	return NULL;
}

void world_sweep(struct world *w, int64_t now_us)
{
	for (size_t i = w->keeping_count; i > 0; i--)
		if (record_expire(&w->keepings[i - 1]->record, &w->keepings[i - 1]->limits, now_us))
			forget(w, i - 1);
}
