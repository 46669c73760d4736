#include "recording.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../policy/alloc.h"
#include "recording_peers.h"
#include "tls.h"

#define TIME_END    INT64_C(4102444800000000) /* the year 2100 */
#define SHIFT_END   (INT64_MAX / 4)
#define METHOD_MOST 64

struct recording {
	int fd;
	void (*complain)(void *arg, uint64_t line, const char *what);
	void *arg;
	uint64_t lines, bad;
	int64_t shift_us, last_us;     /* what makes the times of a later start go on; the last one */
	struct recorded_peers peers;
	struct domain domains[RECORD_DOMAINS_MAX];
	size_t domain_count;
	struct facts facts;
	char method[METHOD_MOST + 1], partner[PARTNER_TEXT_MAX];
	bool begun, at_end;
	size_t first, filled;
	char octets[2 * RECORD_LINE_MAX];
};

static const char *const dns_tokens[] = { [PROOF_NONE] = "no", [PROOF_UNKNOWN] = "unknown", [PROOF_DNS] = "yes" };
static const enum proof dns_proofs[] = { PROOF_NONE, PROOF_UNKNOWN, PROOF_DNS };

const char *record_dns_token(enum proof proof)
{
	return dns_tokens[proof];
}

struct recording *recording_open(const char *path, void (*complain)(void *, uint64_t, const char *), void *arg)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct recording *r;

	if (fd < 0)
		return NULL;
	r = alloc_zero(1, sizeof *r);
	r->fd = fd;
	r->complain = complain;
	r->arg = arg;
	return r;
}

void recording_close(struct recording *r)
{
	if (!r)
		return;
	recorded_peers_clear(&r->peers);
	close(r->fd);
	free(r);
}

uint64_t recording_lines(const struct recording *r)
{
	return r->lines;
}

uint64_t recording_bad(const struct recording *r)
{
	return r->bad;
}

static void pass_over(struct recording *r, const char *what)
{
	r->bad++;
	r->complain(r->arg, r->lines, what);
}

/* --- lines --- */

/* False: the file cannot be read. */
static bool fill(struct recording *r)
{
	ssize_t n;

	if (r->first) {
		r->filled -= r->first;
		memmove(r->octets, r->octets + r->first, r->filled);
		r->first = 0;
	}
	n = read(r->fd, r->octets + r->filled, sizeof r->octets - r->filled);
	if (n > 0)
		r->filled += (size_t)n;
	else if (n == 0)
		r->at_end = true;
	return n >= 0 || errno == EINTR;
}

/* Takes a line of any length off; one that is too long comes as its beginning. NULL with at_end: there is
 * none; NULL without: it cannot be read. A last one without its end is told to be so. */
static const char *take_line(struct recording *r, size_t *length, bool *whole)
{
	char *line = r->octets + r->first, *end;
	bool long_one = false;

	while (!(end = memchr(r->octets + r->first, '\n', r->filled - r->first)) && !r->at_end) {
		if (r->filled - r->first > RECORD_LINE_MAX) {
			long_one = true; /* what more of it there is goes */
			r->first = r->filled;
		}
		if (!fill(r))
			return NULL;
		line = r->octets + r->first;
	}
	*whole = end && !long_one;
	*length = end ? (size_t)(end - line) : r->filled - r->first;
	if (!end && !*length && !long_one)
		return NULL;
	r->first = end ? (size_t)(end + 1 - r->octets) : r->filled;
	r->lines++;
	if (*length > RECORD_LINE_MAX || long_one)
		*length = RECORD_LINE_MAX + 1;
	return line;
}

/* --- values: NULL or false where there is none that can be --- */

static const char *text_of(const json_t *object, const char *key, size_t most)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value && strlen(value) <= most && strlen(value) == json_string_length(json_object_get(object, key)) ? value : NULL;
}

static bool take_number(int64_t *out, const json_t *object, const char *key, int64_t least, int64_t most)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value) || json_integer_value(value) < least || json_integer_value(value) > most)
		return false;
	*out = json_integer_value(value);
	return true;
}

static bool take_count(uint64_t *out, const json_t *object, const char *key)
{
	int64_t number;

	if (!take_number(&number, object, key, 1, INT64_MAX))
		return false;
	*out = (uint64_t)number;
	return true;
}

static bool take_reason(enum reason *out, const json_t *object, const char *key)
{
	const char *token = text_of(object, key, 40);

	*out = token ? reason_named(token) : REASON_NONE;
	return *out != REASON_NONE;
}

/* "contoso.example", "hosted-uc/tenant.example", "-": it comes to a terminal as it is. */
static bool take_partner(char out[PARTNER_TEXT_MAX], const json_t *object)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
	const char *text = text_of(object, "partner", PARTNER_TEXT_MAX - 1);

	if (!text || !*text || text[strspn(text, letters)])
		return false;
	strcpy(out, text);
	return true;
}

