/* What a service tells its manager, by datagrams to $NOTIFY_SOCKET: sd_notify(3)
 * without its library. */
#ifndef LIB_NOTIFY_H
#define LIB_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct notify {
	int fd;			/* -1: nobody wants to know */
	struct sockaddr_un to;
	socklen_t to_len;
	uint64_t watchdog_ms;	/* say WATCHDOG=1 at least so often; 0: not asked for */
};

/* Reads NOTIFY_SOCKET (a path, or @ and an abstract name), WATCHDOG_USEC and
 * WATCHDOG_PID, which must be this process, and takes them out of the environment,
 * so that no child speaks for us. Call it before any fork: a child may go on in our
 * place. False when nobody is to be told. */
bool notify_from_env(struct notify *n);
/* One datagram, such as "READY=1\nSTATUS=..."; never waits. 0 or -errno. */
int notify_say(const struct notify *n, const char *text);
void notify_close(struct notify *n);

#endif
