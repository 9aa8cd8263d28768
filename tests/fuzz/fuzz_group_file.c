/* Fuzzes the text of policy files: whatever it says, entries are sound, and the
 * policy made of them answers. */
#include <stdlib.h>
#include <string.h>

#include "oe/group_file.h"
#include "oe/group_set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
complain(void *ctx, const char *line)
{
	size_t *n = ctx;

	/* Complaints are for people: one line each, printable. */
	for (const char *c = line; *c != '\0'; c++) {
		if (*c < ' ' || *c > '~')
			abort();
	}
	++*n;
}

static void
check_entry(const struct group_entry *e)
{
	if (e->group != GROUP_ID_PRIVATE || e->where[0] == '\0' ||
	    e->remote.len > ip_addr_bits(e->remote.addr.family))
		abort();
	if (e->ip_proto == 0 && (e->sport != 0 || e->dport != 0))
		abort();
}

/* Each entry's own first address belongs to it or to a narrower one. */
static void
check_found(const struct group_set *s, const struct group_entry *e)
{
	struct flow f = {
		.dst = e->remote.addr,
		.ip_proto = e->ip_proto,
		.sport = e->sport,
		.dport = e->dport,
	};
	const struct group_entry *found = group_set_find(s, &f);

	if (found == NULL || found->remote.len < e->remote.len ||
	    !ip_prefix_contains(&found->remote, &f.dst))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct group_entry *e = NULL;
	size_t n = 0, complaints = 0;

	group_file_parse("private", span_of(data, size), GROUP_ID_PRIVATE, &e, &n, complain,
			 &complaints);
	if (complaints > GROUP_FILE_MAX_COMPLAINTS + 1)
		abort();
	for (size_t i = 0; i < n; i++)
		check_entry(&e[i]);
	group_entries_dedupe(e, &n, complain, &complaints);
	struct group_set *s = group_set_new(e, n);

	if (s == NULL)
		abort();
	for (size_t i = 0; i < n; i++)
		check_found(s, &e[i]);
	group_set_free(s);
	free(e);
	return 0;
}
