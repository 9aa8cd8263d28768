/* How whack prints an answer. */
#include "whack/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct paint { const char *word, *color; };

/* Verdict words alone are coloured; colour never carries meaning by itself. */
static const struct paint paints[] = {
	{ "result: ENCRYPTED", "\033[32m" },
	{ "result: CLEAR", "\033[33m" },
	{ "result: PENDING", "\033[33m" },
	{ "result: BLOCKED", "\033[31m" },
	{ "result: ERROR", "\033[31m" },
};

static bool
use_color(enum whack_color c)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (no != NULL && *no != '\0')
		return false;
	if (c != COLOR_AUTO)
		return c == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && (term == NULL || strcmp(term, "dumb") != 0);
}

static const char *
color_of(const char *text)
{
	for (size_t i = 0; i < sizeof(paints) / sizeof(*paints); i++)
		if (strncmp(text, paints[i].word, strlen(paints[i].word)) == 0)
			return paints[i].color;
	return NULL;
}

void
show_answer(const struct whack_run *run, const json_t *answer)
{
	const char *text = json_string_value(json_object_get(answer, "text"));
	const char *color;

	if (run->json) {
		json_dumpf(answer, stdout, JSON_COMPACT);
		putchar('\n');
		return;
	}
	if (text == NULL || *text == '\0')
		return;
	color = use_color(run->color) ? color_of(text) : NULL;
	printf("%03d %s%s%s\n", (int)json_integer_value(json_object_get(answer, "code")),
	       color ? color : "", text, color ? "\033[0m" : "");
}
