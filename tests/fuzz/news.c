/* What other edges tell by the channel: read strictly or not at all. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../gateway/script.h"
#include "fuzz.h"

/* The one payload that says the same, but for zeros in front of numbers. */
static size_t write_news(const struct script_news *n, char *out, size_t room)
{
	const struct script_hold *h = &n->hold;
	char key[PARTNER_KEY_MAX];

	partner_key(&n->partner, key);
	return (size_t)snprintf(out, room, "%s\n%s\n%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64, n->edge, key,
	    h->watched_since_us, h->watched_until_us, h->suspicious_since_us, h->suspicious_until_us, h->released_us, n->now_us);
}

static void is_strict(const struct script_news *n, const char *payload, size_t length)
{
	const int64_t times[] = { n->hold.watched_since_us, n->hold.watched_until_us, n->hold.suspicious_since_us,
		n->hold.suspicious_until_us, n->hold.released_us, n->now_us };
	struct script_news again;
	char text[2048];
	size_t size = write_news(n, text, sizeof text);

	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
		LAW(times[i] >= 0 && times[i] < INT64_C(1) << 53, "a time is one that Lua tells exactly");
	LAW(n->partner.kind != PARTNER_NONE, "news are of somebody");
	LAW(payload[length - 1] >= '0' && payload[length - 1] <= '9', "nothing stands behind the last number");
	if (memchr(n->edge, '\0', strlen(n->edge) + 1) && strlen(n->edge) == (size_t)((const char *)memchr(payload, '\n', length) - payload)) {
		LAW(size <= length && script_read_news(&again, text, size) && !memcmp(&again.hold, &n->hold, sizeof again.hold),
		    "what is read can be said again");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	char *payload = fuzz_copy(octets, size);
	struct script_news news;

	LAW(!(script_read_news(&news, payload, size) && script_news_of_orders(payload, size)), "news are of a partner or of decisions");
	if (script_read_news(&news, payload, size))
		is_strict(&news, payload, size);
	free(payload);
	return 0;
}
