/* Who is at the other end of the console's socket, as the kernel says. */
#ifndef GATEWAY_VISITOR_H
#define GATEWAY_VISITOR_H

#include <stdbool.h>

#include "talk.h"

/* The groups of console.group and console.report-group; false: there is none. */
struct visitor_groups {
	bool change_known, report_known;
	gid_t change, report;
};

/* Looks the names up, which may ask the network: at a start or reload only. What does not exist is said in the log. */
void visitor_groups_find(struct visitor_groups *, const char *change, const char *report);

enum visitor_right { MAY_NOTHING, MAY_REPORT, MAY_CHANGE };

/* What the peer of this socket may do, and who it is. Root and the edge's own user may change. */
enum visitor_right visitor_right(int fd, const struct visitor_groups *, uid_t *uid);

/* The name of a user of this host's own files, else the number: no question to the network for it. */
void visitor_name(struct teller *, uid_t);

#endif
