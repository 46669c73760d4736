#include "visitor.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../policy/alloc.h"
#include "log.h"

static bool find(gid_t *out, const char *name, const char *setting)
{
	struct group *group;

	if (!name[0])
		return false;
	group = getgrnam(name);
	if (group)
		*out = group->gr_gid;
	else
		log_line(LEVEL_WARNING, "console: %s \"%s\": there is no such group: groupadd --system %s, and reload; until then it lets nobody in",
		    setting, name, name);
	return group != NULL;
}

void visitor_groups_find(struct visitor_groups *g, const char *change, const char *report)
{
	g->change_known = find(&g->change, change, "group");
	g->report_known = find(&g->report, report, "report-group");
}

static bool is_in(gid_t group, gid_t own, const gid_t *others, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (others[i] == group)
			return true;
	return own == group;
}

enum visitor_right visitor_right(int fd, const struct visitor_groups *g, uid_t *uid)
{
	struct ucred peer;
	socklen_t size = sizeof peer, octets = NGROUPS_MAX * sizeof(gid_t);
	enum visitor_right right = MAY_NOTHING;
	gid_t *groups;

	*uid = (uid_t)-1;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return MAY_NOTHING;
	*uid = peer.uid;
	if (peer.uid == 0 || peer.uid == geteuid())
		return MAY_CHANGE;
	groups = alloc_zero(NGROUPS_MAX, sizeof *groups);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &octets) < 0)
		octets = 0;
	if (g->change_known && is_in(g->change, peer.gid, groups, octets / sizeof *groups))
		right = MAY_CHANGE;
	else if (g->report_known && is_in(g->report, peer.gid, groups, octets / sizeof *groups))
		right = MAY_REPORT;
	free(groups);
	return right;
}

void visitor_name(struct teller *who, uid_t uid)
{
	FILE *users = fopen("/etc/passwd", "re");
	struct passwd *user;

	who->uid = uid;
	snprintf(who->name, sizeof who->name, "%lu", (unsigned long)uid);
	while (users && (user = fgetpwent(users)))
		if (user->pw_uid == uid) {
			snprintf(who->name, sizeof who->name, "%s", user->pw_name);
			break;
		}
	if (users)
		fclose(users);
}
