/* Prints what the engine's tables say, for spin: each cell of oppo_fsm.c as what it does
 * to a request, and each verdict. tests/model/pair.pml takes it in. */
#include <stdio.h>
#include <string.h>

#include "oe/oppo_fsm.h"
#include "oe/verdict_table.h"

enum { UNTOUCHED = 99, BROUGHT = 77, MORE_GATEWAYS = 2 };

static const char *const states[OPPO_N_STATES] = {
	[OPPO_NEW] = "NEW", [OPPO_OWN_KEY] = "OWN_KEY", [OPPO_PEER_KEY] = "PEER_KEY",
	[OPPO_NEGOTIATING] = "NEGOTIATING", [OPPO_CROSSING] = "CROSSING",
	[OPPO_SECURED] = "SECURED", [OPPO_SHUNTED] = "SHUNTED",
};

static const char *const events[OPPO_N_EVENTS] = {
	[OPPO_EV_START] = "START", [OPPO_EV_PACKET] = "PACKET", [OPPO_EV_KEY_FOUND] = "KEY_FOUND",
	[OPPO_EV_KEY_ABSENT] = "KEY_ABSENT", [OPPO_EV_KEY_BOGUS] = "KEY_BOGUS",
	[OPPO_EV_ANONYMOUS] = "ANONYMOUS", [OPPO_EV_DNS_FAILED] = "DNS_FAILED",
	[OPPO_EV_CHILD_UP] = "CHILD_UP", [OPPO_EV_IKE_FAILED] = "IKE_FAILED",
	[OPPO_EV_PAIR_UP] = "PAIR_UP", [OPPO_EV_DEADLINE] = "DEADLINE",
	[OPPO_EV_TEARDOWN] = "TEARDOWN", [OPPO_EV_OWN_KNOWN] = "OWN_KNOWN", [OPPO_EV_NOT_ASKED] = "NOT_ASKED",
};

/* What a cell may look at, besides what its event brings. */
struct before {
	enum oppo_state state;
	bool gone, waits, ours;	/* theirs_gone; a packet is held; our own key is awaited */
	size_t gateways;
};

static struct oppo
request(const struct before *b, struct gateway *gateways)
{
	struct oppo o = { .state = b->state, .theirs_gone = b->gone, .n_held = b->waits,
		.gateways = gateways, .n_gateways = b->gateways, .n_at = 1, .own_awaited = b->ours };

	o.facts.evidence = (enum evidence)UNTOUCHED;
	o.facts.ike = (enum ike_outcome)UNTOUCHED;
	return o;
}

/* "= 3", or what the event brought. */
static void
print_fact(const char *name, int value, const char *brought)
{
	if (value == BROUGHT)
		printf("; %s[h] = %s", name, brought);
	else if (value != UNTOUCHED)
		printf("; %s[h] = %d", name, value);
}

static bool
changes(const struct oppo *o, enum oppo_state from, enum oppo_state to)
{
	return to != from || (int)o->facts.evidence != UNTOUCHED || (int)o->facts.ike != UNTOUCHED;
}

/* A row when the cell changes anything; what it leaves is not written. */
static void
print_cell(const struct before *b, enum oppo_event e)
{
	static struct gateway gateways[MORE_GATEWAYS];
	static const struct flow flow;
	struct oppo o = request(b, gateways);
	struct oppo_detail d = { .flow = &flow, .gateways = gateways, .n_gateways = b->gateways,
		.facts = { .evidence = (enum evidence)BROUGHT, .ike = (enum ike_outcome)BROUGHT } };
	enum oppo_state to = oppo_fsm_cell(b->state, e)->run(&o, &d);

	if (!changes(&o, b->state, to))
		return;
	printf("\t:: st[h] == %s && happens == %s && gone[h] == %d && held[h] == %d -> st[h] = %s",
	       states[b->state], events[e], b->gone, b->waits, states[to]);
	print_fact("evidence", o.facts.evidence, "with");
	print_fact("outcome", o.facts.ike, "ends");
	printf("\n");
}

