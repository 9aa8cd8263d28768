/* ipsec _unbound-hook NAME TTL ADDRESSES IPSECKEYS: what a resolver built with ipsecmod
 * starts for a name that has an IPSECKEY. It waits for us: we send one datagram, which is
 * never waited for, and are gone. Of what it says name and addresses are a hint; the key is
 * looked up and proved by pluto itself. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "adns/tap_note.h"

enum { STATUS_SENT = 0, STATUS_NOT_SENT = 1, STATUS_USAGE = 64 };

static const char usual[] = "/run/pluto/dns-tap";

static void
take_addresses(const char *text, struct adns_notice *n)
{
	char copy[4096], *save = NULL;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *word = strtok_r(copy, " ", &save); word != NULL && n->n_addrs < ADNS_MAX_NOTED;
	     word = strtok_r(NULL, " ", &save))
		if (ip_addr_parse(word, &n->addrs[n->n_addrs]))
			n->n_addrs++;
}

static int
send_note(const char *path, struct span note)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc = 0;

	if (fd < 0)
		return -errno;
	if (snprintf(to.sun_path, sizeof(to.sun_path), "%s", path) >= (int)sizeof(to.sun_path))
		rc = -ENAMETOOLONG;
	else if (sendto(fd, note.ptr, note.len, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof(to)) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

int
main(int argc, char *argv[])
{
	const char *path = getenv("IPSEC_DNS_TAP");
	uint8_t buf[TAP_NOTE_MAX];
	struct wire_writer w = wire_writer(buf, sizeof(buf));
	struct adns_notice n = { .n_addrs = 0 };
	int rc;

	if (argc < 4 || argc > 5 || !dns_name_from_host(span_str(argv[1]), &n.name)) {
		fputs("usage: ipsec _unbound-hook NAME TTL ADDRESSES [IPSECKEYS]\n"
		      "       called by a resolver built with ipsecmod; see adns(8)\n", stderr);
		return STATUS_USAGE;
	}
	take_addresses(argv[3], &n);
	if (!tap_note_write(&w, &n)) {
		fprintf(stderr, "_unbound-hook: no address of %.200s\n", argv[1]);
		return STATUS_USAGE;
	}
	path = path != NULL ? path : usual;
	rc = send_note(path, wire_written(&w));
	if (rc == 0 || rc == -EAGAIN)	/* full: it is dropped, the name is answered anyhow */
		return STATUS_SENT;
	fprintf(stderr, "_unbound-hook: %s: %s; does pluto run with --dns-tap?\n", path, strerror(-rc));
	return STATUS_NOT_SENT;
}
