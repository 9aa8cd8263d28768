/* What crosses between the inner and the outer IP header (RFC 4301 5.1.2,
 * RFC 6040): the ECN field, DSCP and "do not fragment". */
#include "pluto/esp/ecn.h"

#include "pluto/esp/bytes.h"
#include "pluto/esp/csum.h"

enum { DROP = -1 };

/* RFC 6040 figure 4: rows are the inner field, columns the outer one. */
static const int8_t decap[4][4] = {
	[ECN_NOT_ECT] = { [ECN_NOT_ECT] = ECN_NOT_ECT, [ECN_ECT0] = ECN_NOT_ECT,
			  [ECN_ECT1] = ECN_NOT_ECT, [ECN_CE] = DROP },
	[ECN_ECT0] = { [ECN_NOT_ECT] = ECN_ECT0, [ECN_ECT0] = ECN_ECT0,
		       [ECN_ECT1] = ECN_ECT1, [ECN_CE] = ECN_CE },
	[ECN_ECT1] = { [ECN_NOT_ECT] = ECN_ECT1, [ECN_ECT0] = ECN_ECT1,
		       [ECN_ECT1] = ECN_ECT1, [ECN_CE] = ECN_CE },
	[ECN_CE] = { [ECN_NOT_ECT] = ECN_CE, [ECN_ECT0] = ECN_CE,
		     [ECN_ECT1] = ECN_CE, [ECN_CE] = ECN_CE },
};

uint8_t
ecn_encap(uint8_t inner_tos)
{
	return inner_tos;
}

int
ecn_decap(uint8_t inner_tos, uint8_t outer_tos)
{
	return decap[inner_tos & ECN_MASK][outer_tos & ECN_MASK];
}

void
ecn_set(uint8_t *ip, uint8_t ecn)
{
	size_t ihl;

	if (ip[0] >> 4 == 6) {
		ip[1] = (uint8_t)((ip[1] & ~0x30) | ecn << 4);
		return;
	}
	ihl = (size_t)(ip[0] & 0xf) * 4;
	ip[1] = (uint8_t)((ip[1] & ~ECN_MASK) | ecn);
	put_be16(ip + 10, 0);
	csum_put_final(ip + 10, csum_add(0, ip, ihl));
}

enum too_big
df_policy(uint8_t ip_version, bool df)
{
	return ip_version == 4 && !df ? TOO_BIG_FRAGMENT : TOO_BIG_REPORT;
}
