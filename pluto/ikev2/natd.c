/* NAT detection: hashes of addresses as each side sees them. */
#include "pluto/ikev2/natd.h"

/* SHA1_Init is of OpenSSL 1.1. It takes no memory, so it cannot fail: half a hash would be a
 * NAT that only one side believes in. */
#define OPENSSL_API_COMPAT 0x10101000L
#include <openssl/sha.h>

/* RFC 7296 2.23: SHA-1(SPIi | SPIr | IP | port); it protects nothing. */
static void
hash(const uint8_t spi_i[8], const uint8_t spi_r[8], const struct endpoint *at,
     uint8_t out[NATD_LEN])
{
	uint8_t in[34];
	struct wire_writer w = wire_writer(in, sizeof(in));
	struct span text;
	SHA_CTX sha;

	wire_put(&w, span_of(spi_i, 8));
	wire_put(&w, span_of(spi_r, 8));
	wire_put(&w, ip_addr_span(&at->addr));
	wire_put_u16(&w, at->port);
	text = wire_written(&w);
	SHA1_Init(&sha);
	SHA1_Update(&sha, text.ptr, text.len);
	SHA1_Final(out, &sha);
}

void
natd_write(struct ike_build *b, const uint8_t spi_i[8], const uint8_t spi_r[8],
	   const struct endpoint *local, const struct endpoint *remote, bool wrong_source)
{
	uint8_t h[NATD_LEN];
	const struct span none = { NULL, 0 };

	hash(spi_i, spi_r, local, h);
	if (wrong_source)
		h[0] ^= 0xff;
	ike_build_notify(b, PROTO_NONE, none, N_NAT_DETECTION_SOURCE_IP, SPAN_OF(h));
	hash(spi_i, spi_r, remote, h);
	ike_build_notify(b, PROTO_NONE, none, N_NAT_DETECTION_DESTINATION_IP, SPAN_OF(h));
}

/* There may be several source hashes; one that fits is enough. */
static bool
any_fits(const struct payload_list *l, uint16_t type, const uint8_t want[NATD_LEN], bool *seen)
{
	bool fits = false;

	for (unsigned i = 0; i < l->n; i++) {
		struct notify_body n;
		struct parse_error e;

		if (l->p[i].type != P_N || !notify_read(l->p[i].body, &n, &e) || n.type != type
		    || n.data.len != NATD_LEN)
			continue;
		*seen = true;
		fits = fits || span_eq(n.data, span_of(want, NATD_LEN));
	}
	return fits;
}

struct natd_result
natd_check(const struct payload_list *l, const struct ike_hdr *h,
	   const struct endpoint *local, const struct endpoint *remote)
{
	uint8_t want[NATD_LEN];
	bool source = false, destination = false, fits_source, fits_destination;

	hash(h->spi_i, h->spi_r, remote, want);
	fits_source = any_fits(l, N_NAT_DETECTION_SOURCE_IP, want, &source);
	hash(h->spi_i, h->spi_r, local, want);
	fits_destination = any_fits(l, N_NAT_DETECTION_DESTINATION_IP, want, &destination);
	if (!source || !destination)
		return (struct natd_result){ 0 };
	return (struct natd_result){ .supported = true, .nat_remote = !fits_source,
		.nat_local = !fits_destination };
}
