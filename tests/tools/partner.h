/* The two ways of driving the partner: by options for load, by a script for
 * exact tests. */
#ifndef TOOLS_PARTNER_H
#define TOOLS_PARTNER_H

#include "find.h"
#include "link.h"
#include "scene.h"

enum { EXTRA_LINES = 16 };

struct partner_settings {
	struct link_settings link;
	SSL_CTX    *context;              /* owned by main */
	struct finder *finder;            /* owned by main; NULL: link.address says where */
	const char *domain, *dns;         /* borrowed, as are all of these */
	const char *script;
	const char *from, *to, *method;
	const char *lines[EXTRA_LINES];   /* further header lines of each request */
	size_t      line_count;
	long        connections;
	long        count, first, body, window;
	double      rate;                 /* a second; 0 is a burst */
	double      wait;                 /* seconds for the answers, after the last was sent */
	bool        random;               /* gaps between requests */
	bool        print;
};

/* Each returns the exit status. */
int load_run(const struct partner_settings *settings);
int play_run(const struct partner_settings *settings, struct scene *scene);

#endif
