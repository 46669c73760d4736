/* The load client of the benchmarks: MESSAGE requests over mutual TLS, a fixed number in flight on each
 * connection or a fixed rate. Messages are rendered once, numbers are written into copies, many go with
 * one write; of an answer only the status and our branch are read. It counts every request and every
 * answer, and the server's CPU time over the measured part. */
#include "meter.h"

#include "../tools/link.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

static const char help[] =
	"usage: load --connect ADDR:PORT --cert FILE --key FILE --ca FILE --name NAME [options]\n"
	"  --from DOMAIN          who sends (default contoso.example)\n"
	"  --to DOMAIN            whose users are asked for (default example.com)\n"
	"  --users N              so many different users are asked for (default 1)\n"
	"  --connections N        (default 4)     --window N   requests in flight on each (default 32)\n"
	"  --rate N               N requests a second over all connections, instead of as many as are answered\n"
	"  --burst N              with --rate: N of them at once, so much more seldom (default 1)\n"
	"  --warm S --seconds S   not measured, measured (default 1 and 5)\n"
	"  --server PID           whose CPU time is counted, with its descendants; more than once: all of them\n"
	"  --hop PID, --store PID likewise, told apart: the next hop, Redis\n"
	"--connect may stand several times: connections are spread over them.\n"
	"One line of JSON. Exit: 0, or 1 when a request had no answer or a connection broke.\n";

static const struct option options[] = {
	{ "connect", required_argument, NULL, 'C' }, { "cert", required_argument, NULL, 'c' },
	{ "key", required_argument, NULL, 'k' }, { "ca", required_argument, NULL, 'a' },
	{ "name", required_argument, NULL, 'n' }, { "from", required_argument, NULL, 'f' },
	{ "to", required_argument, NULL, 'o' },
	{ "users", required_argument, NULL, 'u' }, { "connections", required_argument, NULL, 'N' },
	{ "window", required_argument, NULL, 'w' }, { "rate", required_argument, NULL, 'r' },
	{ "warm", required_argument, NULL, 'W' }, { "seconds", required_argument, NULL, 's' },
	{ "server", required_argument, NULL, 'S' }, { "hop", required_argument, NULL, 'H' },
	{ "store", required_argument, NULL, 'R' }, { "burst", required_argument, NULL, 'b' }, { NULL, 0, NULL, 0 },
};

enum { SIZE = 734, ADDRESSES = 8, EVENTS = 64, PATIENCE_US = 5000000, SEED = 8 };

struct settings {
	struct link_settings link;
	const char *addresses[ADDRESSES];
	size_t      address_count;
	const char *from, *to;
	long        users, connections, window, rate, burst;
	double      warm, seconds;
	struct meter server, hop, store;
};

/* One request in flight. */
struct slot {
	uint32_t number;           /* 0: free */
	int64_t  sent_us;
};

struct connection {
	struct link *link;         /* owned */
	unsigned     events;
	char        *message;      /* owned: SIZE octets, where numbers go by these offsets */
	size_t       branch, call_id, tag, user[2];
	struct slot *slots;        /* owned, `window` of them */
	uint32_t    *free;         /* owned: a stack of free slots */
	size_t       free_count;
};

struct account {
	uint64_t answers, statuses[700];
	int64_t  at_us, cpu_us, hop_us, store_us;
	struct meter_core cores[METER_CORES];
	int64_t  own_us;
};

struct load {
	struct settings   *settings;   /* borrowed */
	struct connection *all;        /* owned */
	SSL_CTX           *context;
	char               seed[SEED + 1];
	uint32_t           number;
	int                epoll, clock;
	uint64_t           sent, answers, strays, held, statuses[700];
	bool               broken, measured, ending;
	uint32_t          *latencies;  /* owned, of the measured part */
	size_t             latency_count, latency_room;
	struct account     begin, end;
	int64_t            now;
};

/* --- what is sent --- */

