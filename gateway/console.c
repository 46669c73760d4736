/* Visitors come and go; each asks once. When there are too many, one who has not asked yet gives way, of the user who
 * has most of them; and then who may only read to who may change: neither idle connections nor readers keep an
 * operator out. */
#include "console.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../policy/alloc.h"
#include "commands.h"
#include "log.h"
#include "visitor.h"

#define QUESTION_US INT64_C(10000000)
#define READER_US   INT64_C(30000000)
#define IN_MOST     ((size_t)64 * 1024)
#define NEVER_US    (INT64_MAX / 4)
#define RECORDS_MOST 20               /* of refusals in a row; then one more */
#define RECORD_US   INT64_C(10000000) /* every so often */

struct visitor {
	struct console *console;      /* borrowed */
	struct stream *stream;        /* owned by the streams */
	enum visitor_right right;
	uid_t uid;
	bool asked, leaving;
	struct timer patience;
	struct talk talk;
	struct visitor *next, **back; /* the newest first */
	char line[COMMAND_LINE_MAX + 1];
};

struct console {
	struct loop *loop;            /* borrowed */
	const struct talk_house *house; /* borrowed */
	struct streams streams;
	struct listener *listener;    /* owned; NULL: none */
	char *path;                   /* owned; of the listener */
	struct stat socket;           /* the file, so that we remove no other one */
	struct visitor_groups groups;
	struct visitor *first;
	unsigned count;               /* of those that are not leaving */
	int64_t recorded_us;          /* the records of refusals that there have been end then */
	uint64_t unrecorded;
};

/* --- one question --- */

static const char *in_words(const struct visitor *v)
{
	return v->right == MAY_REPORT ? "you may read reports; changes need" : "the console needs";
}

static bool may(const struct visitor *v, const struct command *c)
{
	return v->right == MAY_CHANGE || (v->right == MAY_REPORT && c->access == ACCESS_REPORT);
}

/* Who may not change has no say over how much is recorded, and how soon what was is pushed out. */
static bool is_recorded(struct console *c)
{
	int64_t now = loop_now(c->loop);

	if (c->recorded_us < now - RECORDS_MOST * RECORD_US)
		c->recorded_us = now - RECORDS_MOST * RECORD_US;
	if (c->recorded_us > now - RECORD_US) {
		c->unrecorded++;
		return false;
	}
	c->recorded_us += RECORD_US;
	if (c->unrecorded)
		log_line(LEVEL_WARNING, "console: %" PRIu64 " more refusals are not recorded", c->unrecorded);
	c->unrecorded = 0;
	return true;
}

static void refuse(struct visitor *v)
{
	if (v->talk.asked.command->access == ACCESS_CHANGE && !is_recorded(v->console))
		v->talk.asked.command = NULL; /* it is this that is recorded */
	talk_refuse(&v->talk, "%s root, the user of the edge, or the group console.group", in_words(v));
}

static void answer(struct visitor *v, size_t length)
{
	char *words[COMMAND_WORDS_MAX], why[1024];
	const char *unreadable;
	int count = command_cut(v->line, length, words, &unreadable);

	if (count < 0) {
		talk_usage(&v->talk, unreadable);
	} else if (!command_read(&v->talk.asked, commands, command_count, (size_t)count, (const char *const *)words, why, sizeof why)) {
		talk_usage(&v->talk, why);
	} else if (!v->talk.asked.command->run) {
		snprintf(why, sizeof why, "%s: only fedgatectl itself answers this", v->talk.asked.command->word);
		talk_usage(&v->talk, why);
	} else if (!may(v, v->talk.asked.command)) {
		refuse(v);
	} else {
		log_line(LEVEL_DEBUG, "console: %s (uid %lu): %s", v->talk.who.name, (unsigned long)v->uid, v->talk.asked.command->word);
		talk_run(&v->talk);
	}
}

