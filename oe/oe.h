/* The door of oe/: who decides, for each pair of addresses, whether traffic is
 * encrypted, clear or blocked.
 *
 * The engine is pure. It has no socket, no clock and no OpenSSL; it sees the
 * world through struct oe_ports and is told everything: a packet, a DNS answer,
 * an IKE outcome, the time. State times event is a table (oppo_fsm.c), lookups
 * are rows (lookup_plan.c), what failure means is a row too (verdict_table.c).
 *
 * Worked example. A ping from 192.1.2.45 to 192.1.2.23, group private-or-clear:
 *
 *	oe_packet(flow, held 1)		request oe#1 is made, deadline 3000 ms
 *	  ports->lookup(oe#1, WANT_PEER_KEY, 192.1.2.23)
 *	oe_dns_answer(oe#1, secure, 1 key)
 *	  ports->negotiate(oe#1, flow, gateway 192.1.2.23, its keys)
 *	oe_child_up(oe#1)
 *	  ports->set_shunt(pair, KEYED); ports->verdict(held 1, TUNNEL)
 *
 * Answers carry the oppo_id, never a pointer. An answer whose request is gone
 * is dropped with one debug line. Ports may call back into the engine before
 * they return: the engine stores first and asks second.
 */
#ifndef OE_OE_H
#define OE_OE_H

#include "lib/rr_ipseckey.h"
#include "lib/shunt.h"

struct oe;

typedef struct { uint64_t n; } oppo_id;		/* 0: none; never reused */

/* What DNS proved. Never folded into success or failure. */
enum evidence {
	EVIDENCE_NONE,		/* not asked yet */
	EVIDENCE_SECURE,	/* records, and DNSSEC vouches for them */
	EVIDENCE_ABSENT,	/* no such record, and that is proved */
	EVIDENCE_INSECURE,	/* an answer (records or none) nobody vouches for */
	EVIDENCE_BOGUS,		/* DNSSEC says forged or broken */
	EVIDENCE_MALFORMED,	/* records that DNSSEC vouches for and nobody can read,
				 * where that denies (RFC 4322 3.2.4) */
	EVIDENCE_UNKNOWN,	/* no answer: dead servers, or past the deadline */
	EVIDENCE_N
};

enum rr_wanted { WANT_PEER_KEY, WANT_OWN_KEY };

/* How an IKE attempt ended, as far as policy cares. */
enum ike_outcome {
	IKE_OUTCOME_NONE,	/* IKE was not tried */
	IKE_OUTCOME_UP,
	IKE_OUTCOME_SILENT,	/* no answer, or past the deadline */
	IKE_OUTCOME_REFUSED,	/* the peer, or its policy, said no */
	IKE_OUTCOME_LATER,	/* it is there and may say yes soon: it cannot ask DNS, or
				 * does not believe our key though DNS names it */
	IKE_OUTCOME_KEY_MISMATCH, /* it did not prove the key that DNS names */
	IKE_OUTCOME_INTERNAL,	/* our own fault: no memory, kernel refused */
	IKE_OUTCOME_N
};

/* What DNS says of the key that we sign with. */
enum own_key_said {
	OWN_KEY_UNKNOWN,	/* nothing, or nothing that is proved */
	OWN_KEY_PUBLISHED,	/* it names it, and DNSSEC vouches for that */
	OWN_KEY_MISSING,	/* it names another, or none: no peer can believe us */
};

/* What kind of record says so; the first that is there is preferred. */
enum gateway_record { GW_FROM_IPSECKEY, GW_FROM_TXT, GW_FROM_KEY };

/* Someone the DNS says may speak IKE for the peer. */
struct gateway {
	enum gateway_record record;
	uint16_t precedence;		/* lower first, RFC 4025 2.1 */
	enum gateway_kind kind;
	struct ip_addr addr;		/* GW_ADDR4, GW_ADDR6 */
	struct dns_name name;		/* GW_NAME */
	uint8_t alg;			/* IPSECKEY algorithm */
	struct chunk key;		/* owned: the key as DNS carries it */
	char label[40];			/* "ed25519 SHA256:5Qh1..yA", for people */
};

