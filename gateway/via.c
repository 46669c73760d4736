#include "via.h"

#include <sofia-sip/bnf.h>
#include <sofia-sip/hostdomain.h>
#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/url.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "seal.h"

#define COOKIE "z9hG4bK"
#define OURS COOKIE "fg"
/* A message may pass here more than once, but not for ever: each costs a signature over the Call-ID. */
#define OWN_ROUTES_MOST 8
#define ROUTES_MOST 70 /* as many as Max-Forwards lets it go; each of a list leaves as a line of its own */
#define TAG_PREFIX "fg"

static bool same_domain(const struct domain *d, const char *host)
{
	struct domain other;

	return domain_parse(&other, host, strlen(host)) && domain_same(d, &other);
}

bool own_host(const struct own *own, const char *host)
{
	return host && (same_domain(&own->outer.host, host) || same_domain(&own->inner.host, host)
	    || same_domain(&own->edge, host));
}

/* --- keyed hashes over several texts, each with its length in front --- */

/* `kind` tells apart what is hashed for different ends. */
static struct siphash mix_begin(const struct own *own, uint8_t kind)
{
	struct siphash m;

	siphash_init(&m, &own->branch_key);
	siphash_add(&m, kind);
	return m;
}

static void mix(struct siphash *m, const void *data, size_t size)
{
	siphash_add_octets(m, &size, sizeof size);
	siphash_add_octets(m, data, size);
}

static void mix_text(struct siphash *m, const char *text)
{
	mix(m, text ? text : "", text ? strlen(text) : 0);
}

uint64_t via_transaction(const struct own *own, const sip_t *sip, const char *organisation)
{
	struct siphash m = mix_begin(own, 1);

	mix_text(&m, sip->sip_via->v_branch);
	mix_text(&m, sip->sip_via->v_host);
	mix_text(&m, sip->sip_via->v_port);
	mix_text(&m, sip->sip_call_id->i_id);
	mix_text(&m, sip->sip_from->a_tag);
	mix(&m, &sip->sip_cseq->cs_seq, sizeof sip->sip_cseq->cs_seq);
	mix_text(&m, organisation);
	return siphash_end(&m);
}

static void mix_url(struct siphash *m, const url_t *url)
{
	mix_text(m, url->url_scheme);
	mix_text(m, url->url_user);
	mix_text(m, url->url_host);
	mix_text(m, url->url_port);
	mix_text(m, url->url_params);
}

uint64_t via_request_uri(const struct own *own, const sip_t *sip)
{
	struct siphash m = mix_begin(own, 4);

	mix_url(&m, sip->sip_request->rq_url);
	return siphash_end(&m);
}

uint32_t via_loop_mark(const struct own *own, const sip_t *sip)
{
	struct siphash m = mix_begin(own, 2);

	mix_url(&m, sip->sip_request->rq_url);
	for (const sip_route_t *r = sip->sip_route; r; r = r->r_next)
		mix_url(&m, r->r_url);
	mix_text(&m, sip->sip_from->a_tag);
	mix_text(&m, sip->sip_to->a_tag);
	mix_text(&m, sip->sip_call_id->i_id);
	mix(&m, &sip->sip_cseq->cs_seq, sizeof sip->sip_cseq->cs_seq);
	mix_text(&m, sip->sip_cseq->cs_method_name);
	return (uint32_t)siphash_end(&m);
}

static char *put_hex(char *at, uint64_t value, unsigned digits)
{
	while (digits-- > 0)
		*at++ = "0123456789abcdef"[value >> 4 * digits & 15];
	return at;
}

void via_branch(char out[BRANCH_MAX], uint64_t transaction, uint32_t loop_mark)
{
	char *at = put_hex(out + sizeof OURS - 1, transaction, 16);

	memcpy(out, OURS, sizeof OURS - 1);
	*at++ = '.';
	*put_hex(at, loop_mark, 8) = '\0';
}

static bool read_hex(const char *text, size_t digits, uint64_t *out)
{
	uint64_t value = 0;

	for (size_t i = 0; i < digits; i++) {
		char c = text[i];

		if (c >= '0' && c <= '9')
			value = value << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint64_t)(c - 'a' + 10);
		else
			return false;
	}
	*out = value;
	return true;
}

