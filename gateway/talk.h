/* One question to the console and its answer, which is JSON and may take many turns: a command writes
 * a few rows a turn, and only while the reader takes them, so that neither a long report nor a
 * reader that stops holds up a message. Commands are in command_*.c.
 *
 * On the wire: one line of words (command.h); then a line "ok" and the JSON behind it, or a line "no" (refused or
 * failed) and {done: false, what, complaints: []}, or "usage TEXT" (no such command, wrong words); then the end. An answer of
 * lines ends with an empty one, so that one that is cut off can be told. The other end may also be a person with socat. */
#ifndef GATEWAY_TALK_H
#define GATEWAY_TALK_H

#include <jansson.h>
#include <sys/types.h>

#include "command.h"
#include "traffic.h"

/* What a command may touch: borrowed from the edge. */
struct talk_house {
	struct traffic *traffic;
	void *edge;
	/* The edge's own: they answer false with complaints. */
	bool (*reload)(void *edge, struct complaints *, char *done, size_t size);
	void (*drain)(void *edge, char *done, size_t size);
	/* Its parts of `status`, added to the object. */
	void (*describe)(void *edge, json_t *status);
};

/* Who asks: the socket's peer. */
struct teller {
	uid_t uid;
	char name[33];               /* of the user, else the number */
};

enum talk_stage { TALK_SILENT, TALK_LIST, TALK_LINES, TALK_ENDED };

struct talk {
	const struct talk_house *house;
	struct asked asked;
	struct teller who;
	void *state;                 /* of a command that takes more than a turn: freed by `release` */

	/* talk.c's own: */
	struct loop *loop;           /* borrowed */
	struct stream *stream;       /* borrowed; NULL: the reader has gone */
	enum talk_stage stage;
	bool (*more)(struct talk *);
	void (*release)(void *state);
	uint64_t rows, lost;
	struct task turn;
};

/* All of an answer at once. `object` is taken. */
void talk_answer(struct talk *, json_t *object /* taken */);
/* "no", and the text as `what`: exit status 1 of fedgatectl. */
void talk_refuse(struct talk *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "usage", and the text: of words that are never right, whatever the state of the edge: exit status 2. */
void talk_unfit(struct talk *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A change: {done: true, what, complaints: []}; the text is `what`. Of a command with ACCESS_CHANGE this and the
 * refusals are written to the log and, as event "operator", to the decision log, with who asked for it. */
void talk_done(struct talk *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Records a change that is answered by something else. */
void talk_note(struct talk *, const char *what);
/* Likewise refused, with complaints. */
void talk_complain(struct talk *, const char *what, const struct complaints *);

/* An answer with one long list: `head` and then "LIST": [ rows ... ] in one object. */
void talk_begin(struct talk *, json_t *head /* taken */, const char *list);
void talk_row(struct talk *, json_t *row /* taken */);
void talk_end(struct talk *);

/* An answer without an end (`log -f`, `trace`): one object a line, or none yet. What the reader does not take is dropped, and the
 * next line that it takes is preceded by {"lost": N}. */
void talk_lines(struct talk *);
void talk_line(struct talk *, json_t *line /* taken */);
/* The same of an object that is text already, without a line's end. */
void talk_line_text(struct talk *, const char *json, size_t length);

/* Goes on in a later turn, when the reader has room for it: until `more` answers false, which ends the answer.
 * `release` is called once, when the answer has ended or the reader has gone: `state` is freed there, and the talk is not to
 * be used any more. With more NULL something else calls: a reply of the store, a timer; talk_end or talk_answer ends it.
 * Called again, also by `more`, it replaces `more` alone. */
void talk_later(struct talk *, bool (*more)(struct talk *), void *state, void (*release)(void *state));
/* Ends an answer that talk_line made. */
void talk_hang_up(struct talk *);

/* For values: RFC 3339, null for 0; seconds; octets of a peer, in which those that are no UTF-8 are written as \xNN; what
 * log_quote made, as it was before; text of ours. */
json_t *talk_time(int64_t wall_us);
json_t *talk_seconds(int64_t us);
json_t *talk_octets(const char *octets, size_t length);
json_t *talk_unquoted(const char *quoted);
json_t *talk_text(const char *text);
/* A word of who asks, to be told again: a long one is cut. Returns out. */
#define TALK_WORD_MAX 128
const char *talk_word(const char *word, char out[TALK_WORD_MAX]);
/* A time on the store's clock, which is no wall clock; null for 0. The store itself and how it fares. */
json_t *talk_store_time(const struct traffic *, int64_t store_us);
json_t *talk_store(const struct traffic *);

/* --- for the console --- */

/* Answers on the stream, which is finished behind the answer. The talk stays where it is until talk_close. */
void talk_open(struct talk *, const struct talk_house *, struct loop *, struct stream *);
/* Calls what was asked for. */
void talk_run(struct talk *);
void talk_usage(struct talk *, const char *text);
/* Octets have left. */
void talk_sent(struct talk *);
/* The reader has gone, or must: what is still held is released. Twice is fine. */
void talk_close(struct talk *);

#endif
