/* The partner as a source of load: numbered requests at a rate or in a burst,
 * spread over its connections, and an account of what became of each. */
#include "partner.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TALLIES = 64, FULL = 1 << 20, AGAIN_US = 200000 };

struct shot {
	int64_t sent_us;
	double  latency_ms;
	int     status;            /* of the final answer, 0 when there is none */
};

struct tally {
	char name[64];
	long count;
};

struct load {
	const struct partner_settings *settings;   /* borrowed */
	struct link  **links;      /* owned, settings->connections of them */
	struct pollfd *polls;      /* owned */
	struct shot   *shots;      /* owned, settings->count of them */
	char           seed[24];
	char          *body;       /* owned */
	int64_t        started_us, last_sent_us;
	int64_t        next_us;    /* when the next is due, at random */
	long           drawn;      /* how many were due by chance so far */
	long           sent, answered, provisional, requests, strays;
	long           retry_min, retry_max;
	size_t         next_link;
	long           failovers;
	int64_t        again_us;   /* when who lost its connection may look for another */
	struct tally   statuses[TALLIES], reasons[TALLIES], places[TALLIES];
};

static void count_one(struct tally *tallies, const char *name)
{
	struct tally *t = tallies;

	/* The last row takes what has no room. */
	while (t < tallies + TALLIES - 1 && t->count > 0 && strcmp(t->name, name) != 0)
		t++;
	if (t->count++ > 0)
		return;
	snprintf(t->name, sizeof t->name, "%s", t < tallies + TALLIES - 1 ? name : "other");
}

static void put_pattern(struct text *to, const char *pattern, long number)
{
	const char *mark = strstr(pattern, "%d");

	if (mark == NULL)
		text_put(to, pattern);
	else
		text_print(to, "%.*s%ld%s", (int)(mark - pattern), pattern, number, mark + 2);
}

static void put_method_lines(const struct load *load, const struct link *l, struct text *to)
{
	const char *method = load->settings->method;

	if (strcmp(method, "INVITE") == 0 || strcmp(method, "SUBSCRIBE") == 0)
		text_print(to, "Contact: <sip:partner@%s;transport=%s>\r\n", l->local, l->ssl ? "tls" : "tcp");
	if (strcmp(method, "SUBSCRIBE") == 0)
		text_put(to, "Event: presence\r\nExpires: 600\r\n");
	for (size_t i = 0; i < load->settings->line_count; i++)
		text_print(to, "%s\r\n", load->settings->lines[i]);
	if (load->settings->body > 0)
		text_put(to, "Content-Type: text/plain\r\n");
}

static void shoot(struct load *load, struct link *l)
{
	const struct partner_settings *s = load->settings;
	long number = s->first + load->sent;
	struct text *to = &l->out;

	text_print(to, "%s ", s->method);
	put_pattern(to, s->to, number);
	text_print(to, " SIP/2.0\r\nVia: SIP/2.0/%s %s;branch=z9hG4bK%s.%ld\r\nMax-Forwards: 70\r\nFrom: <",
	    link_transport(l), l->local, load->seed, load->sent);
	put_pattern(to, s->from, number);
	text_print(to, ">;tag=%s.%ld\r\nTo: <", load->seed, load->sent);
	put_pattern(to, s->to, number);
	text_print(to, ">\r\nCall-ID: %s.%ld\r\nCSeq: 1 %s\r\n", load->seed, load->sent, s->method);
	put_method_lines(load, l, to);
	text_print(to, "Content-Length: %ld\r\n\r\n%s", s->body, load->body);
	load->last_sent_us = load->shots[load->sent].sent_us = now_us();
	load->sent++;
	count_one(load->places, l->remote);
}

