/* The next hops: where accepted traffic goes, as SIP URIs. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sofia-sip/url.h>

#include "../policy/alloc.h"
#include "conf_parts.h"

static const struct setting hop_rows[] = {
	{ "uri", KIND_TEXT, .required = true, .field = offsetof(struct hop_conf, uri),
	    .example = "\"sips:director1.example.com\"" },
	{ "priority", KIND_COUNT, .field = offsetof(struct hop_conf, priority), .least = "1", .most = "65535",
	    .fallback = "1" },
	{ "weight", KIND_COUNT, .field = offsetof(struct hop_conf, weight), .least = "1", .most = "65535",
	    .fallback = "1" },
	{ "name", KIND_NAME, .field = offsetof(struct hop_conf, name) },
};
const struct table conf_hop_table = TABLE(hop_rows);

static void hop_clear(struct hop_conf *hop)
{
	table_clear(&conf_hop_table, hop);
	free(hop->host);
}

void conf_clear_hops(struct conf *conf)
{
	for (size_t i = 0; i < conf->internal.hop_count; i++)
		hop_clear(&conf->internal.hops[i]);
	free(conf->internal.hops);
	conf->internal.hops = NULL;
	conf->internal.hop_count = 0;
}

/* NULL: good. Else what is wrong, and the remedy. */
static const char *read_shape(const url_t *url)
{
	if (url->url_type != url_sip && url->url_type != url_sips)
		return "a next hop is a SIP URI: write sips:HOST or sip:HOST:PORT;transport=tls";
	if (url->url_user || url->url_password)
		return "a next hop is a host, not a user: leave out what stands before the @";
	if (url->url_headers || url->url_path || url->url_fragment || url->url_root)
		return "only host, port and transport can be here: leave out the rest";
	return NULL;
}

static const char *read_transport(struct hop_conf *hop, const url_t *url)
{
	const char *params = url->url_params;

	hop->transport = TRANSPORT_TLS;
	if (!params)
		return url->url_type == url_sips ? NULL
		    : "it does not say how: write sips: for TLS, or add ;transport=tcp for a hop on loopback";
	if (strcasecmp(params, "transport=tls") == 0)
		return NULL;
	if (strcasecmp(params, "transport=tcp") != 0)
		return "the one parameter here is ;transport=tls or ;transport=tcp: leave out others";
	if (url->url_type == url_sips)
		return "sips: is TLS: leave ;transport=tcp out";
	hop->transport = TRANSPORT_TCP;
	return NULL;
}

/* Lower case without brackets, a domain or an address. */
static const char *read_host(struct hop_conf *hop, const url_t *url, bool *numeric)
{
	static const char *const wrong = "the host is neither a domain nor an address: write sips:HOST, as in sips:director1.example.com";
	const char *host = url->url_host ? url->url_host : "";
	size_t length = strlen(host);
	struct address address;
	struct domain domain;

	*numeric = false;
	if (domain_parse(&domain, host, length)) {
		hop->host = alloc_text(domain.text);
		return NULL;
	}
	if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
		hop->host = alloc_text(host + 1);
		hop->host[length - 2] = '\0';
	} else if (!strchr(host, ':')) {
		hop->host = alloc_text(host);
	}
	*numeric = hop->host && address_make(&address, hop->host, 0);
	if (!*numeric)
		return wrong;
	if (hop->transport == TRANSPORT_TCP && !address_loopback(&address))
		return "plain TCP goes to a loopback address only: write sips: or ;transport=tls";
	return NULL;
}

static const char *read_port(struct hop_conf *hop, const url_t *url)
{
	const char *port = url->url_port;
	size_t length;

	hop->port = hop->transport == TRANSPORT_TLS ? 5061 : 5060;
	if (!port)
		return NULL;
	length = strspn(port, "0123456789");
	if (length > 0 && length <= 5 && port[length] == '\0') {
		hop->port = (unsigned)strtoul(port, NULL, 10);
		if (hop->port >= 1 && hop->port <= 65535)
			return NULL;
	}
	return "a port is 1 to 65535";
}

static const char *read_uri(struct hop_conf *hop, const url_t *url)
{
	bool numeric = false;
	const char *wrong = read_shape(url);

	if (!wrong)
		wrong = read_transport(hop, url);
	if (!wrong)
		wrong = read_host(hop, url, &numeric);
	if (!wrong)
		wrong = read_port(hop, url);
	if (wrong)
		return wrong;
	if (hop->transport == TRANSPORT_TCP)
		return numeric ? NULL : "plain TCP goes to a loopback address only: write sips: or ;transport=tls";
	if (!*hop->name) {
		if (numeric)
			return "an address is in no certificate: add name = \"...\", what the certificate of the hop proves";
		free(hop->name);
		hop->name = alloc_text(hop->host);
	}
	return NULL;
}

static void add_hop(struct reader *reader, config_setting_t *entry, void *arg)
{
	struct conf *conf = arg;
	struct hop_conf hop = { .place = setting_place(reader, entry) };
	size_t before = reader->complaints->count;
	const char *wrong;
	su_home_t *home;
	url_t *url;

	table_defaults(&conf_hop_table, &hop);
	table_read(reader, &conf_hop_table, "", entry, &hop);
	if (!*hop.uri) {
		hop_clear(&hop);
		return;
	}
	home = su_home_new(sizeof(*home));
	url = home ? url_make(home, hop.uri) : NULL;
	wrong = url ? read_uri(&hop, url) : "a next hop is a SIP URI: write sips:HOST or sip:HOST:PORT;transport=tls";
	su_home_unref(home);
	if (wrong)
		complain_at(reader, entry, "%s", wrong);
	if (reader->complaints->count != before) {
		hop_clear(&hop);
		return;
	}
	conf->internal.hops = alloc_resize(conf->internal.hops, conf->internal.hop_count + 1, sizeof(hop));
	conf->internal.hops[conf->internal.hop_count++] = hop;
}

void conf_read_hops(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	int count = config_setting_length(at);

	(void)row;
	if (config_setting_is_list(at) && (count < 1 || count > HOPS_MAX))
		complain_at(reader, at, "%d next hops: from 1 to %d can be here", count, HOPS_MAX);
	else
		list_read(reader, at, add_hop, field);
}
