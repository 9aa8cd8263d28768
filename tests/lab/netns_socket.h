/* UDP sockets of one process in the network namespaces of several hosts. */
#ifndef TESTS_LAB_NETNS_SOCKET_H
#define TESTS_LAB_NETNS_SOCKET_H

#include "lib/addr.h"

/* A non-blocking socket bound to AT in the namespace /run/netns/NS. The caller's
 * thread is left in that namespace. Failures end the program with a sentence. */
int netns_socket(const char *ns, const struct endpoint *at);
/* "what which: errno's words", exit status 2. */
_Noreturn void netns_die(const char *what, const char *which);

#endif
