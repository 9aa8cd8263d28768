/* whack --debug-*, --impair-*: what is logged, and which faults are made. */
#include "pluto/daemon_commands.h"
#include "pluto/daemon_ike.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "pluto/impair.h"

enum { MAX_WORDS = 400 };

/* Every word of TEXT by ONE, added up; false when there is one that it does not
 * know. */
static bool
add_up(const char *text, int (*one)(const char *word), uint32_t *sum)
{
	char copy[MAX_WORDS], *save = NULL;

	*sum = 0;
	snprintf(copy, sizeof(copy), "%s", text != NULL ? text : "");
	for (char *w = strtok_r(copy, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
		int n = one(w);

		if (n < 0)
			return false;
		*sum = n == 0 ? 0 : *sum | (uint32_t)n;
	}
	return true;
}

static int
one_impair(const char *word)
{
	uint32_t bit = impair_named(word);

	return bit != 0 ? (int)bit : -1;
}

static void
of_connection(struct daemon *d, ctl_client c, const char *name, uint32_t debug)
{
	struct connection *conn = conn_table_find(&d->conns, name);
	char text[300];

	if (conn == NULL) {
		ctl_result(d->ctl, c, NULL, RC_UNKNOWN_NAME, "no connection named \"%s\"", name);
		return;
	}
	conn->debug = debug;
	ctl_result(d->ctl, c, NULL, RC_COMMENT, "\"%s\": debug %s", conn->name,
		   log_class_text(debug, text, sizeof(text)));
}

/* One request sets both anew: what it does not name is off. */
void
cmd_debug(struct daemon *d, ctl_client c, const json_t *request)
{
	const char *name = json_string_value(json_object_get(request, "name"));
	const char *faults = json_string_value(json_object_get(request, "impair"));
	char debug_text[300], impair_text_[300];
	uint32_t debug, impair;

	if (!add_up(json_string_value(json_object_get(request, "debug")), log_class_named, &debug)
	    || !add_up(faults, one_impair, &impair)) {
		ctl_result(d->ctl, c, NULL, RC_BADWHACKMESSAGE, "debug or impair: a word is not known");
		return;
	}
	if (name != NULL && faults != NULL) {
		ctl_result(d->ctl, c, NULL, RC_BADWHACKMESSAGE, "faults are not of one connection; leave "
			   "out --name, or --impair");
		return;
	}
	if (name != NULL) {
		of_connection(d, c, name, debug);
		return;
	}
	log_set_debug(debug);
	daemon_impair(d, impair);
	log_class_text(debug, debug_text, sizeof(debug_text));
	impair_text(impair, impair_text_, sizeof(impair_text_));
	log_info(NULL, "debug %s; impair %s", debug_text, impair_text_);
	ctl_result(d->ctl, c, NULL, RC_COMMENT, "debug %s; impair %s", debug_text, impair_text_);
}
