/* Which store the configuration asks for, and what a pool's store needs of the edge. */
#include "edge_parts.h"

#include <openssl/sha.h>
#include <string.h>

#include "clock.h"
#include "store_redis.h"

#define STORE_HANDSHAKE_US INT64_C(5000000)
#define STORE_WRITE_US     INT64_C(10000000)
#define STORE_IN_MAX       ((size_t)64 * 1024)

static void on_class(void *arg, const struct partner *partner, enum class before, enum class now)
{
	struct edge *e = arg;

	ledger_class(e->ledger, partner, before, now, now == CLASS_SUSPICIOUS ? "too many of its requests fail"
	    : before == CLASS_SUSPICIOUS ? "the hold is over and its share of failures is low" : "the hold is over");
}

static void on_event(void *arg, const char *text)
{
	struct edge *e = arg;

	log_line(LEVEL_WARNING, "%s", text);
	ledger_event(e->ledger, "store", text);
}

/* All edges of a pool have the same route keys: until Redis tells the pool's own key for
 * targets, each derives the same one. */
static struct siphash_key first_target_key(const struct conf *c)
{
	static const char purpose[] = "fedgate targets";
	unsigned char text[sizeof purpose + sizeof c->edge.route_keys->octets], sum[SHA256_DIGEST_LENGTH];
	struct siphash_key key;

	memcpy(text, purpose, sizeof purpose);
	memcpy(text + sizeof purpose, c->edge.route_keys[0].octets, sizeof c->edge.route_keys->octets);
	SHA256(text, sizeof text, sum);
	memcpy(key.octets, sum, sizeof key.octets);
	return key;
}

static struct store *open_redis(struct edge *e)
{
	const struct conf *c = e->conf;
	char digest[13] = "?";
	struct store_redis_house house = {
		.loop = e->loop, .streams = &e->store_streams, .resolver = e->resolver, .conf = &c->store.redis,
		.context = e->store_context, .edge = e->traffic.own.edge.text, .address = e->store_address,
		.policy_digest = digest, .limits = ruleset_limits(e->law), .max_partners = c->store.max_partners,
		.state_file = c->store.state_file,
		.target_key = first_target_key(c),
	};

	conf_policy_digest(c->policy, digest);
	address_text(listener_address(e->federation.list[0].listener), e->store_address);
	streams_init(&e->store_streams, e->loop);
	e->store_streams.in_max = STORE_IN_MAX;
	e->store_streams.handshake_timeout_us = STORE_HANDSHAKE_US;
	e->store_streams.read_timeout_us = e->store_streams.write_timeout_us = STORE_WRITE_US;
	e->store_streams.idle_timeout_us = INT64_MAX / 4;
	return store_redis_open(&house);
}

void edge_open_store(struct edge *e)
{
	const struct conf *c = e->conf;

	e->store = c->store.kind == STORE_REDIS ? open_redis(e)
	    : store_memory_open(c->store.state_file, c->store.max_partners, ruleset_limits(e->law), clock_monotonic_us, clock_wall_us);
	e->store->on_class = on_class;
	e->store->on_event = on_event;
	e->store->on_order = edge_on_order;
	e->store->on_class_arg = e;
	e->traffic.store = e->store;
}

void edge_close_store(struct edge *e)
{
	if (!e->store)
		return;
	e->store->ops->close(e->store);
	if (e->store_streams.loop)
		streams_clear(&e->store_streams);
}

void edge_reload_store(struct edge *e)
{
	char digest[13] = "?";

	conf_policy_digest(e->conf->policy, digest);
	e->store->ops->reload(e->store, ruleset_limits(e->law), e->conf->store.max_partners, digest);
	if (e->conf->store.kind == STORE_REDIS)
		store_redis_configure(e->store, &e->conf->store.redis, e->store_context);
}
