/* Fuzz target: an IKEv1 datagram as anybody may send it, and its payloads as a
 * peer may fill them behind our keys. */
#include <stdlib.h>
#include <string.h>

#include "pluto/wire/v1_cfg.h"
#include "pluto/wire/v1_msg.h"
#include "pluto/wire/v1_sa.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
check_error(bool ok, const struct parse_error *e)
{
	must(ok || (e->what != NULL && e->err != WIRE_OK && e->notify != 0));
}

/* What is chosen is written, and read back by who offered it or refused. */
static void
read_sa(struct span body)
{
	static const struct proposal_list *lists[2];
	struct v1_phase1 one = { .auth = V1_AUTH_PSK, .life_s = 3600 };
	struct v1_phase2 two = { .encaps = V1_ENCAPS_TUNNEL, .life_s = 3600, .compress = true };
	uint8_t buf[8192];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct v1_chosen1 c1;
	struct v1_chosen2 c2;
	struct parse_error e;
	bool ok;

	lists[0] = proposal_default_ike();
	lists[1] = proposal_default_esp();
	one.ike = lists[0];
	two.esp = lists[1];
	ok = v1_phase1_choose(body, &one, &c1, &e);
	check_error(ok, &e);
	if (ok) {
		v1_phase1_write_chosen(&b, &c1);
		one.life_s = c1.life_s;
		must(v1_phase1_check(ike_build_end(&b), &one, &c1, &e));
	}
	ok = v1_phase2_choose(body, &two, &c2, &e);
	check_error(ok, &e);
	if (ok) {
		b = ike_build_inner(buf, sizeof(buf));
		v1_phase2_write_chosen(&b, &c2, SPAN_OF(c2.sa.spi), c2.cpi);
	}
}

/* A selector that an identity gave is given back by it. */
static void
read_id(struct span body)
{
	struct traffic_selector ts, again;
	struct parse_error e;
	uint8_t buf[32];
	struct v1_id id;
	bool ok = v1_id_read(body, &id, &e);

	check_error(ok, &e);
	if (!ok || !v1_id_to_ts(&id, &ts))
		return;
	v1_id_from_ts(&ts, &id, buf);
	must(v1_id_to_ts(&id, &again) && ts_eq(&ts, &again));
}

/* The body that was written last. */
static struct span
written(struct ike_build *b)
{
	struct wire_reader r = wire_reader(ike_build_end(b));

	wire_skip(&r, 4, "header");
	return wire_rest(&r);
}

static void
read_notify(struct span body)
{
	static uint8_t buf[65536];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct v1_notify_body n;
	struct parse_error e;
	bool ok = v1_notify_read(body, &n, &e);

	check_error(ok, &e);
	if (!ok || n.doi != V1_DOI_IPSEC)
		return;
	v1_put_notify(&b, n.protocol, n.spi, n.type, n.data);
	must(span_eq(written(&b), body));
}

static void
read_delete(struct span body)
{
	static uint8_t buf[65536];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct v1_delete_body d;
	struct parse_error e;

	if (!v1_delete_read(body, &d, &e)) {
		must(d.n_spis == 0);
		return;
	}
	must(d.spis.len == (size_t)d.n_spis * d.spi_size);
	if (d.doi != V1_DOI_IPSEC || d.spi_size == 0)
		return;
	v1_put_delete(&b, d.protocol, d.spi_size, d.spis);
	must(span_eq(written(&b), body));
}

static void
read_fragment(struct span body)
{
	static uint8_t buf[65536];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct v1_fragment f, again;
	struct parse_error e;
	bool ok = v1_fragment_read(body, &f, &e);

	check_error(ok, &e);
	if (!ok)
		return;
	v1_put_fragment(&b, &f);
	must(v1_fragment_read(written(&b), &again, &e));
	must(again.id == f.id && again.number == f.number && again.last == f.last
	     && span_eq(again.data, f.data));
}

static void
read_nat_oa(struct span body)
{
	uint8_t buf[64];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct v1_nat_oa oa, again;
	struct parse_error e;
	bool ok = v1_nat_oa_read(body, &oa, &e);

	check_error(ok, &e);
	if (!ok)
		return;
	v1_put_nat_oa(&b, &oa.addr);
	must(v1_nat_oa_read(written(&b), &again, &e) && ip_addr_eq(&oa.addr, &again.addr));
}

static void
read_nonce(struct span body)
{
	struct parse_error e;
	struct span nonce;

	check_error(v1_nonce_read(body, &nonce, &e), &e);
}

/* Every attribute is written again, and reads the same. */
static void
read_cfg(struct span body)
{
	struct v1_cfg_value v, again;
	struct parse_error e;
	uint8_t buf[65536];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct wire_reader r, back;
	struct v1_cfg c;
	size_t mark;

	if (!v1_cfg_read(body, &c, &e)) {
		check_error(false, &e);
		return;
	}
	mark = v1_cfg_open(&b, c.type, c.id);
	r = wire_reader(c.attributes);
	while (v1_cfg_next(&r, &v))
		if (v.basic)
			v1_cfg_put_number(&b, v.type, v.number);
		else
			v1_cfg_put(&b, v.type, v.data);
	must(wire_done(&r));
	ike_build_close(&b, mark);
	back = wire_reader(ike_build_end(&b));
	wire_skip(&back, 8, "headers");
	r = wire_reader(c.attributes);
	while (v1_cfg_next(&r, &v))
		must(v1_cfg_next(&back, &again) && v.type == again.type && v.number == again.number
		     && span_eq(v.data, again.data));
	must(wire_done(&back));
}

static void
read_chain(struct span payloads, uint8_t first, bool padded)
{
	struct parse_error e;
	struct v1_chain c;
	bool ok = v1_chain_read(payloads, first, padded, &c, &e);

	check_error(ok, &e);
	for (unsigned i = 0; ok && i < c.n; i++) {
		read_sa(c.p[i].body);
		read_id(c.p[i].body);
		read_notify(c.p[i].body);
		read_delete(c.p[i].body);
		read_fragment(c.p[i].body);
		read_nat_oa(c.p[i].body);
		read_nonce(c.p[i].body);
		read_cfg(c.p[i].body);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_reader r = wire_reader(span_of(data, size));
	struct parse_error e;
	struct ike_hdr h;
	struct span rest;

	if (!v1_hdr_read(span_of(data, size), &h, &e)) {
		must(e.what != NULL && e.err != WIRE_OK);
		h.next_payload = size > 0 ? data[0] : 0;
	} else {
		wire_skip(&r, IKE_HDR_LEN, "header");
	}
	rest = wire_rest(&r);
	read_chain(rest, h.next_payload, false);
	read_chain(rest, h.next_payload, true);
	return 0;
}
