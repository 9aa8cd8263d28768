/* Is a name ready for opportunistic encryption? Asked of DNS, step by step. */
#ifndef ZONES_VERIFY_H
#define ZONES_VERIFY_H

#include <stdio.h>

#include "lib/revname.h"
#include "zones/finding.h"
#include "zones/lookup.h"

/* In the order of weight: the worst of the steps is that of the name. */
enum verify_status { VERIFY_OK, VERIFY_WARNING, VERIFY_ERROR, VERIFY_UNKNOWN, VERIFY_BOGUS };

struct verify_host;

struct verify {
	FILE *out;
	struct ub_ctx *ctx;		/* borrowed */
	bool quiet;			/* no lines at all */
	bool json;			/* an object a line */
	bool no_ike;			/* sends nothing but questions to DNS */
	const char *asked;		/* as it was typed */
	struct dns_name name;
	bool is_addr;
	struct ip_addr addr;
	struct ub_result *keys;		/* owned: the answer for IPSECKEY */
	enum lookup_verdict verdict;
	enum verify_status worst;
	const struct verify_host *host;	/* borrowed; NULL: it is another host's name */
};

/* What a program ends with: a status of zones/verbs.h. */
int verify_exit(enum verify_status worst);
/* The name that TEXT stands for, an address or a name; false: it is neither. */
bool verify_subject(const char *text, struct verify *v);
/* Each step prints one line or more; returns the worst. */
enum verify_status verify_name(struct verify *v, const char *asked);

/* For the steps: "  WHAT  ok  text". */
void verify_ok(struct verify *v, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The same for what is wrong, with its id and what to do; its weight is remembered. */
void verify_find(struct verify *v, const char *what, enum finding f, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The name of whose zone the records are: behind a CNAME (RFC 2317) another one. */
const char *verify_owner(const struct verify *v);

/* From the anchor to the zone: where the chain of DNSSEC ends, or that it does not. */
void verify_chain(struct verify *v);
/* Peers can use each of the keys, which come with a time that lets them be replaced. */
void verify_keys(struct verify *v);
/* A gateway that is another host has the same key under its own name. */
void verify_gateways(struct verify *v);
/* The TXT records of RFC 4322 name the same keys. */
void verify_txt(struct verify *v);
/* The answer comes by UDP. */
void verify_size(struct verify *v);
/* Its signature lives longer than caches and other servers keep it. */
void verify_signature(struct verify *v);
/* Every authoritative server has the records that the resolver has. */
void verify_servers(struct verify *v);
/* The reverse name's PTR leads to a name that has the address. */
void verify_forward(struct verify *v);
/* Each gateway answers the first message of IKE. */
void verify_ike(struct verify *v);

#endif
