/* What the files that read policy.conf share. */
#ifndef GATEWAY_POLICY_PARTS_H
#define GATEWAY_POLICY_PARTS_H

#include "setting.h"

/* The law while it is being read. */
struct draft {
	struct ruleset *ruleset;     /* borrowed */
	const struct conf *conf;     /* borrowed; NULL: no domain is local */
	bool enabled, discovery, observe;
	struct place enabled_place, discovery_place;
	struct limits limits;
	/* Read and checked, for the sign-in filter to come. */
	struct {
		unsigned max_failures, unknown_domain;
		int64_t window_us, lockout_us;
		bool ntlm;
		struct domain default_domain;
	} sign_in;
};

/* `field` is the draft. */
setting_read_fn policy_read_allow;
setting_read_fn policy_read_block;
setting_read_fn policy_read_providers;

/* Of the entries of each list. */
extern const struct table policy_allow_table, policy_block_table, policy_provider_table;

#endif
