/* A capture file, pcap or pcapng, to the packets that concern us. */
#ifndef TESTS_HOLES_CAPTURE_H
#define TESTS_HOLES_CAPTURE_H

#include "lib/addr.h"
#include "lib/span.h"

enum capture_kind {
	CAPTURE_IKE,		/* UDP of port 500, or of 4500 behind the marker */
	CAPTURE_ESP,		/* from the SPI on, bare or in UDP */
	CAPTURE_IP,		/* AH or IPComp: the whole IP packet */
};

struct captured {
	unsigned number;	/* of the packet in the file, from 1 on */
	enum capture_kind kind;
	struct endpoint from, to;
	struct span bytes;	/* borrowed from the file's */
};
typedef void captured_fn(void *ctx, const struct captured *c);

/* FN is called with each; packets of others are left out, cut ones are as long as they
 * are. How many packets the file has; -1 with *ERR when it is no capture. What is
 * behind a fault in the file is not read. */
int capture_each(struct span file, captured_fn *fn, void *ctx, const char **err);

#endif
