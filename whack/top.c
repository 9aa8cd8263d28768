/* ipsec top: the pairs that matter most, again and again on a terminal, once elsewhere. */
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "lib/number.h"
#include "whack/talk.h"
#include "whack/top_table.h"
#include "whack/whack_proto.h"

enum { USUAL_ROWS = 40, MOST_ROWS = 500, MOST_SECONDS = 3600, HEAD_LINES = 3, LINE = 300,
	STATUS_USAGE = 1 };

struct top {
	const char *ctlbase;
	unsigned long rows, interval_s;
	bool json, once;
};

static volatile sig_atomic_t over;

static void
stop(int signo)
{
	(void)signo;
	over = 1;
}

static uint64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* False when the daemon is not there, or says no more. */
static bool
ask(int fd, const struct top *t, struct top_sample *out)
{
	json_t *o = json_pack("{s:i,s:s,s:i}", "version", WHACK_PROTO_VERSION, "command", "top",
			      "rows", (int)t->rows);
	bool sent = o != NULL && talk_send(fd, o);

	json_decref(o);
	*out = (struct top_sample){ .pairs = json_array(), .at_ms = now_ms() };
	while (sent && (o = talk_answer(fd)) != NULL) {
		if (talk_is_result(o)) {
			out->sum = o;
			return true;
		}
		json_array_append_new(out->pairs, o);
	}
	top_sample_clear(out);
	return false;
}

static void
print_json(const struct top_sample *s)
{
	json_t *o;
	size_t i;

	json_array_foreach(s->pairs, i, o) {
		json_dumpf(o, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_dumpf(s->sum, stdout, JSON_COMPACT);
	putchar('\n');
}

/* On a terminal each line ends where the screen does, and what was there goes. */
static void
print_table(const struct top_sample *s, const struct top_sample *before, bool screen)
{
	struct winsize w = { .ws_row = 24, .ws_col = 80 };
	size_t n = json_array_size(s->pairs);
	const char *end = screen ? "\033[K\n" : "\n";
	int width = LINE;
	char line[LINE];

	if (screen) {
		(void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &w);
		width = w.ws_col > 0 ? w.ws_col - 1 : 79;
		if (w.ws_row > HEAD_LINES && n > (size_t)w.ws_row - HEAD_LINES)
			n = (size_t)w.ws_row - HEAD_LINES;
		fputs("\033[H", stdout);
	}
	top_summary(s, line, sizeof(line));
	printf("%.*s%s%.*s%s", width, line, end, width, top_heads, end);
	for (size_t i = 0; i < n; i++) {
		top_row(s, before, i, line, sizeof(line));
		printf("%.*s%s", width, line, end);
	}
	fputs(screen ? "\033[J" : "", stdout);
	fflush(stdout);
}

/* Until the time is over, a q, or a signal. */
static bool
wait_for_next(const struct top *t)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	uint64_t until = now_ms() + t->interval_s * 1000, now;
	char c;

	while (!over && (now = now_ms()) < until) {
		if (poll(&p, 1, (int)(until - now)) <= 0)
			continue;
		if (read(STDIN_FILENO, &c, 1) <= 0)
			p.fd = -1;	/* nobody types: only time passes */
		else if (c == 'q')
			return false;
	}
	return !over;
}

static int
watch(int fd, const struct top *t)
{
	struct top_sample before = { .pairs = NULL }, s;
	bool more = true, alive;

	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	fputs("\033[2J", stdout);
	while ((alive = ask(fd, t, &s)) && more) {
		print_table(&s, &before, true);
		top_sample_clear(&before);
		before = s;
		more = wait_for_next(t);
	}
	if (alive)
		top_sample_clear(&s);
	top_sample_clear(&before);
	putchar('\n');
	return alive ? 0 : RC_WHACK_PROBLEM;
}

/* Keys come one by one, and are not shown; as it was at the end. */
static int
watch_screen(int fd, const struct top *t)
{
	struct termios was, now;
	bool typed = tcgetattr(STDIN_FILENO, &was) == 0;
	int status;

	if (typed) {
		now = was;
		now.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &now);
	}
	status = watch(fd, t);
	if (typed)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &was);
	return status;
}

static int
once(int fd, const struct top *t)
{
	struct top_sample none = { .pairs = NULL }, s;

	if (!ask(fd, t, &s))
		return RC_WHACK_PROBLEM;
	if (t->json)
		print_json(&s);
	else
		print_table(&s, &none, false);
	top_sample_clear(&s);
	return 0;
}

static const struct option options[] = {
	{ "ctlbase", required_argument, NULL, 'c' },
	{ "rows", required_argument, NULL, 'r' },
	{ "interval", required_argument, NULL, 'i' },
	{ "once", no_argument, NULL, '1' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
	"usage: ipsec top [options]\n"
	"\n"
	"  --rows N            at most so many pairs (default 40)\n"
	"  --interval SECONDS  between two looks (default 2)\n"
	"  --once              once, on a terminal too\n"
	"  --json              once, as objects (whack-json(5))\n"
	"  --ctlbase PATH      of the daemon (default /run/pluto/pluto)\n"
	"\n"
	"On a terminal, q ends it. TIME is the age of an encrypted pair, and else how long the\n"
	"decision holds.\n";

/* False: nothing is to be done, and *STATUS says why. */
static bool
parse(int argc, char **argv, struct top *t, int *status)
{
	int c;

	*status = STATUS_USAGE;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		bool ok = true;

		if (c == 'c')
			t->ctlbase = optarg;
		else if (c == 'r')
			ok = number_parse(optarg, MOST_ROWS, &t->rows) && t->rows > 0;
		else if (c == 'i')
			ok = number_parse(optarg, MOST_SECONDS, &t->interval_s) && t->interval_s > 0;
		else if (c == '1')
			t->once = true;
		else if (c == 'j')
			t->json = true;
		else
			ok = false;
		if (!ok) {
			*status = c == 'h' ? 0 : STATUS_USAGE;
			fputs(usage, c == 'h' ? stdout : stderr);
			return false;
		}
	}
	if (optind == argc)
		return true;
	fputs(usage, stderr);
	return false;
}

int
main(int argc, char **argv)
{
	struct top t = { .ctlbase = "/run/pluto/pluto", .rows = USUAL_ROWS, .interval_s = 2 };
	int status, fd;

	if (!parse(argc, argv, &t, &status))
		return status;
	fd = talk_connect(t.ctlbase);
	if (fd < 0)
		return RC_WHACK_PROBLEM;
	status = t.once || t.json || !isatty(STDOUT_FILENO) ? once(fd, &t) : watch_screen(fd, &t);
	close(fd);
	return status;
}
