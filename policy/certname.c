/* What a name in a certificate says, and which domains it speaks for. */
#include "certname.h"

#include <string.h>

#define WILDCARD "*."
#define WILDCARD_LENGTH (sizeof WILDCARD - 1)

bool certname_parse(struct certname *out, const char *text, size_t length)
{
	struct certname read = { 0 };
	size_t most = DOMAIN_MAX;
	bool good;

	if (length > WILDCARD_LENGTH && memcmp(text, WILDCARD, WILDCARD_LENGTH) == 0) {
		read.wildcard = true;
		text += WILDCARD_LENGTH;
		length -= WILDCARD_LENGTH;
		most -= WILDCARD_LENGTH;
	}
	good = domain_parse(&read.domain, text, length) && read.domain.length <= most;
	*out = good ? read : (struct certname){ 0 };
	return good;
}

static bool covers(const struct certname *name, const struct domain *d)
{
	const char *parent = domain_parent(d->text);

	return name->organisation.length > 0 && parent && strcmp(parent, name->domain.text) == 0;
}

bool certname_matches(const struct certname *name, const struct domain *d)
{
	if (d->length == 0)
		return false;
	return name->wildcard ? covers(name, d) : domain_same(&name->domain, d);
}
