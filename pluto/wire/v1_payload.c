/* The bodies of IKEv1's simple payloads, read and written. */
#include "pluto/wire/parse.h"
#include "pluto/wire/v1_msg.h"

enum { NONCE_MIN = 8, NONCE_MAX = 256, V4_LEN = 4, V6_LEN = 16, FRAGMENT_LAST = 1 };

static bool
done(struct parse_error *e, struct wire_reader *r)
{
	*e = (struct parse_error){ 0 };
	return wire_done(r) || parse_fail(e, r, V1_N_PAYLOAD_MALFORMED);
}

/* RFC 2408 3.14: DOI, protocol, SPI size, type, SPI, data. */
bool
v1_notify_read(struct span body, struct v1_notify_body *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);
	uint8_t spi_size;

	*out = (struct v1_notify_body){ .doi = wire_u32(&r, "N DOI") };
	out->protocol = wire_u8(&r, "N protocol");
	spi_size = wire_u8(&r, "N SPI size");
	out->type = wire_u16(&r, "N type");
	out->spi = wire_bytes(&r, spi_size, "N SPI");
	out->data = wire_rest(&r);
	return done(e, &r);
}

/* RFC 2408 3.15: an ISAKMP SA is named by both cookies, the others by four
 * octets (IPCOMP: two or four). */
bool
v1_delete_read(struct span body, struct v1_delete_body *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);

	*out = (struct v1_delete_body){ .doi = wire_u32(&r, "D DOI") };
	out->protocol = wire_u8(&r, "D protocol");
	out->spi_size = wire_u8(&r, "D SPI size");
	out->n_spis = wire_u16(&r, "D number of SPIs");
	out->spis = wire_bytes(&r, (size_t)out->spi_size * out->n_spis, "D SPIs");
	if (out->protocol == V1_PROTO_ISAKMP ? out->spi_size != 16
	    : out->spi_size != 4 && !(out->protocol == V1_PROTO_IPCOMP && out->spi_size == 2))
		wire_bad(&r, "D SPI size");
	if (done(e, &r))
		return true;
	out->n_spis = 0;
	return false;
}

/* RFC 2407 4.6.2. */
bool
v1_id_read(struct span body, struct v1_id *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);

	*out = (struct v1_id){ .type = wire_u8(&r, "ID type") };
	out->ip_proto = wire_u8(&r, "ID protocol");
	out->port = wire_u16(&r, "ID port");
	out->data = wire_rest(&r);
	return done(e, &r);
}

static bool
read_addr(struct wire_reader *r, enum ip_family family, struct ip_addr *out)
{
	*out = ip_addr_from(wire_bytes(r, family == IP_V6 ? V6_LEN : V4_LEN, "address"));
	return wire_ok(r) && out->family == family;
}

/* RFC 3947 5.2: type, three reserved octets, address. */
bool
v1_nat_oa_read(struct span body, struct v1_nat_oa *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);
	uint8_t type = wire_u8(&r, "NAT-OA type");

	wire_skip(&r, 3, "NAT-OA reserved");
	*out = (struct v1_nat_oa){ .addr = { .family = IP_NONE } };
	if (type != ID_IPV4_ADDR && type != ID_IPV6_ADDR)
		wire_bad(&r, "NAT-OA type");
	else
		read_addr(&r, type == ID_IPV6_ADDR ? IP_V6 : IP_V4, &out->addr);
	return done(e, &r);
}

bool
v1_fragment_read(struct span body, struct v1_fragment *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);

	*out = (struct v1_fragment){ .id = wire_u16(&r, "fragment id") };
	out->number = wire_u8(&r, "fragment number");
	out->last = (wire_u8(&r, "fragment flags") & FRAGMENT_LAST) != 0;
	out->data = wire_rest(&r);
	if (wire_ok(&r) && (out->number == 0 || out->data.len == 0))
		wire_bad(&r, "fragment");
	return done(e, &r);
}

bool
v1_nonce_read(struct span body, struct span *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);

	*out = wire_rest(&r);
	if (out->len < NONCE_MIN || out->len > NONCE_MAX)
		wire_bad(&r, "nonce length");
	return done(e, &r);
}

void
v1_put_notify(struct ike_build *b, uint8_t protocol, struct span spi, uint16_t type,
	      struct span data)
{
	size_t mark = ike_build_open(b, V1_N);

	wire_put_u32(&b->w, V1_DOI_IPSEC);
	wire_put_u8(&b->w, protocol);
	wire_put_u8(&b->w, (uint8_t)spi.len);
	wire_put_u16(&b->w, type);
	wire_put(&b->w, spi);
	wire_put(&b->w, data);
	ike_build_close(b, mark);
}

void
v1_put_delete(struct ike_build *b, uint8_t protocol, uint8_t spi_size, struct span spis)
{
	size_t mark = ike_build_open(b, V1_D);

	wire_put_u32(&b->w, V1_DOI_IPSEC);
	wire_put_u8(&b->w, protocol);
	wire_put_u8(&b->w, spi_size);
	wire_put_u16(&b->w, (uint16_t)(spis.len / spi_size));
	wire_put(&b->w, spis);
	ike_build_close(b, mark);
}

void
v1_put_fragment(struct ike_build *b, const struct v1_fragment *f)
{
	size_t mark = ike_build_open(b, V1_FRAGMENT);

	wire_put_u16(&b->w, f->id);
	wire_put_u8(&b->w, f->number);
	wire_put_u8(&b->w, f->last ? FRAGMENT_LAST : 0);
	wire_put(&b->w, f->data);
	ike_build_close(b, mark);
}

void
v1_put_id(struct ike_build *b, const struct v1_id *id)
{
	size_t mark = ike_build_open(b, V1_ID);

	wire_put_u8(&b->w, id->type);
	wire_put_u8(&b->w, id->ip_proto);
	wire_put_u16(&b->w, id->port);
	wire_put(&b->w, id->data);
	ike_build_close(b, mark);
}

void
v1_put_nat_oa(struct ike_build *b, const struct ip_addr *a)
{
	size_t mark = ike_build_open(b, V1_NAT_OA);

	wire_put_u8(&b->w, a->family == IP_V6 ? ID_IPV6_ADDR : ID_IPV4_ADDR);
	wire_put_zeros(&b->w, 3);
	wire_put(&b->w, ip_addr_span(a));
	ike_build_close(b, mark);
}
