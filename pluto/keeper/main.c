/* keeper: holds the private keys and shared secrets of pluto, which starts it. It has no
 * capability, no network, and no more system calls than in keeper_calls.c. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/confine.h"
#include "lib/log.h"
#include "lib/number.h"
#include "pluto/crypto/warm.h"
#include "pluto/keeper/keeper_calls.h"
#include "pluto/keeper/serve.h"

/* As pluto gives them (keeper.c), in this order. */
enum { ARG_CHANNELS = 1, ARG_SECRETS, ARG_IPSECDIR, ARG_LOAD, ARGS };

/* Files of root can be read still: they are its own. */
static int
confine(void)
{
	int rc;

	confine_hide_memory();
	(void)confine_lock_memory();
	rc = confine_narrow_caps(0);
	if (rc == 0)
		rc = confine_no_new_privs();
	/* Kernels without the one or the other are no reason to be without keys. */
	if (rc == 0)
		(void)confine_writes(NULL);
	return rc;
}

static void
load_now(struct store *s)
{
	struct keeper_answer a;

	keeper_answer(s, &(struct keeper_request){ .kind = KEEPER_LOAD }, &a);
	keeper_answer_free(&a);
}

int
main(int argc, char **argv)
{
	struct store *s;
	unsigned long n;

	if (argc != ARGS || !number_parse(argv[ARG_CHANNELS], KEEPER_MAX_CHANNELS, &n)
	    || n == 0) {
		fprintf(stderr, "keeper is started by pluto, and by nobody else\n");
		return 1;
	}
	log_to_stderr(false);
	/* When pluto ends, so do we. */
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN);
	if (confine() != 0)
		return 2;
	s = store_new(argv[ARG_SECRETS], argv[ARG_IPSECDIR]);
	if (s == NULL)
		return 3;
	crypto_warm();
	(void)keeper_limit_syscalls();
	if (strcmp(argv[ARG_LOAD], "load") == 0)
		load_now(s);
	keeper_serve(s, (unsigned)n);
}
