/* The world of the torture table: the partner under torture, the next hop, and a healthy partner. */
#include "torture.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HOPS = 16, EVERY_US = 50000 };

void letter_free(struct letter *l /* taken */)
{
	text_clear(&l->raw);
	free(l);
}

static void keep(struct inbox *box, struct slice whole)
{
	struct letter *l = must(calloc(1, sizeof *l)), **at = &box->first;

	text_set(&l->raw, whole);
	sip_take(text_slice(&l->raw), &l->m);
	while (*at != NULL)
		at = &(*at)->next;
	*at = l;
}

struct letter *inbox_take(struct inbox *box)
{
	struct letter *l = box->first;

	if (l != NULL)
		box->first = l->next;
	return l;
}

static void inbox_clear(struct inbox *box)
{
	struct letter *l;

	while ((l = inbox_take(box)) != NULL)
		letter_free(l);
}

/* --- the healthy partner --- */

static bool is_healthys(const struct sip *m)
{
	struct slice id;

	return sip_header(m, "Call-ID", &id) && id.length > 8 && memcmp(id.at, "healthy-", 8) == 0;
}

static void healthy_speak(struct healthy *h, int64_t now)
{
	if (h->since_us != 0 || now < h->next_us || !h->link->open)
		return;
	h->sent++;
	h->since_us = now;
	h->next_us = now + EVERY_US;
	text_print(&h->link->out, "MESSAGE sip:alice@example.com SIP/2.0\r\nVia: SIP/2.0/TLS %s;branch=z9hG4bKh%u\r\n"
	    "Max-Forwards: 70\r\nFrom: <sip:f@fabrikam.example>;tag=h\r\nTo: <sip:alice@example.com>\r\n"
	    "Call-ID: healthy-%u\r\nCSeq: %u MESSAGE\r\nContent-Length: 0\r\n\r\n", h->link->local, h->sent, h->sent, h->sent);
	link_flush(h->link);
}

static void healthy_hear(struct healthy *h)
{
	size_t length;
	struct sip m;

	while (link_read(h->link))
		;
	while ((length = sip_take(text_slice(&h->link->in), &m)) > 0) {
		int64_t took = now_us() - h->since_us;

		if (m.kind == SIP_RESPONSE && m.status == 200) {
			h->answered++;
			h->since_us = 0;
			h->worst_us = took > h->worst_us ? took : h->worst_us;
		} else {
			snprintf(h->trouble, sizeof h->trouble, "the healthy partner was told: %.*s", (int)m.whole.length, m.whole.at);
		}
		text_cut_front(&h->link->in, length);
	}
	if (!h->link->open)
		snprintf(h->trouble, sizeof h->trouble, "the healthy partner's connection ended: %s", h->link->why);
	else if (h->since_us != 0 && now_us() - h->since_us > h->within_us)
		snprintf(h->trouble, sizeof h->trouble, "the healthy partner waits for an answer since %.3f s",
		    (double)(now_us() - h->since_us) / 1e6);
}

/* --- the next hop's side --- */

static void answer_plainly(struct link *l, const struct sip *m)
{
	static const char *const copied[] = { "Via", "From", "To", "Call-ID", "CSeq" };

	text_put(&l->out, "SIP/2.0 200 OK\r\n");
	for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++)
		sip_copy_lines(m, copied[i], &l->out);
	text_put(&l->out, "Content-Length: 0\r\n\r\n");
	link_flush(l);
}

static void accept_all(struct around *a)
{
	struct link *l;

	while ((l = link_accept(a->listen_fd, NULL)) != NULL) {
		size_t i = 0;

		while (i < HOPS && a->hops[i] != NULL && a->hops[i]->open)
			i++;
		if (i == HOPS) {
			link_free(l);
			continue;
		}
		link_free(a->hops[i]);
		a->hops[i] = l;
	}
}

static void read_hop(struct around *a, struct link *l)
{
	size_t length;
	struct sip m;

	while (link_read(l))
		;
	while ((length = sip_take(text_slice(&l->in), &m)) > 0) {
		if (m.kind == SIP_REQUEST && is_healthys(&m))
			answer_plainly(l, &m);
		else if (m.kind != SIP_CRLF)
			keep(&a->requests, m.whole);
		text_cut_front(&l->in, length);
	}
	if (m.kind == SIP_BROKEN) {
		fprintf(stderr, "torture: what came to the next hop is not SIP:\n%.400s\n", text_string(&l->in));
		keep(&a->requests, text_slice(&l->in));
		link_reset(l);
	}
}

void around_say_as_hop(struct around *a, struct slice octets)
{
	for (size_t i = 0; i < HOPS; i++)
		if (a->hops[i] != NULL && a->hops[i]->open) {
			text_add(&a->hops[i]->out, octets);
			link_flush(a->hops[i]);
			return;
		}
}

/* --- the partner under torture --- */

static void read_partner(struct around *a)
{
	size_t length;
	struct sip m;

	while (link_read(a->link))
		;
	while ((length = sip_take(text_slice(&a->link->in), &m)) > 0) {
		if (m.kind == SIP_CRLF)
			a->pongs++;
		else
			keep(&a->answers, m.whole);
		text_cut_front(&a->link->in, length);
	}
	a->broken = m.kind == SIP_BROKEN;
}

void around_renew(struct around *a)
{
	link_free(a->link);
	inbox_clear(&a->answers);
	inbox_clear(&a->requests);
	a->pongs = 0;
	a->broken = false;
	a->link = link_connect(&a->partner, a->context);
}

/* --- all of them --- */

static void watch(struct pollfd *polls, nfds_t *count, const struct link *l)
{
	if (l != NULL && l->open)
		polls[(*count)++] = (struct pollfd){ .fd = l->fd, .events = link_events(l) };
}

bool around_pump(struct around *a, int64_t patience_us)
{
	struct pollfd polls[HOPS + 3] = { { .fd = a->listen_fd, .events = POLLIN } };
	nfds_t count = 1;

	healthy_speak(&a->healthy, now_us());
	if (patience_us > 10000)
		patience_us = 10000;
	watch(polls, &count, a->link);
	watch(polls, &count, a->healthy.link);
	for (size_t i = 0; i < HOPS; i++)
		watch(polls, &count, a->hops[i]);
	poll(polls, count, (int)((patience_us + 999) / 1000));
	accept_all(a);
	for (size_t i = 0; i < HOPS; i++)
		if (a->hops[i] != NULL && a->hops[i]->open) {
			link_flush(a->hops[i]);
			read_hop(a, a->hops[i]);
		}
	if (a->link != NULL) {
		link_flush(a->link);
		read_partner(a);
	}
	link_flush(a->healthy.link);
	healthy_hear(&a->healthy);
	return a->healthy.trouble[0] == '\0';
}

void around_start(struct around *a)
{
	a->context = link_context(&a->partner, false);
	a->bystander_context = link_context(&a->bystander, false);
	a->healthy.link = link_connect(&a->bystander, a->bystander_context);
}

void around_stop(struct around *a)
{
	link_free(a->link);
	link_free(a->healthy.link);
	for (size_t i = 0; i < HOPS; i++)
		link_free(a->hops[i]);
	inbox_clear(&a->answers);
	inbox_clear(&a->requests);
	SSL_CTX_free(a->context);
	SSL_CTX_free(a->bystander_context);
	close(a->listen_fd);
}