/* The number in our branch, or -1 for an answer to nothing of ours. */
static long shot_of(const struct load *load, const struct sip *m)
{
	struct slice via, branch;
	long number;

	if (!sip_header(m, "Via", &via) || !sip_parameter(via, "branch", &branch) || branch.length < 24
	    || memcmp(branch.at, "z9hG4bK", 7) != 0 || memcmp(branch.at + 7, load->seed, 16) != 0)
		return -1;
	number = slice_number(slice_from(branch, 24));
	return number < load->sent ? number : -1;
}

static void put_first_header(const struct sip *m, const char *name, struct text *to)
{
	struct slice value;

	if (sip_header(m, name, &value))
		text_print(to, "%s: %.*s\r\n", name, (int)value.length, value.at);
}

/* A refused INVITE is acknowledged hop by hop, in its own transaction; an
 * accepted one end to end, along the Record-Route set. */
static void acknowledge(struct load *load, struct link *l, const struct sip *m, long shot)
{
	bool accepted = m->status < 300;
	struct slice contact, cseq;
	struct text *to = &l->out;

	text_put(to, "ACK ");
	if (accepted && sip_header(m, "Contact", &contact))
		text_add(to, sip_uri_of(contact));
	else
		put_pattern(to, load->settings->to, load->settings->first + shot);
	text_print(to, " SIP/2.0\r\nVia: SIP/2.0/%s %s;branch=z9hG4bK%s.%ld%s\r\nMax-Forwards: 70\r\n",
	    link_transport(l), l->local, load->seed, shot, accepted ? ".ack" : "");
	if (accepted)
		sip_route_line(m, to);
	put_first_header(m, "From", to);
	put_first_header(m, "To", to);
	put_first_header(m, "Call-ID", to);
	sip_header(m, "CSeq", &cseq);
	cseq = slice_until(&cseq, ' ');
	text_print(to, "CSeq: %.*s ACK\r\nContent-Length: 0\r\n\r\n", (int)cseq.length, cseq.at);
}

static void print_answer(const struct load *load, long shot, int status, struct slice token, long retry)
{
	printf("%.6f %ld %d", (double)(now_us() - load->started_us) / 1e6, load->settings->first + shot, status);
	if (token.length > 0)
		printf(" %.*s", (int)token.length, token.at);
	if (retry >= 0)
		printf(" retry-after %ld", retry);
	putchar('\n');
}

static void take_final(struct load *load, const struct sip *m, long number)
{
	struct shot *shot = &load->shots[number];
	struct slice token = { "", 0 }, value;
	char name[64];
	long retry = -1;

	load->answered++;
	shot->status = m->status;
	shot->latency_ms = (double)(now_us() - shot->sent_us) / 1000;
	snprintf(name, sizeof name, "%d", m->status);
	count_one(load->statuses, name);
	if (sip_reason_text(m, &token)) {
		snprintf(name, sizeof name, "%d %.*s", m->status, (int)token.length, token.at);
		/* It becomes a name in JSON. */
		for (char *c = name; *c != '\0'; c++)
			if (*c == '"' || *c == '\\' || (unsigned char)*c < ' ')
				*c = '?';
		count_one(load->reasons, name);
	}
	if (sip_header(m, "Retry-After", &value))
		retry = slice_number(slice_trim(slice_until(&value, ' ')));
	if (retry >= 0 && (load->retry_min < 0 || retry < load->retry_min))
		load->retry_min = retry;
	if (retry > load->retry_max)
		load->retry_max = retry;
	if (load->settings->print)
		print_answer(load, number, m->status, token, retry);
}

static void take_answer(struct load *load, struct link *l, const struct sip *m)
{
	long number = shot_of(load, m);

	if (m->status < 200) {
		load->provisional++;
		return;
	}
	if (number < 0 || load->shots[number].status != 0)
		load->strays++;
	else
		take_final(load, m, number);
	if (number >= 0 && slice_is(m->method, "INVITE"))
		acknowledge(load, l, m, number);
}

