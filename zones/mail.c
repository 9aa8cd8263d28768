/* Asks the holder of a reverse zone for records, in words for people. */
#include "zones/mail.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_OCTETS = 998 };

static const char before[] =
"Hello,\n"
"\n"
"the addresses below are ours. Please publish their keys for IPsec (RFC 4025), so that\n"
"other hosts can find them and encrypt what they send to us. Each line is one record of\n"
"the zone that you hold, with the key in one piece:\n"
"\n";

static const char between[] =
"\n"
"If your server does not know the type IPSECKEY, it takes the same records in this form\n"
"(RFC 3597):\n"
"\n";

static const char after[] =
"\n"
"The records help only where the zone is signed with DNSSEC and its DS record is in the\n"
"zone above. Once they are there, this shows them, with \"ad\" among the flags:\n"
"\n";

static const char end[] =
"\n"
"If you would rather delegate these names to us, tell us the name that the zone shall have\n"
"(RFC 2317 for IPv4), and we send the NS, CNAME and DS records for it.\n"
"\n"
"Thank you.\n";

/* One record of each address, in FORMAT, without the comments. */
static bool
print_records(FILE *out, const struct letter *l, enum output_format format, char *err, size_t errlen)
{
	struct record_request q = l->q;

	for (int i = 0; i < l->n; i++) {
		struct record r;
		char *text = NULL, *line;
		size_t len;
		struct output o = { .out = open_memstream(&text, &len), .format = format };
		bool ok = false;

		q.owner = l->addrs[i];
		if (record_make(&q, l->key, &r, err, errlen))
			ok = o.out != NULL && record_print(&o, &r);
		record_clear(&r);
		ok = o.out != NULL && fclose(o.out) == 0 && ok;
		line = ok ? strchr(text, '\n') : NULL;
		if (line != NULL)
			fputs(line + 1, out);
		ok = line != NULL && strlen(line) <= LINE_MAX_OCTETS;
		if (!ok && *err == '\0')
			snprintf(err, errlen, "%s: its record is longer than a line of mail: take an "
				 "Ed25519 key (newhostkey), or RSA of at most 3072 bits", l->addrs[i]);
		free(text);
		if (!ok)
			return false;
	}
	return true;
}

static void
print_questions(FILE *out, const struct letter *l)
{
	for (int i = 0; i < l->n; i++) {
		struct ip_addr a;

		if (ip_addr_parse(l->addrs[i], &a))
			fprintf(out, "    dig +dnssec %s IPSECKEY\n", revname_of(&a).text);
	}
}

bool
mail_write(FILE *out, const struct letter *l, char *err, size_t errlen)
{
	char kind[16];

	*err = '\0';
	fprintf(out, "Subject: IPSECKEY records for the reverse name of %s%s\n\n", l->addrs[0],
		l->n > 1 ? " and others" : "");
	fputs(before, out);
	if (!print_records(out, l, OUTPUT_ZONE, err, errlen))
		return false;
	fputs(between, out);
	if (!print_records(out, l, OUTPUT_GENERIC, err, errlen))
		return false;
	fputs(after, out);
	print_questions(out, l);
	fprintf(out, "\nThe key is %s with the fingerprint\n\n    %s\n",
		pubkey_kind_text(l->key, kind), l->key->fingerprint);
	fputs(end, out);
	return !ferror(out);
}
