/* ipsec start, stop, restart, reload: the daemon as ipsec.conf describes it. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "conf/load.h"
#include "conf/loaded.h"

enum { STATUS_BAD = 1, STATUS_USAGE = 64, STOP_TURNS = 200, START_TURNS = 600, TURN_MS = 50 };
static const struct timespec turn = { .tv_nsec = TURN_MS * 1000000L };

struct setup {
	struct conf_run run;
	const char *config;
	struct conf *conf;
	struct loaded loaded;
	bool foreground;	/* this process becomes the daemon */
	unsigned added, same, gone, failed;
};

static int
ask(const struct setup *s, const char *option, const char *value)
{
	struct conf_words w = { .n = 0 };
	int status;

	conf_words_option(&w, option, value);
	status = conf_run(&s->run, "whack", &w);
	conf_words_clear(&w);
	return status;
}

/* It may still be there from before, with other words. */
static void
replace(struct setup *s, const struct conf_loadable *l, const char *name, uint64_t hash)
{
	struct loaded_conn *was = loaded_find(&s->loaded, name);

	if (was != NULL)
		conf_act(&s->run, name, "delete", NULL);
	if (loadable_add(&s->run, l, name, true) != 0) {
		s->failed++;
		fprintf(stderr, "%s: conn %s is not loaded as it should be\n", s->run.who, name);
		hash = 0;	/* the next reload tries again */
	}
	if (was == NULL)
		loaded_add(&s->loaded, name, hash);
	else
		*was = (struct loaded_conn){ .hash = hash, .kept = true };
	if (was != NULL)
		snprintf(was->name, sizeof(was->name), "%s", name);
	s->added++;
}

static void
load_one(struct setup *s, const struct conf_section *section)
{
	struct conf_loadable l;
	struct loaded_conn *was;
	char err[500];

	if (!loadable_make(s->conf, section, false, &l, err, sizeof(err))) {
		s->failed++;
		fprintf(stderr, "%s: %s\n", s->run.who, err);
	} else if (strcmp(l.start, "ignore") != 0) {
		was = loaded_find(&s->loaded, section->name);
		if (was != NULL && was->hash == loadable_hash(&l)) {
			was->kept = true;
			s->same++;
		} else {
			replace(s, &l, section->name, loadable_hash(&l));
		}
	}
	loadable_clear(&l);
}

static void
forget_others(struct setup *s)
{
	for (size_t i = 0; i < s->loaded.n; i++) {
		if (s->loaded.c[i].kept)
			continue;
		conf_act(&s->run, s->loaded.c[i].name, "delete", NULL);
		s->gone++;
	}
}

/* Every conn with an auto= that is not ignore; what was loaded and is no more in
 * the file goes first. */
static int
load_all(struct setup *s)
{
	int rc;

	for (size_t i = 0; i < s->conf->n; i++)
		if (conf_find(s->conf, s->conf->sections[i].name) == &s->conf->sections[i])
			load_one(s, &s->conf->sections[i]);
	forget_others(s);
	rc = loaded_write(&s->loaded, conf_ctlbase(&s->run));
	if (rc != 0)
		fprintf(stderr, "%s: %s.conns: %s\n", s->run.who, conf_ctlbase(&s->run), strerror(-rc));
	printf("%s: %u connections loaded, %u as they were, %u gone, %u bad\n", s->run.who, s->added,
	       s->same, s->gone, s->failed);
	return s->failed == 0 && rc == 0 ? 0 : STATUS_BAD;
}

static bool
read_conf(struct setup *s)
{
	char err[500];

	s->conf = conf_read(s->config, err, sizeof(err));
	if (s->conf == NULL)
		fprintf(stderr, "%s: %s\n", s->run.who, err);
	return s->conf != NULL;
}

/* The daemon goes into the background once it can be talked to. */
static int
start_pluto(struct setup *s)
{
	struct conf_run r = s->run;
	struct conf_words w;
	int status;

	conf_setup_words(s->conf, &w);
	r.stderr_to = conf_setup_text(s->conf, "plutostderrlog");
	if (r.stderr_to != NULL)
		conf_words_option(&w, "stderrlog", NULL);
	r.quiet = false;
	r.become = s->foreground;
	if (s->foreground)
		conf_words_option(&w, "nofork", NULL);
	status = conf_run(&r, "pluto", &w);
	if (status != 0 && r.stderr_to != NULL)
		fprintf(stderr, "%s: pluto did not start; %s says why\n", s->run.who, r.stderr_to);
	conf_words_clear(&w);
	return status;
}

