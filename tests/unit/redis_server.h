/* A real redis-server, or a sentinel, for one test: on a free loopback port and a UNIX socket, its files
 * in a directory of its own. What cannot be started ends the test. */
#ifndef TESTS_UNIT_REDIS_SERVER_H
#define TESTS_UNIT_REDIS_SERVER_H

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <sys/types.h>

#include "scratch.h"

struct redis_server {
	struct scratch scratch;
	pid_t pid;            /* 0: not running */
	unsigned port;
	char socket[96];
	const char *password; /* borrowed: for redis_server_context; NULL: none */
	bool sentinel;
};

/* `lines` are added to its configuration, each ends with a newline; "": none. Without a
 * "tls-port" among them (write %u for the port) it speaks in clear. Returns when it answers. */
void redis_server_start(struct redis_server *, const char *lines);
void redis_server_start_sentinel(struct redis_server *, const char *lines);
void redis_server_stop(struct redis_server *);    /* at the end: kills it, removes its files */

void redis_server_kill(struct redis_server *);    /* kill -9; restart may follow */
void redis_server_restart(struct redis_server *); /* with the same port and files */
void redis_server_freeze(struct redis_server *);  /* SIGSTOP */
void redis_server_thaw(struct redis_server *);    /* SIGCONT */

/* A connection by its UNIX socket, for redisCommand and redisFree. */
redisContext *redis_server_context(const struct redis_server *);
/* One command on such a connection; its reply as a number, or how long its text is; -1: an error reply. */
long long redis_server_do(const struct redis_server *, const char *format, ...);

#endif
