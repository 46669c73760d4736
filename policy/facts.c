/* What follows from the facts alone. */
#include "facts.h"

bool facts_ends_call(const struct facts *facts)
{
	switch (facts->method) {
	case METHOD_ACK:
	case METHOD_BYE:
	case METHOD_CANCEL:
	case METHOD_PRACK:
		return facts->proven;
	case METHOD_OTHER:
	case METHOD_INVITE:
	case METHOD_OPTIONS:
	case METHOD_REGISTER:
	case METHOD_PUBLISH:
		break;
	}
	return false;
}
