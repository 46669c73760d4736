#include "reply.h"

#include <sofia-sip/sip_header.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIAGNOSTICS_BASE 38000
#define RETRY_DEFAULT_US 5000000 /* a next hop that is down, an edge that is busy */

int reply_status(enum reason reason, const struct entry *entry)
{
	if (entry && (reason == REASON_RATE_LIMIT || reason == REASON_RATE_SUSPICIOUS))
		return entry->limits.refuse_status;
	return reason_row(reason)->status;
}

/* What is put together, for every refusal of a flood: no printf. What does not fit is left out. */
struct extra {
	char *at, *end;
};

static void put(struct extra *x, const char *text)
{
	size_t length = strlen(text);

	if (length >= (size_t)(x->end - x->at))
		return;
	memcpy(x->at, text, length + 1);
	x->at += length;
}

static void put_number(struct extra *x, uint64_t number)
{
	char digits[24], *first = digits + sizeof digits - 1;

	*first = '\0';
	do
		*--first = (char)('0' + number % 10);
	while (number /= 10);
	put(x, first);
}

void reply_extra(const struct traffic *tr, enum link_kind to, enum reason reason, int status, int64_t retry_us, char out[REPLY_EXTRA_MAX])
{
	const struct reason_row *row = reason_row(reason);
	int64_t seconds = (retry_us + 999999) / 1000000;
	struct extra x = { out, out + REPLY_EXTRA_MAX };

	if (status == 503 || reason == REASON_RATE_LIMIT || reason == REASON_RATE_SUSPICIOUS) {
		put(&x, "Retry-After: ");
		put_number(&x, (uint64_t)(seconds > 0 ? seconds : 1));
		put(&x, "\r\n");
	}
	put(&x, "Reason: fedgate;cause=");
	put_number(&x, (uint64_t)status);
	put(&x, ";text=\"");
	put(&x, row->token);
	put(&x, "\"\r\n");
	if (!tr->conf->border.diagnostics)
		return;
	put(&x, to == LINK_PARTNER ? "ms-diagnostics-public: " : "ms-diagnostics: ");
	put_number(&x, (uint64_t)(DIAGNOSTICS_BASE + row->number));
	put(&x, ";reason=\"");
	put(&x, row->sentence);
	if (to != LINK_PARTNER) { /* inside it may name us */
		put(&x, "\";source=\"");
		put(&x, tr->own.edge.text);
	}
	put(&x, "\"\r\n");
}

/* 420 names what it does not know. */
static void add_unsupported(msg_t *msg, char extra[REPLY_EXTRA_MAX])
{
	const sip_proxy_require_t *p = sip_object(msg)->sip_proxy_require;
	char item[REPLY_EXTRA_MAX];
	size_t n = strlen(extra);
	bool first = true;

	for (; p; p = (const sip_proxy_require_t *)p->k_next)
		for (size_t i = 0; p->k_items && p->k_items[i]; i++) {
			size_t add = (size_t)snprintf(item, sizeof item, "%s%s", first ? "Unsupported: " : ", ", p->k_items[i]);

			if (n + add + 3 > REPLY_EXTRA_MAX)
				break;
			memcpy(extra + n, item, add + 1);
			n += add;
			first = false;
		}
	if (!first)
		memcpy(extra + n, "\r\n", 3);
}

void reply_plain(const struct traffic *tr, struct link *to, msg_t *msg, int status, const char *extra)
{
	char tag[TAG_MAX];
	char *lines;

	if (!to || !to->stream)
		return;
	via_tag(&tr->own, sip_object(msg), tag);
	lines = message_answer_lines(msg, tag);
	if (!lines)
		return;
	answer_send(to->stream, status, answer_phrase(status), lines, extra);
	free(lines);
}

void reply_refuse(const struct traffic *tr, struct link *to, msg_t *msg, enum method method, enum reason reason,
    const struct entry *entry, int64_t retry_us)
{
	int status = reply_status(reason, entry);
	char extra[REPLY_EXTRA_MAX];

	if (method == METHOD_ACK || !to || !status)
		return;
	reply_extra(tr, to->kind, reason, status, retry_us > 0 ? retry_us : RETRY_DEFAULT_US, extra);
	if (reason == REASON_BAD_EXTENSION)
		add_unsupported(msg, extra);
	reply_plain(tr, to, msg, status, extra);
}

/* A Via or To that takes no parameter more goes back as it came, when `as_it_came`; else there is no answer. */
static size_t make_answer(const struct frame *f, char *out, size_t room, int status, const char *tag, const char *host,
    const char *extra, bool as_it_came)
{
	size_t n = 0;

	for (int without = 0; !n && without < (as_it_came ? 4 : 1); without++)
		n = frame_answer(f, out, room, status, answer_phrase(status), without & 2 ? NULL : tag, without & 1 ? NULL : host, extra);
	return n;
}

static bool answer_scanned(const struct traffic *tr, struct link *to, const struct frame *f, int status, const char *extra,
    bool as_it_came)
{
	char tag[TAG_MAX], few[4096], *out = few;
	const char *call_id, *cseq;
	size_t call_id_length, cseq_length, room = sizeof few, n;
	size_t lines = f->head ? f->head : f->size; /* a head that broke is all that was looked at */

	if (!f->answerable || !to->stream)
		return false;
	call_id = frame_value(f, f->call_id, &call_id_length);
	cseq = frame_value(f, f->cseq, &cseq_length);
	via_tag_of(&tr->own, call_id, call_id_length, cseq, cseq_length, tag);
	if (lines + 1024 > room) {
		room = lines + 2048;
		out = malloc(room);
		if (!out)
			return false;
	}
	n = make_answer(f, out, room, status, tag, to->host, extra, as_it_came);
	if (n)
		stream_send(to->stream, out, n);
	if (out != few)
		free(out);
	return n > 0;
}

bool reply_scanned(const struct traffic *tr, struct link *to, const struct frame *f, enum reason reason,
    const struct entry *entry, int64_t retry_us)
{
	int status = reply_status(reason, entry);
	char extra[REPLY_EXTRA_MAX];

	reply_extra(tr, to->kind, reason, status, retry_us > 0 ? retry_us : RETRY_DEFAULT_US, extra);
	return answer_scanned(tr, to, f, status, extra, false);
}

void reply_broken(const struct traffic *tr, struct link *to, const struct frame *f, enum reason reason)
{
	int status = reply_status(reason, NULL);
	char extra[REPLY_EXTRA_MAX];

	reply_extra(tr, to->kind, reason, status, RETRY_DEFAULT_US, extra);
	answer_scanned(tr, to, f, status, extra, true);
}

void reply_kept(const struct traffic *tr, struct link *to, const char *lines, enum reason reason)
{
	int status = reason_row(reason)->status;
	char extra[REPLY_EXTRA_MAX];

	if (!to || !to->stream || !lines)
		return;
	reply_extra(tr, to->kind, reason, status, RETRY_DEFAULT_US, extra);
	answer_send(to->stream, status, answer_phrase(status), lines, extra);
}
