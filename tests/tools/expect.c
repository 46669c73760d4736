/* The expectations of a script: what must come, by when, and what it must say. */
#include "play.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

enum { CHECKS = 16, PATIENCE_US = 5000000 };

struct check {
	const char *header;          /* NULL: the body; borrowed, as is the next */
	const char *pattern;         /* NULL: the header must be absent */
};

struct expectation {
	const char  *status;         /* "200" or "4xx"; NULL: a request */
	const char  *method;         /* of the request, or of the answer's CSeq; may be NULL */
	int64_t      patience_us;
	struct check checks[CHECKS];
	size_t       check_count;
};

static bool read_clause(struct play *p, struct expectation *e, char **words, size_t count, size_t *used)
{
	struct check *check = &e->checks[e->check_count];
	bool header = strcmp(words[0], "header") == 0;

	if (strcmp(words[0], "within") == 0 && count > 1 && (e->patience_us = play_duration(words[1])) >= 0) {
		*used = 2;
	} else if (strcmp(words[0], "for") == 0 && count > 1) {
		e->method = words[1];
		*used = 2;
	} else if (header && count > 3 && strcmp(words[2], "matches") == 0 && e->check_count < CHECKS) {
		*check = (struct check){ words[1], words[3] };
		e->check_count++;
		*used = 4;
	} else if (header && count > 2 && strcmp(words[2], "absent") == 0 && e->check_count < CHECKS) {
		*check = (struct check){ words[1], NULL };
		e->check_count++;
		*used = 3;
	} else if (strcmp(words[0], "body") == 0 && count > 2 && strcmp(words[1], "matches") == 0
	    && e->check_count < CHECKS) {
		*check = (struct check){ NULL, words[2] };
		e->check_count++;
		*used = 3;
	} else {
		return play_fail(p, "expect: cannot read \"%s\": within, for, header or body is wanted", words[0]);
	}
	return true;
}

static bool read_clauses(struct play *p, struct expectation *e, char **words, size_t count)
{
	size_t used;

	for (; count > 0; words += used, count -= used)
		if (!read_clause(p, e, words, count, &used))
			return false;
	return true;
}

static bool status_fits(const char *pattern, int status)
{
	for (int place = 100; place > 0; place /= 10, pattern++)
		if (*pattern != 'x' && *pattern - '0' != status / place % 10)
			return false;
	return true;
}

/* Whether the letter is the one that must fit, not yet whether it does. */
static bool concerns(const struct expectation *e, const struct sip *m)
{
	if (e->status == NULL)
		return m->kind == SIP_REQUEST;
	if (m->kind != SIP_RESPONSE || (e->method != NULL && !slice_is(m->method, e->method)))
		return false;
	return e->status[0] == '1' || m->status >= 200;
}

static struct letter *take_concerned(struct line_end *end, const struct expectation *e)
{
	for (struct letter **at = &end->letters; *at != NULL; at = &(*at)->next) {
		struct letter *found = *at;

		/* A 100 says nothing when another provisional answer is awaited. */
		if (concerns(e, &found->m)
		    && !(found->m.status == 100 && e->status && strcmp(e->status, "100") != 0)) {
			*at = found->next;
			return found;
		}
	}
	return NULL;
}

