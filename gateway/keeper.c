/* When the two files are written, and by whom. What fails is tried again until
 * it works; the new journal is then made of what is in memory, so nothing stays missing. */
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../policy/alloc.h"
#include "log.h"
#include "restore.h"

#define RETRY_US     INT64_C(10000000)
#define SNAPSHOT_US  INT64_C(300000000)
#define JOURNAL_MOST 1048576u /* made anew when it is larger, and twice what was needed */
#define TAIL_MOST    1048576u

struct keeper {
	struct keeper_house house;
	char *snapshot, *snapshot_new, *journal, *journal_new, *lock; /* owned names */
	int lock_fd, journal_fd;     /* -1: none */
	bool attached;               /* the files are ours and were read */
	bool behind;                 /* they lack something */
	bool changed;                /* since the last snapshot */
	uint64_t change;             /* number of the last change of a restriction */
	uint64_t size, needed;       /* of the journal: now, and when it was made */
	uint64_t unkept;
	int64_t retry_us, snapshot_us; /* not before */
	pid_t child;                 /* writes both files; 0: none */
	uint8_t *tail;               /* owned: the changes since the child began */
	size_t tail_size;
	bool tail_lost;              /* there were too many of them */
	char trouble[TROUBLE_MAX];
};

static char *name(const char *file, const char *suffix)
{
	size_t size = strlen(file) + strlen(suffix) + 1;
	char *text = alloc_zero(size, 1);

	snprintf(text, size, "%s%s", file, suffix);
	return text;
}

static struct moment moment_now(const struct keeper *k)
{
	return (struct moment){ k->house.monotonic_us(), k->house.wall_us() };
}

/* Said when it is new, not at every try. */
static void complain(struct keeper *k, const char *text)
{
	if (strcmp(text, k->trouble) == 0)
		return;
	snprintf(k->trouble, sizeof(k->trouble), "%s", text);
	log_line(LEVEL_ERROR, "state: %s", text);
}

static void complain_unwritten(struct keeper *k, int error)
{
	char text[TROUBLE_MAX];

	snprintf(text, sizeof(text), "cannot write %s: %s: traffic goes on, but a restart forgets what happens now; see "
	    "that the disk has room and that the directory is the daemon's; tried again every 10 s",
	    k->snapshot, strerror(error));
	complain(k, text);
}

static void all_is_well(struct keeper *k)
{
	if (k->trouble[0])
		log_line(LEVEL_INFO, "state: all is kept in %s again", k->snapshot);
	k->trouble[0] = '\0';
	k->behind = false;
}

static bool attach(struct keeper *k)
{
	char trouble[TROUBLE_MAX];
	struct moment now = moment_now(k);
	struct loading l;

	k->lock_fd = restore_lock(k->lock, k->snapshot, trouble);
	if (k->lock_fd < 0) {
		complain(k, trouble);
		return false;
	}
	loading_begin(&l, k->house.table, k->house.limits, *k->house.max_strangers, k->house.target_key, &now);
	l.orders = k->house.orders;
	if (!restore_files(&l, k->snapshot, k->journal, trouble)) {
		complain(k, trouble);
		close(k->lock_fd);
		k->lock_fd = -1;
		return false;
	}
	if (k->change <= l.last_change)
		k->change = l.last_change + 1;
	k->attached = k->behind = k->changed = true;
	log_line(LEVEL_INFO, "state: %s: %u partners known, %u of them restricted", k->snapshot,
	    (unsigned)k->house.table->count, (unsigned)partners_restricted(k->house.table));
	return true;
}

/* A rename that a power failure takes back is one that never was: no error. */
static void sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	int fd = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(directory);
}

/* The snapshot, and beside it a journal that begins with it. 0, or an errno. */
static int write_files(const struct keeper *k)
{
	struct moment now = moment_now(k);
	int error = snapshot_save(k->snapshot_new, k->house.table, k->change, k->house.target_key, &now);

	if (!error && rename(k->snapshot_new, k->snapshot) < 0)
		error = errno;
	if (error)
		return error;
	sync_directory(k->snapshot);
	return changes_save(k->journal_new, k->house.table, k->house.orders, k->change, &now);
}

/* All of it, or nothing and an errno. */
static int append(int fd, const void *octets, size_t size)
{
	ssize_t written;

	do {
		written = write(fd, octets, size);
	} while (written < 0 && errno == EINTR);
	if (written >= 0 && (size_t)written == size)
		return 0;
	return written < 0 ? errno : ENOSPC;
}

