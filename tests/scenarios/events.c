/* Lines that begin with "at": what happens then, and what is promised of it. */
#include <stdio.h>
#include <string.h>

#include "../../policy/target.h"
#include "promise.h"

/* What is sent: `count` messages, `every_us` apart. */
struct sending {
	uint32_t count;
	int64_t every_us;
	struct facts facts;
	enum proof dns;
	struct servers servers; /* that DNS names; none: `dns` says what it proves */
	const struct certificate *certificate;
	bool fresh_names;
	struct promise promise;
};

static enum method method_of(const char *word)
{
	static const struct {
		const char *word;
		enum method method;
	} methods[] = {
		{ "INVITE", METHOD_INVITE }, { "ACK", METHOD_ACK }, { "BYE", METHOD_BYE }, { "CANCEL", METHOD_CANCEL },
		{ "PRACK", METHOD_PRACK }, { "OPTIONS", METHOD_OPTIONS }, { "REGISTER", METHOD_REGISTER },
		{ "PUBLISH", METHOD_PUBLISH },
	};

	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (strcmp(methods[i].word, word) == 0)
			return methods[i].method;
	return METHOD_OTHER;
}

static uint64_t target_of(const char *uri)
{
	static const struct siphash_key key = { "a story's secret" };
	const char *at = strchr(uri, '@');

	if (!at)
		return target_hash(&key, NULL, 0, uri, strlen(uri));
	return target_hash(&key, uri, (size_t)(at - uri), at + 1, strlen(at + 1));
}

static bool tell_target(struct story *s, struct sending *m)
{
	const char *word = story_next(s);

	if (!word)
		return story_complain(s, "to whom?");
	m->facts.has_target = strcmp(word, "nobody") != 0;
	m->fresh_names = strcmp(word, "new") == 0;
	if (m->fresh_names && !story_takes(s, "names") && !story_takes(s, "name"))
		return story_complain(s, "\"to new\" what? names");
	m->facts.target = m->facts.has_target ? target_of(word) : 0;
	return true;
}

static bool tell_source(struct story *s, struct sending *m)
{
	const char *word = story_next(s);

	if (!word || !domain_parse(&m->facts.source, word, strlen(word)))
		return story_complain(s, "\"%s\" is no domain", word ? word : "");
	m->certificate = world_certificate(&s->world, m->facts.source.text);
	return m->certificate || story_complain(s, "too many certificates");
}

static bool tell_certificate(struct story *s, struct sending *m)
{
	const char *word = story_next(s);

	m->certificate = word ? world_certificate(&s->world, word) : NULL;
	return m->certificate || story_complain(s, "no such certificate");
}

static bool tell_server(struct story *s, struct sending *m)
{
	const char *word = story_next(s);
	struct server server = { .port = 5061 };

	if (!word || !domain_parse(&server.domain, word, strlen(word)))
		return story_complain(s, "\"%s\" is no domain", word ? word : "");
	servers_add(&m->servers, &server);
	return true;
}

/* What is said of the message; *more is false where its promise begins. */
static bool tell_clause(struct story *s, struct sending *m, bool *more)
{
	if (story_takes(s, "from"))
		return tell_source(s, m);
	if (story_takes(s, "with"))
		return tell_certificate(s, m);
	if (story_takes(s, "to"))
		return tell_target(s, m);
	if (story_takes(s, "every"))
		return story_takes_time(s, &m->every_us);
	if (story_takes(s, "proven"))
		return m->facts.proven = true;
	if (story_takes(s, "recipient-list"))
		return m->facts.recipient_list = true;
	if (story_takes(s, "dns-names"))
		return tell_server(s, m);
	if (story_takes(s, "dns-proves"))
		m->dns = PROOF_DNS;
	else if (story_takes(s, "dns-silent"))
		m->dns = PROOF_UNKNOWN;
	else
		*more = false;
	return true;
}

static bool tell_sending(struct story *s, struct sending *m)
{
	const char *method = story_next(s);
	bool good = method != NULL, more = true;

	if (!good)
		return story_complain(s, "at that time, what?");
	m->facts.method = method_of(method);
	while (good && more)
		good = tell_clause(s, m, &more);
	if (good && !m->certificate)
		good = story_complain(s, "\"%s\" from whom?", method);
	return good && promise_read(s, &m->promise);
}

