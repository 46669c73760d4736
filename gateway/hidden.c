#include "hidden.h"

#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/url.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* --- lists of headers as one text --- */

/* The values before `end`, as they follow each other or backwards. False: too long, or not to be printed. */
static bool text_of(const msg_header_t *from, const msg_header_t *end, bool backwards, char out[SEAL_PLAIN_MAX + 1])
{
	char value[SEAL_PLAIN_MAX + 1];
	size_t used = 0;

	out[0] = '\0';
	for (; from && from != end; from = from->sh_next) {
		issize_t printed = msg_header_field_e(value, sizeof value, from, 0); /* sip_header_as_string cuts what is over 127 octets */
		size_t length = (size_t)printed, comma = used > 0;
		char *at = backwards ? out : out + used + comma;

		if (printed <= 0 || used + comma + length > SEAL_PLAIN_MAX)
			return false;
		if (backwards)
			memmove(out + length + comma, out, used + 1);
		memcpy(at, value, length);
		if (comma)
			*(backwards ? out + length : out + used) = ',';
		used += comma + length;
		out[used] = '\0';
	}
	return true;
}

/* sofia puts a Via or Record-Route in front of those that are there: the last of a list goes in first. */
static bool push_all(msg_t *msg, msg_header_t *list)
{
	msg_header_t *last = NULL, *next;

	for (; list; list = next) {
		next = list->sh_next;
		list->sh_next = last;
		last = list;
	}
	for (; last; last = next) {
		next = last->sh_next;
		last->sh_next = NULL;
		if (msg_header_insert(msg, NULL, last) < 0)
			return false;
	}
	return true;
}

static void remove_records(msg_t *msg, const sip_record_route_t *end)
{
	sip_t *sip = sip_object(msg);

	while (sip->sip_record_route && sip->sip_record_route != end)
		msg_header_remove(msg, NULL, (msg_header_t *)sip->sip_record_route);
}

/* --- Via --- */

bool hidden_take_vias(const struct own *own, msg_t *msg)
{
	sip_via_t *ours = sip_object(msg)->sip_via;
	char plain[SEAL_PLAIN_MAX + 1], sealed[SEAL_TEXT_MAX];
	const char *param;

	if (!text_of((msg_header_t *)ours->v_next, NULL, false, plain) || !seal(own->tokens, ours->v_branch, plain, sealed))
		return false;
	param = su_sprintf(msg_home(msg), HIDDEN_PARAM "=%s", sealed);
	if (!param || msg_header_add_param(msg_home(msg), ours->v_common, param) < 0)
		return false;
	while (ours->v_next)
		msg_header_remove(msg, NULL, (msg_header_t *)ours->v_next);
	return true;
}

bool hidden_in_via(const sip_t *sip)
{
	return msg_header_find_param(sip->sip_via->v_common, HIDDEN_PARAM) != NULL;
}

bool hidden_give_vias(const struct own *own, msg_t *msg)
{
	sip_via_t *ours = sip_object(msg)->sip_via, *vias;
	const char *sealed = msg_header_find_param(ours->v_common, HIDDEN_PARAM);
	char plain[SEAL_PLAIN_MAX + 1];

	if (!sealed || !ours->v_branch || ours->v_next || !unseal(own->tokens, ours->v_branch, sealed, plain))
		return false;
	vias = sip_via_dup(msg_home(msg), sip_via_make(msg_home(msg), plain));
	if (!vias)
		return false;
	msg_header_remove(msg, NULL, (msg_header_t *)ours);
	return push_all(msg, (msg_header_t *)vias);
}

/* --- Record-Route --- */

/* What this Route or Record-Route of ours hides. */
static bool open_url(const struct own *own, const url_t *url, char plain[SEAL_PLAIN_MAX + 1])
{
	char token[TOKEN_TEXT_MAX], sealed[SEAL_TEXT_MAX];

	return route_token(url, token) && url_param(url->url_params, HIDDEN_PARAM, sealed, sizeof sealed) > 0
	    && unseal(own->tokens, token, sealed, plain);
}

static bool hides(const struct own *own, const url_t *url)
{
	return route_is_ours(own, url) && url_has_param(url, HIDDEN_PARAM);
}

bool hidden_take_records(msg_t *msg, char out[SEAL_PLAIN_MAX + 1])
{
	if (!records_are_sound(msg) || !text_of((msg_header_t *)sip_object(msg)->sip_record_route, NULL, false, out))
		return false;
	remove_records(msg, NULL);
	return true;
}

