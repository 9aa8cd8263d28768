/* Opens the back end that the options choose. */
#include "adns/backend.h"

bool
backend_open(struct backend *b, struct loop *l, const struct options *o,
	     unsigned max_sockets, char err[200])
{
	const struct resolver_unbound_config cfg = {
		.forwarders = o->resolvers, .n_forwarders = o->n_resolvers,
		/* The first is what the state was begun from. */
		.anchor_files = o->anchor_state != NULL ? o->anchors + 1 : o->anchors,
		.n_anchor_files = o->anchor_state != NULL ? o->n_anchors - 1 : o->n_anchors,
		.anchor_state = o->anchor_state, .holddown_s = o->holddown_s,
		.negative = o->negative, .n_negative = o->n_negative,
		.max_sockets = max_sockets, .debug = o->debug,
	};

	*b = (struct backend){ 0 };
	if (o->stub) {
		b->stub = resolver_stub_new(l, o->resolvers, o->n_resolvers, err);
		if (b->stub != NULL)
			b->ops = resolver_stub_ops(b->stub);
		return b->stub != NULL;
	}
	b->validator = resolver_unbound_new(l, &cfg, err);
	if (b->validator != NULL)
		b->ops = resolver_unbound_ops(b->validator);
	return b->validator != NULL;
}

void
backend_close(struct backend *b)
{
	resolver_unbound_free(b->validator);
	resolver_stub_free(b->stub);
	*b = (struct backend){ 0 };
}