static void answer_request(struct load *load, struct link *l, const struct sip *m)
{
	static const char *const copied[] = { "Via", "From", "To", "Call-ID", "CSeq" };

	load->requests++;
	if (slice_is(m->method, "ACK"))
		return;
	text_put(&l->out, "SIP/2.0 200 OK\r\n");
	for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++)
		sip_copy_lines(m, copied[i], &l->out);
	text_put(&l->out, "Content-Length: 0\r\n\r\n");
}

static void read_all(struct load *load, struct link *l)
{
	while (link_read(l)) {
		size_t at = 0, length;
		struct sip m;

		while ((length = sip_take(slice_from(text_slice(&l->in), at), &m)) > 0) {
			if (m.kind == SIP_RESPONSE)
				take_answer(load, l, &m);
			else if (m.kind == SIP_REQUEST)
				answer_request(load, l, &m);
			at += length;
		}
		text_cut_front(&l->in, at);
		if (m.kind == SIP_BROKEN) {
			fputs("partner: what came is not SIP\n", stderr);
			link_reset(l);
		}
	}
}

/* Gaps of any length up to twice the even one, as likely each. */
static long drawn_by_now(struct load *load)
{
	int64_t now = now_us();

	if (load->next_us == 0)
		load->next_us = now;
	while (load->next_us <= now && load->drawn < load->settings->count) {
		load->drawn++;
		load->next_us += (int64_t)(2e6 / load->settings->rate * (double)random() / 0x7fffffff);
	}
	return load->drawn;
}

/* How many could be sent by now; the rest of the limits are room and the window. */
static long due(struct load *load)
{
	const struct partner_settings *s = load->settings;
	long most = s->count;

	if (s->rate > 0 && s->random) {
		most = drawn_by_now(load);
	} else if (s->rate > 0) {
		double by_now = (double)(now_us() - load->started_us) / 1e6 * s->rate + 1;

		most = by_now < (double)most ? (long)by_now : most;
	}
	if (s->window > 0 && load->answered + s->window < most)
		most = load->answered + s->window;
	return most;
}

static void send_due(struct load *load)
{
	size_t links = (size_t)load->settings->connections, full = 0;
	long most = due(load);

	while (load->sent < most && full < links) {
		struct link *l = load->links[load->next_link++ % links];

		if (!l->open || link_waiting(l) > FULL) {
			full++;
			continue;
		}
		full = 0;
		shoot(load, l);
	}
}

static struct link *connect_one(const struct load *load)
{
	const struct partner_settings *s = load->settings;

	return s->finder ? finder_connect(s->finder, &s->link, s->context) : link_connect(&s->link, s->context);
}

/* Who was found by DNS is looked for there again. What was sent to one that ended is lost. */
static void fail_over(struct load *load)
{
	if (load->settings->finder == NULL || load->sent == load->settings->count || now_us() < load->again_us)
		return;
	for (long i = 0; i < load->settings->connections; i++) {
		if (load->links[i]->open)
			continue;
		link_free(load->links[i]);
		load->links[i] = connect_one(load);
		load->failovers += load->links[i]->open;
		if (!load->links[i]->open)
			load->again_us = now_us() + AGAIN_US;
	}
}

