/* A TLS handshake between two contexts over a socket pair. */
#ifndef TESTS_UNIT_HANDSHAKE_H
#define TESTS_UNIT_HANDSHAKE_H

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../gateway/tls.h"

struct handshake {
	SSL *server, *client;
	int fds[2];
	bool done;       /* both ends say so, and the client has read on without an alert */
	char why[200];   /* the server's failure */
	char client_why[200];
};

static inline SSL *handshake_end(SSL_CTX *context, int fd, bool server)
{
	SSL *ssl = SSL_new(context);

	fcntl(fd, F_SETFL, O_NONBLOCK);
	SSL_set_fd(ssl, fd);
	if (server)
		SSL_set_accept_state(ssl);
	else
		SSL_set_connect_state(ssl);
	return ssl;
}

/* One step of one end: 1 done, 0 not yet, -1 failed with *why filled. */
static inline int handshake_step(SSL *ssl, char *why, size_t size)
{
	char octet;
	int n;

	ERR_clear_error();
	n = SSL_is_init_finished(ssl) ? SSL_peek(ssl, &octet, 1) : SSL_do_handshake(ssl);
	if (n == 1 || SSL_get_error(ssl, n) == SSL_ERROR_WANT_READ || SSL_get_error(ssl, n) == SSL_ERROR_WANT_WRITE) {
		ERR_clear_error();
		return SSL_is_init_finished(ssl) ? 1 : 0;
	}
	tls_failure(ssl, why, size);
	ERR_clear_error();
	return -1;
}

static inline void handshake_run(struct handshake *h, SSL_CTX *server, SSL_CTX *client, SSL_SESSION *session)
{
	int s = 0, c = 0, quiet = 0;

	*h = (struct handshake){ .done = false };
	signal(SIGPIPE, SIG_IGN);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, h->fds))
		abort();
	h->server = handshake_end(server, h->fds[0], true);
	h->client = handshake_end(client, h->fds[1], false);
	if (session)
		SSL_set_session(h->client, session);
	/* A few turns more when both are done: a TLS 1.3 server refuses late. */
	for (int turn = 0; turn < 100 && s >= 0 && c >= 0 && quiet < 3; turn++) {
		c = handshake_step(h->client, h->client_why, sizeof h->client_why);
		s = handshake_step(h->server, h->why, sizeof h->why);
		quiet += s == 1 && c == 1;
	}
	if (s < 0 && c >= 0)
		handshake_step(h->client, h->client_why, sizeof h->client_why);
	h->done = s == 1 && c == 1;
}

static inline void handshake_clear(struct handshake *h)
{
	SSL_free(h->server);
	SSL_free(h->client);
	close(h->fds[0]);
	close(h->fds[1]);
}

#endif
