/* Macros in scripted messages: see scene.h. */
#include "scene.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct variable {
	struct variable *next;
	char            *name;     /* owned */
	struct text      value;
};

const char scene_help[] =
	"Macros in messages:\n"
	"  {BRANCH} a new branch   {SAME-BRANCH} the last one   {CALLID} {TAG} {CSEQ} of this call\n"
	"  {LEN} length of the body   {LOCAL} own ADDR:PORT   {TRANSPORT} TLS or TCP\n"
	"  {ROUTE} the Route line for the last Record-Route set received; alone on its line, and\n"
	"          without a set, the line goes   {TOTAG} To tag of the last answer\n"
	"  {CONTACT} URI of the last Contact   {REMOTE} {SELF} both parties of the last message,\n"
	"          with their tags, as To and From of a further request\n"
	"  {HEADER:Name} of the last message received, all values   {HEX:00ff} octets   {PAD:100} that many x\n"
	"  {TIMES:512:,} a text so many times   {LINES:200:X: y} the same as lines\n"
	"  {NAME} what `set NAME value` or --set NAME=VALUE gave\n"
	"CSeq counts up with each send but ACK and CANCEL; `call` starts a new call.\n";

void scene_init(struct scene *s)
{
	uint64_t random = 0;

	*s = (struct scene){ 0 };
	if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		random = (uint64_t)now_us();
	snprintf(s->seed, sizeof s->seed, "%016llx", (unsigned long long)random);
	scene_new_call(s);
}

void scene_clear(struct scene *s)
{
	struct text *texts[] = { &s->call_id, &s->tag, &s->branch, &s->route, &s->to_tag,
		&s->contact, &s->remote, &s->self, &s->last };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		text_clear(texts[i]);
	while (s->variables != NULL) {
		struct variable *v = s->variables;

		s->variables = v->next;
		text_clear(&v->value);
		free(v->name);
		free(v);
	}
}

void scene_new_call(struct scene *s)
{
	struct text *forgotten[] = { &s->route, &s->to_tag, &s->contact, &s->remote, &s->self, &s->call_id, &s->tag };

	for (size_t i = 0; i < sizeof forgotten / sizeof forgotten[0]; i++)
		text_reset(forgotten[i]);
	s->cseq = 0;
	s->made++;
	text_print(&s->call_id, "call-%s-%u", s->seed, s->made);
	text_print(&s->tag, "tag-%.8s-%u", s->seed, s->made);
}

void scene_saw(struct scene *s, const struct sip *m)
{
	bool response = m->kind == SIP_RESPONSE;
	struct slice from, to, found;

	text_set(&s->last, m->whole);
	if (sip_header(m, "Record-Route", &found)) {
		text_reset(&s->route);
		sip_route_line(m, &s->route);
	}
	if (sip_header(m, "Contact", &found))
		text_set(&s->contact, sip_uri_of(found));
	sip_header(m, "From", &from);
	sip_header(m, "To", &to);
	text_set(&s->remote, response ? to : from);
	text_set(&s->self, response ? from : to);
	if (!response && !sip_parameter(to, "tag", &found))
		text_print(&s->self, ";tag=%s", text_string(&s->tag));
	if (response && sip_parameter(to, "tag", &found))
		text_set(&s->to_tag, found);
}

static struct variable *find_variable(const struct scene *s, struct slice name)
{
	struct variable *v = s->variables;

	while (v != NULL && !(strlen(v->name) == name.length && memcmp(v->name, name.at, name.length) == 0))
		v = v->next;
	return v;
}

void scene_set(struct scene *s, const char *name, struct slice value)
{
	struct variable *v = find_variable(s, slice_of(name));

	if (v == NULL) {
		v = must(calloc(1, sizeof *v));
		v->name = slice_copy(slice_of(name));
		v->next = s->variables;
		s->variables = v;
	}
	text_set(&v->value, value);
}

static void put_header(const struct scene *s, struct slice name, struct text *to)
{
	char *wanted = slice_copy(name);
	struct sip last;

	if (sip_take(text_slice(&s->last), &last) > 0)
		sip_joined(&last, wanted, to);
	free(wanted);
}

static void new_branch(struct scene *s)
{
	text_reset(&s->branch);
	text_print(&s->branch, "z9hG4bK%s.%u", s->seed, ++s->made);
}

static bool put_times(struct slice argument, const char *between, struct text *to)
{
	long left = slice_number(slice_until(&argument, ':'));

	for (; left > 0; left--) {
		text_add(to, argument);
		text_put(to, left > 1 ? between : "");
	}
	return left == 0;
}

static bool put_with_argument(struct scene *s, struct slice name, struct slice argument, struct text *to)
{
	if (slice_is(name, "HEADER")) {
		put_header(s, argument, to);
		return true;
	}
	if (slice_is(name, "HEX"))
		return text_add_hex(to, argument);
	if (slice_is(name, "TIMES") || slice_is(name, "LINES"))
		return put_times(argument, slice_is(name, "LINES") ? "\r\n" : "", to);
	if (!slice_is(name, "PAD") || slice_number(argument) < 0)
		return false;
	for (long left = slice_number(argument); left > 0; left--)
		text_put(to, "x");
	return true;
}

