/* What resolvers tell us, in two forms: a note of our own, one datagram, and dnstap. Both
 * are read as from a stranger. */
#ifndef ADNS_TAP_NOTE_H
#define ADNS_TAP_NOTE_H

#include "adns/adns_proto.h"

/* A note: what a script in a resolver, or "ipsec _unbound-hook", sends.
 *   +----+----+---------+----------+----------+------+-- per address ---------------+
 *   | 'o'  'e'| version | number   | length   | name | family (4 or 6) | 4 or 16    |
 *   |         |  (1)    | of addrs | of name  |      |                 | octets     |
 *   +----+----+---------+----------+----------+------+------------------------------+
 * The name is text, with or without the last dot. */
enum { TAP_NOTE_MAX = 5 + 255 + 255 * 17 };

/* Of more than ADNS_MAX_NOTED addresses the first ones count. False: it is not a note. */
bool tap_note_read(struct span datagram, struct adns_notice *out);
bool tap_note_write(struct wire_writer *w, const struct adns_notice *n);

/* The protobuf of one frame of dnstap (dnstap.proto). 1: an answer with addresses that was
 * given to a client; 0: something else, which is fine; -1: malformed. */
int tap_dnstap_read(struct span frame, struct adns_notice *out);

#endif
