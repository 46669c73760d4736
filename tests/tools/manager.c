/* Listens as a service manager does: a datagram socket, whose words are written down
 * with the process that said them. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char help[] =
	"usage: manager PATH | @NAME\n"
	"\n"
	"Makes the socket, open to every user, prints \"listening\", then a line for each datagram: the number of the\n"
	"process that sent it, and its words with a blank between the lines. Runs until it is ended.\n";

static int listening(const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	size_t length = strlen(name);
	int on = 1, fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || length >= sizeof at.sun_path)
		return -1;
	memcpy(at.sun_path, name, length);
	if (name[0] == '@')
		at.sun_path[0] = '\0';
	if (bind(fd, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0
	    || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0
	    || (name[0] != '@' && chmod(name, 0666) < 0))
		return -1;
	return fd;
}

/* Who sent it; 0: the kernel does not say. */
static int sender(struct msghdr *m)
{
	struct ucred who = { 0 };

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS)
			memcpy(&who, CMSG_DATA(c), sizeof who);
	return (int)who.pid;
}

static void print_words(int fd)
{
	char words[4096], control[CMSG_SPACE(sizeof(struct ucred))];
	struct iovec part = { words, sizeof words };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
	ssize_t length = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);

	if (length < 0)
		return;
	for (ssize_t i = 0; i < length; i++)
		if (words[i] == '\n')
			words[i] = ' ';
	printf("%d %.*s\n", sender(&message), (int)length, words);
}

int main(int argc, char **argv)
{
	int fd;

	if (argc != 2 || !argv[1][0]) {
		fputs(help, stderr);
		return 2;
	}
	if ((fd = listening(argv[1])) < 0) {
		fprintf(stderr, "manager: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("listening");
	for (;;)
		print_words(fd);
}
