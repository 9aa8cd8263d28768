/* Cookies of a busy responder. */
#include "pluto/ikev2/cookie.h"

#include <string.h>

#include "pluto/crypto/prf.h"
#include "pluto/wire/ike_const.h"

bool
cookie_due(const struct cookie_secrets *s, uint64_t now_ms)
{
	return !s->have[s->version & 1] || now_ms - s->made_ms >= COOKIE_ROTATE_MS;
}

void
cookie_rotate(struct cookie_secrets *s, const uint8_t key[32], uint64_t now_ms)
{
	s->version++;
	memcpy(s->key[s->version & 1], key, 32);
	s->have[s->version & 1] = true;
	s->made_ms = now_ms;
}

static bool
compute(const struct cookie_secrets *s, uint8_t version, struct span ni,
	const struct ip_addr *peer, const uint8_t spi_i[8], uint8_t out[COOKIE_LEN])
{
	const struct span parts[] = { ni, ip_addr_span(peer), span_of(spi_i, 8) };

	if (!s->have[version & 1])
		return false;
	out[0] = version;
	return prf_parts(PRF_HMAC_SHA2_256, SPAN_OF(s->key[version & 1]), parts, 3, out + 1) == 0;
}

bool
cookie_make(const struct cookie_secrets *s, struct span ni, const struct ip_addr *peer,
	    const uint8_t spi_i[8], uint8_t out[COOKIE_LEN])
{
	return compute(s, s->version, ni, peer, spi_i, out);
}

bool
cookie_good(const struct cookie_secrets *s, struct span cookie, struct span ni,
	    const struct ip_addr *peer, const uint8_t spi_i[8])
{
	uint8_t want[COOKIE_LEN], version;

	if (cookie.len != COOKIE_LEN)
		return false;
	version = cookie.ptr[0];
	if (version != s->version && version != (uint8_t)(s->version - 1))
		return false;
	return compute(s, version, ni, peer, spi_i, want)
		&& span_eq_secret(cookie, SPAN_OF(want));
}
