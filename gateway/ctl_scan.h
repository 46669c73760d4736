/* Cuts the octets of an answer into JSON objects as they come, of any size and in one pass, and makes them
 * plain ASCII on the way: they mean the same to a program, and do nothing to a terminal. Octets that are no
 * UTF-8 become the text \xNN. */
#ifndef GATEWAY_CTL_SCAN_H
#define GATEWAY_CTL_SCAN_H

#include "ctl_safe.h"

#define SCAN_DEPTH 32

/* All zero: at the start of an object. */
struct scan {
	char closers[SCAN_DEPTH];
	unsigned depth;
	bool text, escape;           /* inside a text; behind a backslash there */
	unsigned char parts[4];      /* of a code point */
	unsigned have, want;
};

enum scanned { SCAN_MORE, SCAN_OBJECT, SCAN_BROKEN };

/* The next octet, added to `out`. SCAN_OBJECT: with it an object has ended, and the scan is at its start
 * again; what stands between two is left out. SCAN_BROKEN: that is not JSON. */
enum scanned scan_octet(struct scan *, unsigned char octet, struct text *out);

#endif
