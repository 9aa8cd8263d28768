/* What ipsec verify looks at on this host. */
#include "zones/verify_host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include "lib/program.h"
#include "lib/rr_ipseckey.h"
#include "zones/child.h"
#include "zones/key_file.h"

enum { IKE_PORT = 500 };

static void
programs(struct verify_host *h, struct verify *v)
{
	static const char *const names[] = { "pluto", "adns", "whack" };
	char path[PATH_MAX];
	unsigned found = 0;

	(void)h;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (program_find(names[i], path))
			found++;
		else
			verify_find(v, "programs", FIND_PROGRAM, "%s is not beside this program", names[i]);
	}
	if (found == sizeof(names) / sizeof(*names))
		verify_ok(v, "programs", "pluto, adns and whack are there");
}

static bool
can_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

void
verify_kernel(struct verify *v, bool xfrm, bool tun)
{
	if (xfrm || tun)
		verify_ok(v, "kernel", "%s%s%s", xfrm ? "XFRM" : "", xfrm && tun ? ", " : "", tun ? "TUN" : "");
	else
		verify_find(v, "kernel", FIND_KERNEL, "neither XFRM nor TUN can be used by this user");
}

/* That there is XFRM says nothing of ESP in it: that is pluto's to find out. */
static void
kernel(struct verify_host *h, struct verify *v)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_XFRM);
	bool xfrm = fd >= 0, tun = can_open("/dev/net/tun");

	(void)h;
	if (fd >= 0)
		close(fd);
	verify_kernel(v, xfrm, tun);
}

/* Somebody has the port: by /proc, whose lines have "ADDRESS:PORT" in hexadecimal second. */
static bool
port_in(const char *path, unsigned port)
{
	FILE *f = fopen(path, "re");
	char line[300], want[8];
	bool found = false;

	if (f == NULL)
		return false;
	snprintf(want, sizeof(want), ":%04X ", port);
	while (!found && fgets(line, sizeof(line), f) != NULL) {
		const char *local = strchr(line, ':');

		local = local != NULL ? strchr(local + 1, ':') : NULL;
		found = local != NULL && strncmp(local, want, 6) == 0;
	}
	fclose(f);
	return found;
}

/* whack's lines begin with a code of three digits. */
static const char *
without_code(const char *line)
{
	return strspn(line, "0123456789") == 3 && line[3] == ' ' ? line + 4 : line;
}

static void
pluto(struct verify_host *h, struct verify *v)
{
	char path[PATH_MAX], said[CHILD_SAID];
	const char *argv[] = { path, "--ctlbase", h->ctlbase, "--oestatus", NULL };
	int rc = program_find("whack", path) ? child_run(argv, NULL, said) : -ENOENT;

	if (rc == 0)
		verify_ok(v, "pluto", "%s", without_code(said));
	else if (port_in("/proc/net/udp", IKE_PORT) || port_in("/proc/net/udp6", IKE_PORT))
		verify_find(v, "pluto", FIND_PORT, "pluto does not answer, and another program has UDP %d",
			    IKE_PORT);
	else
		verify_find(v, "pluto", FIND_PLUTO, "%s", rc < 0 ? strerror(-rc) : without_code(said));
}

static void
secrets(struct verify_host *h, struct verify *v)
{
	struct stat st;

	if (access(h->secrets, R_OK) != 0 || stat(h->secrets, &st) != 0)
		verify_find(v, "secrets", FIND_SECRETS, "%s: %s", h->secrets, strerror(errno));
	else if ((st.st_mode & 077) != 0)
		verify_find(v, "secrets", FIND_SECRETS_OPEN, "%s: others than its owner may read or write it",
			    h->secrets);
	else
		verify_ok(v, "secrets", "%s", h->secrets);
}

static void
host_key(struct verify_host *h, struct verify *v)
{
	char path[PATH_MAX] = "", err[300] = "its name is too long", kind[16], print[24];
	const char *file = h->key;

	if (file == NULL && key_file_default(h->ipsecdir, path, sizeof(path)))
		file = path;
	if (file != NULL && key_file_load(file, &h->ours, err, sizeof(err)))
		verify_ok(v, "key", "%s %s, %s", pubkey_kind_text(&h->ours, kind),
			  pubkey_short(&h->ours, print), file);
	else
		verify_find(v, "key", FIND_HOST_KEY, "%s", err);
}

