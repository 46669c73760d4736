/* The head of a message: its lines, and whether they are those of a sound one. */
#include "frame_parts.h"

#include <strings.h>

#define LENGTH_DIGITS_MAX 10

/* What is known of the lines so far. */
struct tally {
	unsigned lines, commas;    /* lines as they come, folded ones too: that is what the parser walks over */
	unsigned seen[FRAME_MAX_FORWARDS + 1];
	uint16_t content_length;   /* index of its line */
	bool broken;               /* a line is no header line */
};

static enum frame_header header_of(const char *name, size_t length)
{
#define HEADER(name, header) { name, sizeof name - 1, header }
	static const struct { const char *name; size_t length; enum frame_header header; } headers[] = {
		HEADER("v", FRAME_VIA), HEADER("Via", FRAME_VIA), HEADER("f", FRAME_FROM), HEADER("From", FRAME_FROM),
		HEADER("t", FRAME_TO), HEADER("To", FRAME_TO), HEADER("i", FRAME_CALL_ID), HEADER("Call-ID", FRAME_CALL_ID),
		HEADER("CSeq", FRAME_CSEQ), HEADER("l", FRAME_CONTENT_LENGTH), HEADER("Content-Length", FRAME_CONTENT_LENGTH),
		HEADER("Route", FRAME_ROUTE), HEADER("Record-Route", FRAME_RECORD_ROUTE), HEADER("Max-Forwards", FRAME_MAX_FORWARDS),
	};
#undef HEADER

	for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
		if (headers[i].length == length && !strncasecmp(headers[i].name, name, length))
			return headers[i].header;
	return FRAME_OTHER;
}

static void note_first(uint16_t *index, uint16_t here)
{
	if (*index == UINT16_MAX)
		*index = here;
}

static void note_line(struct frame *f, struct tally *tally, enum frame_header header)
{
	uint16_t here = (uint16_t)(f->lines - 1);

	tally->seen[header]++;
	switch (header) {
	case FRAME_VIA:
		note_first(&f->via, here);
		break;
	case FRAME_FROM:
		note_first(&f->from, here);
		break;
	case FRAME_TO:
		note_first(&f->to, here);
		break;
	case FRAME_CALL_ID:
		note_first(&f->call_id, here);
		break;
	case FRAME_CSEQ:
		note_first(&f->cseq, here);
		break;
	case FRAME_CONTENT_LENGTH:
		note_first(&tally->content_length, here);
		break;
	case FRAME_ROUTE:
		f->routed = true;
		break;
	case FRAME_OTHER:
	case FRAME_RECORD_ROUTE:
	case FRAME_MAX_FORWARDS:
		break;
	}
}

/* One header with its folds, from `at` to its CRLF at `end`. */
static void read_line(struct frame *f, struct tally *tally, size_t at, size_t end)
{
	size_t name = span(f->octets, at, end, is_token);
	size_t colon = span(f->octets, name, end, is_blank);
	enum frame_header header;

	if (name == at || colon == end || f->octets[colon] != ':') {
		tally->broken = true;
		return;
	}
	if (f->lines == FRAME_LINES_ROOM)
		return;
	header = header_of(f->octets + at, name - at);
	f->line[f->lines++] = (struct frame_line) {
		.at = (uint32_t)at, .length = (uint32_t)(end - at),
		.value = (uint32_t)span(f->octets, colon + 1, end, is_space),
		.header = (uint8_t)header, .name_length = (uint8_t)(name - at < UINT8_MAX ? name - at : UINT8_MAX),
	};
	note_line(f, tally, header);
}

static void count_line(const struct frame *f, struct tally *tally, size_t at, size_t end)
{
	tally->lines++;
	for (const char *p = f->octets + at; (p = memchr(p, ',', (size_t)(f->octets + end - p))); p++)
		tally->commas++;
}

/* Every line in front of `end`. A line counts when it is seen that no fold follows it. */
static void read_lines(struct frame *f, struct tally *tally, size_t at, size_t end)
{
	size_t start = at;
	const char *lf;

	while (at < end && (lf = memchr(f->octets + at, '\n', end - at))) {
		size_t next = (size_t)(lf - f->octets) + 1;

		count_line(f, tally, at, next);
		at = next;
		if (at == end)
			return;
		if (is_blank(f->octets[at]))
			continue;
		read_line(f, tally, start, next - 2);
		start = at;
		if (f->octets[at] == '\r')
			return;
	}
}

/* --- what the lines say --- */

const char *frame_value(const struct frame *f, uint16_t index, size_t *length)
{
	const struct frame_line *line = &f->line[index];
	size_t end = line->at + line->length;

	while (end > line->value && is_space(f->octets[end - 1]))
		end--;
	*length = end - line->value;
	return f->octets + line->value;
}

