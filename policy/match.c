/* From the law and the facts to an entry: first the lists, then by what right
 * the source speaks, then who pays. */
#include "match.h"

#include <string.h>

/* What the lists say of one name. */
struct listing {
	const struct allow *allow; /* borrowed; that of the two which decided */
	const struct block *block; /* borrowed */
};

/* One question, as all steps need it. */
struct question {
	const struct ruleset *law;
	const struct peer *peer;
	const struct domain *source;
	const struct allow *allow;       /* the one that applies; NULL: none */
	const struct provider *provider; /* that proved the source; NULL: none did */
};

bool match_names(const struct peer *peer, const struct domain *d)
{
	for (size_t i = 0; i < peer->count; i++) {
		if (certname_matches(&peer->names[i], d))
			return true;
	}
	return false;
}

/* An entry that names neither edge nor provider is for every verified peer. */
static bool allow_applies(const struct ruleset *law, const struct allow *allow, const struct peer *peer)
{
	const struct provider *provider;

	if (allow->edge.length == 0 && !allow->provider[0])
		return true;
	if (match_names(peer, &allow->edge))
		return true;
	provider = ruleset_find_provider(law, allow->provider);
	return provider && match_names(peer, &provider->edge);
}

/* The longest match wins over both lists; an entry for other peers is passed over. An operator's block wins over
 * all, his allow over none of the file's blocks: it takes part where the file's match is an allow entry or nothing. */
static struct listing look_up(const struct ruleset *law, const struct peer *peer, const struct domain *d)
{
	struct listing found = { NULL, ruleset_covering_order(law, d) };
	const struct allow *ordered = NULL, *allow;
	const char *name = d->length > 0 && !found.block ? d->text : NULL;

	for (; name; name = domain_parent(name)) {
		allow = ruleset_find_allow(law, name);
		if (!ordered)
			ordered = ruleset_find_ordered_allow(law, name);
		found.block = ruleset_find_block(law, name);
		if (found.block)
			return found;
		if (allow && allow_applies(law, allow, peer)) {
			found.allow = ordered ? ordered : allow;
			return found;
		}
	}
	found.allow = ordered;
	return found;
}

const struct block *match_block_of(const struct ruleset *law, const struct peer *peer, const struct domain *d)
{
	return look_up(law, peer, d).block;
}

static bool is_provider_edge(const struct ruleset *law, const struct peer *peer)
{
	const struct provider *provider;
	size_t count = ruleset_providers(law, &provider);

	for (; count > 0; count--, provider++) {
		if (match_names(peer, &provider->edge))
			return true;
	}
	return false;
}

/* A provider's certificate may well name a tenant that is blocked; that is no
 * reason to block all the others. */
const struct block *match_block(const struct ruleset *law, const struct peer *peer)
{
	const struct block *blocks;

	if ((ruleset_blocks(law, &blocks) == 0 && !ruleset_orders_blocks(law)) || is_provider_edge(law, peer))
		return NULL;
	for (size_t i = 0; i < peer->count; i++) {
		struct listing found = look_up(law, peer, &peer->names[i].domain);

		if (found.block)
			return found.block;
	}
	return NULL;
}

static bool matches_sip_name(const struct peer *peer, const struct domain *d)
{
	static const char prefix[] = "sip.";
	size_t before = sizeof prefix - 1;
	struct domain name = { 0 };

	if (before + d->length > DOMAIN_MAX)
		return false;
	memcpy(name.text, prefix, before);
	memcpy(name.text + before, d->text, d->length);
	name.length = (uint8_t)(before + d->length);
	return match_names(peer, &name);
}

bool match_speaks_for(const struct peer *peer, const struct domain *d)
{
	return match_names(peer, d) || matches_sip_name(peer, d);
}

bool match_provider_covers(const struct provider *provider, const struct domain *d)
{
	if (provider->any_domain)
		return true;
	for (size_t i = 0; i < provider->domain_count; i++) {
		if (domain_within(d, &provider->domains[i]))
			return true;
	}
	return false;
}

/* What an allow entry covers is the tenant of nobody but whom the entry names. An operator who allows a tenant takes
 * it from nobody. */
static const struct provider *proving_provider(const struct question *q)
{
	const struct allow *reserved = ruleset_longest_allow(q->law, q->source);
	const struct provider *provider;
	size_t count = ruleset_providers(q->law, &provider);

	for (; count > 0; count--, provider++) {
		if (reserved && strcmp(reserved->provider, provider->name) != 0)
			continue;
		if (match_names(q->peer, &provider->edge) && match_provider_covers(provider, q->source))
			return provider;
	}
	return NULL;
}

/* The four ways of section 1.4, in their order. */
static enum proof prove(struct question *q, enum proof dns)
{
	struct place where;

