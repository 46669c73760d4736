/* The values of fedgate.conf that are no plain kind: lists of addresses, domains,
 * keys and header names. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../policy/alloc.h"
#include "conf_parts.h"

#define KEYS_MAX 16

bool counted(struct reader *reader, config_setting_t *array, int least, int most)
{
	int count = config_setting_length(array);

	if (!config_setting_is_array(array) || (count >= least && count <= most))
		return true;
	complain_at(reader, array, "%d elements: from %d to %d can be here", count, least, most);
	return false;
}

/* A reload takes an open listener over for each address: none may be there twice. */
static bool listed(const struct addresses *addresses, const struct address *address)
{
	for (size_t i = 0; i < addresses->count; i++)
		if (address_same_host(&addresses->list[i], address)
		    && address_port(&addresses->list[i]) == address_port(address))
			return true;
	return false;
}

static void add_address(struct reader *reader, config_setting_t *at, const char *text, void *arg)
{
	struct addresses *addresses = arg;
	struct address address;

	if (!address_parse(&address, text)) {
		complain_at(reader, at, "an address is numeric and has a port, as in \"192.0.2.1:5061\" or \"[2001:db8::1]:5061\"");
		return;
	}
	if (listed(addresses, &address)) {
		complain_at(reader, at, "this address is on the list already: leave one out");
		return;
	}
	addresses->list = alloc_resize(addresses->list, addresses->count + 1, sizeof(*addresses->list));
	addresses->list[addresses->count++] = address;
}

void conf_read_addresses(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	struct addresses *addresses = field;

	addresses->place = setting_place(reader, at);
	if (counted(reader, at, row->required, LISTEN_MAX))
		texts_read(reader, at, add_address, addresses);
}

void conf_read_address(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	struct addresses *addresses = field;
	const char *text = setting_text(reader, at);

	(void)row;
	addresses->place = setting_place(reader, at);
	if (text && *text)
		add_address(reader, at, text, addresses);
}

static void add_domain(struct reader *reader, config_setting_t *at, const char *text, void *arg)
{
	struct conf *conf = arg;
	struct domain domain;

	(void)text;
	if (!setting_domain(reader, at, &domain))
		return;
	conf->edge.domains = alloc_resize(conf->edge.domains, conf->edge.domain_count + 1, sizeof(domain));
	conf->edge.domains[conf->edge.domain_count++] = domain;
}

void conf_read_domains(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	(void)row;
	if (counted(reader, at, 1, 10000))
		texts_read(reader, at, add_domain, field);
}

static void add_name(struct reader *reader, config_setting_t *at, const char *text, void *arg)
{
	struct domain domain;

	(void)text;
	if (setting_domain(reader, at, &domain))
		texts_add(arg, domain.text);
}

void conf_read_names(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	(void)row;
	texts_read(reader, at, add_name, field);
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *found = c ? strchr(digits, c | 0x20) : NULL;

	return found && (c >= 'A' || c <= '9') ? (int)(found - digits) : -1;
}

/* Exactly 64 digits. */
static bool key_parse(struct route_key *key, const char *text, size_t length)
{
	if (length != 2 * sizeof(key->octets))
		return false;
	for (size_t i = 0; i < length; i += 2) {
		int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);

		if (high < 0 || low < 0)
			return false;
		key->octets[i / 2] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool key_from_file(struct reader *reader, config_setting_t *at, const char *written,
    struct route_key *key)
{
	char *path = path_from(reader->directory, written);
	char text[80];
	FILE *file = path_readable(path) ? fopen(path, "re") : NULL;
	size_t length = 0;
	bool good = false;

	if (!file) {
		complain_at(reader, at, "%s: name a file that can be read", errno ? strerror(errno) : "not a regular file");
	} else {
		length = fread(text, 1, sizeof(text), file);
		fclose(file);
		if (length && text[length - 1] == '\n')
			length--;
		good = key_parse(key, text, length);
		if (!good)
			complain_at(reader, at, "no key is in this file: write 64 hex digits into it, as `openssl rand -hex 32` makes them");
	}
	explicit_bzero(text, sizeof(text));
	free(path);
	return good;
}

/* A key that is wrong is a key nearly right: complaints do not show it. */
static void add_route_key(struct reader *reader, config_setting_t *at, const char *text, void *arg)
{
	struct conf *conf = arg;
	struct route_key key;

	if (strncmp(text, "file:", 5) == 0) {
		if (!key_from_file(reader, at, text + 5, &key))
			return;
	} else if (!key_parse(&key, text, strlen(text))) {
		complain(reader->complaints, reader->file, setting_place(reader, at).line,
		    "edge.route-keys: this is no key: write 64 hex digits, as `openssl rand -hex 32` makes them, or \"file:PATH\"");
		return;
	}
	conf->edge.route_keys = alloc_resize(conf->edge.route_keys, conf->edge.route_key_count + 1, sizeof(key));
	conf->edge.route_keys[conf->edge.route_key_count++] = key;
	explicit_bzero(&key, sizeof(key));
}

void conf_read_route_keys(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	(void)row;
	if (counted(reader, at, 0, KEYS_MAX))
		texts_read(reader, at, add_route_key, field);
}

/* Headers with two names, and those without which a message finds no way, or no way back. */
static const struct header_name {
	const char *name, *compact; /* NULL: it has none */
	bool needed;
} header_names[] = {
	{ "Via", "v", true }, { "Route", NULL, true }, { "Record-Route", NULL, true }, { "From", "f", true },
	{ "To", "t", true }, { "Call-ID", "i", true }, { "CSeq", NULL, true }, { "Max-Forwards", NULL, true },
	{ "Content-Length", "l", true }, { "Contact", "m", true }, { "Content-Type", "c", true },
	{ "Require", NULL, true }, { "Proxy-Require", NULL, true },
	{ "Accept-Contact", "a", false }, { "Allow-Events", "u", false }, { "Content-Encoding", "e", false },
	{ "Event", "o", false }, { "Identity", "y", false }, { "Identity-Info", "n", false },
	{ "Refer-To", "r", false }, { "Referred-By", "b", false }, { "Reject-Contact", "j", false },
	{ "Request-Disposition", "d", false }, { "Session-Expires", "x", false }, { "Subject", "s", false },
	{ "Supported", "k", false },
};

/* By either name; NULL: it has only one, and may go. */
static const struct header_name *header_find(const char *name)
{
	for (size_t i = 0; i < sizeof(header_names) / sizeof(header_names[0]); i++)
		if (strcasecmp(name, header_names[i].name) == 0
		    || (header_names[i].compact && strcasecmp(name, header_names[i].compact) == 0))
			return &header_names[i];
	return NULL;
}

/* RFC 3261 section 25.1. */
static bool is_token(const char *text)
{
	return *text && text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-.!%*_+`'~")] == '\0';
}

static void add_header(struct reader *reader, config_setting_t *at, const char *text, void *arg)
{
	const struct header_name *known = header_find(text);

	if (!is_token(text)) {
		complain_at(reader, at, "the name of a header is one word, as in \"P-Asserted-Identity\"");
	} else if (!known) {
		texts_add(arg, text);
	} else if (known->needed) {
		complain_at(reader, at, "a message does not get through without %s: leave it off this list", known->name);
	} else { /* whichever the sender writes */
		texts_add(arg, known->name);
		texts_add(arg, known->compact);
	}
}

void conf_read_headers(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	(void)row;
	texts_clear(field); /* of the default */
	if (counted(reader, at, 0, 64))
		texts_read(reader, at, add_header, field);
}
