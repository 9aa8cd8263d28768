/* Fuzz target: what pluto makes of the answers of an adns that is in somebody else's hands.
 * The first octet chooses the kinds of records, the next two are the length of the first
 * answer; the rest is another one, about the same name or its gateway's. */
#include <stdlib.h>
#include <string.h>

#include "lib/rr_ipseckey.h"
#include "pluto/dns_keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint16_t kinds[] = { RRTYPE_IPSECKEY, RRTYPE_TXT, RRTYPE_KEY, RRTYPE_A };

static void
must(bool what)
{
	if (!what)
		abort();
}

static void
check(const struct dns_keys *k)
{
	must(k->n <= DNS_KEYS_MAX && k->n_bare <= DNS_BARE_MAX);
	must(k->evidence != EVIDENCE_BOGUS || k->n == 0);
	for (unsigned i = 0; i < k->n; i++) {
		must(k->key[i].key.evp != NULL && k->key[i].key.fingerprint[0] != '\0');
		must(k->key[i].gateway_kind <= GW_NAME);
		must(memchr(k->key[i].gateway_name.text, '\0', sizeof(k->key[i].gateway_name.text)) != NULL);
	}
	must(memchr(k->why, '\0', sizeof(k->why)) != NULL);
}

static void
to_the_engine(const struct dns_keys *k)
{
	struct gateway out[DNS_KEYS_MAX];
	char text[160];
	size_t n = dns_keys_gateways(k, out);

	must(n <= DNS_KEYS_MAX && strlen(dns_keys_skipped_text(k, text)) < sizeof(text));
	for (size_t i = 0; i < n; i++)
		chunk_free(&out[i].key);
}

static void
delegated(const struct dns_keys *k)
{
	struct ip_addr a;
	bool other;

	must(ip_addr_parse("192.0.2.1", &a));
	dns_keys_delegate(k, &a, "", k->n > 0 ? &k->key[0].key : NULL, &other);
	if (k->n > 0 && k->key[0].gateway_kind == GW_NAME)
		must(dns_keys_delegate(k, &a, k->key[0].gateway_name.text, &k->key[0].key, &other));
}

/* False: no such answer passes the door. */
static bool
open_answer(struct span record, struct adns_answer *out)
{
	struct ipc_reader m = ipc_open(record);

	return m.type == ADNS_MSG_ANSWER && adns_answer_read(&m, out);
}

static void
one(const struct adns_answer *a, uint16_t kind, struct dns_keys *k)
{
	bool usable = dns_keys_of_kind(a, kind, k);

	must(usable == (k->n > 0));
	must(k->evidence == dns_evidence(a) || k->n == 0);
	check(k);
}

/* Two answers about one name, or one about the name of the other's gateway. */
static void
both(struct dns_keys *k, struct adns_answer *a, uint16_t kind)
{
	struct dns_keys more;

	one(a, kind, &more);
	if (k->n_bare > 0 && kind != RRTYPE_A)
		dns_keys_of_gateway(k, 0, &more);
	else
		dns_keys_merge(k, &more);
	dns_keys_sort(k);
	check(k);
	if (k->n > 0 && k->key[0].gateway_kind == GW_NAME) {
		struct dns_name name = k->key[0].gateway_name;

		dns_keys_located(k, &name, a);
		check(k);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct adns_answer first, second;
	struct dns_keys k;
	struct wire_reader r = wire_reader(span_of(data, size));
	uint8_t choice = wire_u8(&r, "kinds");
	uint16_t len = wire_u16(&r, "length");

	if (!open_answer(wire_bytes(&r, len, "first"), &first))
		return 0;
	one(&first, kinds[choice % 4], &k);
	to_the_engine(&k);
	delegated(&k);
	if (open_answer(wire_rest(&r), &second))
		both(&k, &second, kinds[choice / 4 % 4]);
	to_the_engine(&k);
	dns_keys_free(&k);
	return 0;
}
