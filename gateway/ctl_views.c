/* The tables: which keys of an answer are shown, in which order, under which title, as what. What decides stands first. */
#include <string.h>

#include "ctl_view.h"

#define COLUMNS(columns) columns, sizeof(columns) / sizeof((columns)[0])
#define VIEW(command, sections) { command, sections, sizeof(sections) / sizeof((sections)[0]) }

/* A partner: in report, partners, watch, and alone. */
static const struct column partner_columns[] = {
	/* key                  title         shown as     sorts */
	{ "partner",             "partner",     SHOW_TEXT,   'p' },
	{ "class",               "class",       SHOW_WORD,   'c' },
	{ "since",               "since",       SHOW_WHEN,   's' },
	{ "reason",              "reason",      SHOW_TEXT,   'y' },
	{ "rate",                "rate",        SHOW_RATE,   'r' },
	{ "rate_limit",          "limit",       SHOW_RATE,   'l' },
	{ "distinct_uris",       "uris",        SHOW_NUMBER, 'u' },
	{ "failures",            "failed",      SHOW_NUMBER, 'f' },
	{ "successes",           "ok",          SHOW_NUMBER, 'o' },
	{ "failure_share",       "share",       SHOW_SHARE,  'a' },
	{ "refused",             "refused",     SHOW_NUMBER, 'x' },
	{ "observed",            "observed",    SHOW_NUMBER, 0 },
	{ "delayed",             "delayed",     SHOW_NUMBER, 'd' },
	{ "forwarded",           "forwarded",   SHOW_NUMBER, 'g' },
	{ "release_at",          "released",    SHOW_WHEN,   't' },
	{ "edges",               "edges",       SHOW_TEXT,   0 },
	{ "sources",             "sources",     SHOW_TEXT,   0 },
	{ "certificate.subject", "certificate", SHOW_TEXT,   0 },
	{ "certificate.issuer",  "issuer",      SHOW_TEXT,   0 },
	{ "certificate.serial",  "serial",      SHOW_TEXT,   0 },
	{ "observe",             "observe",     SHOW_FLAG,   0 },
	{ "last_seen",           "last seen",   SHOW_WHEN,   0 },
};

static const struct column refusal_columns[] = {
	{ "time",    "time",    SHOW_WHEN, 0 },
	{ "reason",  "reason",  SHOW_TEXT, 0 },
	{ "rule",    "rule",    SHOW_TEXT, 0 },
	{ "method",  "method",  SHOW_TEXT, 0 },
	{ "source",  "source",  SHOW_TEXT, 0 },
	{ "edge",    "edge",    SHOW_TEXT, 0 },
	{ "call_id", "call-id", SHOW_TEXT, 0 },
};

static const struct column decision_columns[] = {
	{ "list",         "decision",     SHOW_TEXT, 0 },
	{ "domain",       "domain",       SHOW_TEXT, 0 },
	{ "since",        "since",        SHOW_WHEN, 0 },
	{ "until",        "until",        SHOW_WHEN, 0 },
	{ "who",          "by",           SHOW_TEXT, 0 },
	{ "edge",         "at",           SHOW_TEXT, 0 },
	{ "comment",      "comment",      SHOW_TEXT, 0 },
	{ "overruled_by", "overruled by", SHOW_TEXT, 0 },
};

/* A list of texts. */
static const struct column text_columns[] = {
	{ "", NULL, SHOW_TEXT, 0 },
};

static const struct section report_sections[] = {
	{ "partners", LAYOUT_GRID, NULL, "no partner is suspicious, watched or limited", COLUMNS(partner_columns) },
	{ "notes", LAYOUT_LINE, "", NULL, COLUMNS(text_columns) },
};

static const struct section partners_sections[] = {
	{ "partners", LAYOUT_GRID, NULL, "no such partner was seen in the last hour", COLUMNS(partner_columns) },
	{ "notes", LAYOUT_LINE, "", NULL, COLUMNS(text_columns) },
};

