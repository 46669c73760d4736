/* The scan of a stream: whole, split anywhere and octet by octet it says the same,
 * stays inside the octets, and lets nothing through that is over the caps. */
#include <stdlib.h>
#include <string.h>

#include "../../gateway/frame.h"
#include "fuzz.h"

/* All that was said, but where it lies: a sum over results, frames and their octets. */
struct story {
	uint64_t sum;
	size_t used;
};

static void tell(struct story *s, const void *data, size_t size)
{
	const unsigned char *octets = data;

	for (size_t i = 0; i < size; i++)
		s->sum = (s->sum ^ octets[i]) * 0x100000001b3;
	s->sum ^= s->sum >> 29;
}

static void tell_number(struct story *s, uint64_t number)
{
	tell(s, &number, sizeof number);
}

static void tell_frame(struct story *s, const struct frame *f)
{
	const uint64_t words[] = {
		f->size, f->head, f->request, f->status, f->method, f->method_length, f->uri, f->uri_length,
		f->fault, f->closes, f->answerable, f->via, f->from, f->to, f->call_id, f->cseq, f->lines, f->routed,
	};

	tell(s, words, sizeof words);
	for (uint16_t i = 0; i < f->lines; i++) {
		const struct frame_line *l = &f->line[i];

		tell_number(s, (uint64_t)l->at << 32 | l->length);
		tell_number(s, (uint64_t)l->value << 32 | (uint64_t)l->header << 8 | l->name_length);
	}
}

/* --- laws of one frame --- */

static void lines_lie_inside(const struct frame *f)
{
	size_t end = 0, length;

	for (uint16_t i = 0; i < f->lines; i++) {
		const struct frame_line *l = &f->line[i];
		const char *value = frame_value(f, i, &length);

		LAW(l->at >= end && l->length > 0 && (size_t)l->at + l->length + 2 <= f->size, "lines follow each other inside the message");
		LAW(l->value > l->at && (size_t)(value - f->octets) + length <= (size_t)l->at + l->length, "a value lies inside its line");
		LAW(!memcmp(f->octets + l->at + l->length, "\r\n", 2), "a line ends with CRLF");
		end = (size_t)l->at + l->length + 2;
	}
}

static unsigned count_of(const struct frame *f, enum frame_header header)
{
	unsigned count = 0;

	for (uint16_t i = 0; i < f->lines; i++)
		count += f->line[i].header == header;
	return count;
}

/* Said once more, over the octets of the head. */
static void a_head_is_sound(const struct frame *f)
{
	for (size_t i = 0; i < f->head; i++) {
		char c = f->octets[i];

		LAW(c != '\0', "no NUL in a head");
		LAW(c != '\r' || (i + 1 < f->head && f->octets[i + 1] == '\n'), "no CR alone in a head");
		LAW(c != '\n' || (i > 0 && f->octets[i - 1] == '\r'), "no LF alone in a head");
		LAW(i + 4 >= f->head || memcmp(f->octets + i, "\r\n\r\n", 4), "a head ends with its first empty line");
	}
	LAW(f->head > 4 && !memcmp(f->octets + f->head - 4, "\r\n\r\n", 4), "a head ends with an empty line");
}

static void caps_hold(const struct frame *f, bool inside)
{
	unsigned lines = 0, commas = 0, times = inside ? 2 : 1;
	const char *first = memchr(f->octets, '\n', f->head);

	for (const char *p = first + 1; p < f->octets + f->head; p++) {
		lines += *p == '\n';
		commas += *p == ',';
	}
	LAW(lines - 1 <= times * FRAME_LINES_MAX, "no message has more lines than the parser bears");
	LAW(commas <= times * FRAME_COMMAS_MAX, "no message has more commas than the parser bears");
}

static void the_length_is_what_it_says(const struct frame *f)
{
	size_t length = 0, number = 0;

	for (uint16_t i = 0; i < f->lines; i++)
		if (f->line[i].header == FRAME_CONTENT_LENGTH) {
			const char *value = frame_value(f, i, &length);

			for (size_t at = 0; at < length; at++)
				number = number * 10 + (size_t)(value[at] - '0');
		}
	LAW(length && f->size == f->head + number, "a body is as long as Content-Length says");
}

