/* Prints what IKEv2's exchange table says, for spin: for each message which states take it,
 * in which role, and which state is next. tests/model/rekey.pml and handshake.pml take it in. */
#include <stdio.h>

#include "pluto/ikev2/exchange_table.h"

/* A message of IKEv2 by the step that takes it. */
static const struct { step_fn *run; const char *name; } messages[] = {
	{ sa_init_request, "INIT_Q" }, { sa_init_response, "INIT_A" }, { sa_init_error, "INIT_E" },
	{ auth_request, "AUTH_Q" }, { auth_response, "AUTH_A" }, { auth_error, "AUTH_E" },
	{ child_request, "CHILD_Q" }, { child_response, "CHILD_A" },
	{ ike_rekey_request, "REKEY_Q" }, { ike_rekey_response, "REKEY_A" },
	{ create_refused, "REFUSE_A" }, { informational_request, "INFO_Q" },
	{ informational_response, "INFO_A" },
};
enum { N_MESSAGES = sizeof(messages) / sizeof(*messages) };

static const char *const states[IKE_N_STATES] = {
	[IKE_NEW] = "NEW", [IKE_SA_INIT_SENT] = "INIT_SENT", [IKE_SA_INIT_ANSWERED] = "INIT_ANSWERED",
	[IKE_AUTH_SENT] = "AUTH_SENT", [IKE_AUTH_KEY_WAIT] = "KEY_WAIT",
	[IKE_ESTABLISHED] = "ESTABLISHED", [IKE_REKEYED] = "REKEYED", [IKE_DELETING] = "DELETING",
	[IKE_GONE] = "GONE",
};

static const struct exchange_row *
row_of(unsigned message)
{
	size_t n;
	const struct exchange_row *r = exchange_rows(&n);

	while (n-- > 0)
		if (r[n].run == messages[message].run)
			return &r[n];
	return NULL;
}

/* "message m comes to somebody in that role and state" and the state that is next, by the
 * daemon's own search; what no row takes is not printed. */
static void
print_takes(void)
{
	printf("inline row(m, is_initiator, state)\n{\n\tif\n");
	for (unsigned m = 0; m < N_MESSAGES; m++) {
		const struct exchange_row *sent = row_of(m);

		for (unsigned role = 0; sent != NULL && role < 2; role++)
			for (unsigned s = 0; s < IKE_N_STATES; s++) {
				const struct ike_sa sa = { .state = (enum ike_sa_state)s,
					.role = role == 1 ? SA_INITIATOR : SA_RESPONDER };
				const struct payload_list in = { .seen = sent->need };
				enum row_fit why;
				const struct exchange_row *r = exchange_find(&sa, sent->exchange,
									     sent->response, &in, &why);

				if (r == sent)
					printf("\t:: m == %s && is_initiator == %u && state == %s -> taken = true; next = %s\n",
					       messages[m].name, role, states[s],
					       states[r->next == NEXT_SAME ? s : r->next]);
			}
	}
	printf("\t:: else -> taken = false\n\tfi\n}\n");
}

int
main(void)
{
	for (unsigned s = 0; s < IKE_N_STATES; s++)
		printf("#define %s %u\n", states[s], s);
	for (unsigned m = 0; m < N_MESSAGES; m++)
		printf("#define %s %u\n", messages[m].name, m);
	print_takes();
	return 0;
}
