/* Octets in and out of a stream's socket or TLS connection. */
#include "stream_parts.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>

static enum io judge_io(struct stream *s, int result)
{
	switch (SSL_get_error(s->ssl, result)) {
	case SSL_ERROR_NONE:
		return IO_DONE;
	case SSL_ERROR_WANT_READ:
		return IO_WAIT;
	case SSL_ERROR_WANT_WRITE:
		s->ssl_wants_out = true;
		return IO_WAIT;
	case SSL_ERROR_ZERO_RETURN:
		return IO_END;
	default:
		return IO_FAILED;
	}
}

static enum io judge_plain(ssize_t result)
{
	if (result > 0)
		return IO_DONE;
	if (result == 0)
		return IO_END;
	return errno == EAGAIN || errno == EINTR ? IO_WAIT : IO_FAILED;
}

enum io io_read(struct stream *s, char *to, size_t room, size_t *got)
{
	if (s->ssl) {
		int n;

		ERR_clear_error();
		n = SSL_read(s->ssl, to, (int)room);
		*got = n > 0 ? (size_t)n : 0;
		return judge_io(s, n);
	} else {
		ssize_t n = recv(s->fd, to, room, 0);

		*got = n > 0 ? (size_t)n : 0;
		return judge_plain(n);
	}
}

bool io_has_more(const struct stream *s, size_t got)
{
	return s->ssl ? SSL_has_pending(s->ssl) : got == READ_CHUNK;
}

enum io io_write(struct stream *s, const char *from, size_t size, size_t *put)
{
	if (size > INT_MAX)
		size = INT_MAX;
	if (s->ssl) {
		int n;

		ERR_clear_error();
		n = SSL_write(s->ssl, from, (int)size);
		*put = n > 0 ? (size_t)n : 0;
		return judge_io(s, n);
	} else {
		ssize_t n = send(s->fd, from, size, MSG_NOSIGNAL);

		*put = n > 0 ? (size_t)n : 0;
		return n == 0 ? IO_WAIT : judge_plain(n);
	}
}

enum io io_handshake(struct stream *s)
{
	ERR_clear_error();
	return judge_io(s, SSL_do_handshake(s->ssl));
}

void io_shutdown(struct stream *s)
{
	if (!s->ssl)
		return;
	ERR_clear_error();
	SSL_shutdown(s->ssl);
}

bool io_linger(struct stream *s)
{
	ssize_t n;

	while ((n = recv(s->fd, s->all->scratch, READ_CHUNK, 0)) > 0)
		if ((s->lingered += (size_t)n) > LINGER_OCTETS)
			return false;
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}
