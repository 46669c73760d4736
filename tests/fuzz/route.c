/* The proxy's headers: a token altered in any bit proves nothing, whatever is done to Routes our Via
 * stays on top, and from inside a partner is reached by our token, or where the law lets our users go. */
#include <stdlib.h>
#include <string.h>

#include "../../policy/target.h"
#include "../../gateway/hidden.h"
#include "sipview.h"
#include "world.h"

enum { WAY_TOKEN, WAY_HEADERS, WAY_INSIDE, WAY_OUT, WAYS };

/* --- tokens --- */

static void an_altered_one_proves_nothing(const struct token_keys *keys, const char *text, const struct token_dialog *dialog, uint64_t where)
{
	size_t length = strlen(text), places[] = { where % length, length - 1 }; /* the last one has bits to spare */
	char altered[TOKEN_TEXT_MAX];
	struct token token;

	for (size_t i = 0; i < 2; i++) {
		memcpy(altered, text, length + 1);
		for (int bit = 0; bit < 7; bit++) {
			altered[places[i]] = (char)(text[places[i]] ^ 1 << bit);
			LAW(!token_read(keys, altered, dialog, &token), "a token altered in any bit proves nothing");
		}
		altered[places[i]] = '\0';
		LAW(!token_read(keys, altered, dialog, &token), "half a token proves nothing");
	}
}

/* Whatever text proves something is the very one that we would write. */
static void no_other_text_proves(const struct token_keys *keys, const char *text, const struct token_dialog *dialog)
{
	char ours[TOKEN_TEXT_MAX];
	struct token token;

	if (!token_read(keys, text, dialog, &token))
		return;
	token_make(keys, &token, dialog, ours);
	LAW(!strcmp(ours, text), "a token has one spelling");
}

static void token_way(const struct own *own, struct fuzz_input *in)
{
	uint64_t where = fuzz_number(in, 4);
	size_t sizes[6];
	char *parts[6];
	struct token token = { .side = (enum token_side)(where >> 30) }, read;
	struct token_dialog dialog, other;
	char text[TOKEN_TEXT_MAX];

	if (token.side > TOKEN_INNER)
		token.side = TOKEN_BOTH;
	for (size_t i = 0; i < 6; i++) {
		const char *part = fuzz_until(in, '\n', &sizes[i]);

		parts[i] = fuzz_text(part, sizes[i]);
	}
	dialog = (struct token_dialog){ parts[0], parts[1], parts[2] };
	other = (struct token_dialog){ parts[0], parts[5], parts[2] };
	no_other_text_proves(own->tokens, parts[5], &dialog);
	if (domain_parse(&token.organisation, parts[3], strlen(parts[3])) && domain_parse(&token.source, parts[4], strlen(parts[4]))) {
		token_make(own->tokens, &token, &dialog, text);
		LAW(strlen(text) < TOKEN_TEXT_MAX, "a token has room");
		LAW(token_read(own->tokens, text, &dialog, &read) && read.side == token.side && domain_same(&read.organisation, &token.organisation)
		    && domain_same(&read.source, &token.source), "a token says what was signed");
		an_altered_one_proves_nothing(own->tokens, text, &dialog, where);
		if (token_read(own->tokens, text, &other, &read))
			LAW(target_hash(&own->branch_key, dialog.user, strlen(dialog.user), "", 0)
			    == target_hash(&own->branch_key, other.user, strlen(other.user), "", 0), "a token serves its own dialog");
	}
	for (size_t i = 0; i < 6; i++)
		free(parts[i]);
}

/* --- headers --- */

static void what_is_proven_is_signed(const struct own *own, const sip_t *sip, bool from_inside)
{
	const url_t *local = from_inside ? sip->sip_from->a_url : sip->sip_to->a_url;
	struct token_dialog dialog = { sip->sip_call_id->i_id, local->url_user, local->url_host ? local->url_host : "" };
	struct token token, again;
	unsigned consume, routes = 0;

	for (const sip_route_t *r = sip->sip_route; r; r = r->r_next)
		routes++;
	if (route_read(own, sip, &dialog, from_inside, &token, &consume) != ROUTE_PROVEN)
		return;
	LAW(consume >= 1 && consume <= 2 && consume <= routes, "one or two Routes are ours");
	LAW(own_host(own, sip->sip_route->r_url->url_host), "proof stands in the first Route");
	LAW(sipview_token(own, sip->sip_route->r_url, sip->sip_call_id->i_id, local, &again) && again.side == token.side
	    && domain_same(&again.organisation, &token.organisation), "proof is a token of ours for this dialog");
	LAW(token.side == TOKEN_BOTH || (token.side == TOKEN_INNER) == from_inside, "a token serves its own side");
}

