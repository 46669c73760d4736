/* The word that was meant. */
#ifndef GATEWAY_SPELL_H
#define GATEWAY_SPELL_H

/* Holds the nearest word of those tried so far. */
struct spell {
	const char *word;    /* borrowed: what was written */
	const char *nearest; /* borrowed; NULL: none is near enough to be proposed */
	unsigned distance;
};

void spell_init(struct spell *, const char *word);
void spell_try(struct spell *, const char *candidate);

#endif
