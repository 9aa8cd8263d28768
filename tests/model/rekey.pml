/* Two hosts with an IKE SA, by the rows of IKEv2's exchange table, and a network that loses
 * and doubles what they say. Each may rekey it, once more when it was refused, both at once
 * too; either may close all. spin tries every order and says whether
 *
 *  - one pair of IKE SAs is left, with the Child SAs on both sides, and no other; or none at
 *    all, if somebody closed it;
 *  - a request is ever repeated without end.
 *
 * What a step does beside its row (RFC 7296 2.8.2, 2.25.2) is told here as in
 * pluto/ikev2/ex_rekey_ike.c. IKE SA 0 is the first; 1 and 2 are its heirs, of the rekey that
 * host 0 or 1 began. */
#include "ike_tables.pml"

#define X(h, i) ((h) * 3 + (i))
#define OWN(h) (1 + (h))		/* the heir of its rekey */
#define PEERS(h) (2 - (h))
#define INITIATOR(h, i) ((i) != 2 && (h) == 0 || (i) == 2 && (h) == 1)
#define NONE 99
#define THERE(x) (st[x] != NONE && st[x] != GONE)

#ifndef REKEYS
#define REKEYS 1	/* of each host */
#endif
#ifndef AGAIN
#define AGAIN 1		/* after a refusal, of each */
#endif
#ifndef LOSSES
#define LOSSES 2
#endif
#ifndef DOUBLES
#define DOUBLES 1
#endif
#ifndef LATE
#define LATE 1		/* datagrams that others overtake */
#endif
#ifndef CLOSES
#define CLOSES 0
#endif
#define ROUNDS (LOSSES + 8)	/* of everybody's timers, and it is over */

byte st[6], pending[6], number[6], expected[6], answered[6];
bool bye[6];			/* a deletion waits until the request in flight is answered */
byte children[2];		/* the IKE SA that has them */
bool computing[2], deriving[2];	/* a request, an answer: keys are made in the pool */
bool successor[2], undecided[2], unwanted[2];
byte rekeys[2], again[2], losses, doubles, late, closes, rounds;
bool lowest;			/* whose rekey has the lowest nonce */
bool taken;
byte next;

chan wire[2] = [6] of { byte, byte, byte };	/* to that host: message, IKE SA, number */

inline put(to, m, i, n)
{
	if
	:: nfull(wire[to]) -> wire[to]!m, i, n
	:: full(wire[to])
	fi
}

inline say(to, m, i, n)
{
	if
	:: put(to, m, i, n)
	:: losses > 0 -> losses--
	:: doubles > 0 -> doubles--; put(to, m, i, n); put(to, m, i, n)
	fi
}

/* A request, and what it is about: INFO_Q deletes. */
inline ask(h, i, m)
{
	pending[X(h, i)] = m;
	say(1 - h, m, i, number[X(h, i)]);
	number[X(h, i)]++
}

inline answer(h, i, m)
{
	answered[X(h, i)] = m;
	say(1 - h, m, i, expected[X(h, i)]);
	expected[X(h, i)]++
}

inline gone(h, i)
{
	st[X(h, i)] = GONE; pending[X(h, i)] = NONE; bye[X(h, i)] = false;
	if
	:: children[h] == i -> children[h] = NONE
	:: else -> skip
	fi
}

/* ike_sa_close; of an heir, that is, or of one that has handed over all it had */
inline close_heir(h, i)
{
	if
	:: st[X(h, i)] == NEW -> unwanted[h] = true
	:: THERE(X(h, i)) && st[X(h, i)] != NEW && st[X(h, i)] != DELETING ->
		st[X(h, i)] = DELETING;
		if
		:: children[h] == i -> children[h] = NONE
		:: else -> skip
		fi;
		if
		:: pending[X(h, i)] == NONE -> ask(h, i, INFO_Q)
		:: else -> bye[X(h, i)] = true
		fi
	:: else -> skip
	fi
}

/* ike_rekey_drop_heirs */
inline drop_heirs(h)
{
	if
	:: st[X(h, OWN(h))] == NEW && !(st[X(h, 0)] == DELETING && pending[X(h, 0)] == REKEY_Q) ->
		gone(h, OWN(h))
	:: else -> skip
	fi;
	if
	:: successor[h] -> successor[h] = false; undecided[h] = false; close_heir(h, PEERS(h))
	:: else -> skip
	fi
}

inline kill(h, i)
{
	gone(h, i);
	if
	:: i == 0 -> computing[h] = false; deriving[h] = false; drop_heirs(h)
	:: else -> skip
	fi
}

inline hand_over(h, heir)
{
	undecided[h] = false;
	if
	:: children[h] == 0 -> children[h] = heir
	:: else -> skip
	fi;
	st[X(h, 0)] = REKEYED
}