struct oe_answer {
	enum evidence evidence;
	uint32_t ttl_s;			/* positive: lowest TTL; negative: SOA minimum */
	struct gateway *gateways;	/* read, not kept: the engine copies */
	size_t n_gateways;
	const char *why;		/* for bogus and unknown: the validator's words; else ""; of our
					 * own key: a sentence for people */
	enum own_key_said own;		/* WANT_OWN_KEY: this and WHY are all that is read */
};

/* The stages of a trial's transcript (interface.md). */
enum oe_stage { STAGE_POLICY, STAGE_ROUTE, STAGE_DNS, STAGE_KEY, STAGE_IKE,
	STAGE_AUTH, STAGE_CHILD, STAGE_KERNEL, STAGE_RESULT };

struct oe_result;

/* One try: with one gateway, in one version of IKE. */
struct oe_attempt {
	struct ip_addr gateway;
	const struct gateway *keys;	/* any of these proves it; borrowed */
	size_t n_keys;			/* 0: anonymously (RFC 7619) */
	bool ikev1;
	uint32_t timeout_ms;
};

/* Everything the engine may do to the world. */
struct oe_ports {
	void *ctx;
	uint64_t (*now_ms)(void *ctx);
	/* Ask DNS of the peer's key, or of the one that we sign with for FLOW's source;
	 * the answer comes through oe_dns_answer, also before this returns. */
	void (*lookup)(void *ctx, oppo_id id, enum rr_wanted whose,
		       const struct flow *flow, uint32_t timeout_ms);
	/* Negotiate a Child SA for FLOW's address pair; comes back through
	 * oe_child_up or oe_ike_failed, also before this returns. */
	void (*negotiate)(void *ctx, oppo_id id, const struct flow *flow,
			  const struct oe_attempt *a);
	/* The deadline struck: stop IKE for this request, quietly. */
	void (*give_up)(void *ctx, oppo_id id);
	void (*set_shunt)(void *ctx, const struct shunt *s);
	void (*verdict)(void *ctx, held_id id, enum verdict v);
	/* Bytes a shunt has carried, or -1: a shunt in use is renewed. */
	int64_t (*shunt_used)(void *ctx, const struct ip_addr *local, const struct ip_addr *remote);
	/* Call oe_run no later than WHEN (absolute, monotonic ms). */
	void (*wake_at)(void *ctx, uint64_t when_ms);
	/* One line of a story, for whoever watches this request. */
	void (*tell)(void *ctx, oppo_id id, enum oe_stage stage, const char *line);
	/* A request ended (also after trials). R is valid during the call. */
	void (*ended)(void *ctx, oppo_id id, const struct oe_result *r);
};

enum oe_outcome { OE_ENCRYPTED, OE_CLEAR, OE_BLOCKED, OE_PENDING, OE_ERROR };

struct oe_result {
	struct flow flow;
	enum oe_outcome outcome;
	enum evidence evidence;
	enum ike_outcome ike;
	const char *group;		/* group name, "" when none covers the pair */
	bool anonymous;			/* nobody proved who the peer is */
	int code;			/* whack code of interface.md: 4, 28, 31, 60, ... */
	char reason[256];		/* a sentence for people */
	uint32_t lifetime_s;		/* how long this is remembered */
	uint32_t total_ms, ike_ms;	/* how long it took; since IKE began */
	bool negotiated;		/* IKE began */
	unsigned released;		/* packets that waited for this */
};

