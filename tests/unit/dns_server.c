/* Answers from one table. What it does not know does not exist. */
#include "dns_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SILENT 99
#define RECORDS_MAX 20

enum { TYPE_A = 1, TYPE_AAAA = 28, TYPE_SRV = 33, TYPE_NAPTR = 35 };

static const struct row {
	const char *name;
	int type;
	int rcode;       /* or SILENT */
	uint32_t ttl;
	const char *text; /* its address, "PRIORITY PORT TARGET", or "ORDER PREFERENCE FLAGS SERVICE REPLACEMENT"; with `copies` the last octet, or the weight, counts up */
	unsigned copies;
} rows[] = {
	{ "both.contoso.com", TYPE_A, 0, 300, "192.0.2.1", 3 },
	{ "both.contoso.com", TYPE_AAAA, 0, 200, "2001:db8::1", 2 },
	{ "four.contoso.com", TYPE_A, 0, 1, "192.0.2.4", 1 },
	{ "four.contoso.com", TYPE_AAAA, 0, 0, "", 0 },
	{ "six.contoso.com", TYPE_A, 0, 0, "", 0 },
	{ "six.contoso.com", TYPE_AAAA, 0, 80000, "2001:db8::6", 1 },
	{ "empty.contoso.com", TYPE_A, 0, 0, "", 0 },
	{ "empty.contoso.com", TYPE_AAAA, 0, 0, "", 0 },
	{ "fails.contoso.com", TYPE_A, 2, 0, "", 0 },
	{ "fails.contoso.com", TYPE_AAAA, 2, 0, "", 0 },
	{ "halffails.contoso.com", TYPE_A, 2, 0, "", 0 },
	{ "halffails.contoso.com", TYPE_AAAA, 0, 0, "", 0 },
	{ "silent.contoso.com", TYPE_A, SILENT, 0, "", 0 },
	{ "silent.contoso.com", TYPE_AAAA, SILENT, 0, "", 0 },
	{ "halfsilent.contoso.com", TYPE_A, 0, 300, "192.0.2.5", 1 },
	{ "halfsilent.contoso.com", TYPE_AAAA, SILENT, 0, "", 0 },
	{ "many.contoso.com", TYPE_A, 0, 300, "192.0.2.10", RECORDS_MAX }, /* by TCP only */
	{ "many.contoso.com", TYPE_AAAA, 0, 0, "", 0 },
	{ "_sipfederationtls._tcp.one.contoso.com", TYPE_SRV, 0, 300, "10 5061 edge.contoso.com", 1 },
	{ "_sipfederationtls._tcp.two.contoso.com", TYPE_SRV, 0, 300, "10 5061 edge.contoso.com", 1 },
	{ "_sipfederationtls._tcp.two.contoso.com", TYPE_SRV, 0, 300, "20 5062 second.contoso.com", 1 },
	{ "_sipfederationtls._tcp.many.contoso.com", TYPE_SRV, 0, 300, "10 5061 edge.contoso.com", RECORDS_MAX },
	{ "_sipfederationtls._tcp.closed.contoso.com", TYPE_SRV, 0, 300, "0 0 .", 1 },
	{ "_sipfederationtls._tcp.fails.contoso.com", TYPE_SRV, 2, 0, "", 0 },
	{ "_sips._tcp.sips.contoso.com", TYPE_SRV, 0, 300, "10 5061 sips.contoso.com", 1 },
	{ "_sips._tcp.closed.contoso.com", TYPE_SRV, 0, 300, "10 5061 sips.contoso.com", 1 },
	{ "_sips._tcp.halfsilent.contoso.com", TYPE_SRV, SILENT, 0, "", 0 },
	{ "naptr.contoso.com", TYPE_NAPTR, 0, 300, "10 5 s SIP+D2T _sip._tcp.wrong.contoso.com", 1 },
	{ "naptr.contoso.com", TYPE_NAPTR, 0, 300, "20 20 s SIPS+D2T _sips._tcp.worse.contoso.com", 1 },
	{ "naptr.contoso.com", TYPE_NAPTR, 0, 300, "20 10 S sips+d2t _SIPS._tcp.better.contoso.com", 1 },
	{ "_sips._tcp.better.contoso.com", TYPE_SRV, 0, 300, "10 5062 pool.contoso.com", 1 },
	{ "_sips._tcp.naptr.contoso.com", TYPE_SRV, 0, 300, "10 5061 wrong.contoso.com", 1 },
	{ "oddnaptr.contoso.com", TYPE_NAPTR, 0, 300, "10 5 u SIPS+D2T _sips._tcp.wrong.contoso.com", 1 },
	{ "_sips._tcp.oddnaptr.contoso.com", TYPE_SRV, 0, 300, "10 5061 sips.contoso.com", 1 },
	{ "failsnaptr.contoso.com", TYPE_NAPTR, 2, 0, "", 0 },
	{ "_sips._tcp.failsnaptr.contoso.com", TYPE_SRV, 0, 300, "10 5061 sips.contoso.com", 1 },
	{ "nonaptr.contoso.com", TYPE_NAPTR, 0, 300, "10 5 s SIPS+D2T _sips._tcp.void.contoso.com", 1 },
	{ "*.silent.contoso.com", TYPE_SRV, SILENT, 0, "", 0 },
	{ "*.named.contoso.com", TYPE_SRV, 0, 300, "10 5061 edge.contoso.com", 1 },
};

