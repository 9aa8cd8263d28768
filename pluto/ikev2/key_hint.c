/* Which key we sign with, said beside our AUTH: when the signature does not fit the key
 * that DNS names, the peer's operator sees both. It proves nothing and decides nothing. */
#include "pluto/ikev2/auth.h"

#include <stdio.h>
#include <string.h>

enum { ID_LEN = 16, FINGERPRINT_LEN = 50 };

/* In a Vendor ID (RFC 7296 3.12): the SHA-256, cut, of "the fingerprint of the key that
 * made the signature follows", and the fingerprint as text. */
static const uint8_t hint_id[ID_LEN] = {
	0xd0, 0xe7, 0x1d, 0xd3, 0x3d, 0xbc, 0xee, 0xf3,
	0xe1, 0x85, 0x03, 0xe6, 0xf2, 0xe6, 0x0b, 0x3e,
};

void
key_hint_say(struct ike_sa *sa, struct ike_build *b)
{
	const struct pubkey *k = sa->conn->local.auth != CONN_AUTH_PUBKEY ? NULL
		: sa->e->ports.find_key(sa->e->ports.ctx, sa->conn);
	uint8_t body[ID_LEN + FINGERPRINT_LEN];
	struct wire_writer w = wire_writer(body, sizeof(body));

	if (k == NULL || strlen(k->fingerprint) != FINGERPRINT_LEN)
		return;
	wire_put(&w, SPAN_OF(hint_id));
	wire_put(&w, span_of(k->fingerprint, FINGERPRINT_LEN));
	ike_build_payload(b, P_V, wire_written(&w));
}

/* As pubkey_short has it. */
static void
shorten(char *text)
{
	enum { HEAD = 11, TAIL = 2 };
	char tail[TAIL + 1];

	memcpy(tail, text + FINGERPRINT_LEN - TAIL, sizeof(tail));
	snprintf(text + HEAD, FINGERPRINT_LEN - HEAD, "..%s", tail);
}

static bool
is_fingerprint(const char *text)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	return strncmp(text, "SHA256:", 7) == 0 && strspn(text + 7, base64) == FINGERPRINT_LEN - 7;
}

const char *
key_hint_hear(const struct payload_list *in, struct key_hint *out)
{
	out->text[0] = '\0';
	for (unsigned i = 0; i < in->n; i++) {
		struct wire_reader r = wire_reader(in->p[i].body);
		struct span id = wire_bytes(&r, ID_LEN, "id");
		struct span text = wire_bytes(&r, FINGERPRINT_LEN, "fingerprint");

		if (in->p[i].type != P_V || !wire_done(&r) || !span_eq(id, SPAN_OF(hint_id)))
			continue;
		memcpy(out->text, text.ptr, FINGERPRINT_LEN);
		out->text[FINGERPRINT_LEN] = '\0';
		if (is_fingerprint(out->text))
			shorten(out->text);
		else
			out->text[0] = '\0';
	}
	return out->text[0] != '\0' ? out->text : "a key that it does not name";
}