static const struct text *plain_macro(struct scene *s, struct slice name)
{
	const struct { const char *name; const struct text *value; } macros[] = {
		{ "BRANCH", &s->branch }, { "SAME-BRANCH", &s->branch }, { "CALLID", &s->call_id },
		{ "TAG", &s->tag }, { "TOTAG", &s->to_tag }, { "CONTACT", &s->contact },
		{ "REMOTE", &s->remote }, { "SELF", &s->self },
	};

	if (slice_is(name, "BRANCH"))
		new_branch(s);
	for (size_t i = 0; i < sizeof macros / sizeof macros[0]; i++)
		if (slice_is(name, macros[i].name))
			return macros[i].value;
	return NULL;
}

static bool put_macro(struct scene *s, const struct link *l, struct slice inside, struct text *to)
{
	const struct variable *v = find_variable(s, inside);
	const struct text *value;
	struct slice argument = inside, name = slice_until(&argument, ':');

	if (v != NULL)
		text_add(to, text_slice(&v->value));
	else if (argument.length > 0)
		return put_with_argument(s, name, argument, to);
	else if ((value = plain_macro(s, name)) != NULL)
		text_add(to, text_slice(value));
	else if (slice_is(name, "CSEQ"))
		text_print(to, "%u", s->cseq);
	else if (slice_is(name, "LOCAL"))
		text_put(to, l ? l->local : "127.0.0.1:5060");
	else if (slice_is(name, "TRANSPORT"))
		text_put(to, l ? link_transport(l) : "TCP");
	else if (slice_is(name, "ROUTE"))
		text_add(to, slice_trim(text_slice(&s->route)));
	else
		return false;
	return true;
}

/* A macro is {CAPITALS-AND-DIGITS} with perhaps a colon and more: braces of JSON
 * or XML in a body are left alone. Returns its length, or 0. */
static size_t macro_length(struct slice at)
{
	size_t i = 1;

	if (at.length < 3 || !isupper((unsigned char)at.at[1]))
		return 0;
	while (i < at.length && (isupper((unsigned char)at.at[i]) || isdigit((unsigned char)at.at[i]) || at.at[i] == '-'))
		i++;
	if (i < at.length && at.at[i] == ':')
		while (i < at.length && at.at[i] != '}' && at.at[i] != '\n')
			i++;
	return i < at.length && at.at[i] == '}' ? i + 1 : 0;
}

bool scene_expand(struct scene *s, const struct link *l, struct slice from, struct text *to, struct text *complaint)
{
	while (from.length > 0) {
		const char *brace = memchr(from.at, '{', from.length);
		size_t plain = brace ? (size_t)(brace - from.at) : from.length;
		size_t length;

		text_add(to, (struct slice){ from.at, plain });
		from = slice_from(from, plain);
		if (from.length == 0)
			break;
		length = macro_length(from);
		if (length > 0 && !put_macro(s, l, (struct slice){ from.at + 1, length - 2 }, to)) {
			text_print(complaint, "unknown macro %.*s", (int)length, from.at);
			return false;
		}
		if (length == 0)
			text_add(to, (struct slice){ from.at, 1 });
		from = slice_from(from, length ? length : 1);
	}
	return true;
}

/* Line by line, so that an empty {ROUTE} takes its line with it. */
static bool expand_lines(struct scene *s, const struct link *l, struct slice lines, struct text *to,
    struct text *complaint)
{
	while (lines.length > 0) {
		struct slice line = slice_until(&lines, '\n');
		struct slice bare = slice_trim(line);
		size_t before = to->length;

		if (!scene_expand(s, l, line, to, complaint))
			return false;
		if (to->length == before && bare.length > 0 && bare.at[0] == '{')
			continue;
		text_put(to, "\r\n");
	}
	return true;
}

static bool counts_up(struct slice lines)
{
	return !(lines.length > 4 && memcmp(lines.at, "ACK ", 4) == 0)
	    && !(lines.length > 7 && memcmp(lines.at, "CANCEL ", 7) == 0)
	    && !(lines.length > 4 && memcmp(lines.at, "SIP/", 4) == 0);
}

bool scene_compose(struct scene *s, const struct link *l, struct slice lines, struct text *to, struct text *complaint)
{
	const char *empty = memmem(lines.at, lines.length, "\n\n", 2);
	size_t head_length = empty ? (size_t)(empty - lines.at) + 1 : lines.length;
	struct slice head = { lines.at, head_length };
	bool measured = memmem(head.at, head.length, "{LEN}", 5) != NULL;
	struct text body = { 0 }, length = { 0 };
	bool good;

	if (counts_up(lines))
		s->cseq++;
	good = expand_lines(s, l, slice_from(lines, head_length + (empty ? 1 : 0)), &body, complaint);
	text_print(&length, "%zu", body.length);
	scene_set(s, "LEN", text_slice(&length));
	good = good && expand_lines(s, l, head, to, complaint);
	if (good && (empty || measured))
		text_put(to, "\r\n");
	if (good)
		text_add(to, text_slice(&body));
	text_clear(&body);
	text_clear(&length);
	return good;
}
