/* The table of metrics, and the whole of it as text. */
#include "pluto/daemon.h"

#include <stdlib.h>

#include "pluto/metrics.h"

struct metric {
	const char *name, *type, *help;
	metric_fn *write;
};

static const struct metric rows[] = {
	{ "oe_build_info", "gauge", "Version of pluto and of the libraries it was built with.", metric_build },
	{ "oe_up", "gauge", "1 while the daemon runs.", metric_one },
	{ "oe_acquires_total", "counter", "Demands for a decision, by who demands.", metric_acquires },
	{ "oe_attempts_total", "counter", "Attempts at opportunistic encryption, by how they ended.", metric_attempts },
	{ "oe_retries_total", "counter", "Blocked pairs whose packets had silent peers tried again.", metric_retries },
	{ "oe_dns_tap_total", "counter", "What resolvers told of, by what became of it.", metric_dns_tap },
	{ "oe_dns_queries_total", "counter", "Questions given to adns.", metric_dns_queries },
	{ "oe_dns_answers_total", "counter", "Answers, by what DNSSEC says of them and by how they deny.", metric_dns_answers },
	{ "oe_dns_query_duration_seconds", "histogram", "Time from question to answer.", metric_dns_time },
	{ "oe_dns_in_flight", "gauge", "Questions that adns has not answered.", metric_dns_in_flight },
	{ "oe_dns_queue_length", "gauge", "Questions that wait to be given to adns.", metric_dns_queue },
	{ "oe_dns_rejected_total", "counter", "Questions that were not asked for want of room.", metric_dns_rejected },
	{ "oe_adns_restarts_total", "counter", "How often adns was started again.", metric_adns_restarts },
	{ "oe_keeper_restarts_total", "counter", "How often the keeper of the keys was started again.", metric_keeper_restarts },
	{ "oe_keeper_questions_total", "counter", "What the keeper of the keys was asked, by whether it did it.", metric_keeper_questions },
	{ "oe_trust_anchor_info", "gauge", "Keys under which answers are validated.", metric_anchors },
	{ "oe_trust_anchor_last_success_timestamp_seconds", "gauge", "When an answer was last proved; 0: never.", metric_anchor_success },
	{ "oe_clock_synchronised", "gauge", "Whether the kernel says that its clock is synchronised.", metric_clock },
	{ "oe_setup_duration_seconds", "histogram", "Time to an encrypted pair, and its parts.", metric_setup },
	{ "oe_first_packet_delay_seconds", "histogram", "How long first packets were held until the decision.", metric_first_packet },
	{ "oe_packets_held", "gauge", "Packets that are held now.", metric_held },
	{ "oe_packets_held_total", "counter", "Packets that were caught.", metric_held_total },
	{ "oe_packets_dropped_total", "counter", "Caught packets that were dropped.", metric_dropped },
	{ "oe_sas", "gauge", "SAs, by how the peer was authenticated.", metric_sas },
	{ "oe_shunts", "gauge", "Pairs of addresses, by what happens to their packets.", metric_shunts },
	{ "oe_bytes_total", "counter", "Bytes of encrypted traffic, without headers.", metric_bytes },
	{ "oe_policy_groups_entries", "gauge", "Lines of the policy groups in force.", metric_groups },
	{ "oe_key_published", "gauge", "Addresses of ours, by what DNS says of our key.", metric_own_keys },
	{ "oe_control_clients", "gauge", "Connections to the control socket.", metric_clients },
	{ "oe_control_dropped_total", "counter", "Connections to the control socket that were ended.", metric_clients_dropped },
};

struct chunk
metrics_text(struct daemon *d)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	struct chunk out = { NULL, 0 };

	if (f == NULL)
		return out;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		fprintf(f, "# HELP %s %s\n# TYPE %s %s\n", rows[i].name, rows[i].help, rows[i].name,
			rows[i].type);
		rows[i].write(d, f, rows[i].name);
	}
	if (fclose(f) == 0)
		out = chunk_copy(span_of(text, len));
	free(text);
	return out;
}
