/* Orders from the test to the internal server: requests of its own, and
 * misbehaviour. Each order is answered with a line, "ok ..." or "error ...". */
#include "nexthop.h"

#include <stdlib.h>
#include <string.h>

static bool failed(const char *why)
{
	printf("error %s\n", why);
	return false;
}

/* Own requests go to the edge when it has an address, else back along the
 * connection that the edge has opened. */
static struct peer *way_out(struct hop *h, unsigned number)
{
	struct peer *peer = h->edge ? hop_connect(h) : hop_peer(h, number);

	if (peer == NULL)
		failed("there is no connection to send on");
	return peer;
}

static bool send_lines(struct hop *h, struct slice lines)
{
	struct text complaint = { 0 };
	struct peer *peer = way_out(h, h->last_peer);
	struct dialog *last = serve_dialog(h, (struct slice){ "", 0 });
	bool good;

	if (peer == NULL)
		return false;
	scene_set(&h->scene, "DIALOG-ROUTE", last ? slice_trim(text_slice(&last->route)) : slice_of(""));
	good = scene_compose(&h->scene, peer->link, lines, &peer->link->out, &complaint);
	if (!good)
		failed(text_string(&complaint));
	hop_update(h, peer);
	text_clear(&complaint);
	return good;
}

static bool send_in_dialog(struct hop *h, const char *method, struct slice call_id, const char *lines)
{
	struct dialog *d = serve_dialog(h, call_id);
	struct peer *peer;
	struct text *to;

	if (d == NULL)
		return failed("no such dialog");
	peer = way_out(h, d->peer);
	if (peer == NULL)
		return false;
	to = &peer->link->out;
	text_print(to, "%s %s SIP/2.0\r\nVia: SIP/2.0/%s %s;branch=z9hG4bK%s.%lu\r\n%sMax-Forwards: 70\r\n", method,
	    text_string(&d->target), link_transport(peer->link), peer->link->local, h->scene.seed, ++h->tags,
	    text_string(&d->route));
	text_print(to, "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %u %s\r\n%sContent-Length: 0\r\n\r\n",
	    text_string(&d->self), text_string(&d->remote), text_string(&d->call_id), ++d->cseq, method, lines);
	hop_update(h, peer);
	return true;
}

static bool do_bye(struct hop *h, char **words, size_t count)
{
	return send_in_dialog(h, "BYE", slice_of(count > 1 ? words[1] : ""), "");
}

static bool do_request(struct hop *h, char **words, size_t count)
{
	if (count < 2)
		return failed("request METHOD [CALLID]");
	return send_in_dialog(h, words[1], slice_of(count > 2 ? words[2] : ""), "");
}

static bool do_notify(struct hop *h, char **words, size_t count)
{
	struct dialog *d = count > 2 ? serve_dialog(h, slice_of(words[1])) : NULL;
	struct text lines = { 0 };
	bool good;

	if (d == NULL)
		return failed("notify CALLID STATE, of a dialog seen");
	text_print(&lines, "Event: %s\r\nSubscription-State: %s\r\n", d->event.length ? text_string(&d->event) : "presence",
	    words[2]);
	good = send_in_dialog(h, "NOTIFY", slice_of(words[1]), text_string(&lines));
	text_clear(&lines);
	return good;
}

static bool do_answer(struct hop *h, char **words, size_t count)
{
	long status = count == 3 ? slice_number(slice_of(words[2])) : -1;

	if (status < 200 || status > 699)
		return failed("answer CALLID STATUS");
	return serve_held(h, slice_of(words[1]), (int)status) || failed("no request of that call waits");
}

static bool do_set(struct hop *h, char **words, size_t count)
{
	if (count != 3)
		return failed("set NAME VALUE");
	scene_set(&h->scene, words[1], slice_of(words[2]));
	return true;
}

static bool do_call(struct hop *h, char **words, size_t count)
{
	(void)words;
	(void)count;
	scene_new_call(&h->scene);
	return true;
}

static bool do_stop_reading(struct hop *h, char **words, size_t count)
{
	(void)words;
	(void)count;
	h->stopped = true;
	for (struct peer *peer = h->peers; peer != NULL; peer = peer->next) {
		link_stop_reading(peer->link);
		hop_update(h, peer);
	}
	return true;
}

static bool do_read_on(struct hop *h, char **words, size_t count)
{
	(void)words;
	(void)count;
	h->stopped = false;
	for (struct peer *peer = h->peers; peer != NULL; peer = peer->next) {
		link_read_on(peer->link);
		hop_update(h, peer);
	}
	return true;
}

static bool do_close_all(struct hop *h, char **words, size_t count)
{
	(void)words;
	(void)count;
	for (struct peer *peer = h->peers; peer != NULL; peer = peer->next)
		link_close(peer->link);
	return true;
}

static bool do_quit(struct hop *h, char **words, size_t count)
{
	(void)words;
	(void)count;
	h->quitting = true;
	return true;
}

static const struct order {
	const char *word;
	bool      (*act)(struct hop *h, char **words, size_t count);
} orders[] = {
	{ "bye", do_bye }, { "request", do_request }, { "notify", do_notify }, { "answer", do_answer },
	{ "set", do_set }, { "call", do_call }, { "stop-reading", do_stop_reading }, { "read-on", do_read_on },
	{ "close-all", do_close_all }, { "quit", do_quit },
};

static void act_on(struct hop *h, struct slice line)
{
	char *copy = slice_copy(line), *words[8];
	size_t count = split_words(copy, words, 8), i = 0;

	while (count > 0 && i < sizeof orders / sizeof orders[0] && strcmp(words[0], orders[i].word) != 0)
		i++;
	if (count > 0 && i == sizeof orders / sizeof orders[0])
		failed("unknown order");
	else if (count > 0 && orders[i].act(h, words, count))
		printf("ok %s\n", words[0]);
	free(copy);
}

/* The lines of a message up to its END; false when the end is not there yet. */
static bool cut_message(struct slice *rest, struct slice mark, struct slice *lines)
{
	*lines = (struct slice){ rest->at, 0 };
	while (rest->length > 0) {
		struct slice line = slice_until(rest, '\n');

		if (slice_same(slice_trim(line), mark))
			return true;
		lines->length = (size_t)(rest->at - lines->at);
	}
	return false;
}

void control_lines(struct hop *h)
{
	struct slice rest = text_slice(&h->control);

	while (rest.length > 0 && memchr(rest.at, '\n', rest.length) != NULL) {
		struct slice after = rest, line = slice_trim(slice_until(&after, '\n')), mark = line, lines;

		if (slice_is(slice_until(&mark, ' '), "send")) {
			mark = slice_trim(mark);
			if (mark.length < 3 || memcmp(mark.at, "<<", 2) != 0)
				failed("send <<END is wanted");
			else if (!cut_message(&after, slice_from(mark, 2), &lines))
				break;
			else if (send_lines(h, lines))
				puts("ok send");
		} else {
			act_on(h, line);
		}
		rest = after;
	}
	text_cut_front(&h->control, h->control.length - rest.length);
}
