/* What a host's own stack has cut, put together again: in transport mode ESP
 * protects whole packets alone (RFC 4303 3.3.4), and fragments then what it has made.
 *
 * A stack sends its fragments in order; any other order loses the datagram. */
#ifndef PLUTO_ESP_REASM_H
#define PLUTO_ESP_REASM_H

#include "pluto/esp/inner.h"

enum { REASM_SLOTS = 4, REASM_MOST = 65000 };

struct reasm_slot {
	bool used;
	uint8_t version, proto;
	uint32_t id;
	struct ip_addr src, dst;
	size_t have;		/* bytes behind the header */
	uint64_t since_ms;
	uint8_t *buf;		/* owned; made at first use and kept */
};

struct reasm {			/* zeroed is empty */
	struct reasm_slot slot[REASM_SLOTS];
	uint64_t lost;		/* datagrams given up, and pieces of none */
};

void reasm_clear(struct reasm *r);
/* PKT, a fragment, which IN measures. The whole packet once it is the last one, in a
 * place of R's until the next call, and its length; NULL: not yet, or never. */
uint8_t *reasm_take(struct reasm *r, const struct inner *in, const uint8_t *pkt,
		    uint64_t now_ms, size_t *len);

#endif
