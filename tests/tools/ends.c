/* The connections of a script, and what they received that nobody expected yet. */
#include "play.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

void letter_free(struct letter *l /* taken */)
{
	text_clear(&l->raw);
	free(l);
}

static void keep_letter(struct line_end *end, struct slice whole)
{
	struct letter *l = must(calloc(1, sizeof *l)), **at = &end->letters;

	text_set(&l->raw, whole);
	sip_take(text_slice(&l->raw), &l->m);
	while (*at != NULL)
		at = &(*at)->next;
	*at = l;
}

static void sort_in(struct line_end *end)
{
	struct text *in = &end->link->in;
	size_t at = 0, length;
	struct sip m;

	while ((length = sip_take(slice_from(text_slice(in), at), &m)) > 0) {
		if (m.kind == SIP_CRLF)
			end->crlfs++;
		else
			keep_letter(end, m.whole);
		at += length;
	}
	end->broken = m.kind == SIP_BROKEN;
	text_cut_front(in, at);
}

void play_pump(struct play *p, int64_t patience_us)
{
	struct pollfd polls[64] = { 0 };
	nfds_t count = 0;
	bool paced = false;

	for (struct line_end *end = p->ends; end != NULL; end = end->next) {
		link_flush(end->link);
		paced = paced || (end->link->pace > 0 && link_waiting(end->link) > 0);
		if (end->link->open && count < 64)
			polls[count++] = (struct pollfd){ .fd = end->link->fd, .events = link_events(end->link) };
	}
	if (paced && patience_us > 10000)
		patience_us = 10000;
	poll(polls, count, (int)((patience_us + 999) / 1000));
	for (struct line_end *end = p->ends; end != NULL; end = end->next)
		while (link_read(end->link))
			sort_in(end);
}

void play_open_end(struct play *p, struct line_end *end)
{
	link_free(end->link);
	end->link = link_connect(&end->settings, end->context);
	end->broken = false;
	end->crlfs = 0;
	p->current = end;
}

void play_add_end(struct play *p, const char *name, const struct link_settings *settings, SSL_CTX *context /* taken */,
    char *words /* taken */)
{
	struct line_end *end = must(calloc(1, sizeof *end)), **at = &p->ends;

	end->name = slice_copy(slice_of(name));
	end->settings = *settings;
	end->context = context;
	end->words = words;
	while (*at != NULL)
		at = &(*at)->next;
	*at = end;
	play_open_end(p, end);
}

void play_free_ends(struct play *p)
{
	while (p->ends != NULL) {
		struct line_end *end = p->ends;

		p->ends = end->next;
		while (end->letters != NULL) {
			struct letter *l = end->letters;

			end->letters = l->next;
			letter_free(l);
		}
		link_free(end->link);
		SSL_CTX_free(end->context);
		free(end->name);
		free(end->words);
		free(end);
	}
}

bool play_read_link_word(struct link_settings *s, const char *word)
{
	const struct { const char *name; const char **value; } places[] = {
		{ "connect=", &s->address }, { "cert=", &s->certificate }, { "key=", &s->key },
		{ "ca=", &s->ca }, { "name=", &s->name },
	};

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		size_t length = strlen(places[i].name);

		if (strncmp(word, places[i].name, length) == 0) {
			*places[i].value = word[length] ? word + length : NULL;
			return true;
		}
	}
	if (strcmp(word, "tls1.2") == 0)
		return s->tls12 = true;
	if (strcmp(word, "plain") != 0)
		return false;
	s->tls = false;
	s->certificate = s->key = s->ca = NULL;
	return true;
}
