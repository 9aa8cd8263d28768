/* One event, one line: contexts that print who speaks, levels, rate limits. */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* What a subsystem or an object calls itself: "oe#17 192.0.2.7->198.51.100.9". */
struct log_ctx {
	char prefix[128];
};

/* Where lines go. Both may be on. The default is stderr. */
void log_to_stderr(bool on);
void log_to_syslog(bool on, const char *ident);
void log_set_level(enum log_level max);
/* Also hands every line to FN (whack --debug-whackwatch, tests); NULL stops it. */
typedef void log_tap_fn(void *ctx, enum log_level level, const char *line);
void log_tap(log_tap_fn *fn, void *ctx);

void log_prefix(struct log_ctx *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* C may be NULL. Control characters and anything that is not ASCII are written
 * as \xNN, lines are cut at 1000 bytes. Secrets have no formatter, so they cannot be logged. */
void log_error(const struct log_ctx *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_warn(const struct log_ctx *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_info(const struct log_ctx *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_debug(const struct log_ctx *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* For anything a stranger can trigger: at most BURST lines a second; what was
 * left out is told with the next line ("12 more like this"). Static, zeroed. */
struct log_limit {
	uint64_t second;
	unsigned said, left_out;
	unsigned burst;		/* 0: 5 */
};
void log_limited(struct log_limit *l, enum log_level level, const struct log_ctx *c,
		 const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
