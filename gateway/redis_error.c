/* The errors of Redis: what each means for us, and what to do about it. */
#include "redis.h"

#include <stdio.h>
#include <string.h>

#include "log.h"

static const struct redis_error errors[] = {
	{ "READONLY", "it is a replica, which takes no writes: name the master, or let sentinels say which it is", true, REDIS_LEAVE },
	{ "MASTERDOWN", "it is a replica that has lost its master: name the master, or let sentinels say which it is", true, REDIS_LEAVE },
	{ "LOADING", "it reads its data from disk and answers when that is done: wait", true, REDIS_PROBE },
	{ "BUSY", "a script holds it up: end that with redis-cli SCRIPT KILL", true, REDIS_PROBE },
	{ "OOM", "its maxmemory is reached: raise it, or take off what others keep there", true, REDIS_PROBE },
	{ "MISCONF", "it cannot write its data to disk and so takes no writes: look into its log for why", true, REDIS_PROBE },
	{ "NOREPLICAS", "too few replicas follow it, and so it takes no writes: start them, or lower min-replicas-to-write", true, REDIS_PROBE },
	{ "CLUSTERDOWN", "its cluster is not whole: see redis-cli CLUSTER INFO", true, REDIS_PROBE },
	{ "NOPERM", "the user may not do this: give it the commands, keys and channels that the edge needs (ACL SETUSER)", true, REDIS_WAIT },
	{ "WRONGPASS", "it does not take this user and password: correct store.user and store.password-file", true, REDIS_WAIT },
	{ "NOAUTH", "it wants a password: set store.password-file, and store.user where it has users", true, REDIS_WAIT },
	{ "NOSCRIPT", "it does not have the script, as after a start: it is sent again", false, REDIS_PROBE },
	{ "WRONGTYPE", "a key of ours holds something else: find out who writes keys that begin with fg:", false, REDIS_PROBE },
};

static const struct redis_error *row_of(const char *text)
{
	size_t length = strcspn(text, " ");

	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
		if (strlen(errors[i].word) == length && memcmp(text, errors[i].word, length) == 0)
			return &errors[i];
	return NULL;
}

static bool begins(const char *text, const char *words)
{
	return strncmp(text, words, strlen(words)) == 0;
}

/* An error that a script ran into. Redis 7 gives it as it is, Redis 6 behind its own words; and what
 * the user may not call there has no word at all: up to 7.0, and since. */
static const char *inner_text(const char *text)
{
	const char *inner = begins(text, "ERR Error running script") ? strstr(text, ": -") : NULL;

	if (inner)
		return inner + 3;
	return begins(text, "ERR The user executing the script") || begins(text, "ERR ACL failure in script") ? "NOPERM" : text;
}

const struct redis_error *redis_error_of(const redisReply *reply)
{
	return reply->type == REDIS_REPLY_ERROR ? row_of(inner_text(reply->str)) : NULL;
}

void redis_error_text(const redisReply *reply, char *out, size_t size)
{
	const struct redis_error *row = redis_error_of(reply);
	char quoted[120];

	if (reply->type != REDIS_REPLY_ERROR)
		snprintf(out, size, "its answer is not of the expected form: is it Redis?");
	else if (row && row->then != REDIS_WAIT)
		snprintf(out, size, "%s (%s)", row->meaning, row->word); /* the rest differs from command to command */
	else if (row)
		snprintf(out, size, "%s (\"%s\")", row->meaning, log_quote(quoted, sizeof quoted, reply->str, reply->len));
	else
		snprintf(out, size, "it answers \"%s\"", log_quote(quoted, sizeof quoted, reply->str, reply->len));
}
