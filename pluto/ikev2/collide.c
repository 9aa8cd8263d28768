/* Both sides rekey the same thing: the lowest of the four nonces decides
 * (RFC 7296 2.8.1, 2.8.2). */
#include <string.h>

#include "pluto/ikev2/create.h"

uint16_t
collide_lowest(struct span a, struct span b, uint8_t out[256])
{
	struct span low = span_cmp(a, b) <= 0 ? a : b;

	memcpy(out, low.ptr, low.len);	/* nonce_read allows 256 at most */
	return (uint16_t)low.len;
}
