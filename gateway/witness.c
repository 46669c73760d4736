#include "witness.h"

#include "candidate.h"
#include "recorder.h"

uint64_t witness_judged(struct witness *w, struct sight *sight)
{
	sight->number = ++w->number;
	if (w->recorder)
		recorder_judged(w->recorder, sight);
	if (w->candidate)
		candidate_judged(w->candidate, sight);
	return sight->number;
}

void witness_answered(const struct witness *w, const struct sight_of_outcome *seen)
{
	if (w->recorder)
		recorder_answered(w->recorder, seen);
	if (w->candidate)
		candidate_answered(w->candidate, seen);
}

void witness_closed(const struct witness *w, uint64_t connection, uint64_t told)
{
	if (w->recorder)
		recorder_closed(w->recorder, connection, told);
}
