/* Asks the kernel for the source address of a route. */
#include "conf/own_addr.h"

#include <sys/socket.h>
#include <unistd.h>

/* Of networks for documentation (RFC 5737, RFC 3849): only a default route leads
 * there. */
static const char *
far_away(enum ip_family family)
{
	return family == IP_V6 ? "2001:db8::1" : "203.0.113.1";
}

static bool
source_towards(const struct endpoint *to, struct ip_addr *out)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(to, &ss);
	int fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct endpoint own = { 0 };
	bool ok = fd >= 0 && connect(fd, (struct sockaddr *)&ss, len) == 0;

	len = sizeof(ss);
	ok = ok && getsockname(fd, (struct sockaddr *)&ss, &len) == 0
		&& endpoint_from_sockaddr((struct sockaddr *)&ss, &own);
	if (fd >= 0)
		close(fd);
	*out = own.addr;
	return ok && !ip_addr_is_any(out);
}

bool
own_addr(const struct ip_addr *peer, enum ip_family family, struct ip_addr *out)
{
	struct endpoint to = { .port = 500 };

	if (peer != NULL)
		to.addr = *peer;
	else if (!ip_addr_parse(far_away(family), &to.addr))
		return false;
	return source_towards(&to, out);
}
