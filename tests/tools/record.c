/* The log of the internal server: one JSON object a line for each message. */
#include "nexthop.h"

#include <string.h>

/* Headers that have a member of their own, or need none. */
static const char *const known[] = { "Via", "Route", "Record-Route", "From", "To", "Call-ID", "CSeq",
	"Max-Forwards", "Content-Length" };

static void put_string(struct text *to, struct slice s)
{
	size_t plain = 0;

	text_put(to, "\"");
	for (size_t i = 0; i < s.length; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if (c >= ' ' && c < 127 && c != '"' && c != '\\')
			continue;
		text_add(to, (struct slice){ s.at + plain, i - plain });
		/* Octets beyond ASCII are told as octets, whatever they mean. */
		text_print(to, "\\u%04x", c);
		plain = i + 1;
	}
	text_add(to, slice_from(s, plain));
	text_put(to, "\"");
}

static void put_header(struct text *to, const char *key, const struct sip *m, const char *name)
{
	struct slice value;

	text_put(to, key);
	if (sip_header(m, name, &value))
		put_string(to, value);
	else
		text_put(to, "null");
}

static void put_list(struct text *to, const char *key, const struct sip *m, const char *name)
{
	struct sip_walk walk = sip_walk(m, name);
	struct slice value;
	bool first = true;

	text_put(to, key);
	while (sip_next(&walk, &value)) {
		text_put(to, first ? "" : ",");
		put_string(to, value);
		first = false;
	}
	text_put(to, "]");
}

static void put_number(struct text *to, const char *key, const struct sip *m, const char *name)
{
	struct slice value;
	long number = sip_header(m, name, &value) ? slice_number(value) : -1;

	if (number < 0)
		text_print(to, "%snull", key);
	else
		text_print(to, "%s%ld", key, number);
}

static void put_other_names(struct text *to, const struct sip *m)
{
	struct slice lines = m->head, name, value;
	bool first = true;

	text_put(to, ",\"headers\":[");
	while (sip_next_header(&lines, &name, &value)) {
		size_t i = 0;

		while (i < sizeof known / sizeof known[0] && !sip_named(name, known[i]))
			i++;
		if (i < sizeof known / sizeof known[0])
			continue;
		text_put(to, first ? "" : ",");
		put_string(to, name);
		first = false;
	}
	text_put(to, "]");
}

/* Our To tag ends in the status of the answer that it came with: so the ACK of
 * a refused INVITE, which limits do not count, is known from that of a call. */
static void put_acknowledged(struct text *to, const struct sip *m)
{
	struct slice value, tag;
	long status;

	sip_header(m, "To", &value);
	if (!slice_is(m->method, "ACK") || !sip_parameter(value, "tag", &tag) || tag.length < 4)
		return;
	status = slice_number(slice_from(tag, tag.length - 3));
	if (tag.at[tag.length - 4] == '.' && status > 0)
		text_print(to, ",\"acknowledges\":%ld", status);
}

void record(struct hop *h, const struct peer *peer, const struct sip *m, int64_t time_us)
{
	struct text *to = &h->log_line;

	if (h->log == NULL)
		return;
	text_reset(to);
	text_print(to, "{\"time_us\":%lld,\"connection\":%u", (long long)time_us, peer->number);
	if (m->kind == SIP_RESPONSE)
		text_print(to, ",\"status\":%d", m->status);
	text_put(to, m->kind == SIP_RESPONSE ? ",\"answers\":" : ",\"method\":");
	put_string(to, m->method);
	if (m->kind == SIP_REQUEST) {
		text_put(to, ",\"request_uri\":");
		put_string(to, m->uri);
	}
	put_header(to, ",\"from\":", m, "From");
	put_header(to, ",\"to\":", m, "To");
	put_header(to, ",\"call_id\":", m, "Call-ID");
	put_header(to, ",\"cseq\":", m, "CSeq");
	put_list(to, ",\"vias\":[", m, "Via");
	put_list(to, ",\"routes\":[", m, "Route");
	put_list(to, ",\"record_routes\":[", m, "Record-Route");
	put_number(to, ",\"max_forwards\":", m, "Max-Forwards");
	put_number(to, ",\"content_length\":", m, "Content-Length");
	put_acknowledged(to, m);
	put_other_names(to, m);
	if (h->raw) {
		text_put(to, ",\"raw\":");
		put_string(to, m->whole);
	}
	text_put(to, "}\n");
	fwrite(to->bytes, 1, to->length, h->log);
}
