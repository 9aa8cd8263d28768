/* The XFRM plane at work between hosts that plane_test.sh made:
 *
 *	west 192.0.2.1, .11 --- wire --- 192.0.2.2 east 10.2.0.1 --- 10.2.0.9 server
 *	  2001:db8::1, ::11            2001:db8::2
 *	  10.1.0.1, fd01::1            10.2.0.1, fd02::1		inner addresses
 *
 * One program holds a plane on west and one on east, sends datagrams, and looks at
 * the frames on the wire between them. Each part prints TAP lines. */
#ifndef TESTS_VM_PLANE_H
#define TESTS_VM_PLANE_H

#include "pluto/kernel/planes.h"

enum host { WEST, EAST, SERVER, N_HOSTS };

/* net.c: hosts, datagrams, frames. */
bool net_begin(char **namespaces);	/* names, by enum host */
void net_enter(enum host h);		/* this thread stands there now */
struct ip_addr net_addr(const char *text);
/* One datagram of LEN bytes of readable, compressible text; true when it arrives
 * within WAIT_MS. */
bool net_say(enum host from, const char *src, enum host to, const char *dst, size_t len,
	     int wait_ms);
/* What that socket of net_say sends has MARK. */
void net_mark(enum host h, const char *addr, uint32_t mark);
/* The same past every policy of the sender. */
bool net_say_in_clear(enum host from, const char *src, enum host to, const char *dst);
/* IKE's socket of port 4500 on H, given to plane K; and a message over it. */
bool net_natt(enum host h, const char *addr, const struct kernel *k);
bool net_natt_say(enum host from, enum host to, const char *dst);
/* Runs the loop for MS. */
void net_wait(struct loop *l, uint64_t ms);

/* What the kernel of H lists. */
struct listed {
	unsigned sas, reserved, others;	/* ours, larval ones of ours, anybody else's */
	unsigned policies, other_policies;
	bool offloaded;			/* an SA of ours is on a device */
};
struct listed net_list(enum host h);
/* Tells of the soft limit of that SA of H N times, as the kernel would. */
void net_flood(enum host h, const struct kernel_sa *sa, unsigned n);

struct frames {
	unsigned esp, ah, natt, other;	/* IP frames between west and east, by protocol */
	bool readable;			/* one held our text */
	size_t longest;			/* bytes, of ESP */
	uint32_t seq;			/* of the last ESP or AH frame from west */
};
/* What crossed the wire since it was last asked. */
struct frames net_frames(void);
/* Sends the last ESP frame that came from west once more. */
void net_replay(void);

/* talk.c: pairs of SAs and the planes. */
struct bench {
	struct loop *l;
	struct kernel plane[2];		/* of west and east */
	struct sa_heard {
		unsigned soft, hard;
		uint32_t spi;		/* of the last event */
	} heard[2];
};
extern struct bench bench;
bool bench_begin(void);
void bench_end(void);

struct suite {
	const char *name;
	enum sa_protocol protocol;
	uint16_t encr, bits, integ;
	size_t encr_len, integ_len;
	bool hides;			/* it encrypts */
};
extern const struct suite suites[];
extern const unsigned n_suites;

/* An SA pair in both directions between two outer addresses, for hosts or nets. */
struct talk {
	const struct suite *suite;
	enum ipsec_mode mode;
	const char *outer[2];		/* of west and east */
	const char *inner[2];		/* addresses or prefixes */
	bool encap, esn;
	uint16_t cpi;			/* 0: no IPComp */
	uint32_t spi;			/* west to east; east to west is one more */
	struct kernel_sa limits;	/* its limits alone, for west's outbound SA */
};
struct kernel_sa talk_sa(const struct talk *t, enum host at, enum sa_direction dir);
int talk_up(const struct talk *t);	/* four SAs; 0 or -errno */
int talk_down(const struct talk *t);
struct sa_counters talk_counters(const struct talk *t, enum host at, enum sa_direction dir);

/* TAP. */
void tell(bool good, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The parts. */
void plane_matrix(void);		/* every protocol, cipher, mode and family */
void plane_policies(void);		/* what must not come in, or out */
void plane_life(void);			/* limits, reserved SPIs, what a crash left */
void plane_moves(void);			/* other outer addresses under traffic */
void plane_offload(void);		/* a device that does the cryptography */
void plane_interface(void);		/* an xfrm interface; the last part */

#endif
