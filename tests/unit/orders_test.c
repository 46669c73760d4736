/* Operators' decisions: the table of them, and how they stand to the policy file. */
#include <stdlib.h>
#include <string.h>

#include "../../policy/orders.h"
#include "../../policy/outward.h"
#include "chance.h"
#include "holds.h"
#include "told.h"
#include "unit.h"

#define S INT64_C(1000000)
#define DAY (24 * 3600 * S)
#define NOW (INT64_C(20000) * DAY)

static struct order decision(enum order_list list, const char *domain, int64_t made_us, int64_t until_us)
{
	struct order o = { .list = list, .domain = name(domain), .made_us = made_us, .until_us = until_us, .edge = name("edge1.example.com") };

	order_set_who(&o, "alice");
	return o;
}

static enum orders_put put(struct orders *orders, enum order_list list, const char *domain, int64_t made_us, int64_t until_us)
{
	struct order o = decision(list, domain, made_us, until_us);

	return orders_put(orders, &o, NOW);
}

/* --- how they stand to the file --- */

/* "allow contoso.example;block fabrikam.example" */
static struct orders *orders_of(const char *told)
{
	struct orders *orders = orders_new();
	char text[TEXT], *rest = NULL;

	snprintf(text, sizeof text, "%s", told);
	for (char *s = strtok_r(text, ";", &rest); s; s = strtok_r(NULL, ";", &rest))
		put(orders, strncmp(s, "allow ", 6) ? ORDER_BLOCK : ORDER_ALLOW, s + 6, NOW, 0);
	return orders;
}