/* Of the dialog that our own side began: From is the local party. */
static bool is_of_dialog(const struct own *own, const sip_t *sip, const url_t *record)
{
	const url_t *from = sip->sip_from->a_url;
	struct token_dialog dialog = { sip->sip_call_id->i_id, from->url_user, from->url_host ? from->url_host : "" };
	char text[TOKEN_TEXT_MAX];
	struct token token;

	return route_token(record, text) && token_read(own->tokens, text, &dialog, &token);
}

/* The list anew, with `more` behind `ours`. */
static bool put_behind(msg_t *msg, const sip_record_route_t *ours, sip_record_route_t *more)
{
	su_home_t *home = msg_home(msg);
	sip_record_route_t *all = sip_record_route_dup(home, sip_object(msg)->sip_record_route), *at = all, *last = more;

	if (!all || !more)
		return false;
	for (const sip_record_route_t *r = sip_object(msg)->sip_record_route; r != ours; r = r->r_next)
		at = at->r_next;
	at->r_url->url_params = url_strip_param_string(su_strdup(home, at->r_url->url_params), HIDDEN_PARAM);
	while (last->r_next)
		last = last->r_next;
	last->r_next = at->r_next;
	at->r_next = more;
	remove_records(msg, NULL);
	return push_all(msg, (msg_header_t *)all);
}

bool hidden_give_records(const struct own *own, msg_t *msg)
{
	const sip_t *sip = sip_object(msg);
	const sip_record_route_t *r = sip->sip_record_route;
	char plain[SEAL_PLAIN_MAX + 1];

	while (r && !hides(own, r->r_url))
		r = r->r_next;
	if (!r)
		return true;
	return is_of_dialog(own, sip, r->r_url) && open_url(own, r->r_url, plain)
	    && put_behind(msg, r, sip_record_route_dup(msg_home(msg), sip_record_route_make(msg_home(msg), plain)));
}

/* Ours that stands next to the inside, in a dialog that a partner began. It is of the last pair: one above may be that
 * of another way through here. */
static sip_record_route_t *innermost(const struct own *own, const sip_t *sip)
{
	sip_record_route_t *above = NULL, *found = NULL;

	for (sip_record_route_t *r = sip->sip_record_route; r; above = r, r = r->r_next)
		if (route_is_ours(own, r->r_url))
			found = above && !own->one_side && route_is_ours(own, above->r_url) ? above : r;
	return found;
}

/* Some of the lines may hold several values: all are printed anew. */
static bool hide_in(const struct own *own, msg_t *msg, sip_record_route_t *ours, const char *plain)
{
	char token[TOKEN_TEXT_MAX], sealed[SEAL_TEXT_MAX];
	url_t *url = ours->r_url;

	if (!route_token(url, token) || !seal(own->tokens, token, plain, sealed))
		return false;
	url->url_params = su_sprintf(msg_home(msg), "%s;" HIDDEN_PARAM "=%s", url->url_params, sealed);
	for (sip_record_route_t *r = sip_object(msg)->sip_record_route; r; r = r->r_next)
		msg_fragment_clear(r->r_common);
	return url->url_params != NULL;
}

/* The partner's Routes will be the Record-Routes backwards. */
bool hidden_take_records_of_answer(const struct own *own, msg_t *msg)
{
	const sip_t *sip = sip_object(msg);
	sip_record_route_t *ours = innermost(own, sip);
	char plain[SEAL_PLAIN_MAX + 1];
	bool fits;

	if (ours && ours == sip->sip_record_route)
		return true;
	fits = ours && text_of((msg_header_t *)sip->sip_record_route, (msg_header_t *)ours, true, plain);
	remove_records(msg, ours);
	return !fits || hide_in(own, msg, ours, plain);
}

/* --- Route --- */

bool hidden_read_routes(const struct own *own, msg_t *msg, unsigned own_routes, const char **out)
{
	char plain[SEAL_PLAIN_MAX + 1];

	*out = NULL;
	for (const sip_route_t *r = sip_object(msg)->sip_route; r && own_routes > 0; r = r->r_next, own_routes--) {
		if (!url_has_param(r->r_url, HIDDEN_PARAM))
			continue;
		if (*out || !open_url(own, r->r_url, plain))
			return false;
		*out = su_strdup(msg_home(msg), plain);
	}
	return true;
}

bool hidden_give_routes(msg_t *msg, const char *text)
{
	sip_route_t *r = sip_route_dup(msg_home(msg), sip_route_make(msg_home(msg), text)), *next;

	route_remove(msg, UINT_MAX);
	for (; r; r = next) {
		next = r->r_next;
		r->r_next = NULL;
		if (msg_header_insert(msg, NULL, (msg_header_t *)r) < 0)
			return false;
	}
	return true;
}
