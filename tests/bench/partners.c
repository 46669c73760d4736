/* partners [COUNT [TARGETS [STATE [WATCHED]]]]: what so many discovered partners with so many targets each take in the
 * memory store: through its C interface, the policy's own code behind it. Resident memory, and what malloc has given
 * out. They are kept in the files of STATE, for an edge to start with; the first WATCHED of them are on the watch list. */
#include "../../gateway/store.h"
#include "../../gateway/clock.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void measured(void *arg, const struct reading *seen)
{
	(void)seen;
	++*(unsigned long *)arg;
}

static double resident_mb(void)
{
	long pages = 0;
	FILE *in = fopen("/proc/self/statm", "r");

	if (in == NULL || fscanf(in, "%*d %ld", &pages) != 1)
		pages = 0;
	if (in != NULL)
		fclose(in);
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

/* Whoever asks for one target more than the others is watched. */
static void fill(struct store *s, const struct limits *limits, unsigned long partners, unsigned long targets, unsigned long watched)
{
	unsigned long answers = 0;

	for (unsigned long i = 0; i < partners; i++) {
		struct entry e = { .stance = STANCE_DISCOVER, .limited = true, .limits = *limits };

		e.partner.kind = PARTNER_DISCOVERED;
		e.partner.domain.length = (uint8_t)snprintf(e.partner.domain.text, sizeof e.partner.domain.text, "partner%lu.example.com", i);
		for (unsigned long t = 1; t <= targets + (i < watched); t++) {
			struct demand d = { .has_target = true, .target = i * 1000 + t };

			s->ops->measure(s, &e, &d, measured, &answers);
		}
	}
	if (answers != partners * targets + watched) {
		fprintf(stderr, "partners: %lu answers instead of %lu\n", answers, partners * targets + watched);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	unsigned long partners = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000, targets = argc > 2 ? strtoul(argv[2], NULL, 10) : 10;
	unsigned long watched = argc > 4 ? strtoul(argv[4], NULL, 10) : 0;
	struct limits limits;
	struct store_health health;
	struct store *s;
	double before, before_heap, after, after_heap;

	limits_default(&limits);
	if (watched)
		limits.distinct_uris = (uint32_t)targets;
	s = store_memory_open(argc > 3 ? argv[3] : NULL, 2 * (unsigned)partners, &limits, clock_monotonic_us, clock_wall_us);
	before = resident_mb();
	before_heap = (double)(mallinfo2().uordblks + mallinfo2().hblkhd);
	fill(s, &limits, partners, targets, watched);
	after = resident_mb();
	after_heap = (double)(mallinfo2().uordblks + mallinfo2().hblkhd);
	s->ops->health(s, &health);
	printf("{\"partners\":%u,\"targets\":%lu,\"mb\":%.1f,\"heap_mb\":%.1f,\"octets\":%.0f}\n", health.partners, targets,
	    after - before, (after_heap - before_heap) / 1e6, (after - before) * 1e6 / (double)partners);
	s->ops->close(s);
	return health.partners == partners ? 0 : 1;
}
