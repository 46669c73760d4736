/* The words of explain, four lines: what a person at the console, or somebody who has his socket, may ask. No word
 * gets out of the place in the message that it is for, and nobody is verified by a name that was not said. */
#include <stdlib.h>
#include <string.h>

#include "../../gateway/suppose.h"
#include "../../policy/ladder.h"
#include "world.h"

static const char *word(struct fuzz_input *in)
{
	size_t length;
	const char *text = fuzz_until(in, '\n', &length);
	char *copy = fuzz_text(text, length);

	if (length > 0 && !memchr(text, '\0', length))
		return copy;
	free(copy);
	return NULL;
}

static void is_sound(const struct world *w, const struct supposed *s, const struct supposition *words)
{
	struct domain source = s->facts.source;
	struct ladder_case c = { w->traffic.law, &s->peer, &s->facts, NULL, NULL };
	struct entry entry;
	struct ladder l;

	LAW(s->peer.count <= TLS_NAMES_MAX && s->peer.names == s->names, "the names are its own");
	LAW(words->to || !s->facts.has_target, "without a Request-URI nothing is counted");
	LAW(!s->facts.proven, "nobody makes up a proof");
	LAW(!source.length || strchr(words->from, '%') || strcasestr(words->from, source.text), "the source stands in From");
	match(&entry, w->traffic.law, &s->peer, &s->facts, PROOF_NONE);
	LAW(entry.proof == PROOF_NONE || !ruleset_is_local(w->traffic.law, &source), "nobody outside speaks for a local domain");
	c.entry = &entry;
	ladder_walk(&l, &c);
	LAW(l.row >= 1 && l.row <= LADDER_ROWS && l.reason == judge(&s->facts, &entry, NULL), "the ladder is the judge's");
	for (int row = 0; row < LADDER_ROWS; row++)
		for (const char *at = l.rungs[row].detail; *at; at++)
			LAW(*at >= 0x20 && *at <= 0x7e, "a detail is printable ASCII");
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	struct fuzz_input in = { octets, size };
	struct world *w = world_begin(PEER_CONTOSO);
	struct supposition words = { .from = word(&in) };
	struct supposed s;
	char why[200] = "";

	words.to = word(&in);
	words.method = word(&in);
	words.peer = word(&in);
	if (words.from && suppose(&s, &w->traffic, &words, why, sizeof why)) {
		is_sound(w, &s, &words);
		supposed_clear(&s);
	} else if (words.from) {
		LAW(strncmp(why, "--", 2) == 0, "what is refused is named");
	}
	free((char *)words.from);
	free((char *)words.to);
	free((char *)words.method);
	free((char *)words.peer);
	world_end(w);
	return 0;
}
