/* Number-to-name tables, one row per number, in the RFC's spelling. */
#ifndef LIB_NAMES_H
#define LIB_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct name_row {
	uint32_t number;
	const char *name;
};

struct name_table {
	const char *what;		/* "notify", used when a number has no name */
	const struct name_row *rows;
	size_t n_rows;
};

#define NAME_TABLE(title, array) \
	{ .what = (title), .rows = (array), .n_rows = sizeof(array) / sizeof(*(array)) }

/* A buffer big enough for any result of name_of(). */
struct name_buf { char text[48]; };

/* The name, or "WHAT 4711" written into BUF. */
const char *name_of(const struct name_table *t, uint32_t number, struct name_buf *buf);
/* The number for NAME (case ignored), or -1. */
int64_t name_number(const struct name_table *t, const char *name);

#endif
