/* A newly started edge would rather know little than not start: whatever is
 * wrong with the files ends in a log line with a remedy. */
#include "restore.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "log.h"

static void tell_owner(int fd, char trouble[TROUBLE_MAX], const char *file)
{
	char owner[16] = "";

	if (pread(fd, owner, sizeof(owner) - 1, 0) < 0)
		owner[0] = '\0';
	owner[strspn(owner, "0123456789")] = '\0';
	snprintf(trouble, TROUBLE_MAX, "another daemon (process %s) keeps its state in %s: this one keeps nothing until "
	    "that one ends; give each edge a state-file of its own", owner[0] ? owner : "unknown", file);
}

/* Two edges that write one file would each lose what the other one knows. */
int restore_lock(const char *lock, const char *file, char trouble[TROUBLE_MAX])
{
	int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

	if (fd < 0) {
		snprintf(trouble, TROUBLE_MAX, "cannot keep anything: %s: %s: make the directory, owned by the daemon's user, "
		    "or set state-file; traffic goes on, but a restart forgets all; tried again every 10 s", lock, strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		tell_owner(fd, trouble, file);
		close(fd);
		return -1;
	}
	if (ftruncate(fd, 0) < 0 || dprintf(fd, "%ld\n", (long)getpid()) < 0)
		log_line(LEVEL_DEBUG, "state: %s does not say who has it: %s", lock, strerror(errno));
	return fd;
}

static void set_aside(const char *path, enum journal_result result, const struct journal_reader *r)
{
	static const char *const why[] = {
		[JOURNAL_TORN] = "it ends too early", [JOURNAL_DAMAGED] = "it is damaged",
		[JOURNAL_FOREIGN] = "it is no file of ours", [JOURNAL_NEWER] = "a newer version wrote it",
	};
	unsigned number = 0;
	int error = journal_set_aside(path, &number);

	if (error) {
		log_line(LEVEL_ERROR, "state: %s: octet %" PRIu64 ": %s: what stands before is in use, the rest is forgotten; "
		    "it cannot be renamed: %s: move it away", path, r->offset, why[result], strerror(error));
		return;
	}
	log_line(LEVEL_ERROR, "state: %s: octet %" PRIu64 ": %s: what stands before is in use, the rest is forgotten; "
	    "it is now %s.bad-%u: %s", path, r->offset, why[result], path, number,
	    result == JOURNAL_NEWER ? "stop, rename it back and start the newer version"
	                            : "see who is no longer restricted and block those, then remove it");
}

typedef bool load_fn(struct loading *, unsigned type, struct payload *);

/* An error of the disk in the middle is damage: what follows cannot be had. */
static enum journal_result read_records(struct journal_reader *r, struct loading *l, load_fn *load)
{
	enum journal_result result;
	struct payload payload;
	unsigned type;

	while ((result = journal_next(r, &type, &payload)) == JOURNAL_RECORD) {
		if (!load(l, type, &payload))
			return JOURNAL_DAMAGED;
	}
	return result == JOURNAL_UNREADABLE ? JOURNAL_DAMAGED : result;
}

/* It is renamed into place when it is whole: one that ends early was damaged. */
static void read_snapshot(struct loading *l, struct journal_reader *r, enum journal_result result, const char *path)
{
	if (result == JOURNAL_UNREADABLE)
		return;
	if (result == JOURNAL_RECORD)
		result = read_records(r, l, load_snapshot);
	if (result == JOURNAL_END && !l->ended)
		result = JOURNAL_TORN;
	if (result == JOURNAL_END)
		return;
	l->partial = true;
	set_aside(path, result, r);
}

/* It is written as things happen: at its end a record may be cut off. */
static void read_journal(struct loading *l, struct journal_reader *r, enum journal_result result, const char *path)
{
	if (result == JOURNAL_UNREADABLE)
		return;
	if (result == JOURNAL_RECORD)
		result = read_records(r, l, load_change);
	if (result == JOURNAL_TORN)
		log_line(LEVEL_WARNING, "state: %s: octet %" PRIu64 ": the last record is cut off, as a crash may leave it: "
		    "what stands before is in use", path, r->offset);
	else if (result != JOURNAL_END)
		set_aside(path, result, r);
}

static bool may_go_on(const struct journal_reader *r, enum journal_result result, const char *path,
    char trouble[TROUBLE_MAX])
{
	if (result != JOURNAL_UNREADABLE || r->error == ENOENT)
		return true;
	snprintf(trouble, TROUBLE_MAX, "cannot read %s: %s: make it a file that the daemon's user may read, or move it away; "
	    "traffic goes on, but nothing is kept meanwhile; tried again every 10 s", path, strerror(r->error));
	return false;
}

bool restore_files(struct loading *l, const char *snapshot, const char *journal, char trouble[TROUBLE_MAX])
{
	struct journal_reader all, changes;
	enum journal_result all_result = journal_open(&all, snapshot, &snapshot_format);
	enum journal_result changes_result = journal_open(&changes, journal, &changes_format);
	bool good = may_go_on(&all, all_result, snapshot, trouble) && may_go_on(&changes, changes_result, journal, trouble);

	if (good) {
		read_snapshot(l, &all, all_result, snapshot);
		read_journal(l, &changes, changes_result, journal);
	}
	journal_close(&all);
	journal_close(&changes);
	return good;
}
