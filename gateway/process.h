/* What the kernel says of this process. */
#ifndef GATEWAY_PROCESS_H
#define GATEWAY_PROCESS_H

#include <stdint.h>

#include "loop.h"

struct process;

struct process_memory {
	uint64_t resident, virtual; /* octets; 0: not known */
};

/* Counts descriptors a piece a second: ten thousand of them looked up at once would hold up messages. */
struct process *process_new(struct loop *);
void process_free(struct process *);

double process_cpu_s(void);
struct process_memory process_memory(const struct process *);
uint64_t process_open_fds(const struct process *); /* as last counted, some seconds ago */
uint64_t process_max_fds(void);
int64_t process_started_us(const struct process *); /* wall clock */

#endif
