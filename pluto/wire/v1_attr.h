/* What IKEv1's SA payload is made of: proposals, transforms, attributes (RFC
 * 2408 3.3 to 3.6). Seen by this folder alone. */
#ifndef PLUTO_WIRE_V1_ATTR_H
#define PLUTO_WIRE_V1_ATTR_H

#include "pluto/wire/ike_build.h"
#include "pluto/wire/v1_const.h"

struct v1_proposal {
	uint8_t number, protocol, n_transforms;
	struct span spi, transforms;
};
struct v1_transform {
	uint8_t number, id;
	struct span attributes;
};

enum { V1_ATTRS = 32 };
struct v1_attrs {
	uint32_t seen;			/* bit (1 << type), types below V1_ATTRS */
	uint16_t value[V1_ATTRS];	/* what does not fit is UINT16_MAX */
	uint32_t life_s, life_kb;	/* 0: not said */
	bool odd;			/* a type that we do not know, or one twice */
};

/* The proposals of an SA payload's body, once DOI and situation are ours. */
bool v1_sa_open(struct span body, struct wire_reader *r, struct parse_error *e);
/* False at the end, and when R has an error (ask it). */
bool v1_proposal_next(struct wire_reader *r, struct v1_proposal *out);
bool v1_transform_next(struct wire_reader *r, struct v1_transform *out);
/* LIFE_TYPE is the number of that attribute; the duration's is one more. Each
 * duration belongs to the type before it (RFC 2407 4.5.2). */
bool v1_attrs_read(struct span attributes, uint8_t life_type, struct v1_attrs *out,
		   struct parse_error *e);

/* Writing: a proposal or a transform is opened, filled and closed. */
size_t v1_open_proposal(struct ike_build *b, bool more, uint8_t number, uint8_t protocol,
			struct span spi, uint8_t n_transforms);
size_t v1_open_transform(struct ike_build *b, bool more, uint8_t number, uint8_t id);
void v1_close(struct ike_build *b, size_t mark);
void v1_put_attr(struct ike_build *b, uint16_t type, uint32_t value);
void v1_put_sa_head(struct ike_build *b);

#endif
