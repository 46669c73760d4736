/* What the files mean once read. What is refused, and how, is in tests/conf. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../gateway/conf.h"
#include "unit.h"

/* A directory with the files that the configuration names; gone after sweep. */
struct desk {
	char directory[40], conf[60], policy[60], any[60];
	struct complaints complaints;
};

static void put(const char *path, const char *text, size_t length)
{
	FILE *file = fopen(path, "we");

	if (!file || fwrite(text, 1, length, file) != length || fclose(file) != 0)
		abort();
}

static void lay(struct desk *desk, const char *conf, const char *policy)
{
	strcpy(desk->directory, "/tmp/conf_test.XXXXXX");
	if (!mkdtemp(desk->directory))
		abort();
	snprintf(desk->conf, sizeof(desk->conf), "%s/fedgate.conf", desk->directory);
	snprintf(desk->policy, sizeof(desk->policy), "%s/policy.conf", desk->directory);
	snprintf(desk->any, sizeof(desk->any), "%s/any", desk->directory);
	put(desk->conf, conf, strlen(conf));
	put(desk->policy, policy, strlen(policy));
	put(desk->any, "", 0);
	complaints_init(&desk->complaints);
}

static void sweep(struct desk *desk)
{
	complaints_clear(&desk->complaints);
	unlink(desk->conf);
	unlink(desk->policy);
	unlink(desk->any);
	rmdir(desk->directory);
}

static void show(const struct desk *desk)
{
	for (size_t i = 0; i < desk->complaints.count; i++)
		fprintf(stderr, "%s\n", desk->complaints.lines[i]);
	CU_ASSERT_EQUAL(desk->complaints.count, 0);
}

#define FEDERATION "federation: { listen = [ \"127.0.0.1:0\" ]; certificate = \"any\"; key = \"any\"; ca = \"any\"; };\n"
#define LEAST "edge: { name = \"edge1.example.com\"; domains = [ \"Example.com\", \"example.org\" ]; };\n" \
	FEDERATION "policy = \"policy.conf\";\n"
#define HOP "internal: { next-hops = ( { uri = \"sip:127.0.0.1:5070;transport=tcp\"; } ); };\n"

/* The configuration, which is good. */
static struct conf *read_good(struct desk *desk, const char *text, const char *policy)
{
	struct conf *conf;

	lay(desk, text, policy);
	conf = conf_read(desk->conf, &desk->complaints);
	show(desk);
	CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
	return conf;
}

static void what_is_not_written_has_the_default(void)
{
	struct desk desk;
	struct conf *conf = read_good(&desk, LEAST HOP, "");

	CU_ASSERT_STRING_EQUAL(conf->path, desk.conf);
	CU_ASSERT_STRING_EQUAL(conf->edge.name, "edge1.example.com");
	CU_ASSERT_EQUAL(conf->edge.domain_count, 2);
	CU_ASSERT_STRING_EQUAL(conf->edge.domains[0].text, "example.com");
	CU_ASSERT_STRING_EQUAL(conf->edge.user, "");
	CU_ASSERT_EQUAL(conf->edge.route_key_count, 0);
	CU_ASSERT_EQUAL(conf->federation.listen.count, 1);
	CU_ASSERT_EQUAL(conf->federation.listen.place.line, 2);
	CU_ASSERT_STRING_EQUAL(conf->federation.tls.crl, "");
	CU_ASSERT_STRING_EQUAL(conf->federation.name, "edge1.example.com");
	CU_ASSERT_FALSE(conf->federation.reuse_port);
	CU_ASSERT_FALSE(conf->federation.private_addresses);
	CU_ASSERT_EQUAL(conf->federation.max_connections, 10000);
	CU_ASSERT_EQUAL(conf->federation.max_per_address, 64);
	CU_ASSERT_EQUAL(conf->federation.max_per_partner, 64);
	CU_ASSERT_EQUAL(conf->federation.handshake_timeout_us, 5000000);
	CU_ASSERT_EQUAL(conf->internal.listen.count, 0);
	CU_ASSERT_FALSE(conf->internal.plain);
	CU_ASSERT_STRING_EQUAL(conf->internal.record_route, "edge1.example.com");
	conf_free(conf);
	sweep(&desk);
}