/* What a daemon that can be talked to has to be told. */
static int
tell_all(struct setup *s)
{
	const char *myid;
	int status = 0;

	loaded_forget(conf_ctlbase(&s->run));
	myid = conf_setup_text(s->conf, "myid");
	if (myid != NULL)
		status = ask(s, "myid", myid);
	if (status == 0)
		status = ask(s, "listen", NULL);
	/* It runs: a conn that is not as it should be has been told, and is no reason
	 * to be without the others. */
	if (status == 0)
		load_all(s);
	/* What the run before kept closed for conns that are no more may go now. */
	if (status == 0)
		status = ask(s, "listen", NULL);
	return status;
}

static bool
answers(const struct setup *s)
{
	char socket[4096];

	snprintf(socket, sizeof(socket), "%s.ctl", conf_ctlbase(&s->run));
	return access(socket, F_OK) == 0 && ask(s, "oestatus", NULL) == 0;
}

/* Beside the daemon, and not its child, as nobody there would wait for it. What is
 * not told ends the daemon: whoever supervises it shall know. */
static void
tell_beside(struct setup *s, pid_t daemon)
{
	bool up = false;

	for (int i = 0; i < START_TURNS && !up && kill(daemon, 0) == 0; i++) {
		nanosleep(&turn, NULL);
		up = answers(s);
	}
	if (up && tell_all(s) != 0)
		ask(s, "shutdown", NULL);
}

static void
fork_teller(struct setup *s)
{
	pid_t daemon = getpid(), pid = fork();

	if (pid > 0)
		waitpid(pid, NULL, 0);
	if (pid != 0)
		return;
	if (fork() == 0)
		tell_beside(s, daemon);
	fflush(stdout);
	_exit(0);
}

static int
start(struct setup *s)
{
	int status;

	if (!read_conf(s))
		return STATUS_BAD;
	if (s->foreground)
		fork_teller(s);
	status = start_pluto(s);
	return status != 0 ? status : tell_all(s);
}

static int
reload(struct setup *s)
{
	int status;

	if (!read_conf(s))
		return STATUS_BAD;
	s->loaded = loaded_read(conf_ctlbase(&s->run));
	status = ask(s, "listen", NULL);
	return status != 0 ? status : load_all(s);
}

/* Until its lock is gone, ten seconds at most. */
static int
stop(struct setup *s)
{
	char lock[4096];
	int status = ask(s, "shutdown", NULL);

	if (status != 0)
		return status;
	loaded_forget(conf_ctlbase(&s->run));
	snprintf(lock, sizeof(lock), "%s.pid", conf_ctlbase(&s->run));
	for (int i = 0; i < STOP_TURNS && access(lock, F_OK) == 0; i++)
		nanosleep(&turn, NULL);
	if (access(lock, F_OK) != 0)
		return 0;
	fprintf(stderr, "%s: pluto has not ended after 10 s; %s is there\n", s->run.who, lock);
	return STATUS_BAD;
}

/* A file with an error must not end what runs. */
static int
restart(struct setup *s)
{
	char lock[4096];

	if (!read_conf(s))
		return STATUS_BAD;
	conf_free(s->conf);
	s->conf = NULL;
	snprintf(lock, sizeof(lock), "%s.pid", conf_ctlbase(&s->run));
	if (access(lock, F_OK) == 0)
		stop(s);
	return start(s);
}

static const struct { const char *name, *who; int (*run)(struct setup *s); } commands[] = {
	{ "start", "ipsec start", start }, { "stop", "ipsec stop", stop },
	{ "restart", "ipsec restart", restart }, { "reload", "ipsec reload", reload },
};

static const struct option options[] = {
	{ "config", required_argument, NULL, 'C' },
	{ "ctlbase", required_argument, NULL, 'c' },
	{ "foreground", no_argument, NULL, 'f' },
	{ NULL, 0, NULL, 0 },
};

static int
run(struct setup *s, const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		int status;

		if (strcmp(commands[i].name, name) != 0)
			continue;
		s->run.who = commands[i].who;
		status = commands[i].run(s);
		conf_free(s->conf);
		loaded_free(&s->loaded);
		return status;
	}
	fputs("usage: ipsec start | stop | restart | reload [--config FILE] [--ctlbase PATH]\n"
	      "       ipsec start --foreground\n", stderr);
	return STATUS_USAGE;
}

/* Which one it is, ipsec says by the name of the program. */
int
main(int argc, char **argv)
{
	struct setup s = { .run.quiet = true, .config = "/etc/ipsec.conf" };
	const char *name = strrchr(argv[0], '/') != NULL ? strrchr(argv[0], '/') + 1 : argv[0];
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'C')
			s.config = optarg;
		else if (c == 'c')
			s.run.ctlbase = optarg;
		else if (c == 'f')
			s.foreground = true;
		else
			return STATUS_USAGE;
	}
	return run(&s, optind < argc ? "" : name);
}
