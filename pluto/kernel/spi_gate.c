/* ESP that finds no SA: keeps what came too early, tells of the rest. */
#include "pluto/kernel/spi_gate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/nfqueue.h"
#include "lib/nft.h"
#include "pluto/kernel/esp_packet.h"

enum {
	KEPT_MAX = 256, KEPT_MS = 2000,	/* as long as a first packet is held */
	QUEUE_MAX = 1024,
	HINTS_PER_SECOND = 10,
};

#define TABLE "pluto_spi"

/* Behind the host's own firewall: what that refuses is no hint. */
static const char rules[] =
	"add table inet " TABLE "\ndelete table inet " TABLE "\n"
	"table inet " TABLE " {\n"
	"	set known {\n\t\ttypeof esp spi\n\t}\n"
	"	chain input {\n"
	"		type filter hook input priority 50; policy accept;\n"
	"		meta l4proto esp goto bare\n"
	"		udp dport 4500 @th,64,32 != 0 goto encapsulated\n"
	"		meta l4proto ah goto authenticated\n"
	"	}\n"
	"	chain bare {\n\t\tesp spi @known accept\n\t\tgoto other\n\t}\n"
	"	chain encapsulated {\n\t\t@th,64,32 @known accept\n\t\tgoto other\n\t}\n"
	"	chain authenticated {\n\t\tah spi @known accept\n\t\tgoto other\n\t}\n"
	"	chain other {\n"
	"		limit rate 1000/second burst 200 packets queue flags bypass to %u\n"
	"	}\n"
	"}\n";
static const char no_rules[] = "add table inet " TABLE "\ndelete table inet " TABLE "\n";

struct kept {			/* one packet that waits for its SA */
	uint32_t id, mark, spi;
	uint64_t until_ms;
};

struct spi_gate {
	struct loop *l;
	struct kernel_events ev;
	spi_state_fn *state;
	void *plane;
	struct nfqueue *queue;		/* owned */
	struct nft_sock *sets;		/* owned */
	loop_id reading, expiry;
	struct kept kept[KEPT_MAX];	/* in the order in which they came */
	unsigned n_kept;
	unsigned hints;			/* in the second that began at */
	uint64_t hints_ms;
	struct spi_gate_stats stats;
};

static void
tell(struct spi_gate *g, const struct esp_packet *p)
{
	uint64_t now = monotonic_ms();

	g->stats.unknown++;
	if (now - g->hints_ms >= 1000) {
		g->hints_ms = now;
		g->hints = 0;
	}
	if (g->hints++ < HINTS_PER_SECOND && g->ev.unknown_spi != NULL)
		g->ev.unknown_spi(g->ev.ctx, p->spi, &p->remote);
}

static void
let_go(struct spi_gate *g, const struct kept *k)
{
	(void)nfqueue_accept(g->queue, k->id, k->mark);
}

/* Lets go those whose SPI it is, or all that are due; the order stays. */
static void
release(struct spi_gate *g, uint32_t spi, uint64_t due_ms)
{
	unsigned left = 0;

	for (unsigned i = 0; i < g->n_kept; i++) {
		const struct kept k = g->kept[i];

		if (k.spi != spi && k.until_ms > due_ms) {
			g->kept[left++] = k;
			continue;
		}
		g->stats.lost += k.spi != spi;
		let_go(g, &k);
	}
	g->n_kept = left;
}

static void
on_expiry(void *ctx)
{
	struct spi_gate *g = ctx;
	uint64_t now = monotonic_ms();

	g->expiry.n = 0;
	release(g, 0, now);
	if (g->n_kept > 0)
		g->expiry = loop_after(g->l, g->kept[0].until_ms - now, on_expiry, g);
}

static bool
keep(struct spi_gate *g, const struct nfqueue_packet *q, uint32_t spi)
{
	if (g->n_kept == KEPT_MAX) {
		g->stats.lost++;
		return false;
	}
	g->kept[g->n_kept++] = (struct kept){ .id = q->id, .mark = q->mark, .spi = spi,
		.until_ms = monotonic_ms() + KEPT_MS };
	g->stats.kept++;
	if (g->expiry.n == 0)
		g->expiry = loop_after(g->l, KEPT_MS, on_expiry, g);
	return true;
}

