/* Public keys that are a line of text: of OpenSSH, or a record of DNS. */
#ifndef ZONES_KEY_TEXT_H
#define ZONES_KEY_TEXT_H

#include "lib/pubkey.h"
#include "lib/span.h"

/* The first line of TEXT that is a key: "ssh-ed25519 AAAA...", or a KEY, DNSKEY or IPSECKEY
 * record, as dnssec-keygen and oe-zone write them. False: there is none that can be used. */
bool key_text_read(struct span text, struct pubkey *out);

#endif