static const struct section partner_sections[] = {
	{ NULL, LAYOUT_FIELDS, NULL, NULL, COLUMNS(partner_columns) },
	{ "refusals", LAYOUT_GRID, "the last refusals", NULL, COLUMNS(refusal_columns) },
	{ "decisions", LAYOUT_GRID, "decisions of operators", NULL, COLUMNS(decision_columns) },
	{ "others", LAYOUT_GRID, "others of this name", NULL, COLUMNS(partner_columns) },
	{ "notes", LAYOUT_LINE, "", NULL, COLUMNS(text_columns) },
};

static const struct section decisions_sections[] = {
	{ "decisions", LAYOUT_GRID, NULL, "no decision of an operator holds", COLUMNS(decision_columns) },
};

static const struct column verdict_columns[] = {
	{ "verdict",     "verdict",     SHOW_WORD, 0 },
	{ "status",      "status",      SHOW_TEXT, 0 },
	{ "reason",      "reason",      SHOW_TEXT, 0 },
	{ "rule",        "rule",        SHOW_TEXT, 0 },
	{ "partner",     "partner",     SHOW_TEXT, 0 },
	{ "class",       "class",       SHOW_WORD, 0 },
	{ "verified_by", "verified by", SHOW_TEXT, 0 },
	{ "observe",     "observed only", SHOW_FLAG, 0 },
};

static const struct column ladder_columns[] = {
	{ "row",     "row",     SHOW_NUMBER, 0 },
	{ "test",    "test",    SHOW_TEXT,   0 },
	{ "outcome", "outcome", SHOW_WORD,   0 },
	{ "detail",  "detail",  SHOW_TEXT,   0 },
};

static const struct column remedy_columns[] = {
	{ "remedy",    "to change it",  SHOW_TEXT, 0 },
	{ "direction", "direction",     SHOW_TEXT, 0 },
	{ "source",    "source",        SHOW_TEXT, 0 },
	{ "method",    "method",        SHOW_TEXT, 0 },
	{ "names",     "certificate",   SHOW_TEXT, 0 },
	{ "other_peers", "or with --peer", SHOW_TEXT, 0 },
	{ "connected", "connected now", SHOW_FLAG, 0 },
	{ "store",     "readings from", SHOW_TEXT, 0 },
	{ "whole_pool", "all edges asked", SHOW_FLAG, 0 },
};

/* What was, and how the same would fare now. */
static const struct section explain_sections[] = {
	{ "refusals", LAYOUT_GRID, NULL, NULL, COLUMNS(refusal_columns) },
	{ NULL, LAYOUT_FIELDS, "now", NULL, COLUMNS(verdict_columns) },
	{ "ladder", LAYOUT_GRID, "", NULL, COLUMNS(ladder_columns) },
	{ NULL, LAYOUT_FIELDS, "", NULL, COLUMNS(remedy_columns) },
};

static const struct column status_columns[] = {
	{ "edge",                     "edge",           SHOW_TEXT, 0 },
	{ "state",                    "state",          SHOW_WORD, 0 },
	{ "version",                  "version",        SHOW_TEXT, 0 },
	{ "started",                  "started",        SHOW_WHEN, 0 },
	{ "store.kind",               "store",          SHOW_TEXT, 0 },
	{ "store.state",              "its state",      SHOW_WORD, 0 },
	{ "store.trouble",            "what is wrong",  SHOW_TEXT, 0 },
	{ "store.since",              "since",          SHOW_WHEN, 0 },
	{ "store.address",            "address",        SHOW_TEXT, 0 },
	{ "store.partners",           "partners",       SHOW_TEXT, 0 },
	{ "store.restricted",         "restricted",     SHOW_TEXT, 0 },
	{ "store.edges",              "edges heard of", SHOW_TEXT, 0 },
	{ "store.other_policies",     "other policies", SHOW_TEXT, 0 },
	{ "policy.file",              "policy",         SHOW_TEXT, 0 },
	{ "policy.digest",            "its digest",     SHOW_TEXT, 0 },
	{ "policy.loaded",            "loaded",         SHOW_WHEN, 0 },
	{ "policy.allows",            "allow entries",  SHOW_TEXT, 0 },
	{ "policy.blocks",            "block entries",  SHOW_TEXT, 0 },
	{ "policy.providers",         "providers",      SHOW_TEXT, 0 },
	{ "connections",              "connections",    SHOW_TEXT, 0 },
	{ "connections_by",           "of them",        SHOW_TEXT, 0 },
	{ "pending",                  "pending",        SHOW_TEXT, 0 },
	{ "longest_turn",             "longest turn",   SHOW_SPAN, 0 },
};

