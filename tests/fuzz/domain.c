/* Names of domains: what is taken is what RFC 1035 and 5890 call one, in one spelling. */
#include <stdlib.h>
#include <string.h>

#include "../../policy/partner.h"
#include "fuzz.h"

static bool is_letter_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Said once more, in another way than domain.c says it. */
static bool is_name(const struct domain *d)
{
	size_t label = 0;

	if (d->length == 0 || d->length > DOMAIN_MAX || strlen(d->text) != d->length)
		return false;
	for (size_t i = 0; i < d->length; i++) {
		char c = d->text[i], next = d->text[i + 1];
		bool edge = label == 0 || next == '.' || next == '\0';

		if (c == '.') {
			if (label == 0 || next == '\0')
				return false;
			label = 0;
		} else if ((is_letter_digit(c) || (c == '-' && !edge)) && ++label <= 63) {
			continue;
		} else {
			return false;
		}
	}
	return strspn(d->text + d->length - label, "0123456789") < label;
}

static void its_key_reads_back(const struct domain *d)
{
	struct partner p = { .kind = PARTNER_DISCOVERED, .domain = *d }, read;
	char key[PARTNER_KEY_MAX];
	size_t length = partner_key(&p, key);

	LAW(partner_from_key(&read, key, length) && read.kind == p.kind && domain_same(&read.domain, d),
	    "the key of a partner reads back");
}

static void zones_follow_labels(const struct domain *d)
{
	const char *parent = domain_parent(d->text);
	struct domain zone, longer;

	LAW(domain_within(d, d), "a domain is within itself");
	if (!parent)
		return;
	if (domain_parse(&zone, parent, strlen(parent))) {
		LAW(domain_within(d, &zone), "a domain is within its parent");
		LAW(!domain_within(&zone, d), "a parent is not within its sub-domain");
	}
	if (domain_parse(&longer, d->text + 1, d->length - 1u) && d->text[0] != '.' && d->text[1] != '.')
		LAW(!domain_within(d, &longer), "half a label is no border");
}

static void check(const char *text, size_t length, struct domain *out)
{
	struct domain again;
	char *copy = fuzz_copy(text, length);
	bool good = domain_parse(out, copy, length);

	if (!good) {
		LAW(out->length == 0 && out->text[0] == '\0', "what is no name is empty");
	} else {
		LAW(is_name(out), "what is taken is a name");
		LAW(domain_parse(&again, out->text, out->length) && domain_same(&again, out), "a name stays as it is");
		its_key_reads_back(out);
		zones_follow_labels(out);
	}
	free(copy);
}

static void any_key_reads_strictly(const char *text, size_t length)
{
	struct partner p;
	char key[PARTNER_KEY_MAX];

	if (partner_from_key(&p, text, length))
		LAW(partner_key(&p, key) == length && memcmp(key, text, length) == 0, "a partner has one key");
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	struct fuzz_input in = { octets, size };
	size_t first, second;
	const char *one = fuzz_until(&in, '\n', &first), *two = fuzz_until(&in, '\n', &second);
	struct domain a, b;

	check(one, first, &a);
	check(two, second, &b);
	any_key_reads_strictly(one, first);
	if (a.length && b.length) {
		bool same = domain_same(&a, &b);

		LAW(same == (strcmp(a.text, b.text) == 0), "the same is what is spelt the same");
		LAW(same == (domain_within(&a, &b) && domain_within(&b, &a)), "within each other is the same");
	}
	return 0;
}