static void settle_down(struct visitor *v)
{
	v->asked = true;
	timer_stop(v->console->loop, &v->patience);
	stream_pause(v->stream); /* so that also one who has shut his side hears all of the answer */
	talk_open(&v->talk, v->console->house, v->console->loop, v->stream);
	visitor_name(&v->talk.who, v->uid);
}

static size_t on_input(void *arg, const char *octets, size_t size)
{
	struct visitor *v = arg;
	const char *end = memchr(octets, '\n', size < COMMAND_LINE_MAX ? size : COMMAND_LINE_MAX);

	if (!end && size < COMMAND_LINE_MAX)
		return 0;
	settle_down(v);
	if (!end) {
		talk_usage(&v->talk, "a question has at most 4095 octets");
	} else {
		memcpy(v->line, octets, (size_t)(end - octets));
		answer(v, (size_t)(end - octets));
	}
	return size;
}

/* --- coming and going --- */

static void nothing(void *arg)
{
	(void)arg;
}

static void on_sent(void *arg, size_t octets)
{
	struct visitor *v = arg;

	(void)octets;
	if (v->asked)
		talk_sent(&v->talk);
}

static void leave(struct visitor *v, const char *why)
{
	if (!v->leaving)
		v->console->count--;
	v->leaving = true;
	stream_close(v->stream, why);
}

static void on_patience(void *arg)
{
	leave(arg, "no question in 10 s");
}

static void visitor_free(struct visitor *v)
{
	talk_close(&v->talk);
	timer_stop(v->console->loop, &v->patience);
	if (!v->leaving)
		v->console->count--;
	*v->back = v->next;
	if (v->next)
		v->next->back = v->back;
	free(v);
}

static void on_closed(void *arg, const char *why)
{
	(void)why;
	visitor_free(arg);
}

static const struct stream_calls calls = {
	.opened = nothing, .refused = nothing, .input = on_input, .filled = nothing, .drained = nothing,
	.sent = on_sent, .closed = on_closed
};

static unsigned idlers(const struct console *c, uid_t uid)
{
	unsigned count = 0;

	for (const struct visitor *v = c->first; v; v = v->next)
		count += !v->asked && !v->leaving && v->uid == uid;
	return count;
}

/* Of those who have not asked yet and may do no more, else of those who may do less, he who came first. NULL: nobody. */
static struct visitor *who_gives_way(const struct console *c, enum visitor_right right)
{
	struct visitor *idler = NULL, *lesser = NULL;
	unsigned most = 0;

	for (struct visitor *v = c->first; v; v = v->next) {
		unsigned count = v->asked || v->leaving || v->right > right ? 0 : idlers(c, v->uid);

		if (count && count >= most)
			idler = v;
		if (count > most)
			most = count;
		if (v->right < right && !v->leaving)
			lesser = v;
	}
	return idler ? idler : lesser;
}

