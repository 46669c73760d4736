/* What the border changes in the headers of a message that crosses it, as the group border of the configuration says. */
#ifndef GATEWAY_BORDER_H
#define GATEWAY_BORDER_H

#include "conf.h"
#include "message.h"

enum border_way { BORDER_TO_PARTNER, BORDER_TO_INSIDE };

/* Headers of trust, ms-diagnostics, User-Agent and Server. False: cannot be printed. */
bool border_clean(const struct conf *, msg_t *, enum border_way);

#define BORDER_LINE_MAX 320

/* The same for an answer to a partner of which the lines are known only. Does the line stay as it is? Else `instead`,
 * a whole line or "", takes its place. */
bool border_line(const struct conf *, const struct frame *, uint16_t line, char instead[BORDER_LINE_MAX]);
/* The line to add to such an answer, or "". */
void border_server(const struct conf *, char line[BORDER_LINE_MAX]);

#endif
