/* The scan of a stream: pings, and that the network's cuts make no difference,
 * neither to what is said nor to how often an octet is looked at. */
#include "unit.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "frame_text.h"

static const struct frame_limits limits = { 4096, 1000, false };

static void pings(void)
{
	struct frame_state s = { 0 };
	struct frame f;
	size_t used;

#define NEXT(text) frame_next(&s, &limits, TEXT(text), &f, &used)
	CU_ASSERT_TRUE(NEXT("\r\n\r\n") == FRAME_PING && used == 4);
	CU_ASSERT_TRUE(NEXT("\r\n") == FRAME_MORE && used == 2);
	CU_ASSERT_TRUE(NEXT("\r") == FRAME_MORE && used == 0);
	CU_ASSERT_TRUE(NEXT("\r\n") == FRAME_PING && used == 2);
	CU_ASSERT_TRUE(NEXT("\r\n" TOP) == FRAME_MORE && used == 2);
	CU_ASSERT_TRUE(NEXT(TOP MOST NONE END "\r\n") == FRAME_MESSAGE && used == sizeof TOP MOST NONE END - 1);
	CU_ASSERT_TRUE(NEXT("\r\n") == FRAME_MORE && used == 2); /* the one in front of the message is forgotten */
	CU_ASSERT_TRUE(NEXT("\r\n\r\n\r\n") == FRAME_PING && used == 2);
	CU_ASSERT_TRUE(NEXT("\r\n\r\n\r\n") == FRAME_PING && used == 4);
#undef NEXT
}

/* --- cuts --- */

struct story {
	char *text;
	size_t size, room;
	int messages;
};

static void tell(struct story *s, const void *data, size_t size)
{
	if (s->size + size > s->room) {
		s->room = (s->size + size) * 2;
		s->text = realloc(s->text, s->room);
	}
	memcpy(s->text + s->size, data, size);
	s->size += size;
}

/* All that a result says, but where it lies. */
static void tell_frame(struct story *s, enum frame_result result, const struct frame *f)
{
	struct frame plain;

	tell(s, &result, sizeof result);
	s->messages += result == FRAME_MESSAGE;
	if (result == FRAME_PING)
		return;
	memcpy(&plain, f, sizeof plain);
	plain.octets = NULL;
	tell(s, &plain, offsetof(struct frame, line));
	for (unsigned i = 0; i < plain.lines; i++) /* what is behind the last member is padding */
		tell(s, &plain.line[i], offsetof(struct frame_line, name_length) + sizeof plain.line[i].name_length);
	tell(s, f->octets, f->size);
}

/* Feeds in pieces; `piece` 0: all at once. A body that is waited for is spoilt: a look at it would be seen. */
static struct story feed(const char *text, size_t size, struct chance *chance, uint32_t piece)
{
	struct frame_state state = { 0 };
	struct story story = { 0 };
	struct frame f;
	size_t from = 0, to = 0, used;

	for (;;) {
		size_t have = to - from;
		char *copy = malloc(have ? have : 1);
		enum frame_result result;

		memcpy(copy, text + from, have);
		if (state.whole && have < state.whole)
			memset(copy, 0, have);
		result = frame_next(&state, &limits, copy, have, &f, &used);
		free(copy);
		f.octets = text + from + (used - (result == FRAME_MORE || result == FRAME_PING ? 0 : f.size));
		if (result != FRAME_MORE)
			tell_frame(&story, result, &f);
		from += used;
		if (result == FRAME_BROKEN || (result == FRAME_MORE && to == size))
			return story;
		if (result == FRAME_MORE || piece) {
			size_t more = piece ? 1 + chance_below(chance, piece) : size - to;

			to = more < size - to ? to + more : size;
		}
	}
}

static const char *const parts[] = {
	TOP, MOST, NONE, END, VIA, FROM, TO, CALL, CSEQ, "\r\n", "\r\n\r\n", "Content-Length: 4\r\n", "abcd", " folded\r\n",
	TOP MOST NONE END, TOP MOST "l: 4\r\n\r\nab\r\n", "SIP/2.0 200 OK\r\n", "ACK sip:a SIP/2.0\r\n" VIA FROM TO CALL "CSeq: 1 ACK\r\n",
	"Content-Length: 2000\r\n", "MESSAGE sip:b SIP/3.0\r\n", TOP MOST NONE END, "Route: <sip:a,b>\r\n", TOP MOST "l: 12\r\n\r\n0123456789ab",
};

static size_t random_stream(struct chance *chance, char *out, size_t room)
{
	size_t size = 0, count = 1 + chance_below(chance, 12);

	while (count--) {
		const char *part = parts[chance_below(chance, sizeof parts / sizeof *parts)];

		if (chance_below(chance, 2))
			part = parts[14];
		if (size + strlen(part) > room)
			break;
		memcpy(out + size, part, strlen(part));
		size += strlen(part);
	}
	for (count = chance_below(chance, 3); size && count--;)
		out[chance_below(chance, (uint32_t)size)] = "\0\r\n ,:;<\"A9\xff"[chance_below(chance, 12)];
	return size;
}

static void cuts_make_no_difference(void)
{
	struct chance chance = chance_new();
	int rounds = chance_rounds(4000), broken = 0, messages = 0;

	for (int i = 0; i < rounds; i++) {
		char text[8192];
		size_t size = random_stream(&chance, text, sizeof text);
		struct story once = feed(text, size, &chance, 0), cut = feed(text, size, &chance, i % 3 == 0 ? 1 : 300);

		if (once.size != cut.size || (once.size && memcmp(once.text, cut.text, once.size)))
			broken++;
		messages += once.messages;
		free(once.text);
		free(cut.text);
	}
	CU_ASSERT_EQUAL(broken, 0);
	CU_ASSERT_TRUE(messages > rounds); /* it was about messages, not about rubbish */
}

/* Octet by octet: what was searched is spoilt but for the last three octets, and
 * a body that is waited for is spoilt as a whole. Whoever looked back would call it malformed. */
static void old_octets_are_not_looked_at(void)
{
	static const char text[] = TOP MOST "Subject: a long one, so that there is something to look back at\r\nl: 20\r\n\r\n01234567890123456789";
	struct frame_state s = { 0 };
	size_t total = sizeof text - 1, head = (size_t)(strstr(text, END END) - text) + 4, used;

	for (size_t size = 1; size <= total; size++) {
		char *copy = malloc(size);
		struct frame f;
		size_t spoilt = s.whole ? size : s.searched > 3 ? s.searched - 3 : 0;
		size_t before = s.searched;

		memcpy(copy, text, size);
		if (size != head && size != total)
			memset(copy, 0, spoilt);
		CU_ASSERT_EQUAL(frame_next(&s, &limits, copy, size, &f, &used), size == total ? FRAME_MESSAGE : FRAME_MORE);
		if (size < total)
			CU_ASSERT_TRUE(s.searched >= before && (s.whole || s.searched + 1 >= size));
		free(copy);
	}
}

CU_TestInfo frame_cut_tests[] = {
	{ "two empty lines are a ping, also in two parts", pings },
	{ "cuts make no difference, whatever the stream", cuts_make_no_difference },
	{ "old octets are not looked at again", old_octets_are_not_looked_at },
	CU_TEST_INFO_NULL
};
