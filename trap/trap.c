/* The door: opening, closing, and what the table is told. */
#include "trap/trap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "trap/catch.h"
#include "trap/nft_pairs.h"
#include "trap/packet.h"
#include "trap/probe.h"

enum { MAX_HELD = 65535, QUEUE_SLACK = 1024, WATCH_MS = 2000 };

static struct rules_input
rules_of(const struct trap *t)
{
	return (struct rules_input){
		.cfg = &t->cfg, .can = t->can,
		.queue_num = nfqueue_num(t->queue),
		.prefixes = t->prefixes, .n_prefixes = t->n_prefixes,
		.local = t->local, .n_local = t->n_local,
		.selectors = t->selectors, .n_selectors = t->n_selectors,
	};
}

/* Loads and frees TEXT. */
static int
load(char *text, char *err, size_t errlen)
{
	int rc;

	if (text == NULL) {
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	rc = text[0] == '\0' ? 0 : nft_load(text, err, errlen);
	free(text);
	return rc;
}

/* Replaces our table by TEXT, which is freed. The kernel does that in one
 * transaction, but a packet between two chains meets the old one before it and
 * the new one after it, and both are empty then: a second table, which goes when
 * all is done, drops what is closed meanwhile. It is the last one's, if that was
 * killed here. */
static int
replace_table(struct trap *t, char *text, char *err, size_t errlen)
{
	struct rules_input in = rules_of(t);
	char why[300];
	int rc;

	in.table = RULES_BRIDGE;
	if (nft_table(t->pairs, RULES_TABLE) == 0 &&
	    load(rules_closed(&in), why, sizeof(why)) != 0)
		log_warn(NULL, "trap: while the rules are replaced a packet may "
			 "get past them: %s", why);
	rc = load(text, err, errlen);
	(void)load(rules_none(RULES_BRIDGE), why, sizeof(why));
	return rc;
}

static int
load_table(struct trap *t, char *err, size_t errlen)
{
	struct rules_input in = rules_of(t);
	int rc = replace_table(t, rules_table(&in), err, errlen);

	if (rc == 0)
		t->loaded = true;
	return rc;
}

/* The first half of putting back: a flushed ruleset has lost the queue rules
 * too when they were nft-backed. */
static int
restore_queue(struct trap *t, char *err, size_t errlen)
{
	if (t->xtables == NULL)
		return 0;
	return xtables_install(t->xtables, t->cfg.starter, nfqueue_num(t->queue), err, errlen);
}

/* A firewall's reload that flushes everything takes our table with it, and then
 * closed groups would be open: it is put back. */
static void
restore_table(struct trap *t)
{
	char queue_err[600] = "", err[300];

	if (!t->loaded || nft_table(t->pairs, RULES_TABLE) != -ENOENT)
		return;
	if (restore_queue(t, queue_err, sizeof(queue_err)) != 0)
		log_error(NULL, "trap: queue rules cannot be put back: %s",
			  queue_err);
	if (load_table(t, err, sizeof(err)) == 0)
		log_warn(NULL, "trap: somebody removed nft table inet "
			 RULES_TABLE "; put back, without its shunts");
	else
		log_error(NULL, "trap: somebody removed nft table inet "
			  RULES_TABLE ", and it cannot be put back: %s", err);
}

static void
on_watch(void *ctx)
{
	struct trap *t = ctx;

	restore_table(t);
	t->watch = loop_after(t->loop, WATCH_MS, on_watch, t);
}

static bool
check_config(struct trap_config *c, char *err, size_t errlen)
{
	if (c->max_held == 0)
		c->max_held = 4096;
	if (c->max_per_pair == 0)
		c->max_per_pair = 32;
	if (c->hold_ms == 0)
		c->hold_ms = 3000;
	c->tun_name[sizeof(c->tun_name) - 1] = '\0';
	if (c->max_held > MAX_HELD || c->n_resolvers > 8 ||
	    !rules_device_ok(c->tun_name)) {
		snprintf(err, errlen, "trap: at most %d held packets, eight "
			 "resolvers, and a plain device name", MAX_HELD);
		return false;
	}
	return true;
}

/* Either nft queues by itself, or xtables does it by our marks. */
static bool
choose_queue(struct trap *t, char *err, size_t errlen)
{
	uint16_t num = nfqueue_num(t->queue);

	if (!t->can.queue) {
		t->xtables = probe_xtables(t->cfg.starter, num, err, errlen);
		if (t->xtables == NULL)
			return false;
	}
	snprintf(t->how, sizeof(t->how), "NFQUEUE %u through %s, nft sets%s",
		 (unsigned)num,
		 t->xtables == NULL ? "nft" : xtables_name(t->xtables),
		 t->can.pair_ranges ? "" : " without ranges");
	return true;
}

static bool
open_parts(struct trap *t, char *err, size_t errlen)
{
	t->held = held_new(t->cfg.max_held, t->cfg.max_per_pair);
	if (t->held == NULL) {
		snprintf(err, errlen, "no memory for held packets");
		return false;
	}
	t->pairs = nft_sock_open();
	if (t->pairs == NULL) {
		snprintf(err, errlen, "cannot open a netfilter socket: %s",
			 strerror(errno));
		return false;
	}
	if (!probe_nft(&t->can, err, errlen))
		return false;
	t->queue = nfqueue_open(t->cfg.queue_num, t->cfg.max_held + QUEUE_SLACK,
				PACKET_ENOUGH, err, errlen);
	if (t->queue == NULL || !choose_queue(t, err, errlen))
		return false;
	/* An earlier run's table keeps its closed prefixes closed until ours
	 * takes its place with the first trap_set_groups. */
	return nft_table(t->pairs, RULES_TABLE) == 0 ||
	       load_table(t, err, errlen) == 0;
}

static void
free_parts(struct trap *t)
{
	loop_cancel(t->loop, &t->readable);
	loop_cancel(t->loop, &t->deadline);
	loop_cancel(t->loop, &t->watch);
	nfqueue_close(t->queue);
	nft_sock_close(t->pairs);
	held_free(t->held);
	free(t->prefixes);
	free(t->local);
	free(t->selectors);
	free(t);
}

struct trap *
trap_open(struct loop *l, const struct trap_config *cfg, trap_packet_fn *fn,
	  void *ctx, char *err, size_t errlen)
{
	struct trap *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		snprintf(err, errlen, "out of memory");
		return NULL;
	}
	t->loop = l;
	t->cfg = *cfg;
	t->fn = fn;
	t->ctx = ctx;
	if (check_config(&t->cfg, err, errlen) && open_parts(t, err, errlen)) {
		t->readable = loop_fd(l, nfqueue_fd(t->queue), LOOP_READ,
				      catch_readable, t);
		t->watch = loop_after(l, WATCH_MS, on_watch, t);
		log_info(NULL, "trap: %s", t->how);
		if (t->cfg.tun_name[0] == '\0' && !t->can.meta_ipsec)
			log_warn(NULL, "trap: without a TUN device and without "
				 "nft meta ipsec, clear packets from keyed "
				 "peers are not dropped here");
		return t;
	}
	if (t->xtables != NULL)
		xtables_remove(t->xtables, t->cfg.starter);
	free_parts(t);
	return NULL;
}