static unsigned count_routes(const sip_t *sip)
{
	unsigned count = 0;

	for (const sip_route_t *r = sip->sip_route; r; r = r->r_next)
		count++;
	return count;
}

static bool change(const struct own *own, msg_t *msg)
{
	static const struct token token = { .side = TOKEN_BOTH };
	sip_t *sip = sip_object(msg);
	struct token_dialog dialog = { sip->sip_call_id->i_id, NULL, "example.com" };
	struct token named = token;
	unsigned before = count_routes(sip);

	named.organisation = named.source = fuzz_domain("contoso.com");
	if (!via_received(msg, "192.0.2.7", 40000) || !routes_are_sound(msg) || !route_undo_strict(own, msg))
		return false;
	LAW(count_routes(sip) == before, "undoing what a strict router did keeps the number of Routes");
	what_is_proven_is_signed(own, sip, false);
	what_is_proven_is_signed(own, sip, true);
	route_remove(msg, 1);
	LAW(count_routes(sip) == (before ? before - 1 : 0), "one Route is removed");
	return via_count_down(msg) && route_record(msg, own, &named, &dialog, true, NULL) && via_push(msg, &own->inner, "z9hG4bKfg0123456789abcdef.01234567");
}

static void is_still_ours(const char *text, size_t size, unsigned vias, unsigned routes)
{
	struct sipview v;

	sipview_make(&v, text, size, true);
	LAW(!strcmp(v.sip->sip_via->v_host, "inside.example.com") && sipview_same_text(v.sip->sip_via->v_branch, "z9hG4bKfg0123456789abcdef.01234567"),
	    "our Via is on top");
	LAW(sipview_vias(&v) == vias + 1, "no Via is lost or made up");
	LAW(count_routes(v.sip) == routes, "no Route is lost or made up");
	LAW(v.sip->sip_record_route && !strcmp(v.sip->sip_record_route->r_url->url_host, "inside.example.com"), "our Record-Route comes first");
	sipview_clear(&v);
}

static unsigned count_vias(const sip_t *sip)
{
	unsigned count = 0;

	for (const sip_via_t *v = sip->sip_via; v; v = v->v_next)
		count++;
	return count;
}

static unsigned count_records(const sip_record_route_t *r)
{
	unsigned count = 0;

	for (; r; r = r->r_next)
		count++;
	return count;
}

/* Our Via is on top. Whatever the inside has written is either not hidden at all, or comes back. */
static void what_is_hidden_comes_back(const struct own *own, msg_t *msg)
{
	unsigned vias = count_vias(sip_object(msg)), records = count_records(sip_object(msg)->sip_record_route);
	char text[SEAL_PLAIN_MAX + 1];

	if (hidden_take_vias(own, msg)) {
		LAW(count_vias(sip_object(msg)) == 1 && hidden_in_via(sip_object(msg)), "one Via hides all others");
		LAW(hidden_give_vias(own, msg) && count_vias(sip_object(msg)) == vias - 1, "hidden Vias come back");
	} else {
		LAW(count_vias(sip_object(msg)) == vias, "Vias that are not hidden stay");
	}
	if (hidden_take_records(msg, text))
		LAW(count_records(*text ? sip_record_route_make(msg_home(msg), text) : NULL) == records
		    && !sip_object(msg)->sip_record_route, "hidden Record-Routes come back");
	else
		LAW(count_records(sip_object(msg)->sip_record_route) == records, "Record-Routes that are not hidden stay");
}

static void headers_way(const struct world *w, const struct frame *f)
{
	msg_t *msg = f->fault || !f->request ? NULL : message_parse_framed(w->traffic.class, f);
	unsigned vias;
	size_t size;
	char *text;

	if (!msg)
		return;
	text = sipview_print(msg, &size);
	LAW(text && size == f->size && !memcmp(text, f->octets, size), "what is not touched leaves as it came");
	free(text);
	vias = count_vias(sip_object(msg));
	if (change(&w->traffic.own, msg)) {
		unsigned routes = count_routes(sip_object(msg));

		text = sipview_print(msg, &size);
		if (text)
			is_still_ours(text, size, vias, routes);
		free(text);
		what_is_hidden_comes_back(&w->traffic.own, msg);
	}
	msg_destroy(msg);
}

