/* What operators decide at run time: allow, block, and taking it back; letting a partner go; and the list of what
 * holds. Who decided, and why, is in the log and in the list. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../policy/alloc.h"
#include "clock.h"
#include "commands.h"
#include "gather.h"
#include "named.h"
#include "order_json.h"
#include "talk.h"
#include "tls.h"

#define LEAST_US INT64_C(1000000)
#define ROWS_A_TURN 50

static struct store *store_of(const struct talk *t)
{
	return t->house->traffic->store;
}

static int64_t now_of(const struct talk *t)
{
	return store_of(t)->clock_us(store_of(t)) + store_of(t)->wall_ahead_us;
}

/* --- what is asked --- */

static bool read_domain(struct talk *t, const char *word, struct domain *out)
{
	const char *slash = strrchr(word, '/');
	char told[TALK_WORD_MAX];

	if (domain_parse(out, word, strlen(word)))
		return true;
	if (slash && domain_parse(out, slash + 1, strlen(slash + 1))) {
		talk_unfit(t, "\"%s\" is no domain: of a tenant name the domain alone, as \"%s\"",
		    talk_word(word, told), out->text);
		return false;
	}
	talk_unfit(t, "\"%s\" is no domain: letters, digits and hyphens between dots, as in the policy file; of an international name the xn-- form",
	    talk_word(word, told));
	return false;
}

static bool read_comment(struct talk *t, struct order *o)
{
	const char *comment = command_option(&t->asked, "comment"), *why;

	if (!comment || order_set_comment(o, comment, &why))
		return true;
	talk_unfit(t, "--comment: %s", why);
	return false;
}

static bool read_until(struct talk *t, struct order *o)
{
	const char *duration = command_option(&t->asked, "for");
	int64_t us;
	char told[TALK_WORD_MAX];

	if (!duration)
		return true;
	if (duration_parse(&us, duration) && us >= LEAST_US) {
		o->until_us = o->made_us + us;
		return true;
	}
	talk_unfit(t, "--for \"%s\": a duration is a number and a unit, as in 30m, 24h or 7d, from 1s to 3650d",
	    talk_word(duration, told));
	return false;
}

/* All that the words say, newer than what is known of the domain. False: refused. */
static bool read_order(struct talk *t, enum order_list list, struct order *o)
{
	*o = (struct order){ .list = list, .uid = (uint32_t)t->who.uid, .edge = t->house->traffic->own.edge };
	if (!read_domain(t, t->asked.words[0], &o->domain))
		return false;
	order_set_who(o, t->who.name);
	o->made_us = orders_stamp(store_of(t)->orders, &o->domain, now_of(t));
	return read_comment(t, o) && read_until(t, o);
}

/* --- what stands against it --- */

static void refuse_ordered(struct talk *t, const char *domain, const struct order *o, const char *remedy)
{
	char made[CLOCK_TEXT_MAX];

	clock_text(o->made_us, made);
	talk_refuse(t, "%s: operator %s %ss %s since %s: %s %s first", domain, o->who, order_list_token(o->list), o->domain.text, made,
	    remedy, o->domain.text);
}

/* A block of the file, or of an operator, that no allow and no release beats. */
static bool is_blocked(struct talk *t, const struct domain *domain, const char *what)
{
	const struct traffic *tr = t->house->traffic;
	const struct order *order = orders_covering(tr->store->orders, ORDER_BLOCK, domain);
	const struct block *block = ruleset_longest_block(tr->law, domain);
	char line[PLACE_TEXT_MAX];

	if (order)
		refuse_ordered(t, domain->text, order, "unblock");
	else if (block)
		talk_refuse(t, "%s: %s blocks %s, and %s does not beat the policy file: change it there and reload", domain->text,
		    place_text(&block->place, line), block->domain.text, what);
	return order || block;
}

static bool is_ours(struct talk *t, const struct domain *domain)
{
	if (!ruleset_is_local(t->house->traffic->law, domain))
		return false;
	talk_refuse(t, "%s is a domain of our own: nobody outside speaks for it, so there is nothing to decide", domain->text);
	return true;
}

/* --- deciding --- */

/* What an operator should know beside "done". */
static const char *proviso(const struct talk *t, char out[700])
{
	struct store_health health;

	store_of(t)->ops->health(store_of(t), &health);
	out[0] = '\0';
	if (health.where && !health.keeps)
		snprintf(out, 700, "; %s is away: the other edges hear of it when it is back", health.where);
	else if (!health.keeps)
		snprintf(out, 700, "; it holds until the edge stops: %s", health.trouble);
	return out;
}

