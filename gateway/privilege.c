#include "privilege.h"

#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <unistd.h>

bool privilege_drop(const struct conf *c, struct complaints *to)
{
	struct passwd *user;

	if (geteuid() != 0 || !c->edge.user[0])
		return true;
	user = getpwnam(c->edge.user);
	if (user && initgroups(user->pw_name, user->pw_gid) == 0 && setgid(user->pw_gid) == 0 && setuid(user->pw_uid) == 0)
		return true;
	complain(to, c->path, c->edge.user_place.line, "edge.user \"%s\": cannot become this user: create it (useradd --system), or start as that user", c->edge.user);
	return false;
}

/* For the handler of fork(2), which takes no argument. */
static uid_t child_user;
static gid_t child_group;

static void in_child(void)
{
	if (geteuid() == 0 && child_user && (setgroups(0, NULL) < 0 || setgid(child_group) < 0 || setuid(child_user) < 0))
		_exit(1);
}

void privilege_shed_in_children(const char *path)
{
	char name[64];
	struct passwd *user;

	conf_peek(path, "edge.user", name, sizeof name);
	if (geteuid() != 0 || !name[0] || !(user = getpwnam(name)))
		return;
	child_user = user->pw_uid;
	child_group = user->pw_gid;
	pthread_atfork(NULL, NULL, in_child);
}
