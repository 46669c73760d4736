/* What a message on its way may touch: borrowed from the edge, which owns and
 * sets it. One per edge. */
#ifndef GATEWAY_TRAFFIC_H
#define GATEWAY_TRAFFIC_H

#include "conf.h"
#include "discover.h"
#include "extract.h"
#include "ledger.h"
#include "nexthop.h"
#include "store.h"
#include "trace.h"
#include "trying.h"
#include "way.h"
#include "witness.h"

struct traffic {
	struct loop *loop;
	struct links *links;
	struct origins *origins;
	struct hops *hops;
	struct ways *ways;
	struct pendings *pendings;
	struct discover *discover;
	struct store *store;
	struct ledger *ledger;
	struct refusals *refusals;    /* the last ones, for who asks why */
	struct traces *traces;
	struct witness witness;
	struct trying trying;
	const struct conf *conf;
	struct ruleset *law;          /* the one new messages are judged under */
	uint64_t law_number;          /* counts the laws, from 1 */
	struct own own;
	msg_mclass_t *class;
};

#endif