static void decide(struct talk *t, const struct order *o, const char *also)
{
	static const char *const words[] = {
		[ORDER_UNALLOW] = "is no longer allowed by an operator", [ORDER_UNBLOCK] = "is no longer blocked by an operator",
		[ORDER_ALLOW] = "is allowed", [ORDER_BLOCK] = "is blocked, both ways",
	};
	char until[CLOCK_TEXT_MAX] = "", more[700];

	if (store_of(t)->ops->order(store_of(t), o) != ORDERS_TAKEN) {
		talk_refuse(t, "there are %d decisions of operators already, and no more are taken: put those that are to stay into the policy file, and take them back here",
		    ORDERS_MOST);
		return;
	}
	if (o->until_us)
		clock_text(o->until_us, until);
	talk_done(t, "%s %s%s%s%s%s", o->domain.text, words[o->list], until[0] ? " until " : "", until, also, proviso(t, more));
}

/* --- what else it does --- */

#define ALSO_MAX 800

/* The file takes such entries as well, where they are seen in their list. */
static void say_suffix(const struct order *o, char out[ALSO_MAX])
{
	struct domain organisation;
	size_t at = strlen(out);

	tls_organisation(&organisation, &o->domain);
	if (!organisation.length)
		snprintf(out + at, ALSO_MAX - at, "; it is a public suffix: every domain below it is %s too", o->list == ORDER_BLOCK ? "blocked" : "allowed");
}

/* An operator's allow lets the partner go, too: what was held against it does not come back when its time is over. */
void command_allow(struct talk *t)
{
	char also[ALSO_MAX] = "", names[ALSO_MAX / 2];
	struct named named;
	struct order o;

	if (!read_order(t, ORDER_ALLOW, &o) || is_ours(t, &o.domain) || is_blocked(t, &o.domain, "an operator's allow"))
		return;
	named_domain(&named, t->house->traffic->law, &o.domain);
	if (named_release(&named, store_of(t)))
		snprintf(also, sizeof also, strcmp(named_text(&named, names, sizeof names), o.domain.text) ? ", and released: %s" : ", and released",
		    names);
	say_suffix(&o, also);
	decide(t, &o, also);
}

/* Entries of the file that cover the domain, or stand below it: whoever wrote them should know. */
static void say_allows(const struct talk *t, const struct domain *blocked, char out[ALSO_MAX])
{
	const struct allow *allow, *first = NULL;
	size_t count = ruleset_allows(t->house->traffic->law, &allow), found = 0, at = strlen(out);
	char line[PLACE_TEXT_MAX];

	for (; count > 0; count--, allow++) {
		if (!domain_within(&allow->domain, blocked) && !domain_within(blocked, &allow->domain))
			continue;
		first = found++ ? first : allow;
	}
	if (found == 1)
		snprintf(out + at, ALSO_MAX - at, "; %s, which allows %s, gives way", place_text(&first->place, line), first->domain.text);
	else if (found)
		snprintf(out + at, ALSO_MAX - at, "; %zu allow entries of the policy file give way, the first at %s", found,
		    place_text(&first->place, line));
}

/* A provider's certificate is asked for the source only: who blocks its name, or that of its edge, may think that it is
 * shut out. */
static void say_who_comes_still(const struct talk *t, const struct domain *blocked, char out[ALSO_MAX])
{
	const struct provider *provider;
	size_t count = ruleset_providers(t->house->traffic->law, &provider), at = strlen(out);

	for (; count > 0; count--, provider++) {
		if (!domain_within(&provider->edge, blocked) && strcasecmp(provider->name, blocked->text))
			continue;
		snprintf(out + at, ALSO_MAX - at, "; but tenants of the provider %s still come by %s: block them by their domains, or take the "
		    "provider out of the policy file", provider->name, provider->edge.text);
		return;
	}
}

void command_block(struct talk *t)
{
	char also[ALSO_MAX] = "";
	struct order o;

	if (!read_order(t, ORDER_BLOCK, &o) || is_ours(t, &o.domain))
		return;
	say_suffix(&o, also);
	say_allows(t, &o.domain, also);
	say_who_comes_still(t, &o.domain, also);
	decide(t, &o, also);
}

/* --- taking back --- */

