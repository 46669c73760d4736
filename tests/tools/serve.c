/* What the internal server answers: rules, ringing, delays, cancelled calls,
 * and the dialogs that it can act in later. */
#include "nexthop.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static bool is(const struct sip *m, const char *method)
{
	return slice_is(m->method, method);
}

static bool makes_dialog(const struct sip *m)
{
	return is(m, "INVITE") || is(m, "SUBSCRIBE");
}

bool serve_add_rule(struct hop *h, const char *word, bool by_user)
{
	const char *equals = strrchr(word, '=');
	struct rule *rule = &h->rules[h->rule_count];
	long status = equals ? slice_number(slice_of(equals + 1)) : -1;

	if (h->rule_count == RULES || equals == NULL || equals == word || (status != 0 && (status < 200 || status > 699)))
		return false;
	*rule = (struct rule){ .status = (int)status };
	*(by_user ? &rule->user : &rule->method) = slice_copy((struct slice){ word, (size_t)(equals - word) });
	h->rule_count++;
	return true;
}

static bool user_fits(const char *pattern, const struct sip *m)
{
	char *user = slice_copy(sip_user(m->uri));
	bool fits = fnmatch(pattern, user, 0) == 0;

	free(user);
	return fits;
}

/* The user decides before the method does, the first fitting rule before the rest. */
static int status_for(const struct hop *h, const struct sip *m)
{
	for (size_t i = 0; i < h->rule_count; i++)
		if (h->rules[i].user != NULL && !is(m, "CANCEL") && user_fits(h->rules[i].user, m))
			return h->rules[i].status;
	for (size_t i = 0; i < h->rule_count; i++)
		if (h->rules[i].method != NULL && (is(m, h->rules[i].method) || strcmp(h->rules[i].method, "*") == 0))
			return h->rules[i].status;
	return 200;
}

static void put_contact(const struct hop *h, const struct sip *m, const struct link *l, struct text *to)
{
	struct slice user = sip_user(m->uri);

	text_print(to, "Contact: <sip:%.*s%s%s;transport=%s>\r\n", (int)user.length, user.at, user.length ? "@" : "",
	    h->contact ? h->contact : l->local, l->ssl ? "tls" : "tcp");
}

static void put_to(const struct sip *m, int status, const char *tag, struct text *to)
{
	struct slice value, own;

	sip_header(m, "To", &value);
	text_put(to, "To: ");
	text_add(to, value);
	if (status > 100 && !sip_parameter(value, "tag", &own))
		text_print(to, ";tag=%s.%d", tag, status > 199 ? status : 200);
	text_put(to, "\r\n");
}

static void put_answer(const struct hop *h, const struct sip *m, struct link *l, int status, const char *tag)
{
	static const char *const copied[] = { "Via", "Record-Route", "From", "Call-ID", "CSeq" };
	struct text *to = &l->out;

	text_print(to, "SIP/2.0 %d %s\r\n", status, sip_phrase(status));
	if (h->record && makes_dialog(m))
		text_print(to, "Record-Route: %s\r\n", h->record);
	for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++)
		sip_copy_lines(m, copied[i], to);
	put_to(m, status, tag, to);
	if (status < 300 && makes_dialog(m))
		put_contact(h, m, l, to);
	if (status < 300 && is(m, "SUBSCRIBE"))
		text_put(to, "Expires: 600\r\n");
	for (size_t i = 0; i < h->line_count; i++)
		text_print(to, "%s\r\n", h->lines[i]);
	text_put(to, "Content-Length: 0\r\n\r\n");
}

static void answer_held(struct hop *h, struct held *held /* taken */, int status)
{
	struct peer *peer = hop_peer(h, held->peer);

	if (peer != NULL) {
		put_answer(h, &held->m, peer->link, status, held->tag);
		hop_update(h, peer);
	}
	text_clear(&held->raw);
	free(held);
}

static void hold(struct hop *h, const struct peer *peer, const struct sip *m, int status, const char *tag)
{
	struct held *held = must(calloc(1, sizeof *held));

	text_set(&held->raw, m->whole);
	sip_take(text_slice(&held->raw), &held->m);
	held->peer = peer->number;
	held->status = status;
	held->due_us = status ? now_us() + h->delay_us : -1;
	strcpy(held->tag, tag);
	*h->held_end = held;
	h->held_end = &held->next;
}

static struct held *unlink_held(struct hop *h, struct held **at)
{
	struct held *held = *at;

	*at = held->next;
	if (held->next == NULL)
		h->held_end = at;
	held->next = NULL;
	return held;
}