static void turn_away(int fd)
{
	static const char words[] = "no\n{\"done\":false,\"what\":\"too many connections to the console\",\"complaints\":[]}\n";

	(void)!send(fd, words, sizeof words - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

static void on_accepted(void *arg, int fd, const struct address *peer)
{
	struct console *c = arg;
	struct visitor *v = alloc_zero(1, sizeof *v);

	v->console = c;
	v->right = visitor_right(fd, &c->groups, &v->uid);
	if (c->count == CONSOLE_VISITORS_MAX) {
		struct visitor *gives_way = who_gives_way(c, v->right);

		if (!gives_way) {
			turn_away(fd);
			free(v);
			return;
		}
		leave(gives_way, "gave way to others");
	}
	v->next = c->first;
	v->back = &c->first;
	if (v->next)
		v->next->back = &v->next;
	c->first = v;
	c->count++;
	timer_set(c->loop, &v->patience, loop_now(c->loop) + QUESTION_US, on_patience, v);
	v->stream = stream_accepted(&c->streams, fd, NULL, peer, &calls, v);
}

/* --- the socket --- */

/* NULL: the place is free, or a dead edge's socket was there and is gone; else why nothing can be made there. */
static const char *make_room(const struct address *at)
{
	struct stat there;
	int fd, error;

	if (lstat(at->socket.un.sun_path, &there) < 0)
		return errno == ENOENT ? NULL : strerror(errno);
	if (!S_ISSOCK(there.st_mode))
		return "there is something else than a socket";
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return strerror(errno);
	error = connect(fd, &at->socket.any, at->length) < 0 ? errno : 0;
	close(fd);
	if (!error || error == EAGAIN)
		return "another process listens there: give each edge a console.socket of its own";
	if (error != ECONNREFUSED)
		return strerror(error);
	return unlink(at->socket.un.sun_path) < 0 ? strerror(errno) : NULL;
}

/* Without a mode at first: nobody comes in before set_mode. */
static struct listener *listen_at(struct console *c, const char *path)
{
	struct listener *made = NULL;
	struct address at;
	char why[256];
	const char *taken;

	address_unix(&at, path);
	taken = make_room(&at);
	if (!taken) {
		mode_t before = umask(0777);

		made = listener_open(c->loop, &at, false, on_accepted, c, why, sizeof why);
		umask(before);
	}
	if (!made)
		log_line(LEVEL_ERROR, "console: %s: %s; the edge goes on without its console; a reload tries again", path, taken ? taken : why);
	return made;
}

/* Who is let in further than this is told by the groups of the peer. */
static void set_mode(const struct console *c)
{
	mode_t mode = 0600;

	if (c->groups.report_known)
		mode = 0666;
	else if (c->groups.change_known && chown(c->path, (uid_t)-1, c->groups.change) == 0)
		mode = 0660;
	else if (c->groups.change_known)
		log_line(LEVEL_WARNING, "console: %s: cannot be given to the group: %s: make the edge's user a member of console.group; until then "
		    "it is for root and that user only", c->path, strerror(errno));
	if (chmod(c->path, mode) < 0)
		log_line(LEVEL_ERROR, "console: %s: %s", c->path, strerror(errno));
}

/* Is the file at our path the one that we made? */
static bool is_ours(const struct console *c)
{
	struct stat there;

	return lstat(c->path, &there) == 0 && there.st_dev == c->socket.st_dev && there.st_ino == c->socket.st_ino;
}

static void shut(struct console *c)
{
	if (!c->listener)
		return;
	listener_close(c->listener);
	if (is_ours(c))
		unlink(c->path);
	free(c->path);
	c->listener = NULL;
	c->path = NULL;
}

/* The old place is given up when the new one is there. */
static void move_to(struct console *c, const char *path)
{
	struct listener *made = listen_at(c, path);

	if (!made)
		return;
	shut(c);
	c->listener = made;
	c->path = alloc_text(path);
	if (lstat(path, &c->socket) < 0)
		log_line(LEVEL_ERROR, "console: %s: %s", path, strerror(errno));
	log_line(LEVEL_INFO, "console: listening on %s", path);
}

void console_configure(struct console *c, const struct conf *conf)
{
	const char *path = conf->console.socket;

	visitor_groups_find(&c->groups, conf->console.group, conf->console.report_group);
	if (!path[0])
		shut(c);
	else if (!c->listener || strcmp(c->path, path) || !is_ours(c))
		move_to(c, path);
	if (c->listener)
		set_mode(c);
}

struct console *console_new(struct loop *loop, const struct talk_house *house)
{
	struct console *c = alloc_zero(1, sizeof *c);

	c->loop = loop;
	c->house = house;
	c->recorded_us = loop_now(loop) - RECORDS_MOST * RECORD_US;
	streams_init(&c->streams, loop);
	c->streams.in_max = IN_MOST;
	c->streams.write_timeout_us = READER_US;
	c->streams.handshake_timeout_us = c->streams.read_timeout_us = c->streams.idle_timeout_us = NEVER_US;
	return c;
}

void console_free(struct console *c)
{
	if (!c)
		return;
	shut(c);
	for (struct visitor *v = c->first; v; v = v->next)
		talk_close(&v->talk);
	streams_clear(&c->streams);
	while (c->first)
		visitor_free(c->first);
	free(c);
}