static void refuse_absent(struct talk *t, const struct domain *domain, enum order_list list)
{
	const struct traffic *tr = t->house->traffic;
	const struct order *other = orders_covering(tr->store->orders, list, domain);
	const struct allow *allow = ruleset_find_allow(tr->law, domain->text);
	const struct block *block = ruleset_find_block(tr->law, domain->text);
	char line[PLACE_TEXT_MAX];

	if (other)
		refuse_ordered(t, domain->text, other, list == ORDER_ALLOW ? "unallow" : "unblock");
	else if (list == ORDER_ALLOW ? allow != NULL : block != NULL)
		talk_refuse(t, "%s: %s %ss it, no operator: change it there and reload", domain->text,
		    place_text(list == ORDER_ALLOW ? &allow->place : &block->place, line), order_list_token(list));
	else
		talk_refuse(t, "%s: no operator %ss it", domain->text, order_list_token(list));
}

static void take_back(struct talk *t, enum order_list list, enum order_list undo)
{
	const struct order *known;
	struct order o;

	if (!read_order(t, undo, &o))
		return;
	known = orders_find(store_of(t)->orders, o.domain.text);
	if (known && orders_holds(known) && known->list == list)
		decide(t, &o, "");
	else
		refuse_absent(t, &o.domain, list);
}

void command_unallow(struct talk *t)
{
	take_back(t, ORDER_ALLOW, ORDER_UNALLOW);
}

void command_unblock(struct talk *t)
{
	take_back(t, ORDER_BLOCK, ORDER_UNBLOCK);
}

/* --- letting go --- */

#define NOBODY "\"%s\": no partner is called so: a domain, PROVIDER, PROVIDER/DOMAIN or newcomers"

/* Who is restricted, and may be meant. */
struct slip {
	struct gather gather;       /* the first */
	bool known;                 /* the law has somebody of that name */
	struct named_near near;
};

static void slip_free(void *state)
{
	struct slip *s = state;

	gather_clear(&s->gather);
	free(s);
}

static bool try_name(void *arg, const struct partner *partner)
{
	struct slip *s = arg;

	named_near_try(&s->near, partner);
	return false;
}

static void refuse_unrestricted(struct gather *g)
{
	const struct slip *s = (const struct slip *)g;
	const char *before = s->near.name[0] ? ": did you mean " : "", *behind = s->near.name[0] ? "?" : "";
	char told[TALK_WORD_MAX];

	talk_word(g->talk->asked.words[0], told);
	if (s->known)
		talk_refuse(g->talk, "%s is neither on the watch list nor suspicious: there is nothing to release%s%s%s", told,
		    before, s->near.name, behind);
	else
		talk_refuse(g->talk, NOBODY "%s%s%s", told, before, s->near.name, behind);
}

static void look_for_restricted(struct talk *t, bool known)
{
	struct slip *s = alloc_zero(1, sizeof *s);

	s->known = known;
	gather_init(&s->gather, t, STORE_RESTRICTED, REPORT_WORST, 1, slip_free);
	s->gather.wish.wanted = try_name;
	named_near_init(&s->near, t->asked.words[0]);
	gather_walk(&s->gather, refuse_unrestricted);
}

void command_release(struct talk *t)
{
	const struct traffic *tr = t->house->traffic;
	const char *name = t->asked.words[0];
	char told[TALK_WORD_MAX], who[2 * PARTNER_TEXT_MAX], more[700];
	struct order o = { 0 };
	struct named named;

	if (!named_may_be(name)) {
		talk_unfit(t, NOBODY, talk_word(name, told));
		return;
	}
	if (!read_comment(t, &o))
		return;
	if (!named_read(&named, tr->law, name)) {
		look_for_restricted(t, false);
		return;
	}
	if (named.list[0].domain.length && is_blocked(t, &named.list[0].domain, "a release"))
		return;
	if (named_release(&named, tr->store))
		talk_done(t, "%s %s released: %s targets and answers are counted from anew%s", named_text(&named, who, sizeof who),
		    named.count > 1 ? "are" : "is", named.count > 1 ? "their" : "its", proviso(t, more));
	else
		look_for_restricted(t, true);
}

/* --- the list --- */

struct listing {
	char behind[DOMAIN_MAX + 1];
};

static bool list_more(struct talk *t)
{
	struct listing *l = t->state;
	const struct order *o = NULL;

	for (int i = 0; i < ROWS_A_TURN && (o = orders_next(store_of(t)->orders, l->behind)); i++) {
		if (orders_holds(o))
			talk_row(t, order_json(store_of(t)->orders, o, t->house->traffic->law));
		memcpy(l->behind, o->domain.text, sizeof l->behind);
	}
	return o != NULL;
}

void command_decisions(struct talk *t)
{
	talk_begin(t, json_pack("{ssso}", "edge", t->house->traffic->conf->edge.name, "time", talk_time(clock_wall_us())), "decisions");
	talk_later(t, list_more, alloc_zero(1, sizeof(struct listing)), free);
}
