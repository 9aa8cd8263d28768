/* ipsec.secrets: what we know that others must not. Of the keeper alone.
 *
 *	# whose, then the kind, then the value; further lines are indented
 *	@east.oe.lab @west.oe.lab : PSK "a shared secret"
 *	192.0.2.1 %any : PSK 0x00112233445566778899aabbccddeeff
 *	: PUBKEY host.pem
 *	include /etc/ipsec.d/secrets.d/?*.secrets
 *
 * A loaded set never changes: rereading makes a new one, or none at all. */
#ifndef PLUTO_SECRETS_H
#define PLUTO_SECRETS_H

#include "lib/secret.h"
#include "pluto/crypto/sign.h"
#include "pluto/wire/ident.h"

struct secrets;

enum secret_kind { SECRET_PSK, SECRET_KEY, SECRET_XAUTH };

/* Reads PATH (a glob: every match) and what it includes; private keys with a
 * relative name stand in IPSECDIR/private. All or nothing: NULL with
 * "FILE:LINE: what was expected" in ERR. The caller frees. */
struct secrets *secrets_load(const char *path, const char *ipsecdir,
			     char *err, size_t errlen);
/* The same from memory, under the name NAME; opens no file: includes and key
 * files are errors. */
struct secrets *secrets_parse_text(struct span text, const char *name,
				   char *err, size_t errlen);
void secrets_free(struct secrets *s);

/* The shared secret between us and them; the most specific entry wins: both
 * named, then us and %any, us alone, %any and them, %any, nobody. REMOTE may
 * be NULL or of type 0 while it is unknown. OUT is the caller's. False when
 * there is none, or when two different ones fit equally well. */
bool secrets_find_psk(const struct secrets *s, const struct ident *local,
		      const struct ident *remote, struct secret *out);
/* Of our keys the one with this fingerprint, borrowed from S; NULL: it is not among them. */
const struct private_key *secrets_find_print(const struct secrets *s, const char *fingerprint);

/* A password of XAUTH: of USER, or with USER empty the only one there is, whose
 * name then goes to NAME. False: none, or several. OUT is the caller's. */
bool secrets_find_xauth(const struct secrets *s, struct span user, struct ident *name,
			struct secret *out);

/* One entry, for listings; everything is borrowed from S. */
struct secret_view {
	enum secret_kind kind;
	const struct ident *ids;
	unsigned n_ids;
	const struct private_key *key;	/* NULL unless SECRET_KEY */
	const char *file;
	unsigned line;
};
size_t secrets_count(const struct secrets *s);
struct secret_view secrets_view(const struct secrets *s, size_t i);
/* "/etc/ipsec.secrets:3 PSK @east.oe.lab %any" into OUT; returns OUT. */
const char *secrets_describe(const struct secrets *s, size_t i, char *out,
			     size_t outlen);

#endif
