/* Partners by name and by key. */
#include "partner.h"

#include <stdio.h>
#include <string.h>

static const char letters[] = {
	[PARTNER_NONE] = '-',
	[PARTNER_DISCOVERED] = 'd',
	[PARTNER_ALLOWED] = 'a',
	[PARTNER_TENANT] = 't',
	[PARTNER_PROVIDER] = 'p',
	[PARTNER_NEWCOMERS] = 'n',
};

static bool provider_octet_good(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    c == '-' || c == '_' || c == '.';
}

static bool provider_octets_good(const char *name, size_t length)
{
	if (length == 0 || length > PROVIDER_NAME_MAX)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!provider_octet_good(name[i]))
			return false;
	}
	return true;
}

bool provider_name_good(const char *name)
{
	return provider_octets_good(name, strlen(name));
}

bool partner_same(const struct partner *a, const struct partner *b)
{
	return a->kind == b->kind && domain_same(&a->domain, &b->domain) && strcmp(a->provider, b->provider) == 0;
}

struct partner partner_common(const struct partner *p)
{
	struct partner common = *p;

	if (p->kind == PARTNER_TENANT)
		common.domain = (struct domain){ 0 };
	else if (p->kind == PARTNER_DISCOVERED)
		common = (struct partner){ .kind = PARTNER_NEWCOMERS };
	return common;
}

void partner_text(const struct partner *p, char out[PARTNER_TEXT_MAX])
{
	const char *slash = p->domain.length > 0 ? "/" : "";

	switch (p->kind) {
	case PARTNER_DISCOVERED:
	case PARTNER_ALLOWED:
		snprintf(out, PARTNER_TEXT_MAX, "%s", p->domain.text);
		return;
	case PARTNER_TENANT:
		snprintf(out, PARTNER_TEXT_MAX, "%s%s%s", p->provider, slash, p->domain.text);
		return;
	case PARTNER_PROVIDER:
		snprintf(out, PARTNER_TEXT_MAX, "%s", p->provider);
		return;
	case PARTNER_NEWCOMERS:
		snprintf(out, PARTNER_TEXT_MAX, "newcomers");
		return;
	case PARTNER_NONE:
		break;
	}
	snprintf(out, PARTNER_TEXT_MAX, "-");
}

size_t partner_key(const struct partner *p, char out[PARTNER_KEY_MAX])
{
	if (p->kind == PARTNER_NONE) {
		out[0] = '\0';
		return 0;
	}
	out[0] = letters[p->kind];
	partner_text(p, out + 1);
	return strlen(out);
}

static enum partner_kind kind_of_letter(char letter)
{
	for (enum partner_kind kind = PARTNER_DISCOVERED; kind <= PARTNER_NEWCOMERS; kind++) {
		if (letters[kind] == letter)
			return kind;
	}
	return PARTNER_NONE;
}

/* A name in capitals or with the root's dot is not what partner_key wrote: where
 * the dot stood the domain has its NUL. */
static bool read_domain(struct partner *out, const char *text, size_t length)
{
	return domain_parse(&out->domain, text, length) && memcmp(out->domain.text, text, length) == 0;
}

static bool read_provider(struct partner *out, const char *text, size_t length)
{
	if (!provider_octets_good(text, length))
		return false;
	memcpy(out->provider, text, length);
	return true;
}

static bool read_tenant(struct partner *out, const char *text, size_t length)
{
	const char *slash = memchr(text, '/', length);
	size_t name;

	if (!slash)
		return read_provider(out, text, length);
	name = (size_t)(slash - text);
	return read_provider(out, text, name) && read_domain(out, slash + 1, length - name - 1);
}

static bool read_text(struct partner *out, const char *text, size_t length)
{
	switch (out->kind) {
	case PARTNER_DISCOVERED:
	case PARTNER_ALLOWED:
		return read_domain(out, text, length);
	case PARTNER_TENANT:
		return read_tenant(out, text, length);
	case PARTNER_PROVIDER:
		return read_provider(out, text, length);
	case PARTNER_NEWCOMERS:
		return length == strlen("newcomers") && memcmp(text, "newcomers", length) == 0;
	case PARTNER_NONE:
		break;
	}
	return false;
}

bool partner_from_key(struct partner *out, const char *key, size_t length)
{
	struct partner read = { 0 };
	bool good;

	if (length > 0)
		read.kind = kind_of_letter(key[0]);
	good = read.kind != PARTNER_NONE && read_text(&read, key + 1, length - 1);
	*out = good ? read : (struct partner){ 0 };
	return good;
}
