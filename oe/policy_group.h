/* The five policy groups as rows, and the names of the engine's values. */
#ifndef OE_POLICY_GROUP_H
#define OE_POLICY_GROUP_H

#include "oe/oe.h"

/* The group of that name; false when NAME is none of the five. */
bool policy_group_named(const char *name, enum group_id *out);

/* What KIND is under E (may be NULL): some policies tell senders what they drop. */
enum shunt_kind policy_kind(const struct group_entry *e, enum shunt_kind kind);

#endif
