/* The ears of DNS-triggered start: resolvers on this machine tell which names they have just
 * answered, over sockets that pluto has made. They are never made to wait, and what they
 * say is a hint that is checked, bounded and handed on. */
#ifndef ADNS_TAP_H
#define ADNS_TAP_H

#include <sys/types.h>

#include "adns/adns_proto.h"
#include "lib/loop.h"

struct tap_config {
	int fd;				/* notes, SOCK_DGRAM with SO_PASSCRED */
	int stream_fd;			/* dnstap, a listening SOCK_STREAM */
	uid_t uid;			/* who may tell us, besides root */
};

/* False: it had to be dropped. */
typedef bool tap_notice_fn(void *ctx, const struct adns_notice *n);
/* At most once a second, when they are others. */
typedef void tap_counts_fn(void *ctx, const struct adns_tap_counts *c);

struct tap;

/* NULL when memory is out. */
struct tap *tap_new(struct loop *l, const struct tap_config *cfg, tap_notice_fn *notice,
		    tap_counts_fn *counts, void *ctx);
/* Closes the streams, not the descriptors of the configuration. */
void tap_free(struct tap *t);

#endif
