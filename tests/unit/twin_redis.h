/* A redis-server of the test's own, on a socket in a scratch directory, that keeps
 * nothing; and what the tests of the scripts ask it. Each test file has one of its own. */
#ifndef TESTS_UNIT_TWIN_REDIS_H
#define TESTS_UNIT_TWIN_REDIS_H

#include <stdarg.h>
#include <sys/wait.h>

#include "../../gateway/script.h"
#include "scratch.h"

#define TWIN_PATIENCE 500 /* hundredths of a second until it must answer */

struct twin_redis {
	struct scratch scratch;
	pid_t pid;
	redisContext *link;
};

static inline void twin_serve(const char *directory, const char *socket)
{
	if (!freopen("/dev/null", "w", stdout) || chdir(directory) != 0)
		_exit(127);
	execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no",
	    "--daemonize", "no", (char *)NULL);
	_exit(127);
}

static inline redisContext *twin_connect(const char *socket)
{
	for (int i = 0; i < TWIN_PATIENCE; i++) {
		redisContext *link = redisConnectUnix(socket);

		if (link && !link->err)
			return link;
		redisFree(link);
		usleep(10000);
	}
	abort(); /* no redis-server: these tests are nothing without */
}

static inline struct twin_redis twin_redis_start(void)
{
	struct twin_redis r = { .scratch = scratch_new() };
	const char *socket = scratch_name(&r.scratch, "socket");

	fflush(NULL);
	r.pid = fork();
	if (r.pid == 0)
		twin_serve(r.scratch.directory, socket);
	r.link = twin_connect(socket);
	return r;
}

static inline void twin_redis_stop(struct twin_redis *r)
{
	redisFree(r->link);
	kill(r->pid, SIGTERM);
	waitpid(r->pid, NULL, 0);
	scratch_free(&r->scratch);
}

/* The integer that a command answers; -1 for another reply. */
static inline int64_t twin_ask(struct twin_redis *r, const char *format, ...)
{
	int64_t number = -1;
	redisReply *reply;
	va_list list;

	va_start(list, format);
	reply = redisvCommand(r->link, format, list);
	va_end(list);
	if (reply && reply->type == REDIS_REPLY_INTEGER)
		number = reply->integer;
	freeReplyObject(reply);
	return number;
}

static inline void twin_flush(struct twin_redis *r)
{
	freeReplyObject(redisCommand(r->link, "FLUSHALL SYNC"));
}

/* The reply; by the whole text where the server does not know the script yet. */
static inline redisReply *twin_call(struct twin_redis *r, struct script_call *call)
{
	redisReply *reply = redisCommandArgv(r->link, (int)call->argc, call->argv, call->lengths);

	if (!reply || reply->type != REDIS_REPLY_ERROR || strncmp(reply->str, "NOSCRIPT", 8) != 0)
		return reply;
	freeReplyObject(reply);
	script_by_text(call);
	return redisCommandArgv(r->link, (int)call->argc, call->argv, call->lengths);
}

/* One message; where the script failed its error is printed, and `now_us` of the answer is -1. */
static inline struct script_reading twin_admit(struct twin_redis *r, const struct entry *entry, const struct demand *demand,
    bool may_add, int64_t now_us)
{
	struct script_reading out;
	struct script_call call;
	redisReply *reply;

	script_admit(&call, "edge1.example", entry, demand, may_add, now_us);
	reply = twin_call(r, &call);
	if (!script_read_admit(&out, reply)) {
		printf("\n%s\n", reply && reply->str ? reply->str : "(a reply of another shape)");
		out.now_us = -1;
	}
	freeReplyObject(reply);
	return out;
}

static inline struct script_glimpse twin_peek(struct twin_redis *r, const struct entry *entry, const struct demand *demand,
    bool may_add, int64_t now_us)
{
	struct script_glimpse out;
	struct script_call call;
	redisReply *reply;

	script_peek(&call, "edge1.example", entry, demand, may_add, now_us);
	reply = twin_call(r, &call);
	if (!script_read_peek(&out, entry, reply)) {
		printf("\n%s\n", reply && reply->str ? reply->str : "(a reply of another shape)");
		out.now_us = -1;
	}
	freeReplyObject(reply);
	return out;
}

static inline struct script_standing twin_standing(struct twin_redis *r, struct script_call *call)
{
	struct script_standing out;
	redisReply *reply = twin_call(r, call);

	if (!script_read_outcome(&out, reply)) {
		printf("\n%s\n", reply && reply->str ? reply->str : "(a reply of another shape)");
		out.now_us = -1;
	}
	freeReplyObject(reply);
	return out;
}

static inline struct script_standing twin_outcome(struct twin_redis *r, const struct entry *entry, const char *letters, size_t count,
    int64_t now_us)
{
	struct script_call call;

	script_outcome(&call, "edge1.example", &entry->partner, &entry->limits, letters, count, true, now_us);
	return twin_standing(r, &call);
}

static inline struct script_standing twin_release(struct twin_redis *r, const struct partner *partner, int64_t keep_us, int64_t now_us)
{
	struct script_call call;

	script_release(&call, "edge1.example", partner, keep_us, now_us);
	return twin_standing(r, &call);
}

/* A number of the state; -1: there is none. */
static inline int64_t twin_field(struct twin_redis *r, const char *base, const char *field)
{
	redisReply *reply = redisCommand(r->link, "HGET %s:s %s", base, field);
	int64_t number = reply->type == REDIS_REPLY_STRING ? strtoll(reply->str, NULL, 10) : -1;

	freeReplyObject(reply);
	return number;
}

/* How many targets there are, by counting them. */
static inline int64_t twin_targets(struct twin_redis *r, const char *base)
{
	int64_t count = twin_ask(r, "ZCARD %s:c", base);

	for (int i = 0; i < 16; i++)
		count += twin_ask(r, "ZCARD %s:c%x", base, i);
	return count;
}

#endif
