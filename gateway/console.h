/* The console's socket: who may ask, how many at once, how long a question may take. It is in the
 * way of no message: what it cannot do is one line in the log. */
#ifndef GATEWAY_CONSOLE_H
#define GATEWAY_CONSOLE_H

#include "talk.h"

#define CONSOLE_VISITORS_MAX 64

struct console;

/* `house` is borrowed. Listens nowhere yet. */
struct console *console_new(struct loop *, const struct talk_house *);
/* Listens as the configuration says; again after a reload: with another path the old socket goes when the new one is
 * there. The socket of a dead edge is replaced, that of a living one never. */
void console_configure(struct console *, const struct conf *);
/* Ends every answer and removes the socket. NULL is fine. */
void console_free(struct console *);

#endif
