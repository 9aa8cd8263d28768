/* A pair of IPsec SAs: keys made, installed, replaced, deleted. */
#ifndef PLUTO_IKEV1_CHILD_H
#define PLUTO_IKEV1_CHILD_H

#include "pluto/ikev1/inside.h"

struct quick;

/* Derives keys and installs the inbound SA, under a fresh serial that Q notes; Q's
 * SPI is used up. NULL when the kernel or memory refuses. */
struct v1_child *v1_child_make(struct quick *q, bool initiator);
/* As responder, before QM2 leaves: the outbound SA of traffic that has none yet. The
 * peer's packets may overtake QM3, and answers to them must not leave in the clear.
 * 0 or -errno. */
int v1_child_ready(struct v1_child *c);
/* The outbound SA; then it is up, told to OWNER, and replaces OLD (0: nothing). 0
 * or -errno. */
int v1_child_start(struct v1_child *c, uint64_t owner, uint64_t old);
struct v1_child *v1_child_find(struct v1_engine *e, uint64_t serial);
/* Of the peer at REMOTE, by the SPI that we send with. */
struct v1_child *v1_child_by_out(struct v1_engine *e, uint32_t spi,
				 const struct ip_addr *remote);
/* Has anything come by it? False for NULL. */
bool v1_child_was_used(const struct v1_child *c);
/* Out of the kernel, told. WHY is static. */
void v1_child_kill(struct v1_child *c, const char *why);
void v1_child_free(struct v1_child *c);
/* Those that wanted to be replaced when there was no ISAKMP SA. */
void v1_children_go_on(struct isakmp *sa);

/* v1_idle.c: from now on C is deleted when it is not used for conn->idle_s. */
void v1_idle_watch(struct v1_child *c);

#endif
