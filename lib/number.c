/* Reads decimal numbers without signs, blanks, or anything after them. */
#include "lib/number.h"

#include <errno.h>
#include <stdlib.h>

bool
number_parse(const char *text, unsigned long max, unsigned long *out)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*out = strtoul(text, &end, 10);
	return errno == 0 && *end == '\0' && *out <= max;
}
