/* What both sides of the starter's socket know. */
#ifndef LIB_STARTER_INT_H
#define LIB_STARTER_INT_H

#include "lib/starter.h"

/* Messages of lib/ipc.h. START: what, then the number of arguments and they, the number
 * of variables and they; its descriptors are STARTED_FD and those of the program. */
enum starter_msg { STARTER_MSG_START = 1, STARTER_MSG_KILL_HELPER = 2 };

/* The process: until SOCKET ends. Never returns. */
_Noreturn void starter_serve(int socket, const char *helper, const char *keeper);

#endif
