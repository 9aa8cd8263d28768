/* Picks the nameserver lines out of a resolv.conf. */
#include <string.h>

#include "lib/log.h"
#include "lib/resolvconf.h"

enum { MAX_LINES = 1000 };

size_t
resolvconf_read(FILE *f, struct endpoint *out, size_t max)
{
	char line[512];
	size_t n = 0;

	for (unsigned i = 0; i < MAX_LINES && n < max && fgets(line, sizeof(line), f); i++) {
		char *save = NULL, *word = strtok_r(line, " \t\r\n", &save);
		struct ip_addr addr;

		if (word == NULL || strcmp(word, "nameserver") != 0)
			continue;
		word = strtok_r(NULL, " \t\r\n", &save);
		if (word != NULL && ip_addr_parse(word, &addr))
			out[n++] = (struct endpoint){ .addr = addr, .port = 53 };
		else
			log_warn(NULL, "resolv.conf line %u: not an address that can be used", i + 1);
	}
	return n;
}
