/* The partner as the player of a script: its connections, what they received
 * and nobody expected yet, and the place in the script. */
#ifndef TOOLS_PLAY_H
#define TOOLS_PLAY_H

#include "partner.h"

struct letter {
	struct letter *next;
	struct text    raw;
	struct sip     m;            /* points into raw */
};

struct line_end {                    /* one connection of the script */
	struct line_end     *next;
	char                *name;       /* owned */
	char                *words;      /* owned: what the settings point into */
	struct link_settings settings;
	SSL_CTX             *context;    /* a reference */
	struct link         *link;       /* owned */
	struct letter       *letters;    /* owned, oldest first */
	long                 crlfs;
	bool                 broken;     /* what came was not SIP */
};

struct play {
	const struct partner_settings *settings;   /* borrowed */
	struct scene    *scene;          /* borrowed */
	struct line_end *ends;           /* owned */
	struct line_end *current;        /* one of ends */
	struct text      script;
	struct slice     rest;           /* of the script */
	long             line;
	struct text      request;        /* the one that `answer` answers */
};

/* Complains with the place in the script; always false. */
bool play_fail(const struct play *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Moves octets on all connections, waiting for them at most that long. */
void play_pump(struct play *p, int64_t patience_us);
void letter_free(struct letter *l /* taken */);
/* Opens a connection and makes it the current one. */
void play_add_end(struct play *p, const char *name, const struct link_settings *settings, SSL_CTX *context /* taken */,
    char *words /* taken */);
void play_open_end(struct play *p, struct line_end *end);
void play_free_ends(struct play *p);
/* A word such as cert=FILE; false when it is none. */
bool play_read_link_word(struct link_settings *settings, const char *word);
/* "3s", "200ms", "0.5" in microseconds, or -1. */
int64_t play_duration(const char *word);
/* The words behind `expect`. */
bool play_expect(struct play *p, char **words, size_t count);

#endif