static bool take_domain(struct domain *out, const json_t *object, const char *key)
{
	const char *text = text_of(object, key, DOMAIN_MAX);

	return text && domain_parse(out, text, strlen(text));
}

static bool take_hash(uint64_t *out, const char *text)
{
	char *end;

	if (!text || strlen(text) != 16 || text[strspn(text, "0123456789abcdef")])
		return false;
	*out = strtoull(text, &end, 16);
	return true;
}

/* --- what a line says: NULL, or what is wrong --- */

static const char *read_time(struct recording *r, struct recorded_line *out, const json_t *object, bool begins)
{
	int64_t time_us;

	if (!take_number(&time_us, object, "time_us", 1, TIME_END))
		return "time_us is no time";
	if (begins && time_us + r->shift_us < r->last_us) {
		if (r->last_us > SHIFT_END)
			return "its clock went back too often";
		r->shift_us = r->last_us - time_us;
	}
	out->at_us = time_us + r->shift_us;
	if (out->at_us > r->last_us)
		r->last_us = out->at_us;
	return NULL;
}

static const char *read_domains(struct recording *r, const json_t *list)
{
	const json_t *at;
	size_t i;

	r->domain_count = 0;
	if (!json_is_array(list) || json_array_size(list) > RECORD_DOMAINS_MAX)
		return "domains is no list of domains";
	json_array_foreach(list, i, at)
		if (!json_is_string(at) || !domain_parse(&r->domains[r->domain_count++], json_string_value(at), json_string_length(at)))
			return "domains has one that is none";
	return NULL;
}

static const char *read_begin(struct recording *r, struct recorded_line *out, const json_t *object)
{
	const char *edge = text_of(object, "edge", DOMAIN_MAX), *policy = text_of(object, "policy", sizeof out->policy - 1);
	int64_t version, most;
	struct domain d;

	if (!take_number(&version, object, "version", 1, INT64_MAX) || version > RECORD_VERSION)
		return "a version that this fedgated does not know: take the one that wrote it, or a newer one";
	if (!edge || !domain_parse(&d, edge, strlen(edge)) || !policy || policy[strspn(policy, "0123456789abcdef?")]
	    || !take_number(&most, object, "max_partners", 1, 10000000))
		return "edge, policy or max_partners is not what it must be";
	recorded_peers_clear(&r->peers); /* they come anew */
	strcpy(out->edge, d.text);
	strcpy(out->policy, policy);
	out->max_partners = (unsigned)most;
	return read_domains(r, json_object_get(object, "domains"));
}

static const char *read_peer(struct recording *r, const json_t *object)
{
	const json_t *list = json_object_get(object, "names"), *at;
	struct certname *names;
	uint64_t id;
	size_t i;

	if (!take_count(&id, object, "peer") || !json_is_array(list) || json_array_size(list) > TLS_NAMES_MAX)
		return "peer or names is not what it must be";
	names = alloc_zero(json_array_size(list) + 1, sizeof *names);
	json_array_foreach(list, i, at)
		if (!json_is_string(at) || !certname_parse(&names[i], json_string_value(at), json_string_length(at))) {
			free(names);
			return "names has one that is no name of a certificate";
		}
	recorded_peers_add(&r->peers, id, names, json_array_size(list));
	return NULL;
}

static const char *read_facts(struct recording *r, const json_t *object)
{
	struct facts *facts = &r->facts;
	const json_t *target = json_object_get(object, "target");

	*facts = (struct facts) { .method = method_read(r->method, strlen(r->method)) };
	if (json_object_get(object, "source") && !take_domain(&facts->source, object, "source"))
		return "source is no domain";
	if (json_object_get(object, "fault") && !take_reason(&facts->fault, object, "fault"))
		return "fault is no reason";
	facts->has_target = target != NULL;
	if (target && !take_hash(&facts->target, text_of(object, "target", 16)))
		return "target is no hash";
	facts->proven = json_is_true(json_object_get(object, "proven"));
	facts->recipient_list = json_is_true(json_object_get(object, "recipient_list"));
	return NULL;
}

static const char *read_dns(struct sight *s, const json_t *object)
{
	const char *token = text_of(object, "dns", 8);

	s->dns_asked = json_object_get(object, "dns") != NULL;
	for (size_t i = 0; token && i < sizeof dns_proofs / sizeof dns_proofs[0]; i++)
		if (!strcmp(token, record_dns_token(dns_proofs[i]))) {
			s->dns = dns_proofs[i];
			return NULL;
		}
	return s->dns_asked ? "dns is not yes, no or unknown" : NULL;
}

