/* fedgate.conf and policy.conf: the whole grammar of interface.md, read whole,
 * checked whole. What cannot be read is a complaint, never skipped. */
#ifndef GATEWAY_CONF_H
#define GATEWAY_CONF_H

#include "../policy/ruleset.h"
#include "address.h"

/* Every complaint of one run, "file:line: setting: what is wrong: what would be right"; what is no file of
 * ours at all may cause millions, of which the first are told. */
#define COMPLAINTS_MOST 1000
struct complaints {
	char **lines; /* owned */
	size_t count;
};

void complaints_init(struct complaints *);
void complaints_clear(struct complaints *);
void complain(struct complaints *, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

struct addresses {
	struct address *list; /* owned */
	size_t count;
	struct place place;   /* of the setting; file owned by the conf */
};

/* One texts list, e.g. edge.domains. */
struct texts {
	char **list; /* owned */
	size_t count;
};

enum transport { TRANSPORT_TLS, TRANSPORT_TCP };

struct hop_conf {
	char *uri;                /* as written */
	char *host;               /* name or numeric address, no brackets */
	unsigned port;            /* 5061 for TLS, 5060 for TCP when not written */
	enum transport transport;
	char *name;               /* what its certificate must match; "" only with TCP */
	unsigned priority;        /* 1 to 65535, lower first */
	unsigned weight;          /* 1 to 65535 */
	struct place place;
};

struct tls_conf {
	char *certificate, *key, *ca, *crl; /* paths; "" where not set */
	struct place place;                 /* of the group */
};

struct route_key {
	uint8_t octets[32];
};

/* Where a server is: a host (name or numeric) and a port, or the path of a UNIX socket. */
struct redis_place {
	char *host;                         /* "" with a path */
	unsigned port;
	char *path;                         /* "" with a host */
};

struct redis_conf {
	struct redis_place *servers; size_t server_count; /* one Redis; or the sentinels, when `master` is set */
	char *master;                       /* the sentinels' name of it; "": no sentinels */
	char *user, *password;              /* "": none. The password is the first line of password-file */
	bool tls;
	char *ca;                           /* path; "" with tls: the system's (OpenSSL's default paths) */
	unsigned database;
	int64_t timeout_us;                 /* how long a command may take */
	unsigned edges;                     /* 0: as many as are heard of */
};

/* A copy of its own, which outlives the configuration; cleared by redis_conf_clear. */
void redis_conf_copy(struct redis_conf *, const struct redis_conf *);
bool redis_conf_same(const struct redis_conf *, const struct redis_conf *);
void redis_conf_clear(struct redis_conf *);

struct conf {
	char *path;
	struct {
		char *name;
		struct domain *domains; size_t domain_count;
		char *user;                      /* "": stay who we are */
		struct place user_place;
		struct route_key *route_keys; size_t route_key_count; /* read from the files or the hex given */
	} edge;
	struct {
		struct addresses listen;
		struct tls_conf tls;
		char *name;                      /* never "": edge.name where not set */
		bool reuse_port, private_addresses;
		unsigned max_connections, max_per_address, max_per_partner;
		int64_t handshake_timeout_us;
	} federation;
	struct {
		struct addresses listen;         /* may be empty */
		struct tls_conf tls;             /* also what we show to next hops; certificate "": none shown */
		struct texts peers;
		struct hop_conf *hops; size_t hop_count;
		char *record_route;              /* never "": edge.name where not set */
		bool plain;                      /* loopback listeners without certificate: plain TCP */
	} internal;
	struct {
		uint64_t max_head, max_body, max_held;
		int64_t read_timeout_us, write_timeout_us, idle_timeout_us;
		int64_t answer_timeout_us, ring_timeout_us, drain_timeout_us;
		unsigned max_pending;
	} messages;
	struct {
		struct texts remove;             /* header names; never one that routing needs */
		bool diagnostics, hide_hosts;
		enum diagnostics_setting { DIAGNOSTICS_PUBLIC, DIAGNOSTICS_KEEP, DIAGNOSTICS_REMOVE } ms_diagnostics;
		char *user_agent;                /* "keep", "remove" or the text to set */
	} border;
	struct {
		char *resolver;                  /* "": the system's; else ADDRESS:PORT */
		int64_t wait_us;
	} dns;
	struct {
		enum store_kind { STORE_MEMORY, STORE_REDIS } kind;
		char *state_file;                /* STORE_MEMORY. Default /var/lib/fedgate/state; "": keep nothing */
		unsigned max_partners;
		struct redis_conf redis;         /* STORE_REDIS; else all defaults */
	} store;
	struct {
		char *socket, *group, *report_group;
	} console;
	struct {
		struct addresses listen;         /* one, or none */
		bool public;                     /* may it be other than loopback? */
		unsigned partners;               /* so many of the worst are named; 0: none */
	} metrics;
	struct {
		enum log_level_setting { LOG_SET_ERROR, LOG_SET_WARNING, LOG_SET_INFO, LOG_SET_DEBUG } level;
		char *decisions;                 /* "": none */
		bool targets;
		char *record;                    /* "": none */
	} log;
	char *policy;                            /* path */
	char *policy_written;                    /* as it stands in the file: what complaints and places say */
};

/* Reads and checks fedgate.conf; NULL when there is any complaint, then those about the
 * policy file are there too. Files it names are looked at (readable? a route key is a key?), nothing
 * is bound or opened for writing. Relative paths are relative to the directory of the file. */
struct conf *conf_read(const char *path, struct complaints *);
/* One text setting alone ("dns.resolver"), "" where it is not set, too long, or the file cannot be
 * read: the resolver's process is forked before any key is read. */
void conf_peek(const char *path, const char *setting, char *out, size_t size);
void conf_free(struct conf *);

/* Reads and checks a policy file and seals the law. `conf` gives the local domains, which
 * may stand on no list, and the name that complaints call conf->policy by; NULL: no domain is
 * local. NULL when there is any complaint. One reference for the caller. */
struct ruleset *conf_read_policy(const char *path, const struct conf *, struct complaints *);

/* SHA-256 of the file's octets, first 12 hex digits: names a policy. False, and "": it
 * cannot be read. */
bool conf_policy_digest(const char *path, char out[13]);

#endif
