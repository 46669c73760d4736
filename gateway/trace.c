#include "trace.h"

#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "clock.h"
#include "talk.h"

#define SECOND_US   1000000
#define LINES_SHOWN 100   /* of a message's head */
#define LINE_SHOWN  512   /* octets of each */
#define OUT_MOST    ((size_t)1024 * 1024)

struct trace {
	struct traces *all;              /* borrowed */
	struct domain partner;
	void (*told)(void *arg, json_t *);
	void *arg;                       /* borrowed */
	int64_t second;
	unsigned shown;                  /* in this second */
	uint64_t lost;
	struct trace *next, **back;
};

/* What is kept of a connection that is traced: what leaves, until it is a whole message. */
struct tap {
	struct traces *all;              /* borrowed */
	char *out;                       /* owned */
	size_t size, room;
	struct frame_state frame;
};

/* --- whose connection --- */

static bool is_of(const struct link *l, const struct domain *partner)
{
	if (l->kind != LINK_PARTNER || !l->origin)
		return false;
	for (size_t i = 0; i < l->peer.peer.count; i++)
		if (domain_within(&l->peer.names[i].domain, partner))
			return true;
	return !strcmp(l->origin->name, partner->text);
}

static bool is_wanted(const struct traces *all, const struct link *l)
{
	for (const struct trace *t = all->first; t; t = t->next)
		if (is_of(l, &t->partner))
			return true;
	return false;
}

/* --- what is shown --- */

static bool is_secret(const struct frame *f, uint16_t line)
{
	static const char *const names[] = { "Authorization", "Proxy-Authorization", "Authentication-Info", "Proxy-Authentication-Info" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (frame_line_is(f, line, names[i]))
			return true;
	return false;
}

static json_t *shown(const char *text, size_t length)
{
	char cut[LINE_SHOWN + sizeof "..."];

	if (length <= LINE_SHOWN)
		return talk_octets(text, length);
	memcpy(cut, text, LINE_SHOWN);
	memcpy(cut + LINE_SHOWN, "...", sizeof "...");
	return talk_octets(cut, LINE_SHOWN + 3);
}

static json_t *head_of(const struct frame *f)
{
	const char *end = memchr(f->octets, '\r', f->size);
	json_t *lines = json_array();

	json_array_append_new(lines, shown(f->octets, end ? (size_t)(end - f->octets) : f->size));
	for (uint16_t i = 0; i < f->lines && i < LINES_SHOWN; i++) {
		const struct frame_line *l = &f->line[i];

		json_array_append_new(lines, is_secret(f, i) ? shown(f->octets + l->at, l->value - l->at)
		    : shown(f->octets + l->at, l->length));
	}
	return lines;
}

static void tell(struct trace *t, const struct link *l, const struct frame *f, const char *direction)
{
	int64_t now = loop_now(t->all->loop);
	char time[CLOCK_TEXT_MAX];

	if (now / SECOND_US != t->second)
		t->shown = 0;
	t->second = now / SECOND_US;
	if (t->shown >= TRACE_SECOND_MAX) {
		t->lost++;
		return;
	}
	t->shown++;
	if (t->lost)
		t->told(t->arg, json_pack("{sI}", "lost", (json_int_t)t->lost));
	t->lost = 0;
	clock_text(clock_wall_us(), time);
	t->told(t->arg, json_pack("{sssssssosIso}", "time", time, "direction", direction, "address", l->address,
	    "fault", f->fault ? json_string(reason_row(f->fault)->token) : json_null(),
	    "body", (json_int_t)(f->head && f->size > f->head ? f->size - f->head : 0), "lines", head_of(f)));
}

static void tell_all(struct traces *all, const struct link *l, const struct frame *f, const char *direction)
{
	for (struct trace *t = all->first, *next; t; t = next) {
		next = t->next;
		if (is_of(l, &t->partner))
			tell(t, l, f, direction);
	}
}

void trace_came(struct link *l, const struct frame *f)
{
	tell_all(l->tap->all, l, f, "from");
}

/* --- what leaves: in pieces, whole at the end --- */

static void keep(struct tap *tap, const void *octets, size_t size)
{
	if (tap->size + size > tap->room) {
		tap->room = 2 * (tap->size + size);
		tap->out = alloc_resize(tap->out, tap->room, 1);
	}
	memcpy(tap->out + tap->size, octets, size);
	tap->size += size;
}

static void let_go(struct tap *tap, size_t used)
{
	tap->size -= used;
	if (tap->size) {
		memmove(tap->out, tap->out + used, tap->size);
		return;
	}
	free(tap->out);
	tap->out = NULL;
	tap->room = 0;
}

static void on_queued(void *arg, const void *octets, size_t size)
{
	static const struct frame_limits limits = { OUT_MOST, OUT_MOST, true };
	struct link *l = arg;
	struct tap *tap = l->tap;
	struct frame *f = &tap->all->scratch;
	enum frame_result result = FRAME_PING;
	size_t at = 0, used;

	if (tap->size + size > OUT_MOST) {
		let_go(tap, tap->size); /* larger than anything shown: the rest of it reads as a fault, and is passed over */
		tap->frame = (struct frame_state) { 0 };
	}
	keep(tap, octets, size < OUT_MOST ? size : OUT_MOST);
	while (at < tap->size && result != FRAME_MORE && result != FRAME_BROKEN) {
		result = frame_next(&tap->frame, &limits, tap->out + at, tap->size - at, f, &used);
		if (result == FRAME_MESSAGE)
			tell_all(tap->all, l, f, "to");
		at = result == FRAME_BROKEN ? tap->size : at + used;
	}
	if (result == FRAME_BROKEN)
		tap->frame = (struct frame_state) { 0 };
	let_go(tap, at);
}

/* --- coming and going --- */

void trace_closed(struct link *l)
{
	if (!l->tap)
		return;
	if (l->stream)
		stream_watch(l->stream, NULL, NULL);
	free(l->tap->out);
	free(l->tap);
	l->tap = NULL;
}

void trace_opened(struct traces *all, struct link *l)
{
	if (l->tap || !l->stream || !is_wanted(all, l))
		return;
	l->tap = alloc_zero(1, sizeof *l->tap);
	l->tap->all = all;
	stream_watch(l->stream, on_queued, l);
}

struct trace *trace_begin(struct traces *all, const struct domain *partner, void (*told)(void *, json_t *), void *arg)
{
	struct trace *t;

	if (all->count == TRACES_MAX)
		return NULL;
	t = alloc_zero(1, sizeof *t);
	*t = (struct trace) { .all = all, .partner = *partner, .told = told, .arg = arg, .next = all->first, .back = &all->first };
	if (t->next)
		t->next->back = &t->next;
	all->first = t;
	all->count++;
	for (struct link *l = all->links->first; l; l = l->next_all)
		trace_opened(all, l);
	return t;
}

void trace_end(struct trace *t)
{
	struct traces *all = t->all;

	*t->back = t->next;
	if (t->next)
		t->next->back = t->back;
	all->count--;
	for (struct link *l = all->links->first; l; l = l->next_all)
		if (l->tap && !is_wanted(all, l))
			trace_closed(l);
	free(t);
}

size_t trace_connections(const struct trace *t)
{
	size_t count = 0;

	for (const struct link *l = t->all->links->first; l; l = l->next_all)
		count += is_of(l, &t->partner);
	return count;
}

uint64_t trace_lost(const struct trace *t)
{
	return t->lost;
}