/* From now on changes go to the new journal. 0, or an errno. */
static int take_over(struct keeper *k)
{
	int fd = open(k->journal_new, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	struct stat about;
	int error = 0;

	if (fd < 0)
		return errno;
	if (fstat(fd, &about) < 0)
		error = errno;
	if (!error && k->tail_size > 0)
		error = append(fd, k->tail, k->tail_size);
	if (!error && rename(k->journal_new, k->journal) < 0)
		error = errno;
	if (error) {
		close(fd);
		return error;
	}
	if (k->journal_fd >= 0)
		close(k->journal_fd);
	k->journal_fd = fd;
	k->needed = (uint64_t)about.st_size;
	k->size = k->needed + k->tail_size;
	return 0;
}

static void write_now(struct keeper *k)
{
	int error = write_files(k);

	k->tail_size = 0;
	if (!error)
		error = take_over(k);
	if (error) {
		complain_unwritten(k, error);
		return;
	}
	all_is_well(k);
	k->changed = false;
}

struct keeper *keeper_new(const char *file, const struct keeper_house *house)
{
	struct keeper *k = alloc_zero(1, sizeof *k);
	int64_t now_us = house->monotonic_us();

	k->house = *house;
	k->snapshot = name(file, "");
	k->snapshot_new = name(file, ".new");
	k->journal = name(file, ".journal");
	k->journal_new = name(file, ".journal.new");
	k->lock = name(file, ".lock");
	k->lock_fd = k->journal_fd = -1;
	k->retry_us = now_us + RETRY_US;
	k->snapshot_us = now_us + SNAPSHOT_US;
	if (attach(k))
		write_now(k);
	return k;
}

static void add_to_tail(struct keeper *k, const uint8_t *record, size_t size)
{
	if (size > TAIL_MOST - k->tail_size) {
		k->tail_lost = true;
		return;
	}
	k->tail = alloc_resize(k->tail, k->tail_size + size, 1);
	memcpy(k->tail + k->tail_size, record, size);
	k->tail_size += size;
}

/* At the end of the journal, now. */
static void note(struct keeper *k, const uint8_t *record, size_t size)
{
	int error;

	k->changed = true;
	if (k->child)
		add_to_tail(k, record, size);
	if (k->journal_fd < 0) {
		k->unkept++;
		return;
	}
	error = append(k->journal_fd, record, size);
	if (!error) {
		k->size += size;
		return;
	}
	k->unkept++;
	k->behind = true;
	complain_unwritten(k, error);
	/* Half a record would hide those that come behind it. */
	if (ftruncate(k->journal_fd, (off_t)k->size) < 0) {
		close(k->journal_fd);
		k->journal_fd = -1;
	}
}

void keeper_note(struct keeper *k, const struct row *row, bool released)
{
	uint8_t record[JOURNAL_RECORD_MAX];
	struct moment now = moment_now(k);

	note(k, record, changes_record(record, row, ++k->change, released, &now));
}

void keeper_note_order(struct keeper *k, const struct order *order)
{
	uint8_t record[JOURNAL_RECORD_MAX];

	note(k, record, changes_order(record, order));
}

void keeper_touch(struct keeper *k)
{
	k->changed = true;
}

/* It holds no descriptor of ours, and does not outlive us: whoever comes after
 * us has the files to himself. */
static _Noreturn void write_as_child(const struct keeper *k, pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(ECHILD);
	close_range(3, ~0U, 0);
	_exit(write_files(k));
}

static void begin(struct keeper *k, int64_t now_us)
{
	pid_t parent = getpid();

	k->retry_us = now_us + RETRY_US;
	k->snapshot_us = now_us + SNAPSHOT_US;
	k->child = fork();
	if (k->child == 0)
		write_as_child(k, parent);
	if (k->child < 0) {
		k->child = 0;
		k->behind = true;
		complain_unwritten(k, errno);
		return;
	}
	k->tail_size = 0;
	k->tail_lost = k->changed = false;
}

static int outcome_of_child(struct keeper *k, int status)
{
	if (!WIFEXITED(status))
		return EINTR;
	if (WEXITSTATUS(status))
		return WEXITSTATUS(status);
	return k->tail_lost ? EAGAIN : take_over(k);
}

static void reap(struct keeper *k)
{
	int status, error;
	pid_t ended = waitpid(k->child, &status, WNOHANG);

	if (ended == 0 || (ended < 0 && errno == EINTR))
		return;
	k->child = 0;
	error = ended < 0 ? errno : outcome_of_child(k, status);
	if (error) {
		k->behind = true;
		complain_unwritten(k, error);
	} else {
		all_is_well(k);
	}
	free(k->tail);
	k->tail = NULL;
	k->tail_size = 0;
}

static bool is_due(const struct keeper *k, int64_t now_us)
{
	if (k->behind || (k->size > JOURNAL_MOST && k->size / 2 > k->needed))
		return now_us >= k->retry_us;
	return k->changed && now_us >= k->snapshot_us;
}

bool keeper_tick(struct keeper *k, int64_t now_us)
{
	bool late = !k->attached && now_us >= k->retry_us && attach(k);

	if (late)
		k->retry_us = now_us;
	else if (!k->attached && now_us >= k->retry_us)
		k->retry_us = now_us + RETRY_US;
	if (k->child)
		reap(k);
	if (k->attached && !k->child && is_due(k, now_us))
		begin(k, now_us);
	return late;
}

const char *keeper_trouble(const struct keeper *k)
{
	return k->trouble;
}

uint64_t keeper_unkept(const struct keeper *k)
{
	return k->unkept;
}

static void stop_child(struct keeper *k)
{
	if (!k->child)
		return;
	kill(k->child, SIGKILL);
	while (waitpid(k->child, NULL, 0) < 0 && errno == EINTR)
		;
	k->child = 0;
}

void keeper_close(struct keeper *k)
{
	stop_child(k);
	if (k->attached)
		write_now(k);
	if (k->journal_fd >= 0)
		close(k->journal_fd);
	if (k->lock_fd >= 0)
		close(k->lock_fd);
	free(k->snapshot);
	free(k->snapshot_new);
	free(k->journal);
	free(k->journal_new);
	free(k->lock);
	free(k->tail);
	free(k);
}
