/* A console that says what a test wants: answers each question on a UNIX socket with the octets of a file, as they are at
 * that time, and closes. A file that is not there is silence. Says "listening" when it does.
 *
 *   answers SOCKET FILE [QUESTIONS]     QUESTIONS: each question is added to that file */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int listen_on(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (strlen(path) >= sizeof name.sun_path)
		return -1;
	strcpy(name.sun_path, path);
	unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof name) || listen(fd, 16))
		return -1;
	return fd;
}

static void note(FILE *from, const char *questions)
{
	char line[5000];
	FILE *to = questions ? fopen(questions, "a") : NULL;

	if (fgets(line, sizeof line, from) && to)
		fputs(line, to);
	if (to)
		fclose(to);
}

static void answer(int fd, const char *file, const char *questions)
{
	FILE *asker = fdopen(fd, "r+"), *from;
	char octets[65536];
	size_t count;

	note(asker, questions);
	from = fopen(file, "r");
	if (!from) {
		for (;;)
			pause();
	}
	while ((count = fread(octets, 1, sizeof octets, from)) > 0)
		fwrite(octets, 1, count, asker);
	fclose(from);
	fclose(asker);
}

int main(int argc, char **argv)
{
	int fd = argc >= 3 ? listen_on(argv[1]) : -1, asker;

	if (fd < 0) {
		perror("answers");
		return 1;
	}
	signal(SIGCHLD, SIG_IGN);
	puts("listening");
	fflush(stdout);
	while ((asker = accept(fd, NULL, NULL)) >= 0) {
		if (fork() == 0) {
			alarm(60); /* nobody waits longer */
			answer(asker, argv[2], argc > 3 ? argv[3] : NULL);
			_exit(0);
		}
		close(asker);
	}
	return 1;
}
