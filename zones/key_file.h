/* The public half of a key in a file, whatever kind of file it is. */
#ifndef ZONES_KEY_FILE_H
#define ZONES_KEY_FILE_H

#include "lib/pubkey.h"

#define DEFAULT_IPSECDIR "/etc/ipsec.d"
#define HOST_KEY_NAME "host.pem"

/* Reads PATH ("-": standard input): a private or a public key, PEM or DER; or a
 * line of OpenSSH (id_ed25519.pub) or of DNS (K*.key). The private half is wiped and never used. False with a sentence in ERR. */
bool key_file_load(const char *path, struct pubkey *out, char *err,
		   size_t errlen);
/* IPSECDIR/private/host.pem into OUT; false when that is too long. */
bool key_file_default(const char *ipsecdir, char *out, size_t outlen);

#endif
