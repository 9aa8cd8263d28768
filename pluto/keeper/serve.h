/* The keeper's threads: one for each channel. */
#ifndef PLUTO_KEEPER_SERVE_H
#define PLUTO_KEEPER_SERVE_H

#include "pluto/keeper/answer.h"

/* Channels are the descriptors from here on. */
enum { KEEPER_FIRST_FD = 3, KEEPER_MAX_CHANNELS = 8 };

/* Starts N threads and never returns: the process ends when pluto closes a channel. */
_Noreturn void keeper_serve(struct store *s, unsigned n);

#endif
