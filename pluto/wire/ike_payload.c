/* The bodies of the simple payloads, to values. */
#include "pluto/wire/ike_msg.h"

#include "pluto/wire/parse.h"

/* RFC 7296 3.4: group, two reserved octets, value. */
bool
ke_read(struct span body, struct ke_body *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);

	*out = (struct ke_body){ .group = wire_u16(&r, "KE group") };
	wire_skip(&r, 2, "KE reserved");
	out->value = wire_rest(&r);
	if (out->value.len == 0)
		wire_bad(&r, "KE value");
	return parse_done(e, &r);
}

/* RFC 7296 3.9: 16 to 256 octets. */
bool
nonce_read(struct span body, struct span *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);

	*out = wire_rest(&r);
	if (out->len < 16 || out->len > 256)
		wire_bad(&r, "nonce length");
	return parse_done(e, &r);
}

/* RFC 7296 3.10: protocol, SPI size, type, SPI, data. */
bool
notify_read(struct span body, struct notify_body *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);
	uint8_t spi_size;

	*out = (struct notify_body){ .protocol = wire_u8(&r, "N protocol") };
	spi_size = wire_u8(&r, "N SPI size");
	out->type = wire_u16(&r, "N type");
	out->spi = wire_bytes(&r, spi_size, "N SPI");
	out->data = wire_rest(&r);
	return parse_done(e, &r);
}

/* RFC 7296 3.11: an IKE SA is deleted without an SPI, ESP and AH with four
 * octets each; the count must be what follows. */
bool
delete_read(struct span body, struct delete_body *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);

	*out = (struct delete_body){ .protocol = wire_u8(&r, "D protocol") };
	out->spi_size = wire_u8(&r, "D SPI size");
	out->n_spis = wire_u16(&r, "D number of SPIs");
	out->spis = wire_bytes(&r, (size_t)out->spi_size * out->n_spis, "D SPIs");
	if (out->protocol == PROTO_IKE
	    ? out->spi_size != 0 || out->n_spis != 0 : out->spi_size != 4)
		wire_bad(&r, "D SPI size");
	if (!parse_done(e, &r)) {
		out->n_spis = 0;
		return false;
	}
	return true;
}

/* RFC 7296 3.8: method, three reserved octets, data. */
bool
auth_read(struct span body, struct auth_body *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);

	*out = (struct auth_body){ .method = wire_u8(&r, "AUTH method") };
	wire_skip(&r, 3, "AUTH reserved");
	out->data = wire_rest(&r);
	return parse_done(e, &r);
}

/* The first notify from LO to HI that can be read. */
static bool
find_between(const struct payload_list *l, uint16_t lo, uint16_t hi,
	     struct notify_body *out)
{
	struct parse_error e;

	for (unsigned i = 0; i < l->n; i++)
		if (l->p[i].type == P_N && notify_read(l->p[i].body, out, &e) &&
		    out->type >= lo && out->type <= hi)
			return true;
	*out = (struct notify_body){ 0 };
	return false;
}

bool
notify_find(const struct payload_list *l, uint16_t type, struct notify_body *out)
{
	return find_between(l, type, type, out);
}

bool
notify_find_error(const struct payload_list *l, struct notify_body *out)
{
	return find_between(l, 0, N_FIRST_STATUS - 1, out);
}
