/* From a DNS message to what the asker wants: the records of one type. */
#ifndef ADNS_ANSWER_H
#define ADNS_ANSWER_H

#include "adns/adns_proto.h"

/* Types whose rdata holds no compressed name, so that its octets mean the same
 * outside the message. Others are not asked. */
bool answer_type_known(uint16_t rrtype);

/* Fills status, ttl_s and rdata of *OUT from MESSAGE, the reply to QNAME and
 * RRTYPE; security and id are the caller's. Follows CNAMEs from QNAME (RFC 1034
 * 3.6.2, RFC 2317); the TTL is the lowest of the chain; for a denial it is also
 * bounded by the SOA (RFC 2308 5), and 0 when there is no SOA. The rdata spans
 * are borrowed from MESSAGE. What cannot be read gives ADNS_FAILED, with words
 * in OUT->why. */
void answer_read(struct span message, const struct dns_name *qname,
		 uint16_t rrtype, struct adns_answer *out);

#endif
