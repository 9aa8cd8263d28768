/* Datagrams to the service manager, sd_notify(3). */
#include "lib/notify.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/number.h"

/* The manager ends us after so long without a word; half of it leaves room. */
enum { USEC_PER_MS = 1000, SHARE = 2 };

static unsigned long
env_number(const char *name)
{
	const char *text = getenv(name);
	unsigned long n;

	return text != NULL && number_parse(text, ULONG_MAX, &n) ? n : 0;
}

static uint64_t
watchdog_from_env(void)
{
	unsigned long usec = env_number("WATCHDOG_USEC"), pid = env_number("WATCHDOG_PID");

	if (usec == 0 || (getenv("WATCHDOG_PID") != NULL && pid != (unsigned long)getpid()))
		return 0;
	usec /= SHARE * USEC_PER_MS;
	return usec > 0 ? usec : 1;
}

/* An abstract name begins with a zero octet and ends where the length says. */
static bool
address_of(const char *name, struct notify *n)
{
	size_t len = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof(n->to.sun_path))
		return false;
	n->to.sun_family = AF_UNIX;
	memcpy(n->to.sun_path, name, len);
	if (name[0] == '@')
		n->to.sun_path[0] = '\0';
	else
		len++;		/* a path has its end */
	n->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	return true;
}

bool
notify_from_env(struct notify *n)
{
	const char *name = getenv("NOTIFY_SOCKET");

	*n = (struct notify){ .fd = -1, .watchdog_ms = watchdog_from_env() };
	if (name != NULL && address_of(name, n))
		n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return n->fd >= 0;
}

int
notify_say(const struct notify *n, const char *text)
{
	ssize_t sent;

	if (n->fd < 0)
		return -ENOTCONN;
	sent = sendto(n->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
		      (const struct sockaddr *)&n->to, n->to_len);
	return sent < 0 ? -errno : 0;
}

void
notify_close(struct notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}
