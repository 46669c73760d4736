/* TCP and TLS connections of the test counterparts: see link.h. */
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECT_US = 5000000, GULP = 65536 };

int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static const char *tls_trouble(void)
{
	unsigned long code = ERR_get_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	return reason ? reason : "TLS failed";
}

static void cannot_use(const char *file)
{
	fprintf(stderr, "cannot use %s: %s\n", file, tls_trouble());
	exit(1);
}

SSL_CTX *link_context(const struct link_settings *s, bool server)
{
	SSL_CTX *context;

	if (!s->tls && s->certificate == NULL && s->ca == NULL)
		return NULL;
	context = must(SSL_CTX_new(server ? TLS_server_method() : TLS_client_method()));
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	if (s->tls12)
		SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
	if (s->certificate != NULL && SSL_CTX_use_certificate_chain_file(context, s->certificate) != 1)
		cannot_use(s->certificate);
	if (s->key != NULL && SSL_CTX_use_PrivateKey_file(context, s->key, SSL_FILETYPE_PEM) != 1)
		cannot_use(s->key);
	if (s->ca == NULL)
		return context;
	if (SSL_CTX_load_verify_locations(context, s->ca, NULL) != 1)
		cannot_use(s->ca);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	/* An edge may hold a certificate for servers alone, as public CAs issue them. */
	if (server)
		SSL_CTX_set_purpose(context, X509_PURPOSE_ANY);
	return context;
}

static void ended(struct link *l, const char *why)
{
	if (!l->open)
		return;
	l->open = false;
	snprintf(l->why, sizeof l->why, "%s", why);
}

static void print_address(const struct sockaddr *address, socklen_t length, char *to, size_t room)
{
	char host[64], port[16];

	if (getnameinfo(address, length, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		snprintf(to, room, "unknown");
	else
		snprintf(to, room, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
}

/* The addresses of ADDR:PORT or [ADDR]:PORT, to be freed by the caller; or NULL. */
static struct addrinfo *look_up(const char *address, int flags)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = flags };
	const char *colon = strrchr(address, ':');
	struct addrinfo *found = NULL;
	struct slice host;
	char *name;

	if (colon == NULL)
		return NULL;
	host = (struct slice){ address, (size_t)(colon - address) };
	if (host.length > 2 && host.at[0] == '[')
		host = (struct slice){ host.at + 1, host.length - 2 };
	name = slice_copy(host);
	if (getaddrinfo(name, colon + 1, &hints, &found) != 0)
		found = NULL;
	free(name);
	return found;
}

static struct link *link_new(int fd, SSL_CTX *context)
{
	struct link *l = must(calloc(1, sizeof *l));
	struct sockaddr_storage local;
	socklen_t length = sizeof local;
	int on = 1;

	l->fd = fd;
	l->open = fd >= 0;
	if (!l->open)
		return l;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (getsockname(fd, (struct sockaddr *)&local, &length) == 0)
		print_address((struct sockaddr *)&local, length, l->local, sizeof l->local);
	length = sizeof local;
	if (getpeername(fd, (struct sockaddr *)&local, &length) == 0)
		print_address((struct sockaddr *)&local, length, l->remote, sizeof l->remote);
	if (context != NULL) {
		l->ssl = must(SSL_new(context));
		SSL_set_fd(l->ssl, fd);
	}
	return l;
}

static void shake_hands(struct link *l)
{
	int64_t deadline = now_us() + CONNECT_US;

	for (;;) {
		struct pollfd wait = { .fd = l->fd };
		int result = SSL_connect(l->ssl), problem;

		if (result == 1)
			return;
		problem = SSL_get_error(l->ssl, result);
		if (problem != SSL_ERROR_WANT_READ && problem != SSL_ERROR_WANT_WRITE) {
			ended(l, tls_trouble());
			return;
		}
		wait.events = problem == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
		if (now_us() >= deadline || poll(&wait, 1, CONNECT_US / 1000) <= 0) {
			ended(l, "no TLS handshake in time");
			return;
		}
	}
}

struct link *link_connect(const struct link_settings *s, SSL_CTX *context)
{
	struct addrinfo *found = look_up(s->address, 0);
	int fd = -1;
	struct link *l;

	errno = EADDRNOTAVAIL;
	for (const struct addrinfo *a = found; a != NULL && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, 0);
		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
			int problem = errno;

			close(fd);
			errno = problem;
			fd = -1;
		}
	}
	if (found != NULL)
		freeaddrinfo(found);
	l = link_new(fd, context);
	if (fd < 0) {
		snprintf(l->why, sizeof l->why, "no connection to %s: %s", s->address, strerror(errno));
	} else if (context != NULL) {
		if (s->name != NULL) {
			SSL_set_tlsext_host_name(l->ssl, s->name);
			SSL_set1_host(l->ssl, s->name);
		}
		shake_hands(l);
	}
	return l;
}

struct link *link_accept(int listener, SSL_CTX *context)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct link *l;

	if (fd < 0)
		return NULL;
	l = link_new(fd, context);
	if (l->ssl != NULL)
		SSL_set_accept_state(l->ssl);
	return l;
}

int link_listen(const char *address, char *bound, size_t room)
{
	struct addrinfo *found = look_up(address, AI_PASSIVE);
	struct sockaddr_storage local;
	socklen_t length = sizeof local;
	int fd, on = 1;

	if (found == NULL)
		return -1;
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (fd >= 0 && (bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, 1024) != 0)) {
		close(fd);
		fd = -1;
	}
	freeaddrinfo(found);
	if (fd >= 0 && getsockname(fd, (struct sockaddr *)&local, &length) == 0)
		print_address((struct sockaddr *)&local, length, bound, room);
	return fd;
}