struct oe_config {
	uint32_t deadline_ms;		/* DNS and IKE together; 3000 */
	unsigned max_requests;		/* being decided at once; 4096 */
	unsigned max_decided;		/* remembered; a million */
	bool oe_null;			/* a peer without a proven key may be anonymous */
	bool legacy;			/* peers that speak no IKEv2 are asked in IKEv1 */
	bool own_key;			/* with the peer's key, ours is asked for */
	const char *dns_words;		/* who is asked, for the story; NULL: not told */
};

struct oe *oe_new(const struct oe_ports *ports, const struct oe_config *cfg);
void oe_free(struct oe *oe);

/* The five groups, in order, with their table rows (policy_group.c). */
enum group_id { GROUP_ID_CLEAR, GROUP_ID_CLEAR_OR_PRIVATE, GROUP_ID_PRIVATE_OR_CLEAR,
	GROUP_ID_PRIVATE, GROUP_ID_BLOCK, GROUP_ID_N };

struct policy_group {
	const char *name;		/* "private-or-clear" */
	const char *story;		/* one sentence for the man page and --status */
	bool initiate, respond;
	enum shunt_kind on_failure;	/* SHUNT_PASS or SHUNT_DROP; may be changed by hand */
};
const struct policy_group *policy_group(enum group_id id);

/* One line of a policy file, for our own traffic or for that of hosts behind us. */
struct group_entry {
	struct ip_prefix clients;	/* whose traffic; family IP_NONE: our own */
	struct ip_addr speaker;		/* our address that speaks IKE for them */
	struct ip_prefix remote;
	uint8_t ip_proto;		/* 0: any */
	uint16_t sport, dport;		/* 0: any */
	enum group_id group;
	bool reject;			/* what is dropped is refused to its sender instead */
	bool by_hand;			/* of a connection, not of one of the five files */
	char where[64];			/* "private:7" for explain */
};
typedef void group_complaint_fn(void *ctx, const char *line);
/* Reads DIR/{clear,...} but those of SKIP (may be NULL); a bad line is told to COMPLAIN with file and line, and
 * voids that line only. Entries are owned by the caller (free). Returns 0,
 * -ENOENT when DIR does not exist, or another -errno when DIR or a file of it
 * cannot be read: what was read is there, and is not the whole policy. */
int group_files_read(const char *dir, const bool skip[GROUP_ID_N], struct group_entry **out,
		     size_t *n, group_complaint_fn *complain, void *ctx);
/* Adds the lines of DIR/NAME to what is there, each of the clients, the speaker, the
 * group and the manner of LIKE. A name without a file has no lines. */
int group_file_add(const char *dir, const char *name, const struct group_entry *like,
		   struct group_entry **out, size_t *n, group_complaint_fn *complain, void *ctx);
/* Adds E to a list that was read, or that is empty (NULL, 0). False: no memory. */
bool group_entry_add(struct group_entry **out, size_t *n, const struct group_entry *e);
/* Voids entries whose traffic was said before (the first one counts) and tells
 * COMPLAIN. *N shrinks. */
void group_entries_dedupe(struct group_entry *e, size_t *n,
			  group_complaint_fn *complain, void *ctx);
/* The text of one file, for the fuzzer and for group_files_read. */
void group_file_parse(const char *name, struct span text, enum group_id group,
		      struct group_entry **out, size_t *n,
		      group_complaint_fn *complain, void *ctx);
/* Replaces the policy. Requests whose group changed are ended and traps again. */
void oe_set_groups(struct oe *oe, const struct group_entry *e, size_t n);
/* The group that speaks for a flow; false when none does. *ENTRY may be NULL. */
bool oe_group_of(struct oe *oe, const struct flow *f, enum group_id *id,
		 const struct group_entry **entry);

/* May the pair of F be encrypted without knowing with whom? Only where its
 * traffic could pass in the clear, and no other group shares the tunnel. */
bool oe_may_be_anonymous(struct oe *oe, const struct flow *f);

