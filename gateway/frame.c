/* The scan: one pass over what is new to find the end of a head, one pass over
 * a whole head to know its lines. What a message is must not depend on how
 * the network cut it, so each verdict follows from the octets up to a certain one,
 * and nothing behind that one is looked at. */
#include "frame_parts.h"

#define WORD 8 /* octets */

enum look { LOOK_MORE, LOOK_HEAD, LOOK_BAD };

/* Is one of eight octets a CR or below? Most of a head is not: it is not looked at one by one. */
static bool may_hold_control(const char *octets)
{
	const uint64_t each = 0x0101010101010101;
	uint64_t word;

	memcpy(&word, octets, sizeof word);
	return ((word - each * ('\r' + 1)) & ~word & each * 0x80) != 0;
}

/* Goes on to look for the empty line; *searched is where to go on, behind the
 * empty line, or at the octet that no head may have. */
static enum look look_on(size_t *searched, const char *octets, size_t end)
{
	size_t at = *searched;
	enum look found = LOOK_MORE;

	for (; at < end && found == LOOK_MORE; at++) {
		while (at + WORD < end && !may_hold_control(octets + at))
			at += WORD;
		if ((unsigned char)octets[at] > '\r')
			continue;
		if (octets[at] == '\r') {
			if (at + 1 == end)
				break;
			if (octets[at + 1] != '\n') {
				found = LOOK_BAD;
				break;
			}
			at++;
			if (at >= 3 && octets[at - 2] == '\n')
				found = LOOK_HEAD;
		} else if (octets[at] == '\n' || octets[at] == '\0') {
			found = LOOK_BAD;
			break;
		}
	}
	*searched = at;
	return found;
}

static enum frame_result broken(struct frame *out, enum reason fault)
{
	out->fault = fault;
	out->closes = true;
	return FRAME_BROKEN;
}

static enum frame_result broken_head(struct frame *out, const char *octets, size_t size, enum reason fault)
{
	frame_read_rest(out, octets, size);
	return broken(out, fault);
}

/* A next hop serves all partners: where the next message begins is known, so one bad message of its ends nothing. */
static bool passes_over(const struct frame_limits *limits, uint64_t body)
{
	return limits->inside && body <= limits->max_body;
}

/* A message that begins at octets. */
static enum frame_result next_message(struct frame_state *s, const struct frame_limits *limits,
    const char *octets, size_t size, struct frame *out)
{
	size_t most = limits->max_head < UINT32_MAX ? limits->max_head : UINT32_MAX;
	size_t end = size < most ? size : most;
	enum reason fault;
	enum look found;
	uint64_t body = 0;

	if (s->whole && size < s->whole)
		return FRAME_MORE;
	if (!s->whole) {
		found = look_on(&s->searched, octets, end);
		if (found == LOOK_BAD)
			return broken_head(out, octets, s->searched, REASON_MALFORMED);
		if (found == LOOK_MORE)
			return end == most ? broken_head(out, octets, end, REASON_TOO_LARGE) : FRAME_MORE;
	}
	fault = frame_read_head(out, limits, octets, s->searched, &body);
	if (fault == REASON_TOO_LARGE || (fault == REASON_MALFORMED && !passes_over(limits, body)))
		return broken(out, fault);
	s->whole = s->searched + body;
	if (size < s->whole)
		return FRAME_MORE;
	out->fault = fault;
	out->size = s->whole;
	return FRAME_MESSAGE;
}

enum frame_result frame_next(struct frame_state *s, const struct frame_limits *limits,
    const char *octets, size_t size, struct frame *out, size_t *used)
{
	enum frame_result result;

	*used = 0;
	if (s->searched == 0) {
		while (*used + 1 < size && octets[*used] == '\r' && octets[*used + 1] == '\n') {
			*used += 2;
			if (++s->blank == 2) {
				s->blank = 0;
				return FRAME_PING;
			}
		}
		if (*used == size || (*used + 1 == size && octets[*used] == '\r'))
			return FRAME_MORE;
		s->blank = 0;
	}
	result = next_message(s, limits, octets + *used, size - *used, out);
	if (result == FRAME_MESSAGE || result == FRAME_BROKEN) {
		*used += out->size;
		*s = (struct frame_state){ 0 };
	}
	return result;
}