static const struct row {
	const char *promise, *policy, *orders, *certificate, *source;
	enum stance stance;
	enum proof proof;
	const char *partner, *rule; /* the rule: "operator", or the line of the file */
	enum proof dns;
} rows[] = {
	{ "a run-time allow lets a stranger in without limit", "", "allow contoso.com", "contoso.com", "contoso.com", STANCE_ALLOW, PROOF_CERTIFICATE, "acontoso.com", "operator", 0 },
	{ "it covers sub-domains", "", "allow contoso.com", "it.contoso.com", "it.contoso.com", STANCE_ALLOW, PROOF_CERTIFICATE, "acontoso.com", "operator", 0 },
	{ "at label boundaries", "", "allow contoso.com", "subcontoso.com", "subcontoso.com", STANCE_DISCOVER, PROOF_CERTIFICATE, "dsubcontoso.com", "102", 0 },
	{ "it is no proof", "", "allow contoso.com", "fabrikam.com", "contoso.com", STANCE_ALLOW, PROOF_NONE, "", "operator", 0 },
	{ "DNS proves it as ever", "", "allow contoso.com", "edge.contoso.com", "contoso.com", STANCE_ALLOW, PROOF_DNS, "acontoso.com", "operator", PROOF_DNS },
	{ "it opens the closed door", "closed", "allow contoso.com", "contoso.com", "contoso.com", STANCE_ALLOW, PROOF_CERTIFICATE, "acontoso.com", "operator", 0 },
	{ "but not a federation that is off", "off", "allow contoso.com", "contoso.com", "contoso.com", STANCE_OFF, PROOF_NONE, "", "101", 0 },
	{ "it never beats the file's block", "block contoso.com", "allow contoso.com", "contoso.com", "contoso.com", STANCE_BLOCK, PROOF_NONE, "", "1", 0 },
	{ "nor does a longer one", "block contoso.com", "allow it.contoso.com", "it.contoso.com", "it.contoso.com", STANCE_BLOCK, PROOF_NONE, "", "1", 0 },
	{ "nor a shorter one", "block it.contoso.com", "allow contoso.com", "it.contoso.com", "it.contoso.com", STANCE_BLOCK, PROOF_NONE, "", "1", 0 },
	{ "nor does a block of a name of the certificate give way", "block spim.com", "allow contoso.com", "contoso.com spim.com", "contoso.com", STANCE_BLOCK, PROOF_NONE, "", "1", 0 },
	{ "where the file's own allow entry beats its block, a longer run-time one holds", "block contoso.com;allow it.contoso.com", "allow x.it.contoso.com",
	    "x.it.contoso.com", "x.it.contoso.com", STANCE_ALLOW, PROOF_CERTIFICATE, "ax.it.contoso.com", "operator", 0 },
	{ "the file's longer allow entry goes before it", "allow it.contoso.com rate 5/s", "allow contoso.com", "it.contoso.com", "it.contoso.com", STANCE_ALLOW, PROOF_CERTIFICATE, "ait.contoso.com", "1", 0 },
	{ "of the same name it lifts the file's rate", "allow contoso.com rate 5/s", "allow contoso.com", "contoso.com", "contoso.com", STANCE_ALLOW, PROOF_CERTIFICATE, "acontoso.com", "operator", 0 },
	{ "and keeps its edge as a proof", "allow contoso.com edge e.hoster.net", "allow contoso.com", "e.hoster.net", "contoso.com", STANCE_ALLOW, PROOF_EDGE, "acontoso.com", "operator", 0 },
	{ "also that of a shorter entry", "allow contoso.com edge e.hoster.net", "allow it.contoso.com", "e.hoster.net", "it.contoso.com", STANCE_ALLOW, PROOF_EDGE, "ait.contoso.com", "operator", 0 },
	{ "and is for whoever else proves the domain", "allow contoso.com edge e.hoster.net", "allow contoso.com", "contoso.com", "contoso.com", STANCE_ALLOW, PROOF_CERTIFICATE, "acontoso.com", "operator", 0 },
	{ "a provider still proves a tenant that is allowed", "provider hosted e.hoster.net *", "allow tenant.com", "e.hoster.net", "tenant.com", STANCE_ALLOW, PROOF_PROVIDER, "atenant.com", "operator", 0 },
	{ "but none that the file gives to another", "provider hosted e.hoster.net *;allow tenant.com", "allow x.tenant.com", "e.hoster.net", "x.tenant.com", STANCE_ALLOW, PROOF_NONE, "", "operator", 0 },
	{ "a run-time block beats a longer allow entry of the file", "allow it.contoso.com", "block contoso.com", "it.contoso.com", "it.contoso.com", STANCE_BLOCK, PROOF_NONE, "", "operator", 0 },
	{ "and one of its own name", "allow contoso.com", "block contoso.com", "contoso.com", "contoso.com", STANCE_BLOCK, PROOF_NONE, "", "operator", 0 },
	{ "and a run-time allow of a sub-domain", "", "block contoso.com;allow it.contoso.com", "it.contoso.com", "it.contoso.com", STANCE_BLOCK, PROOF_NONE, "", "operator", 0 },
	{ "not that of its parent", "", "allow contoso.com;block it.contoso.com", "contoso.com", "contoso.com", STANCE_ALLOW, PROOF_CERTIFICATE, "acontoso.com", "operator", 0 },
	{ "it blocks by any name of the certificate", "allow contoso.com", "block spim.com", "contoso.com x.spim.com", "contoso.com", STANCE_BLOCK, PROOF_NONE, "", "operator", 0 },
	{ "but not all tenants by the name of one", "provider hosted e.hoster.net *", "block bad.com", "e.hoster.net bad.com", "good.com", STANCE_DISCOVER, PROOF_PROVIDER, "thosted/good.com", "1", 0 },
	{ "that one it does", "provider hosted e.hoster.net *", "block bad.com", "e.hoster.net", "bad.com", STANCE_BLOCK, PROOF_NONE, "", "operator", 0 },
	{ "it needs no proof", "", "block contoso.com", "fabrikam.com", "contoso.com", STANCE_BLOCK, PROOF_NONE, "", "operator", 0 },
	{ "it goes before federation that is off", "off", "block contoso.com", "contoso.com", "contoso.com", STANCE_BLOCK, PROOF_NONE, "", "operator", 0 },
	{ "who is not named is as ever", "", "block contoso.com;allow fabrikam.com", "northwind.com", "northwind.com", STANCE_DISCOVER, PROOF_CERTIFICATE, "dnorthwind.com", "102", 0 },
};

