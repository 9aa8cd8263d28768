/* Which trust anchors there are at the start. */
#ifndef ADNS_ANCHORS_FOUND_H
#define ADNS_ANCHORS_FOUND_H

#include "adns/options.h"
#include "lib/anchors.h"

/* Reads the anchor files of O, and of its state file what that believes. A state that
 * cannot be kept is left out of O, with a warning. False after one line of the log: there
 * is no anchor. */
bool anchors_found(struct options *o, struct anchors *a);

#endif
