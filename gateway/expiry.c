#include "expiry.h"

#include <inttypes.h>
#include <stdio.h>

#include "clock.h"
#include "log.h"
#include "tls.h"

#define DAY_S INT64_C(86400)
#define NEAR_DAYS 30

void expiry_init(struct expiry *e, struct loop *loop)
{
	*e = (struct expiry) { .loop = loop };
}

void expiry_clear(struct expiry *e)
{
	if (e->loop)
		timer_stop(e->loop, &e->daily);
}

void expiry_forget(struct expiry *e)
{
	e->count = 0;
}

void expiry_add(struct expiry *e, const char *listener, const char *file, SSL_CTX *context)
{
	struct ending *ending = &e->list[e->count];

	if (!context || e->count == EXPIRY_MAX)
		return;
	ending->listener = listener;
	snprintf(ending->file, sizeof ending->file, "%s", file);
	ending->ends_s = tls_ends(context, ending->subject, sizeof ending->subject);
	e->count += ending->ends_s != 0;
}

static void say(const struct ending *ending, int64_t now_s)
{
	int64_t left_s = ending->ends_s - now_s;
	char ends[CLOCK_TEXT_MAX];

	clock_text(ending->ends_s * 1000000, ends);
	if (left_s <= 0)
		log_line(LEVEL_ERROR, "%s: our certificate %s (%s) ended at %s: others refuse us: put a new one there, then reload",
		    ending->listener, ending->file, ending->subject, ends);
	else if (left_s <= NEAR_DAYS * DAY_S)
		log_line(LEVEL_WARNING, "%s: our certificate %s (%s) ends in %" PRId64 " day%s, at %s: put a new one there, then reload",
		    ending->listener, ending->file, ending->subject, left_s / DAY_S, left_s / DAY_S == 1 ? "" : "s", ends);
}

static void on_day(void *arg)
{
	struct expiry *e = arg;
	int64_t now_s = clock_wall_us() / 1000000;

	for (size_t i = 0; i < e->count; i++)
		say(&e->list[i], now_s);
	timer_set(e->loop, &e->daily, loop_now(e->loop) + DAY_S * 1000000, on_day, e);
}

void expiry_watch(struct expiry *e)
{
	on_day(e);
}
