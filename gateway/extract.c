#include "extract.h"

#include <sofia-sip/hostdomain.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/url.h>
#include <string.h>
#include <strings.h>

#include "../policy/target.h"
#include "hidden.h"

#define MAX_FORWARDS_MOST 255

static bool is_sip(const url_t *url)
{
	return url->url_type == url_sip || url->url_type == url_sips;
}

/* sofia takes any octets for a host; RFC 3261 takes a name or an address. */
static bool host_is_sound(const url_t *url)
{
	struct domain d;

	return url->url_host && !url->url_path
	    && (domain_parse(&d, url->url_host, strlen(url->url_host)) || host_is_ip_address(url->url_host));
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* RFC 3261 25.1; sofia takes whatever stands before the first colon. */
static bool scheme_is_sound(const char *scheme)
{
	return scheme && strspn(scheme, LETTERS) > 0 && !scheme[strspn(scheme, LETTERS "0123456789+-.")];
}

/* Of From and To, where sofia takes "*", a bare word and blanks as well. */
static bool url_is_sound(const url_t *url)
{
	if (!is_sip(url))
		return url->url_type != url_any && scheme_is_sound(url->url_scheme);
	return host_is_sound(url) && !(url->url_user && url->url_user[strcspn(url->url_user, " \t\r\n")]);
}

/* sofia reads escapes in a host, where there are none (RFC 3261 25.1): to the next hop it may be another one. */
static bool host_is_escaped(const sip_request_t *rq)
{
	const char *line = rq->rq_common->h_data, *end, *host;

	if (!line)
		return false;
	end = line + rq->rq_common->h_len;
	host = memchr(line, '@', (size_t)(end - line));
	if (!host)
		host = memchr(line, ':', (size_t)(end - line));
	if (host)
		for (host++; host < end && !strchr(":;? ", *host); host++)
			if (*host == '%')
				return true;
	return false;
}

/* Might who gets it send it elsewhere? By headers in its Request-URI (RFC 3261 19.1.1 allows none), or by another
 * reading of its host. Inside a dialog towards a partner it is his own Contact, and leads to him by our token. */
static bool misleads(const sip_request_t *rq)
{
	return is_sip(rq->rq_url) && (rq->rq_url->url_headers || host_is_escaped(rq));
}

#define MADDR "maddr"

/* A maddr parameter, which would send the next hop wherever it says (RFC 3261 16.5). Its name may be written with
 * escapes (RFC 3261 25.1). */
static bool is_aimed(const url_t *url)
{
	char name[3 * sizeof MADDR];
	size_t length;

	for (const char *at = url->url_params; at && *at; at += length + strcspn(at + length, ";"), at += *at == ';') {
		length = strcspn(at, "=;");
		if (length >= sizeof name)
			continue;
		memcpy(name, at, length);
		name[length] = '\0';
		url_unescape(name, name);
		if (!strcasecmp(name, MADDR))
			return true;
	}
	return false;
}

static bool is_local(const struct ruleset *law, const url_t *url)
{
	struct domain d;

	return domain_parse(&d, url->url_host, strlen(url->url_host)) && ruleset_is_local(law, &d);
}

bool extract_mentions(const char *text, size_t size, const char *word)
{
	size_t length = strlen(word);

	/* A letter and its capital differ in one bit, and nothing else becomes a letter by it. */
	for (size_t i = 0; i + length <= size; i++)
		if ((text[i] | 0x20) == word[0] && !strncasecmp(text + i, word, length))
			return true;
	return false;
}

bool extract_names_recipients(const char *text, size_t size)
{
	return extract_mentions(text, size, "resource-lists") || extract_mentions(text, size, "adrl+xml");
}

/* One request that names many recipients: RFC 5363 lists, as the body or a part of it. */
static bool has_recipient_list(const sip_t *sip)
{
	const sip_require_t *require;
	const sip_content_type_t *type = sip->sip_content_type;

	for (require = sip->sip_require; require; require = (const sip_require_t *)require->k_next)
		for (size_t i = 0; require->k_items && require->k_items[i]; i++)
			if (!strncasecmp(require->k_items[i], "recipient-list", 14))
				return true;
	if (!type || !type->c_type)
		return false;
	if (extract_names_recipients(type->c_type, strlen(type->c_type)))
		return true;
	if (strncasecmp(type->c_type, "multipart/", 10) || !sip->sip_payload || !sip->sip_payload->pl_data)
		return false;
	return extract_names_recipients(sip->sip_payload->pl_data, sip->sip_payload->pl_len);
}

static bool for_this_edge(const struct own *own, const sip_t *sip)
{
	const url_t *url = sip->sip_request->rq_url;

	return (sip->sip_max_forwards && sip->sip_max_forwards->mf_count == 0)
	    || (!url->url_user && own_host(own, url->url_host));
}

/* RFC 5393 5.3.3: who forwards to one place needs a breadth of one, and passes all of it on. */
static bool has_no_breadth(const sip_t *sip)
{
	const sip_unknown_t *h = message_find_named(sip, "Max-Breadth");

	return h && h->un_value && h->un_value[0] && !h->un_value[strspn(h->un_value, "0 \t")];
}

/* The part of row 1 that does not depend on who asks, in the order of
 * product.md's table. */
static enum reason message_fault(const struct own *own, const sip_t *sip, enum method method, bool answers_itself)
{
	const sip_max_forwards_t *hops = sip->sip_max_forwards;

	if (!url_is_sound(sip->sip_from->a_url) || !url_is_sound(sip->sip_to->a_url)
	    || (hops && hops->mf_count > MAX_FORWARDS_MOST))
		return REASON_MALFORMED;
	if (!is_sip(sip->sip_request->rq_url))
		return REASON_BAD_SCHEME;
	if (!host_is_sound(sip->sip_request->rq_url))
		return REASON_MALFORMED;
	if (sip->sip_proxy_require && method != METHOD_CANCEL && method != METHOD_ACK) /* where RFC 3261 8.2.2.3 has it ignored */
		return REASON_BAD_EXTENSION;
	if (hops && hops->mf_count == 0 && !answers_itself)
		return REASON_TOO_MANY_HOPS;
	if (has_no_breadth(sip) && !answers_itself)
		return REASON_NO_BREADTH;
	if (via_looped(own, sip))
		return REASON_LOOP;
	return REASON_NONE;
}

static enum reason routing_fault(const struct facts *facts, const struct passage *p, bool local, bool aimed)
{
	if (p->route == ROUTE_BAD)
		return REASON_BAD_ROUTE;
	if ((!local || aimed) && p->route != ROUTE_PROVEN && !facts->for_edge)
		return REASON_NOT_LOCAL;
	if (facts->method == METHOD_REGISTER || facts->method == METHOD_PUBLISH)
		return REASON_NOT_HERE;
	return REASON_NONE;
}

/* The ACK of a failed INVITE and a CANCEL belong to a transaction that went
 * through here; its record proves it. NULL: there is none. */
static const struct pending *invite_of(const struct extract_view *view, const struct facts *facts, uint64_t transaction, const sip_t *sip)
{
	const struct pending *at = NULL;

	if (facts->method == METHOD_CANCEL || facts->method == METHOD_ACK)
		at = pending_find(view->pendings, transaction);
	return at && at->invite && at->request_uri == via_request_uri(view->own, sip) ? at : NULL;
}

static uint64_t hash_of(const struct siphash_key *key, const url_t *url)
{
	return target_hash(key, url->url_user, url->url_user ? strlen(url->url_user) : 0, url->url_host, strlen(url->url_host));
}

/* A token does not make it free to ask for other local names. */
static bool keeps_to_dialog(const struct facts *facts, const struct siphash_key *key, const url_t *to)
{
	return !facts->has_target || (to->url_host && hash_of(key, to) == facts->target);
}

static void read_route(struct passage *p, const struct extract_view *view, const struct facts *facts,
    const struct link *from, msg_t *msg)
{
	const sip_t *sip = sip_object(msg);
	const url_t *to = sip->sip_to->a_url;
	struct token_dialog dialog = { sip->sip_call_id->i_id, to->url_user, to->url_host ? to->url_host : "" };

	p->route = route_read(view->own, sip, &dialog, false, &p->token, &p->own_routes);
	if (p->route == ROUTE_PROVEN && (strcmp(p->token.organisation.text, from->origin->name)
	    || !domain_same(&p->token.source, &facts->source)
	    || !hidden_read_routes(view->own, msg, p->own_routes, &p->hidden_routes)))
		p->route = ROUTE_BAD;
	if (p->route == ROUTE_PROVEN && !p->in_dialog)
		p->route = ROUTE_NONE; /* a token serves the dialog it was given for, no new one */
}

static void read_source(struct facts *facts, const url_t *from)
{
	if (is_sip(from) && from->url_host)
		domain_parse(&facts->source, from->url_host, strlen(from->url_host));
}

void extract(struct facts *facts, struct passage *p, const struct extract_view *view, const struct link *from,
    enum method method, msg_t *msg)
{
	sip_t *sip = sip_object(msg);
	const url_t *url;
	bool local;

	*facts = (struct facts) { .method = method };
	*p = (struct passage) { .in_dialog = sip->sip_to->a_tag != NULL };
	if (!routes_are_sound(msg) || !route_undo_strict(view->own, msg)) {
		facts->fault = REASON_MALFORMED;
		return;
	}
	url = sip->sip_request->rq_url;
	read_source(facts, sip->sip_from->a_url);
	facts->for_edge = method == METHOD_OPTIONS && for_this_edge(view->own, sip);
	facts->fault = misleads(sip->sip_request) ? REASON_MALFORMED : message_fault(view->own, sip, method, facts->for_edge);
	if (facts->fault)
		return;
	p->transaction = via_transaction(view->own, sip, from->origin->name);
	read_route(p, view, facts, from, msg);
	facts->recipient_list = has_recipient_list(sip);
	local = is_local(view->law, url);
	facts->fault = routing_fault(facts, p, local, is_aimed(url));
	facts->has_target = local && !facts->for_edge;
	if (facts->has_target)
		facts->target = hash_of(view->target_key, url);
	facts->proven = invite_of(view, facts, p->transaction, sip)
	    || (p->route == ROUTE_PROVEN && keeps_to_dialog(facts, view->target_key, sip->sip_to->a_url));
}

/* A new request of our side. Its Route led it here, or is nobody's: it goes by its Request-URI. */
static enum reason read_partner(struct passage *p, const struct extract_view *view, const struct facts *facts, const sip_request_t *rq)
{
	const url_t *url = rq->rq_url;

	if (misleads(rq))
		return REASON_MALFORMED;
	if (facts->method == METHOD_REGISTER || facts->method == METHOD_PUBLISH || is_aimed(url))
		return REASON_NOT_HERE;
	if (!domain_parse(&p->partner, url->url_host, strlen(url->url_host)) || ruleset_is_local(view->law, &p->partner))
		return REASON_NOT_HERE;
	return REASON_NONE;
}

/* With its INVITE, wherever that went. The ACK of a success is a request of its own (RFC 3261 13.2.2.4), also
 * where it is sent as if it were none. */
static bool goes_along(const struct pending *invite, enum method method)
{
	return invite && !(method == METHOD_ACK && invite->success);
}

void extract_inside(struct facts *facts, struct passage *p, const struct extract_view *view, enum method method, msg_t *msg)
{
	sip_t *sip = sip_object(msg);
	const url_t *from = sip->sip_from->a_url;
	struct token_dialog dialog = { sip->sip_call_id->i_id, from->url_user, from->url_host ? from->url_host : "" };
	const struct pending *invite;

	*facts = (struct facts) { .method = method };
	*p = (struct passage) { .in_dialog = sip->sip_to->a_tag != NULL };
	if (!routes_are_sound(msg) || !records_are_sound(msg) || !route_undo_strict(view->own, msg)) {
		facts->fault = REASON_MALFORMED;
		return;
	}
	read_source(facts, from);
	facts->for_edge = method == METHOD_OPTIONS && for_this_edge(view->own, sip);
	facts->fault = message_fault(view->own, sip, method, facts->for_edge);
	if (facts->fault)
		return;
	p->transaction = via_transaction(view->own, sip, "");
	p->route = route_read(view->own, sip, &dialog, true, &p->token, &p->own_routes);
	if (p->route == ROUTE_PROVEN && !p->in_dialog)
		p->route = ROUTE_NONE;
	invite = invite_of(view, facts, p->transaction, sip);
	facts->proven = p->route == ROUTE_PROVEN || invite;
	if (p->route == ROUTE_BAD)
		facts->fault = REASON_BAD_ROUTE;
	else if (p->route == ROUTE_PROVEN)
		p->partner = p->token.source;
	else if (!goes_along(invite, method) && !facts->for_edge)
		facts->fault = read_partner(p, view, facts, sip->sip_request);
}
