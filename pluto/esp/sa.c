/* One ESP or AH SA of the user-space plane, as the data threads see it. */
#include "pluto/esp/sa.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct esp_path *
esp_path_new(const struct endpoint *local, const struct endpoint *remote)
{
	struct esp_path *p = calloc(1, sizeof(*p));
	struct sockaddr_storage ss;

	if (p == NULL)
		return NULL;
	p->local = *local;
	p->remote = *remote;
	p->to_len = endpoint_to_sockaddr(remote, &ss);
	if (p->to_len == 0 || p->to_len > sizeof(p->to)) {
		free(p);
		return NULL;
	}
	memcpy(&p->to, &ss, p->to_len);
	return p;
}

/* The last sequence number that may be used, and when to ask for a new SA:
 * the caller's limits, and a sixteenth before the numbers run out. */
static void
set_limits(struct esp_sa *sa, const struct kernel_sa *ks)
{
	uint64_t last = ks->esn ? UINT64_MAX : UINT32_MAX;

	sa->hard = ks->hard_packets != 0 && ks->hard_packets < last ?
		   ks->hard_packets : last;
	sa->soft = sa->hard - sa->hard / 16;
	if (ks->soft_packets != 0 && ks->soft_packets < sa->soft)
		sa->soft = ks->soft_packets;
}

/* Transport mode: between the two hosts, in the family that goes outside. */
static bool
fits_mode(const struct kernel_sa *ks)
{
	const struct selector *s = &ks->sel;

	return ks->mode == MODE_TUNNEL ||
	       (ip_addr_eq(&s->local.addr_lo, &s->local.addr_hi) &&
		ip_addr_eq(&s->remote.addr_lo, &s->remote.addr_hi) &&
		s->local.addr_lo.family == ks->local.addr.family &&
		s->remote.addr_lo.family == ks->local.addr.family);
}

static bool
acceptable(const struct kernel_sa *ks, struct esp_suite *suite)
{
	return fits_mode(ks) && ks->spi >= 256 &&
	       ks->local.addr.family == ks->remote.addr.family &&
	       ks->local.addr.family != IP_NONE &&
	       (ks->protocol == SA_AH ? ah_suite_find(ks->integ, suite) :
		esp_suite_find(ks->encr, ks->encr_bits, ks->integ, suite));
}

/* Of AH no port is known. */
static struct endpoint
path_end(const struct kernel_sa *ks, const struct endpoint *e)
{
	return (struct endpoint){ e->addr, ks->protocol == SA_AH ? 0 : e->port };
}

struct esp_sa *
esp_sa_new(const struct kernel_sa *ks, int *err)
{
	struct esp_suite suite;
	struct endpoint local, remote;
	struct esp_sa *sa;

	/* ESP has no raw socket here, only the UDP 4500 ones. */
	*err = -EPROTONOSUPPORT;
	if (ks->encap_udp == (ks->protocol == SA_AH))
		return NULL;
	*err = -EINVAL;
	if (!acceptable(ks, &suite))
		return NULL;
	*err = -ENOMEM;
	sa = aligned_alloc(_Alignof(struct esp_sa), sizeof(*sa));
	if (sa == NULL)
		return NULL;
	memset(sa, 0, sizeof(*sa));
	sa->dir = ks->dir;
	sa->protocol = ks->protocol;
	sa->mode = ks->mode;
	sa->spi = ks->spi;
	sa->cpi = ks->cpi;
	sa->sel = ks->sel;
	set_limits(sa, ks);
	local = path_end(ks, &ks->local);
	remote = path_end(ks, &ks->remote);
	atomic_init(&sa->path, esp_path_new(&local, &remote));
	if (ks->dir == SA_IN)
		sa->replay = replay_new(ks->replay_window);
	if (atomic_load(&sa->path) != NULL &&
	    (ks->dir == SA_OUT || sa->replay != NULL))
		*err = esp_keys_init(&sa->keys, &suite, ks->esn, ks->encr_key,
				     ks->integ_key);
	if (*err != 0) {
		esp_sa_free(sa);
		return NULL;
	}
	return sa;
}

