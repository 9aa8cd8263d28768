/* --ike, --esp, --ah and --pfsgroup of a connection, from whack's description. */
#include <stdio.h>

#include "pluto/conn_table.h"
#include "whack/whack_proto.h"

struct reading {
	char *err;
	size_t errlen;
};

static const char *
text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static int
bad(const struct reading *r, int code, const char *what, const char *value)
{
	snprintf(r->err, r->errlen, "%s \"%.80s\"", what, value);
	return code;
}

/* One group in the place of all that the proposals of Child SAs have. */
static int
read_pfs_group(const struct reading *r, const json_t *o, struct connection *c)
{
	const char *word = text_of(o, "pfsgroup");

	if (word == NULL)
		return 0;
	c->pfs_group = proposal_group(word);
	if (c->pfs_group == KE_NONE)
		return bad(r, RC_NOALGO, "pfsgroup is not a group that is offered:", word);
	c->pfs = true;
	for (unsigned i = 0; i < c->esp.n; i++)
		if (!proposal_set_group(&c->esp.p[i], c->pfs_group))
			return bad(r, RC_NOALGO, "too many algorithms beside pfsgroup", word);
	return 0;
}

/* AH's words may stand in --esp too, as the classic programs have it. */
static int
read_child_proposals(const struct reading *r, const json_t *o, struct connection *c)
{
	const char *esp = text_of(o, "esp"), *ah = text_of(o, "ah");
	bool is_ah = json_is_true(json_object_get(o, "authenticate"));
	uint8_t protocol = is_ah ? PROTO_AH : PROTO_ESP;
	const char *words = is_ah && ah != NULL ? ah : esp;

	if (is_ah && json_is_true(json_object_get(o, "encrypt")))
		return bad(r, RC_BADWHACKMESSAGE, "AH (--authenticate) goes around no ESP (--encrypt), "
			   "which authenticates too; choose one:", c->name);
	if (ah != NULL && !is_ah)
		return bad(r, RC_BADWHACKMESSAGE, "--ah is for --authenticate:", ah);
	if (is_ah)
		c->esp = *proposal_default(protocol);
	if (words != NULL && !proposal_parse(words, protocol, &c->esp, r->err, r->errlen))
		return RC_NOALGO;
	return read_pfs_group(r, o, c);
}

int
conn_proposals_from_request(const json_t *o, struct connection *c, char *err, size_t errlen)
{
	const struct reading r = { .err = err, .errlen = errlen };
	const char *ike = text_of(o, "ike");

	if (ike != NULL && !proposal_parse(ike, PROTO_IKE, &c->ike, err, errlen))
		return RC_NOALGO;
	return read_child_proposals(&r, o, c);
}