/* What happens. */
void oe_packet(struct oe *oe, const struct flow *f, held_id held);
void oe_dns_answer(struct oe *oe, oppo_id id, enum rr_wanted whose, const struct oe_answer *a);
void oe_child_up(struct oe *oe, oppo_id id, const char *how);	/* "reverse map, DNSSEC secure" */
/* The peer speaks IKE, so it is not silent. */
void oe_ike_answers(struct oe *oe, oppo_id id);
void oe_ike_failed(struct oe *oe, oppo_id id, enum ike_outcome why, const char *reason);
/* The peer came to us: the pair is keyed, whatever we thought of it before.
 * ANONYMOUS: it did not say who it is. */
void oe_pair_up(struct oe *oe, const struct ip_addr *local, const struct ip_addr *remote,
		bool anonymous);
/* The pair's last Child SA is gone: back to the trap. */
void oe_pair_down(struct oe *oe, const struct ip_addr *local, const struct ip_addr *remote);
/* Would a packet of F have to wait for a decision? */
bool oe_is_open(struct oe *oe, const struct flow *f);
/* Begins as if such a packet had come, though none has; false when it would not wait, or
 * cannot be decided now. */
bool oe_warm(struct oe *oe, const struct flow *f);
/* Does F pass because DNS has no key for its peer? Then oe_reopen asks again, and it
 * passes meanwhile; false when that cannot be now. */
bool oe_lacks_key(struct oe *oe, const struct flow *f);
bool oe_reopen(struct oe *oe, const struct flow *f);
/* Deadlines and expiries that are due. */
void oe_run(struct oe *oe);

/* whack --oppohere --oppothere: tries now whatever was remembered, told to
 * ports->tell and ports->ended under the id returned (0: no memory). Nothing is told
 * before this returns: the trial begins in the oe_run that it asks for. A pair
 * that is being decided gives the id of the request at work. */
oppo_id oe_trial(struct oe *oe, const struct flow *f);

/* Why traffic of this pair is what it is; sends nothing. */
struct oe_explanation {
	bool has_group;
	enum group_id group;
	char where[64];
	enum oe_outcome outcome;	/* what a packet would get now */
	enum evidence evidence;
	enum ike_outcome ike;
	bool anonymous;
	char reason[256];
	uint32_t expires_s;		/* 0: does not expire */
};
void oe_explain(struct oe *oe, const struct flow *f, struct oe_explanation *out);

/* Decided pairs, in address order; FN returns false to stop. */
struct oe_shunt_info {
	struct shunt shunt;
	enum evidence evidence;
	enum ike_outcome ike;
	enum group_id group;
	bool anonymous;
	uint32_t expires_s;
	oppo_id id;
	unsigned held;			/* packets waiting, for SHUNT_HOLD */
};
typedef bool oe_shunt_fn(void *ctx, const struct oe_shunt_info *i);
/* The same in no order, and without a list of all; the requests come first. */
void oe_scan(struct oe *oe, oe_shunt_fn *fn, void *ctx);
void oe_each_shunt(struct oe *oe, oe_shunt_fn *fn, void *ctx);

struct oe_stats {
	uint64_t packets, requests, encrypted, clear, blocked, late_answers,
		refused_full, deadline_struck,
		retried,		/* blocked pairs that knocked, tried before their time */
		retries_put_off;	/* ... or not, as there were too many */
	uint64_t by_evidence[EVIDENCE_N];
	unsigned pending_now, decided_now;
	unsigned by_kind[SHUNT_KEYED + 1];	/* of decided_now */
};
void oe_get_stats(const struct oe *oe, struct oe_stats *out);

const char *evidence_name(enum evidence e);	/* "SECURE", "ABSENT", ... */
const char *ike_outcome_name(enum ike_outcome o);
const char *oe_outcome_name(enum oe_outcome o);	/* "ENCRYPTED", "CLEAR", ... */
const char *oe_stage_name(enum oe_stage s);	/* "policy", "dns", ... */

#endif
