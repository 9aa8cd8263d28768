/* The command line of adns. */
#ifndef ADNS_OPTIONS_H
#define ADNS_OPTIONS_H

#include "lib/addr.h"
#include "lib/negative_anchor.h"

enum { OPTIONS_MAX_RESOLVERS = 8, OPTIONS_MAX_ANCHORS = 16, OPTIONS_MAX_NEGATIVE = 8 };

struct options {
	int fd;				/* -1: not started by pluto */
	struct endpoint resolvers[OPTIONS_MAX_RESOLVERS];
	size_t n_resolvers;
	bool recursion;			/* ask the root servers, no resolver */
	bool stub;			/* c-ares asks a validating resolver; else libunbound */
	const char *resolvconf;
	const char *anchors[OPTIONS_MAX_ANCHORS];
	size_t n_anchors;
	const char *anchor_state;	/* the keys of anchors[0] are followed in it; NULL: not */
	uint32_t holddown_s;		/* 0: 30 days (RFC 5011 2.4.1) */
	struct negative_anchor negative[OPTIONS_MAX_NEGATIVE];
	size_t n_negative;
	int tap_fd, tap_stream_fd;	/* -1: nobody tells us of names */
	uint32_t tap_uid;
	const char *user;
	bool syslog, debug, json;
	const char *question;		/* -q: address or name */
	uint16_t rrtype;
	uint32_t timeout_ms;
};

enum options_result { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION, OPTIONS_BAD };

/* Strings are borrowed from ARGV. OPTIONS_BAD comes with a sentence in ERR. */
enum options_result options_parse(int argc, char *const argv[],
				  struct options *out, char err[200]);
const char *options_usage(void);
/* "IPSECKEY" and its like, or NULL. */
const char *options_type_name(uint16_t rrtype);

#endif
