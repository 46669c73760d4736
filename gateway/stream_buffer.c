/* A stream's buffers: none while it is idle. */
#include "stream_parts.h"

#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"

void buffer_keep(struct stream *s, const char *octets, size_t size)
{
	if (s->in_size + size > s->in_room) {
		s->in_room = s->in_size + size;
		if (s->in_room < 2 * s->in_size)
			s->in_room = 2 * s->in_size;
		s->in = alloc_resize(s->in, s->in_room, 1);
	}
	memcpy(s->in + s->in_size, octets, size);
	s->in_size += size;
}

void buffer_let_go(struct stream *s, size_t used)
{
	s->in_size -= used;
	if (s->in_size) {
		memmove(s->in, s->in + used, s->in_size);
		return;
	}
	free(s->in);
	s->in = NULL;
	s->in_room = 0;
}

void buffer_queue(struct stream *s, const void *octets, size_t size)
{
	if (s->out_size + size > s->out_room) {
		/* Octets already sent give their room back; a retried write may
		 * move and grow, never shrink. */
		if (s->out_at) {
			memmove(s->out, s->out + s->out_at, s->out_size - s->out_at);
			s->out_size -= s->out_at;
			s->out_at = 0;
		}
		if (s->out_size + size > s->out_room) {
			s->out_room = s->out_size + size + s->out_room / 2;
			s->out = alloc_resize(s->out, s->out_room, 1);
		}
	}
	memcpy(s->out + s->out_size, octets, size);
	s->out_size += size;
}

void buffer_sent(struct stream *s, size_t octets)
{
	s->out_at += octets;
	if (s->out_at < s->out_size)
		return;
	free(s->out);
	s->out = NULL;
	s->out_at = s->out_size = s->out_room = 0;
}