/* --- from inside --- */

static unsigned invites; /* that went to the partner */

/* The CANCEL and the ACK of an INVITE that went out follow it. */
static bool follows(const struct frame *f)
{
	invites += f->method == METHOD_INVITE;
	return invites > 0 && (f->method == METHOD_CANCEL || f->method == METHOD_ACK);
}

/* Of the dialog with this partner; where his connection has gone, of the domain that a way was asked for. */
static bool has_token(const struct world *w, const struct sipview *in)
{
	const struct own *own = &w->traffic.own;
	const url_t *uri = in->sip->sip_request->rq_url, *first = in->sip->sip_route ? in->sip->sip_route->r_url : uri;
	struct token token;

	if (url_has_param(uri, "fg") && own_host(own, uri->url_host))
		first = uri;
	return in->sip->sip_to->a_tag && sipview_token(own, first, in->sip->sip_call_id->i_id, in->sip->sip_from->a_url, &token)
	    && token.side != TOKEN_OUTER
	    && (!strcmp(token.organisation.text, w->partner.origin->name) || (w->wanted.length && domain_same(&token.source, &w->wanted)));
}

/* A request of our users' own: for the domain that a way was asked for, which the law lets them reach. */
static void may_go_out(const struct world *w, const struct sipview *out)
{
	const sip_t *sip = out->sip;
	const char *method = sip->sip_request->rq_method_name, *blocked = strstr(w->wanted.text, "fabrikam.com");
	char host[DOMAIN_MAX + 1];

	sipview_host(sip->sip_request->rq_url, host);
	LAW(w->way_out && w->wanted.length && !strcmp(host, w->wanted.text), "without a token a request goes where it says");
	LAW(!world_is_local(host), "what is for us does not go out");
	LAW(!blocked || strcmp(blocked, "fabrikam.com") || (blocked > w->wanted.text && blocked[-1] != '.'), "a block refuses both directions");
	LAW(strcmp(method, "REGISTER") && strcmp(method, "PUBLISH"), "nobody registers or publishes at a partner");
	LAW(!url_has_param(sip->sip_request->rq_url, "maddr"), "no parameter leads elsewhere");
}

static void only_what_may(const struct world *w, const struct frame *f, const char *text, size_t size)
{
	struct sipview in, out;
	bool follow = follows(f);

	sipview_make(&in, f->octets, f->size, true);
	sipview_make(&out, text, size, true);
	LAW(out.sip->sip_request != NULL, "a partner is sent requests");
	if (!follow && !has_token(w, &in))
		may_go_out(w, &out);
	LAW(!strcmp(out.sip->sip_via->v_host, "edge.example.com") && sipview_vias(&out) == sipview_vias(&in) + 1, "our Via is on top");
	LAW(sipview_line(&out, "P-Asserted-Identity") == UINT16_MAX && sipview_line(&out, "Remote-Party-ID") == UINT16_MAX, "what speaks of trust stays inside");
	sipview_clear(&in);
	sipview_clear(&out);
}

static void inside_way(struct world *w, const struct frame *f)
{
	size_t size, back_size;
	char *onward, *back;

	w->wanted.length = 0;
	w->wanted.text[0] = '\0';
	world_hear(w, &w->hop, f);
	onward = world_said(&w->partner, &size);
	back = world_said(&w->hop, &back_size);
	LAW(link_is_open(&w->hop) || f->closes, "a next hop is closed by a broken stream only");
	LAW(size == 0 || back_size == 0, "a request goes on or is answered");
	LAW(w->asked == 0, "the inside has no limits");
	if (size)
		only_what_may(w, f, onward, size);
	free(onward);
	free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	static struct frame f;
	struct fuzz_input in = { octets, size };
	unsigned way = fuzz_octet(&in) % WAYS;
	struct world *w = world_begin(PEER_CONTOSO);
	size_t filled, at = 0;
	char *text;

	if (way == WAY_TOKEN) {
		token_way(&w->traffic.own, &in);
		world_end(w);
		return 0;
	}
	text = world_fill(w, in.at, in.left, &filled);
	invites = 0;
	w->way_out = way == WAY_OUT;
	while (world_next(way == WAY_HEADERS ? &w->partner : &w->hop, text, filled, &at, &f)) {
		if (way == WAY_HEADERS)
			headers_way(w, &f);
		else
			inside_way(w, &f);
		if (f.closes)
			break;
	}
	world_end(w);
	free(text);
	return 0;
}
