/* The partner that a request is charged to. */
#ifndef POLICY_PARTNER_H
#define POLICY_PARTNER_H

#include "domain.h"

#define PROVIDER_NAME_MAX 63

/* Is it 1 to PROVIDER_NAME_MAX letters, digits, hyphens, underlines and dots? No other
 * name has a key that reads back. */
bool provider_name_good(const char *name);

enum partner_kind {
	PARTNER_NONE,       /* nobody: the request is refused before anything is charged */
	PARTNER_DISCOVERED, /* domain: the organisation of the certificate */
	PARTNER_ALLOWED,    /* domain: that of the allow entry */
	PARTNER_TENANT,     /* domain: the source domain, at `provider`; empty: the tenants beyond max-tenants */
	PARTNER_PROVIDER,   /* all tenants of `provider` together */
	PARTNER_NEWCOMERS   /* all for whom the table of partners has no room */
};

struct partner {
	enum partner_kind kind;
	struct domain domain;
	char provider[PROVIDER_NAME_MAX + 1];
};

bool partner_same(const struct partner *, const struct partner *);

/* Who is charged for it where there are too many of its kind: a tenant without a domain, or the newcomers. */
struct partner partner_common(const struct partner *);

#define PARTNER_TEXT_MAX (PROVIDER_NAME_MAX + 1 + DOMAIN_MAX + 1)

/* "contoso.com", "hosted-uc/tenant.example", "hosted-uc", "newcomers", "-". Ends with a NUL.
 * The tenants beyond max-tenants are called what their provider is called. */
void partner_text(const struct partner *, char out[PARTNER_TEXT_MAX]);

/* A key for tables and files: two partners have the same key when they are the same,
 * allowed and discovered ones of one domain do not. One letter for the kind ('d' 'a' 't' 'p' 'n'), then
 * partner_text. Returns its length without the NUL: 0 for nobody, who has no key. */
#define PARTNER_KEY_MAX (PARTNER_TEXT_MAX + 1)
size_t partner_key(const struct partner *, char out[PARTNER_KEY_MAX]);

/* The way back; false when `key` is not one that partner_key makes. */
bool partner_from_key(struct partner *out, const char *key, size_t length);

#endif
