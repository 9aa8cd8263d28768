/* Adds the line of a new key to ipsec.secrets. */
#ifndef ZONES_SECRETS_LINE_H
#define ZONES_SECRETS_LINE_H

/* Appends ": PUBKEY KEY" to FILE, which is made with mode 0600 when it is not
 * there. Nothing is written when that line stands in it already. KEY is an
 * absolute path. 0 or -errno; -EINVAL when KEY cannot be written in a line. */
int secrets_line_add(const char *file, const char *key);

#endif