/* ike_rekey_take_peers */
inline take_peers(h)
{
	if
	:: st[X(h, OWN(h))] == NEW && pending[X(h, 0)] == REKEY_Q -> gone(h, OWN(h))
	:: else -> skip
	fi;
	if
	:: successor[h] && st[X(h, PEERS(h))] == ESTABLISHED ->
		successor[h] = false; hand_over(h, PEERS(h))
	:: else -> skip
	fi
}

/* Our request was answered: the next one may go. */
inline done(h, i)
{
	pending[X(h, i)] = NONE;
	if
	:: bye[X(h, i)] -> bye[X(h, i)] = false; ask(h, i, INFO_Q)
	:: else -> skip
	fi
}

/* The operator's: what has the Child SAs goes. */
inline close_all(h)
{
	if
	:: children[h] == 0 ->
		st[X(h, 0)] = DELETING; children[h] = NONE;
		drop_heirs(h);
		if
		:: pending[X(h, 0)] == NONE -> ask(h, 0, INFO_Q)
		:: else -> bye[X(h, 0)] = true
		fi
	:: children[h] == 1 -> close_heir(h, 1)
	:: children[h] == 2 -> close_heir(h, 2)
	fi
}

inline begin(h)
{
	rekeys[h]--;
	st[X(h, OWN(h))] = NEW;
	ask(h, 0, REKEY_Q)
}

#define COLLIDES(h) (st[X(h, 0)] != ESTABLISHED)

/* REKEY_Q has come, and later: its keys are there. */
inline rekey_request(h)
{
	if
	:: COLLIDES(h) -> answer(h, 0, REFUSE_A)
	:: else -> computing[h] = true
	fi
}

inline rekey_computed(h)
{
	computing[h] = false;
	row(REKEY_Q, INITIATOR(h, 0), st[X(h, 0)]);
	if
	:: !taken -> skip
	:: taken && COLLIDES(h) -> answer(h, 0, REFUSE_A)
	:: else ->
		st[X(h, PEERS(h))] = ESTABLISHED;
		answer(h, 0, REKEY_A);
		if
		:: pending[X(h, 0)] == REKEY_Q -> successor[h] = true; undecided[h] = true
		:: else -> hand_over(h, PEERS(h))
		fi
	fi
}

inline rekey_answer(h)
{
	if
	:: pending[X(h, 0)] == REKEY_Q && THERE(X(h, OWN(h))) -> deriving[h] = true
	:: else -> done(h, 0)
	fi
}

inline rekey_derived(h)
{
	deriving[h] = false;
	row(REKEY_A, INITIATOR(h, 0), st[X(h, 0)]);
	if
	:: !taken -> skip
	:: else ->
		st[X(h, OWN(h))] = ESTABLISHED;
		pending[X(h, 0)] = NONE;
		if	/* settle */
		:: st[X(h, 0)] == DELETING -> close_heir(h, OWN(h))
		:: st[X(h, 0)] != DELETING && (!successor[h] || lowest != h) ->
			undecided[h] = false; successor[h] = false;
			hand_over(h, OWN(h));
			close_heir(h, 0);
			if
			:: unwanted[h] -> close_heir(h, OWN(h))
			:: else -> skip
			fi
		:: else ->
			successor[h] = false;
			hand_over(h, PEERS(h));
			close_heir(h, OWN(h))
		fi;
		if
		:: bye[X(h, 0)] -> bye[X(h, 0)] = false; ask(h, 0, INFO_Q)
		:: else -> skip
		fi
	fi
}

inline refused(h)
{
	take_peers(h);
	if
	:: again[h] > 0 && st[X(h, 0)] == ESTABLISHED -> again[h]--; rekeys[h]++
	:: else -> skip
	fi;
	done(h, 0)
}

inline deleted(h, i)
{
	answer(h, i, INFO_A);
	if
	:: i == 0 && successor[h] && st[X(h, 0)] == ESTABLISHED -> take_peers(h)
	:: else -> skip
	fi;
	kill(h, i)
}

inline request_comes(h, m, i, n)
{
	if
	:: n + 1 == expected[X(h, i)] -> say(1 - h, answered[X(h, i)], i, n)
	:: n == expected[X(h, i)] && !(i == 0 && computing[h]) && !(i == PEERS(h) && undecided[h]) ->
		row(m, INITIATOR(h, i), st[X(h, i)]);
		if
		:: !taken -> skip
		:: taken && m == REKEY_Q -> rekey_request(h)
		:: taken && m == INFO_Q -> deleted(h, i)
		fi
	:: else -> skip
	fi
}

inline answer_comes(h, m, i, n)
{
	row(m, INITIATOR(h, i), st[X(h, i)]);
	if
	:: pending[X(h, i)] == NONE || n + 1 != number[X(h, i)] || i == 0 && deriving[h] || !taken -> skip
	:: else ->
		if
		:: m == REKEY_A -> rekey_answer(h)
		:: m == REFUSE_A -> refused(h)
		:: m == INFO_A -> kill(h, i)
		fi
	fi
}

