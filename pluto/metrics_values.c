/* The values of --metrics. Labels are few words each, never an address. Needs
 * libunbound's and c-ares's headers, for their versions. */
#include "pluto/daemon_ike.h"

#include <ares_version.h>
#include <string.h>
#include <sys/timex.h>
#include <unbound.h>
#include <unistd.h>

#include "lib/version.h"
#include "pluto/metrics.h"

static const char *const sources[] = { [TALLY_NFQUEUE] = "nfqueue", [TALLY_XFRM] = "xfrm",
	[TALLY_WHACK] = "whack", [TALLY_DNS] = "dns" };
static const char *const results[] = { [TALLY_ENCRYPTED] = "encrypted", [TALLY_NO_KEY] = "no_key",
	[TALLY_BOGUS] = "bogus", [TALLY_DNS_TIMEOUT] = "dns_timeout", [TALLY_INSECURE] = "insecure",
	[TALLY_SILENT] = "silent", [TALLY_AUTH_FAILED] = "auth_failed", [TALLY_REFUSED] = "refused",
	[TALLY_POLICY] = "policy", [TALLY_RATELIMITED] = "ratelimited", [TALLY_INTERNAL] = "internal" };
static const char *const types[] = { [TALLY_IPSECKEY] = "IPSECKEY", [TALLY_TXT] = "TXT",
	[TALLY_KEY] = "KEY", [TALLY_ADDRESS] = "address", [TALLY_OTHER] = "other" };
static const char *const statuses[] = { [TALLY_SECURE] = "secure", [TALLY_INSECURE_ANSWER] = "insecure",
	[TALLY_BOGUS_ANSWER] = "bogus", [TALLY_INDETERMINATE] = "indeterminate" };
static const char *const denials[] = { [TALLY_DENIED_NOT] = "no", [TALLY_NODATA] = "nodata",
	[TALLY_NXDOMAIN] = "nxdomain" };
static const char *const phases[] = { [TALLY_PHASE_DNS] = "dns", [TALLY_PHASE_IKE] = "ike",
	[TALLY_PHASE_TOTAL] = "total" };
static const char *const auths[] = { [TALLY_AUTH_SECURE] = "secure", [TALLY_AUTH_INSECURE] = "insecure",
	[TALLY_AUTH_NULL] = "null", [TALLY_AUTH_PINNED] = "pinned" };

#define LL(n) ((unsigned long long)(n))

static const char *
backend(const struct daemon *d)
{
	return d->opt.dns_stub ? "stub" : "validator";
}

/* One sample for each word. */
static void
by_word(FILE *f, const char *name, const char *label, const char *const *words, unsigned n,
	const uint64_t *values)
{
	for (unsigned i = 0; i < n; i++)
		fprintf(f, "%s{%s=\"%s\"} %llu\n", name, label, words[i], LL(values[i]));
}

/* LABEL is a whole label, or "". */
static void
histogram(FILE *f, const char *name, const char *label, const struct histogram *h)
{
	const char *comma = *label != '\0' ? "," : "", *open = *label != '\0' ? "{" : "",
		*close = *label != '\0' ? "}" : "";
	uint64_t n = 0;

	for (unsigned i = 0; i < HISTOGRAM_BOUNDS; i++) {
		n += h->count[i];
		fprintf(f, "%s_bucket{%s%sle=\"%g\"} %llu\n", name, label, comma,
			histogram_bounds[i], LL(n));
	}
	fprintf(f, "%s_bucket{%s%sle=\"+Inf\"} %llu\n", name, label, comma, LL(h->n));
	fprintf(f, "%s_sum%s%s%s %.6f\n%s_count%s%s%s %llu\n", name, open, label, close, h->sum_s,
		name, open, label, close, LL(h->n));
}

void
metric_build(struct daemon *d, FILE *f, const char *name)
{
	(void)d;
	fprintf(f, "%s{version=\"%s\",libunbound=\"%d.%d.%d\",cares=\"%s\"} 1\n", name, VERSION,
		UNBOUND_VERSION_MAJOR, UNBOUND_VERSION_MINOR, UNBOUND_VERSION_MICRO, ARES_VERSION_STR);
}

void
metric_one(struct daemon *d, FILE *f, const char *name)
{
	(void)d;
	fprintf(f, "%s 1\n", name);
}

void
metric_acquires(struct daemon *d, FILE *f, const char *name)
{
	by_word(f, name, "source", sources, TALLY_SOURCES, d->tally.acquires);
}

void
metric_attempts(struct daemon *d, FILE *f, const char *name)
{
	by_word(f, name, "result", results, TALLY_RESULTS, d->tally.attempts);
}

void
metric_retries(struct daemon *d, FILE *f, const char *name)
{
	struct oe_stats s;

	oe_get_stats(d->oe, &s);
	fprintf(f, "%s{result=\"tried\"} %llu\n%s{result=\"put_off\"} %llu\n", name,
		LL(s.retried), name, LL(s.retries_put_off));
}

