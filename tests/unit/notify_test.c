/* What a service manager hears, on a real datagram socket. */
#include <stddef.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "../../gateway/notify.h"
#include "scratch.h"
#include "turns.h"
#include "unit.h"

struct manager {
	struct scratch scratch;
	struct loop *loop;
	struct notify notify;
	int fd;
	char said[512]; /* the last datagram */
};

/* A socket under this name ('@': abstract), told to us as systemd does. */
static void listen_at(struct manager *m, const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	memcpy(at.sun_path, name, strlen(name));
	if (name[0] == '@')
		at.sun_path[0] = '\0';
	m->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL_FATAL(bind(m->fd, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))), 0);
	setenv("NOTIFY_SOCKET", name, 1);
}

static void forget_manager(void)
{
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

/* A manager that waits so many microseconds for a beat; 0: does not. */
static void manager_init(struct manager *m, const char *watchdog)
{
	forget_manager();
	*m = (struct manager) { .scratch = scratch_new(), .loop = loop_new() };
	CU_ASSERT_PTR_NOT_NULL_FATAL(m->loop);
	listen_at(m, scratch_name(&m->scratch, "notify"));
	if (watchdog)
		setenv("WATCHDOG_USEC", watchdog, 1);
	notify_open(&m->notify, m->loop);
}

static void manager_clear(struct manager *m)
{
	notify_close(&m->notify);
	loop_free(m->loop);
	close(m->fd);
	scratch_free(&m->scratch);
	forget_manager();
}

/* The next datagram, or "" when there is none. */
static const char *heard(struct manager *m)
{
	ssize_t length = recv(m->fd, m->said, sizeof m->said - 1, 0);

	m->said[length < 0 ? 0 : length] = '\0';
	return m->said;
}

static unsigned count_heard(struct manager *m, const char *words)
{
	unsigned count = 0;

	while (*heard(m))
		count += strcmp(m->said, words) == 0;
	return count;
}

static void say_a_life(struct manager *m)
{
	int64_t before = clock_monotonic_us();
	long long at = 0;
	int end = 0;

	notify_ready(&m->notify, "edge %s is ready", "edge1.example.com");
	CU_ASSERT_STRING_EQUAL(heard(m), "READY=1\nSTATUS=edge edge1.example.com is ready");
	notify_reloading(&m->notify);
	CU_ASSERT_EQUAL(sscanf(heard(m), "RELOADING=1\nMONOTONIC_USEC=%lld\nSTATUS=reloading%n", &at, &end), 1);
	CU_ASSERT_EQUAL((size_t)end, strlen(m->said));
	CU_ASSERT_TRUE(before <= at && at <= clock_monotonic_us());
	notify_ready(&m->notify, "reloaded");
	CU_ASSERT_STRING_EQUAL(heard(m), "READY=1\nSTATUS=reloaded");
	notify_draining(&m->notify, 2);
	CU_ASSERT_STRING_EQUAL(heard(m), "STOPPING=1\nSTATUS=draining 2 requests");
	notify_draining(&m->notify, 2);
	CU_ASSERT_STRING_EQUAL(heard(m), "");
	notify_draining(&m->notify, 1);
	CU_ASSERT_STRING_EQUAL(heard(m), "STOPPING=1\nSTATUS=draining 1 request");
}

static void hears_a_life_on_a_path(void)
{
	struct manager m;

	manager_init(&m, NULL);
	say_a_life(&m);
	manager_clear(&m);
}

static void hears_a_life_on_an_abstract_name(void)
{
	struct manager m;
	char name[64];

	manager_init(&m, NULL);
	close(m.fd);
	snprintf(name, sizeof name, "@fedgate-unit-%d", (int)getpid());
	listen_at(&m, name);
	say_a_life(&m);
	manager_clear(&m);
}

static void a_long_status_is_cut(void)
{
	struct manager m;
	char name[600];

	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	manager_init(&m, NULL);
	notify_ready(&m.notify, "edge %s", name);
	CU_ASSERT_NSTRING_EQUAL(heard(&m), "READY=1\nSTATUS=edge xxx", 23);
	manager_clear(&m);
}

static void nobody_is_told_nothing(void)
{
	struct loop *loop = loop_new();
	struct notify n;
	int free_one = dup(0);

	forget_manager();
	setenv("WATCHDOG_USEC", "1000", 1);
	close(free_one);
	notify_open(&n, loop);
	notify_ready(&n, "ready");
	notify_reloading(&n);
	notify_draining(&n, 0);
	CU_ASSERT_EQUAL(n.beat.place, 0);
	CU_ASSERT_EQUAL(dup(0), free_one);
	close(free_one);
	notify_close(&n);
	loop_free(loop);
	forget_manager();
}

static void the_watchdog_hears_the_loop(void)
{
	struct manager m;
	unsigned beats;

	manager_init(&m, "100000");
	turn_for(m.loop, 120);
	CU_ASSERT_STRING_EQUAL(heard(&m), "");
	notify_ready(&m.notify, "ready");
	notify_ready(&m.notify, "reloaded");
	turn_for(m.loop, 270);
	beats = count_heard(&m, "WATCHDOG=1");
	CU_ASSERT_TRUE(beats >= 2 && beats <= 5); /* 5 on a machine that is never late */
	usleep(120000); /* a loop that does not turn */
	CU_ASSERT_EQUAL(count_heard(&m, "WATCHDOG=1"), 0);
	manager_clear(&m);
}

static void anothers_watchdog_is_not_ours(void)
{
	struct manager m;

	manager_init(&m, NULL);
	setenv("WATCHDOG_USEC", "100000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	notify_close(&m.notify);
	notify_open(&m.notify, m.loop);
	notify_ready(&m.notify, "ready");
	turn_for(m.loop, 120);
	CU_ASSERT_EQUAL(count_heard(&m, "WATCHDOG=1"), 0);
	manager_clear(&m);
}

static void without_descriptors_it_is_still_heard(void)
{
	struct manager m;
	struct rlimit limit, none;
	int next;

	manager_init(&m, NULL);
	getrlimit(RLIMIT_NOFILE, &limit);
	next = dup(0);
	close(next);
	none = (struct rlimit) { (rlim_t)next, limit.rlim_max };
	setrlimit(RLIMIT_NOFILE, &none);
	CU_ASSERT_EQUAL(dup(0), -1);
	for (int i = 0; i < 3; i++) {
		notify_ready(&m.notify, "ready");
		CU_ASSERT_STRING_EQUAL(heard(&m), "READY=1\nSTATUS=ready");
	}
	setrlimit(RLIMIT_NOFILE, &limit);
	manager_clear(&m);
}

/* Until the kernel takes no more; how many that were. */
static unsigned fill(struct manager *m)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_un at;
	socklen_t length = sizeof at;
	unsigned count = 0;

	getsockname(m->fd, (struct sockaddr *)&at, &length);
	while (sendto(fd, "X=1", 3, 0, (struct sockaddr *)&at, length) == 3)
		count++;
	close(fd);
	return count;
}

static void one_that_stands_still_holds_nobody_up(void)
{
	struct manager m;
	int speaking = scratch_hush();
	unsigned full;

	manager_init(&m, "20000");
	full = fill(&m);
	notify_reloading(&m.notify);
	notify_ready(&m.notify, "ready");
	turn_for(m.loop, 150);
	CU_ASSERT_TRUE(full > 0);
	CU_ASSERT_EQUAL(count_heard(&m, "X=1"), full);
	turn_for(m.loop, 150);
	CU_ASSERT_EQUAL(count_heard(&m, "READY=1\nSTATUS=ready"), 1);
	turn_for(m.loop, 150);
	CU_ASSERT_EQUAL(count_heard(&m, "READY=1\nSTATUS=ready"), 0);
	scratch_speak(speaking);
	manager_clear(&m);
}

static void a_child_has_nobody_to_tell(void)
{
	struct manager m;
	int status = -1;
	pid_t child;

	manager_init(&m, NULL);
	child = fork();
	if (child == 0)
		_exit(getenv("NOTIFY_SOCKET") ? 1 : 0);
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT_EQUAL(status, 0);
	CU_ASSERT_PTR_NOT_NULL(getenv("NOTIFY_SOCKET"));
	manager_clear(&m);
}

static void a_manager_that_went_away_hurts_nobody(void)
{
	struct manager m;
	int speaking = scratch_hush();

	manager_init(&m, NULL);
	close(m.fd);
	notify_ready(&m.notify, "ready");
	CU_ASSERT_TRUE(m.notify.lost);
	scratch_empty(&m.scratch);
	listen_at(&m, scratch_name(&m.scratch, "notify"));
	notify_ready(&m.notify, "again");
	CU_ASSERT_STRING_EQUAL(heard(&m), "READY=1\nSTATUS=again");
	CU_ASSERT_FALSE(m.notify.lost);
	scratch_speak(speaking);
	manager_clear(&m);
}

CU_TestInfo notify_tests[] = {
	{ "ready, reloading and draining are heard at a path", hears_a_life_on_a_path },
	{ "ready, reloading and draining are heard at an abstract name", hears_a_life_on_an_abstract_name },
	{ "a long status is cut, not lost", a_long_status_is_cut },
	{ "without a manager nothing is said, watched or opened", nobody_is_told_nothing },
	{ "the watchdog hears the loop from the first ready on, and only while it turns", the_watchdog_hears_the_loop },
	{ "a watchdog that waits for another process is not ours", anothers_watchdog_is_not_ours },
	{ "without free descriptors every word is still heard", without_descriptors_it_is_still_heard },
	{ "a manager that stands still holds nobody up, and hears the last word when it goes on", one_that_stands_still_holds_nobody_up },
	{ "a child process has nobody to tell", a_child_has_nobody_to_tell },
	{ "a manager that went away hurts nobody, and is told again when it is back", a_manager_that_went_away_hurts_nobody },
	CU_TEST_INFO_NULL
};
