/* What an edge may change of a message on its way, and nothing else: see torture.h. */
#include "torture.h"

#include <stdlib.h>
#include <string.h>

struct part {                   /* one header line with its folds and line end */
	struct slice raw, name, value;
};

static bool next_part(struct slice *lines, struct part *p)
{
	struct slice before = *lines;

	if (!sip_next_header(lines, &p->name, &p->value))
		return false;
	p->raw = (struct slice){ before.at, before.length - lines->length };
	return true;
}

static bool starts(struct slice s, const char *with)
{
	return s.length >= strlen(with) && memcmp(s.at, with, strlen(with)) == 0;
}

static bool holds(struct slice s, const char *word)
{
	return memmem(s.at, s.length, word, strlen(word)) != NULL;
}

static bool same(struct slice a, struct slice b)
{
	return a.length == b.length && memcmp(a.at, b.at, a.length) == 0;
}

static bool is_our_via(const struct part *p)
{
	return starts(p->raw, "Via: SIP/2.0/TLS edge1.example.com:") && holds(p->raw, ";branch=z9hG4bKfg");
}

static bool is_our_record(const struct part *p)
{
	return starts(p->raw, "Record-Route: <sip") && holds(p->raw, ":edge1.example.com:") && holds(p->raw, ";lr;fg=");
}

static bool starts_dialog(const struct sip *m)
{
	struct slice to, tag;

	return (slice_is(m->method, "INVITE") || slice_is(m->method, "SUBSCRIBE") || slice_is(m->method, "REFER"))
	    && sip_header(m, "To", &to) && !sip_parameter(to, "tag", &tag);
}

static bool is_removed(struct slice name)
{
	return slice_is(name, "Route") || slice_is(name, "P-Asserted-Identity") || slice_is(name, "Remote-Party-ID");
}

/* As one reads it: no blanks, no folds. */
static void squeeze(struct slice s, struct text *to)
{
	for (size_t i = 0; i < s.length; i++)
		if (!strchr(" \t\r\n", s.at[i]) || s.at[i] == '\0')
			text_add(to, (struct slice){ s.at + i, 1 });
}

/* The partner's first Via may be printed anew, to say where it came from; its line of several may then be several
 * lines, which are taken off `rest`. */
static bool is_marked_via(struct slice sent, struct slice seen, struct slice *rest)
{
	static const char note[] = ";received=127.0.0.1";
	struct text want = { 0 }, have = { 0 };
	struct part more;
	char *mark;
	bool good;

	squeeze(sent, &want);
	squeeze(seen, &have);
	while (have.length < want.length && next_part(rest, &more)) {
		text_put(&have, ",");
		squeeze(more.value, &have);
	}
	mark = strstr(text_string(&have), note);
	if (mark != NULL) {
		memmove(mark, mark + strlen(note), strlen(mark + strlen(note)) + 1);
		have.length -= strlen(note);
	}
	good = mark != NULL && same(text_slice(&want), text_slice(&have));
	text_clear(&want);
	text_clear(&have);
	return good;
}

struct tally {
	int  vias, records, hops;     /* of ours; Max-Forwards that we added */
	bool told_via;                /* the partner's own first line */
};

/* Drops from the front of `seen` what is ours alone. */
static bool next_seen(struct slice *seen, struct part *p, const struct sip *sent, struct tally *t)
{
	struct slice value;

	while (next_part(seen, p)) {
		if (is_our_via(p) && t->vias == 0)
			t->vias++;
		else if (is_our_record(p))
			t->records++;
		else if (same(p->raw, slice_of("Max-Forwards: 70\r\n")) && !sip_header(sent, "Max-Forwards", &value))
			t->hops++;
		else
			return true;
	}
	return false;
}

static bool next_sent(struct slice *lines, struct part *p)
{
	while (next_part(lines, p))
		if (!is_removed(p->name))
			return true;
	return false;
}

static bool line_fits(const struct part *sent, const struct part *seen, struct slice *rest, const struct tally *t)
{
	if (slice_is(sent->name, "Max-Forwards"))
		return slice_is(seen->name, "Max-Forwards") && slice_number(seen->value) == slice_number(sent->value) - 1;
	if (same(sent->raw, seen->raw))
		return true;
	if (!sip_named(sent->name, "Via") || t->told_via)
		return false;
	return sip_named(seen->name, "Via") && is_marked_via(sent->value, seen->value, rest);
}

