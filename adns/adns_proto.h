/* The door of adns/: questions and answers between pluto and the DNS helper.
 *
 * One SOCK_SEQPACKET record each (lib/ipc.h). Ids are 64 bits, chosen by pluto
 * and never reused; whatever the helper says is read like input from the
 * network: bounded, checked, and believed only as far as it goes.
 */
#ifndef ADNS_ADNS_PROTO_H
#define ADNS_ADNS_PROTO_H

#include "lib/ipc.h"
#include "lib/revname.h"

enum adns_security { ADNS_INSECURE, ADNS_SECURE, ADNS_BOGUS };
enum adns_status {
	ADNS_ANSWERED,
	ADNS_NODATA,
	ADNS_NXDOMAIN,
	ADNS_FAILED,	/* servers dead or refusing */
	ADNS_TIMED_OUT,	/* past the question's deadline; the lookup goes on */
	ADNS_BUSY,	/* the helper's own limit: ask again later */
};

/* How DNS works from here; each but the first two says whose fault it is. */
enum adns_health {
	ADNS_HEALTH_UNKNOWN,
	ADNS_HEALTH_WELL,
	ADNS_HEALTH_SILENT,
	ADNS_HEALTH_STRIPPED,
	ADNS_HEALTH_CLOCK,
	ADNS_HEALTH_ANCHOR,
	ADNS_HEALTH_PORTAL,
	ADNS_HEALTH_UNVALIDATED,
};

enum { ADNS_MAX_RDATA = 32 };

#define ADNS_USER "_oe-dns"	/* whom the helper becomes, unless told otherwise */

struct adns_query {
	uint64_t id;
	uint16_t rrtype;
	uint32_t timeout_ms;
	struct dns_name qname;
};

struct adns_answer {
	uint64_t id;
	enum adns_status status;
	enum adns_security security;
	uint32_t ttl_s;		/* lowest of the chain, or min(SOA TTL, SOA minimum) */
	bool from_cache;
	char why[200];		/* for bogus and failed: words for people */
	uint16_t n_rdata;
	struct span rdata[ADNS_MAX_RDATA];	/* borrowed from the record */
};

/* Told once when the helper is ready, and on change. */
struct adns_hello {
	char resolvers[128];	/* "192.1.2.254", or "recursion" */
	char anchors[128];	/* ". 20326 38696" */
	enum adns_health health;
};

/* A resolver on this machine has just answered: NAME has these addresses. A hint, from
 * somebody who may lie; nothing follows from it but that we might ask. */
enum { ADNS_MAX_NOTED = 4 };
struct adns_notice {
	struct dns_name name;
	uint16_t n_addrs;			/* 1 to ADNS_MAX_NOTED */
	struct ip_addr addrs[ADNS_MAX_NOTED];
};

/* What became of what resolvers said. */
struct adns_tap_counts {
	uint64_t told;		/* notices that pluto got */
	uint64_t malformed;	/* messages that were not understood */
	uint64_t refused;	/* messages and streams of users that may not tell us */
	uint64_t limited;	/* addresses beyond the limits */
	uint64_t repeated;	/* addresses told lately already */
	uint64_t dropped;	/* notices for which pluto had no room */
};

enum adns_msg { ADNS_MSG_QUERY = 1, ADNS_MSG_ANSWER, ADNS_MSG_CANCEL, ADNS_MSG_HELLO,
	ADNS_MSG_NOTICE, ADNS_MSG_TAP_COUNTS };

/* Each returns false when the values do not fit or the record is malformed. */
bool adns_query_write(struct ipc_writer *m, void *buf, size_t max, const struct adns_query *q);
bool adns_answer_write(struct ipc_writer *m, void *buf, size_t max, const struct adns_answer *a);
bool adns_cancel_write(struct ipc_writer *m, void *buf, size_t max, uint64_t id);
bool adns_hello_write(struct ipc_writer *m, void *buf, size_t max, const struct adns_hello *h);
bool adns_notice_write(struct ipc_writer *m, void *buf, size_t max, const struct adns_notice *n);
bool adns_tap_counts_write(struct ipc_writer *m, void *buf, size_t max,
			   const struct adns_tap_counts *c);
/* After ipc_open() gave the type. */
bool adns_query_read(struct ipc_reader *m, struct adns_query *out);
bool adns_answer_read(struct ipc_reader *m, struct adns_answer *out);
bool adns_cancel_read(struct ipc_reader *m, uint64_t *id);
bool adns_hello_read(struct ipc_reader *m, struct adns_hello *out);
bool adns_notice_read(struct ipc_reader *m, struct adns_notice *out);
bool adns_tap_counts_read(struct ipc_reader *m, struct adns_tap_counts *out);

const char *adns_status_name(enum adns_status s);
const char *adns_health_text(enum adns_health h);	/* a sentence for people */
const char *adns_security_name(enum adns_security s);	/* "SECURE", ... */

#endif
