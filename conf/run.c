/* Runs whack and pluto: no shell, arguments as they are. */
#include "conf/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/program.h"

enum { STATUS_CANNOT_RUN = 126 };

const char *
conf_ctlbase(const struct conf_run *r)
{
	return r->ctlbase != NULL ? r->ctlbase : "/run/pluto/pluto";
}

static int
cannot(const struct conf_run *r, const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", r->who, what, strerror(errno));
	return STATUS_CANNOT_RUN;
}

/* In the child, or in its place: never returns. */
static void
become(const struct conf_run *r, const char *path, char **argv, int out)
{
	int err = -1;

	if (r->stderr_to != NULL) {
		err = open(r->stderr_to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
		if (err < 0 || dup2(err, STDERR_FILENO) < 0)
			_exit(cannot(r, r->stderr_to));
	}
	if (out >= 0)
		dup2(out, STDOUT_FILENO);
	execv(path, argv);
	_exit(cannot(r, path));
}

static void
copy_out(int from)
{
	char buf[4096];
	ssize_t n;
	off_t at = 0;

	while ((n = pread(from, buf, sizeof(buf), at)) > 0) {
		fwrite(buf, 1, (size_t)n, stdout);
		at += n;
	}
}

static int
status_of(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return STATUS_CANNOT_RUN;
	return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_CANNOT_RUN;
}

static int
start(const struct conf_run *r, const char *path, char **argv)
{
	int out = r->quiet ? memfd_create("said", MFD_CLOEXEC) : -1, status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		become(r, path, argv, out);
	status = pid < 0 ? cannot(r, "fork") : status_of(pid);
	if (out >= 0 && status != 0)
		copy_out(out);
	if (out >= 0)
		close(out);
	return status;
}

int
conf_run(const struct conf_run *r, const char *name, const struct conf_words *w)
{
	struct conf_words all = { .n = 0 };
	char path[PATH_MAX], text[16384];
	int status = 0;

	conf_words_add(&all, name);
	if (r->ctlbase != NULL)
		conf_words_option(&all, "ctlbase", r->ctlbase);
	for (size_t i = 0; i < w->n; i++)
		conf_words_add(&all, w->v[i]);
	if (r->show || r->verbose)
		puts(conf_words_text(&all, text, sizeof(text)));
	if (all.full) {
		fprintf(stderr, "%s: too many words for %s\n", r->who, name);
		status = STATUS_CANNOT_RUN;
	} else if (!r->show && !program_find(name, path)) {
		fprintf(stderr, "%s: %s is not in %s; set IPSEC_EXECDIR\n", r->who, name, path);
		status = STATUS_CANNOT_RUN;
	} else if (r->become && !r->show) {
		become(r, path, all.v, -1);
	} else if (!r->show) {
		status = start(r, path, all.v);
	}
	conf_words_clear(&all);
	return status;
}