/* True when the caller should simply come again later. */
static bool only_later(struct link *l, int result)
{
	int problem = SSL_get_error(l->ssl, result);

	if (problem == SSL_ERROR_WANT_READ || problem == SSL_ERROR_WANT_WRITE) {
		l->tls_wants_write = problem == SSL_ERROR_WANT_WRITE;
		return true;
	}
	if (problem == SSL_ERROR_ZERO_RETURN)
		ended(l, "closed by the other end");
	else if (problem == SSL_ERROR_SYSCALL)
		ended(l, errno ? strerror(errno) : "closed without a TLS good-bye");
	else
		ended(l, tls_trouble());
	return false;
}

static bool read_tls(struct link *l)
{
	int got;

	errno = 0;
	ERR_clear_error();
	l->tls_wants_write = false;
	got = SSL_read(l->ssl, text_reserve(&l->in, GULP), GULP);
	if (got <= 0) {
		only_later(l, got);
		return false;
	}
	l->in.length += (size_t)got;
	return true;
}

/* One that reads nothing has to read the handshake: otherwise there is nothing
 * that it could refuse to read. */
static bool wants_to_read(const struct link *l)
{
	return !l->stopped || (l->ssl != NULL && !SSL_is_init_finished(l->ssl));
}

static void finish_handshake(struct link *l)
{
	int result;

	errno = 0;
	ERR_clear_error();
	l->tls_wants_write = false;
	result = SSL_do_handshake(l->ssl);
	if (result != 1)
		only_later(l, result);
}

bool link_read(struct link *l)
{
	ssize_t got;

	if (!l->open || !wants_to_read(l))
		return false;
	if (l->stopped) {
		finish_handshake(l);
		return false;
	}
	if (l->ssl != NULL)
		return read_tls(l);
	got = recv(l->fd, text_reserve(&l->in, GULP), GULP, 0);
	if (got > 0) {
		l->in.length += (size_t)got;
		return true;
	}
	if (got == 0)
		ended(l, "closed by the other end");
	else if (errno != EAGAIN && errno != EINTR)
		ended(l, strerror(errno));
	return false;
}

static size_t allowed_now(const struct link *l)
{
	size_t waiting = link_waiting(l);
	int64_t due;

	if (l->pace == 0)
		return waiting < INT_MAX ? waiting : INT_MAX;
	due = (now_us() - l->pace_since_us) * l->pace / 1000000 - (int64_t)l->pace_sent;
	if (due <= 0)
		return 0;
	return (size_t)due < waiting ? (size_t)due : waiting;
}

/* How many octets went, or 0 when none can go now. */
static size_t send_some(struct link *l, const char *octets, size_t count)
{
	ssize_t sent;

	errno = 0;
	if (l->ssl != NULL) {
		ERR_clear_error();
		l->tls_wants_write = false;
		sent = SSL_write(l->ssl, octets, (int)count);
		if (sent <= 0)
			only_later(l, (int)sent);
	} else {
		sent = send(l->fd, octets, count, MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			ended(l, strerror(errno));
	}
	return sent > 0 ? (size_t)sent : 0;
}

void link_flush(struct link *l)
{
	size_t count;

	while (l->open && (count = allowed_now(l)) > 0) {
		size_t sent = send_some(l, l->out.bytes + l->sent, count);

		if (sent == 0)
			break;
		l->sent += sent;
		l->pace_sent += sent;
	}
	if (link_waiting(l) == 0 || l->sent > (1u << 20)) {
		text_cut_front(&l->out, l->sent);
		l->sent = 0;
	}
}

size_t link_waiting(const struct link *l)
{
	return l->out.length - l->sent;
}

void link_set_pace(struct link *l, long octets_a_second)
{
	l->pace = octets_a_second;
	l->pace_since_us = now_us();
	l->pace_sent = 0;
}

void link_stop_reading(struct link *l)
{
	int room = 4096;

	/* A small window makes the other end feel it soon. */
	setsockopt(l->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	l->stopped = true;
}

void link_read_on(struct link *l)
{
	int room = 1 << 20;

	setsockopt(l->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	l->stopped = false;
}

void link_update_keys(struct link *l, long count)
{
	struct pollfd room = { .fd = l->fd, .events = POLLOUT };
	int result;

	while (l->open && l->ssl != NULL && count-- > 0) {
		ERR_clear_error();
		SSL_key_update(l->ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
		while (l->open && (result = SSL_do_handshake(l->ssl)) != 1) {
			only_later(l, result);
			poll(&room, 1, 1000);
		}
	}
}

short link_events(const struct link *l)
{
	short events = wants_to_read(l) ? POLLIN : 0;

	if (l->tls_wants_write || (link_waiting(l) > 0 && l->pace == 0))
		events = (short)(events | POLLOUT);
	return events;
}

const char *link_transport(const struct link *l)
{
	return l->ssl ? "TLS" : "TCP";
}

void link_reset(struct link *l)
{
	struct linger at_once = { .l_onoff = 1 };

	if (l->fd >= 0) {
		setsockopt(l->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
		close(l->fd);
	}
	l->fd = -1;
	ended(l, "reset by this end");
}

void link_close(struct link *l)
{
	if (l->open && l->ssl != NULL && SSL_is_init_finished(l->ssl))
		SSL_shutdown(l->ssl);
	ERR_clear_error();
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	ended(l, "closed by this end");
}

void link_free(struct link *l /* taken */)
{
	if (l == NULL)
		return;
	link_close(l);
	SSL_free(l->ssl);
	text_clear(&l->in);
	text_clear(&l->out);
	free(l);
}