static bool matches(struct play *p, const char *pattern, const char *text, bool *good)
{
	regex_t expression;

	if (regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return play_fail(p, "cannot read the expression \"%s\"", pattern);
	*good = regexec(&expression, text, 0, NULL, 0) == 0;
	regfree(&expression);
	return true;
}

static bool check_one(struct play *p, const struct check *check, const struct sip *m)
{
	struct text value = { 0 }, pattern = { 0 }, complaint = { 0 };
	bool found = true, good = false, done;

	if (check->header != NULL)
		found = sip_joined(m, check->header, &value);
	else
		text_add(&value, m->body);
	if (check->pattern == NULL)
		done = !found || play_fail(p, "header %s should be absent, it is: %s", check->header, text_string(&value));
	else if (!found)
		done = play_fail(p, "header %s is missing in:\n%.*s", check->header, (int)m->whole.length, m->whole.at);
	else if (!scene_expand(p->scene, p->current->link, slice_of(check->pattern), &pattern, &complaint))
		done = play_fail(p, "%s", text_string(&complaint));
	else
		done = matches(p, text_string(&pattern), text_string(&value), &good)
		    && (good || play_fail(p, "%s does not match \"%s\", it is: %s", check->header ? check->header : "the body",
		        text_string(&pattern), text_string(&value)));
	text_clear(&value);
	text_clear(&pattern);
	text_clear(&complaint);
	return done;
}

static bool first_fits(struct play *p, const struct expectation *e, const struct sip *m)
{
	struct slice rest = m->whole;
	struct slice line = slice_trim(slice_until(&rest, '\n'));

	if (e->status != NULL && !status_fits(e->status, m->status))
		return play_fail(p, "expected %s, what came is:\n%.*s", e->status, (int)m->whole.length, m->whole.at);
	if (e->status == NULL && !slice_is(m->method, e->method))
		return play_fail(p, "expected %s, what came is: %.*s", e->method, (int)line.length, line.at);
	return true;
}

static bool judge_letter(struct play *p, const struct expectation *e, const struct sip *m)
{
	if (!first_fits(p, e, m))
		return false;
	scene_saw(p->scene, m);
	if (e->status == NULL)
		text_set(&p->request, m->whole);
	for (size_t i = 0; i < e->check_count; i++)
		if (!check_one(p, &e->checks[i], m))
			return false;
	return true;
}

static bool nothing_came(const struct play *p, const char *wanted)
{
	const struct line_end *end = p->current;

	if (end->broken)
		return play_fail(p, "expected %s, what came is not SIP:\n%.200s", wanted, text_string(&end->link->in));
	if (!end->link->open)
		return play_fail(p, "expected %s, but the connection is closed: %s", wanted, end->link->why);
	if (end->letters != NULL)
		return play_fail(p, "expected %s, it did not come; what waits is:\n%.*s", wanted,
		    (int)end->letters->m.whole.length, end->letters->m.whole.at);
	return play_fail(p, "expected %s, nothing came", wanted);
}

static bool await_letter(struct play *p, const struct expectation *e)
{
	int64_t deadline = now_us() + e->patience_us;
	struct letter *found;
	bool good;

	while ((found = take_concerned(p->current, e)) == NULL) {
		int64_t left = deadline - now_us();

		if (left <= 0 || !p->current->link->open || p->current->broken)
			break;
		play_pump(p, left);
	}
	if (found == NULL)
		return nothing_came(p, e->status ? e->status : e->method);
	good = judge_letter(p, e, &found->m);
	letter_free(found);
	return good;
}

static bool expect_nothing(struct play *p, int64_t span_us)
{
	int64_t deadline = now_us() + span_us, left;

	while ((left = deadline - now_us()) > 0 && p->current->link->open)
		play_pump(p, left);
	for (const struct letter *l = p->current->letters; l != NULL; l = l->next)
		if (l->m.status != 100)
			return play_fail(p, "expected nothing, what came is:\n%.*s", (int)l->m.whole.length, l->m.whole.at);
	if (!p->current->link->open)
		return play_fail(p, "expected nothing, but the connection is closed: %s", p->current->link->why);
	return true;
}

static bool expect_close(struct play *p, int64_t patience_us, const char *pattern)
{
	int64_t deadline = now_us() + patience_us, left;
	const struct link *l = p->current->link;
	bool good = true;

	while ((left = deadline - now_us()) > 0 && l->open)
		play_pump(p, left);
	if (l->open)
		return nothing_came(p, "the end of the connection");
	if (pattern != NULL && !matches(p, pattern, l->why, &good))
		return false;
	return good || play_fail(p, "the connection ended otherwise than \"%s\": %s", pattern, l->why);
}

static bool expect_pong(struct play *p, int64_t patience_us)
{
	int64_t deadline = now_us() + patience_us, left;

	while ((left = deadline - now_us()) > 0 && p->current->crlfs == 0 && p->current->link->open)
		play_pump(p, left);
	if (p->current->crlfs == 0)
		return nothing_came(p, "a pong");
	p->current->crlfs--;
	return true;
}

static bool expect_other(struct play *p, const char *what, char **words, size_t count)
{
	int64_t patience = PATIENCE_US;
	const char *pattern = NULL;

	for (size_t i = 0; i + 1 < count; i += 2) {
		if (strcmp(words[i], "matches") == 0)
			pattern = words[i + 1];
		else if ((strcmp(words[i], "for") != 0 && strcmp(words[i], "within") != 0)
		    || (patience = play_duration(words[i + 1])) < 0)
			return play_fail(p, "expect %s: cannot read \"%s %s\"", what, words[i], words[i + 1]);
	}
	if (count % 2 != 0)
		return play_fail(p, "expect %s: what does \"%s\" mean?", what, words[count - 1]);
	if (strcmp(what, "nothing") == 0)
		return expect_nothing(p, patience);
	return strcmp(what, "close") == 0 ? expect_close(p, patience, pattern) : expect_pong(p, patience);
}

static bool is_status(const char *word)
{
	return strlen(word) == 3 && word[0] >= '1' && word[0] <= '6'
	    && (isdigit((unsigned char)word[1]) || word[1] == 'x') && (isdigit((unsigned char)word[2]) || word[2] == 'x');
}

bool play_expect(struct play *p, char **words, size_t count)
{
	struct expectation e = { .patience_us = PATIENCE_US };

	if (count == 0)
		return play_fail(p, "expect what?");
	if (strcmp(words[0], "nothing") == 0 || strcmp(words[0], "close") == 0 || strcmp(words[0], "pong") == 0)
		return expect_other(p, words[0], words + 1, count - 1);
	if (strcmp(words[0], "request") == 0 && count > 1) {
		e.method = words[1];
		return read_clauses(p, &e, words + 2, count - 2) && await_letter(p, &e);
	}
	if (!is_status(words[0]))
		return play_fail(p, "expect \"%s\": a status, request, nothing, close or pong is wanted", words[0]);
	e.status = words[0];
	return read_clauses(p, &e, words + 1, count - 1) && await_letter(p, &e);
}