static void a_message_is_sound(const struct frame *f, const struct frame_limits *limits)
{
	static const enum frame_header once[] = { FRAME_FROM, FRAME_TO, FRAME_CALL_ID, FRAME_CSEQ, FRAME_CONTENT_LENGTH };

	LAW(f->fault == REASON_NONE || f->fault == REASON_BAD_VERSION || (limits->inside && f->fault == REASON_MALFORMED),
	    "of a whole message only the version may be wrong, but for those of the inside that are passed over");
	LAW(f->head <= limits->max_head && f->size - f->head <= limits->max_body, "no message is larger than the settings allow");
	the_length_is_what_it_says(f);
	if (f->fault == REASON_MALFORMED)
		return;
	a_head_is_sound(f);
	caps_hold(f, limits->inside);
	for (size_t i = 0; i < sizeof once / sizeof once[0]; i++)
		LAW(count_of(f, once[i]) == 1, "what may stand once stands once");
	LAW(count_of(f, FRAME_VIA) > 0 && count_of(f, FRAME_MAX_FORWARDS) <= 1, "there is a Via, and no second Max-Forwards");
	LAW(f->routed == (count_of(f, FRAME_ROUTE) > 0), "a Route is seen");
	LAW(f->request ? f->status == 0 && f->method_length && f->uri_length : f->status >= 100 && f->status <= 699,
	    "it is a request or a response");
}

/* --- feeding --- */

static void take(struct story *s, enum frame_result result, const struct frame *f, size_t used, const struct frame_limits *limits)
{
	tell_number(s, result);
	if (result == FRAME_PING)
		return;
	LAW(f->size <= used && (f->size > 0 || result == FRAME_BROKEN), "a message is what was used");
	LAW(f->lines <= FRAME_LINES_ROOM, "there is room for its lines");
	LAW((result == FRAME_BROKEN) == f->closes, "who cannot be read on is closed");
	lines_lie_inside(f);
	if (result == FRAME_MESSAGE)
		a_message_is_sound(f, limits);
	else
		LAW(f->fault == REASON_MALFORMED || f->fault == REASON_TOO_LARGE, "what is broken has a fault");
	tell_frame(s, f);
	tell(s, f->octets, f->size);
}

enum cut { CUT_NOWHERE, CUT_ANYWHERE, CUT_EVERYWHERE };

/* How many octets come next. */
static size_t next_piece(enum cut cut, uint64_t *chance, size_t left)
{
	size_t piece = 1;

	if (cut == CUT_NOWHERE)
		return left;
	*chance = *chance * 6364136223846793005 + 1442695040888963407;
	if (cut == CUT_ANYWHERE)
		piece += *chance >> 33 & ((*chance >> 60) < 8 ? 7 : 255);
	return piece < left ? piece : left;
}

/* A body that is waited for is spoilt: a look at it would be seen. */
static struct story feed(const char *text, size_t size, const struct frame_limits *limits, enum cut cut, uint64_t chance)
{
	struct frame_state state = { 0 };
	struct story story = { 0xcbf29ce484222325, 0 };
	static struct frame f;
	size_t from = 0, to = 0, used;

	for (;;) {
		size_t have = to - from;
		char *copy = fuzz_copy(text + from, have);
		enum frame_result result;

		if (state.whole && have < state.whole)
			memset(copy, 0, have);
		result = frame_next(&state, limits, copy, have, &f, &used);
		LAW(used <= have, "no more is used than there is");
		if (result != FRAME_MORE)
			take(&story, result, &f, used, limits);
		free(copy);
		from += used;
		story.used = from;
		if (result == FRAME_BROKEN || (result == FRAME_MORE && to == size))
			return story;
		if (result == FRAME_MORE || cut != CUT_NOWHERE)
			to += next_piece(cut, &chance, size - to);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	struct fuzz_input in = { octets, size };
	uint8_t options = fuzz_octet(&in);
	struct frame_limits limits = { options & 2 ? 300 : 65536, options & 4 ? 20 : 4096, options & 1 };
	const char *text = (const char *)in.at;
	struct story once = feed(text, in.left, &limits, CUT_NOWHERE, 0);
	struct story cut = feed(text, in.left, &limits, CUT_ANYWHERE, options);
	struct story single = in.left <= 1024 ? feed(text, in.left, &limits, CUT_EVERYWHERE, 0) : once;

	LAW(once.sum == cut.sum && once.used == cut.used, "how the network cuts a message makes no difference");
	LAW(once.sum == single.sum && once.used == single.used, "octet by octet a message is the same");
	return 0;
}
