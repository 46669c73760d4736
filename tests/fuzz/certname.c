/* Names of certificates: what a name covers, and that it never covers more. */
#include <stdlib.h>
#include <string.h>

#include "../../gateway/tls.h"
#include "fuzz.h"

/* May a certificate with this name speak for d? Said by text alone. */
static bool speaks_for(const struct certname *name, const char *d)
{
	const char *dot = strchr(d, '.');

	if (!name->wildcard)
		return strcmp(name->domain.text, d) == 0;
	return dot && name->organisation.length && strcmp(dot + 1, name->domain.text) == 0;
}

static void check(const struct certname *name, const struct domain *d)
{
	struct domain organisation;

	LAW(certname_matches(name, d) == speaks_for(name, d->text), "a name covers itself, a wildcard one label more");
	tls_organisation(&organisation, d);
	if (certname_matches(name, d) && name->organisation.length)
		LAW(domain_same(&organisation, &name->organisation), "a name covers nothing outside its organisation");
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	struct fuzz_input in = { octets, size };
	size_t first, second;
	const char *one = fuzz_until(&in, '\n', &first), *two = fuzz_until(&in, '\n', &second);
	char *copy = fuzz_copy(one, first);
	struct domain d, nobody = { 0 };
	struct certname name;

	if (certname_parse(&name, copy, first)) {
		tls_organisation(&name.organisation, &name.domain);
		LAW(!memchr(name.domain.text, '*', name.domain.length), "a wildcard is the left-most label only");
		LAW(name.domain.length + 2u * name.wildcard <= DOMAIN_MAX, "a name is at most so long");
		LAW(!certname_matches(&name, &nobody), "no domain is matched by nothing");
		check(&name, &name.domain);
		if (domain_parse(&d, two, second))
			check(&name, &d);
	} else {
		LAW(name.domain.length == 0 && !name.wildcard, "what is no name is empty");
	}
	free(copy);
	return 0;
}