static size_t place_of(const char *message, const char *mark, size_t skip)
{
	const char *at = strstr(message, mark);

	return at ? (size_t)(at - message) + skip : 0;
}

/* Exactly SIZE octets: the body takes what the head leaves. */
static void render(const struct load *load, struct connection *c)
{
	char message[2 * SIZE];
	int head = 0, body = SIZE / 2;

	/* Twice: the first head tells how long the body is, whose length has three digits in any case. */
	for (int again = 0; again < 2; again++) {
		head = snprintf(message, sizeof message, "MESSAGE sip:u000000@%s SIP/2.0\r\n"
		    "Via: SIP/2.0/TLS %s;branch=z9hG4bK%s.ssssnnnnnnnn\r\nMax-Forwards: 70\r\n"
		    "From: \"A. Partner\" <sip:alice@%s>;tag=tnnnnnnnn\r\nTo: <sip:u000000@%s>\r\n"
		    "Call-ID: cnnnnnnnn.%s@client.%s\r\nCSeq: 1 MESSAGE\r\nUser-Agent: Example Server 5.0.8308.0\r\n"
		    "Contact: <sip:alice@%s;transport=tls>\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE\r\n"
		    "Supported: timer, histinfo-diff\r\nContent-Type: text/plain;charset=utf-8\r\nContent-Length: %d\r\n\r\n",
		    load->settings->to, c->link->local, load->seed, load->settings->from, load->settings->to, load->seed,
		    load->settings->from, c->link->local, body);
		body = SIZE - head;
		if (body < 100) {
			fputs("load: the names are too long for the message\n", stderr);
			exit(1);
		}
	}
	c->message = must(malloc(SIZE));
	memcpy(c->message, message, (size_t)head);
	memset(c->message + head, 'x', (size_t)(SIZE - head));
	c->branch = place_of(message, "ssssnnnnnnnn", 0);
	c->tag = place_of(message, "tnnnnnnnn", 1);
	c->call_id = place_of(message, "cnnnnnnnn", 1);
	c->user[0] = place_of(message, "u000000", 1);
	c->user[1] = place_of(message, "To: <sip:u000000", 10);
}

static void put_hex(char *to, uint32_t value, int digits)
{
	while (digits-- > 0) {
		to[digits] = "0123456789abcdef"[value & 15];
		value >>= 4;
	}
}

static void put_decimal(char *to, uint32_t value, int digits)
{
	while (digits-- > 0) {
		to[digits] = (char)('0' + value % 10);
		value /= 10;
	}
}

static void shoot(struct load *load, struct connection *c)
{
	uint32_t slot = c->free[--c->free_count], user;
	char *to = text_reserve(&c->link->out, SIZE);

	load->number += load->number == UINT32_MAX ? 2 : 1;
	c->slots[slot] = (struct slot){ load->number, load->now };
	user = load->number % (uint32_t)load->settings->users;
	memcpy(to, c->message, SIZE);
	put_hex(to + c->branch, slot, 4);
	put_hex(to + c->branch + 4, load->number, 8);
	put_hex(to + c->tag, load->number, 8);
	put_hex(to + c->call_id, load->number, 8);
	put_decimal(to + c->user[0], user, 6);
	put_decimal(to + c->user[1], user, 6);
	c->link->out.length += SIZE;
	load->sent++;
}

/* --- what comes --- */

static void note_latency(struct load *load, int64_t us)
{
	if (load->latency_count == load->latency_room) {
		load->latency_room = load->latency_room * 2 + 65536;
		load->latencies = must(realloc(load->latencies, load->latency_room * sizeof *load->latencies));
	}
	load->latencies[load->latency_count++] = (uint32_t)(us < 0 ? 0 : us > UINT32_MAX ? UINT32_MAX : us);
}