void
trap_close(struct trap *t, bool keep_closed)
{
	struct rules_input in;
	char err[300];
	int rc;

	if (t == NULL)
		return;
	in = rules_of(t);
	catch_drop_all(t);
	if (keep_closed)
		rc = replace_table(t, rules_closed(&in), err, sizeof(err));
	else
		rc = load(rules_none(RULES_TABLE), err, sizeof(err));
	if (rc != 0)
		log_warn(NULL, "trap: rules stay as they are: %s", err);
	else if (t->xtables != NULL)
		xtables_remove(t->xtables, t->cfg.starter);
	free_parts(t);
}

int
trap_set_groups(struct trap *t, const struct trap_prefix *p, size_t n,
		char *err, size_t errlen)
{
	struct trap_prefix *copy = NULL, *old = t->prefixes;
	size_t n_old = t->n_prefixes;
	struct rules_input in;
	int rc;

	if (n > 0) {
		copy = calloc(n, sizeof(*copy));
		if (copy == NULL) {
			snprintf(err, errlen, "out of memory");
			return -ENOMEM;
		}
		memcpy(copy, p, n * sizeof(*copy));
	}
	t->prefixes = copy;
	t->n_prefixes = n;
	in = rules_of(t);
	rc = t->loaded ? load(rules_groups(&in), err, errlen) :
	     load_table(t, err, errlen);
	if (rc != 0) {
		t->prefixes = old;
		t->n_prefixes = n_old;
		old = copy;
	}
	free(old);
	return rc;
}

int
trap_set_selectors(struct trap *t, const struct trap_selector *s, size_t n,
		   char *err, size_t errlen)
{
	struct trap_selector *old = t->selectors;
	struct trap_selector *copy = calloc(n > 0 ? n : 1, sizeof(*copy));
	size_t n_old = t->n_selectors;
	struct rules_input in, was;
	int rc;

	if (copy == NULL) {
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	if (n > 0)
		memcpy(copy, s, n * sizeof(*copy));
	t->selectors = copy;
	t->n_selectors = n;
	in = rules_of(t);
	was = in;
	was.selectors = old;
	was.n_selectors = n_old;
	rc = t->loaded ? load(rules_conns_change(&was, &in), err, errlen) : 0;
	if (rc != 0 && rc != -ENOMEM)
		rc = load(rules_conns(&in), err, errlen);
	if (rc != 0) {
		t->selectors = old;
		t->n_selectors = n_old;
		old = copy;
	}
	free(old);
	return rc;
}

int
trap_set_local(struct trap *t, const struct ip_addr *a, size_t n)
{
	struct ip_addr *copy = calloc(n > 0 ? n : 1, sizeof(*copy));
	struct rules_input in;
	char err[300];
	int rc;

	if (copy == NULL)
		return -ENOMEM;
	if (n > 0)
		memcpy(copy, a, n * sizeof(*copy));
	free(t->local);
	t->local = copy;
	t->n_local = n;
	if (!t->loaded)
		return 0;
	in = rules_of(t);
	rc = load(rules_local(&in), err, sizeof(err));
	if (rc != 0)
		log_warn(NULL, "trap: our own addresses: %s", err);
	return rc;
}

int
trap_set_shunt(struct trap *t, const struct shunt *s)
{
	int rc = nft_pairs_set(t->pairs, s);

	if (rc == -ENOENT) {
		restore_table(t);
		rc = nft_pairs_set(t->pairs, s);
	}
	return rc;
}

int64_t
trap_shunt_used(struct trap *t, const struct ip_addr *local,
		const struct ip_addr *remote)
{
	static const enum shunt_kind kinds[] = { SHUNT_KEYED, SHUNT_PASS,
		SHUNT_DROP, SHUNT_REJECT };
	int64_t bytes = -1;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds) && bytes < 0; i++)
		bytes = nft_pairs_bytes(t->pairs, kinds[i], local, remote);
	return bytes;
}

const char *
trap_how(const struct trap *t)
{
	return t->how;
}
