/* Big-endian loads and stores inside headers whose room is already checked.
 *
 * Only for packets that inner_parse() or esp_open() has measured: the data
 * path touches them a dozen times each and must not pay a check every time. */
#ifndef PLUTO_ESP_BYTES_H
#define PLUTO_ESP_BYTES_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t
be16_at(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
be32_at(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

static inline void
put_be16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void
put_be32(uint8_t *p, uint32_t v)
{
	v = htobe32(v);
	memcpy(p, &v, sizeof(v));
}

#endif
