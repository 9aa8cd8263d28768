/* pluto's command line: one row per option, parsed into one value. */
#ifndef PLUTO_OPTIONS_H
#define PLUTO_OPTIONS_H

#include "lib/addr.h"
#include "pluto/virtual.h"

enum catch_by { CATCH_EITHER, CATCH_QUEUE, CATCH_ACQUIRE };
enum stack { STACK_AUTO, STACK_TUN, STACK_MAST, STACK_XFRM, STACK_NONE };

enum { MAX_RESOLVERS = 8, MAX_ANCHORS = 8, MAX_NEGATIVE = 8, MAX_INTERFACES = 16 };

struct pluto_options {
	bool nofork, stderrlog, no_oe, oe_null, oe_legacy, uniqueids, force_busy, force_keepalive;
	enum stack stack;
	enum catch_by catch_by;		/* how first packets are caught */
	bool perpeerlog, noretransmits, noseccomp;
	const char *perpeerlogbase;
	const char *ctlbase, *secretsfile, *ipsecdir, *coredir, *adns,
		*xauthcheck;
	const char *interfaces[MAX_INTERFACES];
	unsigned n_interfaces;
	struct ip_addr listen;		/* IP_NONE: every address */
	uint16_t ikeport;
	int nhelpers;			/* -1: one less than the CPUs, at least one */
	uint32_t keep_alive_s;
	struct endpoint resolvers[MAX_RESOLVERS];
	unsigned n_resolvers;
	const char *anchors[MAX_ANCHORS];	/* the first is --rootkey-file */
	unsigned n_anchors;
	const char *rootkey_state;		/* NULL: the usual one; "none" */
	const char *negative[MAX_NEGATIVE];	/* ZONE@DATE, checked */
	unsigned n_negative;
	struct virtual_nets virtual_private;	/* what peers may have inside */
	const char *dns_tap, *dns_tap_user;	/* where resolvers tell of names; who may */
	bool dns_stub;			/* adns believes a resolver on loopback */
	uint32_t oe_deadline_ms;
	uint32_t oe_idle_s;		/* 0: never */
	uint32_t debug;			/* enum log_class */
	uint32_t impair;		/* enum impair */
	char tun_name[16];
	bool offload;			/* ask network devices to encrypt */
	const char *metrics;		/* ADDR:PORT or a path; NULL: none */
	const char *offload_dev;	/* this one; NULL: that of the route */
};

enum option_arg { ARG_NONE, ARG_TEXT, ARG_NUMBER, ARG_ADDR };

/* What becomes of an option that the classic page has and this daemon does not
 * need: accepted without effect, or refused with a sentence. */
enum option_fate { OPTION_WORKS, OPTION_IMPLIED, OPTION_REFUSED };

struct option_row {
	const char *name;
	enum option_arg arg;
	enum option_fate fate;
	const char *story;	/* for --help; for REFUSED what to use instead */
	int (*set)(struct pluto_options *o, const char *value, const char **err);
};
extern const struct option_row pluto_option_rows[];
extern const unsigned n_pluto_option_rows;

enum options_result { OPTIONS_RUN, OPTIONS_EXIT_OK, OPTIONS_EXIT_BAD };
/* Fills *O with defaults and the command line. --help and --version print and
 * ask for a clean exit; a bad option prints one sentence naming it. */
enum options_result pluto_options_parse(struct pluto_options *o, int argc, char **argv);

#endif
