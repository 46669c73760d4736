#include "pool.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "../policy/alloc.h"

#define ALIVE_US  INT64_C(10000000)
#define DOUBLE_US INT64_C(3000000)  /* who bears our name was there so shortly ago: it is there still */
#define QUIET_US  INT64_C(60000000) /* between two complaints about the same */

struct pool {
	const char *edge, *address;   /* borrowed */
	void (*say)(void *arg, const char *text);
	void *arg;
	char instance[17], policy[40], limits[17], text[300];
	struct pool_edge edges[SCRIPT_EDGES_MAX];
	size_t count;
	unsigned alive, other_policies;
	int64_t doubled_us;           /* when it was said last; 0: never */
};

struct pool *pool_new(const char *edge, const char *address, void (*say)(void *, const char *), void *arg)
{
	struct pool *p = alloc_zero(1, sizeof *p);
	uint64_t number;

	if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
		abort(); /* cannot be: so few octets are given whole, or the kernel has none */
	*p = (struct pool){ .edge = edge, .address = address, .say = say, .arg = arg, .alive = 1 };
	snprintf(p->instance, sizeof p->instance, "%016" PRIx64, number);
	return p;
}

void pool_free(struct pool *p)
{
	free(p);
}

const char *pool_instance(const struct pool *p)
{
	return p->instance;
}

const char *pool_text(const struct pool *p)
{
	return p->text;
}

unsigned pool_edges(const struct pool *p)
{
	return p->alive;
}

unsigned pool_other_policies(const struct pool *p)
{
	return p->other_policies;
}

size_t pool_list(const struct pool *p, const struct pool_edge **first)
{
	*first = p->edges;
	return p->count;
}

/* Not for secrecy: two edges with the same limits print the same. */
static uint64_t digest_of(const struct limits *l)
{
	static const struct siphash_key key = { { 0 } };
	int64_t numbers[] = {
		l->rate.count, l->rate.period_us, l->suspicious_rate.count, l->suspicious_rate.period_us, l->max_delay_us,
		l->distinct_uris, l->watch_window_us, l->watch_hold_us, l->watch_blocks, l->suspicion_window_us,
		l->suspicion_hold_us, l->min_responses, (int64_t)(l->failure_share * 1e9),
	};

	return siphash(&key, numbers, sizeof numbers);
}

void pool_set_law(struct pool *p, const char *policy_digest, const struct limits *limits)
{
	snprintf(p->policy, sizeof p->policy, "%s", policy_digest);
	snprintf(p->limits, sizeof p->limits, "%012" PRIx64, digest_of(limits) & UINT64_C(0xffffffffffff));
	snprintf(p->text, sizeof p->text, "%s %s %s %s", p->address, PACKAGE_VERSION, p->policy, p->limits);
}

/* --- hearing --- */

/* What another edge wrote is read as strictly as what a stranger did. */
static bool read_edge(const struct pool *p, const struct script_edge *heard, int64_t now_us, struct pool_edge *out)
{
	struct domain name;
	char rest;

	*out = (struct pool_edge){ .heard_us = now_us - heard->age_us };
	if (!domain_parse(&name, heard->name, strlen(heard->name)))
		return false;
	if (strspn(heard->instance, "0123456789abcdef") != 16 || strlen(heard->instance) != 16)
		return false;
	if (sscanf(heard->text, "%127[]0-9A-Fa-f.:[] %39[0-9A-Za-z.~+-] %39[0-9a-f?] %39[0-9a-f]%c", out->address, out->version,
	    out->policy, out->limits, &rest) != 4)
		return false;
	snprintf(out->name, sizeof out->name, "%s", name.text);
	snprintf(out->instance, sizeof out->instance, "%s", heard->instance);
	out->same_policy = strcmp(out->policy, p->policy) == 0;
	out->same_limits = strcmp(out->limits, p->limits) == 0;
	out->self = strcmp(out->name, p->edge) == 0;
	return true;
}

static const struct pool_edge *known(const struct pool *p, const char *name)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->edges[i].name, name) == 0)
			return &p->edges[i];
	return NULL;
}

/* Our own entry is what stood there before ours: another process with our name. */
static void look_for_double(struct pool *p, const struct pool_edge *e, int64_t now_us)
{
	char text[700];

	if (strcmp(e->instance, p->instance) == 0 || now_us - e->heard_us > DOUBLE_US)
		return;
	if (p->doubled_us && now_us - p->doubled_us < QUIET_US)
		return;
	p->doubled_us = now_us;
	snprintf(text, sizeof text, "pool: another edge calls itself %s too, at %s: give each its own edge.name", e->name, e->address);
	p->say(p->arg, text);
}

static void look_at_policy(struct pool *p, const struct pool_edge *e)
{
	const struct pool_edge *before = known(p, e->name);
	char text[700];

	if (before && before->same_policy == e->same_policy && strcmp(before->policy, e->policy) == 0)
		return;
	if (e->same_policy && (!before || before->same_policy))
		return;
	if (e->same_policy)
		snprintf(text, sizeof text, "pool: %s judges by the same policy as this edge again", e->name);
	else
		snprintf(text, sizeof text, "pool: %s judges by another policy (digest %s, here %s): "
		    "give all edges the same file and reload them", e->name, e->policy, p->policy);
	p->say(p->arg, text);
}

static void count_in(struct pool *p, const struct pool_edge *e, int64_t now_us)
{
	if (now_us - e->heard_us > ALIVE_US)
		return;
	p->alive++;
	p->other_policies += !e->same_policy;
}

void pool_heard(struct pool *p, const struct script_edge *heard, int count, int64_t now_us)
{
	struct pool_edge *now = alloc_zero(SCRIPT_EDGES_MAX, sizeof *now);
	size_t read = 0;

	p->alive = 1;
	p->other_policies = 0;
	for (int i = 0; i < count; i++) {
		struct pool_edge *e = &now[read];

		if (!read_edge(p, &heard[i], now_us, e))
			continue;
		if (e->self) {
			look_for_double(p, e, now_us);
		} else {
			look_at_policy(p, e);
			count_in(p, e, now_us);
		}
		read++;
	}
	memcpy(p->edges, now, sizeof p->edges);
	p->count = read;
	free(now);
}