#define ROWS (sizeof rows / sizeof *rows)

static bool is_name(const char *row, const char *name)
{
	size_t length = strlen(name), end = strlen(row) - 1;

	if (*row != '*')
		return !strcasecmp(row, name);
	return length > end && !strcasecmp(row + 1, name + length - end);
}

static const struct row *row_of(const char *name, int type)
{
	for (size_t i = 0; i < ROWS; i++)
		if (is_name(rows[i].name, name) && rows[i].type == type)
			return &rows[i];
	return NULL;
}

static unsigned *asked;

static uint8_t *put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

/* The dotted name of the question; where it ends, 0 for none. */
static size_t read_name(char out[256], const uint8_t *query, size_t size)
{
	size_t at = 12, used = 0;

	while (at < size && query[at]) {
		size_t label = query[at++];

		if (label > 63 || at + label >= size || used + label + 2 > 256)
			return 0;
		memcpy(out + used, query + at, label);
		used += label;
		out[used++] = '.';
		at += label;
	}
	if (at + 5 > size || !used)
		return 0;
	out[used - 1] = '\0';
	return at + 1;
}

static uint8_t *put_name(uint8_t *at, const char *name)
{
	while (*name && *name != '.') {
		size_t label = strcspn(name, ".");

		*at++ = (uint8_t)label;
		memcpy(at, name, label);
		at += label;
		name += label + (name[label] == '.');
	}
	*at++ = 0;
	return at;
}

/* What stands behind the length of a record. */
static uint8_t *put_server(uint8_t *at, const struct row *row, unsigned copy)
{
	unsigned priority, port;
	char target[64];

	sscanf(row->text, "%u %u %63s", &priority, &port, target);
	at = put16(at, priority);
	at = put16(at, copy);
	at = put16(at, port);
	return put_name(at, target);
}

static uint8_t *put_text(uint8_t *at, const char *text)
{
	*at++ = (uint8_t)strlen(text);
	memcpy(at, text, strlen(text));
	return at + strlen(text);
}

static uint8_t *put_naptr(uint8_t *at, const struct row *row, unsigned copy)
{
	unsigned order, preference;
	char flags[16], service[32], target[64];

	(void)copy;
	sscanf(row->text, "%u %u %15s %31s %63s", &order, &preference, flags, service, target);
	at = put16(put16(at, order), preference);
	at = put_text(put_text(put_text(at, flags), service), "");
	return put_name(at, target);
}

static uint8_t *put_address(uint8_t *at, const struct row *row, unsigned copy)
{
	size_t size = row->type == TYPE_A ? 4 : 16;

	inet_pton(row->type == TYPE_A ? AF_INET : AF_INET6, row->text, at);
	at[size - 1] = (uint8_t)(at[size - 1] + copy);
	return at + size;
}

static uint8_t *put_record(uint8_t *at, const struct row *row, unsigned copy)
{
	uint8_t *length, *end;

	at = put16(at, 0xc00c);
	at = put16(at, (unsigned)row->type);
	at = put16(at, 1);
	at = put16(at, row->ttl >> 16);
	at = put16(at, row->ttl & 0xffff);
	length = at;
	end = (row->type == TYPE_SRV ? put_server : row->type == TYPE_NAPTR ? put_naptr : put_address)(at + 2, row, copy);
	put16(length, (unsigned)(end - length - 2));
	return end;
}

