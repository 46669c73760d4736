/* Networks in which no partner is: private, of this host or link, of the
 * provider, not for one host, or reserved. IPv4 that hides in IPv6 counts as IPv4. */
#include "address.h"

#include <string.h>

struct network {
	uint8_t octets[16];
	unsigned bits;
};

static const struct network v4_networks[] = {
	{ { 0 }, 8 },                  /* "this network" */
	{ { 10 }, 8 },                 /* RFC 1918 */
	{ { 100, 64 }, 10 },           /* shared by a provider's customers, RFC 6598 */
	{ { 127 }, 8 },                /* loopback */
	{ { 169, 254 }, 16 },          /* link-local; also a cloud's metadata */
	{ { 172, 16 }, 12 },           /* RFC 1918 */
	{ { 192, 0, 0 }, 24 },         /* protocol assignments, RFC 6890 */
	{ { 192, 168 }, 16 },          /* RFC 1918 */
	{ { 198, 18 }, 15 },           /* measurements, RFC 2544 */
	{ { 224 }, 3 },                /* multicast, reserved, broadcast */
};

static const struct network v6_networks[] = {
	{ { 0 }, 8 },                  /* unspecified, loopback, "compatible" IPv4 */
	{ { 0xfc }, 7 },               /* unique local, RFC 4193 */
	{ { 0xfe, 0x80 }, 9 },         /* link-local, and the site-local of old */
	{ { 0xff }, 8 },               /* multicast */
	{ { 0x20, 0x01, 0, 0 }, 32 },  /* Teredo: through whoever it says */
};

/* Behind these stands an IPv4 address. */
static const struct { struct network network; size_t at; } wrappings[] = {
	{ { { [10] = 0xff, [11] = 0xff }, 96 }, 12 },         /* IPv4-mapped */
	{ { { 0, 0x64, 0xff, 0x9b }, 96 }, 12 },              /* NAT64, RFC 6052 */
	{ { { 0x20, 0x02 }, 16 }, 2 },                        /* 6to4, RFC 3056 */
};

static bool is_in(const uint8_t *octets, const struct network *n)
{
	unsigned whole = n->bits / 8, rest = n->bits % 8;

	return !memcmp(octets, n->octets, whole) && (!rest || (octets[whole] ^ n->octets[whole]) >> (8 - rest) == 0);
}

static bool v4_is_private(const uint8_t *octets)
{
	for (size_t i = 0; i < sizeof v4_networks / sizeof v4_networks[0]; i++)
		if (is_in(octets, &v4_networks[i]))
			return true;
	return false;
}

static bool v6_is_private(const uint8_t *octets)
{
	for (size_t i = 0; i < sizeof wrappings / sizeof wrappings[0]; i++)
		if (is_in(octets, &wrappings[i].network))
			return v4_is_private(octets + wrappings[i].at);
	for (size_t i = 0; i < sizeof v6_networks / sizeof v6_networks[0]; i++)
		if (is_in(octets, &v6_networks[i]))
			return true;
	return false;
}

bool address_private(const struct address *address)
{
	if (!address->length || address->socket.any.sa_family == AF_UNIX)
		return false;
	if (address->socket.any.sa_family == AF_INET)
		return v4_is_private((const uint8_t *)&address->socket.v4.sin_addr);
	return v6_is_private(address->socket.v6.sin6_addr.s6_addr);
}
