/* Prints what the table of IKEv1's phase 1 says of Main Mode, for spin: for each message
 * which state takes it, in which role, and which state is next. tests/model/main_mode.pml
 * takes it in. */
#include <stdio.h>

#include "pluto/ikev1/phase1.h"

static const char *const states[] = {
	[ISAKMP_NEW] = "NEW", [MAIN_I1] = "MAIN_I1", [MAIN_I2] = "MAIN_I2", [MAIN_I3] = "MAIN_I3",
	[MAIN_R1] = "MAIN_R1", [MAIN_R2] = "MAIN_R2", [AGGR_I1] = "AGGR_I1", [AGGR_R1] = "AGGR_R1",
	[ISAKMP_UP] = "UP",
};
enum { N_STATES = sizeof(states) / sizeof(*states) };

static void
print_rows(void)
{
	size_t n;
	const struct phase1_row *r = phase1_rows(&n);

	printf("inline row(m, is_initiator, state)\n{\n\tif\n");
	for (size_t i = 0; i < n; i++)
		if (r[i].exchange == V1_MAIN)
			printf("\t:: m == MM%c && is_initiator == %d && state == %s -> taken = true; next = %s\n",
			       r[i].story[2], r[i].role == SA_INITIATOR, states[r[i].in],
			       states[r[i].next]);
	printf("\t:: else -> taken = false\n\tfi\n}\n");
}

int
main(void)
{
	for (unsigned s = 0; s < N_STATES; s++)
		printf("#define %s %u\n", states[s], s);
	for (unsigned m = 1; m <= 6; m++)
		printf("#define MM%u %u\n", m, m);
	print_rows();
	return 0;
}
