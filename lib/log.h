/* One event, one line: contexts that print who speaks, levels, rate limits. */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* What debug lines are about; each can be switched on by itself. A bit each. */
enum log_class {
	LOG_RAW = 1 << 0,		/* datagrams, in hex */
	LOG_CRYPT = 1 << 1,		/* who proved what, by which algorithms */
	LOG_PARSING = 1 << 2,		/* messages that come: exchange and payloads */
	LOG_EMITTING = 1 << 3,		/* messages that go */
	LOG_CONTROL = 1 << 4,		/* what is done, and why */
	LOG_CONTROLMORE = 1 << 5,	/* each request of whack */
	LOG_LIFECYCLE = 1 << 6,		/* SAs: their states, beginnings and ends */
	LOG_KLIPS = 1 << 7,		/* the data plane */
	LOG_PFKEY = 1 << 8,		/* messages to the kernel */
	LOG_NATT = 1 << 9,		/* NAT: keepalives, peers that moved */
	LOG_DPD = 1 << 10,		/* peers asked whether they are alive */
	LOG_DNS = 1 << 11,		/* questions and answers */
	LOG_OPPO = 1 << 12,		/* why opportunism did or did not happen */
	LOG_OPPOINFO = 1 << 13,		/* one line for each demand */
	LOG_WHACKWATCH = 1 << 14,	/* nothing: whack stays until the end always */
	LOG_PRIVATE = 1 << 15,		/* nothing: secrets are never logged */
	LOG_ALL = (1 << 15) - 1,
};
/* The class of a word ("nat-t" and "natt" are one); LOG_ALL for "all"; -1 when
 * there is none. "none" is 0. */
int log_class_named(const char *word);
/* "control dns", "none", "all". OUT is truncated to fit. */
const char *log_class_text(uint32_t classes, char *out, size_t outlen);

/* What a subsystem or an object calls itself: "oe#17 192.0.2.7->198.51.100.9". */
struct log_ctx {
	char prefix[128];
};

/* Where lines go. Both may be on. The default is stderr, which never makes anybody
 * wait: lines that it does not take at once are left out, and counted in the next. */
void log_to_stderr(bool on);
void log_to_syslog(bool on, const char *ident);
void log_set_level(enum log_level max);
/* Of debug lines, those of CLASSES; with LOG_LEVEL_DEBUG all are written. */
void log_set_debug(uint32_t classes);
uint32_t log_debug_classes(void);
/* Also hands every line to FN (whack --debug-whackwatch, tests); NULL stops it. */
typedef void log_tap_fn(void *ctx, enum log_level level, const char *line);
void log_tap(log_tap_fn *fn, void *ctx);

void log_prefix(struct log_ctx *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* C may be NULL. Control characters and anything that is not ASCII are written
 * as \xNN, lines are cut at 1000 bytes. Secrets have no formatter, so they cannot be logged. */
void log_error(const struct log_ctx *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_warn(const struct log_ctx *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_info(const struct log_ctx *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Of class LOG_CONTROL. */
void log_debug(const struct log_ctx *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_debug_of(enum log_class class, const struct log_ctx *c, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Written also when CLASS is in ALSO: what one connection is watched for. */
void log_debug_also(uint32_t also, enum log_class class, const struct log_ctx *c, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

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
