/* redis-server as a child of the test. */
#include "redis_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "await.h"

static unsigned free_port(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof here;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&here, length) || getsockname(fd, (struct sockaddr *)&here, &length))
		abort();
	close(fd);
	return ntohs(here.sin_port);
}

static void run(const struct redis_server *s)
{
	char path[96];

	snprintf(path, sizeof path, "%s/redis.conf", s->scratch.directory);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that crashes leaves nobody behind */
	for (int fd = 3; fd < 1024; fd++)
		close(fd);
	if (s->sentinel)
		execlp("redis-server", "redis-server", path, "--sentinel", (char *)NULL);
	else
		execlp("redis-server", "redis-server", path, (char *)NULL);
	fputs("redis-server cannot be started: deploy/packages --tests installs it\n", stderr);
	_exit(127);
}

/* Any reply will do, an error too: it answers. */
static bool answers(const struct redis_server *s)
{
	redisContext *c = redisConnectUnixWithTimeout(s->socket, (struct timeval){ .tv_sec = 5 });
	redisReply *reply = c && !c->err ? redisCommand(c, "PING") : NULL;
	bool good = reply && (reply->type != REDIS_REPLY_ERROR || strncmp(reply->str, "LOADING", 7));

	if (reply)
		freeReplyObject(reply);
	if (c)
		redisFree(c);
	return good;
}

void redis_server_restart(struct redis_server *s)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	unlink(s->socket);
	fflush(NULL);
	s->pid = fork();
	if (s->pid == 0)
		run(s);
	while (!answers(s)) {
		if (waitpid(s->pid, NULL, WNOHANG) == s->pid || clock_monotonic_us() > until) {
			fprintf(stderr, "redis-server does not come up; see %s\n", s->scratch.directory);
			abort();
		}
		usleep(10000);
	}
}

static void start(struct redis_server *s, const char *lines)
{
	char path[96];
	FILE *conf;

	s->scratch = scratch_new();
	s->port = free_port();
	snprintf(s->socket, sizeof s->socket, "%s/redis.sock", s->scratch.directory);
	snprintf(path, sizeof path, "%s/redis.conf", s->scratch.directory);
	conf = fopen(path, "w");
	if (!conf)
		abort();
	if (strstr(lines, "tls-port"))
		fputs("port 0\n", conf);
	else
		fprintf(conf, "port %u\n", s->port);
	fprintf(conf, "bind 127.0.0.1\nunixsocket %s\ndir %s\nlogfile %s/log\n", s->socket, s->scratch.directory, s->scratch.directory);
	if (!s->sentinel)
		fputs("save \"\"\nappendonly no\nrepl-diskless-sync-delay 0\n", conf);
	for (const char *at = lines; *at; at++)
		if (at[0] == '%' && at[1] == 'u' && at++)
			fprintf(conf, "%u", s->port);
		else
			fputc(*at, conf);
	fclose(conf);
	redis_server_restart(s);
}

void redis_server_start(struct redis_server *s, const char *lines)
{
	*s = (struct redis_server){ .sentinel = false };
	start(s, lines);
}

void redis_server_start_sentinel(struct redis_server *s, const char *lines)
{
	*s = (struct redis_server){ .sentinel = true };
	start(s, lines);
}

void redis_server_kill(struct redis_server *s)
{
	if (s->pid <= 0)
		return;
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	s->pid = 0;
}

void redis_server_stop(struct redis_server *s)
{
	redis_server_kill(s);
	scratch_free(&s->scratch);
}

void redis_server_freeze(struct redis_server *s)
{
	kill(s->pid, SIGSTOP);
	waitpid(s->pid, NULL, WUNTRACED);
}

void redis_server_thaw(struct redis_server *s)
{
	kill(s->pid, SIGCONT);
}

redisContext *redis_server_context(const struct redis_server *s)
{
	redisContext *c = redisConnectUnixWithTimeout(s->socket, (struct timeval){ .tv_sec = 30 });

	if (!c || c->err)
		abort();
	redisSetTimeout(c, (struct timeval){ .tv_sec = 30 });
	if (s->password)
		freeReplyObject(redisCommand(c, "AUTH %s", s->password));
	return c;
}

long long redis_server_do(const struct redis_server *s, const char *format, ...)
{
	redisContext *c = redis_server_context(s);
	redisReply *reply;
	va_list arguments;
	long long value;

	va_start(arguments, format);
	reply = redisvCommand(c, format, arguments);
	va_end(arguments);
	if (!reply)
		abort();
	value = reply->type == REDIS_REPLY_ERROR ? -1 : reply->type == REDIS_REPLY_INTEGER ? reply->integer : (long long)reply->len;
	freeReplyObject(reply);
	redisFree(c);
	return value;
}
