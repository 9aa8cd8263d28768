/* IKEv1's Main Mode by the rows of its table, and a Quick Mode under it: the initiator's
 * messages go again by a timer, the responder's when it is asked again, and the last message,
 * QM3, when QM2 comes again or, as good as it, when what is sent by the new pair arrives. spin
 * tries every loss, doubling and overtaking, and says whether both end with the pair, or both
 * without. */
#include "v1_tables.pml"

#define I 0
#define R 1
#define GONE 98
#define NONE 99
#define QM1 11
#define QM2 12
#define QM3 13
#define ESP 14
#define QUICK_I1 21
#define QUICK_I2 22
#define QUICK_R1 23
#define QUICK_R2 24

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

byte st[2], quick[2], request, taken_last, answered, try, losses, doubles, late, crashes, rounds;
bool computing;		/* the responder's keys are made in the pool */
bool taken;
byte next;

chan wire[2] = [4] of { byte, byte };	/* to that host: message, of which cookies */

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
	quick[h] = NONE;
	if
	:: h == I -> st[I] = GONE; request = NONE
	:: h == R -> st[R] = NEW; taken_last = NONE; answered = NONE; computing = false
	fi
}

inline ask(m)
{
	request = m; say(R, m)
}

inline phase1_answer(m)
{
	row(m, 1, st[I]);
	if
	:: !taken -> skip
	:: else ->
		st[I] = next;
		if
		:: m == MM2 -> ask(MM3)
		:: m == MM4 -> ask(MM5)
		:: m == MM6 -> quick[I] = QUICK_I1; ask(QM1)
		fi
	fi
}

/* What was taken last is answered once more. */
inline phase1_request(m)
{
	row(m, 0, st[R]);
	if
	:: computing -> skip
	:: !computing && taken ->
		st[R] = next; taken_last = m; answered = m + 1;
		if
		:: m == MM3 -> computing = true
		:: else -> say(I, answered)
		fi
	:: !computing && !taken && m == taken_last -> say(I, answered)
	:: else -> skip
	fi
}

inline quick_request()
{
	if
	:: st[R] == UP && quick[R] == NONE -> quick[R] = QUICK_R1; say(I, QM2)
	:: quick[R] == QUICK_R1 -> say(I, QM2)
	:: else -> skip
	fi
}

inline quick_answer()
{
	if
	:: quick[I] == QUICK_I1 -> quick[I] = QUICK_I2; request = NONE; say(R, QM3)
	:: quick[I] == QUICK_I2 -> say(R, QM3)
	:: else -> skip
	fi
}

inline confirmed()
{
	if
	:: quick[R] == QUICK_R1 -> quick[R] = QUICK_R2
	:: else -> skip
	fi
}

inline comes(h)
{
	wire[h]?m, n;
	if
	:: n != try -> skip
	:: else ->
		if
		:: m == MM1 || m == MM3 || m == MM5 -> phase1_request(m)
		:: m == MM2 || m == MM4 || m == MM6 -> phase1_answer(m)
		:: m == QM1 -> quick_request()
		:: m == QM2 -> quick_answer()
		:: m == QM3 || m == ESP -> confirmed()
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

#define KNOWS(m) (m == MM1 || st[R] != NEW)

/* It goes again while somebody may answer, and the new pair is used; who is alone gives up. */
inline timers()
{
	if
	:: request != NONE && KNOWS(request) -> put(R, request)
	:: request != NONE && !KNOWS(request) -> forget(I)
	:: request == NONE && quick[I] == QUICK_I2 && quick[R] == QUICK_R1 -> put(R, ESP)
	:: request == NONE && quick[I] == QUICK_I2 && quick[R] == NONE -> forget(I)
	:: else -> skip
	fi;
	if
	:: st[I] == GONE && st[R] != NEW -> forget(R)
	:: else -> skip
	fi
}

active proctype hosts()
{
	byte m, n;

	atomic {
		losses = LOSSES; doubles = DOUBLES; late = LATE; crashes = CRASHES;
		quick[I] = NONE; quick[R] = NONE; taken_last = NONE; answered = NONE;
		st[I] = MAIN_I1; st[R] = NEW;
		ask(MM1)
	}
	do
	:: atomic { len(wire[I]) > 0 -> comes(I) }
	:: atomic { len(wire[R]) > 0 -> comes(R) }
	:: atomic { late > 0 && len(wire[I]) > 1 -> overtake(I) }
	:: atomic { late > 0 && len(wire[R]) > 1 -> overtake(R) }
	:: atomic { computing -> computing = false; say(I, answered) }
	:: atomic { crashes > 0 -> crashes--; forget(I); try++ }
	:: atomic { crashes > 0 -> crashes--; forget(R); try++ }
	:: atomic { timeout ->
		if
		:: quick[I] == QUICK_I2 && quick[R] == QUICK_R2 -> break
		:: st[I] == GONE && st[R] == NEW -> break
		:: else ->
			rounds++;
			assert(rounds < ROUNDS);
			timers()
		fi }
	od;
	assert(CRASHES > 0 || quick[I] == QUICK_I2)
}
