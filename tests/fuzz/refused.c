/* Refusals as other edges, or somebody else, put them into Redis: read strictly or not at all. */
#include <stdlib.h>
#include <string.h>

#include "../../gateway/refusals.h"
#include "fuzz.h"

static void is_plain(const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	LAW(length < size, "a text ends inside its place");
	for (size_t i = 0; i < length; i++)
		LAW(text[i] >= 0x20 && text[i] <= 0x7e, "a text is printable ASCII");
}

static void is_strict(const struct refused *r)
{
	struct refusals_found found = { .count = 0 };
	struct refused again;
	char *text = refused_text(r), raw[REFUSED_MARK_MAX], escaped[REFUSED_MARK_MAX];

	is_plain(r->time, sizeof r->time);
	is_plain(r->edge, sizeof r->edge);
	is_plain(r->reason, sizeof r->reason);
	is_plain(r->rule, sizeof r->rule);
	is_plain(r->method, sizeof r->method);
	is_plain(r->source, sizeof r->source);
	is_plain(r->call_id, sizeof r->call_id);
	is_plain(r->partner, sizeof r->partner);
	is_plain(r->peer, sizeof r->peer);
	is_plain(r->direction, sizeof r->direction);
	LAW(refused_read(&again, text, strlen(text)) && refused_same(r, &again), "what is read can be written and read again");
	LAW(refused_is(r, REFUSED_BY_CALL_ID, r->call_id) == (r->call_id[0] != '\0'), "it is found by its Call-ID");
	LAW(refused_is(r, REFUSED_BY_PARTNER, r->partner) == (r->partner[0] != '\0'), "it is found by its partner");
	refused_marks(REFUSED_BY_CALL_ID, r->call_id, raw, escaped);
	LAW(!r->call_id[0] || strstr(text, raw), "in Redis too");
	free(text);
	refusals_add(&found, r);
	refusals_add(&found, r);
	LAW(found.count == 1, "twice the same is once");
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	char *text = fuzz_copy(octets, size);
	struct refused refused;

	if (refused_read(&refused, text, size))
		is_strict(&refused);
	else
		LAW(!refused.time[0] && !refused.call_id[0], "what cannot be read says nothing");
	free(text);
	return 0;
}