static struct entry ask_under(const struct row *row)
{
	struct ruleset *file = law_of(row->policy), *law;
	struct orders *orders = orders_of(row->orders);
	struct facts facts = { .source = name(row->source) };
	struct stranger s;
	struct entry entry;
	char rule[TEXT];

	law = orders_law(orders, file);
	ruleset_unref(file);
	meet(&s, row->certificate);
	match(&entry, law, &s.peer, &facts, row->dns);
	snprintf(rule, sizeof rule, "%d", entry.place.line);
	HOLDS(strcmp(row->rule, entry.place.line ? rule : strcmp(entry.place.file, "operator:alice") ? "?" : "operator") == 0, row->promise);
	HOLDS(entry.partner.kind != PARTNER_ALLOWED || entry.limited == (entry.limits.rate.count == 5), row->promise);
	orders_free(orders);
	ruleset_unref(law);
	return entry;
}

static void against_the_file(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct entry entry = ask_under(&rows[i]);
		char key[PARTNER_KEY_MAX] = "";

		partner_key(&entry.partner, key);
		HOLDS(entry.stance == rows[i].stance, rows[i].promise);
		HOLDS(entry.proof == rows[i].proof, rows[i].promise);
		HOLDS(strcmp(key, rows[i].partner) == 0, rows[i].promise);
	}
}

static const struct {
	const char *promise, *policy, *orders, *domain;
	enum reason reason;
	const char *edge;
} outward[] = {
	{ "a run-time block stops our own users too", "allow contoso.com", "block contoso.com", "it.contoso.com", REASON_BLOCKED_DOMAIN, "" },
	{ "a run-time allow lets them out", "closed", "allow contoso.com", "contoso.com", REASON_ALLOWED, "" },
	{ "where nobody allows it they stay in", "closed", "allow contoso.com", "fabrikam.com", REASON_NOT_ALLOWED, "" },
	{ "not past the file's block", "block contoso.com", "allow contoso.com", "contoso.com", REASON_BLOCKED_DOMAIN, "" },
	{ "by the edge that the file names", "allow contoso.com edge e.hoster.net", "allow contoso.com", "contoso.com", REASON_ALLOWED, "e.hoster.net" },
	{ "by the provider that lists it", "provider hosted e.hoster.net contoso.com", "allow contoso.com", "contoso.com", REASON_ALLOWED, "e.hoster.net" },
};

static void both_ways(void)
{
	for (size_t i = 0; i < sizeof outward / sizeof outward[0]; i++) {
		struct ruleset *file = law_of(outward[i].policy), *law;
		struct orders *orders = orders_of(outward[i].orders);
		struct domain domain = name(outward[i].domain);
		struct outward out;

		law = orders_law(orders, file);
		outward_match(&out, law, &domain);
		HOLDS(out.reason == outward[i].reason, outward[i].promise);
		HOLDS(strcmp(out.edge.text, outward[i].edge) == 0, outward[i].promise);
		ruleset_unref(law);
		ruleset_unref(file);
		orders_free(orders);
	}
}

/* A refusal may be answered from the scan only where no source makes the peer another partner. */
static void an_allow_makes_a_peer_vary(void)
{
	struct ruleset *file = law_of(""), *law;
	struct orders *orders = orders_of("allow contoso.com");
	struct stranger s;

	law = orders_law(orders, file);
	meet(&s, "contoso.com");
	CU_ASSERT_FALSE(match_may_vary(file, &s.peer));
	CU_ASSERT_TRUE(match_may_vary(law, &s.peer));
	meet(&s, "fabrikam.com");
	CU_ASSERT_FALSE(match_may_vary(law, &s.peer));
	ruleset_unref(law);
	ruleset_unref(file);
	orders_free(orders);
}

static void without_decisions_the_law_is_the_files(void)
{
	struct ruleset *file = law_of("allow contoso.com"), *law;
	struct orders *orders = orders_new();

	put(orders, ORDER_UNBLOCK, "contoso.com", NOW, 0);
	law = orders_law(orders, file);
	CU_ASSERT_PTR_EQUAL(law, file);
	ruleset_unref(law);
	ruleset_unref(file);
	orders_free(orders);
}

