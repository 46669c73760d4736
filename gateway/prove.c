#include "prove.h"

#include "../policy/discovery.h"
#include "../policy/judge.h"
#include "proofs.h"

#define NO_HOLDS_US INT64_C(60000000)

static bool tell(struct proving *p, enum proof proof)
{
	p->said = proof;
	p->then(p->arg, proof);
	return true;
}

static enum proof proof_of(const struct proving *p, const struct discovered *found)
{
	struct domain organisation;

	if (found->result == RESOLVE_UNKNOWN)
		return PROOF_UNKNOWN;
	tls_organisation(&organisation, &p->ticket.domain);
	return found->result == RESOLVE_FOUND && discovery_proves(&p->from->peer.peer, &organisation, &found->servers)
	    ? PROOF_DNS : PROOF_NONE;
}

static void on_discovered(void *arg, const struct discovered *found)
{
	struct proving *p = arg;
	enum proof proof = proof_of(p, found);
	int64_t until = found->until_us, now = loop_now(p->traffic->loop);

	if (proof == PROOF_NONE && until > now + NO_HOLDS_US)
		until = now + NO_HOLDS_US;
	if (proof == PROOF_DNS)
		p->until_us = until;
	p->asked = true;
	if (proof != PROOF_UNKNOWN)
		proofs_keep(&p->from->proofs, &p->traffic->origins->key, &p->ticket.domain, proof, until);
	tell(p, proof);
}

bool prove(struct proving *p, const struct traffic *tr, struct link *from, const struct ruleset *law, const struct facts *facts,
    const struct entry *entry, prove_done_fn *then, void *arg)
{
	struct domain organisation;
	enum proof proof;

	*p = (struct proving) { .traffic = tr, .from = from, .then = then, .arg = arg };
	if (judge_before(facts, entry) != REASON_SOURCE_UNVERIFIED)
		return tell(p, PROOF_NONE);
	p->asked = proofs_find(from->proofs, &tr->origins->key, &facts->source, loop_now(tr->loop), &proof, &p->until_us);
	if (p->asked)
		return tell(p, proof);
	tls_organisation(&organisation, &facts->source);
	if (!discovery_may_prove(law, &from->peer.peer, &facts->source, &organisation))
		return tell(p, PROOF_NONE);
	return discover_ask(tr->discover, &p->ticket, &facts->source, DISCOVER_SOURCE, from->origin, on_discovered, p);
}

void prove_cancel(struct proving *p)
{
	discover_cancel(&p->ticket);
}
