/* whack: sends requests to pluto and prints what it answers. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "whack/ask.h"
#include "whack/options.h"
#include "whack/show.h"
#include "whack/talk.h"

/* The daemon asks for a name or a secret: the answer goes by a connection of its
 * own, as this one waits for what becomes of the request. No terminal, no answer. */
static void
give_answer(const struct whack_run *run, const json_t *question)
{
	char text[ASK_ROOM] = "";
	bool secret = json_integer_value(json_object_get(question, "code")) == RC_ENTERSECRET;
	json_t *o;
	int fd;

	if (!ask_terminal(json_string_value(json_object_get(question, "text")), secret, text))
		fputs("001 no terminal to ask on: use --xauthuser and --xauthpass\n", stderr);
	o = json_pack("{s:i,s:s,s:O,s:s}", "version", WHACK_PROTO_VERSION, "command", "answer",
		      "ticket", json_object_get(question, "ticket"), "text", text);
	fd = o != NULL ? talk_connect(run->ctlbase) : -1;
	if (fd >= 0) {
		(void)talk_send(fd, o);
		json_decref(talk_answer(fd));
		close(fd);
	}
	explicit_bzero(text, sizeof(text));
	json_decref(o);
}

static int
run_request(int fd, const struct whack_run *run, const json_t *request)
{
	bool sent = talk_send(fd, request);
	int code = RC_WHACK_PROBLEM;
	json_t *o;

	while (sent && (o = talk_answer(fd)) != NULL) {
		const char *event = json_string_value(json_object_get(o, "event"));
		bool last = talk_is_result(o);

		show_answer(run, o);
		if (event != NULL && strcmp(event, "prompt") == 0)
			give_answer(run, o);
		code = (int)json_integer_value(json_object_get(o, "code"));
		json_decref(o);
		if (last)
			return code;
	}
	fprintf(stderr, "001 pluto closed the connection without a result\n");
	return code == 0 ? RC_WHACK_PROBLEM : code;
}

int
main(int argc, char **argv)
{
	struct whack_run run;
	int fd, status = 0;
	json_t *r;
	size_t i;

	switch (whack_options_parse(argc, argv, &run)) {
	case WHACK_EXIT_OK:
		return 0;
	case WHACK_EXIT_BAD:
		return RC_WHACK_PROBLEM;
	case WHACK_RUN:
		break;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	fd = talk_connect(run.ctlbase);
	if (fd < 0)
		status = RC_WHACK_PROBLEM;
	json_array_foreach(run.requests, i, r) {
		if (fd < 0 || (status != 0 && !run.all))
			break;
		status = whack_exit_status(run_request(fd, &run, r));
	}
	json_decref(run.requests);
	if (fd < 0)
		return status;
	close(fd);
	return run.async ? 0 : status;
}
