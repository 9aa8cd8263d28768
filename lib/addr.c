/* Addresses, prefixes and endpoints as values, and the keyed hash over them. */
#include "lib/addr.h"

#include <assert.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/random.h>

#include "lib/siphash.h"

size_t
ip_addr_size(enum ip_family family)
{
	switch (family) {
	case IP_V4:
		return 4;
	case IP_V6:
		return 16;
	case IP_NONE:
		break;
	}
	return 0;
}

unsigned
ip_addr_bits(enum ip_family family)
{
	return (unsigned)ip_addr_size(family) * 8;
}

struct ip_addr
ip_addr_from(struct span bytes)
{
	struct ip_addr a = { .family = IP_NONE };

	if (bytes.len != 4 && bytes.len != 16)
		return a;
	a.family = bytes.len == 4 ? IP_V4 : IP_V6;
	memcpy(a.bytes, bytes.ptr, bytes.len);
	return a;
}

struct span
ip_addr_span(const struct ip_addr *a)
{
	return span_of(a->bytes, ip_addr_size(a->family));
}

bool
ip_addr_eq(const struct ip_addr *a, const struct ip_addr *b)
{
	return ip_addr_cmp(a, b) == 0;
}

int
ip_addr_cmp(const struct ip_addr *a, const struct ip_addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return span_cmp(ip_addr_span(a), ip_addr_span(b));
}

bool
ip_addr_is_any(const struct ip_addr *a)
{
	struct span s = ip_addr_span(a);

	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] != 0)
			return false;
	return true;
}

bool
ip_addr_is_loopback(const struct ip_addr *a)
{
	static const uint8_t v6[16] = { [15] = 1 };

	if (a->family == IP_V4)
		return a->bytes[0] == 127;
	return a->family == IP_V6 && memcmp(a->bytes, v6, 16) == 0;
}

bool
ip_addr_is_multicast(const struct ip_addr *a)
{
	static const uint8_t broadcast[4] = { 255, 255, 255, 255 };

	if (a->family == IP_V4)
		return (a->bytes[0] & 0xf0) == 0xe0 ||
		       memcmp(a->bytes, broadcast, 4) == 0;
	return a->family == IP_V6 && a->bytes[0] == 0xff;
}

bool
ip_addr_is_link_local(const struct ip_addr *a)
{
	if (a->family == IP_V4)
		return a->bytes[0] == 169 && a->bytes[1] == 254;
	return a->family == IP_V6 && a->bytes[0] == 0xfe &&
	       (a->bytes[1] & 0xc0) == 0x80;
}

bool
ip_prefix_contains(const struct ip_prefix *p, const struct ip_addr *a)
{
	unsigned whole = p->len / 8, odd = p->len % 8;

	if (p->addr.family != a->family || a->family == IP_NONE ||
	    p->len > ip_addr_bits(a->family))
		return false;
	if (memcmp(p->addr.bytes, a->bytes, whole) != 0)
		return false;
	return odd == 0 ||
	       (p->addr.bytes[whole] ^ a->bytes[whole]) >> (8 - odd) == 0;
}

struct ip_prefix
ip_prefix_host(const struct ip_addr *a)
{
	return (struct ip_prefix){
		.addr = *a, .len = (uint8_t)ip_addr_bits(a->family),
	};
}

bool
endpoint_eq(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && ip_addr_eq(&a->addr, &b->addr);
}

socklen_t
endpoint_to_sockaddr(const struct endpoint *e, struct sockaddr_storage *ss)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	memset(ss, 0, sizeof(*ss));
	switch (e->addr.family) {
	case IP_V4:
		in4.sin_port = htons(e->port);
		memcpy(&in4.sin_addr, e->addr.bytes, 4);
		memcpy(ss, &in4, sizeof(in4));
		return sizeof(in4);
	case IP_V6:
		in6.sin6_port = htons(e->port);
		memcpy(&in6.sin6_addr, e->addr.bytes, 16);
		memcpy(ss, &in6, sizeof(in6));
		return sizeof(in6);
	case IP_NONE:
		break;
	}
	return 0;
}

static struct ip_addr
unmapped(const struct in6_addr *in6)
{
	if (IN6_IS_ADDR_V4MAPPED(in6))
		return ip_addr_from(span_of(in6->s6_addr + 12, 4));
	return ip_addr_from(span_of(in6->s6_addr, 16));
}

bool
endpoint_from_sockaddr(const struct sockaddr *sa, struct endpoint *out)
{
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;

	if (sa->sa_family == AF_INET) {
		memcpy(&in4, sa, sizeof(in4));
		*out = (struct endpoint){
			.addr = ip_addr_from(span_of(&in4.sin_addr, 4)),
			.port = ntohs(in4.sin_port),
		};
		return true;
	}
	if (sa->sa_family != AF_INET6)
		return false;
	memcpy(&in6, sa, sizeof(in6));
	*out = (struct endpoint){
		.addr = unmapped(&in6.sin6_addr),
		.port = ntohs(in6.sin6_port),
	};
	return true;
}

static const uint8_t *
process_key(void)
{
	static uint8_t key[16];
	static bool made;
	size_t have = 0;

	/* Once made it is only read, so that threads may hash too. */
	if (made)
		return key;
	while (have < sizeof(key)) {
		ssize_t n = getrandom(key + have, sizeof(key) - have, 0);

		if (n > 0)
			have += (size_t)n;
	}
	made = true;
	return key;
}

uint64_t
addr_hash(struct span bytes)
{
	return siphash24(process_key(), bytes);
}

uint64_t
ip_pair_hash(const struct ip_addr *src, const struct ip_addr *dst)
{
	uint8_t both[34];

	static_assert(sizeof(both) == 2 * (1 + sizeof(src->bytes)), "room");
	both[0] = (uint8_t)src->family;
	memcpy(both + 1, src->bytes, 16);
	both[17] = (uint8_t)dst->family;
	memcpy(both + 18, dst->bytes, 16);
	return addr_hash(SPAN_OF(both));
}
