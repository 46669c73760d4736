#include "quota.h"

bool quota_would(const struct quota *q, const struct share *s, size_t amount)
{
	if (q->used + amount <= q->limit)
		return true;
	if (q->used + amount > q->limit + q->limit / 8)
		return false;
	return s->used * q->owners < q->used;
}

bool quota_take(struct quota *q, struct share *s, size_t amount)
{
	if (!quota_would(q, s, amount))
		return false;
	if (!s->used && amount)
		q->owners++;
	s->used += amount;
	q->used += amount;
	return true;
}

void quota_give(struct quota *q, struct share *s, size_t amount)
{
	q->used -= amount;
	s->used -= amount;
	if (!s->used && amount)
		q->owners--;
}
