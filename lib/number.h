/* Decimal numbers that somebody typed. */
#ifndef LIB_NUMBER_H
#define LIB_NUMBER_H

#include <stdbool.h>

/* All of TEXT: digits alone, at most MAX. False leaves *OUT unspecified. */
bool number_parse(const char *text, unsigned long max, unsigned long *out);

#endif
