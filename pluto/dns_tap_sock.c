/* The sockets on which resolvers tell of names. They are made here, as root, and served by
 * adns, which has no rights; they outlive it. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/log.h"
#include "pluto/daemon.h"

static const char usual_user[] = "unbound";
static const char stream_suffix[] = ".dnstap";

/* A socket that the user alone may write to. */
static int
open_one(const char *path, int type, uid_t uid)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int on = 1, rc = 0, fd;
	mode_t old;

	if (snprintf(a.sun_path, sizeof(a.sun_path), "%s", path) >= (int)sizeof(a.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	unlink(path);		/* the lock file says that nobody else uses it */
	old = umask(0177);
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0
	    || (type == SOCK_STREAM && listen(fd, 8) != 0)
	    || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) != 0
	    || (geteuid() == 0 && chown(path, uid, (gid_t)-1) != 0))
		rc = -errno;
	umask(old);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

static void
stream_path(const struct daemon *d, char out[4096])
{
	snprintf(out, 4096, "%s%s", d->opt.dns_tap, stream_suffix);
}

static int
cannot(const struct daemon *d, const char *why)
{
	log_error(NULL, "--dns-tap %s: %s", d->opt.dns_tap, why);
	return EXIT_NO_CONTROL;
}

int
daemon_open_tap(struct daemon *d)
{
	const char *user = d->opt.dns_tap_user != NULL ? d->opt.dns_tap_user : usual_user;
	const struct passwd *pw;
	char path[4096], why[200];

	if (d->opt.dns_tap == NULL)
		return 0;
	pw = getpwnam(user);
	if (pw == NULL) {
		snprintf(why, sizeof(why), "there is no user %.100s; name the resolver's with "
			 "--dns-tap-user", user);
		return cannot(d, why);
	}
	d->tap.uid = pw->pw_uid;
	d->tap.names = calloc(TAP_NAMES, sizeof(*d->tap.names));
	stream_path(d, path);
	d->tap.fds[0] = open_one(d->opt.dns_tap, SOCK_DGRAM, pw->pw_uid);
	d->tap.fds[1] = open_one(path, SOCK_STREAM, pw->pw_uid);
	for (unsigned i = 0; i < 2; i++)
		if (d->tap.fds[i] < 0)
			return cannot(d, strerror(-d->tap.fds[i]));
	return d->tap.names != NULL ? 0 : cannot(d, "no memory");
}

void
daemon_close_tap(struct daemon *d)
{
	char path[4096];

	daemon_forward_free(d);
	free(d->tap.names);
	d->tap.names = NULL;
	if (d->opt.dns_tap == NULL)
		return;
	stream_path(d, path);
	for (unsigned i = 0; i < 2; i++)
		if (d->tap.fds[i] >= 0) {
			close(d->tap.fds[i]);
			unlink(i == 0 ? d->opt.dns_tap : path);
		}
}
