/* Who looks on while messages are judged. */
#include "edge_parts.h"

#include "recorder.h"

void edge_open_record(struct edge *e)
{
	const struct conf *c = e->conf;
	char digest[13] = "?";
	struct recorder_house house = {
		.path = c->log.record, .edge = e->traffic.own.edge.text, .policy_digest = digest,
		.domains = c->edge.domains, .domain_count = c->edge.domain_count, .max_partners = c->store.max_partners,
	};

	if (!c->log.record[0]) {
		edge_close_record(e);
		return;
	}
	conf_policy_digest(c->policy, digest);
	if (e->recorder)
		recorder_reopen(e->recorder, &house);
	else
		e->recorder = recorder_open(e->loop, e->store, &house);
	e->traffic.witness.recorder = e->recorder;
	ledger_set_recorder(e->ledger, e->recorder);
}

void edge_close_record(struct edge *e)
{
	e->traffic.witness.recorder = NULL;
	if (e->ledger)
		ledger_set_recorder(e->ledger, NULL);
	recorder_close(e->recorder);
	e->recorder = NULL;
}
