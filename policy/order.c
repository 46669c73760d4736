#include "order.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TIME_END (INT64_C(1) << 53) /* what Redis' scripts tell exactly */

static const char *const tokens[] = {
	[ORDER_UNALLOW] = "unallow", [ORDER_UNBLOCK] = "unblock", [ORDER_ALLOW] = "allow", [ORDER_BLOCK] = "block",
};

const char *order_list_token(enum order_list list)
{
	return tokens[list];
}

bool order_is_newer(const struct order *o, const struct order *than)
{
	return o->made_us > than->made_us || (o->made_us == than->made_us && o->list > than->list);
}

bool order_is_undone(const struct order *o)
{
	return o->list == ORDER_UNALLOW || o->list == ORDER_UNBLOCK;
}

static bool who_octet_good(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

void order_set_who(struct order *o, const char *name)
{
	size_t length = 0;

	for (; name[length] && length < ORDER_WHO_MAX; length++)
		o->who[length] = who_octet_good(name[length]) ? name[length] : '_';
	if (!length)
		o->who[length++] = '_';
	o->who[length] = '\0';
}

static bool comment_octets_good(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return true;
}

bool order_set_comment(struct order *o, const char *text, const char **why)
{
	size_t length = strlen(text);

	*why = length > ORDER_COMMENT_MAX ? "a comment has at most 200 octets"
	    : !comment_octets_good(text, length) ? "a comment is printable ASCII: no control characters, no umlauts" : NULL;
	if (*why)
		return false;
	memcpy(o->comment, text, length + 1);
	return true;
}

#define RULE_BEGIN "operator:"

void order_rule(const struct order *o, char out[ORDER_RULE_MAX])
{
	snprintf(out, ORDER_RULE_MAX, RULE_BEGIN "%s", o->who);
}

bool order_is_rule(const char *rule)
{
	return strncmp(rule, RULE_BEGIN, sizeof RULE_BEGIN - 1) == 0;
}

size_t order_write(const struct order *o, char out[ORDER_TEXT_MAX])
{
	return (size_t)snprintf(out, ORDER_TEXT_MAX, "%" PRId64 " %" PRId64 " %s %" PRIu32 " %s %s %s %s", o->made_us, o->until_us,
	    tokens[o->list], o->uid, o->who, o->edge.text, o->domain.text, o->comment);
}

/* --- the way back --- */

/* What is left of a text; a word is taken off with the one blank behind it. */
struct rest {
	const char *at, *end;
};

struct word {
	const char *text;
	size_t length;
};

static struct word take(struct rest *rest)
{
	const char *blank = memchr(rest->at, ' ', (size_t)(rest->end - rest->at));
	struct word word = { rest->at, blank ? (size_t)(blank - rest->at) : 0 };

	if (blank)
		rest->at = blank + 1;
	return word;
}

/* As it is written: no sign, no zero in front. */
static bool take_number(struct rest *rest, int64_t end, int64_t *out)
{
	struct word word = take(rest);
	int64_t number = 0;

	if (word.length == 0 || word.length > 16 || (word.length > 1 && word.text[0] == '0'))
		return false;
	for (size_t i = 0; i < word.length; i++) {
		if (word.text[i] < '0' || word.text[i] > '9')
			return false;
		number = number * 10 + (word.text[i] - '0');
	}
	*out = number;
	return number < end;
}

static bool take_list(struct rest *rest, enum order_list *out)
{
	struct word word = take(rest);

	for (enum order_list list = ORDER_UNALLOW; list <= ORDER_BLOCK; list++) {
		if (strlen(tokens[list]) == word.length && memcmp(tokens[list], word.text, word.length) == 0) {
			*out = list;
			return true;
		}
	}
	return false;
}

static bool take_who(struct rest *rest, char out[ORDER_WHO_MAX + 1])
{
	struct word word = take(rest);

	if (word.length == 0 || word.length > ORDER_WHO_MAX)
		return false;
	for (size_t i = 0; i < word.length; i++)
		if (!who_octet_good(word.text[i]))
			return false;
	memcpy(out, word.text, word.length);
	return true;
}

/* In capitals or with the root's dot it is not what order_write made. */
static bool take_domain(struct rest *rest, struct domain *out)
{
	struct word word = take(rest);

	return domain_parse(out, word.text, word.length) && out->length == word.length
	    && memcmp(out->text, word.text, word.length) == 0;
}

static bool take_comment(struct rest *rest, char out[ORDER_COMMENT_MAX + 1])
{
	size_t length = (size_t)(rest->end - rest->at);

	if (length > ORDER_COMMENT_MAX || !comment_octets_good(rest->at, length))
		return false;
	memcpy(out, rest->at, length);
	return true;
}

bool order_read(struct order *out, const char *text, size_t length)
{
	struct rest rest = { text, text + length };
	struct order o = { 0 };
	int64_t uid = 0;
	bool good = take_number(&rest, TIME_END, &o.made_us) && take_number(&rest, TIME_END, &o.until_us)
	    && take_list(&rest, &o.list) && take_number(&rest, INT64_C(1) << 32, &uid) && take_who(&rest, o.who)
	    && take_domain(&rest, &o.edge) && take_domain(&rest, &o.domain) && take_comment(&rest, o.comment);

	good = good && (o.until_us == 0 || (!order_is_undone(&o) && o.until_us > o.made_us));
	o.uid = (uint32_t)uid;
	*out = good ? o : (struct order){ 0 };
	return good;
}