static const char *read_judged(struct recording *r, struct recorded_line *out, const json_t *object)
{
	struct sight *s = &out->judged;
	const char *method = text_of(object, "method", METHOD_MOST), *wrong;
	const struct recorded_peer *peer;
	uint64_t id;

	if (!take_count(&s->number, object, "number") || !take_count(&id, object, "peer") || !method)
		return "number, peer or method is not what it must be";
	if (!take_partner(r->partner, object) || !take_reason(&s->reason, object, "reason"))
		return "partner or reason is none";
	peer = recorded_peers_find(&r->peers, id);
	if (!peer)
		return "its peer was not told before: that line is lost";
	strcpy(r->method, method);
	wrong = read_facts(r, object);
	if (wrong)
		return wrong;
	if (json_object_get(object, "wait_us") && !take_number(&s->wait_us, object, "wait_us", 0, TIME_END))
		return "wait_us is no time to wait";
	s->at_us = out->at_us;
	s->connection = peer->serial;
	s->peer = &peer->peer;
	s->facts = &r->facts;
	s->method = r->method;
	s->method_length = strlen(r->method);
	s->in_dialog = json_is_true(json_object_get(object, "in_dialog"));
	s->waived = json_is_true(json_object_get(object, "observe"));
	s->partner = r->partner;
	return read_dns(s, object);
}

static const char *read_answered(struct recording *r, struct recorded_line *out, const json_t *object)
{
	struct sight_of_outcome *a = &out->answered;
	const char *token = text_of(object, "outcome", 16);

	a->at_us = out->at_us;
	a->partner = r->partner;
	if (!take_count(&a->number, object, "number") || !take_partner(r->partner, object) || !token)
		return "number, partner or outcome is not what it must be";
	for (enum outcome o = 0; o < OUTCOMES; o++)
		if (!strcmp(token, outcome_token(o))) {
			a->outcome = o;
			return NULL;
		}
	return "outcome is not success, failure or neutral";
}

static const char *read_closed(struct recording *r, const json_t *object)
{
	uint64_t id;

	if (!take_count(&id, object, "peer"))
		return "peer is not what it must be";
	recorded_peers_remove(&r->peers, id);
	return NULL;
}

/* *what END: there is nothing to tell. */
static const char *read_object(struct recording *r, struct recorded_line *out, const json_t *object, enum recorded *what)
{
	const char *event = text_of(object, "event", 16), *wrong;
	bool begins = event && !strcmp(event, "begin");

	*what = RECORDED_END;
	if (!event)
		return "no event";
	if (!begins && !r->begun)
		return "a record begins with the event begin";
	wrong = read_time(r, out, object, begins);
	if (wrong)
		return wrong;
	if (!strcmp(event, "peer"))
		return read_peer(r, object);
	if (!strcmp(event, "closed"))
		return read_closed(r, object);
	*what = begins ? RECORDED_BEGIN : !strcmp(event, "judged") ? RECORDED_JUDGED : !strcmp(event, "answered") ? RECORDED_ANSWERED
	    : !strcmp(event, "other") ? RECORDED_OTHER : RECORDED_END;
	switch (*what) {
	case RECORDED_BEGIN:
		return read_begin(r, out, object);
	case RECORDED_JUDGED:
		return read_judged(r, out, object);
	case RECORDED_ANSWERED:
		return read_answered(r, out, object);
	case RECORDED_OTHER:
		return take_reason(&out->reason, object, "reason") ? NULL : "reason is none";
	default:
		return "an event that is none of a record's";
	}
}

static const char *read_line(struct recording *r, struct recorded_line *out, const char *line, size_t length, enum recorded *what)
{
	const char *wrong;
	json_t *object;

	*what = RECORDED_END;
	if (length > RECORD_LINE_MAX)
		return "longer than a line may be";
	object = json_loadb(line, length, 0, NULL);
	wrong = json_is_object(object) ? read_object(r, out, object, what) : "no JSON object";
	json_decref(object);
	return wrong;
}

enum recorded recording_next(struct recording *r, struct recorded_line *out)
{
	const char *line, *wrong;
	enum recorded what;
	size_t length;
	bool whole;

	while ((line = take_line(r, &length, &whole))) {
		*out = (struct recorded_line) { .domains = r->domains };
		wrong = read_line(r, out, line, length, &what);
		if (wrong)
			pass_over(r, !whole && r->at_end ? "cut short: the record ends here" : wrong);
		else if (what != RECORDED_END) {
			r->begun = true;
			out->domain_count = r->domain_count;
			return what;
		}
	}
	return r->at_end ? RECORDED_END : RECORDED_UNREADABLE;
}
