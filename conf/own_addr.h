/* The address from which this machine would speak. */
#ifndef CONF_OWN_ADDR_H
#define CONF_OWN_ADDR_H

#include "lib/addr.h"

/* The source address towards PEER, or along the default route of FAMILY when PEER
 * is NULL; nothing is sent. False: there is no route. */
bool own_addr(const struct ip_addr *peer, enum ip_family family, struct ip_addr *out);

#endif
