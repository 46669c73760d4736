/* What the records of the snapshot and of the journal are called: shared by the
 * one who writes them and the one who reads them. A type, once given, is never used again. */
#ifndef GATEWAY_KEPT_H
#define GATEWAY_KEPT_H

enum kept {
	/* The snapshot: BEGIN, then each partner with what belongs to it, END. */
	KEPT_BEGIN = 1,    /* last change, key of the targets */
	KEPT_PARTNER = 2,  /* counts of verdicts, last message, period, restriction, key */
	KEPT_TARGETS = 3,
	KEPT_ANSWERS = 4,
	KEPT_SLOTS = 5,
	KEPT_END = 6,      /* number of partners */
	/* The journal: what was restricted when it was made, ALL, then changes as they come. */
	KEPT_CHANGE = 16,  /* number of the change, restriction, key */
	KEPT_ALL = 17,     /* number of the last change before: nobody else was restricted then */
	/* Also in the journal. */
	KEPT_ORDER = 32    /* an operator's decision, as order_write makes it */
};

enum { KEPT_WATCHED = 1, KEPT_SUSPICIOUS = 2, KEPT_RELEASED = 4 };

enum { KEPT_TARGET_SIZE = 16, KEPT_ANSWER_SIZE = 16, KEPT_SLOT_SIZE = 9 };

#endif
