/* A datagram of IKE in a line for people: exchange, direction, payloads. */
#include "pluto/wire/describe.h"

#include <stdarg.h>
#include <stdio.h>

#include "lib/wire.h"
#include "pluto/wire/ike_msg.h"
#include "pluto/wire/v1_msg.h"

static const struct name_row payloads[] = {
	{ P_SA, "SA" }, { P_KE, "KE" }, { P_IDi, "IDi" }, { P_IDr, "IDr" }, { P_CERT, "CERT" },
	{ P_CERTREQ, "CERTREQ" }, { P_AUTH, "AUTH" }, { P_NONCE, "Nonce" }, { P_N, "N" },
	{ P_D, "D" }, { P_V, "V" }, { P_TSi, "TSi" }, { P_TSr, "TSr" }, { P_SK, "SK" },
	{ P_CP, "CP" }, { P_EAP, "EAP" }, { P_SKF, "SKF" },
};
static const struct name_table payload_names = NAME_TABLE("payload", payloads);

struct text { char *out; size_t len, n; };

static void __attribute__((format(printf, 2, 3)))
put(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = t->n < t->len ? vsnprintf(&t->out[t->n], t->len - t->n, fmt, ap) : 0;
	va_end(ap);
	t->n += n > 0 ? (size_t)n : 0;
}

/* The names of a chain, as far as its lengths are true. */
static void
put_chain(struct text *t, struct wire_reader *r, uint8_t next, const struct name_table *names,
	  bool stop_at_sk)
{
	struct name_buf nb;

	for (unsigned i = 0; i < IKE_MAX_PAYLOADS && next != 0; i++) {
		uint8_t type = next;
		uint16_t len;

		next = wire_u8(r, "next payload");
		wire_skip(r, 1, "reserved");
		len = wire_u16(r, "payload length");
		wire_skip(r, len >= 4 ? len - 4u : 0, "payload");
		if (!wire_ok(r) || len < 4) {
			put(t, " %s, which is broken", name_of(names, type, &nb));
			return;
		}
		put(t, " %s", name_of(names, type, &nb));
		if (stop_at_sk && (type == P_SK || type == P_SKF))
			return;
	}
}

static void
v2_text(struct text *t, struct wire_reader *r, const struct ike_hdr *h)
{
	struct name_buf nb;

	put(t, "IKEv2 %s %s %u:", name_of(&exchange_names, h->exchange, &nb),
	    (h->flags & IKE_FLAG_R) != 0 ? "response" : "request", h->message_id);
	put_chain(t, r, h->next_payload, &payload_names, true);
}

static void
v1_text(struct text *t, struct wire_reader *r, const struct ike_hdr *h)
{
	struct name_buf nb;

	put(t, "IKEv1 %s %08x:", name_of(&v1_exchange_names, h->exchange, &nb), h->message_id);
	if ((h->flags & V1_FLAG_ENCRYPTED) != 0)
		put(t, " encrypted");
	else
		put_chain(t, r, h->next_payload, &v1_payload_names, false);
}

const char *
ike_describe(struct span datagram, char *out, size_t outlen)
{
	struct text t = { .out = out, .len = outlen };
	struct wire_reader r = wire_reader(datagram);
	struct parse_error e;
	struct ike_hdr h;

	wire_skip(&r, IKE_HDR_LEN, "header");
	if (ike_hdr_read(datagram, &h, &e))
		v2_text(&t, &r, &h);
	else if (v1_hdr_read(datagram, &h, &e))
		v1_text(&t, &r, &h);
	else
		put(&t, "no message of IKE");
	put(&t, ", %zu bytes", datagram.len);
	return out;
}
