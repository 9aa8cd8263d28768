/* How whack prints an answer. */
#ifndef WHACK_SHOW_H
#define WHACK_SHOW_H

#include "whack/options.h"

/* "CODE text" for people, or the object itself on one line with --json. */
void show_answer(const struct whack_run *run, const json_t *answer);

#endif