static const struct column listener_columns[] = {
	{ "side",    "listener", SHOW_TEXT, 0 },
	{ "address", "address",  SHOW_TEXT, 0 },
	{ "tls",     "tls",      SHOW_FLAG, 0 },
	{ "open",    "open",     SHOW_FLAG, 0 },
};

static const struct column hop_columns[] = {
	{ "uri",      "next hop", SHOW_TEXT,   0 },
	{ "up",       "up",       SHOW_FLAG,   0 },
	{ "pending",  "pending",  SHOW_NUMBER, 0 },
	{ "priority", "priority", SHOW_NUMBER, 0 },
	{ "weight",   "weight",   SHOW_NUMBER, 0 },
};

static const struct column total_columns[] = {
	{ "verdict", "verdict", SHOW_WORD,   0 },
	{ "reason",  "reason",  SHOW_TEXT,   0 },
	{ "count",   "count",   SHOW_NUMBER, 0 },
};

static const struct section status_sections[] = {
	{ NULL, LAYOUT_FIELDS, NULL, NULL, COLUMNS(status_columns) },
	{ "listeners", LAYOUT_GRID, "", NULL, COLUMNS(listener_columns) },
	{ "next_hops", LAYOUT_GRID, "", NULL, COLUMNS(hop_columns) },
	{ "totals", LAYOUT_GRID, "", NULL, COLUMNS(total_columns) },
};

static const struct column edge_columns[] = {
	{ "edge",          "edge",       SHOW_TEXT, 0 },
	{ "address",       "address",    SHOW_TEXT, 0 },
	{ "version",       "version",    SHOW_TEXT, 0 },
	{ "policy_digest", "policy",     SHOW_TEXT, 0 },
	{ "same_policy",   "the same",   SHOW_FLAG, 0 },
	{ "last_heard",    "last heard", SHOW_WHEN, 0 },
};

static const struct section edges_sections[] = {
	{ "edges", LAYOUT_GRID, NULL, "this edge is no pool's", COLUMNS(edge_columns) },
};

static const struct column suggestion_columns[] = {
	{ "line",     NULL, SHOW_TEXT, 0 },
	{ "list",     NULL, SHOW_TEXT, 0 },
	{ "partner",  NULL, SHOW_TEXT, 0 },
	{ "evidence", NULL, SHOW_TEXT, 0 },
};

static const struct section suggest_sections[] = {
	{ "suggestions", LAYOUT_PASTE, NULL, "nobody runs into limits enough to suggest a line", COLUMNS(suggestion_columns) },
};

static const struct column done_columns[] = {
	{ "what", NULL, SHOW_TEXT, 0 },
};

static const struct section done_sections[] = {
	{ NULL, LAYOUT_FIELDS, NULL, NULL, COLUMNS(done_columns) },
	{ "complaints", LAYOUT_LINE, NULL, NULL, COLUMNS(text_columns) },
};

static const struct column trial_columns[] = {
	{ "policy.file",       "candidate",                        SHOW_TEXT, 0 },
	{ "policy.digest",     "its digest",                       SHOW_TEXT, 0 },
	{ "edge",              "edge",                             SHOW_TEXT, 0 },
	{ "running",           "running",                          SHOW_FLAG, 0 },
	{ "since",             "since",                            SHOW_WHEN, 0 },
	{ "until",             "until",                            SHOW_WHEN, 0 },
	{ "judged",            "requests judged",                  SHOW_TEXT, 0 },
	{ "same",              "alike",                            SHOW_TEXT, 0 },
	{ "newly_refused",     "refused that the law lets through", SHOW_TEXT, 0 },
	{ "newly_let_through", "let through that the law refuses", SHOW_TEXT, 0 },
};