/* What was queued while its SA came is read after that. What leaves was sent here
 * by the rules of an earlier trap, which had our queue's number. */
static void
on_packet(void *ctx, const struct nfqueue_packet *q)
{
	struct spi_gate *g = ctx;
	enum spi_state state = SPI_INSTALLED;
	struct esp_packet p;

	if (!q->arriving) {
		(void)nfqueue_drop(g->queue, q->id);
		return;
	}
	if (esp_packet_read(q->bytes, &p))
		state = g->state(g->plane, p.spi);
	if (state == SPI_GIVEN && keep(g, q, p.spi))
		return;
	(void)nfqueue_accept(g->queue, q->id, q->mark);
	if (state == SPI_UNKNOWN)
		tell(g, &p);
}

static void
readable(void *ctx, int fd, int what)
{
	struct spi_gate *g = ctx;

	(void)fd;
	(void)what;
	nfqueue_read(g->queue, on_packet, g);
}

static void
change(struct spi_gate *g, uint32_t spi, bool there)
{
	static struct log_limit limit;
	const uint32_t key = htonl(spi);
	const struct nft_elem e = { .table = TABLE, .set = "known",
		.key = span_of(&key, sizeof(key)) };
	struct nft_batch b;
	int rc;

	nft_batch_begin(g->sets, &b);
	if (there)
		nft_batch_add(g->sets, &b, &e);
	else
		nft_batch_delete(g->sets, &b, &e);
	rc = nft_batch_send(g->sets, &b);
	if (rc != 0 && rc != -ENOENT)
		log_limited(&limit, LOG_LEVEL_WARN, NULL,
			    "xfrm: SPI %08x in nft set known of table inet " TABLE ": %s",
			    spi, strerror(-rc));
}

void
spi_gate_add(struct spi_gate *g, uint32_t spi)
{
	if (g == NULL)
		return;
	change(g, spi, true);
	release(g, spi, 0);
}

void
spi_gate_remove(struct spi_gate *g, uint32_t spi)
{
	if (g != NULL)
		change(g, spi, false);
}

static bool
load_rules(struct spi_gate *g, char *err, size_t errlen)
{
	char text[sizeof(rules) + 16];

	snprintf(text, sizeof(text), rules, (unsigned)nfqueue_num(g->queue));
	return nft_load(text, err, errlen) == 0;
}

struct spi_gate *
spi_gate_open(struct loop *l, const struct kernel_events *ev, spi_state_fn *state,
	      void *plane, char *err, size_t errlen)
{
	struct spi_gate *g = calloc(1, sizeof(*g));

	if (g == NULL) {
		snprintf(err, errlen, "no memory");
		return NULL;
	}
	*g = (struct spi_gate){ .l = l, .ev = *ev, .state = state, .plane = plane };
	g->sets = nft_sock_open();
	if (g->sets == NULL)
		snprintf(err, errlen, "no netfilter socket: %s", strerror(errno));
	else
		g->queue = nfqueue_open(0, QUEUE_MAX, ESP_PACKET_ENOUGH, err, errlen);
	if (g->queue == NULL || !load_rules(g, err, errlen)) {
		spi_gate_close(g);
		return NULL;
	}
	g->reading = loop_fd(l, nfqueue_fd(g->queue), LOOP_READ, readable, g);
	return g;
}

void
spi_gate_close(struct spi_gate *g)
{
	char err[300];

	if (g == NULL)
		return;
	loop_cancel(g->l, &g->reading);
	loop_cancel(g->l, &g->expiry);
	(void)nft_load(no_rules, err, sizeof(err));
	nfqueue_close(g->queue);
	nft_sock_close(g->sets);
	free(g);
}

struct spi_gate_stats
spi_gate_stats(const struct spi_gate *g)
{
	return g != NULL ? g->stats : (struct spi_gate_stats){ 0 };
}
