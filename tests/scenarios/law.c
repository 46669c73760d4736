/* Lines that make the law and the certificates. A later line adds or changes;
 * it holds for what comes behind it, as a reload does. */
#include <stdlib.h>
#include <string.h>

#include "story.h"

enum kind { KIND_RATE, KIND_DURATION, KIND_COUNT, KIND_STATUS, KIND_SHARE, KIND_BLOCKS };

struct setting {
	const char *word;
	enum kind kind;
	size_t offset; /* in struct limits */
};

static const struct setting settings[] = {
	{ "rate",             KIND_RATE,     offsetof(struct limits, rate) },
	{ "suspicious-rate",  KIND_RATE,     offsetof(struct limits, suspicious_rate) },
	{ "max-delay",        KIND_DURATION, offsetof(struct limits, max_delay_us) },
	{ "max-waiting",      KIND_COUNT,    offsetof(struct limits, max_waiting) },
	{ "ending-delay",     KIND_DURATION, offsetof(struct limits, ending_delay_us) },
	{ "refuse-status",    KIND_STATUS,   offsetof(struct limits, refuse_status) },
	{ "distinct-uris",    KIND_COUNT,    offsetof(struct limits, distinct_uris) },
	{ "watch-window",     KIND_DURATION, offsetof(struct limits, watch_window_us) },
	{ "watch-hold",       KIND_DURATION, offsetof(struct limits, watch_hold_us) },
	{ "watch-blocks",     KIND_BLOCKS,   offsetof(struct limits, watch_blocks) },
	{ "suspicion-window", KIND_DURATION, offsetof(struct limits, suspicion_window_us) },
	{ "suspicion-hold",   KIND_DURATION, offsetof(struct limits, suspicion_hold_us) },
	{ "min-responses",    KIND_COUNT,    offsetof(struct limits, min_responses) },
	{ "failure-share",    KIND_SHARE,    offsetof(struct limits, failure_share) },
};

static bool read_count(const char *word, uint32_t *count)
{
	char *end;
	unsigned long value = strtoul(word, &end, 10);

	*count = (uint32_t)value;
	return end != word && !*end && value <= UINT32_MAX;
}

static bool read_switch(const char *word, bool *on)
{
	*on = strcmp(word, "on") == 0;
	return *on || strcmp(word, "off") == 0;
}

static bool read_blocks(const char *word, enum watch_blocks *blocks)
{
	*blocks = strcmp(word, "new") == 0 ? WATCH_BLOCKS_NEW : WATCH_BLOCKS_ALL;
	return *blocks == WATCH_BLOCKS_NEW || strcmp(word, "all") == 0;
}

static bool read_setting(struct limits *limits, const struct setting *setting, const char *word)
{
	void *field = (char *)limits + setting->offset;
	uint32_t count;
	char *end;

	switch (setting->kind) {
	case KIND_RATE:
		return rate_parse(field, word);
	case KIND_DURATION:
		return duration_parse(field, word);
	case KIND_COUNT:
		return read_count(word, field);
	case KIND_STATUS:
		if (!read_count(word, &count) || count > 699)
			return false;
		*(int *)field = (int)count;
		return true;
	case KIND_SHARE:
		*(double *)field = strtod(word, &end);
		return end != word && !*end;
	case KIND_BLOCKS:
		return read_blocks(word, field);
	}
	return false;
}

static bool tell_policy(struct story *s)
{
	struct world *w = &s->world;
	const char *name, *value;

	while ((name = story_next(s))) {
		const struct setting *setting = NULL;
		bool good;

		for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
			if (strcmp(settings[i].word, name) == 0)
				setting = &settings[i];
		value = story_next(s);
		if (!value)
			return story_complain(s, "\"%s\" has no value", name);
		if (setting)
			good = read_setting(&w->limits, setting, value);
		else if (strcmp(name, "federation") == 0)
			good = read_switch(value, &w->federation);
		else if (strcmp(name, "discovery") == 0)
			good = read_switch(value, &w->discovery);
		else if (strcmp(name, "observe") == 0)
			good = read_switch(value, &w->observe);
		else
			return story_complain(s, "no setting is called \"%s\"", name);
		if (!good)
			return story_complain(s, "%s cannot be \"%s\"", name, value);
	}
	return true;
}

static bool read_domain(struct story *s, struct domain *out)
{
	const char *word = story_next(s);

	if (!word || !domain_parse(out, word, strlen(word)))
		return story_complain(s, "a domain is missing or no domain: \"%s\"", word ? word : "");
	return true;
}

