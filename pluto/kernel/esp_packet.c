/* Reads the SPI of an ESP or AH packet as it came from the network. */
#include "pluto/kernel/esp_packet.h"

#include <netinet/in.h>

#include "lib/wire.h"

enum { V4_HEADER = 20 };

static uint8_t
read_v4(struct wire_reader *r, uint8_t first, struct esp_packet *out)
{
	const size_t header = 4u * (first & 15);
	uint8_t proto;

	wire_skip(r, 8, "length to TTL");
	proto = wire_u8(r, "protocol");
	wire_skip(r, 2, "checksum");
	out->remote.addr = ip_addr_from(wire_bytes(r, 4, "source"));
	out->local = ip_addr_from(wire_bytes(r, 4, "destination"));
	if (header < V4_HEADER)
		wire_bad(r, "header length");
	else
		wire_skip(r, header - V4_HEADER, "options");
	return proto;
}

static uint8_t
read_v6(struct wire_reader *r, struct esp_packet *out)
{
	uint8_t proto;

	wire_skip(r, 5, "flow label and length");
	proto = wire_u8(r, "next header");
	wire_skip(r, 1, "hop limit");
	out->remote.addr = ip_addr_from(wire_bytes(r, 16, "source"));
	out->local = ip_addr_from(wire_bytes(r, 16, "destination"));
	return proto;
}

bool
esp_packet_read(struct span packet, struct esp_packet *out)
{
	struct wire_reader r = wire_reader(packet);
	uint8_t first = wire_u8(&r, "version"), proto = 0;

	*out = (struct esp_packet){ .spi = 0 };
	if (first >> 4 == 4)
		proto = read_v4(&r, first, out);
	else if (first >> 4 == 6)
		proto = read_v6(&r, out);
	switch (proto) {
	case IPPROTO_ESP:
		break;
	case IPPROTO_AH:
		wire_skip(&r, 4, "next header, length");
		break;
	case IPPROTO_UDP:
		out->remote.port = wire_u16(&r, "source port");
		wire_skip(&r, 6, "port, length, checksum");
		break;
	default:
		return false;
	}
	out->spi = wire_u32(&r, "SPI");
	return wire_ok(&r) && out->spi != 0;
}
