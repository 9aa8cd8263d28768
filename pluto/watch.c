/* Who watches what: whack clients that follow an attempt to its end. */
#include "pluto/watch.h"

#include <stdio.h>
#include <string.h>

static double
seconds_of(const struct watch *w)
{
	return (double)(monotonic_us() - w->start_us) / 1e6;
}

static struct watch *
find_exact(struct watches *ws, uint64_t owner)
{
	for (unsigned i = 0; i < MAX_WATCHES; i++)
		if (ws->w[i].owner == owner)
			return &ws->w[i];
	return NULL;
}

/* A free one, or that of a client who has gone: an attempt may go on for long
 * after its watcher has. */
static struct watch *
find_free(struct watches *ws)
{
	struct watch *w = find_exact(ws, 0);

	for (unsigned i = 0; i < MAX_WATCHES && w == NULL; i++)
		if (!ctl_alive(ws->ctl, ws->w[i].client))
			w = &ws->w[i];
	return w;
}

void
watch_expect_since(struct watches *ws, ctl_client client, uint64_t start_us)
{
	ws->next = (struct watch){ .client = client, .start_us = start_us, .trial = true };
	ws->has_next = true;
}

void
watch_expect(struct watches *ws, ctl_client client, bool trial)
{
	watch_expect_since(ws, client, monotonic_us());
	ws->next.trial = trial;
}

bool
watch_bind(struct watches *ws, uint64_t owner)
{
	struct watch *free_one;

	if (!ws->has_next)
		return owner != 0;	/* it spoke already and was bound then */
	ws->has_next = false;
	free_one = owner == 0 ? NULL : find_free(ws);
	if (free_one == NULL)
		return false;
	*free_one = ws->next;
	free_one->owner = owner;
	return true;
}

struct watch *
watch_find(struct watches *ws, uint64_t owner)
{
	struct watch *w = owner == 0 ? NULL : find_exact(ws, owner);

	if (w == NULL && owner != 0 && ws->has_next && watch_bind(ws, owner))
		w = find_exact(ws, owner);
	return w;
}

/* "  0.001 dns   > 23.2.1.192.in-addr.arpa." A direction mark stands where the
 * stage's column ends. */
static void
format_line(const struct watch *w, const char *stage, const char *text, char *out, size_t len)
{
	bool marked = (text[0] == '>' || text[0] == '<') && text[1] == ' ';

	if (w->trial)
		snprintf(out, len, "%7.3f %-6s%s%s", seconds_of(w), stage,
			 marked ? "" : "  ", text);
	else
		snprintf(out, len, "%s: %s", stage, text);
}

static void
say(struct watches *ws, const struct watch *w, int code, const char *stage, const char *text)
{
	char line[1200];

	format_line(w, stage, text, line, sizeof(line));
	ctl_object(ws->ctl, w->client, json_pack("{s:s,s:f,s:s,s:s}", "event", "progress",
		   "t", seconds_of(w), "stage", stage, "detail", text), code, "%s", line);
}

void
watch_tell_before(struct watches *ws, ctl_client client, uint64_t start_us, const char *stage,
		  const char *text)
{
	const struct watch w = { .client = client, .start_us = start_us, .trial = true };

	say(ws, &w, RC_COMMENT, stage, text);
}

void
watch_tell(struct watches *ws, uint64_t owner, int code, const char *stage, const char *text)
{
	if (watch_find(ws, owner) == NULL)
		return;
	for (struct watch *w = ws->w; w < ws->w + MAX_WATCHES; w++)
		if (w->owner == owner)
			say(ws, w, code, stage, text);
}

void
watch_end(struct watches *ws, uint64_t owner, json_t *extra, int code, const char *text)
{
	if (watch_find(ws, owner) == NULL) {
		json_decref(extra);
		return;
	}
	for (struct watch *w = ws->w; w < ws->w + MAX_WATCHES; w++) {
		ctl_client client = w->client;

		if (w->owner != owner)
			continue;
		memset(w, 0, sizeof(*w));
		ctl_result(ws->ctl, client, json_deep_copy(extra), code, "%s", text);
	}
	json_decref(extra);
}
