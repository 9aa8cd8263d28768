/* Compares, sends, and compares again. */
#include "zones/push.h"

#include "zones/front.h"

static const struct {
	push_fn *send;
	const char *needs;
} ways[] = {
	/* RFC 2136, signed with TSIG. */
	[PUSH_NSUPDATE] = { push_by_nsupdate, NULL },
	/* A transaction at the control socket. */
	[PUSH_KNOTC] = { push_by_knotc, NULL },
	/* One PATCH of the zone. */
	[PUSH_PDNS] = { push_by_pdns, "PowerDNS is reached at --url with --api-key" },
};

const char *
push_refuses(const struct push *p)
{
	bool pdns = p->url != NULL && p->api_key != NULL;

	return p->way == PUSH_PDNS && !pdns ? ways[p->way].needs : NULL;
}

static size_t
differences(const struct zone_diff *d)
{
	return ldns_rr_list_rr_count(d->missing) + ldns_rr_list_rr_count(d->extra);
}

static int
compare(const struct push *p, FILE *f, const char *file, const struct server *s, struct zone_diff *d)
{
	char err[600];

	rewind(f);
	if (zone_diff_make(f, file, p->zone.text, s, d, err, sizeof(err)))
		return EXIT_OK;
	front_failed(p->prog, err);
	return EXIT_ASKED_IN_VAIN;
}

/* The server's word alone is not enough: some take an update and drop parts of it. */
static int
confirm(const struct push *p, FILE *f, const char *file, const struct server *s, size_t sent)
{
	struct zone_diff d;
	int status = compare(p, f, file, s, &d);

	if (status != EXIT_OK)
		return status;
	if (differences(&d) > 0)
		status = front_failed(p->prog, "the server took the update and still differs: oe-zone diff "
				      "tells how");
	else if (!p->quiet)
		printf("%zu changes, and the server has what the file says\n", sent);
	zone_diff_free(&d);
	return status;
}

int
push_file(const struct push *p, FILE *f, const char *file, const struct server *s)
{
	struct zone_diff d;
	int status = compare(p, f, file, s, &d);
	char err[600];
	size_t n;

	if (status != EXIT_OK)
		return status;
	n = differences(&d);
	if (p->verbose && !p->dry)
		zone_diff_print(&d);
	if (n > 0 && !ways[p->way].send(p, s, &d, err, sizeof(err)))
		status = front_failed(p->prog, err);
	zone_diff_free(&d);
	return status != EXIT_OK || p->dry ? status : confirm(p, f, file, s, n);
}
