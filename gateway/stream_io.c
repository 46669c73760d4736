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

/* SSL_read goes on by itself for as long as messages of TLS come instead of data, and the others wait
 * meanwhile: so it is not given all that the socket has. What is left there comes with the next turn. */
static long on_raw(BIO *socket, int operation, const char *at, size_t size, int argument, long more, int result, size_t *done)
{
	struct stream *s = (struct stream *)BIO_get_callback_arg(socket);

	(void)at, (void)size, (void)argument, (void)more;
	if (operation == BIO_CB_READ && s->state == OPEN && s->raw == 0) {
		BIO_clear_retry_flags(socket);
		BIO_set_retry_read(socket);
		return -1;
	}
	if (operation == (BIO_CB_READ | BIO_CB_RETURN) && result > 0 && done)
		s->raw -= *done < s->raw ? *done : s->raw;
	return result;
}

/* What came that is no data, or made us answer by an alert. */
static void on_talk(int sent, int version, int type, const void *octets, size_t size, SSL *ssl, void *arg)
{
	struct stream *s = arg;
	int64_t now;

	(void)version, (void)octets, (void)size, (void)ssl;
	if (type != (sent ? SSL3_RT_ALERT : SSL3_RT_HANDSHAKE) || s->state != OPEN)
		return;
	now = loop_now(s->all->loop);
	if (now - s->talk_us > TALK_US) {
		s->talk_us = now;
		s->talk = 0;
	}
	s->talk++;
}

void io_watch(struct stream *s)
{
	BIO *socket = SSL_get_rbio(s->ssl);

	BIO_set_callback_arg(socket, (char *)s);
	BIO_set_callback_ex(socket, on_raw);
	SSL_set_msg_callback(s->ssl, on_talk);
	SSL_set_msg_callback_arg(s->ssl, s);
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

bool io_was_refused(const struct stream *s)
{
	unsigned long error = ERR_peek_error();

	return s->ssl && ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) > SSL_AD_REASON_OFFSET;
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
