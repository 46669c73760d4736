/* Lines with fields for systemd's journal, by its native protocol: a datagram of lines FIELD=value
 * (systemd.io/JOURNAL_NATIVE_PROTOCOL). Not by sd_journal_sendv(3), which waits for as long as the journal reads
 * nothing: here it takes a line at once, or not at all. */
#ifndef GATEWAY_JOURNALD_H
#define GATEWAY_JOURNALD_H

#include <stdbool.h>
#include <stddef.h>

#define JOURNALD_SOCKET "/run/systemd/journal/socket"

/* -1: nobody listens there. */
int journald_dial(const char *path);

struct journald_field {
	const char *name, *value; /* a value is one line of text; NULL or "": the field is left out */
};

/* False: it was not taken. */
bool journald_send(int fd, const struct journald_field *, size_t count);

#endif
