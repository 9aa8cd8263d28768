/* Is a name ready for opportunistic encryption? Asked of DNS, step by step. */
#ifndef ZONES_VERIFY_H
#define ZONES_VERIFY_H

#include <stdio.h>

#include "lib/revname.h"
#include "zones/lookup.h"

/* In the order of weight: the worst of the steps is that of the name. */
enum verify_status { VERIFY_OK, VERIFY_WARNING, VERIFY_ERROR, VERIFY_UNKNOWN, VERIFY_BOGUS };

struct verify {
	FILE *out;
	struct ub_ctx *ctx;		/* borrowed */
	bool quiet;			/* no lines at all */
	bool no_ike;			/* sends nothing but questions to DNS */
	const char *asked;		/* as it was typed */
	struct dns_name name;
	bool is_addr;
	struct ip_addr addr;
	struct ub_result *keys;		/* owned: the answer for IPSECKEY */
	enum lookup_verdict verdict;
	enum verify_status worst;
};

/* The name that TEXT stands for, an address or a name; false: it is neither. */
bool verify_subject(const char *text, struct verify *v);
/* Each step prints one line or more; returns the worst. */
enum verify_status verify_name(struct verify *v, const char *asked);

/* For the steps: "  WHAT  WORD  text", and the status is remembered. */
void verify_say(struct verify *v, const char *what, enum verify_status status, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Every authoritative server has the records that the resolver has. */
void verify_servers(struct verify *v);
/* The reverse name's PTR leads to a name that has the address. */
void verify_forward(struct verify *v);
/* Each gateway answers the first message of IKE. */
void verify_ike(struct verify *v);

#endif
