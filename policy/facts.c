/* What follows from the facts alone. */
#include "facts.h"

#include <string.h>

const struct domain *peer_organisation(const struct peer *peer)
{
	static const struct domain nobodys;

	for (size_t i = 0; i < peer->count; i++)
		if (peer->names[i].organisation.length > 0)
			return &peer->names[i].organisation;
	return &nobodys;
}

enum method method_read(const char *name, size_t length)
{
	/* RFC 3261 7.1: compared with their case. */
	static const struct { const char *name; enum method method; } methods[] = {
		{ "INVITE", METHOD_INVITE }, { "ACK", METHOD_ACK }, { "BYE", METHOD_BYE },
		{ "CANCEL", METHOD_CANCEL }, { "PRACK", METHOD_PRACK }, { "OPTIONS", METHOD_OPTIONS },
		{ "REGISTER", METHOD_REGISTER }, { "PUBLISH", METHOD_PUBLISH },
	};

	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
		if (strlen(methods[i].name) == length && !memcmp(methods[i].name, name, length))
			return methods[i].method;
	return METHOD_OTHER;
}

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