void
esp_sa_free(struct esp_sa *sa)
{
	if (sa == NULL)
		return;
	for (unsigned i = 0; i < ESP_THREADS; i++)
		esp_crypt_free(atomic_load(&sa->crypt[i]));
	esp_keys_clear(&sa->keys);
	free(sa->replay);
	free(atomic_load(&sa->path));
	free(sa);
}

struct esp_crypt *
esp_sa_crypt(struct esp_sa *sa, unsigned thread)
{
	struct esp_crypt *c = atomic_load_explicit(&sa->crypt[thread],
						   memory_order_acquire);

	if (c == NULL) {
		c = esp_crypt_new(&sa->keys, sa->dir == SA_OUT);
		atomic_store(&sa->crypt[thread], c);
	}
	return c;
}

void
esp_sa_rest(struct esp_sa *sa, struct qsbr *q, uint64_t before_ms)
{
	for (unsigned i = 0; i < ESP_THREADS; i++) {
		struct esp_crypt *c = atomic_load(&sa->crypt[i]);

		if (c == NULL || atomic_load_explicit(
		    &sa->counts[i].last_used_ms,
		    memory_order_relaxed) >= before_ms)
			continue;
		/* Unreachable first, retired then. */
		atomic_store(&sa->crypt[i], NULL);
		esp_crypt_retire(c, q);
	}
}

uint32_t
esp_sa_take_seq(struct esp_sa *sa, uint32_t n, uint64_t *first)
{
	uint64_t old = atomic_load_explicit(&sa->seq, memory_order_relaxed);
	uint64_t left;

	/* Compare and swap, so that the counter itself can never pass the end
	 * and wrap. */
	do {
		left = sa->hard - old;
		if (left < n)
			n = (uint32_t)left;
		if (n == 0)
			return 0;
	} while (!atomic_compare_exchange_weak_explicit(&sa->seq, &old,
			old + n, memory_order_relaxed, memory_order_relaxed));
	*first = old + 1;
	return n;
}

uint32_t
esp_sa_inner_mtu(const struct esp_sa *sa, size_t path_mtu)
{
	enum { V4_HDR = 20, V6_HDR = 40 };
	enum ip_family outer = atomic_load(&sa->path)->remote.addr.family;
	size_t hdr = outer == IP_V6 ? V6_HDR : V4_HDR;
	const struct esp_suite *s = &sa->keys.suite;
	size_t ah = ah_len(s, outer == IP_V6 ? 6 : 4), body;

	if (sa->protocol == SA_ESP) {
		body = esp_inner_mtu(s, outer, true, path_mtu);
		return (uint32_t)(body == 0 || sa->mode == MODE_TUNNEL ? body : body + hdr);
	}
	if (sa->mode == MODE_TUNNEL)
		ah += hdr;
	return (uint32_t)(path_mtu > ah ? path_mtu - ah : 0);
}

bool
esp_sa_soft_due(struct esp_sa *sa, uint64_t used)
{
	if (used < sa->soft ||
	    atomic_load_explicit(&sa->soft_told, memory_order_relaxed))
		return false;
	return !atomic_exchange(&sa->soft_told, true);
}

static uint64_t
get(const _Atomic uint64_t *c)
{
	return atomic_load_explicit(c, memory_order_relaxed);
}

void
esp_sa_counters(const struct esp_sa *sa, struct sa_counters *out)
{
	*out = (struct sa_counters){ 0 };
	for (unsigned i = 0; i < ESP_THREADS; i++) {
		const struct esp_counts *c = &sa->counts[i];
		uint64_t last = get(&c->last_used_ms);

		out->packets += get(&c->packets);
		out->bytes += get(&c->bytes);
		out->replayed += get(&c->replayed);
		out->bad_icv += get(&c->bad_icv);
		out->bad_inner += get(&c->bad_inner);
		if (last > out->last_used_ms)
			out->last_used_ms = last;
	}
}
