/* The first two exchanges of IKEv2 by the rows of the exchange table: an initiator, a
 * responder who looks the initiator's key up, and a network that loses, doubles and lets
 * datagrams overtake each other. The responder may not believe, either may start again with
 * nothing in its memory. spin tries every order and says whether both end with the SA pair,
 * or both without. */
#include "ike_tables.pml"

#define I 0
#define R 1
#define NONE 99

#ifndef LOSSES
#define LOSSES 3
#endif
#ifndef DOUBLES
#define DOUBLES 2
#endif
#ifndef LATE
#define LATE 1
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#define ROUNDS (LOSSES + 8)	/* of everybody's timers, and it is over */

byte st[2], pending, answered, expected, losses, doubles, late, crashes, rounds;
bool children[2], computing, looking, refuses;
bool taken;
byte next;

chan wire[2] = [4] of { byte, byte };	/* to that host: message, which try of ours */
byte try;

inline put(to, m)
{
	if
	:: nfull(wire[to]) -> wire[to]!m, try
	:: full(wire[to])
	fi
}

inline say(to, m)
{
	if
	:: put(to, m)
	:: losses > 0 -> losses--
	:: doubles > 0 -> doubles--; put(to, m); put(to, m)
	fi
}

inline forget(h)
{
	children[h] = false;
	if
	:: h == I -> st[I] = GONE; pending = NONE
	:: h == R -> st[R] = NEW; answered = NONE; expected = 0; computing = false; looking = false
	fi
}

inline answer(m)
{
	answered = m; expected++; say(I, m)
}

/* Keys are made in the pool; then those of the peer are asked for. */
inline init_request()
{
	row(INIT_Q, 0, st[R]);
	if
	:: taken -> st[R] = next; answer(INIT_A)
	:: !taken && expected == 1 -> say(I, answered)
	:: else -> skip
	fi
}

inline auth_request()
{
	row(AUTH_Q, 0, st[R]);
	if
	:: expected == 2 -> say(I, answered)
	:: expected == 1 && taken && !computing && !looking -> computing = true
	:: else -> skip
	fi
}

inline computed()
{
	computing = false; looking = true; st[R] = KEY_WAIT
}

inline key_found()
{
	looking = false;
	row(AUTH_Q, 0, st[R]);
	if
	:: !taken -> skip
	:: taken && !refuses -> st[R] = next; children[R] = true; answer(AUTH_A)
	:: taken && refuses -> answer(AUTH_E); st[R] = GONE
	fi
}

inline ask(m)
{
	pending = m; say(R, m)
}

inline init_answer()
{
	row(INIT_A, 1, st[I]);
	if
	:: taken && pending == INIT_Q -> st[I] = AUTH_SENT; ask(AUTH_Q)
	:: else -> skip
	fi
}

inline auth_answer(m)
{
	row(m, 1, st[I]);
	if
	:: taken && pending == AUTH_Q && m == AUTH_A -> st[I] = next; pending = NONE; children[I] = true
	:: taken && pending == AUTH_Q && m == AUTH_E -> forget(I)
	:: else -> skip
	fi
}

inline comes(h)
{
	wire[h]?m, n;
	if
	:: n != try -> skip	/* of SPIs that are forgotten */
	:: else ->
		if
		:: m == INIT_Q -> init_request()
		:: m == AUTH_Q && st[R] != NEW -> auth_request()
		:: m == INIT_A -> init_answer()
		:: m == AUTH_A || m == AUTH_E -> auth_answer(m)
		:: else -> skip
		fi
	fi;
	m = 0; n = 0
}

inline overtake(h)
{
	late--;
	wire[h]?m, n;
	wire[h]!m, n;
	m = 0; n = 0
}

/* It goes again while somebody may answer; who is alone gives up: the initiator after its
 * last try, a half-open responder by its deadline, who is up by its signs of life. */
inline timers()
{
	if
	:: pending == INIT_Q -> put(R, INIT_Q)
	:: pending == AUTH_Q && st[R] != NEW -> put(R, AUTH_Q)
	:: pending == AUTH_Q && st[R] == NEW -> forget(I)
	:: pending == NONE && st[I] == ESTABLISHED && st[R] != ESTABLISHED -> forget(I)
	:: else -> skip
	fi;
	if
	:: st[I] == GONE && st[R] != NEW && st[R] != GONE -> forget(R); st[R] = GONE
	:: else -> skip
	fi
}

#define OVER(h) (st[h] == ESTABLISHED || st[h] == GONE)

active proctype hosts()
{
	byte m, n;

	atomic {
		losses = LOSSES; doubles = DOUBLES; late = LATE; crashes = CRASHES;
		if
		:: refuses = true
		:: refuses = false
		fi;
		st[I] = INIT_SENT; st[R] = NEW; pending = NONE; answered = NONE;
		ask(INIT_Q)
	}
	do
	:: atomic { len(wire[I]) > 0 -> comes(I) }
	:: atomic { len(wire[R]) > 0 -> comes(R) }
	:: atomic { late > 0 && len(wire[I]) > 1 -> overtake(I) }
	:: atomic { late > 0 && len(wire[R]) > 1 -> overtake(R) }
	:: atomic { computing -> computed() }
	:: atomic { looking -> key_found() }
	:: atomic { crashes > 0 -> crashes--; forget(I); try++ }
	:: atomic { crashes > 0 -> crashes--; forget(R) }
	:: atomic { timeout ->
		if
		:: (OVER(I) && OVER(R) || st[I] == GONE && st[R] == NEW) && st[I] == st[R] -> break
		:: st[I] == GONE && (st[R] == NEW || st[R] == GONE) -> break
		:: else ->
			rounds++;
			assert(rounds < ROUNDS);
			timers()
		fi }
	od;
	assert(children[I] == children[R]);
	assert(children[I] == (st[I] == ESTABLISHED));
	assert(CRASHES > 0 || refuses || children[I]);
	assert(!refuses || !children[I])
}