static bool read_hex(const char *from, int digits, uint32_t *value)
{
	*value = 0;
	for (int i = 0; i < digits; i++) {
		char c = from[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
		*value = *value << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return true;
}

/* One final answer; the next request takes its place. */
static void take(struct load *load, struct connection *c, const char *answer, size_t size)
{
	const char *branch = memmem(answer, size, "z9hG4bK", 7);
	unsigned status = (unsigned)atoi(answer + 8);
	uint32_t slot, number;

	if (status < 200)
		return;
	if (branch == NULL || memcmp(branch + 7, load->seed, SEED) != 0 || !read_hex(branch + 8 + SEED, 4, &slot)
	    || !read_hex(branch + 12 + SEED, 8, &number) || slot >= (uint32_t)load->settings->window
	    || c->slots[slot].number != number || status >= 700) {
		load->strays++;
		return;
	}
	load->answers++;
	load->statuses[status]++;
	if (load->measured)
		note_latency(load, load->now - c->slots[slot].sent_us);
	c->slots[slot].number = 0;
	c->free[c->free_count++] = slot;
	if (load->settings->rate == 0 && !load->ending)
		shoot(load, c);
}

static void read_all(struct load *load, struct connection *c)
{
	struct link *l = c->link;

	while (link_read(l)) {
		const char *at = l->in.bytes, *end = at + l->in.length, *blank;

		load->now = now_us();
		while ((blank = memmem(at, (size_t)(end - at), "\r\n\r\n", 4)) != NULL) {
			if (memcmp(at, "SIP/2.0 ", 8) != 0) {
				fprintf(stderr, "load: what came is no answer: %.40s\n", at);
				load->broken = true;
				return;
			}
			take(load, c, at, (size_t)(blank - at));
			at = blank + 4;
		}
		text_cut_front(&l->in, (size_t)(at - l->in.bytes));
	}
	if (!l->open) {
		fprintf(stderr, "load: a connection broke: %s\n", l->why);
		load->broken = true;
	}
}

/* --- a turn --- */

static void mind(struct load *load, struct connection *c)
{
	struct epoll_event event = { .data.ptr = c };
	unsigned wanted;

	link_flush(c->link);
	wanted = EPOLLIN | (link_waiting(c->link) > 0 || c->link->tls_wants_write ? (unsigned)EPOLLOUT : 0);
	event.events = wanted;
	if (wanted != c->events && c->link->open)
		epoll_ctl(load->epoll, c->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, c->link->fd, &event);
	c->events = wanted;
}

/* As many as the clock has ticked for: what finds no room is held, and told. */
static void send_due(struct load *load)
{
	static size_t next;
	uint64_t ticks;

	if (read(load->clock, &ticks, sizeof ticks) != (ssize_t)sizeof ticks)
		return;
	load->now = now_us();
	for (uint64_t i = 0; i < ticks * (uint64_t)load->settings->burst && !load->ending; i++) {
		struct connection *c = &load->all[next++ % (size_t)load->settings->connections];

		if (c->free_count > 0)
			shoot(load, c);
		else
			load->held++;
		mind(load, c);
	}
}

static void account(const struct load *load, struct account *a)
{
	struct meter self = { 0 };

	meter_add(&self, (int)getpid());
	a->own_us = meter_cpu_us(&self);
	meter_clear(&self);
	a->cpu_us = meter_cpu_us(&load->settings->server);
	a->hop_us = meter_cpu_us(&load->settings->hop);
	a->store_us = meter_cpu_us(&load->settings->store);
	meter_cores(a->cores, METER_CORES);
	a->answers = load->answers;
	memcpy(a->statuses, load->statuses, sizeof a->statuses);
	a->at_us = now_us();
}

static void turn(struct load *load)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(load->epoll, events, EVENTS, 100);

	load->now = now_us();
	for (int i = 0; i < count && !load->broken; i++) {
		struct connection *c = events[i].data.ptr;

		if (c == NULL) {
			send_due(load);
			continue;
		}
		read_all(load, c);
		mind(load, c);
	}
}

static void run_until(struct load *load, int64_t at_us)
{
	while (!load->broken && now_us() < at_us)
		turn(load);
}

static void run(struct load *load)
{
	const struct settings *s = load->settings;
	int64_t begun = now_us(), last;

	for (long i = 0; i < s->connections; i++) {
		load->now = now_us();
		while (s->rate == 0 && load->all[i].free_count > 0)
			shoot(load, &load->all[i]);
		mind(load, &load->all[i]);
	}
	run_until(load, begun + (int64_t)(s->warm * 1e6));
	account(load, &load->begin);
	load->measured = true;
	run_until(load, load->begin.at_us + (int64_t)(s->seconds * 1e6));
	account(load, &load->end);
	load->measured = false;
	load->ending = true;
	for (last = now_us(); !load->broken && load->answers < load->sent && now_us() < last + PATIENCE_US;)
		turn(load);
}

/* --- beginning --- */

static void start_clock(struct load *load)
{
	struct settings *s = load->settings;
	long least = (s->rate + 9999) / 10000, nanoseconds; /* at most 10,000 ticks a second */
	struct itimerspec every;
	struct epoll_event event = { .events = EPOLLIN };

	if (s->burst < least)
		s->burst = least;
	nanoseconds = 1000000000L / s->rate * s->burst;
	every.it_interval = (struct timespec){ nanoseconds / 1000000000L, nanoseconds % 1000000000L };
	every.it_value = every.it_interval;
	load->clock = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	timerfd_settime(load->clock, 0, &every, NULL);
	epoll_ctl(load->epoll, EPOLL_CTL_ADD, load->clock, &event);
}

static void open_connection(struct load *load, struct connection *c, long i)
{
	struct settings *s = load->settings;

	s->link.address = s->addresses[(size_t)i % s->address_count];
	c->link = link_connect(&s->link, load->context);
	if (!c->link->open) {
		fprintf(stderr, "load: no connection to %s: %s\n", s->link.address, c->link->why);
		exit(1);
	}
	c->slots = must(calloc((size_t)s->window, sizeof *c->slots));
	c->free = must(calloc((size_t)s->window, sizeof *c->free));
	for (long slot = s->window - 1; slot >= 0; slot--)
		c->free[c->free_count++] = (uint32_t)slot;
	render(load, c);
}

static void begin(struct load *load)
{
	const struct settings *s = load->settings;

	load->epoll = epoll_create1(EPOLL_CLOEXEC);
	put_hex(load->seed, (uint32_t)now_us() ^ (uint32_t)getpid() << 20, SEED);
	load->context = link_context(&s->link, false);
	SSL_CTX_set_read_ahead(load->context, 1);
	load->all = must(calloc((size_t)s->connections, sizeof *load->all));
	for (long i = 0; i < s->connections; i++)
		open_connection(load, &load->all[i], i);
	if (s->rate > 0)
		start_clock(load);
}

static void end(struct load *load)
{
	for (long i = 0; i < load->settings->connections; i++) {
		struct connection *c = &load->all[i];

		link_free(c->link);
		free(c->message);
		free(c->slots);
		free(c->free);
	}
	free(load->all);
	free(load->latencies);
	SSL_CTX_free(load->context);
	meter_clear(&load->settings->server);
	meter_clear(&load->settings->hop);
	meter_clear(&load->settings->store);
}

/* --- what came of it --- */

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double percentile(const struct load *load, double share)
{
	size_t at = (size_t)(share * (double)load->latency_count);

	if (load->latency_count == 0)
		return 0;
	return load->latencies[at < load->latency_count ? at : load->latency_count - 1];
}

static void report_cores(const struct account *a, const struct account *b)
{
	struct meter_core now[METER_CORES];
	size_t count = meter_cores(now, METER_CORES);

	printf(",\"cores\":[");
	for (size_t i = 0; i < count; i++) {
		int64_t whole = b->cores[i].whole - a->cores[i].whole;

		printf("%s%.3f", i ? "," : "", whole > 0 ? (double)(b->cores[i].busy - a->cores[i].busy) / (double)whole : 0);
	}
	printf("]");
}

static bool report(struct load *load)
{
	const struct account *a = &load->begin, *b = &load->end;
	double seconds = (double)(b->at_us - a->at_us) / 1e6, messages = (double)(b->answers - a->answers);
	double server = (double)(b->cpu_us - a->cpu_us), hop = (double)(b->hop_us - a->hop_us);
	uint64_t lost = load->sent - load->answers;
	bool gone = a->cpu_us < 0 || b->cpu_us < 0;

	qsort(load->latencies, load->latency_count, sizeof *load->latencies, by_size);
	printf("{\"seconds\":%.3f,\"messages\":%.0f,\"rate\":%.0f,\"server_us\":%.3f,\"server_share\":%.3f,\"hop_us\":%.3f,\"store_us\":%.3f,\"client_us\":%.3f",
	    seconds, messages, messages / seconds, messages > 0 ? server / messages : 0, server / seconds / 1e6,
	    messages > 0 ? hop / messages : 0,
	    messages > 0 ? (double)(b->store_us - a->store_us) / messages : 0, messages > 0 ? (double)(b->own_us - a->own_us) / messages : 0);
	report_cores(a, b);
	printf(",\"p50_us\":%.0f,\"p99_us\":%.0f,\"p999_us\":%.0f,\"max_us\":%.0f", percentile(load, 0.5), percentile(load, 0.99),
	    percentile(load, 0.999), percentile(load, 1));
	for (unsigned i = 200; i < 700; i++)
		if (load->statuses[i] > 0)
			printf(",\"%u\":%llu", i, (unsigned long long)(b->statuses[i] - a->statuses[i]));
	printf(",\"sent\":%llu,\"lost\":%llu,\"strays\":%llu,\"held\":%llu}\n", (unsigned long long)load->sent,
	    (unsigned long long)lost, (unsigned long long)load->strays, (unsigned long long)load->held);
	if (gone)
		fputs("load: the server was gone\n", stderr);
	return lost == 0 && load->strays == 0 && load->held == 0 && !load->broken && !gone;
}

static long number(const char *word)
{
	char *rest;
	long value = strtol(word, &rest, 10);

	if (*rest != '\0' || value <= 0) {
		fprintf(stderr, "load: \"%s\" is no number above 0\n", word);
		exit(2);
	}
	return value;
}

static void set_option(struct settings *s, int option, char *value)
{
	switch (option) {
	case 'C':
		if (s->address_count < ADDRESSES)
			s->addresses[s->address_count++] = value;
		break;
	case 'c': s->link.certificate = value; break;
	case 'k': s->link.key = value; break;
	case 'a': s->link.ca = value; break;
	case 'n': s->link.name = value; break;
	case 'f': s->from = value; break;
	case 'o': s->to = value; break;
	case 'u': s->users = number(value); break;
	case 'N': s->connections = number(value); break;
	case 'w': s->window = number(value); break;
	case 'r': s->rate = number(value); break;
	case 'W': s->warm = strtod(value, NULL); break;
	case 's': s->seconds = strtod(value, NULL); break;
	case 'S': meter_add(&s->server, (int)number(value)); break;
	case 'b': s->burst = number(value); break;
	case 'R': meter_add(&s->store, (int)number(value)); break;
	case 'H': meter_add(&s->hop, (int)number(value)); break;
	default: fputs(help, stderr); exit(2);
	}
}

int main(int argc, char **argv)
{
	struct settings settings = { .link = { .tls = true }, .from = "contoso.example", .to = "example.com", .users = 1, .connections = 4,
		.window = 32, .burst = 1, .warm = 1, .seconds = 5 };
	struct load load = { .settings = &settings };
	bool good;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		set_option(&settings, option, optarg);
	if (settings.address_count == 0 || settings.window > 65536 || settings.users > 1000000) {
		fputs(help, stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	begin(&load);
	run(&load);
	good = report(&load);
	end(&load);
	return good ? 0 : 1;
}
