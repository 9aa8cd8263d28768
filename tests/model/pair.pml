/* Two hosts, each with the engine's tables, and a network that loses and doubles what
 * they say. Either may send, begin, answer, refuse, forget all and start again, in any
 * order. spin tries every order and says whether
 *
 *  - a packet ever goes in the clear where its host's group forbids it;
 *  - a packet ever waits for something that does not come;
 *  - a deadline ever strikes and leaves a request where it was.
 *
 * What the groups promise stands here once more, not taken from the tables: the page
 * oe.policies(5). */
#include "tables.pml"

#define CLEAR 0
#define CLEAR_OR_PRIVATE 1
#define PRIVATE_OR_CLEAR 2
#define PRIVATE 3
#define BLOCK 4

#define MAY_CLEAR(g) ((g) == CLEAR || (g) == CLEAR_OR_PRIVATE || (g) == PRIVATE_OR_CLEAR)
#define OVER(s) ((s) == SECURED || (s) == SHUNTED)
#define ASKING(s) ((s) == OWN_KEY || (s) == PEER_KEY)

#define NOTHING 255

#define PACKETS 1	/* of each host */
#define RESENDS 0
#define CRASHES 1	/* of both together */
#define EXPIRIES 1	/* decisions that end by their time, of each */

byte group[2], st[2], evidence[2], outcome[2], shunt[2];
bool keys[2], held[2], gone[2], open[2], asked[2], sa[2];
byte packets[2], resends[2], expiries[2], crashes;

mtype = { request, answer, refusal };
chan wire[2] = [2] of { mtype };	/* to that host */

/* It is carried out when the turn ends. */
inline event(e, seen_as, because)
{
	what = e; says = seen_as; why = because
}

inline in_the_clear(h)
{
	assert(MAY_CLEAR(group[h]))
}

/* Lost, come, or come twice. */
inline say(to, word)
{
	if
	:: skip
	:: nfull(wire[to]) -> wire[to]!word
	:: len(wire[to]) == 0 -> wire[to]!word; wire[to]!word
	fi
}

inline forget(h)
{
	st[h] = NEW; evidence[h] = 0; outcome[h] = 0; keys[h] = false; held[h] = false;
	gone[h] = false; open[h] = false
}

inline begin(h)
{
	forget(h);
	open[h] = true; held[h] = true; asked[h] = false;
	event(START, 0, 0)
}

/* A packet that no decision stands for. */
inline undecided(h)
{
	if
	:: open[h] -> held[h] = true; event(PACKET, 0, 0)
	:: !open[h] && INITIATES(group[h]) -> begin(h)
	:: !open[h] && !INITIATES(group[h]) ->
		if
		:: FAILS_OPEN(group[h]) -> in_the_clear(h)
		:: else -> skip
		fi
	fi
}

inline send(h)
{
	packets[h]--;
	if
	:: shunt[h] == PASSES -> in_the_clear(h)
	:: shunt[h] == TRAP -> undecided(h)
	:: else -> skip		/* into the tunnel, or nowhere */
	fi
}

/* The answer of DNS: any, but only one that names a key begins a negotiation. */
inline dns_of_peer(h)
{
	if
	:: keys[h] = true; evidence[h] = SECURE; event(KEY_FOUND, SECURE, 0)
	:: evidence[h] = SECURE; event(ANONYMOUS, SECURE, 0)
	:: event(KEY_BOGUS, BOGUS, 0)
	:: event(DNS_FAILED, UNKNOWN, 0)
	:: select (seen : 1 .. N_EVIDENCE - 1);
	   event(KEY_ABSENT, seen, 0);
	   if
	   :: keys[h] = true	/* one that may not be used */
	   :: skip
	   fi
	:: event(DEADLINE, 0, 0)
	:: event(TEARDOWN, 0, 0)
	fi
}

/* What it says of our own key changes nothing but how long it is waited for. */
inline dns(h)
{
	if
	:: st[h] == OWN_KEY -> event(OWN_KNOWN, 0, 0)
	:: st[h] == OWN_KEY -> event(DEADLINE, 0, 0)
	:: st[h] == OWN_KEY -> event(TEARDOWN, 0, 0)
	:: st[h] == PEER_KEY -> dns_of_peer(h)
	fi
}