static void
print_engine(void)
{
	printf("inline move(h, happens, with, ends)\n{\n\tif\n");
	for (unsigned s = 0; s < OPPO_N_STATES; s++)
		for (unsigned e = 0; e < OPPO_N_EVENTS; e++)
			/* Our own key is awaited in one state alone. */
			for (unsigned bits = 0; bits < (s == OPPO_PEER_KEY ? 16 : 8); bits++)
				print_cell(&(struct before){ (enum oppo_state)s, bits & 1, bits & 2,
					   bits & 8, bits & 4 ? MORE_GATEWAYS : 1 }, (enum oppo_event)e);
	printf("\t:: else -> skip\n\tfi\n}\n\n");
}

/* Evidence times keys times the end of IKE, group by group. */
static void
print_verdicts(void)
{
	for (unsigned g = 0; g < GROUP_ID_N; g++) {
		printf("inline decide_%u(h)\n{\n\tif\n", g);
		for (unsigned e = 0; e < EVIDENCE_N; e++)
			for (unsigned i = 0; i < 2 * IKE_OUTCOME_N; i++)
				printf("\t:: evidence[h] == %u && keys[h] == %u && outcome[h] == %u -> shunt[h] = %d\n",
				       e, i % 2, i / 2, verdict_find((enum group_id)g, (enum evidence)e, i % 2,
								     (enum ike_outcome)(i / 2))->kind);
		printf("\tfi\n}\n\n");
	}
	printf("inline decide(h)\n{\n\tif\n");
	for (unsigned g = 0; g < GROUP_ID_N; g++)
		printf("\t:: group[h] == %u -> decide_%u(h)\n", g, g);
	printf("\tfi\n}\n");
}

static void
print_groups(void)
{
	printf("#define N_GROUPS %d\n", GROUP_ID_N);
	for (unsigned g = 0; g < GROUP_ID_N; g++) {
		const struct policy_group *p = policy_group((enum group_id)g);

		printf("/* %s: %s */\n", p->name, p->story);
	}
	printf("#define INITIATES(g) (");
	for (unsigned g = 0; g < GROUP_ID_N; g++)
		printf("%s(g) == %u && %d", g > 0 ? " || " : "", g, policy_group((enum group_id)g)->initiate);
	printf(")\n#define RESPONDS(g) (");
	for (unsigned g = 0; g < GROUP_ID_N; g++)
		printf("%s(g) == %u && %d", g > 0 ? " || " : "", g, policy_group((enum group_id)g)->respond);
	printf(")\n#define FAILS_OPEN(g) (");
	for (unsigned g = 0; g < GROUP_ID_N; g++)
		printf("%s(g) == %u && %d", g > 0 ? " || " : "", g,
		       policy_group((enum group_id)g)->on_failure == SHUNT_PASS);
	printf(")\n\n");
}

int
main(void)
{
	for (unsigned s = 0; s < OPPO_N_STATES; s++)
		printf("#define %s %u\n", states[s], s);
	for (unsigned e = 0; e < OPPO_N_EVENTS; e++)
		printf("#define %s %u\n", events[e], e);
	printf("#define TRAP %d\n#define PASSES %d\n#define DROPS %d\n#define REJECTS %d\n#define KEYED %d\n",
	       SHUNT_TRAP, SHUNT_PASS, SHUNT_DROP, SHUNT_REJECT, SHUNT_KEYED);
	printf("#define UNKNOWN %d\n#define SECURE %d\n#define BOGUS %d\n#define N_EVIDENCE %d\n",
	       EVIDENCE_UNKNOWN, EVIDENCE_SECURE, EVIDENCE_BOGUS, EVIDENCE_N);
	printf("#define SILENT %d\n#define REFUSED %d\n#define MISMATCH %d\n\n",
	       IKE_OUTCOME_SILENT, IKE_OUTCOME_REFUSED, IKE_OUTCOME_KEY_MISMATCH);
	print_groups();
	print_engine();
	print_verdicts();
	return 0;
}