bool via_branch_read(const char *text, size_t length, uint64_t *transaction, uint32_t *loop_mark)
{
	const size_t prefix = sizeof OURS - 1;
	uint64_t mark;

	if (length != prefix + 16 + 1 + 8 || memcmp(text, OURS, prefix) || text[prefix + 16] != '.'
	    || !read_hex(text + prefix, 16, transaction) || !read_hex(text + prefix + 17, 8, &mark))
		return false;
	*loop_mark = (uint32_t)mark;
	return true;
}

bool via_looped(const struct own *own, const sip_t *sip)
{
	uint32_t mark = 0, seen;
	uint64_t transaction;
	bool known = false;

	for (const sip_via_t *v = sip->sip_via; v; v = v->v_next) {
		if (!v->v_branch || !via_branch_read(v->v_branch, strlen(v->v_branch), &transaction, &seen))
			continue;
		if (!known)
			mark = via_loop_mark(own, sip);
		known = true;
		if (seen == mark)
			return true;
	}
	return false;
}

/* --- To tags of our own refusals --- */

void via_tag_of(const struct own *own, const char *call_id, size_t call_id_length, const char *cseq, size_t cseq_length, char out[TAG_MAX])
{
	struct siphash m = mix_begin(own, 3);
	unsigned long number = 0;

	/* As many digits as a CSeq has at most: what is scanned need not be one, and has no NUL behind it. */
	for (size_t i = 0; i < cseq_length && i < 10 && cseq[i] >= '0' && cseq[i] <= '9'; i++)
		number = number * 10 + (unsigned long)(cseq[i] - '0');
	mix(&m, call_id, call_id_length);
	mix(&m, &number, sizeof number);
	memcpy(out, TAG_PREFIX, sizeof TAG_PREFIX - 1);
	*put_hex(out + sizeof TAG_PREFIX - 1, siphash_end(&m), 16) = '\0';
}

void via_tag(const struct own *own, const sip_t *sip, char out[TAG_MAX])
{
	char cseq[16];
	int n = snprintf(cseq, sizeof cseq, "%lu", (unsigned long)sip->sip_cseq->cs_seq);

	via_tag_of(own, sip->sip_call_id->i_id, strlen(sip->sip_call_id->i_id), cseq, (size_t)n, out);
}

bool via_tag_is_ours(const struct own *own, const sip_t *sip)
{
	char tag[TAG_MAX];

	if (!sip->sip_to->a_tag)
		return false;
	via_tag(own, sip, tag);
	return !strcmp(tag, sip->sip_to->a_tag);
}

/* --- Via and Max-Forwards --- */

/* The parser takes "TLS.[2001:db8::1]" for a transport, and would print the host behind it a second time. */
static bool transport_is_token(const sip_via_t *v)
{
	const char *transport = strrchr(v->v_protocol, '/');

	return transport && transport[1] && !transport[1 + span_token(transport + 1)];
}

bool via_received(msg_t *msg, const char *host, unsigned port)
{
	sip_via_t *v = sip_object(msg)->sip_via;
	su_home_t *home = msg_home(msg);
	char *param;
	bool brackets = strchr(host, ':') != NULL;
	char literal[80];

	if (!transport_is_token(v))
		return false;
	snprintf(literal, sizeof literal, brackets ? "[%s]" : "%s", host);
	if (v->v_rport) {
		param = su_sprintf(home, "rport=%u", port);
		if (!param || msg_header_replace_param(home, v->v_common, param) < 0)
			return false;
	}
	if (v->v_rport || strcmp(v->v_host, literal)) {
		param = su_sprintf(home, "received=%s", host);
		if (!param || msg_header_replace_param(home, v->v_common, param) < 0)
			return false;
		msg_fragment_clear(v->v_common);
	}
	return true;
}

