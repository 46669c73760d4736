/* What a script may speak of when it writes a message: the call it is in, what
 * it received last, and values that it named itself. Macros in braces are
 * replaced in the text of a message; scene_help tells what there is. */
#ifndef TOOLS_SCENE_H
#define TOOLS_SCENE_H

#include "link.h"
#include "sip.h"

struct variable;

struct scene {
	char             seed[24];      /* of this process, in every name that it makes */
	unsigned         made;
	struct text      call_id;
	struct text      tag;
	struct text      branch;        /* the last one made */
	unsigned         cseq;
	struct text      route;         /* a whole Route line, or empty */
	struct text      to_tag;
	struct text      contact;
	struct text      remote;        /* the other party with its tag */
	struct text      self;          /* this party with its tag */
	struct text      last;          /* the last message received */
	struct variable *variables;     /* owned */
};

extern const char scene_help[];

void scene_init(struct scene *s);
void scene_clear(struct scene *s);
/* A new Call-ID and tag; CSeq starts again, the dialog is forgotten. */
void scene_new_call(struct scene *s);
void scene_saw(struct scene *s, const struct sip *m);
void scene_set(struct scene *s, const char *name, struct slice value);

/* Replaces the macros; false, with a complaint, for an unknown one. */
bool scene_expand(struct scene *s, const struct link *l, struct slice from, struct text *to, struct text *complaint);
/* A message out of the lines of a script: line ends become CRLF, CSeq goes on
 * (but for ACK and CANCEL), {LEN} is the length of what follows the first empty
 * line; without one, {LEN} adds it. */
bool scene_compose(struct scene *s, const struct link *l, struct slice lines, struct text *to, struct text *complaint);

#endif