/* --- the table --- */

static bool holds(const struct orders *orders, const char *domain)
{
	const struct order *o = orders_find(orders, domain);

	return o && orders_holds(o);
}

static void the_newest_holds(void)
{
	struct orders *o = orders_new();
	struct domain contoso = name("contoso.com"), it = name("it.contoso.com");

	CU_ASSERT_EQUAL(put(o, ORDER_ALLOW, "contoso.com", NOW, 0), ORDERS_TAKEN);
	CU_ASSERT_EQUAL(put(o, ORDER_ALLOW, "contoso.com", NOW, 0), ORDERS_OLD);
	CU_ASSERT_EQUAL(put(o, ORDER_BLOCK, "contoso.com", NOW - 1, 0), ORDERS_OLD);
	CU_ASSERT_PTR_NOT_NULL(orders_covering(o, ORDER_ALLOW, &it));
	CU_ASSERT_EQUAL(put(o, ORDER_BLOCK, "contoso.com", NOW + 1, 0), ORDERS_TAKEN);
	CU_ASSERT_PTR_NULL(orders_covering(o, ORDER_ALLOW, &it));
	CU_ASSERT_PTR_NOT_NULL(orders_covering(o, ORDER_BLOCK, &contoso));
	CU_ASSERT_EQUAL(orders_in_effect(o), 1);
	CU_ASSERT_EQUAL(put(o, ORDER_UNBLOCK, "contoso.com", NOW + 2, 0), ORDERS_TAKEN);
	CU_ASSERT_FALSE(holds(o, "contoso.com"));
	CU_ASSERT_EQUAL(put(o, ORDER_BLOCK, "contoso.com", NOW + 1, 0), ORDERS_OLD);
	CU_ASSERT_EQUAL(orders_in_effect(o), 0);
	CU_ASSERT_EQUAL(orders_stamp(o, &contoso, NOW), NOW + 3);
	CU_ASSERT_EQUAL(orders_stamp(o, &it, NOW), NOW);
	orders_free(o);
}

static void ends_by_itself(void)
{
	struct orders *o = orders_new();
	const struct order *ended;
	size_t at = 0;

	put(o, ORDER_ALLOW, "a.com", NOW, NOW + 10 * S);
	put(o, ORDER_BLOCK, "b.com", NOW, NOW + 20 * S);
	put(o, ORDER_ALLOW, "c.com", NOW, 0);
	put(o, ORDER_ALLOW, "d.com", NOW - 20 * S, NOW - 10 * S);
	CU_ASSERT_EQUAL(orders_in_effect(o), 3);
	CU_ASSERT_PTR_NULL(orders_end(o, NOW + 10 * S - 1, &at));
	at = 0;
	ended = orders_end(o, NOW + 10 * S, &at);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ended);
	CU_ASSERT_STRING_EQUAL(ended->domain.text, "a.com");
	CU_ASSERT_PTR_NULL(orders_end(o, NOW + 10 * S, &at));
	at = 0;
	ended = orders_end(o, NOW + 99 * S, &at);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ended);
	CU_ASSERT_STRING_EQUAL(ended->domain.text, "b.com");
	CU_ASSERT_PTR_NULL(orders_end(o, NOW + 99 * S, &at));
	CU_ASSERT_EQUAL(orders_in_effect(o), 1);
	orders_free(o);
}

/* Ended by a clock that was wrong, and told again by who knows the time. */
static void a_wrong_clock_ends_none_for_good(void)
{
	struct orders *o = orders_new();
	struct order allow = decision(ORDER_ALLOW, "contoso.com", NOW, NOW + DAY);

	CU_ASSERT_EQUAL(orders_put(o, &allow, NOW + 9 * DAY), ORDERS_TAKEN);
	CU_ASSERT_FALSE(holds(o, "contoso.com"));
	CU_ASSERT_EQUAL(orders_put(o, &allow, NOW), ORDERS_TAKEN);
	CU_ASSERT_TRUE(holds(o, "contoso.com"));
	CU_ASSERT_EQUAL(orders_put(o, &allow, NOW), ORDERS_OLD);
	orders_free(o);
}