bool via_tell_rate(msg_t *msg, const struct rate *rate, int64_t wall_us)
{
	sip_via_t *v = sip_object(msg)->sip_via;
	su_home_t *home = msg_home(msg);
	const char *algorithms = msg_header_find_param(v->v_common, "oc-algo");
	int64_t per_second = (int64_t)rate->count * 1000000 / rate->period_us;
	char *params[4];

	if (!msg_header_find_param(v->v_common, "oc") || !algorithms || !strstr(algorithms, "rate"))
		return true;
	params[0] = su_sprintf(home, "oc=%lld", (long long)(per_second > 0 ? per_second : 1));
	params[1] = su_sprintf(home, "oc-algo=\"rate\"");
	params[2] = su_sprintf(home, "oc-validity=1000");
	params[3] = su_sprintf(home, "oc-seq=%lld.%02lld", (long long)(wall_us / 1000000), (long long)(wall_us / 10000 % 100));
	for (size_t i = 0; i < 4; i++)
		if (!params[i] || msg_header_replace_param(home, v->v_common, params[i]) < 0)
			return false;
	msg_fragment_clear(v->v_common);
	return true;
}

/* Created, not formatted and parsed again: what it is made of is ours. */
bool via_push(msg_t *msg, const struct own_side *side, const char *branch)
{
	su_home_t *home = msg_home(msg);
	char port[8], param[sizeof "branch=" + BRANCH_MAX] = "branch=";
	sip_via_t *via;

	snprintf(port, sizeof port, "%u", side->port);
	strncat(param, branch, BRANCH_MAX);
	via = sip_via_create(home, side->host.text, port, side->tls ? sip_transport_tls : sip_transport_tcp, param, NULL);
	return msg_header_insert(msg, NULL, (msg_header_t *)via) >= 0;
}

bool via_count_down(msg_t *msg)
{
	sip_t *sip = sip_object(msg);

	if (sip->sip_max_forwards) {
		/* Below 0 sofia cannot print it, and would grow its buffer without end. */
		if (sip->sip_max_forwards->mf_count == 0 || sip->sip_max_forwards->mf_count > 255)
			return false;
		sip->sip_max_forwards->mf_count--;
		msg_fragment_clear(sip->sip_max_forwards->mf_common);
		return true;
	}
	return msg_header_insert(msg, NULL, (msg_header_t *)sip_max_forwards_make(msg_home(msg), "70")) >= 0;
}

/* --- Route and Record-Route --- */

const char *route_token(const url_t *url, char out[TOKEN_TEXT_MAX])
{
	if (!url->url_params)
		return NULL;
	out[0] = '\0';
	if (url_param(url->url_params, "fg", out, TOKEN_TEXT_MAX) <= 0)
		return NULL;
	return out;
}

bool route_is_ours(const struct own *own, const url_t *url)
{
	return url->url_params && url_has_param(url, "fg") && own_host(own, url->url_host);
}

static bool side_fits(enum token_side side, bool from_inside, bool first)
{
	if (side == TOKEN_BOTH)
		return first;
	return (side == TOKEN_INNER) == (from_inside == first);
}

/* A call that went back to a partner from inside has been here twice, the other way the second time: further on are
 * Routes of ours whose local party was the other one. They are looked at again when it is their turn. */
static struct token_dialog other_party(const sip_t *sip, const struct token_dialog *dialog, bool from_inside)
{
	const url_t *url = from_inside ? sip->sip_to->a_url : sip->sip_from->a_url;

	return (struct token_dialog){ dialog->call_id, url->url_user, url->url_host ? url->url_host : "" };
}

enum route_verdict route_read(const struct own *own, const sip_t *sip, const struct token_dialog *dialog, bool from_inside,
    struct token *out, unsigned *consume)
{
	struct token_dialog back = other_party(sip, dialog, from_inside);
	char text[TOKEN_TEXT_MAX];
	struct token token;
	unsigned at = 0, ours = 0;
	bool now;

	*consume = 0;
	if (route_is_ours(own, sip->sip_request->rq_url))
		return ROUTE_BAD;
	for (const sip_route_t *r = sip->sip_route; r; r = r->r_next, at++) {
		if (!route_is_ours(own, r->r_url))
			continue;
		if (++ours > OWN_ROUTES_MOST)
			return ROUTE_BAD;
		if (!route_token(r->r_url, text))
			return ROUTE_BAD;
		now = token_read(own->tokens, text, dialog, &token);
		if (!now && !(*consume && token_read(own->tokens, text, &back, &token)))
			return ROUTE_BAD;
		if (now && at == *consume && at < 2) {
			if (!side_fits(token.side, from_inside, at == 0))
				return ROUTE_BAD;
			if (at == 0)
				*out = token;
			*consume = at + 1;
		}
	}
	return *consume ? ROUTE_PROVEN : ROUTE_NONE;
}

