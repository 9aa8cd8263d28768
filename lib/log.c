/* One event, one line: contexts that print who speaks, levels, rate limits. */
#include "lib/log.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/fault.h"
#include "lib/loop.h"

enum {
	LINE_MAX_BYTES = 1000,
	DEFAULT_BURST = 5,
};

static struct {
	bool to_stderr, to_syslog;
	enum log_level max;
	uint32_t debug;
	log_tap_fn *tap;
	void *tap_ctx;
	char ident[32];
	uint64_t lost;		/* lines since the last that was written */
	int why_lost;
} out = { .to_stderr = true, .max = LOG_LEVEL_INFO };

void
log_to_stderr(bool on)
{
	out.to_stderr = on;
}

void
log_to_syslog(bool on, const char *ident)
{
	if (out.to_syslog)
		closelog();
	out.to_syslog = on;
	if (!on)
		return;
	/* openlog keeps the pointer. */
	snprintf(out.ident, sizeof(out.ident), "%s", ident);
	openlog(out.ident, LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

void
log_set_level(enum log_level max)
{
	out.max = max;
}

void
log_set_debug(uint32_t classes)
{
	out.debug = classes;
}

uint32_t
log_debug_classes(void)
{
	return out.debug;
}

static bool
is_enabled(enum log_level level)
{
	return level <= out.max || (level == LOG_LEVEL_DEBUG && (out.debug & LOG_CONTROL) != 0);
}

void
log_tap(log_tap_fn *fn, void *ctx)
{
	out.tap = fn;
	out.tap_ctx = ctx;
}

void
log_prefix(struct log_ctx *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->prefix, sizeof(c->prefix), fmt, ap);
	va_end(ap);
}

/* Printable ASCII as it is, everything else as \xNN, so nothing from outside
 * can forge a line or steer a terminal. */
static size_t
put_escaped(char *line, size_t at, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		bool plain = c >= 0x20 && c < 0x7f;

		if (at + (plain ? 1 : 4) > LINE_MAX_BYTES)
			break;
		if (plain)
			line[at++] = (char)c;
		else
			at += (size_t)snprintf(line + at, 5, "\\x%02x", c);
	}
	line[at] = '\0';
	return at;
}

static int
syslog_priority(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR:
		return LOG_ERR;
	case LOG_LEVEL_WARN:
		return LOG_WARNING;
	case LOG_LEVEL_INFO:
		return LOG_INFO;
	case LOG_LEVEL_DEBUG:
		break;
	}
	return LOG_DEBUG;
}

/* Its reader may be slow and its disk full: nobody waits. 0 or -errno. */
static int
put_line(const char *line, size_t len)
{
	struct pollfd p = { .fd = STDERR_FILENO, .events = POLLOUT };
	ssize_t n;

	if (fault(FAULT_LOG_FULL))
		return -ENOSPC;
	if (poll(&p, 1, 0) == 0)
		return -EAGAIN;
	do
		n = write(STDERR_FILENO, line, len);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* The first line that can be written again says what is missing before it. */
static int
put_lost(void)
{
	char line[200];
	int n, err;

	if (out.lost == 0)
		return 0;
	n = snprintf(line, sizeof(line), "log: %llu lines are missing here: %s\n",
			 (unsigned long long)out.lost,
			 out.why_lost == -EAGAIN ? "nobody read them; see who reads this log"
			 : out.why_lost == -ENOSPC ? "the disk was full; make room for this log"
			 : strerror(-out.why_lost));
	err = put_line(line, (size_t)n);
	if (err == 0)
		out.lost = 0;
	return err;
}

static void
write_stderr(char *line, size_t len)
{
	int err = put_lost();

	line[len] = '\n';
	if (err == 0)
		err = put_line(line, len + 1);
	line[len] = '\0';
	if (err == 0)
		return;
	out.lost++;
	out.why_lost = err;
}

static void
emit(enum log_level level, const struct log_ctx *c, const char *text)
{
	char line[LINE_MAX_BYTES + 5];
	size_t len = 0;
	int saved_errno = errno;

	if (c != NULL && c->prefix[0] != '\0') {
		len = put_escaped(line, len, c->prefix);
		len = put_escaped(line, len, ": ");
	}
	len = put_escaped(line, len, text);
	if (out.to_stderr)
		write_stderr(line, len);
	if (out.to_syslog)
		syslog(syslog_priority(level), "%s", line);
	if (out.tap != NULL)
		out.tap(out.tap_ctx, level, line);
	errno = saved_errno;
}

static void __attribute__((format(printf, 3, 0)))
log_v(enum log_level level, const struct log_ctx *c, const char *fmt,
      va_list ap)
{
	char text[LINE_MAX_BYTES + 1];

	if (!is_enabled(level))
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	emit(level, c, text);
}

#define LOG_AT(level, c, fmt) do {			\
		va_list ap;				\
							\
		va_start(ap, fmt);			\
		log_v(level, c, fmt, ap);		\
		va_end(ap);				\
	} while (0)

void
log_error(const struct log_ctx *c, const char *fmt, ...)
{
	LOG_AT(LOG_LEVEL_ERROR, c, fmt);
}

void
log_warn(const struct log_ctx *c, const char *fmt, ...)
{
	LOG_AT(LOG_LEVEL_WARN, c, fmt);
}

void
log_info(const struct log_ctx *c, const char *fmt, ...)
{
	LOG_AT(LOG_LEVEL_INFO, c, fmt);
}

void
log_debug(const struct log_ctx *c, const char *fmt, ...)
{
	LOG_AT(LOG_LEVEL_DEBUG, c, fmt);
}

static void __attribute__((format(printf, 4, 0)))
debug_v(uint32_t also, enum log_class class, const struct log_ctx *c, const char *fmt, va_list ap)
{
	char text[LINE_MAX_BYTES + 1];

	if (out.max < LOG_LEVEL_DEBUG && ((out.debug | also) & class) == 0)
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	emit(LOG_LEVEL_DEBUG, c, text);
}

void
log_debug_of(enum log_class class, const struct log_ctx *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	debug_v(0, class, c, fmt, ap);
	va_end(ap);
}

void
log_debug_also(uint32_t also, enum log_class class, const struct log_ctx *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	debug_v(also, class, c, fmt, ap);
	va_end(ap);
}

/* Counts this line; false when it is one too many in its second. */
static bool
may_say(struct log_limit *l)
{
	uint64_t second = monotonic_ms() / 1000 + 1;

	if (l->second != second) {
		l->second = second;
		l->said = 0;
	}
	if (l->said >= (l->burst != 0 ? l->burst : DEFAULT_BURST)) {
		l->left_out++;
		return false;
	}
	l->said++;
	return true;
}

void
log_limited(struct log_limit *l, enum log_level level, const struct log_ctx *c,
	    const char *fmt, ...)
{
	char text[LINE_MAX_BYTES + 1];
	va_list ap;
	int n;

	if (!is_enabled(level) || !may_say(l))
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (l->left_out != 0 && n >= 0) {
		char more[40];
		size_t len = strlen(text), m;

		m = (size_t)snprintf(more, sizeof(more), " (%u more like this)",
				     l->left_out);
		if (len + m >= sizeof(text))
			len = sizeof(text) - 1 - m;
		memcpy(text + len, more, m + 1);
		l->left_out = 0;
	}
	emit(level, c, text);
}
