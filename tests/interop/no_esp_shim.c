/*
 * Lets another IPsec daemon finish on a kernel without ESP (LD_PRELOAD): its
 * requests to add, change or delete an SA become no-operations, which the
 * kernel acknowledges; each one added is written to NO_ESP_LOG. For tests.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

static int
is_xfrm(int fd)
{
	int proto = -1, domain = -1;
	socklen_t n = sizeof(proto), m = sizeof(domain);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &m) == 0 && domain == AF_NETLINK
	       && getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &proto, &n) == 0
	       && proto == NETLINK_XFRM;
}

static void
append(char *line, size_t size, const char *text)
{
	strncat(line, text, size - strlen(line) - 1);
}

static void
append_key(char *line, size_t size, const char *name, const char *alg, unsigned bits, const char *key)
{
	char text[100];

	snprintf(text, sizeof(text), " %s %s key ", name, alg);
	append(line, size, text);
	for (unsigned i = 0; i < bits / 8 && i < 96; i++) {
		snprintf(text, sizeof(text), "%02x", (unsigned char)key[i]);
		append(line, size, text);
	}
}

static void
append_attr(char *line, size_t size, const struct nlattr *a)
{
	const void *p = a + 1;
	const struct xfrm_algo_aead *aead = p;
	const struct xfrm_algo_auth *auth = p;
	const struct xfrm_algo *alg = p;

	switch (a->nla_type) {
	case XFRMA_ALG_AEAD:
		append_key(line, size, "aead", aead->alg_name, aead->alg_key_len, aead->alg_key);
		break;
	case XFRMA_ALG_CRYPT:
		append_key(line, size, "enc", alg->alg_name, alg->alg_key_len, alg->alg_key);
		break;
	case XFRMA_ALG_AUTH_TRUNC:
		append_key(line, size, "auth", auth->alg_name, auth->alg_key_len, auth->alg_key);
		break;
	default:
		break;
	}
}

static void
write_down(const struct nlmsghdr *h)
{
	const char *path = getenv("NO_ESP_LOG");
	const struct xfrm_usersa_info *sa = NLMSG_DATA(h);
	char line[1200], src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	size_t at = NLMSG_LENGTH(sizeof(*sa));
	int fd;

	if (path == NULL || h->nlmsg_len < at)
		return;
	inet_ntop(sa->family, &sa->saddr, src, sizeof(src));
	inet_ntop(sa->family, &sa->id.daddr, dst, sizeof(dst));
	snprintf(line, sizeof(line), "spi %08x %s > %s", ntohl(sa->id.spi), src, dst);
	for (at = NLMSG_ALIGN(at); at + sizeof(struct nlattr) <= h->nlmsg_len;) {
		const struct nlattr *a = (const void *)((const char *)h + at);

		if (a->nla_len < sizeof(*a) || at + a->nla_len > h->nlmsg_len)
			break;
		append_attr(line, sizeof(line), a);
		at += NLMSG_ALIGN(a->nla_len);
	}
	append(line, sizeof(line), "\n");
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (NEXT(write)(fd, line, strlen(line)) < 0)
		perror(path);
	close(fd);
}

static void
defuse(int fd, const void *buf, size_t len)
{
	struct nlmsghdr *h = (void *)buf;

	if (len < sizeof(*h) || !is_xfrm(fd))
		return;
	switch (h->nlmsg_type) {
	case XFRM_MSG_NEWSA:
	case XFRM_MSG_UPDSA:
		write_down(h);
		break;
	case XFRM_MSG_DELSA:
		break;
	default:
		return;
	}
	h->nlmsg_type = NLMSG_NOOP;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
}

ssize_t
sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *to, socklen_t tolen)
{
	defuse(fd, buf, len);
	return NEXT(sendto)(fd, buf, len, flags, to, tolen);
}

ssize_t
send(int fd, const void *buf, size_t len, int flags)
{
	defuse(fd, buf, len);
	return NEXT(send)(fd, buf, len, flags);
}

ssize_t
write(int fd, const void *buf, size_t len)
{
	defuse(fd, buf, len);
	return NEXT(write)(fd, buf, len);
}

ssize_t
sendmsg(int fd, const struct msghdr *m, int flags)
{
	if (m->msg_iovlen > 0)
		defuse(fd, m->msg_iov[0].iov_base, m->msg_iov[0].iov_len);
	return NEXT(sendmsg)(fd, m, flags);
}
