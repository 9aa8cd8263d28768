/* The Internet checksum (RFC 1071), fast enough to run over every payload. */
#include "pluto/esp/csum.h"

#include <arpa/inet.h>
#include <string.h>

static uint64_t
load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint64_t
add_carry(uint64_t a, uint64_t b)
{
	a += b;
	return a + (a < b);
}

uint64_t
csum_add(uint64_t sum, const uint8_t *p, size_t len)
{
	uint64_t a = 0, b = 0, c = 0, last = 0;

	/* Four chains, so that the carries do not wait for each other. */
	while (len >= 32) {
		sum = add_carry(sum, load64(p));
		a = add_carry(a, load64(p + 8));
		b = add_carry(b, load64(p + 16));
		c = add_carry(c, load64(p + 24));
		p += 32;
		len -= 32;
	}
	sum = add_carry(add_carry(sum, a), add_carry(b, c));
	while (len >= 8) {
		sum = add_carry(sum, load64(p));
		p += 8;
		len -= 8;
	}
	memcpy(&last, p, len);
	return add_carry(sum, last);
}

uint64_t
csum_add16(uint64_t sum, uint16_t v)
{
	return add_carry(sum, htons(v));
}

uint16_t
csum_fold(uint64_t sum)
{
	sum = (sum >> 32) + (sum & UINT32_MAX);
	sum = (sum >> 32) + (sum & UINT32_MAX);
	sum = (sum >> 16) + (sum & UINT16_MAX);
	sum = (sum >> 16) + (sum & UINT16_MAX);
	return (uint16_t)sum;
}

void
csum_put(uint8_t *p, uint64_t sum)
{
	uint16_t v = csum_fold(sum);

	memcpy(p, &v, sizeof(v));
}

void
csum_put_final(uint8_t *p, uint64_t sum)
{
	uint16_t v = (uint16_t)~csum_fold(sum);

	memcpy(p, &v, sizeof(v));
}

uint64_t
csum_pseudo(const uint8_t *ip, uint8_t proto, uint32_t len)
{
	uint64_t sum;

	/* Source and destination are neighbours in both headers. */
	if (ip[0] >> 4 == 4)
		sum = csum_add(0, ip + 12, 8);
	else
		sum = csum_add(0, ip + 8, 32);
	sum = csum_add16(sum, (uint16_t)(len >> 16));
	sum = csum_add16(sum, (uint16_t)len);
	return csum_add16(sum, proto);
}
