#include "suppose.h"

#include <sofia-sip/su_alloc.h>
#include <sofia-sip/url.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"

#define URI_MAX 400
#define NAMES_MOST 64
#define TEXT_MAX (3 * URI_MAX + 400)

/* --- words --- */

static bool is_token(const char *text)
{
	return text[0] && strlen(text) < sizeof ((struct supposed *)NULL)->method
	    && !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~")];
}

/* What stands between "<" and ">" in a header, in one line. */
static bool is_plain(const char *text)
{
	for (const char *at = text; *at; at++)
		if (*at < 0x21 || *at > 0x7e || strchr("<>\"", *at))
			return false;
	return text[0] != '\0';
}

/* sofia's own reading of it. False: it is no URI. */
static bool read_uri(char out[URI_MAX], const char *word, struct domain *host)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	url_t *url;

	*host = (struct domain){ 0 };
	if (!is_plain(word) || strlen(word) + sizeof "sip:" > URI_MAX)
		return false;
	snprintf(out, URI_MAX, "%s%s", strchr(word, ':') ? "" : "sip:", word);
	url = url_make(home, out);
	if (url && url->url_host)
		domain_parse(host, url->url_host, strlen(url->url_host));
	su_home_deinit(home);
	return url != NULL;
}

/* --- the peer --- */

static bool has_name(const struct peer *peer, const struct certname *name)
{
	if (!name->wildcard)
		return match_names(peer, &name->domain);
	for (size_t i = 0; i < peer->count; i++)
		if (peer->names[i].wildcard && domain_same(&peer->names[i].domain, &name->domain))
			return true;
	return false;
}

/* Does it have so many of the names? */
static bool has_names(const struct peer *peer, const struct certname *names, size_t count, size_t least)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += has_name(peer, &names[i]);
	return found >= least;
}

static struct link *link_of(const struct traffic *tr, const struct certname *names, size_t count, size_t least)
{
	for (struct link *l = tr->links->first; l && count; l = l->next_all)
		if (l->kind == LINK_PARTNER && l->origin && link_is_open(l) && has_names(&l->peer.peer, names, count, least))
			return l;
	return NULL;
}

static void take_names(struct supposed *s, const struct certname *names, size_t count)
{
	s->names = alloc_zero(count + 1, sizeof *s->names);
	memcpy(s->names, names, count * sizeof *names);
	s->peer = (struct peer) { s->names, count };
}

static void add_name(struct certname *names, size_t *count, const char *before, const char *text, size_t text_length)
{
	char name[DOMAIN_MAX + 8];
	int length = snprintf(name, sizeof name, "%s%.*s", before, (int)text_length, text);

	if (*count == NAMES_MOST || (size_t)length >= sizeof name || !certname_parse(&names[*count], name, (size_t)length))
		return;
	tls_organisation(&names[*count].organisation, &names[*count].domain);
	(*count)++;
}

static void add_all(struct certname *names, size_t *count, const char *list)
{
	for (size_t length; *list; list += length + (list[length] == ' ')) {
		length = strcspn(list, " ");
		add_name(names, count, "", list, length);
	}
}

/* Of a connection that is open, or one that would have just these names. */
static bool find_peer(struct supposed *s, const struct traffic *tr, const struct supposition *words, const struct domain *source)
{
	struct certname names[NAMES_MOST] = { 0 };
	size_t count = 0;

	if (words->names) {
		add_all(names, &count, words->names);
	} else if (words->peer) {
		add_name(names, &count, "", words->peer, strlen(words->peer));
	} else if (source->length > 0) {
		add_name(names, &count, "sip.", source->text, source->length);
		add_name(names, &count, "", source->text, source->length);
	}
	s->link = link_of(tr, names, count, words->names ? count : 1);
	if (s->link)
		take_names(s, s->link->peer.peer.names, s->link->peer.peer.count);
	else
		take_names(s, names, count);
	return !words->peer || !words->peer[0] || count > 0;
}

/* --- the message --- */

static enum reason read_message(struct supposed *s, const struct traffic *tr, const char *text, size_t length)
{
	struct extract_view view = { &tr->own, tr->law, tr->pendings, &tr->store->target_key };
	struct domain organisation = *peer_organisation(&s->peer);
	struct origin origin = { .name = organisation.text };
	struct link from = { .kind = LINK_PARTNER, .origin = &origin };
	struct frame_state state = { 0 };
	struct passage passage;
	struct frame frame;
	size_t used;
	msg_t *message;

	if (frame_next(&state, &tr->links->limits, text, length, &frame, &used) != FRAME_MESSAGE)
		return frame.fault ? frame.fault : REASON_MALFORMED;
	if (frame.fault)
		return frame.fault;
	message = message_parse_framed(tr->class, &frame);
	if (!message)
		return REASON_MALFORMED;
	extract(&s->facts, &passage, &view, &from, frame.method, message);
	msg_destroy(message);
	return s->facts.fault;
}

static void write_message(char out[TEXT_MAX], const char *method, const char *from, const char *to)
{
	snprintf(out, TEXT_MAX, "%s %s SIP/2.0\r\nVia: SIP/2.0/TLS explain.invalid;branch=z9hG4bKexplain\r\nMax-Forwards: 70\r\n"
	    "From: <%s>;tag=explain\r\nTo: <%s>\r\nCall-ID: explain\r\nCSeq: 1 %s\r\nContent-Length: 0\r\n\r\n",
	    method, to, from, to, method);
}

bool suppose(struct supposed *s, const struct traffic *tr, const struct supposition *words, char *why, size_t size)
{
	char from[URI_MAX], to[URI_MAX], text[TEXT_MAX];
	const char *method = words->method ? words->method : "MESSAGE";
	struct domain source;

	*s = (struct supposed){ 0 };
	if (!is_token(method))
		snprintf(why, size, "--method: not the name of a method, as in INVITE");
	else if (!read_uri(from, words->from, &source))
		snprintf(why, size, "--from: not a URI, as in sip:alice@contoso.example");
	else if (!read_uri(to, words->to ? words->to : tr->conf->edge.domains[0].text, &s->to))
		snprintf(why, size, "--to: not a URI, as in sip:bob@example.com");
	else if (!find_peer(s, tr, words, &source))
		snprintf(why, size, "--peer: not the name of a certificate, as in sip.contoso.example");
	else {
		snprintf(s->method, sizeof s->method, "%s", method);
		write_message(text, method, from, to);
		s->facts.fault = read_message(s, tr, text, strlen(text));
		s->facts.has_target = s->facts.has_target && words->to;
		return true;
	}
	supposed_clear(s);
	return false;
}

void supposed_clear(struct supposed *s)
{
	free(s->names);
	s->names = NULL;
	s->peer = (struct peer){ 0 };
}

size_t suppose_others(const struct supposed *s, const struct ruleset *law, const struct domain *out[SUPPOSE_OTHERS_MOST])
{
	const struct domain *source = &s->facts.source;
	const struct allow *allow = source->length && !ruleset_is_local(law, source) ? ruleset_longest_allow(law, source) : NULL;
	const struct provider *provider;
	size_t providers = source->length && !ruleset_is_local(law, source) ? ruleset_providers(law, &provider) : 0, count = 0;

	if (allow && allow->edge.length && !match_names(&s->peer, &allow->edge))
		out[count++] = &allow->edge;
	for (; providers > 0 && count < SUPPOSE_OTHERS_MOST; providers--, provider++)
		if ((allow ? !strcmp(allow->provider, provider->name) : match_provider_covers(provider, source))
		    && !match_names(&s->peer, &provider->edge))
			out[count++] = &provider->edge;
	return count;
}
