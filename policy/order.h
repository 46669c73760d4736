/* One decision of an operator at run time: a domain allowed or blocked, until a time or for good, or such a
 * decision taken back. Its text is what is kept in files and in the pool's store. Pure. */
#ifndef POLICY_ORDER_H
#define POLICY_ORDER_H

#include "domain.h"

/* Of two decisions of the same moment the later one here goes before. */
enum order_list { ORDER_UNALLOW, ORDER_UNBLOCK /* taken back */, ORDER_ALLOW, ORDER_BLOCK };

#define ORDER_WHO_MAX 32
#define ORDER_COMMENT_MAX 200

struct order {
	enum order_list list;
	struct domain domain;           /* with all its sub-domains */
	int64_t made_us, until_us;      /* the pool's wall clock; until 0: for good, or taken back */
	uint32_t uid;
	char who[ORDER_WHO_MAX + 1];    /* the user at the console: letters, digits, '.', '_', '-' */
	struct domain edge;             /* at whose console */
	char comment[ORDER_COMMENT_MAX + 1];
	bool over;                      /* its time has come: the table of orders sees to it */
	bool shared;                    /* the pool's store is known to have it */
};

/* The newest for a domain holds. */
bool order_is_newer(const struct order *, const struct order *than);
bool order_is_undone(const struct order *); /* it says that none holds */

/* A user's name as it is told; what else is in it becomes '_'. */
void order_set_who(struct order *, const char *name);
/* Printable ASCII, at most ORDER_COMMENT_MAX of it. False: *why is what is wrong, for people. */
bool order_set_comment(struct order *, const char *text, const char **why);

/* "unallow", "unblock", "allow", "block" */
const char *order_list_token(enum order_list);
/* "operator:alice": what the log names as the rule. */
#define ORDER_RULE_MAX (ORDER_WHO_MAX + 16)
void order_rule(const struct order *, char out[ORDER_RULE_MAX]);
bool order_is_rule(const char *rule); /* or is it a line of a file? */

/* "MADE UNTIL LIST UID WHO EDGE DOMAIN COMMENT", and the way back, strictly: false, and nothing in *out, for what
 * order_write does not make. */
#define ORDER_TEXT_MAX 880
size_t order_write(const struct order *, char out[ORDER_TEXT_MAX]); /* its length without the NUL */
bool order_read(struct order *out, const char *text, size_t length);

#endif
