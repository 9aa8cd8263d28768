/* Connections: policy only. They never grow a pointer to a negotiation. */
#ifndef PLUTO_CONNECTION_H
#define PLUTO_CONNECTION_H

#include "lib/pubkey.h"
#include "pluto/kernel/kernel.h"
#include "pluto/virtual.h"
#include "pluto/wire/ident.h"
#include "pluto/wire/proposal.h"

enum conn_kind {
	CONN_PERMANENT,	/* both ends known from configuration */
	CONN_TEMPLATE,	/* an end left open: a policy group, a road warrior */
	CONN_INSTANCE,	/* a template with its ends filled in */
};
enum conn_auth {
	CONN_AUTH_PSK,
	CONN_AUTH_PUBKEY,
	CONN_AUTH_NULL,	/* proves nothing: anonymous (RFC 7619) */
};

/* The words that stand for the peer's host: nobody in particular. */
enum conn_group {
	CONN_GROUP_NONE,
	CONN_GROUP_OPPO,	/* %opportunistic: whoever has a key in DNS */
	CONN_GROUP_FILE,	/* %group: the prefixes of IPSECDIR/policies/NAME */
	CONN_GROUP_OPPO_FILE,	/* %opportunisticgroup: both */
};

enum dpd_action {
	DPD_HOLD,	/* its traffic is trapped: nothing leaves in the clear */
	DPD_CLEAR,	/* it is unrouted: traffic is clear */
	DPD_RESTART,	/* it is brought up again */
};

struct conn_end {
	struct endpoint host;		/* family IP_NONE: any (%any) */
	struct ident id;		/* type 0: the host address; anonymous: ID_NULL */
	enum conn_auth auth;		/* how this end proves itself */
	struct traffic_selector ts;	/* what traffic this end stands for */
	bool auth_given;		/* for this end alone (--auth) */
	bool has_client;		/* ts is a subnet of its own (--client) */
	struct virtual_client virtual_;	/* it chooses that itself, within this */
	enum conn_group group;		/* what stands there in place of a host */
	bool is_myid;			/* --id %myid */
};

/* How our side of it is routed. */
struct conn_route {
	struct ip_addr nexthop, srcip;	/* IP_NONE: the daemon finds one */
	bool disabled;			/* --updown %disabled: nothing is done */
	char *updown;			/* owned: a command; NULL: the daemon does it */
};

/* Who asks and who says in what follows IKEv1's phase 1. */
enum conn_part { CONN_PART_NONE, CONN_PART_CLIENT, CONN_PART_SERVER };
enum { CONN_MODECFG_EACH = 2, CONN_USER_MAX = 127 };

enum { CONN_MAX_KEYS = 8, CONN_IKEV1 = 1, CONN_IKEV2 = 2 };

struct connection {
	uint64_t serial;
	char name[64];
	enum conn_kind kind;
	uint64_t from;			/* serial of the template, for an instance */
	unsigned instance;		/* printed as name[n]; 0: none */
	bool oe;			/* opportunistic: one host pair, keys from DNS */
	enum conn_group group;		/* of its remote end: it is a policy for prefixes */
	struct conn_end local, remote;
	enum ipsec_mode mode;
	uint8_t versions;		/* CONN_IKEV1, CONN_IKEV2; 0: begins IKEv2, answers both */
	bool aggressive;		/* IKEv1: Aggressive Mode, and answers it */
	enum conn_part xauth, modecfg;	/* IKEv1: which part is ours */
	char xauth_user[CONN_USER_MAX + 1];	/* of an instance, as server: who the peer is */
	bool modecfg_pull;		/* the client asks; false: the server begins */
	struct ip_addr modecfg_dns[CONN_MODECFG_EACH], modecfg_wins[CONN_MODECFG_EACH];
	bool pfs;
	uint16_t pfs_group;		/* --pfsgroup; 0: the IKE SA's, or what --esp says */
	bool rekey;			/* false: --dontrekey */
	bool force_encaps;		/* ESP in UDP, NAT or not */
	bool clear_df;			/* --nopmtudisc */
	bool compress;			/* IPComp inside, where the peer has it too */
	bool mobike;			/* may move to other addresses (RFC 4555) */
	struct proposal_list ike, esp;
	uint32_t idle_s;		/* SAs that are not used go after it (OE); 0: never */
	uint32_t ike_lifetime_s, child_lifetime_s, rekey_margin_s, rekey_fuzz_pct;
	uint32_t keying_tries;		/* 0: for ever */
	/* What routed traffic gets before there is an SA (SHUNT_TRAP: an SA, on
	 * demand; with all others the peer must begin), and after a failure. */
	enum shunt_kind shunt, failure;
	uint32_t debug;			/* enum log_class: what is logged of it besides */
	bool never;			/* a shunt without authentication: no IKE */
	uint32_t dpd_delay_s, dpd_timeout_s;	/* 0: off */
	enum dpd_action dpd_action;	/* what becomes of it when the peer is silent */
	bool restart_due;		/* it is to be initiated as soon as may be */
	bool follow_due;		/* once an address of ours leads to the peer */
	struct conn_route route;
	bool keys_from_dns;		/* --dnskeyondemand, and OE */
	struct pubkey keys[CONN_MAX_KEYS];	/* owned: the peer's, when known */
	unsigned n_keys;
	const char *key_source;		/* "reverse map, DNSSEC secure", "configured" */
	unsigned refs;
};

/* Its identity: the name it was given, ID_NULL when it proves nothing (RFC 7619
 * 2.2), or the address it has (ADDR). */
struct ident conn_end_id(const struct conn_end *e, const struct ip_addr *addr);

/* "psk", "pubkey", "null"; and both ends', "null/pubkey" (ours first) when they
 * differ. */
const char *conn_auth_name(enum conn_auth a);
const char *conn_auth_text(const struct connection *c, char out[16]);

/* AH instead of ESP (--authenticate). */
bool connection_is_ah(const struct connection *c);

struct connection *connection_new(const char *name);	/* classic defaults, one reference */
/* An instance counts as its template, which is what was routed. */
uint64_t conn_base_serial(const struct connection *c);
struct connection *connection_ref(struct connection *c);
void connection_unref(struct connection *c);
/* A copy with its own serial, for one peer. */
struct connection *connection_instance(const struct connection *template_,
				       const struct ip_addr *local, const struct ip_addr *remote);
/* C's copy in which the peer has just the addresses of TS. */
struct connection *connection_for_client(const struct connection *c,
					 const struct traffic_selector *ts);

#endif