void route_remove(msg_t *msg, unsigned count)
{
	sip_t *sip = sip_object(msg);

	while (sip->sip_route && count--)
		msg_header_remove(msg, NULL, (msg_header_t *)sip->sip_route);
}

/* sofia takes octets for a Route's URI, blanks and angles among them, that no URI has. */
static bool is_uri(su_home_t *home, const url_t *url)
{
	const char *text = url_as_string(home, url);

	for (; text && *text > ' ' && *text < 0x7f && !strchr("<>\"", *text); text++)
		;
	return text && !*text;
}

bool routes_are_sound(msg_t *msg)
{
	unsigned count = 0;

	for (const sip_route_t *r = sip_object(msg)->sip_route; r; r = r->r_next)
		if (++count > ROUTES_MOST || !is_uri(msg_home(msg), r->r_url))
			return false;
	return true;
}

bool records_are_sound(msg_t *msg)
{
	for (const sip_record_route_t *r = sip_object(msg)->sip_record_route; r; r = r->r_next)
		if (!is_uri(msg_home(msg), r->r_url))
			return false;
	return true;
}

/* A strict router puts our Route into the Request-URI and the Request-URI last. sofia
 * inserts a Route behind the others, so all of them are inserted anew. */
bool route_undo_strict(const struct own *own, msg_t *msg)
{
	sip_t *sip = sip_object(msg);
	su_home_t *home = msg_home(msg);
	sip_route_t *ours, *r, *next;

	if (!route_is_ours(own, sip->sip_request->rq_url) || !sip->sip_route)
		return true;
	ours = sip_route_create(home, sip->sip_request->rq_url, NULL);
	r = sip_route_dup(home, sip->sip_route);
	route_remove(msg, UINT_MAX);
	if (!r || msg_header_insert(msg, NULL, (msg_header_t *)ours) < 0)
		return false;
	for (; (next = r->r_next); r = next) {
		r->r_next = NULL;
		if (msg_header_insert(msg, NULL, (msg_header_t *)r) < 0)
			return false;
	}
	if (!is_uri(home, r->r_url))
		return false;
	sip->sip_request->rq_url[0] = *r->r_url;
	msg_fragment_clear(sip->sip_request->rq_common);
	return true;
}

static bool push_record(msg_t *msg, const struct own *own, const struct own_side *side, struct token token,
    enum token_side names, const struct token_dialog *dialog, const char *hidden)
{
	char text[TOKEN_TEXT_MAX], sealed[SEAL_TEXT_MAX];
	bool sips = sip_object(msg)->sip_request->rq_url->url_type == url_sips;
	sip_record_route_t *rr;

	token.side = names;
	token_make(own->tokens, &token, dialog, text);
	if (hidden && !seal(own->tokens, text, hidden, sealed))
		return false;
	rr = sip_record_route_format(msg_home(msg), "<%s:%s:%u%s;lr;fg=%s%s%s>", sips ? "sips" : "sip", side->host.text,
	    side->port, sips ? "" : side->tls ? ";transport=tls" : ";transport=tcp", text,
	    hidden ? ";" HIDDEN_PARAM "=" : "", hidden ? sealed : "");
	return msg_header_insert(msg, NULL, (msg_header_t *)rr) >= 0;
}

bool route_record(msg_t *msg, const struct own *own, const struct token *token, const struct token_dialog *dialog, bool inward,
    const char *hidden)
{
	if (own->one_side)
		return push_record(msg, own, &own->outer, *token, TOKEN_BOTH, dialog, hidden);
	if (!inward)
		return push_record(msg, own, &own->inner, *token, TOKEN_INNER, dialog, hidden)
		    && push_record(msg, own, &own->outer, *token, TOKEN_OUTER, dialog, NULL);
	return push_record(msg, own, &own->outer, *token, TOKEN_OUTER, dialog, NULL)
	    && push_record(msg, own, &own->inner, *token, TOKEN_INNER, dialog, hidden);
}
