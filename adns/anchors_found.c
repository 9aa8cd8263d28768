/* Which trust anchors there are at the start: none would make every answer insecure,
 * without anyone noticing. */
#include "adns/anchors_found.h"

#include <errno.h>
#include <string.h>

#include "adns/anchor_state.h"
#include "adns/log_ctx.h"
#include "lib/confine.h"

static bool
read_static(const char *file, struct anchors *a, char err[200])
{
	FILE *f = fopen(file, "re");
	bool ok;

	snprintf(err, 200, "%.100s: %s", file, strerror(errno));
	if (f == NULL)
		return false;
	ok = anchors_read(f, file, a, err);
	fclose(f);
	return ok;
}

/* Without a state the keys of the file stay as they are. */
static void
prepare_state(struct options *o)
{
	char err[200] = "no such user";
	uid_t uid;
	gid_t gid;
	bool begun;

	if (o->anchor_state == NULL)
		return;
	if (confine_user_ids(o->user, &uid, &gid)
	    && anchor_state_prepare(o->anchor_state, o->anchors[0], uid, gid, &begun, err)) {
		if (begun)
			log_info(&adns_log, "the root's keys are followed in %s, begun from %s",
				 o->anchor_state, o->anchors[0]);
		return;
	}
	log_warn(&adns_log, "the root's keys are not followed as they roll: %s", err);
	o->anchor_state = NULL;
}

bool
anchors_found(struct options *o, struct anchors *a)
{
	char err[200];

	if (o->stub) {
		/* The resolver has anchors; whether they serve, the root's keys tell. */
		a->has_root = true;
		snprintf(a->text, sizeof(a->text), "of the resolver");
		return true;
	}
	prepare_state(o);
	for (size_t i = 0; i < o->n_anchors; i++) {
		if (i == 0 && o->anchor_state != NULL ? anchor_state_read(o->anchor_state, a, err)
		    : read_static(o->anchors[i], a, err))
			continue;
		log_error(&adns_log, "no trust anchor: %s", err);
		return false;
	}
	if (!a->has_root)
		log_warn(&adns_log, "no trust anchor for the root: only names under these are secure: %s",
			 a->text);
	return true;
}
