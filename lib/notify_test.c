/* Words to the service manager: where they go, and what the environment asks. */
#include "lib/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/notify.h"

/* The manager's end, at NAME, where @ stands for the zero octet. */
static int
manager(const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(a.sun_path, name, len);
	if (name[0] == '@')
		a.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (struct sockaddr *)&a,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)), 0);
	return fd;
}

static void
expect_word(int fd, const char *word)
{
	char got[100];
	ssize_t n = recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT);

	assert_true(n > 0);
	got[n] = '\0';
	assert_string_equal(got, word);
}

static void
tell_at(const char *name)
{
	int fd = manager(name);
	struct notify n;

	setenv("NOTIFY_SOCKET", name, 1);
	assert_true(notify_from_env(&n));
	assert_null(getenv("NOTIFY_SOCKET"));
	assert_int_equal(notify_say(&n, "READY=1"), 0);
	expect_word(fd, "READY=1");
	close(fd);
	assert_int_equal(notify_say(&n, "WATCHDOG=1"), -ECONNREFUSED);
	notify_close(&n);
}

static void
test_sockets(void **state)
{
	char path[100];

	(void)state;
	snprintf(path, sizeof(path), "/tmp/notify_test.%d", (int)getpid());
	tell_at(path);
	unlink(path);
	path[0] = '@';
	tell_at(path);
}

static void
test_no_manager(void **state)
{
	static const char *const bad[] = { "", "/", "@", "relative", "vsock:2:1" };
	char long_name[200];
	struct notify n;

	(void)state;
	unsetenv("NOTIFY_SOCKET");
	assert_false(notify_from_env(&n));
	assert_int_equal(notify_say(&n, "READY=1"), -ENOTCONN);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		setenv("NOTIFY_SOCKET", bad[i], 1);
		assert_false(notify_from_env(&n));
	}
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[0] = '/';
	long_name[sizeof(long_name) - 1] = '\0';
	setenv("NOTIFY_SOCKET", long_name, 1);
	assert_false(notify_from_env(&n));
	notify_close(&n);
}

static uint64_t
watchdog(const char *usec, const char *pid)
{
	struct notify n;

	setenv("WATCHDOG_USEC", usec, 1);
	if (pid != NULL)
		setenv("WATCHDOG_PID", pid, 1);
	(void)notify_from_env(&n);
	assert_null(getenv("WATCHDOG_USEC"));
	assert_null(getenv("WATCHDOG_PID"));
	notify_close(&n);
	return n.watchdog_ms;
}

static void
test_watchdog(void **state)
{
	char us[20];

	(void)state;
	snprintf(us, sizeof(us), "%d", (int)getpid());
	assert_int_equal(watchdog("60000000", NULL), 30000);
	assert_int_equal(watchdog("60000000", us), 30000);
	assert_int_equal(watchdog("60000000", "1"), 0);
	assert_int_equal(watchdog("60000000", "x"), 0);
	assert_int_equal(watchdog("10", us), 1);
	assert_int_equal(watchdog("0", us), 0);
	assert_int_equal(watchdog("soon", us), 0);
	assert_int_equal(watchdog("99999999999999999999999", us), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sockets),
		cmocka_unit_test(test_no_manager),
		cmocka_unit_test(test_watchdog),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
