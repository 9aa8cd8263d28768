/* Reads and writes the note that says: this name was looked up, and has these addresses. */
#include "adns/tap_note.h"

#include <string.h>

enum { VERSION = 1 };

static struct ip_addr
read_addr(struct wire_reader *r)
{
	uint8_t family = wire_u8(r, "family");

	if (family != 4 && family != 6)
		wire_bad(r, "family");
	return ip_addr_from(wire_bytes(r, family == 6 ? 16 : 4, "address"));
}

bool
tap_note_read(struct span datagram, struct adns_notice *out)
{
	struct wire_reader r = wire_reader(datagram);
	uint8_t n, len;
	struct span name;

	*out = (struct adns_notice){ 0 };
	if (wire_u8(&r, "mark") != 'o' || wire_u8(&r, "mark") != 'e' || wire_u8(&r, "version") != VERSION)
		wire_bad(&r, "mark");
	n = wire_u8(&r, "number of addresses");
	len = wire_u8(&r, "length of name");
	name = wire_bytes(&r, len, "name");
	if (wire_ok(&r) && !dns_name_from_host(name, &out->name))
		wire_bad(&r, "name");
	for (unsigned i = 0; i < n && wire_ok(&r); i++) {
		struct ip_addr a = read_addr(&r);

		if (wire_ok(&r) && out->n_addrs < ADNS_MAX_NOTED)
			out->addrs[out->n_addrs++] = a;
	}
	return wire_done(&r) && out->n_addrs > 0;
}

bool
tap_note_write(struct wire_writer *w, const struct adns_notice *n)
{
	struct span name = span_str(n->name.text);

	wire_put_u8(w, 'o');
	wire_put_u8(w, 'e');
	wire_put_u8(w, VERSION);
	wire_put_u8(w, (uint8_t)n->n_addrs);
	wire_put_u8(w, (uint8_t)name.len);
	wire_put(w, name);
	for (unsigned i = 0; i < n->n_addrs; i++) {
		wire_put_u8(w, n->addrs[i].family == IP_V6 ? 6 : 4);
		wire_put(w, ip_addr_span(&n->addrs[i]));
	}
	return wire_fits(w) && n->n_addrs > 0;
}
