/* The five policy groups as rows, and the names of the engine's values. */
#include "oe/policy_group.h"

#include <assert.h>
#include <string.h>

static const struct policy_group groups[GROUP_ID_N] = {
	[GROUP_ID_CLEAR] = {
		.name = "clear",
		.story = "never negotiates, never answers; traffic is clear",
		.initiate = false,
		.respond = false,
		.on_failure = SHUNT_PASS,
	},
	[GROUP_ID_CLEAR_OR_PRIVATE] = {
		.name = "clear-or-private",
		.story = "clear, unless the peer asks for encryption",
		.initiate = false,
		.respond = true,
		.on_failure = SHUNT_PASS,
	},
	[GROUP_ID_PRIVATE_OR_CLEAR] = {
		.name = "private-or-clear",
		.story = "encrypted where the peer's key is found, else clear",
		.initiate = true,
		.respond = true,
		.on_failure = SHUNT_PASS,
	},
	[GROUP_ID_PRIVATE] = {
		.name = "private",
		.story = "encrypted or dropped; never clear",
		.initiate = true,
		.respond = true,
		.on_failure = SHUNT_DROP,
	},
	[GROUP_ID_BLOCK] = {
		.name = "block",
		.story = "dropped; never negotiates, never answers",
		.initiate = false,
		.respond = false,
		.on_failure = SHUNT_DROP,
	},
};

const struct policy_group *
policy_group(enum group_id id)
{
	assert((unsigned)id < GROUP_ID_N);
	return &groups[id];
}

enum shunt_kind
policy_kind(const struct group_entry *e, enum shunt_kind kind)
{
	return e != NULL && e->reject && kind == SHUNT_DROP ? SHUNT_REJECT : kind;
}

bool
policy_group_named(const char *name, enum group_id *out)
{
	for (unsigned i = 0; i < GROUP_ID_N; i++) {
		if (strcmp(groups[i].name, name) == 0) {
			*out = (enum group_id)i;
			return true;
		}
	}
	return false;
}

/* TABLE[I], or "?" for a number that no name stands for. */
static const char *
name_in(const char *const *table, unsigned n, unsigned i)
{
	return i < n && table[i] != NULL ? table[i] : "?";
}

const char *
evidence_name(enum evidence e)
{
	static const char *const names[EVIDENCE_N] = {
		[EVIDENCE_NONE] = "NONE",
		[EVIDENCE_SECURE] = "SECURE",
		[EVIDENCE_ABSENT] = "ABSENT",
		[EVIDENCE_INSECURE] = "INSECURE",
		[EVIDENCE_BOGUS] = "BOGUS",
		[EVIDENCE_MALFORMED] = "MALFORMED",
		[EVIDENCE_UNKNOWN] = "UNKNOWN",
	};
	return name_in(names, EVIDENCE_N, (unsigned)e);
}

const char *
ike_outcome_name(enum ike_outcome o)
{
	static const char *const names[IKE_OUTCOME_N] = {
		[IKE_OUTCOME_NONE] = "none",
		[IKE_OUTCOME_UP] = "up",
		[IKE_OUTCOME_SILENT] = "silent",
		[IKE_OUTCOME_REFUSED] = "refused",
		[IKE_OUTCOME_LATER] = "later",
		[IKE_OUTCOME_KEY_MISMATCH] = "key-mismatch",
		[IKE_OUTCOME_INTERNAL] = "internal",
	};
	return name_in(names, IKE_OUTCOME_N, (unsigned)o);
}

const char *
oe_outcome_name(enum oe_outcome o)
{
	static const char *const names[] = {
		[OE_ENCRYPTED] = "ENCRYPTED",
		[OE_CLEAR] = "CLEAR",
		[OE_BLOCKED] = "BLOCKED",
		[OE_PENDING] = "PENDING",
		[OE_ERROR] = "ERROR",
	};
	return name_in(names, OE_ERROR + 1, (unsigned)o);
}

const char *
oe_stage_name(enum oe_stage s)
{
	static const char *const names[] = {
		[STAGE_POLICY] = "policy",
		[STAGE_ROUTE] = "route",
		[STAGE_DNS] = "dns",
		[STAGE_KEY] = "key",
		[STAGE_IKE] = "ike",
		[STAGE_AUTH] = "auth",
		[STAGE_CHILD] = "child",
		[STAGE_KERNEL] = "kernel",
		[STAGE_RESULT] = "result",
	};
	return name_in(names, STAGE_RESULT + 1, (unsigned)s);
}
