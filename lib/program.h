/* Where the project's own programs are. */
#ifndef LIB_PROGRAM_H
#define LIB_PROGRAM_H

#include <limits.h>
#include <stdbool.h>

/* The path of the program NAME: in $IPSEC_EXECDIR when that is set, else beside
 * this program, or where make install puts those that are not in everybody's path
 * (../libexec/ipsec). False: it is in none; PATH is then the folder asked first,
 * or "?". */
bool program_find(const char *name, char path[PATH_MAX]);

#endif
