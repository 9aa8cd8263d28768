/* Finds out by trying which expressions this kernel's netfilter has. */
#include "trap/probe.h"

#include <stddef.h>
#include <stdio.h>

#include "lib/log.h"
#include "lib/nft.h"

/* One thing to try: the inside of a throw-away table. */
static const struct probe {
	const char *what;
	size_t flag;		/* offset in struct kernel_can */
	const char *body;
} probes[] = {
	{ "queue", offsetof(struct kernel_can, queue),
	  "chain c {\nqueue flags bypass to 4500\n}\n" },
	{ "fib", offsetof(struct kernel_can, fib),
	  "chain c {\ntype route hook output priority 300\n"
	  "fib daddr type broadcast accept\n}\n" },
	{ "meta ipsec", offsetof(struct kernel_can, meta_ipsec),
	  "chain c {\ntype filter hook input priority 300\n"
	  "meta ipsec exists accept\n}\n" },
	{ "rt ipsec", offsetof(struct kernel_can, rt_ipsec),
	  "chain c {\ntype filter hook postrouting priority 300\n"
	  "rt ipsec missing accept\n}\n" },
	{ "maps of pairs of ranges", offsetof(struct kernel_can, pair_ranges),
	  "map m {\ntype ipv6_addr . ipv6_addr : verdict\n"
	  "flags interval, timeout\nelements = { "
	  "2001:db8::/64 . ::/0 timeout 1s : drop }\n}\n" },
	{ "counters on set elements", offsetof(struct kernel_can, elem_counter),
	  "set s {\ntype ipv4_addr . ipv4_addr\nflags timeout\ncounter\n}\n" },
};

static bool
try_body(const char *body, char *err, size_t errlen)
{
	char text[512];

	snprintf(text, sizeof(text), "add table inet pluto_probe\n"
		 "table inet pluto_probe {\n%s}\n"
		 "delete table inet pluto_probe\n", body);
	return nft_load(text, err, errlen) == 0;
}

bool
probe_nft(struct kernel_can *can, char *err, size_t errlen)
{
	char why[256];
	size_t i;

	if (!try_body("set s {\ntype ipv6_addr . ipv6_addr\n"
		      "flags timeout\n}\n", why, sizeof(why))) {
		snprintf(err, errlen, "this kernel's nftables (NF_TABLES_INET, "
			 "sets of address pairs) cannot be used: %s; run as "
			 "root on a kernel with nf_tables", why);
		return false;
	}
	for (i = 0; i < sizeof(probes) / sizeof(*probes); i++) {
		bool *flag = (bool *)((char *)can + probes[i].flag);

		*flag = try_body(probes[i].body, why, sizeof(why));
		if (!*flag)
			log_debug_of(LOG_KLIPS, NULL, "trap: kernel has no nft %s: %s",
				  probes[i].what, why);
	}
	return true;
}

const struct xtables *
probe_xtables(struct starter *st, uint16_t queue_num, char *err, size_t errlen)
{
	const struct xtables *x;
	char why[600] = "";
	unsigned i;

	for (i = 0; (x = xtables_kind(i)) != NULL; i++) {
		if (xtables_install(x, st, queue_num, why, sizeof(why)) == 0)
			return x;
		log_debug_of(LOG_KLIPS, NULL, "trap: %s does not work here: %s",
			  xtables_name(x), why);
		xtables_remove(x, st);
	}
	snprintf(err, errlen, "no way to queue packets: nft has no queue "
		 "expression and xtables has no NFQUEUE (%.300s); install "
		 "iptables, or a kernel with NFT_QUEUE", why);
	return NULL;
}
