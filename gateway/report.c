#include "report.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../policy/alloc.h"

struct line {
	struct store_row row;  /* its texts are in `texts` */
	char texts[];
};

/* A heap until it is sorted: the first is the one that gives way to a worse one. */
struct report {
	enum report_order order;
	size_t most, count;
	struct line **lines;   /* owned, as are they */
	uint64_t more;
};

struct report *report_new(enum report_order order, size_t most)
{
	struct report *r = alloc_zero(1, sizeof *r);

	r->order = order;
	r->most = most;
	r->lines = alloc_zero(most, sizeof *r->lines);
	return r;
}

void report_void(struct report *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->lines[i]);
	r->count = 0;
	r->more = 0;
}

void report_free(struct report *r)
{
	if (!r)
		return;
	report_void(r);
	free(r->lines);
	free(r);
}

/* --- which is worse --- */

static int rank(const struct store_row *row)
{
	if (row->class == CLASS_WATCHED)
		return 4;
	if (row->class == CLASS_SUSPICIOUS)
		return 3;
	return !row->limited_by ? 0 : row->limited_by == REASON_PACED ? 1 : 2;
}

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Above 0: a comes before b. */
static int before(enum report_order order, const struct store_row *a, const struct store_row *b)
{
	char a_key[PARTNER_KEY_MAX], b_key[PARTNER_KEY_MAX];
	int found = 0;

	if (order == REPORT_WORST) {
		found = compare(rank(a), rank(b));
		if (!found)
			found = compare((int64_t)a->counts.verdicts[VERDICT_REFUSE], (int64_t)b->counts.verdicts[VERDICT_REFUSE]);
		if (!found)
			found = compare(report_since_us(a), report_since_us(b));
	}
	if (!found)
		found = compare(a->seen_us, b->seen_us);
	if (found)
		return found;
	partner_key(&a->partner, a_key);
	partner_key(&b->partner, b_key);
	return strcmp(b_key, a_key);
}

static bool gives_way(const struct report *r, size_t a, size_t b)
{
	return before(r->order, &r->lines[a]->row, &r->lines[b]->row) < 0;
}

static void swap(struct report *r, size_t a, size_t b)
{
	struct line *spare = r->lines[a];

	r->lines[a] = r->lines[b];
	r->lines[b] = spare;
}

static void sift_up(struct report *r, size_t i)
{
	for (; i > 0 && gives_way(r, i, (i - 1) / 2); i = (i - 1) / 2)
		swap(r, i, (i - 1) / 2);
}

static void sift_down(struct report *r)
{
	size_t i = 0, child;

	while ((child = 2 * i + 1) < r->count) {
		if (child + 1 < r->count && gives_way(r, child + 1, child))
			child++;
		if (!gives_way(r, child, i))
			return;
		swap(r, i, child);
		i = child;
	}
}

/* --- taking --- */

