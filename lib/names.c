/* Number-to-name tables, one row per number, in the RFC's spelling. */
#include "lib/names.h"

#include <stdio.h>
#include <strings.h>

const char *
name_of(const struct name_table *t, uint32_t number, struct name_buf *buf)
{
	for (size_t i = 0; i < t->n_rows; i++)
		if (t->rows[i].number == number)
			return t->rows[i].name;
	snprintf(buf->text, sizeof(buf->text), "%.32s %lu", t->what,
		 (unsigned long)number);
	return buf->text;
}

int64_t
name_number(const struct name_table *t, const char *name)
{
	for (size_t i = 0; i < t->n_rows; i++)
		if (strcasecmp(t->rows[i].name, name) == 0)
			return t->rows[i].number;
	return -1;
}
