/* whack's command line: one row per option, turned into requests. */
#ifndef WHACK_OPTIONS_H
#define WHACK_OPTIONS_H

#include <jansson.h>

#include "whack/whack_proto.h"

enum whack_place {
	PLACE_GLOBAL,	/* about whack itself */
	PLACE_END,	/* the end being described: left before --to, right after it */
	PLACE_CONN,	/* the connection */
	PLACE_FAMILY,	/* which addresses are meant: KEY is outer or inner */
	PLACE_TRIAL,	/* --oppohere and its friends, --explain */
	PLACE_KEY,	/* --keyid and its friends */
	PLACE_DEBUG,	/* a word of what is logged, or of a fault: they add up */
	PLACE_LOGIN,	/* who we are, for --initiate */
	PLACE_ACTION,	/* something to do: KEY is the command */
	PLACE_REFUSED,	/* of the classic page, not in this version: STORY says what to do */
};

enum whack_arg { WA_NONE, WA_TEXT, WA_NUMBER };

struct whack_option {
	const char *name;
	enum whack_arg arg;
	enum whack_place place;
	const char *key;	/* JSON field or command */
	const char *value;	/* WA_NONE: the field's text value; NULL: true */
	const char *story;
};
extern const struct whack_option whack_options[];
extern const unsigned n_whack_options;

enum whack_color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct whack_run {
	const char *ctlbase, *label;
	bool json, async;
	bool all;		/* a request that fails does not end it (--whackreplay) */
	enum whack_color color;
	json_t *requests;	/* array, in the order to be run; owned; of WHACK_RUN alone */
};

enum whack_parse_result { WHACK_RUN, WHACK_EXIT_OK, WHACK_EXIT_BAD };
/* Prints one sentence ("whack error: ...") when the line makes no sense. */
enum whack_parse_result whack_options_parse(int argc, char **argv, struct whack_run *out);

#endif
