/* Dynamic updates (RFC 2136) through nsupdate. */
#include <stdlib.h>
#include <string.h>

#include "zones/child.h"
#include "zones/push.h"

static void
each(FILE *out, const char *command, const ldns_rr_list *list)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		char *text = ldns_rr2str(ldns_rr_list_rr(list, i));

		if (text != NULL)
			fprintf(out, "update %s %s", command, text);
		free(text);
	}
}

static void
script(FILE *out, const struct push *p, const struct server *s, const struct zone_diff *d)
{
	struct addr_buf b;

	fprintf(out, "server %s %u\nzone %s\n", ip_addr_text(&s->at.addr, &b), s->at.port, p->zone.text);
	each(out, "delete", d->extra);
	each(out, "add", d->missing);
	fputs("send\n", out);
}

bool
push_by_nsupdate(const struct push *p, const struct server *s, const struct zone_diff *d, char *err,
		 size_t errlen)
{
	const char *argv[] = { "nsupdate", "-v", "-t", "10", p->tsig != NULL ? "-k" : NULL, p->tsig, NULL };
	char said[CHILD_SAID];
	FILE *in;
	int rc;

	if (p->dry) {
		script(stdout, p, s, d);
		return true;
	}
	in = tmpfile();
	if (in == NULL) {
		snprintf(err, errlen, "no temporary file");
		return false;
	}
	script(in, p, s, d);
	rewind(in);
	rc = child_run(argv, in, said);
	fclose(in);
	if (rc < 0)
		snprintf(err, errlen, "nsupdate: %s: is bind9-dnsutils installed?", strerror(-rc));
	else if (rc > 0)
		snprintf(err, errlen, "the server did not take the update (%s): does it allow this key "
			 "to change %.60s?", said, p->zone.text);
	return rc == 0;
}