/* Is there a line in it that is no remark? */
static bool
says_something(const char *dir, const char *name)
{
	char path[PATH_MAX], line[300];
	bool found = false;
	FILE *f;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		return false;
	f = fopen(path, "re");
	while (f != NULL && !found && fgets(line, sizeof(line), f) != NULL)
		found = strchr("#\n", line[strspn(line, " \t")]) == NULL;
	if (f != NULL)
		fclose(f);
	return found;
}

static void
policies(struct verify_host *h, struct verify *v)
{
	static const char *const groups[] = { "private", "private-or-clear", "clear-or-private" };
	char dir[PATH_MAX], list[100] = "";

	if ((size_t)snprintf(dir, sizeof(dir), "%s/policies", h->ipsecdir) >= sizeof(dir))
		return;
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		if (says_something(dir, groups[i]))
			snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
				 list[0] != '\0' ? ", " : "", groups[i]);
	if (list[0] != '\0')
		verify_ok(v, "policies", "%s", list);
	else
		verify_find(v, "policies", FIND_POLICIES, "%s: no group that encrypts has a prefix", dir);
}

static void
resolver(struct verify_host *h, struct verify *v)
{
	FILE *f = h->resolver ? NULL : fopen("/etc/resolv.conf", "re");
	char line[300], server[100] = "";

	while (f != NULL && server[0] == '\0' && fgets(line, sizeof(line), f) != NULL)
		sscanf(line, "nameserver %99s", server);
	if (f != NULL)
		fclose(f);
	if (h->resolver)
		verify_ok(v, "resolver", "as told");
	else if (server[0] != '\0')
		verify_ok(v, "resolver", "%s and what else /etc/resolv.conf names", server);
	else
		verify_find(v, "resolver", FIND_RESOLVER, "/etc/resolv.conf names none");
}

static void
anchor(struct verify_host *h, struct verify *v)
{
	if (access(h->anchor, R_OK) == 0)
		verify_ok(v, "anchor", "%s", h->anchor);
	else
		verify_find(v, "anchor", FIND_ANCHOR, "%s: %s", h->anchor, strerror(errno));
}

void
verify_clock(struct verify *v, bool synchronised)
{
	if (synchronised)
		verify_ok(v, "clock", "is synchronised");
	else
		verify_find(v, "clock", FIND_CLOCK, "nobody says that it is right, and signatures have dates");
}

static void
clock_step(struct verify_host *h, struct verify *v)
{
	struct timex t = { .modes = 0 };

	(void)h;
	verify_clock(v, adjtimex(&t) >= 0 && (t.status & STA_UNSYNC) == 0);
}

static void (*const host_steps[])(struct verify_host *h, struct verify *v) = {
	programs,	/* all of it is installed */
	kernel,		/* on a kernel that can do it */
	pluto,		/* and runs */
	secrets,	/* with secrets that are secret */
	host_key,	/* and a key that peers can find */
	policies,	/* for traffic that somebody has named */
	resolver,	/* by DNS that can be asked */
	anchor,		/* and proved */
	clock_step,	/* at the right time */
};

void
verify_host(struct verify_host *h, struct verify *v)
{
	v->asked = "host";
	for (size_t i = 0; i < sizeof(host_steps) / sizeof(*host_steps); i++)
		host_steps[i](h, v);
}

void
verify_host_clear(struct verify_host *h)
{
	if (h->ours.kind != PUBKEY_NONE)
		pubkey_free(&h->ours);
}

void
verify_own_key(const struct verify_host *h, struct verify *v)
{
	struct chunk ours = h->ours.kind != PUBKEY_NONE ? pubkey_to_dns(&h->ours) : (struct chunk){ 0 };
	struct rr_ipseckey rr;
	const char *err;
	bool found = false;

	for (int i = 0; ours.len > 0 && v->keys->data[i] != NULL && !found; i++)
		found = rr_ipseckey_read(span_of(v->keys->data[i], (size_t)v->keys->len[i]), &rr, &err) &&
			rr.algorithm == h->ours.alg && span_eq(rr.key, chunk_span(ours));
	if (found)
		verify_ok(v, "own key", "is published");
	else if (ours.len > 0)
		verify_find(v, "own key", FIND_OTHER_KEY, "no record has the key of this host");
	chunk_free(&ours);
}
