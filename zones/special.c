/* The prefixes of special use. */
#include "zones/special.h"

#include <stddef.h>

bool
special_address(const struct ip_addr *a)
{
	static const char *const prefixes[] = { "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10",
		"127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24", "192.168.0.0/16",
		"198.51.100.0/24", "203.0.113.0/24", "255.255.255.255/32", "::/127", "fd00::/8",
		"fe80::/10", "2001:db8::/32" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		struct ip_prefix p;

		if (ip_prefix_parse(prefixes[i], &p) && ip_prefix_contains(&p, a))
			return true;
	}
	return false;
}
