/* A record by anybody: what is read from it is in its bounds, and a candidate judges it as it would a message. */
#include <stdlib.h>
#include <string.h>

#include "../../gateway/candidate.h"
#include "../../gateway/recording.h"
#include "../../gateway/tls.h"
#include "fuzz.h"

#define LATEST (INT64_MAX / 2)

static struct ruleset *law(void)
{
	struct domain any = fuzz_domain("tenant.example");
	struct allow allow = { .domain = fuzz_domain("allowed.example"), .rate = { 5, 1000000 }, .observe = true };
	struct block block = { .domain = fuzz_domain("blocked.example") };
	struct provider provider = { .name = "uc", .edge = fuzz_domain("edge.uc.example"), .domains = &any, .domain_count = 1,
		.max_tenants = 2, .rate = { 50, 1000000 }, .distinct_uris = 5 };
	struct domain local = fuzz_domain("example.com");
	struct ruleset *out = ruleset_new();
	struct place where;

	ruleset_add_allow(out, &allow, &where);
	ruleset_add_block(out, &block, &where);
	ruleset_add_provider(out, &provider, &where);
	ruleset_add_local(out, &local);
	LAW(!ruleset_seal(out), "our own law is one");
	return out;
}

static void on_wrong(void *arg, uint64_t line, const char *what)
{
	uint64_t *last = arg;

	LAW(line > *last, "each line is complained of once, in order");
	LAW(what && *what, "a complaint says something");
	*last = line;
}

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~' || *text == '"' || *text == '\\')
			return false;
	return true;
}

static void check_judged(const struct sight *s)
{
	struct domain d;

	LAW(s->number && s->connection && s->reason > REASON_NONE && s->reason < REASONS, "a judgement is of a request, and has a reason");
	LAW(s->partner[0] && is_plain(s->partner) && strlen(s->partner) < PARTNER_TEXT_MAX, "a partner's name can be shown");
	LAW(s->peer->count <= TLS_NAMES_MAX, "a certificate has so many names at most");
	for (size_t i = 0; i < s->peer->count; i++)
		LAW(domain_parse(&d, s->peer->names[i].domain.text, s->peer->names[i].domain.length), "each of them is a name");
	LAW(!s->facts->source.length || domain_parse(&d, s->facts->source.text, s->facts->source.length), "a source is a domain");
	LAW(s->dns == PROOF_NONE || s->dns == PROOF_UNKNOWN || s->dns == PROOF_DNS, "DNS says one of three things");
	LAW(s->wait_us >= 0 && s->method_length <= 64, "nobody waits for less than no time");
}

static void judge_all(struct recording *r, struct candidate *c)
{
	uint64_t judged = 0;
	struct recorded_line line;
	enum recorded what;

	while ((what = recording_next(r, &line)) != RECORDED_END) {
		LAW(what != RECORDED_UNREADABLE, "a file in memory can be read");
		LAW(line.at_us > 0 && line.at_us < LATEST, "a time is one that can be reckoned with");
		if (what == RECORDED_JUDGED) {
			check_judged(&line.judged);
			candidate_judged(c, &line.judged);
			judged++;
		} else if (what == RECORDED_ANSWERED) {
			candidate_answered(c, &line.answered);
		} else if (what == RECORDED_BEGIN) {
			LAW(line.max_partners && line.domain_count <= RECORD_DOMAINS_MAX, "an edge begins with what it is");
		}
	}
	LAW(candidate_trial(c)->judged == judged, "each judgement is judged again");
	LAW(recording_bad(r) <= recording_lines(r), "no line is bad twice");
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	struct candidate *c = candidate_new(law(), 100, 64);
	struct fuzz_file file;
	struct recording *r;
	json_t *object = json_object();
	uint64_t last = 0;

	fuzz_file_make(&file, octets, size);
	r = recording_open(file.path, on_wrong, &last);
	LAW(r, "a file in memory can be opened");
	judge_all(r, c);
	trial_describe(candidate_trial(c), object);
	json_decref(object);
	recording_close(r);
	candidate_free(c);
	fuzz_file_clear(&file);
	return 0;
}
