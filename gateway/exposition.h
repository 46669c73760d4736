/* Prometheus' text format, version 0.0.4: families of samples, each under its
 * HELP and TYPE. Knows how it is written, not what is measured. */
#ifndef GATEWAY_EXPOSITION_H
#define GATEWAY_EXPOSITION_H

#include "histogram.h"

enum family_type { FAMILY_COUNTER, FAMILY_GAUGE, FAMILY_HISTOGRAM };

struct family {
	const char *name;
	enum family_type type;
	const char *labels;      /* their names, "verdict,reason"; "": none */
	const char *help;        /* one line */
};

const char *family_type_token(enum family_type);

/* A text that is being made. A line that would make it longer than `most` is left out. */
struct exposition {
	char *text;              /* owned */
	size_t length, room, most;
	const struct family *family; /* borrowed: whose samples come */
};

void exposition_init(struct exposition *, size_t most);
void exposition_begin(struct exposition *, const struct family *);
/* One sample; the values of the family's labels in their order, escaped here. */
void exposition_count(struct exposition *, const char *const values[], uint64_t count);
void exposition_number(struct exposition *, const char *const values[], double number);
/* All samples of a family without labels. */
void exposition_histogram(struct exposition *, const struct histogram *);
/* The text, which is not NUL-terminated; the caller's, for free(). */
char *exposition_take(struct exposition *, size_t *length);

#endif
