/* Taking the files of the embedded store over from whoever had them: the lock,
 * reading both, and putting aside what is not as we write it. */
#ifndef GATEWAY_RESTORE_H
#define GATEWAY_RESTORE_H

#include "snapshot.h"

#define TROUBLE_MAX 512

/* A descriptor to hold for as long as the files are ours; -1: `trouble` says why. */
int restore_lock(const char *lock, const char *file, char trouble[TROUBLE_MAX]);

/* False: there is something that cannot be read now; nothing was loaded. What is
 * damaged or foreign is renamed, and what was good in it is loaded. */
bool restore_files(struct loading *, const char *snapshot, const char *journal, char trouble[TROUBLE_MAX]);

#endif
