#include "edge_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../policy/alloc.h"
#include "log.h"

static struct door_at *find(struct door_list *in, const struct address *configured)
{
	for (size_t i = 0; i < in->count; i++)
		if (in->list[i].configured.length == configured->length
		    && !memcmp(&in->list[i].configured.socket, &configured->socket, configured->length))
			return &in->list[i];
	return NULL;
}

void doors_open(struct edge *e, struct door_list *out, const struct addresses *addresses, bool reuse_port,
    struct door_list old, listener_accepted_fn *accepted, const char *group, struct complaints *to)
{
	char why[256], text[ADDRESS_TEXT_MAX];
	struct door_at *known;

	out->list = alloc_zero(addresses->count, sizeof *out->list);
	for (size_t i = 0; i < addresses->count; i++) {
		struct door_at *d = &out->list[out->count];

		d->configured = addresses->list[i];
		known = find(&old, &d->configured);
		d->kept = known != NULL;
		d->listener = known ? known->listener
		    : listener_open(e->loop, &d->configured, reuse_port, accepted, e, why, sizeof why);
		if (d->listener) {
			out->count++;
			continue;
		}
		address_text(&d->configured, text);
		complain(to, addresses->place.file, addresses->place.line, "%s.listen \"%s\": %s", group, text, why);
	}
}

void doors_close(struct door_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		if (!l->list[i].kept)
			listener_close(l->list[i].listener);
	free(l->list);
	*l = (struct door_list) { 0 };
}

void doors_shut(struct door_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		listener_shut(l->list[i].listener);
}

void doors_swap(struct door_list *old, struct door_list *new)
{
	for (size_t i = 0; i < old->count; i++) {
		struct door_at *same = find(new, &old->list[i].configured);

		old->list[i].kept = same != NULL;
	}
	doors_close(old);
	*old = *new;
	for (size_t i = 0; i < old->count; i++)
		old->list[i].kept = false;
	*new = (struct door_list) { 0 };
}

void parts_close(struct parts *p)
{
	SSL_CTX_free(p->outer_context);
	SSL_CTX_free(p->inner_context);
	SSL_CTX_free(p->store_context);
	doors_close(&p->federation);
	doors_close(&p->internal);
	doors_close(&p->metrics);
	*p = (struct parts) { 0 };
}

static bool read_file(const char *path, unsigned char secret[32])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, secret, 32) : -1;

	if (fd >= 0)
		close(fd);
	return n == 32;
}

/* One that was cut short may be readable by others: the new one is another file. One
 * that could not be opened is left to its owner. */
static void write_file(const char *path, const unsigned char secret[32])
{
	struct stat there;
	int fd;

	if (lstat(path, &there) == 0 && there.st_size < 32)
		unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, secret, 32) != 32 || fsync(fd) < 0)
		log_line(LEVEL_ERROR, "%s: cannot write: %s: make the directory, owned by the edge's user; until then dialogs do not outlive this process",
		    path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

void secret_read(unsigned char secret[32], const char *state_file)
{
	char path[4096];

	snprintf(path, sizeof path, "%s.key", state_file);
	if (!state_file[0] || !read_file(path, secret)) {
		if (RAND_bytes(secret, 32) != 1)
			abort();
		if (state_file[0])
			write_file(path, secret);
	}
}