static bool complain(struct text *why, const char *what, struct slice wanted, struct slice seen)
{
	text_print(why, "%s\n    wanted: %.*s\n    seen:   %.*s", what, (int)wanted.length, wanted.at, (int)seen.length, seen.at);
	return false;
}

static bool heads_fit(const struct sip *sent, const struct sip *seen, struct text *why)
{
	struct slice left = sent->head, right = seen->head;
	struct part want = { 0 }, have = { 0 };
	struct tally t = { 0 };
	struct slice hops;

	while (next_sent(&left, &want)) {
		if (!next_seen(&right, &have, sent, &t))
			return complain(why, "a line is missing", want.raw, slice_of(""));
		if (!line_fits(&want, &have, &right, &t))
			return complain(why, "a line is another one", want.raw, have.raw);
		t.told_via = t.told_via || sip_named(want.name, "Via");
	}
	if (next_seen(&right, &have, sent, &t))
		return complain(why, "a line too many", slice_of(""), have.raw);
	if (t.vias != 1 || t.records != starts_dialog(sent) || t.hops != !sip_header(sent, "Max-Forwards", &hops)) {
		text_print(why, "%d Via, %d Record-Route, %d Max-Forwards of the edge's own", t.vias, t.records, t.hops);
		return false;
	}
	return true;
}

static struct slice first_line(const struct sip *m)
{
	return (struct slice){ m->whole.at, (size_t)(m->head.at - m->whole.at) };
}

bool onward_is(struct slice sent, struct slice seen, struct text *why)
{
	struct sip want, have;

	if (sip_take(sent, &want) == 0 || sip_take(seen, &have) == 0)
		return complain(why, "this is no message", sent, seen);
	if (!same(first_line(&want), first_line(&have)))
		return complain(why, "the first line is another one", first_line(&want), first_line(&have));
	return heads_fit(&want, &have, why)
	    && (same(want.body, have.body) || complain(why, "the body is another one", want.body, have.body));
}

static bool next_but_vias(struct slice *lines, struct part *p)
{
	while (next_part(lines, p))
		if (!sip_named(p->name, "Via"))
			return true;
	return false;
}

static void squeeze_vias(const struct sip *m, bool first_too, struct text *to)
{
	struct sip_walk walk = sip_walk(m, "Via");
	struct slice value;

	for (bool first = true; sip_next(&walk, &value); first = false)
		if (!first || first_too) {
			squeeze(value, to);
			text_put(to, ",");
		}
}

/* Where our Via shares a line with others, what is left of them may be printed anew. */
static bool is_without_first_value(const struct sip *given, const struct sip *got, struct text *why)
{
	struct slice left = given->head, right = got->head;
	struct text want = { 0 }, have = { 0 };
	struct part a, b;
	bool good = true;

	while (good && next_but_vias(&left, &a))
		good = next_but_vias(&right, &b) && same(a.raw, b.raw);
	squeeze_vias(given, false, &want);
	squeeze_vias(got, true, &have);
	good = good && !next_but_vias(&right, &b) && same(text_slice(&want), text_slice(&have))
	    && same(given->body, got->body) && same(first_line(given), first_line(got));
	text_clear(&want);
	text_clear(&have);
	return good || complain(why, "the answer came back otherwise", given->whole, got->whole);
}

static bool first_via_has_company(const struct sip *m)
{
	struct slice via;

	return sip_header(m, "Via", &via) && memchr(via.at, ',', via.length);
}

bool backward_is(struct slice given, struct slice got, struct text *why)
{
	struct text wanted = { 0 };
	struct part p;
	struct sip m, seen;
	bool first = true, good;

	if (sip_take(given, &m) == 0 || sip_take(got, &seen) == 0)
		return complain(why, "this is no message", given, got);
	if (first_via_has_company(&m))
		return is_without_first_value(&m, &seen, why);
	text_add(&wanted, first_line(&m));
	while (next_part(&m.head, &p)) {
		if (!(sip_named(p.name, "Via") && first))
			text_add(&wanted, p.raw);
		first = first && !sip_named(p.name, "Via");
	}
	text_put(&wanted, "\r\n");
	text_add(&wanted, m.body);
	good = same(text_slice(&wanted), got) || complain(why, "the answer came back otherwise", text_slice(&wanted), got);
	text_clear(&wanted);
	return good;
}