bool frame_line_is(const struct frame *f, uint16_t index, const char *name)
{
	const struct frame_line *line = &f->line[index];

	return strlen(name) == line->name_length && !strncasecmp(f->octets + line->at, name, line->name_length);
}

/* False: not a length that everybody would read alike. */
static bool read_length(const struct frame *f, uint16_t index, uint64_t *out)
{
	const struct frame_line *line = &f->line[index];
	size_t length;
	const char *value = frame_value(f, index, &length);

	if (memchr(f->octets + line->at, '\n', line->length))
		return false;
	if (length == 0 || length > LENGTH_DIGITS_MAX || span(value, 0, length, is_digit) != length)
		return false;
	*out = 0;
	for (size_t i = 0; i < length; i++)
		*out = *out * 10 + (uint64_t)(value[i] - '0');
	return true;
}

/* A number below 2^32, blanks, a method: that of the request. */
static bool cseq_is_good(const struct frame *f)
{
	size_t length, number, method;
	const char *value = frame_value(f, f->cseq, &length);
	uint64_t sequence = 0;

	number = span(value, 0, length, is_digit);
	method = span(value, number, length, is_space);
	if (number == 0 || number > LENGTH_DIGITS_MAX || method == number || method == length)
		return false;
	for (size_t i = 0; i < number; i++)
		sequence = sequence * 10 + (uint64_t)(value[i] - '0');
	if (sequence > UINT32_MAX || span(value, method, length, is_token) != length)
		return false;
	return !f->request || (length - method == f->method_length && !memcmp(value + method, f->octets, f->method_length));
}

static bool lines_are_good(const struct frame *f, const struct tally *tally, unsigned times)
{
	static const enum frame_header once[] = {
		FRAME_FROM, FRAME_TO, FRAME_CALL_ID, FRAME_CSEQ, FRAME_CONTENT_LENGTH
	};

	if (tally->broken || tally->lines > times * FRAME_LINES_MAX || tally->commas > times * FRAME_COMMAS_MAX)
		return false;
	for (size_t i = 0; i < sizeof once / sizeof once[0]; i++)
		if (tally->seen[once[i]] != 1)
			return false;
	return tally->seen[FRAME_VIA] && tally->seen[FRAME_MAX_FORWARDS] <= 1 && cseq_is_good(f);
}

static bool is_answerable(const struct frame *f, const struct tally *tally)
{
	return f->request && f->method != METHOD_ACK && tally->seen[FRAME_VIA]
	    && tally->seen[FRAME_FROM] == 1 && tally->seen[FRAME_TO] == 1
	    && tally->seen[FRAME_CALL_ID] == 1 && tally->seen[FRAME_CSEQ] == 1;
}

/* --- a head, whole or not --- */

/* All of out but the lines, which are as many as `lines` says. */
static void clear(struct frame *out, const char *octets, size_t size)
{
	memset(out, 0, offsetof(struct frame, line));
	out->octets = octets;
	out->size = size;
	out->via = out->from = out->to = out->call_id = out->cseq = UINT16_MAX;
}

/* Reads the first `size` octets as a head. Answers what its first line is worth. */
static enum reason read_octets(struct frame *f, struct tally *tally, const char *octets, size_t size)
{
	const char *lf = memchr(octets, '\n', size);
	enum reason fault;

	*tally = (struct tally){ 0 };
	tally->content_length = UINT16_MAX;
	clear(f, octets, size);
	if (!lf)
		return REASON_MALFORMED;
	fault = frame_read_first(f, (size_t)(lf - octets) - 1);
	read_lines(f, tally, (size_t)(lf - octets) + 1, size);
	f->answerable = is_answerable(f, tally);
	return fault;
}

enum reason frame_read_head(struct frame *f, const struct frame_limits *limits, const char *octets,
    size_t size, uint64_t *body)
{
	struct tally tally;
	enum reason fault = read_octets(f, &tally, octets, size);

	f->head = size;
	if (tally.seen[FRAME_CONTENT_LENGTH] != 1 || !read_length(f, tally.content_length, body)) {
		*body = FRAME_NO_LENGTH;
		return REASON_MALFORMED;
	}
	if (fault == REASON_MALFORMED || !lines_are_good(f, &tally, limits->inside ? 2 : 1))
		return REASON_MALFORMED;
	return *body > limits->max_body ? REASON_TOO_LARGE : fault;
}

void frame_read_rest(struct frame *f, const char *octets, size_t size)
{
	struct tally tally;

	read_octets(f, &tally, octets, size);
}
