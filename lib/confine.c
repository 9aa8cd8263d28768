/* Giving up privilege: uid, capabilities, no-new-privs. */
#include "lib/confine.h"

#include <cap-ng.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int
confine_no_new_privs(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

/* libcap-ng keeps no errno promise: its own codes mean "not allowed" here. */
static int
capng_error(void)
{
	return errno != 0 ? -errno : -EPERM;
}

static bool
may_clear_bounding(void)
{
	capng_get_caps_process();
	return capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) == 1;
}

static const struct passwd *
find_user(const char *user)
{
	const struct passwd *pw = getpwnam(user);

	return pw != NULL ? pw : getpwnam("nobody");
}

bool
confine_user_ids(const char *user, uid_t *uid, gid_t *gid)
{
	const struct passwd *pw = geteuid() == 0 ? find_user(user) : getpwuid(geteuid());

	if (pw == NULL)
		return false;
	*uid = pw->pw_uid;
	*gid = pw->pw_gid;
	return true;
}

/* A folder that is removed while we are in it stays empty for good. */
static int
enter_nowhere(void)
{
	static const char *const places[] = { "/tmp/adns.XXXXXX", "/run/adns.XXXXXX" };
	char path[32];

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		snprintf(path, sizeof(path), "%s", places[i]);
		if (mkdtemp(path) != NULL)
			return chdir(path) != 0 || rmdir(path) != 0 ? -errno : 0;
	}
	return -errno;
}

static int
change_root(const char *root)
{
	int rc = root == NULL ? enter_nowhere() : chdir(root) != 0 ? -errno : 0;

	if (rc == 0 && (chroot(".") != 0 || chdir("/") != 0))
		rc = -errno;
	return rc;
}

/* What reads files comes before the other root. */
static int
change_to(const struct passwd *pw, const char *root)
{
	unsigned flags = CAPNG_DROP_SUPP_GRP;
	int rc;

	if (may_clear_bounding())
		flags |= CAPNG_CLEAR_BOUNDING;
	rc = change_root(root);
	if (rc < 0)
		return rc;
	capng_clear(CAPNG_SELECT_BOTH);
	errno = 0;
	if (capng_change_id((int)pw->pw_uid, (int)pw->pw_gid,
			    (capng_flags_t)flags) != 0)
		return capng_error();
	return 0;
}

int
confine_to_user(const char *user, const char *root, char used[32])
{
	const struct passwd *pw = NULL;
	int rc;

	used[0] = '\0';
	if (geteuid() != 0) {
		pw = getpwuid(geteuid());
	} else {
		pw = find_user(user);
		if (pw == NULL || pw->pw_uid == 0)
			return -ENOENT;
		rc = change_to(pw, root);
		if (rc < 0)
			return rc;
	}
	snprintf(used, 32, "%s", pw != NULL ? pw->pw_name : "?");
	return confine_no_new_privs();
}

/* What root has after exec is the bounding set. */
static void
narrow_bounding(uint64_t keep)
{
	for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
		if ((keep >> cap & 1) == 0)
			(void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
}

int
confine_narrow_caps(uint64_t keep)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	narrow_bounding(keep);
	if (syscall(SYS_capget, &h, d) != 0)
		return -errno;
	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		d[i].permitted &= (uint32_t)(keep >> (32 * i));
		d[i].effective = d[i].permitted;
		d[i].inheritable = 0;
	}
	return syscall(SYS_capset, &h, d) != 0 ? -errno : 0;
}

/* A limit would make later allocations fail. What has not been touched takes no memory. */
int
confine_lock_memory(void)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	if (setrlimit(RLIMIT_MEMLOCK, &all) != 0)
		return -errno;
	return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0 ? -errno : 0;
}

void
confine_hide_memory(void)
{
	struct rlimit none = { 0, 0 };

	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &none);
}
