/* Questions of our own for DNS, which nothing may hold back. */
#include "trap/rules.h"

void
rules_write_resolvers(FILE *f, const struct trap_config *cfg)
{
	unsigned i;

	for (i = 0; i < cfg->n_resolvers; i++) {
		const struct endpoint *e = &cfg->resolvers[i];
		const char *ip = e->addr.family == IP_V6 ? "ip6" : "ip";
		struct addr_buf b;

		fprintf(f, "\t\t%s daddr %s meta l4proto { tcp, udp } "
			"th dport { %u%s } goto dns\n", ip,
			ip_addr_text(&e->addr, &b), (unsigned)e->port,
			e->port == 853 ? "" : ", 853");
	}
	if (cfg->adns_uid != 0)
		fprintf(f, "\t\tmeta skuid %lu meta l4proto { tcp, udp } "
			"th dport { 53, 853 } goto dns\n",
			(unsigned long)cfg->adns_uid);
}

/* Our questions go in the clear, even to a keyed peer; so must the answers:
 * remembers whom we asked, from which port. */
void
rules_write_dns(FILE *f, bool away)
{
	if (away) {
		fputs("\tchain dns {\n\t\taccept\n\t}\n", f);
		return;
	}
	fputs("\tset asked4 {\n\t\ttype ipv4_addr . inet_service\n"
	      "\t\tsize 65535\n\t\tflags dynamic, timeout\n"
	      "\t\ttimeout 30s\n\t}\n"
	      "\tset asked6 {\n\t\ttype ipv6_addr . inet_service\n"
	      "\t\tsize 65535\n\t\tflags dynamic, timeout\n"
	      "\t\ttimeout 30s\n\t}\n"
	      "\tchain dns {\n"
	      "\t\tupdate @asked4 { ip daddr . th sport }\n"
	      "\t\tupdate @asked6 { ip6 daddr . th sport }\n"
	      "\t\taccept\n\t}\n", f);
}
