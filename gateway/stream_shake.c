/* Handshakes that can go on wait here, first come, first served. */
#include "stream_parts.h"

#define SHAKES_A_TURN 2

void shake_init(struct streams *all)
{
	all->shake_last = &all->shake_first;
}

void shake_forget(struct stream *s)
{
	if (!s->shake_back)
		return;
	*s->shake_back = s->shake_next;
	*(s->shake_next ? &s->shake_next->shake_back : &s->all->shake_last) = s->shake_back;
	s->shake_back = NULL;
}

static void shake_some(void *arg)
{
	struct streams *all = arg;
	struct stream *s;

	for (int i = 0; i < SHAKES_A_TURN && (s = all->shake_first); i++) {
		shake_forget(s);
		stream_shake(s);
	}
	if (all->shake_first)
		loop_later(all->loop, &all->shaking, shake_some, all);
}

void shake_later(struct stream *s)
{
	struct streams *all = s->all;

	if (s->shake_back)
		return;
	s->shake_next = NULL;
	s->shake_back = all->shake_last;
	*all->shake_last = s;
	all->shake_last = &s->shake_next;
	loop_later(all->loop, &all->shaking, shake_some, all);
}