int serve_due(struct hop *h)
{
	int64_t now = now_us();
	struct held **at = &h->held;

	/* All wait equally long, so the first that is not due ends the search. */
	while (*at != NULL) {
		if ((*at)->due_us < 0) {
			at = &(*at)->next;
		} else if ((*at)->due_us <= now) {
			struct held *held = unlink_held(h, at);

			answer_held(h, held, held->status);
		} else {
			return (int)(((*at)->due_us - now + 999) / 1000);
		}
	}
	return -1;
}

bool serve_held(struct hop *h, struct slice call_id, int status)
{
	for (struct held **at = &h->held; *at != NULL; at = &(*at)->next) {
		struct slice own;

		sip_header(&(*at)->m, "Call-ID", &own);
		if (slice_same(own, call_id)) {
			answer_held(h, unlink_held(h, at), status);
			return true;
		}
	}
	return false;
}

static void cancel(struct hop *h, const struct sip *m)
{
	struct slice via, branch;

	sip_header(m, "Via", &via);
	sip_parameter(via, "branch", &branch);
	for (struct held **at = &h->held; *at != NULL; at = &(*at)->next) {
		struct slice own_via, own;

		sip_header(&(*at)->m, "Via", &own_via);
		sip_parameter(own_via, "branch", &own);
		if (is(&(*at)->m, "INVITE") && slice_same(own, branch)) {
			answer_held(h, unlink_held(h, at), 487);
			return;
		}
	}
}

struct dialog *serve_dialog(struct hop *h, struct slice call_id)
{
	size_t known = h->dialog_count < DIALOGS ? h->dialog_count : DIALOGS;

	for (size_t back = 1; back <= known; back++) {
		struct dialog *d = &h->dialogs[(h->dialog_count - back) % DIALOGS];

		if (call_id.length == 0 || slice_same(text_slice(&d->call_id), call_id))
			return d;
	}
	return NULL;
}

static void keep_dialog(struct hop *h, const struct peer *peer, const struct sip *m, const char *tag)
{
	struct dialog *d = &h->dialogs[h->dialog_count++ % DIALOGS];
	struct slice value;

	d->peer = peer->number;
	d->cseq = 0;
	sip_header(m, "Call-ID", &value);
	text_set(&d->call_id, value);
	sip_header(m, "Contact", &value);
	text_set(&d->target, sip_uri_of(value));
	text_reset(&d->route);
	sip_route_line(m, &d->route);
	sip_header(m, "From", &value);
	text_set(&d->remote, value);
	sip_header(m, "To", &value);
	text_set(&d->self, value);
	text_print(&d->self, ";tag=%s.200", tag);
	sip_header(m, "Event", &value);
	text_set(&d->event, value);
}

static void serve_request(struct hop *h, struct peer *peer, const struct sip *m)
{
	int status = status_for(h, m);
	struct slice to, tag;
	char own[40];

	snprintf(own, sizeof own, "hop-%.8s-%lu", h->scene.seed, ++h->tags);
	sip_header(m, "To", &to);
	/* A held call may be accepted later, so it is a dialog as well. */
	if (makes_dialog(m) && status < 300 && !sip_parameter(to, "tag", &tag))
		keep_dialog(h, peer, m, own);
	if (is(m, "INVITE") && h->ring && status < 300)
		put_answer(h, m, peer->link, 180, own);
	if (is(m, "INVITE") ? status == 0 || h->delay_us > 0 : status != 0 && h->delay_us > 0)
		hold(h, peer, m, status, own);
	else if (status != 0)
		put_answer(h, m, peer->link, status, own);
	if (is(m, "CANCEL") && status != 0)
		cancel(h, m);
}

void serve(struct hop *h, struct peer *peer, const struct sip *m)
{
	h->last_peer = peer->number;
	scene_saw(&h->scene, m);
	if (m->kind == SIP_REQUEST && !is(m, "ACK"))
		serve_request(h, peer, m);
}

void serve_clear(struct hop *h)
{
	while (h->held != NULL) {
		struct held *held = unlink_held(h, &h->held);

		text_clear(&held->raw);
		free(held);
	}
	for (size_t i = 0; i < DIALOGS; i++) {
		struct dialog *d = &h->dialogs[i];

		text_clear(&d->call_id);
		text_clear(&d->target);
		text_clear(&d->route);
		text_clear(&d->remote);
		text_clear(&d->self);
		text_clear(&d->event);
	}
	for (size_t i = 0; i < h->rule_count; i++) {
		free(h->rules[i].user);
		free(h->rules[i].method);
	}
}
