/* A raw client of the console: what stands on the standard input goes to the socket as it is, and what comes
 * goes to the standard output; and the ways in which a client can misbehave. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CROWD_OPEN 500 /* of a crowd, those that are kept open */

static const char help[] =
	"usage: ask SOCKET            sends the standard input, prints the answer until its end\n"
	"       ask SOCKET --shut     likewise, and shuts its own side first\n"
	"       ask SOCKET --deaf     sends, prints \"sent\", and never reads; until it is ended\n"
	"       ask SOCKET --crowd N  connects N times, says nothing, keeps the last 500 open; prints \"N connected\",\n"
	"                             and ends with the standard input\n"
	"Exit status: 0; 1 the answer was cut off; 2 usage; 3 nobody listens.\n";

static int dial(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof at.sun_path)
		return -1;
	memcpy(at.sun_path, path, strlen(path) + 1);
	if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0)
		return fd;
	close(fd);
	return -1;
}

static char first_words[65536];
static ssize_t first_size;

/* Whoever has had enough of it may go. */
static void send_input(int to)
{
	ssize_t size = first_size;

	for (; size > 0; size = read(STDIN_FILENO, first_words, sizeof first_words))
		for (ssize_t at = 0, sent; at < size; at += sent)
			if ((sent = send(to, first_words + at, (size_t)(size - at), MSG_NOSIGNAL)) <= 0)
				return;
}

static int print_answer(int from)
{
	char octets[65536];
	ssize_t size;

	while ((size = recv(from, octets, sizeof octets, 0)) > 0) {
		fwrite(octets, 1, (size_t)size, stdout);
		fflush(stdout);
	}
	return size == 0 ? 0 : 1;
}

static _Noreturn void be_deaf(int fd)
{
	send_input(fd);
	puts("sent");
	fflush(stdout);
	for (;;)
		pause();
}

static int be_crowd(const char *path, unsigned long many)
{
	int open_ones[CROWD_OPEN];
	char octet;

	memset(open_ones, -1, sizeof open_ones);
	for (unsigned long i = 0; i < many; i++) {
		int *place = &open_ones[i % CROWD_OPEN];

		if (*place >= 0)
			close(*place);
		if ((*place = dial(path)) < 0) {
			fprintf(stderr, "ask: connection %lu: %s\n", i + 1, strerror(errno));
			return 3;
		}
	}
	printf("%lu connected\n", many);
	fflush(stdout);
	return read(STDIN_FILENO, &octet, 1) < 0;
}

int main(int argc, char **argv)
{
	const char *way = argc > 2 ? argv[2] : "";
	int fd;

	if (argc == 4 && !strcmp(way, "--crowd"))
		return be_crowd(argv[1], strtoul(argv[3], NULL, 10));
	if (argc < 2 || argc > 3 || (*way && strcmp(way, "--deaf") && strcmp(way, "--shut"))) {
		fputs(help, stderr);
		return 2;
	}
	first_size = read(STDIN_FILENO, first_words, sizeof first_words); /* who connects has something to say at once */
	fd = dial(argv[1]);
	if (fd < 0) {
		fprintf(stderr, "ask: %s: %s\n", argv[1], strerror(errno));
		return 3;
	}
	if (!strcmp(way, "--deaf"))
		be_deaf(fd);
	send_input(fd);
	if (!strcmp(way, "--shut"))
		shutdown(fd, SHUT_WR);
	return print_answer(fd);
}
