/* A question on the terminal. */
#ifndef WHACK_ASK_H
#define WHACK_ASK_H

#include <stdbool.h>

enum { ASK_ROOM = 128 };

/* Writes QUESTION to the controlling terminal and reads a line, without echo when
 * SECRET. False: there is no terminal, or nothing came; OUT is "" then. */
bool ask_terminal(const char *question, bool secret, char out[ASK_ROOM]);

#endif
