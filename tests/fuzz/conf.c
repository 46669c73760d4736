/* fedgate.conf: any text is either complained of or a configuration that can be run with. */
#include <stdlib.h>
#include <string.h>

#include "../../gateway/conf.h"
#include "fuzz.h"

static bool is_name(const char *text)
{
	struct domain d;

	return domain_parse(&d, text, strlen(text));
}

static void times_are_sane(const struct conf *c)
{
	const int64_t times[] = {
		c->federation.handshake_timeout_us, c->messages.read_timeout_us, c->messages.write_timeout_us, c->messages.idle_timeout_us,
		c->messages.answer_timeout_us, c->messages.ring_timeout_us, c->messages.drain_timeout_us, c->dns.wait_us,
	};

	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
		LAW(times[i] >= 1000 && times[i] <= INT64_C(24) * 3600 * 1000000, "no time-out is nothing or for ever");
}

static void bounds_hold(const struct conf *c)
{
	LAW(c->federation.max_connections && c->federation.max_per_address && c->federation.max_per_partner, "somebody may connect");
	LAW(c->messages.max_head >= 1024 && c->messages.max_head <= 1024 * 1024 && c->messages.max_body <= 64 * 1024 * 1024, "messages are bounded");
	LAW(c->messages.max_pending && c->messages.max_held >= 64 * 1024 && c->store.max_partners, "something may be in flight");
	LAW(c->store.kind == STORE_MEMORY || (c->store.kind == STORE_REDIS && c->store.redis.server_count > 0), "a pool has a store");
	LAW(c->store.redis.edges <= 1000, "a pool is so large at most");
}

static void hops_are_sane(const struct conf *c)
{
	LAW(c->internal.hop_count > 0, "there is a next hop");
	for (size_t i = 0; i < c->internal.hop_count; i++) {
		const struct hop_conf *hop = &c->internal.hops[i];
		struct address address;

		LAW(hop->port > 0 && hop->port < 65536 && hop->priority > 0 && hop->weight > 0, "a next hop has a port, a priority and a weight");
		LAW(is_name(hop->host) || address_make(&address, hop->host, 1), "a next hop has a name or an address");
		LAW(hop->transport == TRANSPORT_TCP || *hop->name, "a next hop over TLS has a name to prove");
	}
}

static void names_are_names(const struct conf *c)
{
	LAW(is_name(c->edge.name) && is_name(c->federation.name) && is_name(c->internal.record_route), "what stands in Via is a name");
	LAW(c->edge.domain_count > 0, "there is a local domain");
	for (size_t i = 0; i < c->edge.domain_count; i++)
		LAW(c->edge.domains[i].length > 0, "a local domain is a domain");
	LAW(c->federation.listen.count > 0, "partners can come in");
	LAW(*c->federation.tls.certificate && *c->federation.tls.key && *c->federation.tls.ca, "partners are asked for a certificate");
	for (size_t i = 0; i < c->border.remove.count; i++)
		LAW(*c->border.remove.list[i] && !strpbrk(c->border.remove.list[i], " \t\r\n:"), "a header has a name");
	LAW(!strpbrk(c->border.user_agent, "\r\n"), "no text of ours breaks a header line");
}

static struct conf *read_text(const void *octets, size_t size)
{
	struct complaints complaints;
	struct fuzz_file file;
	struct conf *conf;
	char text[64];

	fuzz_file_make(&file, octets, size);
	complaints_init(&complaints);
	conf = conf_read(file.path, &complaints);
	LAW((conf == NULL) == (complaints.count > 0), "either a configuration or complaints");
	for (size_t i = 0; i < complaints.count; i++)
		LAW(strstr(complaints.lines[i], ": ") != NULL, "a complaint says where and what");
	conf_peek(file.path, "dns.resolver", text, sizeof text);
	if (conf && strlen(conf->dns.resolver) < sizeof text)
		LAW(!strcmp(text, conf->dns.resolver), "who looks in first sees the same");
	complaints_clear(&complaints);
	fuzz_file_clear(&file);
	return conf;
}

static void no_configuration_with_an_unreadable_line(const uint8_t *octets, size_t size)
{
	static const char line[] = "no-such-word = 1;\n";
	char *text = malloc(size + sizeof line);

	if (!text)
		abort();
	memcpy(text, line, sizeof line - 1);
	memcpy(text + sizeof line - 1, octets, size);
	LAW(!read_text(text, size + sizeof line - 1), "no configuration has a line that cannot be read");
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	struct conf *conf = read_text(octets, size);

	if (!conf)
		return 0;
	names_are_names(conf);
	hops_are_sane(conf);
	times_are_sane(conf);
	bounds_hold(conf);
	conf_free(conf);
	no_configuration_with_an_unreadable_line(octets, size);
	return 0;
}
