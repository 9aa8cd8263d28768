/* From the records of a DNS answer to the keys we would accept. */
#include "oe/gateway.h"

#include <stdio.h>
#include <stdlib.h>

static bool
alg_known(uint8_t alg)
{
	return alg == IPSECKEY_RSA || alg == IPSECKEY_ECDSA || alg == IPSECKEY_EDDSA;
}

/* Why GW cannot be used for PEER; NULL when it can. A host speaks for itself
 * only: nobody can prove a right to speak for another address. */
static const char *
why_skipped(const struct gateway *gw, const struct ip_addr *peer)
{
	bool addressed = gw->kind == GW_ADDR4 || gw->kind == GW_ADDR6;

	if (gw->kind != GW_ITSELF && !(addressed && ip_addr_eq(&gw->addr, peer)))
		return "skipped: speaks for a gateway elsewhere";
	if (gw->alg == IPSECKEY_NOKEY || gw->key.len == 0)
		return "skipped: carries no key";
	if (!alg_known(gw->alg))
		return "skipped: algorithm not known here";
	return NULL;
}

static int
by_precedence(const void *va, const void *vb)
{
	const struct gateway_judged *a = va, *b = vb;

	if (a->gw->precedence != b->gw->precedence)
		return a->gw->precedence < b->gw->precedence ? -1 : 1;
	if (a->shuffle != b->shuffle)
		return a->shuffle < b->shuffle ? -1 : 1;
	return 0;
}

void
gateway_judge(struct gateway_list *out, const struct gateway *gws, size_t n,
	      const struct ip_addr *peer, uint64_t seed)
{
	*out = (struct gateway_list){ .n = 0 };
	for (size_t i = 0; i < n && i < GATEWAY_MAX; i++) {
		uint64_t salt[2] = { seed, i };

		out->all[i] = (struct gateway_judged){
			.gw = &gws[i],
			.skipped = why_skipped(&gws[i], peer),
			.shuffle = addr_hash(span_of(salt, sizeof(salt))),
		};
		out->n++;
		out->n_usable += out->all[i].skipped == NULL;
	}
	qsort(out->all, out->n, sizeof(out->all[0]), by_precedence);
}

size_t
gateway_copy_usable(const struct gateway_list *l, struct gateway **out)
{
	size_t n = 0;

	*out = NULL;
	if (l->n_usable == 0)
		return 0;
	struct gateway *gws = calloc(l->n_usable, sizeof(*gws));

	if (gws == NULL)
		return 0;
	for (size_t i = 0; i < l->n; i++) {
		if (l->all[i].skipped != NULL)
			continue;
		gws[n] = *l->all[i].gw;
		gws[n].key = chunk_copy(chunk_span(l->all[i].gw->key));
		n++;
		if (gws[n - 1].key.ptr == NULL) {
			gateways_free(gws, n);
			return 0;
		}
	}
	*out = gws;
	return n;
}

void
gateways_free(struct gateway *gws, size_t n)
{
	for (size_t i = 0; i < n; i++)
		chunk_free(&gws[i].key);
	free(gws);
}

static const char *
where_text(const struct gateway *gw, const struct ip_addr *peer, struct addr_buf *b)
{
	switch (gw->kind) {
	case GW_ITSELF:
		return ip_addr_text(peer, b);
	case GW_ADDR4:
	case GW_ADDR6:
		return ip_addr_text(&gw->addr, b);
	case GW_NAME:
		return gw->name.text;
	}
	return "?";
}

void
gateway_story(const struct gateway_judged *j, const struct ip_addr *peer, size_t rank,
	      const char *fate, char *out, size_t outlen)
{
	struct addr_buf b;
	char alg[24];
	const char *label = j->gw->label;

	if (label[0] == '\0') {
		snprintf(alg, sizeof(alg), "algorithm %u", j->gw->alg);
		label = alg;
	}
	snprintf(out, outlen, "  #%zu prec %u gateway %s %s -> %s", rank + 1,
		 j->gw->precedence, where_text(j->gw, peer, &b), label, fate);
}
