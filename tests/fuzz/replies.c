/* What Redis answers, or whoever sits where it is thought to be: hiredis on any
 * octets under resp.c's bound for arrays, and the strict readers of the scripts' replies. */
#include <stdlib.h>
#include <string.h>

#include "../../gateway/script.h"
#include "fuzz.h"

#define ELEMENTS_MAX 4096

static redisReplyObjectFunctions usual, bounded;
static size_t announced;

#if HIREDIS_MAJOR >= 1
typedef size_t array_length;
#else
typedef int array_length;
#endif

static void *make_array(const redisReadTask *task, array_length length)
{
	announced += (size_t)length;
	return announced > ELEMENTS_MAX ? NULL : usual.createArray(task, length);
}

static bool is_number(const redisReply *r)
{
	return r && r->type == REDIS_REPLY_INTEGER && r->integer >= 0 && r->integer < INT64_C(1) << 53;
}

static bool are_numbers(const redisReply *r)
{
	for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i < r->elements; i++)
		if (!is_number(r->element[i]))
			return false;
	return r->type == REDIS_REPLY_ARRAY && r->elements > 0;
}

static void admit_is_strict(const redisReply *r)
{
	struct script_reading got;
	const struct reading *seen = &got.seen;

	if (!script_read_admit(&got, r)) {
		LAW(!seen->admitted && !seen->known, "what cannot be read admits nobody");
		return;
	}
	LAW(are_numbers(r) && got.now_us == r->element[0]->integer, "a reading is numbers that Lua tells exactly");
	LAW(got.unknown == (r->elements == 1) && (got.unknown || r->elements == 6 || r->elements == 16),
	    "a reading has its places, and no others");
	LAW(!got.unknown || !seen->known, "of the unknown nothing is known");
	LAW(seen->wait_us >= 0 && seen->retry_us >= 0 && seen->class < CLASSES, "a reading is in its bounds");
}

static void peek_is_strict(const redisReply *r)
{
	static const struct entry entry = { .has_provider = true };
	struct script_glimpse got;

	if (!script_read_peek(&got, &entry, r)) {
		LAW(!got.glimpse.seen.admitted && !got.glimpse.seen.known, "what cannot be read shows nothing");
		return;
	}
	LAW(are_numbers(r) && (r->elements == 1 || r->elements == 30), "a look has its places, and no others");
	LAW(got.unknown == (r->elements == 1) && got.glimpse.own.watched_until_us >= 0, "a look is in its bounds");
}

static void outcome_is_strict(const redisReply *r)
{
	struct script_standing got;

	if (script_read_outcome(&got, r))
		LAW(are_numbers(r) && (r->elements == 1 || r->elements == 7), "a standing has its places, and no others");
	else
		LAW(!got.became_suspicious && !got.own.watched_until_us, "what cannot be read restricts nobody");
}

static void orders_are_strict(const redisReply *r)
{
	static struct script_orders page;

	if (!script_read_orders(&page, r))
		return;
	LAW(page.count >= 0 && 2 * (size_t)page.count <= r->elements, "a page has at most as many decisions as were told of");
	for (int i = 0; i < page.count; i++)
		LAW(page.orders[i].domain.length && page.orders[i].who[0], "a decision is somebody's, about a domain");
}

static void announce_is_strict(const redisReply *r)
{
	static struct script_pool pool;

	if (!script_read_announce(&pool, r))
		return;
	LAW(pool.count >= 0 && pool.count <= SCRIPT_EDGES_MAX && r->elements == 3 + 4 * (size_t)pool.count, "edges are as many as were told of");
	LAW(strlen(pool.id) <= SCRIPT_POOL_ID_MAX, "the pool's name fits");
	for (int i = 0; i < pool.count; i++) {
		const struct script_edge *e = &pool.edges[i];

		LAW(e->age_us >= 0, "no edge was heard of in the future");
		LAW(strlen(e->name) == (size_t)r->element[3 + 4 * i]->len, "a name has no NUL inside");
	}
}

static bool is_printable(const char *text)
{
	for (; text && *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static void report_is_strict(const redisReply *r)
{
	struct script_report got;

	if (!script_read_report(&got, r))
		return;
	LAW(r->elements == 1 || r->elements == 12, "a report has its places, and no others");
	LAW(is_printable(got.subject) && is_printable(got.issuer) && is_printable(got.serial), "nothing of a certificate reaches a terminal unescaped");
	LAW(got.source_count <= STORE_SOURCES_MAX && got.edge_count <= STORE_EDGES_MAX, "a report is in its bounds");
	for (size_t i = 0; i < got.source_count; i++)
		LAW(is_printable(got.sources[i]), "a source is a domain");
	for (size_t i = 0; i < got.edge_count; i++)
		LAW(is_printable(got.edges[i]), "an edge's name is a domain");
	LAW(!got.limited_by || reason_is_rate(got.limited_by), "only a rate limits");
}

static void read_all(redisReader *reader)
{
	void *reply = NULL;

	while (redisReaderGetReply(reader, &reply) == REDIS_OK && reply) {
		announced = 0;
		admit_is_strict(reply);
		peek_is_strict(reply);
		orders_are_strict(reply);
		outcome_is_strict(reply);
		announce_is_strict(reply);
		report_is_strict(reply);
		freeReplyObject(reply);
	}
}

/* In two pieces, cut at the first octet's place. */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	struct fuzz_input in = { octets, size };
	size_t cut = fuzz_octet(&in);
	redisReader *reader = redisReaderCreate();

	if (!reader)
		abort();
	usual = bounded = *reader->fn;
	bounded.createArray = make_array;
	reader->fn = &bounded;
	announced = 0;
	if (cut > in.left)
		cut = in.left;
	if (cut && redisReaderFeed(reader, (const char *)in.at, cut) == REDIS_OK)
		read_all(reader);
	if (in.left > cut && redisReaderFeed(reader, (const char *)in.at + cut, in.left - cut) == REDIS_OK)
		read_all(reader);
	redisReaderFree(reader);
	return 0;
}
