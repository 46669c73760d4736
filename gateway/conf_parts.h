/* What the files that read fedgate.conf share. */
#ifndef GATEWAY_CONF_PARTS_H
#define GATEWAY_CONF_PARTS_H

#include "setting.h"

#define HOPS_MAX 64
#define LISTEN_MAX 64

/* Values that are no kind of setting.h. `field` is named behind the name. */
setting_read_fn conf_read_addresses;  /* struct addresses */
setting_read_fn conf_read_address;    /* struct addresses: one of them, or "" for none */
setting_read_fn conf_read_domains;    /* struct conf: edge.domains */
setting_read_fn conf_read_names;      /* struct texts of domains */
setting_read_fn conf_read_route_keys; /* struct conf: edge.route_keys */
setting_read_fn conf_read_headers;    /* struct texts: border.remove */
setting_read_fn conf_read_hops;       /* struct conf: internal.hops */
setting_read_fn conf_read_redis_address; /* struct redis_conf: the one server */
setting_read_fn conf_read_sentinels;  /* struct redis_conf: the servers */
setting_read_fn conf_read_password;   /* char *: the first line of a file */

extern const struct table conf_hop_table;

void conf_clear_hops(struct conf *);
void conf_clear_redis(struct conf *); /* what no row of the table owns */

/* Complains when an array has not `least` to `most` elements. */
bool counted(struct reader *, config_setting_t *array, int least, int most);

/* Checks what no single setting can be wrong in, and fills in what follows from others. */
void conf_check(struct reader *, const config_t *, struct conf *);

#endif
