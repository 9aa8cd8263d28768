/* Every message of phase 1 that is allowed, one row each. MM1 makes the SA, so
 * it has none. */
#include "pluto/ikev1/phase1.h"

#define NEED(a) V1_BIT(a)
#define ALWAYS (V1_BIT(V1_VID) | V1_BIT(V1_N))
#define CERTS (V1_BIT(V1_CERT) | V1_BIT(V1_CR))
#define PROOF (V1_BIT(V1_HASH) | V1_BIT(V1_SIG))

static const struct phase1_row rows[] = {
	{ "MM2: the responder chose a transform", V1_MAIN, SA_INITIATOR, MAIN_I1, MAIN_I2, false,
	  NEED(V1_SA), ALWAYS, main_i_sa },
	{ "MM3: the initiator's key exchange", V1_MAIN, SA_RESPONDER, MAIN_R1, MAIN_R2, false,
	  NEED(V1_KE) | NEED(V1_NONCE), ALWAYS | CERTS | V1_BIT(V1_NAT_D), main_r_ke },
	{ "MM4: the responder's key exchange", V1_MAIN, SA_INITIATOR, MAIN_I2, MAIN_I3, false,
	  NEED(V1_KE) | NEED(V1_NONCE), ALWAYS | CERTS | V1_BIT(V1_NAT_D), main_i_ke },
	{ "MM5: the initiator proves itself", V1_MAIN, SA_RESPONDER, MAIN_R2, ISAKMP_UP, true,
	  NEED(V1_ID), ALWAYS | CERTS | PROOF, main_r_auth },
	{ "MM6: the responder proves itself", V1_MAIN, SA_INITIATOR, MAIN_I3, ISAKMP_UP, true,
	  NEED(V1_ID), ALWAYS | CERTS | PROOF, main_i_auth },
};

const struct phase1_row *
phase1_row(const struct isakmp *sa, uint8_t exchange)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].exchange == exchange && rows[i].role == sa->role
		    && rows[i].in == sa->state)
			return &rows[i];
	return NULL;
}

const struct phase1_row *
phase1_rows(size_t *n)
{
	*n = sizeof(rows) / sizeof(*rows);
	return rows;
}
