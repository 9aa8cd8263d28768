/* Reads keys of OpenSSH (RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4) and records of DNS. */
#include "zones/key_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/number.h"
#include "lib/rr_ipseckey.h"
#include "lib/wire.h"

enum { WORDS = 64, LINE_OCTETS = 16384, KEY_MAX = 2048, UNCOMPRESSED = 4, RSA_SHORT_MAX = 255 };

static struct span
ssh_string(struct wire_reader *r)
{
	return wire_bytes(r, wire_u32(r, "length"), "string");
}

/* RFC 4251 5: a number has a zero in front where its first bit is set. */
static struct span
ssh_number(struct wire_reader *r)
{
	struct wire_reader n = wire_reader(ssh_string(r));

	for (struct wire_reader next = n; wire_left(&n) > 0 && wire_u8(&next, "zero") == 0; )
		n = next;
	return wire_rest(&n);
}

static void
ssh_rsa(struct wire_reader *r, struct wire_writer *w)
{
	struct span e = ssh_number(r), n = ssh_number(r);

	/* RFC 3110 2. */
	if (e.len > RSA_SHORT_MAX)
		wire_bad(r, "exponent");
	wire_put_u8(w, (uint8_t)e.len);
	wire_put(w, e);
	wire_put(w, n);
}

static void
ssh_ecdsa(struct wire_reader *r, struct wire_writer *w)
{
	struct wire_reader point;

	ssh_string(r);		/* the curve, which the size tells, too */
	point = wire_reader(ssh_string(r));
	if (wire_u8(&point, "form") != UNCOMPRESSED)
		wire_bad(r, "point");
	wire_put(w, wire_rest(&point));
}

static void
ssh_ed25519(struct wire_reader *r, struct wire_writer *w)
{
	wire_put(w, ssh_string(r));
}

static const struct ssh_kind {
	const char *name;
	uint8_t alg;
	void (*read)(struct wire_reader *r, struct wire_writer *w);
} ssh_kinds[] = {
	{ "ssh-ed25519", IPSECKEY_EDDSA, ssh_ed25519 },
	{ "ecdsa-sha2-nistp256", IPSECKEY_ECDSA, ssh_ecdsa },
	{ "ecdsa-sha2-nistp384", IPSECKEY_ECDSA, ssh_ecdsa },
	{ "ssh-rsa", IPSECKEY_RSA, ssh_rsa },
};

static bool
read_ssh(const struct ssh_kind *k, const char *base64, struct pubkey *out)
{
	uint8_t key[KEY_MAX];
	struct wire_writer w = wire_writer(key, sizeof(key));
	struct wire_reader r;
	struct chunk blob;
	const char *err;
	bool ok;

	if (base64_decode(base64, &blob) != 0)
		return false;
	r = wire_reader(chunk_span(blob));
	ok = span_eq(ssh_string(&r), span_str(k->name));
	k->read(&r, &w);
	ok = ok && wire_done(&r) && w.err == WIRE_OK &&
		pubkey_from_dns(k->alg, wire_written(&w), out, &err);
	chunk_free(&blob);
	return ok;
}

/* The algorithms of DNSSEC whose keys are written as IPSECKEY records have them. */
static uint8_t
dnssec_alg(unsigned long n)
{
	static const struct { uint8_t dnssec, ipseckey; } rows[] = { { 1, IPSECKEY_RSA },
		{ 5, IPSECKEY_RSA }, { 7, IPSECKEY_RSA }, { 8, IPSECKEY_RSA }, { 10, IPSECKEY_RSA },
		{ 13, IPSECKEY_ECDSA }, { 14, IPSECKEY_ECDSA }, { 15, IPSECKEY_EDDSA } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].dnssec == n)
			return rows[i].ipseckey;
	return IPSECKEY_NOKEY;
}

/* The words behind the third or fourth, without blanks. */
static bool
read_base64(uint8_t alg, char **word, unsigned n, struct pubkey *out)
{
	static char text[LINE_OCTETS];
	struct chunk key;
	const char *err;
	bool ok;
	size_t at = 0;

	for (unsigned i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s", word[i]);
	if (at == 0 || base64_decode(text, &key) != 0)
		return false;
	ok = pubkey_from_dns(alg, chunk_span(key), out, &err);
	chunk_free(&key);
	return ok;
}

/* What stands behind the type. */
static bool
read_record(const char *type, char **word, unsigned n, struct pubkey *out)
{
	unsigned long alg;

	if (strcmp(type, "IPSECKEY") == 0)
		return n > 4 && number_parse(word[2], UINT8_MAX, &alg) &&
			read_base64((uint8_t)alg, word + 4, n - 4, out);
	return n > 3 && number_parse(word[2], UINT8_MAX, &alg) &&
		read_base64(dnssec_alg(alg), word + 3, n - 3, out);
}

static bool
read_line(char *line, struct pubkey *out)
{
	char *word[WORDS], *save = NULL;
	unsigned n = 0;

	line[strcspn(line, ";#")] = '\0';
	for (char *w = strtok_r(line, " \t()\r", &save); w != NULL && n < WORDS;
	     w = strtok_r(NULL, " \t()\r", &save))
		word[n++] = w;
	for (size_t i = 0; n > 1 && i < sizeof(ssh_kinds) / sizeof(*ssh_kinds); i++)
		if (strcmp(word[0], ssh_kinds[i].name) == 0)
			return read_ssh(&ssh_kinds[i], word[1], out);
	/* The name, the time and the class stand before the type. */
	for (unsigned i = 1; i < 4 && i < n; i++)
		if (strcmp(word[i], "KEY") == 0 || strcmp(word[i], "DNSKEY") == 0 ||
		    strcmp(word[i], "IPSECKEY") == 0)
			return read_record(word[i], word + i + 1, n - i - 1, out);
	return false;
}

bool
key_text_read(struct span text, struct pubkey *out)
{
	static char line[LINE_OCTETS];
	struct wire_reader r = wire_reader(text);

	while (wire_left(&r) > 0) {
		size_t n = 0;
		uint8_t c = 0;

		while (wire_left(&r) > 0 && (c = wire_u8(&r, "text")) != '\n')
			if (n < sizeof(line) - 1)
				line[n++] = (char)c;
		line[n] = '\0';
		if (read_line(line, out))
			return true;
	}
	return false;
}