static void groups_that_are_not_written_have_their_defaults(void)
{
	struct desk desk;
	struct conf *conf = read_good(&desk, LEAST HOP, "");

	CU_ASSERT_EQUAL(conf->messages.max_head, 65536);
	CU_ASSERT_EQUAL(conf->messages.max_body, 65536);
	CU_ASSERT_EQUAL(conf->messages.max_held, 64u << 20);
	CU_ASSERT_EQUAL(conf->messages.max_pending, 100000);
	CU_ASSERT_EQUAL(conf->messages.read_timeout_us, 10000000);
	CU_ASSERT_EQUAL(conf->messages.write_timeout_us, 30000000);
	CU_ASSERT_EQUAL(conf->messages.idle_timeout_us, 900000000);
	CU_ASSERT_EQUAL(conf->messages.answer_timeout_us, 32000000);
	CU_ASSERT_EQUAL(conf->messages.ring_timeout_us, 240000000);
	CU_ASSERT_EQUAL(conf->messages.drain_timeout_us, 5000000);
	CU_ASSERT_EQUAL(conf->border.remove.count, 3);
	CU_ASSERT_TRUE(conf->border.diagnostics);
	CU_ASSERT_STRING_EQUAL(conf->border.user_agent, "keep");
	CU_ASSERT_STRING_EQUAL(conf->dns.resolver, "");
	CU_ASSERT_EQUAL(conf->dns.wait_us, 3000000);
	CU_ASSERT_EQUAL(conf->store.kind, STORE_MEMORY);
	CU_ASSERT_STRING_EQUAL(conf->store.state_file, "/var/lib/fedgate/state");
	CU_ASSERT_EQUAL(conf->store.max_partners, 200000);
	CU_ASSERT_EQUAL(conf->store.redis.server_count, 0);
	CU_ASSERT_EQUAL(conf->store.redis.timeout_us, 50000);
	CU_ASSERT_STRING_EQUAL(conf->store.redis.password, "");
	CU_ASSERT_STRING_EQUAL(conf->console.socket, "/run/fedgate/console.sock");
	CU_ASSERT_STRING_EQUAL(conf->console.group, "fedgate");
	CU_ASSERT_EQUAL(conf->log.level, LOG_SET_INFO);
	CU_ASSERT_STRING_EQUAL(conf->log.decisions, "");
	CU_ASSERT_STRING_EQUAL(conf->policy, desk.policy);
	CU_ASSERT_STRING_EQUAL(conf->policy_written, "policy.conf");
	conf_free(conf);
	sweep(&desk);
}

static void what_is_written_is_what_is_read(void)
{
	struct desk desk;
	struct conf *conf = read_good(&desk, LEAST HOP
	    "border: { remove = []; diagnostics = false; user-agent = \"gate\"; };\n"
	    "store: { state-file = \"state\"; };\n"
	    "log: { level = \"error\"; decisions = \"/var/log/decisions\"; targets = true; };\n", "");

	CU_ASSERT_EQUAL(conf->border.remove.count, 0);
	CU_ASSERT_FALSE(conf->border.diagnostics);
	CU_ASSERT_STRING_EQUAL(conf->border.user_agent, "gate");
	CU_ASSERT_EQUAL(conf->log.level, LOG_SET_ERROR);
	CU_ASSERT_STRING_EQUAL(conf->log.decisions, "/var/log/decisions");
	CU_ASSERT_TRUE(conf->log.targets);
	CU_ASSERT_EQUAL(strncmp(conf->store.state_file, desk.directory, strlen(desk.directory)), 0);
	CU_ASSERT_STRING_EQUAL(conf->store.state_file + strlen(desk.directory), "/state");
	conf_free(conf);
	sweep(&desk);
}

