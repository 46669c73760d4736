/* Commands for the scripts: their arguments in the order that the head of each
 * policy/ *.lua names. */
#include "script.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "gateway/script_text.h" /* made from policy/ *.lua */

#define DIGEST_SIZE 41

const char *script_text(enum script script)
{
	return texts[script];
}

static void hex(char *out, const unsigned char *octets, size_t size)
{
	for (size_t i = 0; i < size; i++)
		snprintf(out + 2 * i, 3, "%02x", octets[i]);
}

const char *script_digest(enum script script)
{
	static char digests[SCRIPTS][DIGEST_SIZE];
	unsigned char sum[SHA_DIGEST_LENGTH];

	if (!digests[script][0]) {
		SHA1((const unsigned char *)texts[script], strlen(texts[script]), sum);
		hex(digests[script], sum, sizeof(sum));
	}
	return digests[script];
}

void script_by_text(struct script_call *call)
{
	call->argv[0] = "EVAL";
	call->lengths[0] = strlen("EVAL");
	call->argv[1] = texts[call->script];
	call->lengths[1] = strlen(call->argv[1]);
}

static void add(struct script_call *call, const char *octets /* borrowed */, size_t size)
{
	call->argv[call->argc] = octets;
	call->lengths[call->argc++] = size;
}

static void add_text(struct script_call *call, const char *text /* borrowed */)
{
	add(call, text, strlen(text));
}

/* Room for the longest: what is added is bounded by its type. */
static char *room(struct script_call *call)
{
	return call->room + call->used;
}

static void add_room(struct script_call *call, size_t size)
{
	add(call, room(call), size);
	call->used += size;
}

static void add_number(struct script_call *call, int64_t number)
{
	add_room(call, (size_t)sprintf(room(call), "%lld", (long long)number));
}

static void add_now(struct script_call *call, int64_t now_us)
{
	if (now_us < 0)
		add_text(call, "");
	else
		add_number(call, now_us);
}

static void add_partner(struct script_call *call, const struct partner *partner)
{
	add_room(call, partner_key(partner, room(call)));
}

size_t script_base(const struct partner *partner, char out[SCRIPT_BASE_MAX])
{
	char key[PARTNER_KEY_MAX];

	if (partner->kind == PARTNER_TENANT)
		return (size_t)snprintf(out, SCRIPT_BASE_MAX, "fg:1:{p%s}/%s", partner->provider, partner->domain.text);
	partner_key(partner, key);
	return (size_t)snprintf(out, SCRIPT_BASE_MAX, "fg:1:{%s}", key);
}

static void add_base(struct script_call *call, const struct partner *partner)
{
	add_room(call, script_base(partner, room(call)));
}

static void put_double(char out[8], double number)
{
	uint64_t bits;

	memcpy(&bits, &number, sizeof(bits));
	for (int i = 0; i < 8; i++)
		out[i] = (char)(bits >> (8 * i));
}