/* All records of the name that stand in the table one after the other. */
static uint8_t *put_records(uint8_t *at, const struct row *row, unsigned *count)
{
	const struct row *first = row;

	*count = 0;
	for (; row < rows + ROWS && row->type == first->type && !strcmp(row->name, first->name); row++)
		for (unsigned i = 0; i < row->copies; i++, ++*count)
			at = put_record(at, row, i);
	return at;
}

/* 0: no answer at all. */
static size_t answer(uint8_t out[2048], const uint8_t *query, size_t size, bool tcp)
{
	char name[256];
	size_t end = size >= 12 ? read_name(name, query, size) : 0;
	int type = end ? query[end] << 8 | query[end + 1] : 0;
	const struct row *row = end ? row_of(name, type) : NULL;
	unsigned rcode = row ? (unsigned)row->rcode : 3, count = 0;
	bool cut = row && row->copies == RECORDS_MAX && !tcp;
	uint8_t *at = out;

	++*asked;
	if (!end || rcode == SILENT)
		return 0;
	memcpy(at, query, 2);
	at = put16(at + 2, 0x8180 | (cut ? 0x200 : 0) | rcode);
	at = put16(at, 1);
	at = put16(at, 0);
	at = put16(at, 0);
	at = put16(at, 0);
	memcpy(at, query + 12, end + 4 - 12);
	at += end + 4 - 12;
	if (row && !cut)
		at = put_records(at, row, &count);
	put16(out + 6, count);
	return (size_t)(at - out);
}

static void serve_udp(int fd)
{
	struct sockaddr_storage from;
	socklen_t length = sizeof from;
	uint8_t query[1024], out[2048];
	ssize_t size = recvfrom(fd, query, sizeof query, 0, (struct sockaddr *)&from, &length);
	size_t made = size > 0 ? answer(out, query, (size_t)size, false) : 0;

	if (made && sendto(fd, out, made, 0, (struct sockaddr *)&from, length) < 0)
		perror("dns server: sendto");
}

static void serve_tcp(int fd)
{
	int peer = accept(fd, NULL, NULL);
	uint8_t query[1024], out[2050];
	ssize_t size = recv(peer, query, 2, MSG_WAITALL);
	size_t made = 0;

	if (size == 2 && (query[0] << 8 | query[1]) <= (int)sizeof query) {
		size = recv(peer, query, (size_t)(query[0] << 8 | query[1]), MSG_WAITALL);
		made = size > 0 ? answer(out + 2, query, (size_t)size, true) : 0;
	}
	put16(out, (unsigned)made);
	if (made && send(peer, out, made + 2, MSG_NOSIGNAL) < 0)
		perror("dns server: send");
	close(peer);
}

static void serve(int udp, int tcp)
{
	struct pollfd ready[2] = { { .fd = udp, .events = POLLIN }, { .fd = tcp, .events = POLLIN } };

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that crashes leaves nobody behind */
	while (poll(ready, 2, -1) > 0) {
		if (ready[0].revents)
			serve_udp(udp);
		if (ready[1].revents)
			serve_tcp(tcp);
	}
	_exit(1);
}

void dns_server_start(struct dns_server *s)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof here;
	int udp, tcp, tries = 0;

	for (;;) { /* a port that is free for both */
		here.sin_port = 0;
		udp = socket(AF_INET, SOCK_DGRAM, 0);
		tcp = socket(AF_INET, SOCK_STREAM, 0);
		if (!bind(udp, (struct sockaddr *)&here, length) && !getsockname(udp, (struct sockaddr *)&here, &length)
		    && !bind(tcp, (struct sockaddr *)&here, length) && !listen(tcp, 16))
			break;
		close(udp);
		close(tcp);
		if (++tries == 50)
			abort();
	}
	snprintf(s->address, sizeof s->address, "127.0.0.1:%u", ntohs(here.sin_port));
	fflush(NULL);
	s->asked = asked = mmap(NULL, sizeof *asked, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (asked == MAP_FAILED)
		abort();
	s->pid = fork();
	if (s->pid == 0)
		serve(udp, tcp);
	close(udp);
	close(tcp);
}

void dns_server_stop(struct dns_server *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	munmap(s->asked, sizeof *s->asked);
}