	if (peer_organisation(q->peer)->length == 0 || q->source->length == 0 || ruleset_is_local(q->law, q->source))
		return PROOF_NONE;
	if (match_speaks_for(q->peer, q->source))
		return PROOF_CERTIFICATE;
	if (q->allow && match_names(q->peer, &q->allow->edge))
		return PROOF_EDGE;
	q->provider = proving_provider(q);
	if (q->provider)
		return PROOF_PROVIDER;
	if (ruleset_discovery(q->law, &where) && (dns == PROOF_DNS || dns == PROOF_UNKNOWN))
		return dns;
	return PROOF_NONE;
}

/* The entry's own rate, or none, is all that limits; watched or suspected it is never. */
static void limit_allowed(struct entry *out, const struct allow *allow)
{
	struct limits *limits = &out->limits;

	limits->rate = limits->suspicious_rate = allow->rate;
	limits->distinct_uris = limits->min_responses = 0;
	limits->rate_place = limits->suspicious_place = limits->watch_place = allow->place;
	out->limited = allow->rate.count > 0;
}

static void charge_allowed(struct entry *out, const struct allow *allow)
{
	out->partner.kind = PARTNER_ALLOWED;
	out->partner.domain = allow->domain;
}

static void charge_tenant(struct entry *out, const struct domain *source, const struct provider *provider)
{
	struct limits *limits = &out->provider_limits;

	out->partner.kind = PARTNER_TENANT;
	out->partner.domain = *source;
	out->provider.kind = PARTNER_PROVIDER;
	memcpy(out->partner.provider, provider->name, sizeof provider->name);
	memcpy(out->provider.provider, provider->name, sizeof provider->name);
	out->has_provider = true;
	out->max_tenants = provider->max_tenants;
	*limits = out->limits;
	limits->rate = limits->suspicious_rate = provider->rate;
	limits->distinct_uris = provider->distinct_uris;
	limits->min_responses = 0;
	limits->rate_place = limits->suspicious_place = limits->watch_place = provider->place;
}

static void charge(struct entry *out, const struct question *q)
{
	if (out->proof == PROOF_NONE || out->proof == PROOF_UNKNOWN) {
		out->limited = false;
		return;
	}
	if (q->allow) {
		charge_allowed(out, q->allow);
	} else if (q->provider) {
		charge_tenant(out, q->source, q->provider);
	} else {
		out->partner.kind = PARTNER_DISCOVERED;
		out->partner.domain = *peer_organisation(q->peer);
	}
}

/* Rows 5 and 6, and all below. */
static void take_stance(struct entry *out, const struct question *q)
{
	bool discovery = ruleset_discovery(q->law, &out->place);

	if (q->allow) {
		out->stance = STANCE_ALLOW;
		out->place = q->allow->place;
		out->observe = out->observe || q->allow->observe;
		limit_allowed(out, q->allow);
		return;
	}
	out->stance = discovery ? STANCE_DISCOVER : STANCE_CLOSED;
	out->limited = discovery;
	if (discovery && q->provider)
		out->place = q->provider->place;
}

void match(struct entry *out, const struct ruleset *law, const struct peer *peer, const struct facts *facts,
    enum proof dns)
{
	struct question q = { .law = law, .peer = peer, .source = &facts->source };
	struct listing found = look_up(law, peer, &facts->source);

	*out = (struct entry){ .limits = *ruleset_limits(law), .observe = ruleset_observe(law) };
	if (!found.block)
		found.block = facts->block_asked ? facts->block : match_block(law, peer);
	if (found.block) {
		out->stance = STANCE_BLOCK;
		out->place = found.block->place;
		return;
	}
	if (!ruleset_enabled(law, &out->place)) {
		out->stance = STANCE_OFF;
		return;
	}
	q.allow = found.allow;
	out->proof = prove(&q, dns);
	take_stance(out, &q);
	charge(out, &q);
}

/* DNS proves for a name nothing outside its organisation, but all inside: an
 * entry there, or one that covers it all, is in reach. A name that is a public
 * suffix speaks for itself alone. */
static bool name_reaches(const struct certname *name, const struct domain *entry)
{
	const struct domain *whole = &name->organisation;

	if (whole->length > 0)
		return domain_within(whole, entry) || domain_within(entry, whole);
	return !name->wildcard && domain_within(&name->domain, entry);
}

static bool peer_reaches(const struct peer *peer, const struct domain *entry)
{
	for (size_t i = 0; i < peer->count; i++) {
		if (name_reaches(&peer->names[i], entry))
			return true;
	}
	return false;
}

static bool reaches_one(const struct peer *peer, const struct allow *allow, size_t count)
{
	for (; count > 0; count--, allow++) {
		if (peer_reaches(peer, &allow->domain) || match_names(peer, &allow->edge))
			return true;
	}
	return false;
}

bool match_may_vary(const struct ruleset *law, const struct peer *peer)
{
	const struct allow *file, *ordered;
	size_t count = ruleset_allows(law, &file), more = ruleset_ordered_allows(law, &ordered);

	if (peer_organisation(peer)->length == 0)
		return false;
	return is_provider_edge(law, peer) || reaches_one(peer, file, count) || reaches_one(peer, ordered, more);
}