inline comes(h)
{
	wire[h]?m, i, n;
	if
	:: !THERE(X(h, i)) || st[X(h, i)] == NEW -> skip
	:: else ->
		if
		:: m == REKEY_Q || m == INFO_Q -> request_comes(h, m, i, n)
		:: else -> answer_comes(h, m, i, n)
		fi
	fi;
	m = 0; i = 0; n = 0
}

inline overtake(h)
{
	late--;
	wire[h]?m, i, n;
	wire[h]!m, i, n;
	m = 0; i = 0; n = 0
}

/* The timers of one IKE SA: a request goes again, or nobody is there to answer; one that has
 * an heir waits no longer for its end (SUPERSEDED_MS, in which the peer repeats what it
 * asked); one that is up asks whether the peer is there. */
inline timers(h, i)
{
	if
	:: THERE(X(h, i)) && pending[X(h, i)] != NONE && THERE(X(1 - h, i)) && st[X(1 - h, i)] != NEW ->
		put(1 - h, pending[X(h, i)], i, number[X(h, i)] - 1)
	:: THERE(X(h, i)) && pending[X(h, i)] != NONE && !(THERE(X(1 - h, i)) && st[X(1 - h, i)] != NEW) ->
		if
		:: i == 0 -> take_peers(h)
		:: else -> skip
		fi;
		kill(h, i)
	:: pending[X(h, i)] == NONE && st[X(h, i)] == REKEYED && pending[X(1 - h, i)] == NONE -> close_heir(h, i)
	:: pending[X(h, i)] == NONE && st[X(h, i)] == ESTABLISHED && !THERE(X(1 - h, i)) -> kill(h, i)
	:: else -> skip
	fi
}

#define QUIET(h) (!computing[h] && !deriving[h] && pending[X(h, 0)] == NONE && pending[X(h, 1)] == NONE && pending[X(h, 2)] == NONE)
#define RESTS(x, y) (st[x] == NONE || st[x] == GONE || st[x] == ESTABLISHED && THERE(y))
#define SETTLED(h) (RESTS(X(h, 0), X(1 - h, 0)) && RESTS(X(h, 1), X(1 - h, 1)) && RESTS(X(h, 2), X(1 - h, 2)))

inline judge()
{
	assert(children[0] == children[1]);
	assert(CLOSES > 0 || children[0] != NONE);
	for (k : 0 .. 5) {
		assert(st[k] == NONE || st[k] == GONE || st[k] == ESTABLISHED && children[0] == k % 3)
	}
}

#define HEARS(h) (len(wire[h]) > 0)

active proctype hosts()
{
	byte m, i, n, k;

	atomic {
		for (k : 0 .. 5) { st[k] = NONE; pending[k] = NONE; number[k] = 0; expected[k] = 0 };
		st[X(0, 0)] = ESTABLISHED; st[X(1, 0)] = ESTABLISHED;
		rekeys[0] = REKEYS; rekeys[1] = REKEYS; again[0] = AGAIN; again[1] = AGAIN;
		losses = LOSSES; doubles = DOUBLES; late = LATE; closes = CLOSES;
		if
		:: lowest = 0
		:: lowest = 1
		fi;
		k = 0
	}
	do
	:: atomic { rekeys[0] > 0 && st[X(0, 0)] == ESTABLISHED && pending[X(0, 0)] == NONE -> begin(0) }
	:: atomic { rekeys[1] > 0 && st[X(1, 0)] == ESTABLISHED && pending[X(1, 0)] == NONE -> begin(1) }
	:: atomic { rekeys[0] > 0 -> rekeys[0]-- }
	:: atomic { rekeys[1] > 0 -> rekeys[1]-- }
	:: atomic { closes > 0 && children[0] != NONE -> closes--; close_all(0) }
	:: atomic { HEARS(0) -> comes(0) }
	:: atomic { HEARS(1) -> comes(1) }
	:: atomic { late > 0 && len(wire[0]) > 1 -> overtake(0) }
	:: atomic { late > 0 && len(wire[1]) > 1 -> overtake(1) }
	:: atomic { computing[0] -> rekey_computed(0) }
	:: atomic { computing[1] -> rekey_computed(1) }
	:: atomic { deriving[0] -> rekey_derived(0) }
	:: atomic { deriving[1] -> rekey_derived(1) }
	:: atomic { timeout ->
		if
		:: QUIET(0) && QUIET(1) && SETTLED(0) && SETTLED(1) -> judge(); break
		:: else ->
			rounds++;
			assert(rounds < ROUNDS);
			for (k : 0 .. 2) { timers(0, k); timers(1, k) };
			k = 0
		fi }
	od
}
