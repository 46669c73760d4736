/* Reading and comparing domain names. Only ASCII is folded and classed here,
 * by hand: the locale has no say in who a partner is. */
#include "domain.h"

#include <string.h>

#define LABEL_MAX 63

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool label_is_good(const char *label, size_t length)
{
	if (length == 0 || length > LABEL_MAX || label[0] == '-' || label[length - 1] == '-')
		return false;
	for (size_t i = 0; i < length; i++) {
		char c = lower(label[i]);

		if (!(c >= 'a' && c <= 'z') && !is_digit(c) && c != '-')
			return false;
	}
	return true;
}

static bool label_is_number(const char *label, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (!is_digit(label[i]))
			return false;
	}
	return true;
}

static bool labels_are_good(const char *text, size_t length)
{
	size_t start = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] != '.')
			continue;
		if (!label_is_good(text + start, i - start))
			return false;
		start = i + 1;
	}
	return label_is_good(text + start, length - start) && !label_is_number(text + start, length - start);
}

bool domain_parse(struct domain *out, const char *text, size_t length)
{
	struct domain read = { 0 }; /* `text` may be the text of `out` */
	bool good;

	if (length > 0 && text[length - 1] == '.')
		length--;
	good = length > 0 && length <= DOMAIN_MAX && labels_are_good(text, length);
	if (good) {
		read.length = (uint8_t)length;
		for (size_t i = 0; i < length; i++)
			read.text[i] = lower(text[i]);
	}
	*out = read;
	return good;
}

bool domain_same(const struct domain *a, const struct domain *b)
{
	return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

bool domain_within(const struct domain *name, const struct domain *zone)
{
	size_t more;

	if (zone->length == 0 || name->length < zone->length)
		return false;
	more = (size_t)name->length - zone->length;
	if (more > 0 && name->text[more - 1] != '.')
		return false;
	return memcmp(name->text + more, zone->text, zone->length) == 0;
}

const char *domain_parent(const char *text)
{
	const char *dot = strchr(text, '.');

	return dot ? dot + 1 : NULL;
}
