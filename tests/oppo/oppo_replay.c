/* Plays .oppo scenarios to the decision engine and compares what it does with
 * what the scenario says it does; README lists the words of the language. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "tests/oppo/oppo_play.h"

static void
play_line(struct play *p, char *line)
{
	struct words w;

	line[strcspn(line, "\n")] = '\0';
	if (line[0] == '>') {
		play_expect(p, line + 1);
		return;
	}
	if (p->line == 1 && line[0] != '#')
		play_fail(p, "the first line must be a comment that says what is shown");
	play_split(line, &w);
	if (w.n == 0 || w.word[0][0] == '#')
		return;
	if (!play_command(p, &w))
		play_fail(p, "no such command: %s", w.word[0]);
}

static bool
play_file(const char *name)
{
	struct play p = {
		.file = name,
		.cfg = { .deadline_ms = 3000, .max_requests = 4096, .max_decided = 1000000 },
	};
	char line[MAX_LINE];
	FILE *f = fopen(name, "r");

	if (f == NULL) {
		perror(name);
		return false;
	}
	while (fgets(line, sizeof(line), f) != NULL) {
		p.line++;
		play_line(&p, line);
	}
	fclose(f);
	play_expect_no_more(&p);
	oe_free(p.oe);
	oe_recorder_clear(&p.rec);
	free(p.groups);
	return !p.failed;
}

int
main(int argc, char **argv)
{
	unsigned passed = 0, failed = 0;

	log_set_level(LOG_LEVEL_ERROR);
	for (int i = 1; i < argc; i++) {
		if (play_file(argv[i]))
			passed++;
		else
			failed++;
	}
	printf("replay: %u passed, %u failed\n", passed, failed);
	return failed > 0 || passed == 0;
}