/* False when nothing is left to do or to wait for. */
static bool turn(struct load *load)
{
	const struct partner_settings *s = load->settings;
	size_t links = (size_t)s->connections, open = 0;
	int64_t left = (int64_t)(s->wait * 1e6) - (now_us() - load->last_sent_us);
	struct timespec patience = { .tv_nsec = 1000000 };

	fail_over(load);
	send_due(load);
	for (size_t i = 0; i < links; i++) {
		link_flush(load->links[i]);
		load->polls[i] = (struct pollfd){ .fd = load->links[i]->open ? load->links[i]->fd : -1,
			.events = link_events(load->links[i]) };
		open += load->links[i]->open;
	}
	if (open == 0 && (s->finder == NULL || left <= 0))
		return false;
	if (load->sent == s->count && (load->answered == load->sent || left <= 0))
		return false;
	/* A closed loop that is never answered must end too. */
	if (s->window > 0 && load->sent == load->answered + s->window && left <= 0)
		return false;
	if (load->sent < s->count && s->rate > 1000)
		patience.tv_nsec = 100000;
	ppoll(load->polls, (nfds_t)links, &patience, NULL);
	for (size_t i = 0; i < links; i++)
		if (load->polls[i].revents != 0)
			read_all(load, load->links[i]);
	return true;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_tallies(const char *name, const struct tally *tallies)
{
	printf(",\"%s\":{", name);
	for (size_t i = 0; i < TALLIES && tallies[i].count > 0; i++)
		printf("%s\"%s\":%ld", i ? "," : "", tallies[i].name, tallies[i].count);
	putchar('}');
}

static void print_latency(const struct load *load)
{
	static const struct { const char *name; double share; } points[] = {
		{ "min", 0 }, { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 }, { "max", 1 } };
	double *all = must(calloc((size_t)load->answered + 1, sizeof *all));
	size_t count = 0;

	for (long i = 0; i < load->sent; i++)
		if (load->shots[i].status != 0)
			all[count++] = load->shots[i].latency_ms;
	qsort(all, count, sizeof *all, by_size);
	printf(",\"latency_ms\":{");
	for (size_t i = 0; count > 0 && i < sizeof points / sizeof points[0]; i++)
		printf("%s\"%s\":%.3f", i ? "," : "", points[i].name, all[(size_t)(points[i].share * (double)(count - 1))]);
	putchar('}');
	free(all);
}

static void print_account(const struct load *load)
{
	long closed = 0;

	for (long i = 0; i < load->settings->connections; i++)
		closed += !load->links[i]->open;
	printf("{\"sent\":%ld,\"unsent\":%ld,\"answered\":%ld,\"lost\":%ld", load->sent, load->settings->count - load->sent,
	    load->answered, load->sent - load->answered);
	print_tallies("answers", load->statuses);
	print_tallies("reasons", load->reasons);
	if (load->settings->finder != NULL) {
		print_tallies("places", load->places);
		printf(",\"failovers\":%ld", load->failovers);
	}
	if (load->retry_min >= 0)
		printf(",\"retry_after\":{\"min\":%ld,\"max\":%ld}", load->retry_min, load->retry_max);
	else
		printf(",\"retry_after\":null");
	print_latency(load);
	printf(",\"provisional\":%ld,\"requests\":%ld,\"strays\":%ld,\"closed\":%ld,\"seconds\":%.3f}\n",
	    load->provisional, load->requests, load->strays, closed, (double)(now_us() - load->started_us) / 1e6);
}

static long connect_all(struct load *load)
{
	long open = 0;

	for (long i = 0; i < load->settings->connections; i++) {
		load->links[i] = connect_one(load);
		if (!load->links[i]->open)
			fprintf(stderr, "partner: connection %ld: %s\n", i + 1, load->links[i]->why);
		open += load->links[i]->open;
	}
	return open;
}

int load_run(const struct partner_settings *settings)
{
	struct load load = { .settings = settings, .retry_min = -1, .retry_max = -1 };
	size_t links = (size_t)settings->connections;
	struct scene names;
	long open;

	scene_init(&names);
	memcpy(load.seed, names.seed, sizeof load.seed);
	scene_clear(&names);
	load.links = must(calloc(links, sizeof(struct link *)));
	load.polls = must(calloc(links, sizeof *load.polls));
	load.shots = must(calloc((size_t)settings->count, sizeof *load.shots));
	load.body = must(calloc((size_t)settings->body + 1, 1));
	memset(load.body, 'x', (size_t)settings->body);
	open = connect_all(&load);
	load.started_us = load.last_sent_us = now_us();
	srandom((unsigned)load.started_us);
	while (open > 0 && turn(&load))
		;
	print_account(&load);
	for (size_t i = 0; i < links; i++)
		link_free(load.links[i]);
	free(load.links);
	free(load.polls);
	free(load.shots);
	free(load.body);
	return open > 0 ? 0 : 1;
}
