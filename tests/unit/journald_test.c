/* Lines with fields, on a datagram socket like the journal's. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "../../gateway/journald.h"
#include "scratch.h"
#include "unit.h"

struct journal {
	struct scratch scratch;
	char path[128];
	int fd, sender;
};

static struct journal journal_open_fake(void)
{
	struct journal j = { .scratch = scratch_new() };
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	snprintf(j.path, sizeof j.path, "%s", scratch_name(&j.scratch, "socket"));
	memcpy(at.sun_path, j.path, strlen(j.path));
	j.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL_FATAL(bind(j.fd, (struct sockaddr *)&at, sizeof at), 0);
	j.sender = journald_dial(j.path);
	CU_ASSERT_TRUE_FATAL(j.sender >= 0);
	return j;
}

static void journal_end(struct journal *j)
{
	close(j->fd);
	close(j->sender);
	scratch_free(&j->scratch);
}

static void fields_are_lines(void)
{
	struct journal j = journal_open_fake();
	const struct journald_field fields[] = {
		{ "PRIORITY", "6" }, { "MESSAGE", "contoso.example: refused = a line" }, { "FEDGATE_PARTNER", "contoso.example" },
		{ "FEDGATE_CLASS", NULL }, { "FEDGATE_REASON", "" }, { "FEDGATE_RULE", "a\nFEDGATE_REASON=none" },
	};
	char got[4096] = "";

	CU_ASSERT_TRUE(journald_send(j.sender, fields, sizeof fields / sizeof fields[0]));
	CU_ASSERT_TRUE(recv(j.fd, got, sizeof got - 1, 0) > 0);
	CU_ASSERT_STRING_EQUAL(got, "PRIORITY=6\nMESSAGE=contoso.example: refused = a line\nFEDGATE_PARTNER=contoso.example\n");
	journal_end(&j);
}

/* It would wait here for ever, and the test with it. */
static void a_journal_that_does_not_read_is_not_waited_for(void)
{
	struct journal j = journal_open_fake();
	const struct journald_field field = { "MESSAGE", "again and again" };
	char got[64];
	int taken = 0;

	while (taken < 1000000 && journald_send(j.sender, &field, 1))
		taken++;
	CU_ASSERT(taken > 0 && taken < 1000000);
	CU_ASSERT(errno == EAGAIN || errno == ENOBUFS);
	CU_ASSERT_TRUE(recv(j.fd, got, sizeof got, 0) > 0);
	CU_ASSERT_TRUE(journald_send(j.sender, &field, 1));
	journal_end(&j);
}

static void a_journal_that_has_gone_takes_nothing(void)
{
	struct journal j = journal_open_fake();
	const struct journald_field field = { "MESSAGE", "hello" };

	close(j.fd);
	CU_ASSERT_FALSE(journald_send(j.sender, &field, 1));
	CU_ASSERT_NOT_EQUAL(errno, EAGAIN);
	CU_ASSERT_EQUAL(journald_dial("/nonexistent/socket"), -1);
	j.fd = dup(j.sender);
	journal_end(&j);
}

CU_TestInfo journald_tests[] = {
	{ "a field is a line, and no value makes another one", fields_are_lines },
	{ "a journal that does not read is not waited for", a_journal_that_does_not_read_is_not_waited_for },
	{ "a journal that has gone takes nothing", a_journal_that_has_gone_takes_nothing },
	CU_TEST_INFO_NULL
};
