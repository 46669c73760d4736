#include "journald.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TEXT_MAX 8192

int journald_dial(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof at.sun_path)
		return -1;
	strcpy(at.sun_path, path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) == 0)
		return fd;
	close(fd);
	return -1;
}

/* A value that does not fit is left out with its field. */
static size_t put_field(char *out, size_t size, const struct journald_field *f)
{
	int length;

	if (!f->value || !f->value[0] || strchr(f->value, '\n'))
		return 0;
	length = snprintf(out, size, "%s=%s\n", f->name, f->value);
	return length > 0 && (size_t)length < size ? (size_t)length : 0;
}

bool journald_send(int fd, const struct journald_field *fields, size_t count)
{
	char text[TEXT_MAX];
	size_t length = 0;
	ssize_t sent;

	for (size_t i = 0; i < count; i++)
		length += put_field(text + length, sizeof text - length, &fields[i]);
	do {
		sent = send(fd, text, length, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)length;
}
