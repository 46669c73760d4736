/* Tables of settings: one row says all that is known of a word in our files,
 * its kind, its bounds and its default. Reading, the complaints about it, "did you mean" and
 * freeing follow from the row. */
#ifndef GATEWAY_SETTING_H
#define GATEWAY_SETTING_H

#include <libconfig.h>

#include "conf.h"

enum kind {       /* written as        field           bounds                        */
	KIND_FLAG,    /* true              bool                                          */
	KIND_COUNT,   /* 10                unsigned        least, most                   */
	KIND_SHARE,   /* 0.5               double          above 0, under 1              */
	KIND_WORD,    /* "all"             unsigned, enum  words: the n-th is n          */
	KIND_DURATION, /* "5s"             int64_t         least, most                   */
	KIND_SIZE,    /* "64k"             uint64_t        least, most                   */
	KIND_RATE,    /* "20/s"            struct rate                                   */
	KIND_DOMAIN,  /* "example.com"     struct domain   may be empty if not required  */
	KIND_TEXT,    /* "fedgate"         char *, owned   printable                     */
	KIND_NAME,    /* "example.com"     char *, owned   a domain, or "" if not required */
	KIND_PATH,    /* "/run/x"          char *, owned   made relative to the file     */
	KIND_FILE,    /* "/etc/x.pem"      char *, owned   likewise, and can be read     */
	KIND_GROUP,   /* { ... }           `inner`, on the same base                     */
	KIND_LATER,   /* anything but ""   none            a word that does nothing yet  */
	KIND_OTHER    /* as `read` says    as `read` says                                */
};

struct reader;
struct setting;

struct table {
	const struct setting *rows;
	size_t count;
};

typedef void setting_read_fn(struct reader *, const struct setting *, config_setting_t *, void *field);

struct setting {
	const char *name;
	enum kind kind;
	bool required;
	size_t field;             /* offset in the base */
	const char *least, *most; /* as they are written in the file */
	const char *fallback;     /* likewise; NULL: zero, "" */
	const char *words;        /* "all|new" */
	const char *example;      /* what a complaint proposes to write */
	size_t place;             /* offset of a struct place; 0: nobody asks for it */
	setting_read_fn *read;
	const struct table *inner; /* of a group; of a list of groups: of each, for the manual */
	const char *only;         /* the word that `kind` of its group must be for it; NULL: any */
};

/* All settings of fedgate.conf, and of policy.conf: what their manuals are compared with. */
const struct table *conf_settings(void);
const struct table *policy_settings(void);

#define TABLE(rows) { rows, sizeof(rows) / sizeof((rows)[0]) }

struct reader {
	struct complaints *complaints; /* borrowed */
	const char *file;              /* borrowed: as the user wrote it; lives as long as places */
	const char *directory;         /* borrowed: where relative paths start */
};

/* Puts the defaults into base, which is all zero, recursively. */
void table_defaults(const struct table *, void *base);
/* Frees what the rows own. */
void table_clear(const struct table *, void *base);
/* Reads a group, each setting of it; `group` NULL: it is not in the file. `name` says
 * which group for complaints about what is missing. */
void table_read(struct reader *, const struct table *, const char *name, config_setting_t *group, void *base);
/* A list of groups: calls `each` for every element that is one. */
typedef void entry_fn(struct reader *, config_setting_t *entry, void *arg);
void list_read(struct reader *, config_setting_t *list, entry_fn *each, void *arg);
/* An array of texts: calls `each` with its elements. */
typedef void element_fn(struct reader *, config_setting_t *element, const char *text, void *arg);
void texts_read(struct reader *, config_setting_t *array, element_fn *each, void *arg);

/* "file:line: group.setting "value": ..." */
void complain_at(struct reader *, config_setting_t *, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A text, or NULL and a complaint. */
const char *setting_text(struct reader *, config_setting_t *);
/* A domain; else false and a complaint that says what is wrong with this one. */
bool setting_domain(struct reader *, config_setting_t *, struct domain *);
struct place setting_place(const struct reader *, config_setting_t *);

/* `path` as found from `directory`. Owned by the caller. */
char *path_from(const char *directory, const char *path);
/* Is it a regular file that can be read? Else errno says why not, 0: it is something else. */
bool path_readable(const char *path);
/* Complains when not; "" is no file. */
void path_check(struct reader *, config_setting_t *, const char *path);

void texts_add(struct texts *, const char *text);
void texts_clear(struct texts *);

#endif