static const struct column trial_total_columns[] = {
	{ "verdict",   "verdict",   SHOW_WORD,   0 },
	{ "reason",    "reason",    SHOW_TEXT,   0 },
	{ "observe",   "observed",  SHOW_FLAG,   0 },
	{ "law",       "law",       SHOW_NUMBER, 0 },
	{ "candidate", "candidate", SHOW_NUMBER, 0 },
};

static const struct column trial_row_columns[] = {
	{ "partner",           "partner",   SHOW_TEXT,   0 },
	{ "law.verdict",       "law",       SHOW_WORD,   0 },
	{ "law.reason",        "",          SHOW_TEXT,   0 },
	{ "law.observe",       "observed",  SHOW_FLAG,   0 },
	{ "candidate.verdict", "candidate", SHOW_WORD,   0 },
	{ "candidate.reason",  "",          SHOW_TEXT,   0 },
	{ "candidate.observe", "observed",  SHOW_FLAG,   0 },
	{ "count",             "count",     SHOW_NUMBER, 0 },
	{ "candidate.rule",    "rule",      SHOW_TEXT,   0 },
};

static const struct section trial_sections[] = {
	{ NULL, LAYOUT_FIELDS, NULL, NULL, COLUMNS(done_columns) },
	{ "complaints", LAYOUT_LINE, NULL, NULL, COLUMNS(text_columns) },
	{ NULL, LAYOUT_FIELDS, NULL, NULL, COLUMNS(trial_columns) },
	{ "totals", LAYOUT_GRID, "", NULL, COLUMNS(trial_total_columns) },
	{ "partners", LAYOUT_GRID, "", NULL, COLUMNS(trial_row_columns) },
};

/* A line of the decision log. */
static const struct column log_columns[] = {
	{ "lost",    "lost:",  SHOW_TEXT, 0 },
	{ "time",    NULL,     SHOW_TIME, 0 },
	{ "edge",    NULL,     SHOW_TEXT, 0 },
	{ "event",   NULL,     SHOW_WORD, 0 },
	{ "decision", NULL,    SHOW_TEXT, 0 },
	{ "partner", NULL,     SHOW_TEXT, 0 },
	{ "who",     "by",     SHOW_TEXT, 0 },
	{ "at",      "at",     SHOW_TEXT, 0 },
	{ "until",   "until",  SHOW_TEXT, 0 },
	{ "comment", NULL,     SHOW_TEXT, 0 },
	{ "before",  "was",    SHOW_WORD, 0 },
	{ "class",   "now",    SHOW_WORD, 0 },
	{ "reason",  NULL,     SHOW_TEXT, 0 },
	{ "rule",    NULL,     SHOW_TEXT, 0 },
	{ "method",  NULL,     SHOW_TEXT, 0 },
	{ "source",  "source", SHOW_TEXT, 0 },
	{ "peer",    "peer",   SHOW_TEXT, 0 },
	{ "address", "from",   SHOW_TEXT, 0 },
	{ "target",  "to",     SHOW_TEXT, 0 },
	{ "call_id", "call",   SHOW_TEXT, 0 },
	{ "count",   "times",  SHOW_TEXT, 0 },
	{ "observe", "only observed:", SHOW_FLAG, 0 },
	{ "asked",   "asked",  SHOW_TEXT, 0 },
	{ "done",    "done",   SHOW_FLAG, 0 },
	{ "why",     NULL,     SHOW_TEXT, 0 },
	{ "what",    NULL,     SHOW_TEXT, 0 },
};

static const struct section log_sections[] = {
	{ NULL, LAYOUT_LINE, NULL, NULL, COLUMNS(log_columns) },
};