static size_t length_of(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static void keep(const char **text, char **room)
{
	size_t length = length_of(*text);

	if (!length)
		return;
	memcpy(*room, *text, length);
	*text = *room;
	*room += length;
}

static struct line *copy(const struct store_row *row)
{
	size_t size = length_of(row->subject) + length_of(row->issuer) + length_of(row->serial);
	struct line *line;
	char *room;

	for (size_t i = 0; i < row->source_count; i++)
		size += length_of(row->sources[i]);
	for (size_t i = 0; i < row->edge_count; i++)
		size += length_of(row->edges[i]);
	line = alloc_zero(1, sizeof *line + size);
	line->row = *row;
	room = line->texts;
	keep(&line->row.subject, &room);
	keep(&line->row.issuer, &room);
	keep(&line->row.serial, &room);
	for (size_t i = 0; i < row->source_count; i++)
		keep(&line->row.sources[i], &room);
	for (size_t i = 0; i < row->edge_count; i++)
		keep(&line->row.edges[i], &room);
	return line;
}

void report_take(struct report *r, const struct store_row *row)
{
	if (r->count < r->most) {
		r->lines[r->count] = copy(row);
		sift_up(r, r->count++);
		return;
	}
	r->more++;
	if (before(r->order, row, &r->lines[0]->row) <= 0)
		return;
	free(r->lines[0]);
	r->lines[0] = copy(row);
	sift_down(r);
}

void report_pass(struct report *r, uint64_t more)
{
	r->more += more;
}

/* --- reading --- */

static int worst_first(const void *a, const void *b)
{
	return before(REPORT_WORST, &(*(struct line *const *)b)->row, &(*(struct line *const *)a)->row);
}

static int latest_first(const void *a, const void *b)
{
	return before(REPORT_LATEST, &(*(struct line *const *)b)->row, &(*(struct line *const *)a)->row);
}

void report_sort(struct report *r)
{
	qsort(r->lines, r->count, sizeof *r->lines, r->order == REPORT_WORST ? worst_first : latest_first);
}

size_t report_count(const struct report *r)
{
	return r->count;
}

const struct store_row *report_at(const struct report *r, size_t i)
{
	return &r->lines[i]->row;
}

uint64_t report_more(const struct report *r)
{
	return r->more;
}

/* --- what a row says --- */

enum reason report_reason(const struct store_row *row)
{
	if (row->class == CLASS_WATCHED)
		return REASON_WATCH_LIST;
	return row->class == CLASS_SUSPICIOUS ? REASON_RATE_SUSPICIOUS : row->limited_by;
}

int64_t report_since_us(const struct store_row *row)
{
	return row->since_us ? row->since_us : row->limited_by ? row->limited_since_us : 0;
}

/* --- the law --- */

struct rate report_rate(const struct ruleset *law, const struct partner *partner, bool suspicious)
{
	const struct limits *limits = ruleset_limits(law);
	const struct allow *allow;
	const struct provider *provider;

	switch (partner->kind) {
	case PARTNER_ALLOWED:
		allow = ruleset_find_ordered_allow(law, partner->domain.text);
		if (!allow)
			allow = ruleset_find_allow(law, partner->domain.text);
		return allow ? allow->rate : (struct rate){ 0 };
	case PARTNER_PROVIDER:
		provider = ruleset_find_provider(law, partner->provider);
		return provider ? provider->rate : (struct rate){ 0 };
	default:
		return suspicious ? limits->suspicious_rate : limits->rate;
	}
}

uint32_t report_distinct_uris(const struct ruleset *law, const struct store_row *row)
{
	const struct provider *provider;

	if (row->class != CLASS_WATCHED || row->distinct_uris)
		return row->distinct_uris;
	provider = row->partner.kind == PARTNER_PROVIDER ? ruleset_find_provider(law, row->partner.provider) : NULL;
	return provider ? provider->distinct_uris : ruleset_limits(law)->distinct_uris;
}

/* --- names --- */

/* As partner_key would spell it; people write capitals. */
static void spell_key(char key[PARTNER_KEY_MAX], char kind, const char *name)
{
	const char *slash = strchr(name, '/'), *domain = slash ? slash + 1 : name;
	struct domain d;

	key[0] = kind;
	strcpy(key + 1, name);
	if ((slash || kind == 'd' || kind == 'a') && domain_parse(&d, domain, strlen(domain)))
		strcpy(key + 1 + (domain - name), d.text);
}

size_t report_names(struct partner out[REPORT_NAMES_MAX], const char *name)
{
	char key[PARTNER_KEY_MAX];
	size_t count = 0;

	if (strlen(name) >= PARTNER_TEXT_MAX)
		return 0;
	for (const char *kind = "datpn"; *kind; kind++) {
		spell_key(key, *kind, name);
		count += partner_from_key(&out[count], key, strlen(key));
	}
	return count;
}

static bool is_same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static bool has_part(const char *part, const char *name)
{
	size_t length = strlen(part);

	while (*name && strncasecmp(name, part, length) != 0)
		name++;
	return *name || !length;
}

bool report_matches(const char *pattern, const char *name)
{
	const char *star = NULL, *from = NULL;

	if (!strpbrk(pattern, "*?"))
		return has_part(pattern, name);
	while (*name) {
		if (*pattern == '*') {
			star = pattern++;
			from = name;
		} else if (*pattern == '?' || is_same(*pattern, *name)) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star + 1;
			name = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}
