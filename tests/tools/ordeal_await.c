/* What must come of it: answers at the partner, requests at the next hop. */
#include "torture.h"

#include <stdlib.h>
#include <string.h>

static struct letter *await(struct ordeal *o, struct inbox *box, const char *what)
{
	int64_t until = now_us() + PATIENCE_US, left;
	const struct around *a = o->around;

	while (box->first == NULL && (left = until - now_us()) > 0 && !a->broken) {
		if (!a->link->open && box == &a->answers)
			break;
		if (!ordeal_pump(o, left))
			return NULL;
	}
	if (box->first == NULL)
		ordeal_fail(o, "%s did not come; the connection is %s%s", what, a->link->open ? "open" : "closed: ",
		    a->link->open ? "" : a->link->why);
	return inbox_take(box);
}

/* What an answer repeats it repeats to the octet. */
static bool repeats(struct ordeal *o, const struct sip *answer, struct slice sent)
{
	static const char *const names[] = { "From", "Call-ID", "CSeq" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct text lines = { 0 };
		bool good;

		sip_copy_lines(answer, names[i], &lines);
		good = lines.length > 0 && memmem(sent.at, sent.length, lines.bytes, lines.length) != NULL;
		text_clear(&lines);
		if (!good)
			return ordeal_fail(o, "%s of the answer is not that of the request:\n%.*s", names[i],
			    (int)answer->whole.length, answer->whole.at);
	}
	return true;
}

static bool answer_fits(struct ordeal *o, const struct letter *l, long status, struct slice token)
{
	struct slice said = { "", 0 };

	sip_reason_text(&l->m, &said);
	if (l->m.kind != SIP_RESPONSE || l->m.status != status || !slice_same(said, token))
		return ordeal_fail(o, "%ld %.*s was promised, what came is:\n%.*s", status, (int)token.length, token.at,
		    (int)l->m.whole.length, l->m.whole.at);
	return repeats(o, &l->m, text_slice(ordeal_next_sent(o)));
}

bool ordeal_answered(struct ordeal *o, struct slice rest)
{
	long status = slice_number(slice_until(&rest, ' '));
	struct letter *l = await(o, &o->around->answers, "the answer");
	bool good = l != NULL && answer_fits(o, l, status, slice_trim(rest));

	if (l != NULL)
		letter_free(l);
	return good;
}

static struct letter *arrived(struct ordeal *o)
{
	struct letter *l = await(o, &o->around->requests, "the request at the next hop");
	struct text why = { 0 };

	if (l == NULL)
		return NULL;
	if (!onward_is(text_slice(ordeal_next_sent(o)), text_slice(&l->raw), &why)) {
		ordeal_fail(o, "the next hop sees: %s\n%.*s", text_string(&why), (int)l->raw.length, l->raw.bytes);
		letter_free(l);
		l = NULL;
	}
	text_clear(&why);
	return l;
}

static void set_line(struct ordeal *o, const char *macro, const struct text *lines, size_t skip)
{
	size_t end = lines->length > 2 ? lines->length - 2 : 0;

	scene_set(&o->scene, macro, end > skip ? (struct slice){ lines->bytes + skip, end - skip } : (struct slice){ "", 0 });
}

/* Our Via in its parts, for an answer that writes it in its own way. */
static void set_via_parts(struct ordeal *o, const struct sip *m)
{
	struct text lines = { 0 };
	struct sip_walk walk = sip_walk(m, "Via");
	struct slice first = { "", 0 }, branch = { "", 0 }, by;

	sip_next(&walk, &first);
	sip_parameter(first, "branch", &branch);
	by = first;
	slice_until(&by, ' ');
	scene_set(&o->scene, "EDGE-HOST", slice_until(&by, ';'));
	scene_set(&o->scene, "EDGE-BRANCH", branch);
	sip_copy_lines(m, "Via", &lines);
	set_line(o, "VIAS", &lines, 0);
	set_line(o, "OTHER-VIAS", &lines, (size_t)((char *)memchr(lines.bytes, '\n', lines.length) + 1 - lines.bytes));
	text_clear(&lines);
}

/* The answer as the table has it ({VIA} and the like are lines of the request), or a plain one. */
static bool compose_answer(struct ordeal *o, const struct sip *m, struct text *to)
{
	static const struct { const char *macro, *name; } copied[] = {
		{ "FROM", "From" }, { "TO", "To" }, { "CALL", "Call-ID" }, { "SEQUENCE", "CSeq" } };
	struct text plain = { 0 };
	bool good;

	text_put(&plain, "SIP/2.0 200 OK\n{VIAS}\n{FROM}\n{TO}\n{CALL}\n{SEQUENCE}\nContent-Length: 0\n\n");
	for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++) {
		struct text lines = { 0 };

		sip_copy_lines(m, copied[i].name, &lines);
		set_line(o, copied[i].macro, &lines, 0);
		text_clear(&lines);
	}
	set_via_parts(o, m);
	good = ordeal_compose(o, text_slice(o->back.length ? &o->back : &plain), to);
	text_clear(&plain);
	return good;
}

static bool comes_back(struct ordeal *o)
{
	struct letter *l = await(o, &o->around->answers, "the next hop's answer");
	struct text why = { 0 };
	bool good = l != NULL && (backward_is(text_slice(&o->returned), text_slice(&l->raw), &why) || ordeal_fail(o, "%s", text_string(&why)));

	text_clear(&why);
	if (l != NULL)
		letter_free(l);
	return good;
}

static bool answer_as_hop(struct ordeal *o, const struct sip *m)
{
	text_reset(&o->returned);
	if (!compose_answer(o, m, &o->returned))
		return false;
	around_say_as_hop(o->around, text_slice(&o->returned));
	return true;
}

bool ordeal_forwarded(struct ordeal *o, bool returns)
{
	struct letter *l = arrived(o);
	bool good = l != NULL;

	if (good && !slice_is(l->m.method, "ACK"))
		good = answer_as_hop(o, &l->m) && (!returns || comes_back(o));
	if (l != NULL)
		letter_free(l);
	text_reset(&o->back);
	return good;
}

bool ordeal_all_forwarded(struct ordeal *o, struct slice rest)
{
	bool all = slice_is(rest, "all"), good = true;

	do
		good = ordeal_forwarded(o, true);
	while (good && all && o->first_sent < o->sent_count);
	return good;
}

bool ordeal_silent(struct ordeal *o, struct slice rest)
{
	(void)rest;
	if (!ordeal_breathe(o, QUIET_US))
		return false;
	if (o->around->answers.first != NULL)
		return ordeal_fail(o, "an answer came:\n%.*s", (int)o->around->answers.first->raw.length, o->around->answers.first->raw.bytes);
	if (o->around->requests.first != NULL)
		return ordeal_fail(o, "the next hop sees:\n%.*s", (int)o->around->requests.first->raw.length, o->around->requests.first->raw.bytes);
	return true;
}

bool ordeal_lost(struct ordeal *o, struct slice rest)
{
	return ordeal_forwarded(o, false) && ordeal_silent(o, rest);
}
