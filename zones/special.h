/* Addresses that are not of the whole Internet. */
#ifndef ZONES_SPECIAL_H
#define ZONES_SPECIAL_H

#include "lib/addr.h"

/* RFC 6303 and RFC 6890: prefixes whose reverse names resolvers keep to themselves. */
bool special_address(const struct ip_addr *a);

#endif