static bool send_all(struct story *s, struct sending *m)
{
	char name[64];

	if (m->servers.count > 0)
		m->dns = world_discover(&s->world, m->certificate, &m->facts.source, &m->servers);
	for (uint32_t i = 0; i < m->count; i++) {
		struct fate fate;

		if (i)
			s->now_us += m->every_us;
		if (m->fresh_names) {
			snprintf(name, sizeof name, "name-%u@local.example", s->fresh++);
			m->facts.target = target_of(name);
		}
		fate = world_send(&s->world, m->certificate, &m->facts, m->dns, s->now_us);
		if (!promise_kept(s, &m->promise, &fate, i, m->count))
			return false;
	}
	s->promises++;
	return true;
}

static bool tell_answers(struct story *s, uint32_t count)
{
	const char *partner = NULL;
	struct keeping *k = NULL;
	int64_t status;
	bool becomes = false, promised;

	if (!story_takes_number(s, &status))
		return false;
	if (story_takes(s, "for"))
		partner = story_next(s);
	if (partner)
		k = world_find(&s->world, partner);
	if (!k)
		return story_complain(s, "an answer for whom? \"%s\" has sent nothing", partner ? partner : "");
	promised = story_takes(s, "becomes-suspicious");
	for (; count > 0 && !becomes; count--)
		becomes = standing_record(&k->record.standing, &k->limits, outcome_of_status((int)status), s->now_us);
	s->promises++;
	return !story_flag_differs(s, promised, becomes, "becomes-suspicious") && (count == 0 || story_complain(s, "too early"));
}

static bool state_kept(struct story *s, const struct keeping *k, const char *state)
{
	bool forgotten = strcmp(state, "forgotten") == 0;

	s->promises++;
	if (forgotten || !k)
		return !story_flag_differs(s, forgotten, !k, "forgotten");
	if (strcmp(state, "watched") == 0)
		return !story_flag_differs(s, true, k->record.watched, state);
	if (strcmp(state, "suspicious") == 0)
		return !story_flag_differs(s, true, k->record.standing.suspicious, state);
	if (strcmp(state, "free") == 0)
		return !story_flag_differs(s, true, !k->record.watched && !k->record.standing.suspicious, state);
	return story_complain(s, "nobody can be \"%s\"", state);
}

/* "PARTNER is STATE", "PARTNER knows COUNT" (targets, after what has left the window is gone). */
static bool tell_state(struct story *s, const char *partner)
{
	struct keeping *k = world_find(&s->world, partner);
	int64_t count;

	if (story_takes(s, "is"))
		return s->words[s->word] ? state_kept(s, k, story_next(s)) : story_complain(s, "is what?");
	s->word++; /* "knows" */
	if (!story_takes_number(s, &count))
		return false;
	s->promises++;
	return !story_number_differs(s, count, k ? k->record.contacts.count : 0, "the number of targets");
}

static bool tell_release(struct story *s)
{
	const char *partner = story_next(s);
	struct keeping *k = partner ? world_find(&s->world, partner) : NULL;

	if (!k)
		return story_complain(s, "release whom?");
	record_release(&k->record);
	return true;
}

static bool starts_clock(struct story *s)
{
	int64_t now_us;

	if (!story_takes_time(s, &now_us))
		return false;
	if (s->begun && now_us < s->now_us)
		return story_complain(s, "the clock stands at %.6f already", (double)s->now_us / 1e6);
	s->now_us = now_us;
	s->begun = true;
	if (s->stale && !world_enact(&s->world))
		return story_complain(s, "the lists above cannot stand together");
	s->stale = false;
	return true;
}

bool events_tell(struct story *s)
{
	struct sending m = { .count = 1, .facts = { .has_target = true, .target = target_of("alice@local.example") },
	};
	int64_t count = 1;

	if (!starts_clock(s))
		return false;
	if (s->words[s->word] && s->words[s->word + 1] && strcmp(s->words[s->word + 1], "x") == 0) {
		if (!story_takes_number(s, &count) || count < 1 || count > 10000000)
			return story_complain(s, "how many?");
		s->word++;
		m.count = (uint32_t)count;
	}
	if (story_takes(s, "answer"))
		return tell_answers(s, m.count);
	if (story_takes(s, "release"))
		return tell_release(s);
	if (story_takes(s, "sweep")) {
		world_sweep(&s->world, s->now_us);
		return true;
	}
	if (s->words[s->word] && s->words[s->word + 1] &&
	    (strcmp(s->words[s->word + 1], "is") == 0 || strcmp(s->words[s->word + 1], "knows") == 0))
		return tell_state(s, story_next(s));
	return tell_sending(s, &m) && send_all(s, &m);
}