/* What is traced, then each message, with its lines below. */
static const struct column trace_columns[] = {
	{ "lost",        "lost:",        SHOW_TEXT, 0 },
	{ "partner",     NULL,           SHOW_TEXT, 0 },
	{ "for",         "for",          SHOW_SPAN, 0 },
	{ "connections", "connections:", SHOW_TEXT, 0 },
	{ "time",        NULL,           SHOW_TIME, 0 },
	{ "direction",   NULL,           SHOW_WORD, 0 },
	{ "address",     NULL,           SHOW_TEXT, 0 },
	{ "fault",       "fault:",       SHOW_TEXT, 0 },
	{ "body",        "octets of body:", SHOW_TEXT, 0 },
};

static const struct column octets_columns[] = {
	{ "", "   ", SHOW_TEXT, 0 },
};

static const struct section trace_sections[] = {
	{ NULL, LAYOUT_LINE, NULL, NULL, COLUMNS(trace_columns) },
	{ "lines", LAYOUT_LINE, NULL, NULL, COLUMNS(octets_columns) },
};

/* Above the rows of `watch`. */
static const struct column watch_columns[] = {
	{ "edge",        NULL,      SHOW_TEXT, 0 },
	{ "store.kind",  "store",   SHOW_TEXT, 0 },
	{ "store.state", NULL,      SHOW_WORD, 0 },
	{ "time",        NULL,      SHOW_TIME, 0 },
};

static const struct column sum_columns[] = {
	{ "sums.rows",             "listed",         SHOW_TEXT, 0 },
	{ "more",                  "not listed",     SHOW_TEXT, 0 },
	{ "sums.class.watched",    "watched",        SHOW_TEXT, 0 },
	{ "sums.class.suspicious", "suspicious",     SHOW_TEXT, 0 },
	{ "sums.rate",             "rate",           SHOW_RATE, 0 },
	{ "sums.distinct_uris",    "uris",           SHOW_TEXT, 0 },
	{ "sums.failures",         "failed",         SHOW_TEXT, 0 },
	{ "sums.refused",          "refused",        SHOW_TEXT, 0 },
	{ "sums.delayed",          "delayed",        SHOW_TEXT, 0 },
	{ "sums.forwarded",        "forwarded",      SHOW_TEXT, 0 },
};

static const struct section watch_sections[] = {
	{ NULL, LAYOUT_LINE, NULL, NULL, COLUMNS(watch_columns) },
	{ NULL, LAYOUT_LINE, NULL, NULL, COLUMNS(sum_columns) },
};

static const struct view views[] = {
	VIEW("report", report_sections),
	VIEW("partners", partners_sections),
	VIEW("partner", partner_sections),
	VIEW("decisions", decisions_sections),
	VIEW("explain", explain_sections),
	VIEW("status", status_sections),
	VIEW("edges", edges_sections),
	VIEW("suggest", suggest_sections),
	VIEW("allow", done_sections),
	VIEW("block", done_sections),
	VIEW("release", done_sections),
	VIEW("unallow", done_sections),
	VIEW("unblock", done_sections),
	VIEW("reload", done_sections),
	VIEW("drain", done_sections),
	VIEW("try-policy", trial_sections),
	VIEW("log", log_sections),
	VIEW("trace", trace_sections),
	VIEW("watch", watch_sections),
};

const struct view *view_of(const char *command)
{
	static const struct view unknown = { NULL, NULL, 0 };

	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (strcmp(views[i].command, command) == 0)
			return &views[i];
	return &unknown;
}

bool view_is_lines(const struct view *view)
{
	return view->count && !view->sections[0].list && view->sections[0].layout == LAYOUT_LINE;
}

const struct section *view_grid(const char *command)
{
	const struct view *view = view_of(command);

	for (size_t i = 0; i < view->count; i++)
		if (view->sections[i].layout == LAYOUT_GRID)
			return &view->sections[i];
	return NULL;
}
