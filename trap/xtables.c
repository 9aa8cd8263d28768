/* Loads and removes the NFQUEUE rules through iptables-restore. */
#include "trap/xtables.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/loop.h"
#include "lib/marks.h"

enum { TOOL_DEADLINE_MS = 10000, RULES_MAX = 1024 };

struct xtables {
	const char *name, *restore4, *restore6;
};

static const struct xtables kinds[] = {
	{ "iptables-nft", "/usr/sbin/iptables-nft-restore",
	  "/usr/sbin/ip6tables-nft-restore" },
	{ "iptables-legacy", "/usr/sbin/iptables-legacy-restore",
	  "/usr/sbin/ip6tables-legacy-restore" },
};

const struct xtables *
xtables_kind(unsigned i)
{
	return i < sizeof(kinds) / sizeof(*kinds) ? &kinds[i] : NULL;
}

const char *
xtables_name(const struct xtables *x)
{
	return x->name;
}

/* A child's stdin: a file in memory that holds TEXT. */
static int
text_fd(const char *text)
{
	int fd = memfd_create("rules", MFD_CLOEXEC);
	size_t len = strlen(text);

	if (fd < 0)
		return -errno;
	if (write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) < 0) {
		close(fd);
		return -EIO;
	}
	return fd;
}

static struct started
start(struct starter *st, const char *tool, int in, int out)
{
	static char noflush[] = "--noflush", wait[] = "--wait", seconds[] = "5",
		path[] = "PATH=/usr/sbin:/usr/bin", locale[] = "LC_ALL=C";
	char *const argv[] = { (char *)(uintptr_t)tool, noflush, wait, seconds, NULL };
	char *const envp[] = { path, locale, NULL };

	return starter_start_now(st, &(struct starter_request){ .what = STARTER_PROGRAM,
		.argv = argv, .envp = envp, .fds = { in, out, out }, .n_fds = 3 },
		TOOL_DEADLINE_MS);
}

/* Collects what the tool says until it ends or its time is over. */
static bool
listen_to(int fd, char *said, size_t max)
{
	uint64_t until = monotonic_ms() + TOOL_DEADLINE_MS, now;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char scrap[256];
	size_t len = 0;
	ssize_t got;

	said[0] = '\0';
	while ((now = monotonic_ms()) < until) {
		if (poll(&p, 1, (int)(until - now)) <= 0)
			continue;
		got = read(fd, scrap, sizeof(scrap));
		if (got <= 0)
			return true;
		if ((size_t)got > max - 1 - len)
			got = (ssize_t)(max - 1 - len);
		memcpy(said + len, scrap, (size_t)got);
		len += (size_t)got;
		said[len] = '\0';
	}
	return false;
}

static int
reap(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EINVAL;
}

/* Feeds TEXT to TOOL. 0, or -errno with the tool's first line in ERR. */
static int
restore(struct starter *st, const char *tool, const char *text, char *err, size_t errlen)
{
	char said[512] = "";
	int in = text_fd(text), out[2], rc;
	struct started s;

	if (in < 0 || pipe2(out, O_CLOEXEC) < 0) {
		rc = in < 0 ? in : -errno;
		if (in >= 0)
			close(in);
		snprintf(err, errlen, "%s: %s", tool, strerror(-rc));
		return rc;
	}
	s = start(st, tool, in, out[1]);
	rc = -s.error;
	close(in);
	close(out[1]);
	if (rc == 0) {
		if (!listen_to(out[0], said, sizeof(said)))
			kill(s.pid, SIGKILL);
		rc = reap(s.pid);
	}
	close(out[0]);
	said[strcspn(said, "\n")] = '\0';
	if (rc != 0)
		snprintf(err, errlen, "%s: %s", tool,
			 said[0] != '\0' ? said : strerror(-rc));
	return rc;
}

/* First place in OUTPUT and PREROUTING: an accept before us would let packets
 * past the queue. With taking out the jumps of an earlier run, of one that knew
 * no PREROUTING, and of none. */
static int
install_one(struct starter *st, const char *tool, uint16_t num, char *err, size_t errlen)
{
	static const char *const before[] = {
		"-D OUTPUT -j pluto-trap\n-D PREROUTING -j pluto-trap\n",
		"-D OUTPUT -j pluto-trap\n", "" };
	char text[RULES_MAX];
	unsigned i;
	int rc = -EINVAL;

	for (i = 0; i < sizeof(before) / sizeof(*before) && rc != 0; i++) {
		snprintf(text, sizeof(text),
			 "*mangle\n:pluto-trap - [0:0]\n%s"
			 "-A pluto-trap -m mark --mark 0x%x/0x%x -j NFQUEUE "
			 "--queue-num %u --queue-bypass\n"
			 "-A pluto-trap -m mark --mark 0x%x/0x%x -j NFQUEUE "
			 "--queue-num %u\n"
			 "-I OUTPUT 1 -j pluto-trap\n"
			 "-I PREROUTING 1 -j pluto-trap\nCOMMIT\n", before[i],
			 (unsigned)MARK_TRAP_OPEN, (unsigned)MARK_MASK,
			 (unsigned)num, (unsigned)MARK_TRAP_CLOSED,
			 (unsigned)MARK_MASK, (unsigned)num);
		rc = restore(st, tool, text, err, errlen);
	}
	return rc;
}

int
xtables_install(const struct xtables *x, struct starter *st, uint16_t queue_num, char *err,
		size_t errlen)
{
	int rc = install_one(st, x->restore4, queue_num, err, errlen);

	if (rc == 0)
		rc = install_one(st, x->restore6, queue_num, err, errlen);
	return rc;
}

void
xtables_remove(const struct xtables *x, struct starter *st)
{
	static const char text[] = "*mangle\n-D OUTPUT -j pluto-trap\n"
		"-D PREROUTING -j pluto-trap\n-F pluto-trap\n-X pluto-trap\nCOMMIT\n";
	char err[600];

	(void)restore(st, x->restore4, text, err, sizeof(err));
	(void)restore(st, x->restore6, text, err, sizeof(err));
}
