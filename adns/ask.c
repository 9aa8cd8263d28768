/* Asks one question and prints verdict, time to live and records. */
#include <stdio.h>
#include <string.h>

#include "adns/ask.h"
#include "lib/rr_ipseckey.h"

struct ask {
	struct loop *loop;
	const struct options *options;
	struct dns_name qname;
	bool answered;
	int status;
};

enum { RECORD_TEXT = 8192 };

/* The unknown-type form of RFC 3597 5. */
static void
hex_text(struct span rdata, char *out, size_t outlen)
{
	int n = snprintf(out, outlen, "\\# %zu ", rdata.len);

	if (n > 0 && (size_t)n < outlen)
		span_hex(rdata, out + n, outlen - (size_t)n);
}

static void
record_text(uint16_t rrtype, struct span rdata, char out[RECORD_TEXT])
{
	struct rr_ipseckey key;
	struct addr_buf b;
	const char *err;

	if (rrtype == RRTYPE_IPSECKEY && rr_ipseckey_read(rdata, &key, &err) &&
	    rr_ipseckey_text(&key, out, RECORD_TEXT) >= 0)
		return;
	if ((rrtype == RRTYPE_A && rdata.len == 4) ||
	    (rrtype == RRTYPE_AAAA && rdata.len == 16)) {
		struct ip_addr a = ip_addr_from(rdata);

		snprintf(out, RECORD_TEXT, "%s", ip_addr_text(&a, &b));
		return;
	}
	hex_text(rdata, out, RECORD_TEXT);
}

static void
print_text(const struct ask *ask, const struct adns_answer *a)
{
	char text[RECORD_TEXT];

	printf("%s %s %s %s", ask->qname.text, options_type_name(ask->options->rrtype),
	       adns_status_name(a->status), adns_security_name(a->security));
	if (a->status <= ADNS_NXDOMAIN)
		printf(" ttl %u", a->ttl_s);
	putchar('\n');
	if (a->why[0] != '\0')
		printf("  %s\n", a->why);
	for (unsigned i = 0; i < a->n_rdata; i++) {
		record_text(ask->options->rrtype, a->rdata[i], text);
		printf("  %s\n", text);
	}
}

static void
print_json_text(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < ' ' || c > '~')
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void
print_json(const struct ask *ask, const struct adns_answer *a)
{
	char text[RECORD_TEXT];

	printf("{\"v\":1,\"event\":\"result\",\"qname\":");
	print_json_text(ask->qname.text);
	printf(",\"qtype\":\"%s\",\"status\":\"%s\",\"security\":\"%s\",\"ttl\":%u,\"why\":",
	       options_type_name(ask->options->rrtype), adns_status_name(a->status),
	       adns_security_name(a->security), a->ttl_s);
	print_json_text(a->why);
	printf(",\"rr\":[");
	for (unsigned i = 0; i < a->n_rdata; i++) {
		record_text(ask->options->rrtype, a->rdata[i], text);
		printf("%s", i > 0 ? "," : "");
		print_json_text(text);
	}
	printf("]}\n");
}

static int
exit_status(const struct adns_answer *a)
{
	if (a->status == ADNS_FAILED || a->status == ADNS_TIMED_OUT || a->status == ADNS_BUSY)
		return ASK_UNANSWERED;
	if (a->security == ADNS_BOGUS)
		return ASK_BOGUS;
	return a->status == ADNS_ANSWERED ? ASK_OK : ASK_NO_RECORD;
}

static void
on_answer(void *ctx, const struct adns_answer *a)
{
	struct ask *ask = ctx;

	if (ask->options->json)
		print_json(ask, a);
	else
		print_text(ask, a);
	ask->status = exit_status(a);
	ask->answered = true;
	loop_stop(ask->loop);
}

int
ask_once(struct loop *l, const struct resolver *r, const struct options *o)
{
	struct ask ask = { .loop = l, .options = o };
	struct queries_limits limits = { .in_flight = 1 };
	struct adns_query q = { .id = 1, .rrtype = o->rrtype, .timeout_ms = o->timeout_ms };
	struct queries *queries;
	struct ip_addr addr;

	if (ip_addr_parse(o->question, &addr))
		ask.qname = revname_of(&addr);
	else if (!dns_name_from_host(span_str(o->question), &ask.qname)) {
		fprintf(stderr, "adns: neither an address nor a host name: \"%s\"\n",
			o->question);
		return ASK_USAGE;
	}
	queries = queries_new(l, r, &limits, on_answer, &ask);
	if (queries == NULL)
		return ASK_UNANSWERED;
	q.qname = ask.qname;
	queries_ask(queries, &q);
	if (!ask.answered)
		loop_run(l);
	queries_free(queries);
	return ask.status;
}
