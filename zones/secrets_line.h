/* Adds the line of a key to ipsec.secrets, and takes it out again. */
#ifndef ZONES_SECRETS_LINE_H
#define ZONES_SECRETS_LINE_H

/* Appends ": PUBKEY KEY" to FILE, which is made with mode 0600 when it is not
 * there. Nothing is written when that line stands in it already. KEY is an
 * absolute path. 0 or -errno; -EINVAL when KEY cannot be written in a line. */
int secrets_line_add(const char *file, const char *key);
/* Takes that line out; the file is replaced as a whole, with its owner and mode. 0 too when
 * it is not there; -errno. */
int secrets_line_remove(const char *file, const char *key);

#endif
