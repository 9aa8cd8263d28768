/* From the records of a DNS answer to the keys we would accept. */
#include "oe/gateway.h"

#include <stdio.h>
#include <stdlib.h>

static bool
alg_known(uint8_t alg)
{
	return alg == IPSECKEY_RSA || alg == IPSECKEY_ECDSA || alg == IPSECKEY_EDDSA;
}

/* Why GW cannot be used; NULL when it can. That somebody else may speak for an
 * address is what its own reverse map says (RFC 4025 2.5, RFC 4322 5.2). */
static const char *
why_skipped(const struct gateway *gw)
{
	if (gw->kind == GW_NAME)
		return "skipped: names a gateway, and not its address";
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

	if (a->gw->record != b->gw->record)
		return a->gw->record < b->gw->record ? -1 : 1;
	if (a->gw->precedence != b->gw->precedence)
		return a->gw->precedence < b->gw->precedence ? -1 : 1;
	if (a->shuffle != b->shuffle)
		return a->shuffle < b->shuffle ? -1 : 1;
	return 0;
}

void
gateway_judge(struct gateway_list *out, const struct gateway *gws, size_t n, uint64_t seed)
{
	*out = (struct gateway_list){ .n = 0 };
	for (size_t i = 0; i < n && i < GATEWAY_MAX; i++) {
		uint64_t salt[2] = { seed, i };

		out->all[i] = (struct gateway_judged){
			.gw = &gws[i],
			.skipped = why_skipped(&gws[i]),
			.shuffle = addr_hash(span_of(salt, sizeof(salt))),
		};
		out->n++;
		out->n_usable += out->all[i].skipped == NULL;
	}
	qsort(out->all, out->n, sizeof(out->all[0]), by_precedence);
}

const struct ip_addr *
gateway_addr(const struct gateway *gw, const struct ip_addr *peer)
{
	return gw->kind == GW_ITSELF ? peer : &gw->addr;
}

size_t
gateway_run(const struct gateway *gws, size_t n, const struct ip_addr *peer)
{
	size_t same = n > 0;

	while (same > 0 && same < n && ip_addr_eq(gateway_addr(&gws[same], peer), gateway_addr(gws, peer)))
		same++;
	return same;
}

struct gateway *
gateways_copy(const struct gateway *gws, size_t n)
{
	struct gateway *out = n > 0 ? calloc(n, sizeof(*out)) : NULL;

	for (size_t i = 0; out != NULL && i < n; i++) {
		out[i] = gws[i];
		out[i].key = chunk_copy(chunk_span(gws[i].key));
		if (out[i].key.ptr == NULL) {
			gateways_free(out, i);
			return NULL;
		}
	}
	return out;
}

/* All of one gateway follow the first of it. */
static size_t
list_grouped(const struct gateway_list *l, const struct ip_addr *peer,
	     struct gateway out[GATEWAY_MAX])
{
	bool taken[GATEWAY_MAX] = { false };
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		taken[i] = l->all[i].skipped != NULL;
	for (size_t i = 0; i < l->n; i++) {
		const struct ip_addr *where = gateway_addr(l->all[i].gw, peer);

		for (size_t j = i; !taken[i] && j < l->n; j++) {
			if (taken[j] || !ip_addr_eq(gateway_addr(l->all[j].gw, peer), where))
				continue;
			out[n++] = *l->all[j].gw;
			taken[j] = j != i;
		}
	}
	return n;
}

size_t
gateway_copy_usable(const struct gateway_list *l, const struct ip_addr *peer,
		    struct gateway **out)
{
	struct gateway all[GATEWAY_MAX];
	size_t n = list_grouped(l, peer, all);

	*out = gateways_copy(all, n);
	return *out != NULL ? n : 0;
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

/* IPSECKEY goes without saying. */
static const char *
gateway_record_word(enum gateway_record r)
{
	static const char *const words[] = {
		[GW_FROM_IPSECKEY] = "", [GW_FROM_TXT] = " TXT", [GW_FROM_KEY] = " KEY",
	};
	return words[r];
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
	snprintf(out, outlen, "  #%zu%s prec %u gateway %s %s -> %s", rank + 1,
		 gateway_record_word(j->gw->record), j->gw->precedence, where_text(j->gw, peer, &b), label, fate);
}