static bool read_text(struct story *s, char *out, size_t size)
{
	const char *word = story_next(s);

	if (!word || strlen(word) >= size)
		return story_complain(s, "a name is missing or too long");
	strcpy(out, word);
	return true;
}

static bool read_rate(struct story *s, struct rate *out)
{
	const char *word = story_next(s);

	return (word && rate_parse(out, word)) || story_complain(s, "\"%s\" is no rate", word ? word : "");
}

static bool is_full(struct story *s, size_t count)
{
	return count == WORLD_MOST && !story_complain(s, "a story has %d of these at most", WORLD_MOST);
}

static bool tell_local(struct story *s)
{
	struct world *w = &s->world;

	return !is_full(s, w->local_count) && read_domain(s, &w->locals[w->local_count]) && ++w->local_count;
}

static bool tell_block(struct story *s)
{
	struct world *w = &s->world;

	return !is_full(s, w->block_count) && read_domain(s, &w->blocks[w->block_count].domain) && ++w->block_count;
}

static bool tell_allow(struct story *s)
{
	struct world *w = &s->world;
	struct allow allow = { .observe = false };
	bool good = !is_full(s, w->allow_count) && read_domain(s, &allow.domain);

	while (good && s->words[s->word]) {
		if (story_takes(s, "edge"))
			good = read_domain(s, &allow.edge);
		else if (story_takes(s, "rate"))
			good = read_rate(s, &allow.rate);
		else if (story_takes(s, "provider"))
			good = read_text(s, allow.provider, sizeof allow.provider);
		else if (story_takes(s, "observed"))
			allow.observe = true;
		else
			good = story_complain(s, "an allow entry has no \"%s\"", s->words[s->word]);
	}
	if (good)
		w->allows[w->allow_count++] = allow;
	return good;
}

static bool read_tenant(struct story *s, struct provider *p, struct domain *tenants)
{
	if (story_takes(s, "any"))
		return p->any_domain = true;
	return !is_full(s, p->domain_count) && read_domain(s, &tenants[p->domain_count]) && ++p->domain_count;
}

static bool tell_provider(struct story *s)
{
	struct world *w = &s->world;
	struct provider p = { .max_tenants = 1000, .rate = { 400, 1000000 }, .distinct_uris = 20000 };
	bool good = !is_full(s, w->provider_count) && read_text(s, p.name, sizeof p.name);

	while (good && s->words[s->word]) {
		if (story_takes(s, "edge"))
			good = read_domain(s, &p.edge);
		else if (story_takes(s, "for"))
			good = read_tenant(s, &p, w->tenants[w->provider_count]);
		else if (story_takes(s, "rate"))
			good = read_rate(s, &p.rate);
		else if (story_takes(s, "distinct-uris"))
			good = s->words[s->word] && read_count(story_next(s), &p.distinct_uris);
		else
			good = story_complain(s, "a provider has no \"%s\"", s->words[s->word]);
	}
	if (good)
		w->providers[w->provider_count++] = p;
	return good;
}

static bool tell_certificate(struct story *s)
{
	struct world *w = &s->world;
	struct certificate *c = &w->certificates[w->certificate_count];
	struct domain organisation;

	if (is_full(s, w->certificate_count) || !read_text(s, c->label, sizeof c->label) ||
	    !story_takes(s, "of") || !read_domain(s, &organisation))
		return story_complain(s, "a certificate reads: certificate LABEL of ORGANISATION NAME...");
	c->peer.count = 0;
	for (const char *word = story_next(s); word; word = story_next(s)) {
		struct certname *name = &c->names[c->peer.count];

		if (is_full(s, c->peer.count) || !certname_parse(name, word, strlen(word)))
			return story_complain(s, "\"%s\" is no name of a certificate", word);
		name->organisation = organisation;
		c->peer.count++;
	}
	c->peer.names = c->names;
	w->certificate_count++;
	return true;
}

bool law_tell(struct story *s, const char *statement)
{
	static const struct {
		const char *word;
		bool (*tell)(struct story *);
	} statements[] = {
		{ "policy", tell_policy }, { "local", tell_local }, { "allow", tell_allow },
		{ "block", tell_block }, { "provider", tell_provider }, { "certificate", tell_certificate },
	};

	s->stale = true;
	for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
		if (strcmp(statements[i].word, statement) == 0)
			return statements[i].tell(s);
	return story_complain(s, "no line begins with \"%s\"", statement);
}
