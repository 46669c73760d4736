/* What the edge has to do with its metrics: who may read them where, what they are read
 * from, and that our own certificates end some day. */
#include "edge_parts.h"

#include "metrics.h"

static char *on_page(void *arg, size_t *length)
{
	struct edge *e = arg;
	struct metrics_house house = { .traffic = &e->traffic, .federation = &e->door, .internal = &e->inner_door,
		.expiry = &e->expiry, .policy_digest = e->policy.digest, .process = e->process };

	return metrics_text(&house, length);
}

static void on_reader(void *arg, int fd, const struct address *peer)
{
	struct edge *e = arg;

	scrape_accept(e->scrape, fd, peer);
}

void edge_open_metrics(struct edge *e, struct parts *p, const struct conf *c, struct complaints *to)
{
	const struct addresses *listen = &c->metrics.listen;

	if (!listen->count)
		return;
	if (!e->scrape && !(e->scrape = scrape_new(e->loop, on_page, e))) {
		complain(to, c->path, listen->place.line, "metrics.listen: out of file descriptors? raise LimitNOFILE");
		return;
	}
	if (!e->process)
		e->process = process_new(e->loop);
	doors_open(e, &p->metrics, listen, false, e->metrics, on_reader, "metrics", to);
}

static void say_listens(const struct address *address)
{
	char text[ADDRESS_TEXT_MAX];

	address_text(address, text);
	log_line(LEVEL_INFO, "metrics: listening on %s", text);
	if (!address_loopback(address))
		log_line(LEVEL_WARNING, "metrics: %s is for whoever can reach it, as metrics.public says", text);
}

void edge_install_metrics(struct edge *e, struct parts *p)
{
	const struct conf *c = e->conf;

	for (size_t i = 0; i < p->metrics.count; i++)
		if (!p->metrics.list[i].kept)
			say_listens(listener_address(p->metrics.list[i].listener));
	doors_swap(&e->metrics, &p->metrics);
	expiry_forget(&e->expiry);
	expiry_add(&e->expiry, "federation", c->federation.tls.certificate, e->outer_context);
	expiry_add(&e->expiry, "internal", c->internal.tls.certificate, e->inner_context);
	expiry_watch(&e->expiry);
}

void edge_close_metrics(struct edge *e)
{
	doors_close(&e->metrics);
	scrape_free(e->scrape);
	process_free(e->process);
	expiry_clear(&e->expiry);
}
