/* Which names the CAs of a chain may give: their name constraints (RFC 5280 4.2.1.10). OpenSSL holds dNSNames
 * against them; the host of a sip: URI and a wildcard in a common name prove as much here, and it knows neither. */
#include "tls.h"

#include <openssl/x509v3.h>

struct base {
	struct domain domain;
	bool all, below; /* every name; not the domain itself */
};

/* False: no domain, so that it permits nothing and forbids all. */
static bool read_base(struct base *out, const ASN1_IA5STRING *text)
{
	const char *at = (const char *)ASN1_STRING_get0_data(text);
	size_t length = (size_t)ASN1_STRING_length(text);

	*out = (struct base){ .all = !length, .below = length && at[0] == '.' };
	return out->all || domain_parse(&out->domain, at + out->below, length - out->below);
}

/* Is all that the name matches within the base? */
static bool is_within(const struct certname *name, const struct base *base)
{
	if (base->all)
		return true;
	return domain_within(&name->domain, &base->domain)
	    && (name->wildcard || !base->below || !domain_same(&name->domain, &base->domain));
}

/* Does the name match anything within the base? */
static bool touches(const struct certname *name, const struct base *base)
{
	return is_within(name, base) || (name->wildcard && domain_within(&base->domain, &name->domain));
}

static bool is_permitted(const STACK_OF(GENERAL_SUBTREE) *list, const struct certname *name)
{
	bool asked = false;

	for (int i = 0; i < sk_GENERAL_SUBTREE_num(list); i++) {
		const GENERAL_NAME *at = sk_GENERAL_SUBTREE_value(list, i)->base;
		struct base base;

		if (at->type != GEN_DNS)
			continue;
		asked = true;
		if (read_base(&base, at->d.dNSName) && is_within(name, &base))
			return true;
	}
	return !asked;
}

static bool is_excluded(const STACK_OF(GENERAL_SUBTREE) *list, const struct certname *name)
{
	for (int i = 0; i < sk_GENERAL_SUBTREE_num(list); i++) {
		const GENERAL_NAME *at = sk_GENERAL_SUBTREE_value(list, i)->base;
		struct base base;

		if (at->type == GEN_DNS && (!read_base(&base, at->d.dNSName) || touches(name, &base)))
			return true;
	}
	return false;
}

static bool may_give(const X509 *ca, const struct tls_peer *p)
{
	int state;
	NAME_CONSTRAINTS *limits = X509_get_ext_d2i(ca, NID_name_constraints, &state, NULL);
	bool good = limits || state == -1;

	for (size_t i = 0; limits && good && i < p->peer.count; i++)
		good = is_permitted(limits->permittedSubtrees, &p->names[i]) && !is_excluded(limits->excludedSubtrees, &p->names[i]);
	NAME_CONSTRAINTS_free(limits);
	return good;
}

bool tls_may_give(const STACK_OF(X509) *chain, const struct tls_peer *p)
{
	for (int i = 1; i < sk_X509_num(chain); i++)
		if (!may_give(sk_X509_value(chain, i), p))
			return false;
	return true;
}
