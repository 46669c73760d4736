/* pieces [SECONDS [NAMES]]: what single pieces of the way cost: the token of a Route, signed and checked; a name of the
 * inside, hidden and brought back; so many domains in the cache of DNS. One line of JSON: microseconds of CPU, megabytes. */
#include "../../gateway/seal.h"
#include "../../gateway/srv_cache.h"
#include "../../gateway/token.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char key[TOKEN_KEY_SIZE + 1] = "a key: exactly thirty-two octets";
static const struct token_dialog dialog = { "f81d4fae7dec11d0a76500a0c91e6bf6@foo.contoso.com", "bob", "example.com" };
static const char way[] = "SIP/2.0/TLS pool1.inside.example.com:5061;branch=z9hG4bK5A8C1F3D;ms-internal-info=\"dhq8\","
    "SIP/2.0/TLS 10.1.2.3:4535;branch=z9hG4bK77ef4c2312983.1;ms-received-port=4535;ms-received-cid=475300";

static struct token_keys *keys;
static struct token token;
static char text[TOKEN_TEXT_MAX], sealed[SEAL_TEXT_MAX], plain[SEAL_PLAIN_MAX + 1];

static struct domain named(const char *name)
{
	struct domain d;

	if (!domain_parse(&d, name, strlen(name)))
		abort();
	return d;
}

static void sign(void) { token_make(keys, &token, &dialog, text); }
static void check(void) { struct token got; if (!token_read(keys, text, &dialog, &got)) abort(); }
static void hide(void) { if (!seal(keys, text, way, sealed)) abort(); }
static void bring_back(void) { if (!unseal(keys, text, sealed, plain)) abort(); }

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double each_us(void (*piece)(void), double seconds)
{
	double begun, now;
	unsigned long count = 0;

	piece(); /* what is made once */
	begun = cpu_us();
	do {
		for (int i = 0; i < 1000; i++)
			piece();
		count += 1000;
		now = cpu_us();
	} while (now - begun < seconds * 1e6);
	return (now - begun) / (double)count;
}

static double heap_mb(void)
{
	return (double)(mallinfo2().uordblks + mallinfo2().hblkhd) / 1e6;
}

/* Two servers each, as is usual. */
static void fill(struct srv_cache *c, unsigned long names)
{
	static struct srv srv = { .result = RESOLVE_FOUND, .ttl_us = INT64_C(3600000000) };
	char name[300];

	for (unsigned long i = 0; i < names; i++) {
		srv.servers.count = 2;
		for (size_t s = 0; s < 2; s++) {
			snprintf(name, sizeof name, "sip%zu.partner%lu.example.com", s, i);
			srv.servers.list[s] = (struct server){ .priority = (uint16_t)s, .port = 5061, .domain = named(name) };
		}
		snprintf(name, sizeof name, "_sipfederationtls._tcp.partner%lu.example.com", i);
		srv_cache_keep(c, name, &srv, 0);
	}
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 1, before = heap_mb();
	unsigned long names = argc > 2 ? strtoul(argv[2], NULL, 10) : 10000;
	struct srv_cache *cache = srv_cache_new(names, 8 * 1024 * 1024);

	keys = token_keys_new(key, 1);
	token = (struct token){ TOKEN_OUTER, named("contoso.com"), named("sales.contoso.com") };
	fill(cache, names);
	printf("{\"names\":%zu,\"names_mb\":%.2f", srv_cache_names(cache), heap_mb() - before);
	printf(",\"sign_us\":%.3f", each_us(sign, seconds));
	printf(",\"check_us\":%.3f", each_us(check, seconds));
	printf(",\"hide_us\":%.3f", each_us(hide, seconds));
	printf(",\"bring_back_us\":%.3f}\n", each_us(bring_back, seconds));
	srv_cache_free(cache);
	token_keys_free(keys);
	return 0;
}
