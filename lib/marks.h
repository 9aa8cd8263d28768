/* Packet marks: the few bits by which our parts and the kernel tell packets
 * apart. Only bits of MARK_MASK are ever changed; others belong to others.
 *
 *	MARK_BYPASS	our own IKE, ESP and DNS: never trapped, never tunnelled
 *	MARK_TUN	traffic of a keyed pair: an ip rule routes it to the TUN device
 *	MARK_TRAP*	a first packet on its way to NFQUEUE (the xtables rule's match)
 */
#ifndef LIB_MARKS_H
#define LIB_MARKS_H

enum {
	MARK_MASK        = 0x00f00000,
	MARK_BYPASS      = 0x00100000,
	MARK_TUN         = 0x00200000,
	MARK_TRAP_OPEN   = 0x00300000,	/* permissive group: queue with bypass */
	MARK_TRAP_CLOSED = 0x00400000,	/* private: queue without bypass */
	MARK_PASS        = 0x00500000,	/* released in the clear */
	MARK_REJECT      = 0x00600000,	/* released to be refused (ICMP, TCP reset) */

	TUN_RULE_PRIORITY = 2540,	/* ip rule fwmark MARK_TUN/MARK_MASK */
	TUN_ROUTE_TABLE   = 2540,	/* its table: default dev ipsec0 */
};

#endif