/* Our own negotiation, but for what the peer says. */
inline ike(h)
{
	if
	:: !asked[h] -> asked[h] = true; say(1 - h, request)
	:: asked[h] && resends[h] > 0 -> resends[h]--; say(1 - h, request)
	:: event(IKE_FAILED, 0, SILENT); asked[h] = false
	:: event(IKE_FAILED, 0, MISMATCH); asked[h] = false
	:: event(DEADLINE, 0, 0)
	:: event(TEARDOWN, 0, 0)
	fi
}

inline end_of(h)
{
	if
	:: st[h] == SECURED -> shunt[h] = KEYED
	:: st[h] == SHUNTED -> decide(h)
	fi;
	if
	:: held[h] && shunt[h] == PASSES -> in_the_clear(h)
	:: else -> skip
	fi;
	forget(h)
}

/* It has proved who it is, or has not. */
inline requested(h)
{
	if
	:: RESPONDS(group[h]) ->
		sa[h] = true;
		if
		:: open[h] -> event(PAIR_UP, 0, 0)
		:: !open[h] -> shunt[h] = KEYED
		fi;
		say(1 - h, answer)
	:: say(1 - h, refusal)
	:: skip
	fi
}

inline answered(h)
{
	if
	:: open[h] && asked[h] -> sa[h] = true; asked[h] = false; event(CHILD_UP, 0, 0)
	/* the request lingers: what comes late still counts */
	:: !open[h] && asked[h] -> sa[h] = true; asked[h] = false; shunt[h] = KEYED
	:: else -> skip
	fi
}

inline refused(h)
{
	if
	:: open[h] && asked[h] -> asked[h] = false; event(IKE_FAILED, 0, REFUSED)
	:: else -> skip
	fi
}

/* The peer knows nothing of the SA: dead peer, INVALID_SPI, INITIAL_CONTACT. */
inline lost(h)
{
	sa[h] = false;
	gone[h] = st[h] == CROSSING;
	if
	:: shunt[h] == KEYED -> shunt[h] = TRAP
	:: else -> skip
	fi
}

proctype host(byte h)
{
	byte what = NOTHING, says, why, seen;

end:	do
	:: atomic {
		if
		:: packets[h] > 0 -> send(h)
		:: open[h] && ASKING(st[h]) -> dns(h)
		:: open[h] && st[h] == NEGOTIATING -> ike(h)
		:: open[h] && st[h] == CROSSING -> event(DEADLINE, 0, 0)
		:: wire[h]?request -> requested(h)
		:: wire[h]?answer -> answered(h)
		:: wire[h]?refusal -> refused(h)
		:: sa[h] && !sa[1 - h] && len(wire[1 - h]) == 0 -> lost(h)
		:: expiries[h] > 0 && (shunt[h] == PASSES || shunt[h] == DROPS) ->
			expiries[h]--; shunt[h] = TRAP
		:: crashes > 0 -> crashes--; sa[h] = false; asked[h] = false; shunt[h] = TRAP; forget(h)
		:: timeout -> assert(!held[0] && !held[1] && !open[0] && !open[1]); goto over
		fi;
		if
		:: what != NOTHING -> move(h, what, says, why)
		:: else -> skip
		fi;
		assert(what != DEADLINE || OVER(st[h]));
		if
		:: open[h] && OVER(st[h]) -> end_of(h)
		:: else -> skip
		fi;
		what = NOTHING; says = 0; why = 0; seen = 0
	   }
	od;
over:	skip
}

init {
	byte one, two;

	atomic {
		select (one : 0 .. N_GROUPS - 1);
		select (two : 0 .. N_GROUPS - 1);
		if	/* the hosts are alike */
		:: one > two -> two = one
		:: else -> skip
		fi;
		group[0] = one; group[1] = two;
		packets[0] = PACKETS; packets[1] = PACKETS;
		resends[0] = RESENDS; resends[1] = RESENDS;
		expiries[0] = EXPIRIES; expiries[1] = EXPIRIES;
		crashes = CRASHES;
		run host(0); run host(1)
	}
}
