/* --metrics: the daemon's numbers in the text format of Prometheus. */
#ifndef PLUTO_METRICS_H
#define PLUTO_METRICS_H

#include <stdio.h>

#include "lib/loop.h"
#include "lib/span.h"
#include "pluto/control/outbox.h"

struct daemon;

/* Everything, as text; owned by the caller; empty without memory. */
struct chunk metrics_text(struct daemon *d);

/* metrics_values.c: each writes the samples of one name. */
typedef void metric_fn(struct daemon *d, FILE *f, const char *name);
metric_fn metric_retries, metric_dns_tap, metric_build, metric_one, metric_acquires, metric_attempts, metric_dns_queries,
	metric_dns_answers, metric_dns_time, metric_dns_in_flight, metric_dns_queue,
	metric_dns_rejected, metric_adns_restarts, metric_keeper_restarts, metric_keeper_questions, metric_anchors, metric_anchor_success,
	metric_clock, metric_setup, metric_first_packet, metric_held, metric_held_total,
	metric_dropped, metric_sas, metric_shunts, metric_bytes, metric_groups, metric_own_keys,
	metric_clients, metric_clients_dropped;

/* metrics_http.c: who asks over HTTP, at an address or at a socket in the file system. */
struct metrics_http;
/* WHERE is ADDRESS:PORT, or a path. NULL with a sentence in ERR. */
struct metrics_http *metrics_http_open(struct daemon *d, const char *where, char *err,
				       size_t errlen);
void metrics_http_close(struct metrics_http *h);

/* metrics_wiring.c: what --metrics WHERE asks for, at start: 0, or the exit status. */
struct metrics;
int daemon_open_metrics(struct daemon *d);
void daemon_close_metrics(struct daemon *d);

#endif