void
metric_dns_tap(struct daemon *d, FILE *f, const char *name)
{
	const struct dns_tap_counts *t = &d->tap.counts;
	const struct { const char *what; uint64_t n; } rows[] = {
		{ "notice", t->notices }, { "address", t->addresses }, { "started", t->started },
		{ "settled", t->settled }, { "reopened", t->reopened }, { "limited", t->limited },
		{ "forward_asked", t->forward_asked }, { "forward_used", t->forward_used },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		fprintf(f, "%s{what=\"%s\"} %llu\n", name, rows[i].what, LL(rows[i].n));
}

void
metric_dns_queries(struct daemon *d, FILE *f, const char *name)
{
	for (unsigned i = 0; i < TALLY_TYPES; i++)
		fprintf(f, "%s{backend=\"%s\",type=\"%s\"} %llu\n", name, backend(d), types[i],
			LL(d->tally.dns_queries[i]));
}

/* Combinations that have not come are left out: there would be sixty. */
void
metric_dns_answers(struct daemon *d, FILE *f, const char *name)
{
	for (unsigned t = 0; t < TALLY_TYPES; t++)
		for (unsigned s = 0; s < TALLY_STATUSES; s++)
			for (unsigned n = 0; n < TALLY_DENIALS; n++)
				if (d->tally.dns_answers[t][s][n] > 0)
					fprintf(f, "%s{backend=\"%s\",type=\"%s\",status=\"%s\",denial=\"%s\"} %llu\n",
						name, backend(d), types[t], statuses[s], denials[n],
						LL(d->tally.dns_answers[t][s][n]));
}

void
metric_dns_time(struct daemon *d, FILE *f, const char *name)
{
	histogram(f, name, "", &d->tally.dns_time);
}

static struct adns_client_stats
adns_stats(const struct daemon *d)
{
	struct adns_client_stats s;

	adns_client_get_stats(d->adns, &s);
	return s;
}

void
metric_dns_in_flight(struct daemon *d, FILE *f, const char *name)
{
	fprintf(f, "%s %u\n", name, adns_stats(d).in_flight);
}

/* While adns is not there, what was asked waits for it. */
void
metric_dns_queue(struct daemon *d, FILE *f, const char *name)
{
	struct adns_client_stats s = adns_stats(d);

	fprintf(f, "%s %u\n", name, s.ready ? 0 : s.in_flight);
}

void
metric_dns_rejected(struct daemon *d, FILE *f, const char *name)
{
	fprintf(f, "%s{reason=\"busy\"} %llu\n%s{reason=\"ratelimit\"} %llu\n", name,
		LL(d->tally.dns_busy), name, LL(d->tally.dns_ratelimit));
}

void
metric_adns_restarts(struct daemon *d, FILE *f, const char *name)
{
	fprintf(f, "%s %llu\n", name, LL(adns_stats(d).restarts));
}

static struct keeper_stats
keeper_stats(const struct daemon *d)
{
	struct keeper_stats s;

	keeper_get_stats(d->keeper, &s);
	return s;
}

void
metric_keeper_restarts(struct daemon *d, FILE *f, const char *name)
{
	fprintf(f, "%s %llu\n", name, LL(keeper_stats(d).restarts));
}

void
metric_keeper_questions(struct daemon *d, FILE *f, const char *name)
{
	struct keeper_stats s = keeper_stats(d);

	fprintf(f, "%s{result=\"answered\"} %llu\n", name, LL(s.asked - s.refused - s.unanswered));
	fprintf(f, "%s{result=\"refused\"} %llu\n", name, LL(s.refused));
	fprintf(f, "%s{result=\"unanswered\"} %llu\n", name, LL(s.unanswered));
}

/* ". 20326 38696 example. 17" as adns says it. */
void
metric_anchors(struct daemon *d, FILE *f, const char *name)
{
	struct adns_client_stats s = adns_stats(d);
	char zone[128] = "", *rest = NULL;

	for (char *w = strtok_r(s.hello.anchors, " ,", &rest); w != NULL; w = strtok_r(NULL, " ,", &rest)) {
		size_t digits = strspn(w, "0123456789");

		if (w[digits] != '\0')
			snprintf(zone, sizeof(zone), "%s", w);
		else if (zone[strcspn(zone, "\"\\\n")] == '\0' && zone[0] != '\0')
			fprintf(f, "%s{zone=\"%s\",keytag=\"%s\"} 1\n", name, zone, w);
	}
}

void
metric_anchor_success(struct daemon *d, FILE *f, const char *name)
{
	fprintf(f, "%s %lld\n", name, (long long)d->tally.secure_wall);
}

/* Where we may not ask the kernel (the unit's ProtectClock=) timesyncd's word counts, and
 * without that nothing is said. */
void
metric_clock(struct daemon *d, FILE *f, const char *name)
{
	struct timex t = { .modes = 0 };
	int state = adjtimex(&t);
	bool ok = state >= 0 ? state != TIME_ERROR
		: access("/run/systemd/timesync/synchronized", F_OK) == 0;

	(void)d;
	if (state >= 0 || access("/run/systemd/timesync", F_OK) == 0)
		fprintf(f, "%s %d\n", name, ok);
}

void
metric_setup(struct daemon *d, FILE *f, const char *name)
{
	char label[40];

	for (unsigned i = 0; i < TALLY_PHASES; i++) {
		snprintf(label, sizeof(label), "phase=\"%s\"", phases[i]);
		histogram(f, name, label, &d->tally.setup[i]);
	}
}

void
metric_first_packet(struct daemon *d, FILE *f, const char *name)
{
	histogram(f, name, "", &d->tally.first_packet);
}

static struct trap_stats
trap_stats(const struct daemon *d)
{
	struct trap_stats s = { .held_now = 0 };

	if (d->trap.ops != NULL)
		d->trap.ops->get_stats(d->trap.t, &s);
	return s;
}

void
metric_held(struct daemon *d, FILE *f, const char *name)
{
	fprintf(f, "%s %u\n", name, trap_stats(d).held_now);
}

void
metric_held_total(struct daemon *d, FILE *f, const char *name)
{
	fprintf(f, "%s %llu\n", name, LL(trap_stats(d).trapped));
}

void
metric_dropped(struct daemon *d, FILE *f, const char *name)
{
	static const char *const reasons[] = { "queue_full", "timeout", "policy" };
	struct trap_stats s = trap_stats(d);
	const uint64_t values[] = { s.dropped_full, s.dropped_deadline, d->tally.dropped_by_policy };

	by_word(f, name, "reason", reasons, 3, values);
}

void
metric_sas(struct daemon *d, FILE *f, const char *name)
{
	for (unsigned i = 0; i < TALLY_AUTHS; i++)
		fprintf(f, "%s{kind=\"ike\",auth=\"%s\"} %llu\n%s{kind=\"child\",auth=\"%s\"} %llu\n",
			name, auths[i], LL(d->tally.ike_sas[i]), name, auths[i],
			LL(d->tally.child_sas[i]));
}

void
metric_shunts(struct daemon *d, FILE *f, const char *name)
{
	static const enum shunt_kind kinds[] = { SHUNT_PASS, SHUNT_DROP, SHUNT_REJECT, SHUNT_KEYED };
	struct oe_stats s;

	oe_get_stats(d->oe, &s);
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		fprintf(f, "%s{type=\"%s\"} %u\n", name, shunt_kind_name(kinds[i]),
			s.by_kind[kinds[i]]);
	fprintf(f, "%s{type=\"hold\"} %u\n%s{type=\"trap\"} %zu\n", name, s.pending_now, name,
		d->n_groups);
}

void
metric_bytes(struct daemon *d, FILE *f, const char *name)
{
	daemon_count_bytes(d);
	fprintf(f, "%s{direction=\"in\",class=\"encrypted\"} %llu\n"
		"%s{direction=\"out\",class=\"encrypted\"} %llu\n", name,
		LL(d->tally.bytes_shown[SA_IN]), name, LL(d->tally.bytes_shown[SA_OUT]));
}

void
metric_groups(struct daemon *d, FILE *f, const char *name)
{
	uint64_t n[GROUP_ID_N] = { 0 };

	for (size_t i = 0; i < d->n_groups; i++)
		n[d->groups[i].group]++;
	for (unsigned i = 0; i < GROUP_ID_N; i++)
		fprintf(f, "%s{group=\"%s\"} %llu\n", name, policy_group((enum group_id)i)->name,
			LL(n[i]));
}

void
metric_own_keys(struct daemon *d, FILE *f, const char *name)
{
	static const char *const words[] = { "published", "absent", "wrong" };
	uint64_t n[3] = { 0 };

	for (unsigned i = 0; i < MAX_OWN_KEYS; i++)
		if (d->own_keys[i].addr.family != IP_NONE)
			n[d->own_keys[i].wrong ? 2 : d->own_keys[i].absent ? 1 : 0]++;
	by_word(f, name, "status", words, 3, n);
}

void
metric_clients(struct daemon *d, FILE *f, const char *name)
{
	fprintf(f, "%s %u\n", name, ctl_get_stats(d->ctl).clients);
}

void
metric_clients_dropped(struct daemon *d, FILE *f, const char *name)
{
	struct ctl_stats s = ctl_get_stats(d->ctl);

	fprintf(f, "%s{reason=\"too_slow\"} %llu\n%s{reason=\"refused\"} %llu\n", name, LL(s.too_slow),
		name, LL(s.refused));
}
