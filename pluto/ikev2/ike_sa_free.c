/* The memory of IKE SAs: what their parts own. */
#include <stdlib.h>

#include "pluto/ikev2/ike_step.h"
#include "pluto/ikev2/task.h"

void
held_clear(struct held_msg *h)
{
	chunk_free(&h->plain);
	*h = (struct held_msg){ 0 };
}

void
negotiation_clear(struct ike_engine *e, struct negotiation *n)
{
	connection_unref(n->task.conn);
	chunk_free(&n->ni);
	chunk_free(&n->nr);
	ke_free(n->ke);
	chunk_free(&n->public_ke);
	secret_free(&n->shared);
	if (n->spi_in != 0)
		e->kernel.ops->free_spi(e->kernel.k, n->spi_in);
	if (n->cpi_in != 0)
		e->kernel.ops->free_cpi(e->kernel.k, n->cpi_in);
	*n = (struct negotiation){ 0 };
}

void
handshake_free(struct ike_engine *e, struct handshake *h)
{
	if (h == NULL)
		return;
	chunk_free(&h->init_i);
	chunk_free(&h->init_r);
	chunk_free(&h->ni);
	chunk_free(&h->nr);
	chunk_free(&h->peer_ke);
	ke_free(h->ke);
	for (unsigned i = 0; i < h->n_early; i++)
		chunk_free(&h->early[i]);
	for (unsigned i = 0; i < h->found.n; i++)
		pubkey_free(&h->found.keys[i]);
	negotiation_clear(e, &h->child);
	free(h);
}

static void
free_negotiation(struct ike_engine *e, struct negotiation *n)
{
	if (n == NULL)
		return;
	negotiation_clear(e, n);
	free(n);
}

void
ike_sa_free(struct ike_sa *sa)
{
	struct task *t;

	while ((t = task_take_any(sa)) != NULL)
		task_free(t);
	msgid_clear(sa);
	for (int i = 0; i < 2; i++) {
		held_clear(&sa->held[i]);
		if (sa->fragments[i] != NULL)
			sk_reassembly_clear(sa->fragments[i]);
		free(sa->fragments[i]);
	}
	handshake_free(sa->e, sa->hs);
	free_negotiation(sa->e, sa->mine);
	free_negotiation(sa->e, sa->yours);
	sealer_free(sa->seal);
	sealer_free(sa->open);
	ike_keymat_free(&sa->keys);
	if (sa->peer_key.kind != PUBKEY_NONE)
		pubkey_free(&sa->peer_key);
	connection_unref(sa->conn);
	free(sa->mobike);
	free(sa);
}
