/* A conversation with pluto over its control socket, for whack and top. */
#ifndef WHACK_TALK_H
#define WHACK_TALK_H

#include <jansson.h>
#include <stdbool.h>

/* A socket, or -1 after one line on standard error. */
int talk_connect(const char *ctlbase);
bool talk_send(int fd, const json_t *request);
/* One answer, owned by the caller; NULL when the daemon hangs up. */
json_t *talk_answer(int fd);
/* Is that the last answer to a request? */
bool talk_is_result(const json_t *answer);

#endif
