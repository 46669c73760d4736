/* A stream's deadlines: one timer, set to the earliest and looked at again. */
#include "stream_parts.h"

#define AGAIN_US 1000000 /* until who was to end as idle, but is not, is looked at again */

static int64_t earliest_deadline(const struct stream *s)
{
	const struct streams *all = s->all;
	int64_t at;

	if (s->state == CONNECTING || s->state == HANDSHAKE)
		return s->opened_us + all->handshake_timeout_us;
	if (s->state == LINGERING)
		return s->active_us + LINGER_US;
	at = s->never_idle ? INT64_MAX : s->active_us + all->idle_timeout_us;
	if (s->partial_us && !s->paused && s->partial_us + all->read_timeout_us < at)
		at = s->partial_us + all->read_timeout_us;
	if (s->stuck_us && s->stuck_us + all->write_timeout_us < at)
		at = s->stuck_us + all->write_timeout_us;
	return at;
}

/* Who waits for an answer is not idle, and who has just queued something may not have been heard of yet. */
static bool is_idle(const struct stream *s)
{
	return s->state == OPEN && !s->out_size && !(s->calls->awaits && s->calls->awaits(s->arg));
}

static void on_deadline(void *arg)
{
	struct stream *s = arg;
	int64_t at = earliest_deadline(s), now = loop_now(s->all->loop);

	if (s->state == DEAD)
		return;
	if (at > now) {
		timer_set(s->all->loop, &s->deadline, at, on_deadline, s);
		return;
	}
	if (s->state == CONNECTING)
		stream_close(s, "connection timed out");
	else if (s->state == HANDSHAKE)
		stream_close(s, "handshake timed out");
	else if (s->stuck_us && s->stuck_us + s->all->write_timeout_us <= now)
		stream_close(s, "the peer does not read");
	else if (s->partial_us && s->partial_us + s->all->read_timeout_us <= now)
		stream_close(s, "an unfinished message timed out");
	else if (s->state != OPEN)
		stream_close(s, "finished");
	else if (is_idle(s))
		stream_close(s, "idle");
	else
		timer_set(s->all->loop, &s->deadline, now + AGAIN_US, on_deadline, s);
}

/* Only moved when the new deadline is earlier: on_deadline looks again. */
void deadline_mind(struct stream *s)
{
	int64_t at = earliest_deadline(s);

	if (!s->deadline.place || at < s->deadline.at_us)
		timer_set(s->all->loop, &s->deadline, at, on_deadline, s);
}