static int64_t longer(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* As limits_of in record.lua reads them: doubles, in which times are exact. */
static void add_limits(struct script_call *call, const struct limits *l)
{
	int64_t keep_us = longer(l->rate.period_us, l->suspicious_rate.period_us);
	int64_t waits_us = longer(l->max_delay_us, l->ending_delay_us);
	int64_t span_us = longer(keep_us + waits_us, longer(l->watch_window_us, l->suspicion_window_us));
	const double numbers[] = {
		l->rate.count, (double)l->rate.period_us, l->suspicious_rate.count, (double)l->suspicious_rate.period_us,
		(double)l->max_delay_us, l->max_waiting, (double)l->ending_delay_us, l->distinct_uris,
		(double)l->watch_window_us, (double)l->watch_hold_us, l->watch_blocks == WATCH_BLOCKS_ALL,
		(double)l->suspicion_window_us, (double)l->suspicion_hold_us, l->min_responses, l->failure_share,
		(double)keep_us, (double)span_us,
	};
	size_t count = sizeof(numbers) / sizeof(numbers[0]);

	for (size_t i = 0; i < count; i++)
		put_double(room(call) + 8 * i, numbers[i]);
	add_room(call, 8 * count);
}

static void begin(struct script_call *call, enum script script, const char *keys)
{
	call->script = script;
	call->argc = call->used = 0;
	add_text(call, "EVALSHA");
	add_text(call, script_digest(script));
	add_text(call, keys);
}

static void add_target(struct script_call *call, const struct demand *demand)
{
	for (int i = 0; i < 8; i++)
		room(call)[i] = (char)(demand->target >> (8 * i));
	add_room(call, demand->has_target ? 8 : 0);
}

static void ask(struct script_call *call, const char *edge, const struct entry *entry, const struct demand *demand, int what,
    int64_t now_us)
{
	struct partner shared = entry->partner;

	begin(call, SCRIPT_ADMIT, entry->has_provider ? "3" : "1");
	add_base(call, &entry->partner);
	if (entry->has_provider) {
		shared.domain = (struct domain){ 0 };
		add_base(call, &entry->provider);
		add_base(call, &shared);
	}
	add_text(call, edge);
	add_partner(call, &entry->partner);
	add_limits(call, &entry->limits);
	add_now(call, now_us);
	add_target(call, demand);
	add_number(call, demand->ends_call + what);
	if (!entry->has_provider)
		return;
	add_partner(call, &entry->provider);
	add_limits(call, &entry->provider_limits);
	add_number(call, entry->max_tenants);
}

void script_admit(struct script_call *call, const char *edge, const struct entry *entry, const struct demand *demand,
    bool may_add, int64_t now_us)
{
	ask(call, edge, entry, demand, 2 * may_add, now_us);
}

void script_peek(struct script_call *call, const char *edge, const struct entry *entry, const struct demand *demand,
    bool may_add, int64_t now_us)
{
	ask(call, edge, entry, demand, 4 + 2 * may_add, now_us);
}

static void begin_for(struct script_call *call, enum script script, const char *edge, const struct partner *partner)
{
	begin(call, script, "1");
	add_base(call, partner);
	add_text(call, edge);
	add_partner(call, partner);
}

void script_outcome(struct script_call *call, const char *edge, const struct partner *partner, const struct limits *limits,
    const char *letters, size_t count, bool may_add, int64_t now_us)
{
	begin_for(call, SCRIPT_OUTCOME, edge, partner);
	add_limits(call, limits);
	add_now(call, now_us);
	add_number(call, may_add);
	add(call, letters, count);
}

void script_release(struct script_call *call, const char *edge, const struct partner *partner, int64_t keep_us, int64_t now_us)
{
	begin_for(call, SCRIPT_RELEASE, edge, partner);
	add_number(call, keep_us);
	add_now(call, now_us);
}

static void add_hold(struct script_call *call, const struct script_hold *hold, int64_t late_us)
{
	const int64_t times[] = {
		hold->watched_since_us, hold->watched_until_us, hold->suspicious_since_us, hold->suspicious_until_us,
		hold->released_us, late_us,
	};

	for (size_t i = 0; i < 6; i++)
		put_double(room(call) + 8 * i, (double)times[i]);
	add_room(call, 8 * 6);
}

void script_merge(struct script_call *call, const char *edge, const struct partner *partner, const struct limits *limits,
    const struct script_merge *merge, int64_t now_us)
{
	begin_for(call, SCRIPT_MERGE, edge, partner);
	add_limits(call, limits);
	add_now(call, now_us);
	add_text(call, merge->epoch);
	add(call, merge->targets, merge->targets_size);
	add(call, merge->answers, merge->answers_size);
	add(call, merge->slots, merge->slots_size);
	add_hold(call, &merge->hold, merge->late_us);
}

void script_announce(struct script_call *call, const char *edge, const char *instance, const char *text,
    const struct siphash_key *target_key, int64_t now_us)
{
	begin(call, SCRIPT_ANNOUNCE, "2");
	add_text(call, SCRIPT_KEY_EDGES);
	add_text(call, SCRIPT_KEY_POOL);
	add_text(call, edge);
	add_text(call, instance);
	add_text(call, text);
	add_now(call, now_us);
	add(call, (const char *)target_key->octets, sizeof(target_key->octets));
}

void script_count(struct script_call *call, const char *edge, const struct partner *partner, const struct script_counted *counted,
    bool may_add)
{
	begin(call, SCRIPT_COUNT, "1");
	add_base(call, partner);
	add_text(call, edge);
	for (int i = 0; i < COUNTED; i++)
		add_number(call, counted->verdicts[i]);
	add_number(call, may_add);
	add_text(call, counted->limited_by ? reason_row(counted->limited_by)->token : "");
	add_number(call, counted->observe);
	add_text(call, counted->certificate);
	add_text(call, counted->sources);
}

void script_mend(struct script_call *call, const struct partner *partner)
{
	begin(call, SCRIPT_MEND, "1");
	add_base(call, partner);
}

void script_recall(struct script_call *call, const char *edge, const char *text, const char *other)
{
	begin(call, SCRIPT_RECALL, "1");
	add_room(call, (size_t)sprintf(room(call), "%s:%s", SCRIPT_KEY_REFUSALS, edge));
	add_text(call, text);
	add_text(call, other);
}

void script_report(struct script_call *call, const struct partner *partner, const struct limits *limits, int64_t period_us, int64_t now_us)
{
	begin(call, SCRIPT_REPORT, "1");
	add_base(call, partner);
	add_partner(call, partner);
	add_limits(call, limits);
	add_now(call, now_us);
	add_number(call, period_us);
}

static void add_orders(struct script_call *call, enum script script)
{
	begin(call, script, "2");
	add_text(call, SCRIPT_KEY_ORDERS);
	add_text(call, SCRIPT_KEY_ORDERS_AT);
}

void script_order(struct script_call *call, const char *edge, const struct order *order, const char *text)
{
	add_orders(call, SCRIPT_ORDER);
	add_text(call, edge);
	add_text(call, order->domain.text);
	add_number(call, order->made_us);
	add_text(call, text);
	add_number(call, 3 * ORDERS_MOST);
}

void script_orders(struct script_call *call, int64_t from)
{
	add_orders(call, SCRIPT_ORDERS);
	add_number(call, from);
	add_number(call, SCRIPT_ORDERS_PAGE);
}