static void is_bounded(void)
{
	struct orders *o = orders_new();
	char domain[40];
	struct order forgotten;
	unsigned count = 0;

	for (int i = 0; i < ORDERS_MOST; i++) {
		snprintf(domain, sizeof domain, "d%d.example", i);
		put(o, ORDER_BLOCK, domain, NOW, 0);
	}
	CU_ASSERT_EQUAL(orders_in_effect(o), ORDERS_MOST);
	CU_ASSERT_EQUAL(put(o, ORDER_BLOCK, "more.example", NOW, 0), ORDERS_FULL);
	CU_ASSERT_EQUAL(put(o, ORDER_ALLOW, "d7.example", NOW + 1, 0), ORDERS_TAKEN);
	for (int i = 0; i < ORDERS_MOST + 7; i++) {
		snprintf(domain, sizeof domain, "u%d.example", i);
		put(o, ORDER_UNBLOCK, domain, NOW + i, 0);
	}
	for (const struct order *at = orders_next(o, ""); at; at = orders_next(o, at->domain.text))
		count++;
	CU_ASSERT_EQUAL(count, 2 * ORDERS_MOST);
	CU_ASSERT_PTR_NULL(orders_find(o, "u0.example"));
	CU_ASSERT_PTR_NOT_NULL(orders_find(o, "u7.example"));
	CU_ASSERT_FALSE(orders_forget(o, NOW + S, &forgotten));
	for (count = 0; orders_forget(o, NOW + 2 * ORDERS_KEPT_US, &forgotten); count++)
		CU_ASSERT_TRUE(order_is_undone(&forgotten));
	CU_ASSERT_EQUAL(count, ORDERS_MOST);
	CU_ASSERT_EQUAL(orders_in_effect(o), ORDERS_MOST);
	orders_free(o);
}

/* Two tables that hear the same in another order end with the same. */
static void order_of_hearing(void)
{
	struct chance chance = chance_new();

	for (int round = 0; round < chance_rounds(200); round++) {
		struct orders *a = orders_new(), *b = orders_new();
		struct order all[12];

		for (size_t i = 0; i < 12; i++) {
			char domain[] = "x.example";

			domain[0] = (char)('a' + chance_below(&chance, 3));
			all[i] = decision((enum order_list)chance_below(&chance, 4), domain, NOW + (int64_t)i, 0);
			orders_put(a, &all[i], NOW);
		}
		for (size_t i = 12; i > 0; i--) {
			size_t other = chance_below(&chance, (uint32_t)i);
			struct order last = all[i - 1];

			all[i - 1] = all[other];
			all[other] = last;
			orders_put(b, &all[i - 1], NOW);
		}
		CU_ASSERT_EQUAL(orders_in_effect(a), orders_in_effect(b));
		for (const struct order *o = orders_next(a, ""); o; o = orders_next(a, o->domain.text))
			CU_ASSERT_EQUAL(o->made_us, orders_find(b, o->domain.text)->made_us);
		orders_free(a);
		orders_free(b);
	}
}

CU_TestInfo orders_tests[] = {
	{ "a run-time block always wins, an allow or nothing beats no block of the file", against_the_file },
	{ "so it is for what goes out", both_ways },
	{ "a peer that an operator allows is not refused from the scan", an_allow_makes_a_peer_vary },
	{ "without decisions in effect the law is the file's own", without_decisions_the_law_is_the_files },
	{ "of the decisions about a domain the newest holds, also that of taking back", the_newest_holds },
	{ "what has a time ends by itself, once", ends_by_itself },
	{ "a wrong clock ends none for good", a_wrong_clock_ends_none_for_good },
	{ "there are so many and no more, and what is over is forgotten in the end", is_bounded },
	{ "in whatever order decisions are heard, the same hold", order_of_hearing },
	CU_TEST_INFO_NULL
};
