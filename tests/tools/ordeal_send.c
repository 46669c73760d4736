/* What a case of the torture table sends. */
#include "torture.h"

#include <stdlib.h>
#include <string.h>

enum { BREATH_US = 1500 };

static void remember(struct ordeal *o, const struct text *message)
{
	if (o->sent_count < SENT_MOST)
		text_set(&o->sent[o->sent_count++], text_slice(message));
}

const struct text *ordeal_next_sent(struct ordeal *o)
{
	static const struct text nothing = { 0 };

	return o->first_sent < o->sent_count ? &o->sent[o->first_sent++] : &nothing;
}

/* In pieces, each a TLS record of its own; a broken message may end the connection before its last octet. */
static bool send_octets(struct ordeal *o, struct slice octets)
{
	struct link *l = o->around->link;

	while (octets.length > 0 && l->open) {
		size_t piece = o->cut && (size_t)o->cut < octets.length ? (size_t)o->cut : octets.length;

		text_add(&l->out, (struct slice){ octets.at, piece });
		octets = slice_from(octets, piece);
		if (!o->cut)
			return true;
		link_flush(l);
		if (octets.length % 64 == 0 && !ordeal_pump(o, 0))
			return false;
	}
	return true;
}

/* {HEAD}: the lines of a sound MESSAGE, for the cases that are about something else. */
bool ordeal_compose(struct ordeal *o, struct slice lines, struct text *message)
{
	static const char plain[] = "Via: SIP/2.0/TLS {LOCAL};branch={BRANCH}\r\nMax-Forwards: 70\r\n"
	    "From: <sip:a@contoso.example>;tag={TAG}\r\nTo: <sip:bob@example.com>\r\nCall-ID: {CALLID}\r\nCSeq: 1 MESSAGE";
	struct text complaint = { 0 }, head = { 0 };
	bool good;

	scene_expand(&o->scene, o->around->link, slice_of(plain), &head, &complaint);
	scene_set(&o->scene, "HEAD", text_slice(&head));
	text_clear(&head);
	good = scene_compose(&o->scene, o->around->link, lines, message, &complaint)
	    || ordeal_fail(o, "%s", text_string(&complaint));

	text_clear(&complaint);
	return good;
}

bool ordeal_send(struct ordeal *o, struct slice lines)
{
	struct text message = { 0 };
	bool good = ordeal_compose(o, lines, &message);

	if (good) {
		remember(o, &message);
		good = send_octets(o, text_slice(&message));
	}
	text_clear(&message);
	return good;
}

/* As often as it has octets, cut in two behind each of them. */
bool ordeal_send_cut_everywhere(struct ordeal *o, struct slice lines)
{
	struct text message = { 0 };
	bool good = true;

	for (size_t at = 1; good && (at == 1 || at < message.length); at++) {
		text_reset(&message);
		good = ordeal_compose(o, lines, &message);
		if (!good)
			break;
		remember(o, &message);
		text_add(&o->around->link->out, (struct slice){ message.bytes, at });
		good = ordeal_breathe(o, BREATH_US);
		text_add(&o->around->link->out, slice_from(text_slice(&message), at));
	}
	text_clear(&message);
	return good;
}

bool ordeal_back(struct ordeal *o, struct slice lines)
{
	text_set(&o->back, lines);
	return true;
}

bool ordeal_raw(struct ordeal *o, struct slice digits)
{
	struct text octets = { 0 };
	bool good = text_add_hex(&octets, digits) || ordeal_fail(o, "pairs of hexadecimal digits are wanted");

	good = good && send_octets(o, text_slice(&octets));
	text_clear(&octets);
	return good;
}
