/* Lists of addresses, from the command line, a file, or a prefix. */
#include "zones/hosts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
append(struct hosts *h, const struct ip_addr *a, char *err, size_t errlen)
{
	if (h->addrs == NULL)
		h->addrs = calloc(HOSTS_MAX, sizeof(*h->addrs));
	if (h->addrs == NULL || h->n == HOSTS_MAX) {
		snprintf(err, errlen, "more than %d addresses: take a longer prefix", HOSTS_MAX);
		return false;
	}
	h->addrs[h->n++] = *a;
	return true;
}

bool
hosts_add(struct hosts *h, const char *text, char *err, size_t errlen)
{
	struct ip_addr a;
	struct addr_buf b;

	if (ip_addr_parse(text, &a) && ip_prefix_contains(&h->within, &a))
		return append(h, &a, err, errlen);
	snprintf(err, errlen, "\"%.80s\": expected an address in %s", text,
		 ip_prefix_text(&h->within, &b));
	return false;
}

/* A line without its comment and blanks. */
static char *
stripped(char *line)
{
	line[strcspn(line, "#\r\n")] = '\0';
	line += strspn(line, " \t");
	line[strcspn(line, " \t")] = '\0';
	return line;
}

static bool
read_lines(struct hosts *h, FILE *f, const char *path, char *err, size_t errlen)
{
	char line[256], why[160];

	for (unsigned n = 1; fgets(line, sizeof(line), f) != NULL; n++) {
		char *text = stripped(line);

		if (*text == '\0' || hosts_add(h, text, why, sizeof(why)))
			continue;
		snprintf(err, errlen, "%s:%u: %s", path, n, why);
		return false;
	}
	return true;
}

bool
hosts_read(struct hosts *h, const char *path, char *err, size_t errlen)
{
	bool input = strcmp(path, "-") == 0, ok;
	FILE *f = input ? stdin : fopen(path, "re");

	if (f == NULL) {
		snprintf(err, errlen, "%s: %s", path, strerror(errno));
		return false;
	}
	ok = read_lines(h, f, path, err, errlen);
	if (!input)
		fclose(f);
	return ok;
}

bool
hosts_all(struct hosts *h, char *err, size_t errlen)
{
	struct ip_addr a = h->within.addr;

	if (a.family != IP_V4) {
		snprintf(err, errlen, "nobody can list a prefix of IPv6: name its hosts, or take "
			 "--wildcard");
		return false;
	}
	while (ip_prefix_contains(&h->within, &a)) {
		if (!append(h, &a, err, errlen))
			return false;
		for (size_t i = 4; i > 0 && ++a.bytes[i - 1] == 0; i--)
			;
		if (ip_addr_is_any(&a))		/* behind 255.255.255.255 */
			break;
	}
	return true;
}

void
hosts_free(struct hosts *h)
{
	free(h->addrs);
	*h = (struct hosts){ 0 };
}