static void a_next_hop_is_read_from_its_uri(void)
{
	struct desk desk;
	struct conf *conf = read_good(&desk, LEAST
	    "internal: { listen = [ \"127.0.0.1:5060\", \"[::1]:5060\" ]; ca = \"any\"; record-route = \"Inside.example.com\"; next-hops = (\n"
	    "  { uri = \"sips:Director1.example.com\"; },\n"
	    "  { uri = \"sip:192.0.2.7:5070;transport=TLS\"; name = \"pool.example.com\"; priority = 2; weight = 7; },\n"
	    "  { uri = \"sip:[::1];transport=tcp\"; } ); };\n", "");

	CU_ASSERT_TRUE(conf->internal.plain);
	CU_ASSERT_EQUAL(conf->internal.listen.count, 2);
	CU_ASSERT_STRING_EQUAL(conf->internal.record_route, "inside.example.com");
	CU_ASSERT_EQUAL_FATAL(conf->internal.hop_count, 3);
	CU_ASSERT_STRING_EQUAL(conf->internal.hops[0].uri, "sips:Director1.example.com");
	CU_ASSERT_STRING_EQUAL(conf->internal.hops[0].host, "director1.example.com");
	CU_ASSERT_STRING_EQUAL(conf->internal.hops[0].name, "director1.example.com");
	CU_ASSERT_EQUAL(conf->internal.hops[0].port, 5061);
	CU_ASSERT_EQUAL(conf->internal.hops[0].transport, TRANSPORT_TLS);
	CU_ASSERT_EQUAL(conf->internal.hops[0].priority, 1);
	CU_ASSERT_EQUAL(conf->internal.hops[0].weight, 1);
	CU_ASSERT_EQUAL(conf->internal.hops[0].place.line, 5);
	CU_ASSERT_STRING_EQUAL(conf->internal.hops[1].host, "192.0.2.7");
	CU_ASSERT_STRING_EQUAL(conf->internal.hops[1].name, "pool.example.com");
	CU_ASSERT_EQUAL(conf->internal.hops[1].port, 5070);
	CU_ASSERT_EQUAL(conf->internal.hops[1].transport, TRANSPORT_TLS);
	CU_ASSERT_EQUAL(conf->internal.hops[1].priority, 2);
	CU_ASSERT_EQUAL(conf->internal.hops[1].weight, 7);
	CU_ASSERT_STRING_EQUAL(conf->internal.hops[2].host, "::1");
	CU_ASSERT_STRING_EQUAL(conf->internal.hops[2].name, "");
	CU_ASSERT_EQUAL(conf->internal.hops[2].port, 5060);
	CU_ASSERT_EQUAL(conf->internal.hops[2].transport, TRANSPORT_TCP);
	conf_free(conf);
	sweep(&desk);
}

static void a_route_key_is_in_the_file_or_here(void)
{
	static const char digits[] = "000102030405060708090a0B0c0d0e0f101112131415161718191a1b1c1d1e1F\n";
	static const struct { size_t length; bool good; } rows[] = {
		{ 64, true }, { 65, true }, { 63, false }, { 0, false },
	};
	struct desk desk;
	struct conf *conf;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		lay(&desk, "edge: { name = \"e.example\"; domains = [ \"example.com\" ]; route-keys = [ \"file:any\",\n"
		    "\"ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100\" ]; };\n"
		    FEDERATION HOP "policy = \"policy.conf\";", "");
		put(desk.any, digits, rows[i].length);
		conf = conf_read(desk.conf, &desk.complaints);
		CU_ASSERT_EQUAL(conf != NULL, rows[i].good);
		CU_ASSERT_EQUAL(desk.complaints.count, rows[i].good ? 0 : 1);
		if (conf) {
			CU_ASSERT_EQUAL(conf->edge.route_key_count, 2);
			for (uint8_t octet = 0; octet < 32; octet++)
				CU_ASSERT_EQUAL(conf->edge.route_keys[0].octets[octet], octet);
			CU_ASSERT_EQUAL(conf->edge.route_keys[1].octets[31], 0);
			CU_ASSERT_EQUAL(conf->edge.route_keys[1].octets[0], 0xff);
		}
		conf_free(conf);
		sweep(&desk);
	}
}

