/* The redis store in fedgate.conf: where its servers are, and its password. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "../policy/alloc.h"
#include "conf_parts.h"

#define SENTINELS_MAX 16
#define PASSWORD_MAX 512

static void place_clear(struct redis_place *place)
{
	free(place->host);
	free(place->path);
}

/* What no table of settings owns. */
static void servers_clear(struct redis_conf *redis)
{
	for (size_t i = 0; i < redis->server_count; i++)
		place_clear(&redis->servers[i]);
	free(redis->servers);
	if (redis->password)
		explicit_bzero(redis->password, strlen(redis->password));
	free(redis->password);
}

void conf_clear_redis(struct conf *conf)
{
	servers_clear(&conf->store.redis);
}

/* --- where a server is --- */

/* A domain or a numeric address, IPv6 in brackets; lower case and without them in `host`. */
static bool host_parse(char **host, const char *text, size_t length)
{
	struct address address;
	struct domain domain;
	char *copy;

	if (domain_parse(&domain, text, length)) {
		*host = alloc_text(domain.text);
		return true;
	}
	copy = strndup(text, length);
	if (!copy)
		abort();
	if (length > 2 && copy[0] == '[' && copy[length - 1] == ']') {
		copy[length - 1] = '\0';
		*host = strchr(copy, ':') && address_make(&address, copy + 1, 0) ? alloc_text(copy + 1) : NULL;
	} else {
		*host = !strchr(copy, ':') && address_make(&address, copy, 0) ? alloc_text(copy) : NULL;
	}
	free(copy);
	return *host != NULL;
}

static bool server_parse(struct redis_place *place, const char *text)
{
	const char *colon = strrchr(text, ':');

	*place = (struct redis_place){ .port = 0 };
	if (!colon || !address_port_parse(&place->port, colon + 1) || !place->port
	    || !host_parse(&place->host, text, (size_t)(colon - text)))
		return false;
	place->path = alloc_text("");
	return true;
}

/* NULL: good. Else what is wrong, and the remedy. */
static const char *path_parse(struct redis_place *place, const char *path)
{
	struct sockaddr_un un;

	if (*path != '/')
		return "the path of a UNIX socket begins with a slash, as in \"unix:/run/redis/redis.sock\"";
	if (strlen(path) >= sizeof un.sun_path)
		return "longer than the path of a socket can be: choose a shorter one";
	*place = (struct redis_place){ .host = alloc_text(""), .path = alloc_text(path) };
	return NULL;
}

static void add_place(struct redis_conf *redis, struct redis_place place)
{
	redis->servers = alloc_resize(redis->servers, redis->server_count + 1, sizeof *redis->servers);
	redis->servers[redis->server_count++] = place;
}

void conf_read_redis_address(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	const char *text = setting_text(reader, at), *wrong = NULL;
	struct redis_place place;

	(void)row;
	if (!text || !*text)
		return;
	if (strncmp(text, "unix:", 5) == 0)
		wrong = path_parse(&place, text + 5);
	else if (!server_parse(&place, text))
		wrong = "write host and port, as in \"redis1.example.com:6379\" or \"[2001:db8::1]:6379\", or \"unix:/run/redis/redis.sock\"";
	if (wrong)
		complain_at(reader, at, "%s", wrong);
	else
		add_place(field, place);
}

static void add_sentinel(struct reader *reader, config_setting_t *at, const char *text, void *arg)
{
	struct redis_place place;

	if (server_parse(&place, text))
		add_place(arg, place);
	else
		complain_at(reader, at, "write host and port of a sentinel, as in \"s1.example.com:26379\"");
}

void conf_read_sentinels(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	(void)row;
	if (counted(reader, at, 0, SENTINELS_MAX))
		texts_read(reader, at, add_sentinel, field);
}

/* --- the password --- */

/* The first line, without its end; NULL: it is empty or too long. */
static char *first_line(FILE *file)
{
	char line[PASSWORD_MAX + 2] = "";
	char *password = NULL;

	if (fgets(line, sizeof line, file) && (strchr(line, '\n') || feof(file))) {
		line[strcspn(line, "\r\n")] = '\0';
		if (*line)
			password = alloc_text(line);
	}
	explicit_bzero(line, sizeof line);
	return password;
}

void conf_read_password(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	const char *text = setting_text(reader, at);
	char **password = field, *path, *line;
	FILE *file;

	(void)row;
	if (!text || !*text)
		return;
	path = path_from(reader->directory, text);
	file = path_readable(path) ? fopen(path, "re") : NULL;
	if (!file) {
		complain_at(reader, at, "%s: name a file that can be read", errno ? strerror(errno) : "not a regular file");
	} else if (!(line = first_line(file))) {
		complain_at(reader, at, "no password is in this file: write it on the first line, at most %d octets", PASSWORD_MAX);
	} else {
		free(*password);
		*password = line;
	}
	if (file)
		fclose(file);
	free(path);
}

/* --- a copy --- */

static struct redis_place place_copy(const struct redis_place *place)
{
	return (struct redis_place){ alloc_text(place->host), place->port, alloc_text(place->path) };
}

static bool place_same(const struct redis_place *a, const struct redis_place *b)
{
	return strcmp(a->host, b->host) == 0 && a->port == b->port && strcmp(a->path, b->path) == 0;
}

static char *text_copy(const char *text)
{
	return alloc_text(text ? text : "");
}

void redis_conf_copy(struct redis_conf *to, const struct redis_conf *from)
{
	*to = *from;
	to->servers = alloc_zero(from->server_count, sizeof *to->servers);
	for (size_t i = 0; i < from->server_count; i++)
		to->servers[i] = place_copy(&from->servers[i]);
	to->master = text_copy(from->master);
	to->user = text_copy(from->user);
	to->password = text_copy(from->password);
	to->ca = text_copy(from->ca);
}

static bool text_same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

bool redis_conf_same(const struct redis_conf *a, const struct redis_conf *b)
{
	if (a->server_count != b->server_count || a->tls != b->tls || a->database != b->database
	    || a->timeout_us != b->timeout_us || a->edges != b->edges)
		return false;
	for (size_t i = 0; i < a->server_count; i++)
		if (!place_same(&a->servers[i], &b->servers[i]))
			return false;
	return text_same(a->master, b->master) && text_same(a->user, b->user) && text_same(a->password, b->password)
	    && text_same(a->ca, b->ca);
}

void redis_conf_clear(struct redis_conf *redis)
{
	servers_clear(redis);
	free(redis->master);
	free(redis->user);
	free(redis->ca);
	*redis = (struct redis_conf){ 0 };
}
