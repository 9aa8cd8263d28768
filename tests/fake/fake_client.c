/* Who may have which pair of hosts, as the test says. */
#include "tests/fake/fake_client.h"

#include <assert.h>

static struct connection *
for_pair(const struct connection *c, const struct ip_addr *local, const struct ip_addr *remote)
{
	struct connection *out = connection_instance(c, &c->local.host.addr, &c->remote.host.addr);

	assert(out != NULL);
	out->local.ts = ts_host(local);
	out->remote.ts = ts_host(remote);
	out->local.has_client = out->remote.has_client = true;
	return out;
}

struct connection *
fake_client_conn(const struct connection *c, const char *local, const char *remote)
{
	struct ip_addr l, r;

	if (!ip_addr_parse(local, &l) || !ip_addr_parse(remote, &r))
		return NULL;
	return for_pair(c, &l, &r);
}

enum ike_client
fake_client_ask(struct fake_client *f, const struct ike_client_question *q,
		struct connection **out)
{
	f->asked++;
	f->pair = q->pair;
	f->proven = q->peer_key != NULL;
	if (f->answer == IKE_CLIENT_YES)
		*out = for_pair(q->conn, &q->pair.local.addr_lo, &q->pair.remote.addr_lo);
	return f->answer;
}