#define REDIS(words) "edge: { name = \"e.example\"; domains = [ \"example.com\" ];\n" \
	"  route-keys = [ \"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\" ]; };\n" \
	FEDERATION HOP "policy = \"policy.conf\"; store: { kind = \"redis\"; " words " };\n"

static void a_redis_is_at_a_host_a_socket_or_known_by_sentinels(void)
{
	static const struct { const char *conf, *host; unsigned port; const char *path, *master; size_t count; } rows[] = {
		{ REDIS("address = \"Redis1.example.com:6379\";"), "redis1.example.com", 6379, "", "", 1 },
		{ REDIS("address = \"redis:1\";"), "redis", 1, "", "", 1 },
		{ REDIS("address = \"192.0.2.1:65535\";"), "192.0.2.1", 65535, "", "", 1 },
		{ REDIS("address = \"[2001:db8::1]:6379\";"), "2001:db8::1", 6379, "", "", 1 },
		{ REDIS("address = \"unix:/run/redis/redis.sock\";"), "", 0, "/run/redis/redis.sock", "", 1 },
		{ REDIS("sentinels = [ \"s1.example:26379\", \"[::1]:26379\" ]; master = \"fedgate\";"), "s1.example", 26379, "", "fedgate", 2 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct desk desk;
		struct conf *conf = read_good(&desk, rows[i].conf, "");
		const struct redis_conf *redis = &conf->store.redis;

		CU_ASSERT_EQUAL(conf->store.kind, STORE_REDIS);
		CU_ASSERT_EQUAL_FATAL(redis->server_count, rows[i].count);
		CU_ASSERT_STRING_EQUAL(redis->servers[0].host, rows[i].host);
		CU_ASSERT_EQUAL(redis->servers[0].port, rows[i].port);
		CU_ASSERT_STRING_EQUAL(redis->servers[0].path, rows[i].path);
		CU_ASSERT_STRING_EQUAL(redis->master, rows[i].master);
		conf_free(conf);
		sweep(&desk);
	}
}

static void a_password_is_the_first_line_of_its_file(void)
{
	static const struct { const char *text, *password; } rows[] = {
		{ "swordfish\n", "swordfish" }, { "swordfish", "swordfish" }, { " a b \r\nsecond\n", " a b " },
		{ "\nsecond\n", NULL }, { "", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct desk desk;
		struct conf *conf;

		lay(&desk, REDIS("address = \"redis:6379\"; user = \"fedgate\"; password-file = \"any\"; database = 3; edges = 4;"), "");
		put(desk.any, rows[i].text, strlen(rows[i].text));
		conf = conf_read(desk.conf, &desk.complaints);
		CU_ASSERT_EQUAL(conf != NULL, rows[i].password != NULL);
		if (conf) {
			CU_ASSERT_STRING_EQUAL(conf->store.redis.password, rows[i].password);
			CU_ASSERT_STRING_EQUAL(conf->store.redis.user, "fedgate");
			CU_ASSERT_EQUAL(conf->store.redis.database, 3);
			CU_ASSERT_EQUAL(conf->store.redis.edges, 4);
		}
		conf_free(conf);
		sweep(&desk);
	}
}

static struct ruleset *law_of(struct desk *desk, const char *policy)
{
	struct conf *conf = read_good(desk, LEAST HOP, policy);
	struct ruleset *law = conf_read_policy(conf->policy, conf, &desk->complaints);

	show(desk);
	CU_ASSERT_PTR_NOT_NULL_FATAL(law);
	conf_free(conf); /* the law needs it no more */
	return law;
}

static void switches_and_rates_know_their_lines(void)
{
	struct desk desk;
	struct ruleset *law = law_of(&desk, "federation: { discovery = false;\n observe = true; };\n"
	    "limits: { rate = \"300/5m\";\n max-delay = \"0s\"; refuse-status = 480; };\n");
	const struct limits *limits = ruleset_limits(law);
	struct place place;

	CU_ASSERT_TRUE(ruleset_enabled(law, &place));
	CU_ASSERT_PTR_NULL(place.file);
	CU_ASSERT_FALSE(ruleset_discovery(law, &place));
	CU_ASSERT_EQUAL(place.line, 1);
	CU_ASSERT_STRING_EQUAL(place.file, "policy.conf");
	CU_ASSERT_TRUE(ruleset_observe(law));
	CU_ASSERT_EQUAL(limits->rate.count, 300);
	CU_ASSERT_EQUAL(limits->rate.period_us, 300000000);
	CU_ASSERT_EQUAL(limits->rate_place.line, 3);
	CU_ASSERT_STRING_EQUAL(limits->rate_place.file, "policy.conf");
	CU_ASSERT_EQUAL(limits->suspicious_rate.count, 1);
	CU_ASSERT_PTR_NULL(limits->suspicious_place.file);
	CU_ASSERT_EQUAL(limits->max_delay_us, 0);
	CU_ASSERT_EQUAL(limits->refuse_status, 480);
	CU_ASSERT_EQUAL(limits->max_waiting, 64);
	ruleset_unref(law);
	sweep(&desk);
}

static void watch_list_and_suspicion_are_what_is_written(void)
{
	struct desk desk;
	struct ruleset *law = law_of(&desk, "limits: { suspicious-rate = \"2/s\"; };\n"
	    "watch-list: { window = \"1h\";\n distinct-uris = 7; blocks = \"new\"; };\n"
	    "suspicion: { failure-share = 0.25; min-responses = 3; hold = \"2h\"; };\n");
	const struct limits *limits = ruleset_limits(law);

	CU_ASSERT_EQUAL(limits->suspicious_rate.count, 2);
	CU_ASSERT_EQUAL(limits->suspicious_place.line, 1);
	CU_ASSERT_EQUAL(limits->distinct_uris, 7);
	CU_ASSERT_EQUAL(limits->watch_place.line, 3);
	CU_ASSERT_EQUAL(limits->watch_blocks, WATCH_BLOCKS_NEW);
	CU_ASSERT_EQUAL(limits->watch_window_us, 3600000000);
	CU_ASSERT_EQUAL(limits->watch_hold_us, 86400000000);
	CU_ASSERT_EQUAL(limits->min_responses, 3);
	CU_ASSERT(fabs(limits->failure_share - 0.25) < 1e-9);
	CU_ASSERT_EQUAL(limits->suspicion_hold_us, 7200000000);
	CU_ASSERT_EQUAL(limits->suspicion_window_us, 300000000);
	ruleset_unref(law);
	sweep(&desk);
}

static void entries_are_what_is_written(void)
{
	struct desk desk;
	struct ruleset *law = law_of(&desk,
	    "allow = ( { domain = \"Contoso.com\"; rate = \"200/s\"; observe = true; edge = \"sip.contoso.com\"; },\n"
	    "  { domain = \"tenant.example\"; provider = \"hosted-uc\"; } );\n"
	    "block = (\n { domain = \"spim.example\"; } );\n"
	    "providers = ( { name = \"hosted-uc\"; edge = \"sip.hosted-uc.example\"; domains = [ \"*\" ]; } );\n");
	const struct allow *allow = ruleset_find_allow(law, "contoso.com");
	struct domain local;

	CU_ASSERT_PTR_NOT_NULL_FATAL(allow);
	CU_ASSERT_EQUAL(allow->place.line, 1);
	CU_ASSERT_EQUAL(allow->rate.count, 200);
	CU_ASSERT_TRUE(allow->observe);
	CU_ASSERT_STRING_EQUAL(allow->edge.text, "sip.contoso.com");
	CU_ASSERT_STRING_EQUAL(allow->provider, "");
	allow = ruleset_find_allow(law, "tenant.example");
	CU_ASSERT_PTR_NOT_NULL_FATAL(allow);
	CU_ASSERT_STRING_EQUAL(allow->provider, "hosted-uc");
	CU_ASSERT_EQUAL(allow->rate.count, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ruleset_find_block(law, "spim.example"));
	CU_ASSERT_EQUAL(ruleset_find_block(law, "spim.example")->place.line, 4);
	CU_ASSERT_STRING_EQUAL(ruleset_find_block(law, "spim.example")->place.file, "policy.conf");
	CU_ASSERT_TRUE(domain_parse(&local, "example.org", strlen("example.org")));
	CU_ASSERT_TRUE(ruleset_is_local(law, &local));
	ruleset_unref(law);
	sweep(&desk);
}

static void a_provider_has_its_own_limits(void)
{
	struct desk desk;
	struct ruleset *law = law_of(&desk, "providers = (\n"
	    "  { name = \"hosted-uc\"; edge = \"sipfed.hosted-uc.example\"; domains = [ \"*\", \"a.example\" ]; },\n"
	    "  { name = \"small\"; edge = \"sip.small.example\"; domains = [ \"b.example\" ]; max-tenants = 2;\n"
	    "    rate = \"3/m\"; distinct-uris = 4; } );\n");
	const struct provider *provider = ruleset_find_provider(law, "hosted-uc");

	CU_ASSERT_PTR_NOT_NULL_FATAL(provider);
	CU_ASSERT_TRUE(provider->any_domain);
	CU_ASSERT_EQUAL(provider->domain_count, 1);
	CU_ASSERT_EQUAL(provider->max_tenants, 1000);
	CU_ASSERT_EQUAL(provider->rate.count, 400);
	CU_ASSERT_EQUAL(provider->rate.period_us, 1000000);
	CU_ASSERT_EQUAL(provider->distinct_uris, 20000);
	provider = ruleset_find_provider(law, "small");
	CU_ASSERT_PTR_NOT_NULL_FATAL(provider);
	CU_ASSERT_FALSE(provider->any_domain);
	CU_ASSERT_EQUAL(provider->max_tenants, 2);
	CU_ASSERT_EQUAL(provider->rate.count, 3);
	CU_ASSERT_EQUAL(provider->rate.period_us, 60000000);
	CU_ASSERT_EQUAL(provider->distinct_uris, 4);
	CU_ASSERT_EQUAL(provider->place.line, 3);
	ruleset_unref(law);
	sweep(&desk);
}

static void an_empty_policy_is_the_default_law(void)
{
	struct desk desk;
	struct ruleset *law;
	struct limits usual;
	struct place place;
	const struct limits *limits;

	lay(&desk, "", "");
	law = conf_read_policy(desk.policy, NULL, &desk.complaints);
	show(&desk);
	CU_ASSERT_PTR_NOT_NULL_FATAL(law);
	memset(&usual, 0, sizeof(usual));
	limits_default(&usual);
	limits = ruleset_limits(law);
	CU_ASSERT_EQUAL(limits->rate.count, usual.rate.count);
	CU_ASSERT_EQUAL(limits->max_delay_us, usual.max_delay_us);
	CU_ASSERT_EQUAL(limits->refuse_status, usual.refuse_status);
	CU_ASSERT_EQUAL(limits->distinct_uris, usual.distinct_uris);
	CU_ASSERT_EQUAL(limits->min_responses, usual.min_responses);
	CU_ASSERT_TRUE(ruleset_enabled(law, &place));
	CU_ASSERT_TRUE(ruleset_discovery(law, &place));
	CU_ASSERT_FALSE(ruleset_observe(law));
	ruleset_unref(law);
	sweep(&desk);
}

static void a_file_is_called_what_the_user_called_it(void)
{
	struct desk desk;
	struct conf *conf;
	char expected[200];

	lay(&desk, LEAST HOP, "limits: { rate = \"20\"; };");
	conf = conf_read(desk.conf, &desk.complaints);
	CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
	CU_ASSERT_PTR_NULL(conf_read_policy(conf->policy, conf, &desk.complaints));
	CU_ASSERT_EQUAL_FATAL(desk.complaints.count, 1);
	CU_ASSERT_STRING_EQUAL(desk.complaints.lines[0],
	    "policy.conf:1: limits.rate \"20\": a rate is a count, 1 to 100000, a slash and a time, 1ms to 1d, as in \"20/s\" or \"300/5m\"");
	conf_free(conf);
	complaints_clear(&desk.complaints);
	CU_ASSERT_PTR_NULL(conf_read_policy(desk.policy, NULL, &desk.complaints));
	snprintf(expected, sizeof(expected), "%s:1: limits.rate", desk.policy);
	CU_ASSERT_EQUAL_FATAL(desk.complaints.count, 1);
	CU_ASSERT_EQUAL(strncmp(desk.complaints.lines[0], expected, strlen(expected)), 0);
	sweep(&desk);
}

static void a_fifo_or_a_directory_is_a_complaint_at_once(void)
{
	struct desk desk;

	lay(&desk, "", "");
	unlink(desk.policy);
	CU_ASSERT_EQUAL(mkfifo(desk.policy, 0600), 0);
	CU_ASSERT_PTR_NULL(conf_read_policy(desk.policy, NULL, &desk.complaints));
	CU_ASSERT_PTR_NULL(conf_read(desk.directory, &desk.complaints));
	CU_ASSERT_EQUAL(desk.complaints.count, 2);
	sweep(&desk);
}

static void a_digest_names_the_octets(void)
{
	struct desk desk;
	char digest[13];

	lay(&desk, "", "abc");
	CU_ASSERT_TRUE(conf_policy_digest(desk.policy, digest));
	CU_ASSERT_STRING_EQUAL(digest, "ba7816bf8f01"); /* FIPS 180-4's example */
	CU_ASSERT_TRUE(conf_policy_digest(desk.any, digest));
	CU_ASSERT_STRING_EQUAL(digest, "e3b0c44298fc");
	CU_ASSERT_FALSE(conf_policy_digest(desk.directory, digest));
	CU_ASSERT_STRING_EQUAL(digest, "");
	sweep(&desk);
}

CU_TestInfo conf_tests[] = {
	{ "what is not written has the default", what_is_not_written_has_the_default },
	{ "groups that are not written have their defaults", groups_that_are_not_written_have_their_defaults },
	{ "a next hop is read from its URI", a_next_hop_is_read_from_its_uri },
	{ "what is written is what is read", what_is_written_is_what_is_read },
	{ "a Redis is at a host, a socket, or known by sentinels", a_redis_is_at_a_host_a_socket_or_known_by_sentinels },
	{ "a password is the first line of its file", a_password_is_the_first_line_of_its_file },
	{ "a route key is in the file or here", a_route_key_is_in_the_file_or_here },
	{ "switches and rates know their lines", switches_and_rates_know_their_lines },
	{ "watch list and suspicion are what is written", watch_list_and_suspicion_are_what_is_written },
	{ "entries are what is written", entries_are_what_is_written },
	{ "a provider has its own limits", a_provider_has_its_own_limits },
	{ "an empty policy is the default law", an_empty_policy_is_the_default_law },
	{ "a file is called what the user called it", a_file_is_called_what_the_user_called_it },
	{ "a FIFO or a directory is a complaint, at once", a_fifo_or_a_directory_is_a_complaint_at_once },
	{ "a digest names the file's octets", a_digest_names_the_octets },
	CU_TEST_INFO_NULL
};
