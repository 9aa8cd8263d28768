/* newhostkey: makes this host's key, names it in ipsec.secrets, prints its
 * DNS record. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/number.h"
#include "pluto/crypto/sign.h"
#include "zones/key_file.h"
#include "zones/record.h"
#include "zones/secrets_line.h"
#include "zones/verbs.h"

static const char usage[] =
"usage: ipsec newhostkey [options] [ADDR...]\n"
"\n"
"  --type ed25519|p256|p384|rsa   kind of key (default ed25519)\n"
"  --bits N                       RSA modulus, 2048 to 8192 (default 3072)\n"
"  --output FILE                  default IPSECDIR/private/" HOST_KEY_NAME "\n"
"  --secrets FILE                 add a line for the key to this file\n"
"  --ipsecdir DIR                 default " DEFAULT_IPSECDIR "\n"
"  --hostaddr ADDR                print the record of this address; like ADDR\n"
"\n"
"A key that exists is never overwritten.\n";

enum { MAX_ADDRS = 64 };

struct new_key {
	enum pubkey_kind kind;
	unsigned bits;
	const char *output, *secrets, *ipsecdir;
	const char *addrs[MAX_ADDRS];
	unsigned n_addrs;
	char path[PATH_MAX];
};

static const struct {
	const char *name;
	enum pubkey_kind kind;
} types[] = {
	{ "ed25519", PUBKEY_ED25519 },	/* smallest record, fastest to sign */
	{ "p256", PUBKEY_P256 },
	{ "p384", PUBKEY_P384 },
	{ "rsa", PUBKEY_RSA },		/* for peers that know nothing newer */
};

static const struct option options[] = {
	{ "type", required_argument, NULL, 't' },
	{ "bits", required_argument, NULL, 'b' },
	{ "output", required_argument, NULL, 'o' },
	{ "secrets", required_argument, NULL, 's' },
	{ "ipsecdir", required_argument, NULL, 'd' },
	{ "hostaddr", required_argument, NULL, 'a' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int
complain(const char *what, const char *text, const char *wanted)
{
	fprintf(stderr, "newhostkey: %s \"%s\": expected %s\n", what, text,
	    wanted);
	return EXIT_USAGE_ERROR;
}

static int
set_type(struct new_key *k, const char *text)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (strcmp(types[i].name, text) == 0) {
			k->kind = types[i].kind;
			return -1;
		}
	}
	return complain("type", text, "ed25519, p256, p384 or rsa");
}

static int
set_bits(struct new_key *k, const char *text)
{
	unsigned long n;

	if (!number_parse(text, 8192, &n) || n < 2048)
		return complain("bits", text, "2048 to 8192");
	k->bits = (unsigned)n;
	return -1;
}

static int
add_addr(struct new_key *k, const char *text)
{
	struct ip_addr a;

	if (!ip_addr_parse(text, &a))
		return complain("address", text, "an IPv4 or IPv6 address");
	if (k->n_addrs == MAX_ADDRS)
		return complain("address", text, "at most 64 addresses");
	k->addrs[k->n_addrs++] = text;
	return -1;
}

/* -1: go on; else the exit status. */
static int
one_option(int c, struct new_key *k)
{
	switch (c) {
	case 't':
		return set_type(k, optarg);
	case 'b':
		return set_bits(k, optarg);
	case 'o':
		k->output = optarg;
		return -1;
	case 's':
		k->secrets = optarg;
		return -1;
	case 'd':
		k->ipsecdir = optarg;
		return -1;
	case 'a':
		return add_addr(k, optarg);
	case 'h':
		fputs(usage, stdout);
		return EXIT_OK;
	default:
		fputs(usage, stderr);
		return EXIT_USAGE_ERROR;
	}
}

static int
fail(const char *what, int error)
{
	fprintf(stderr, "newhostkey: %s: %s\n", what, strerror(error));
	return EXIT_FAILED;
}

/* Where the key goes; makes IPSECDIR/private when it is to go there. */
static int
find_place(struct new_key *k)
{
	int n;

	if (k->output) {
		n = snprintf(k->path, sizeof(k->path), "%s", k->output);
		return n > 0 && (size_t)n < sizeof(k->path) ? EXIT_OK :
		    fail(k->output, ENAMETOOLONG);
	}
	n = snprintf(k->path, sizeof(k->path), "%s/private", k->ipsecdir);
	if (n < 0 || (size_t)n >= sizeof(k->path))
		return fail(k->ipsecdir, ENAMETOOLONG);
	if (mkdir(k->path, 0700) < 0 && errno != EEXIST)
		return fail(k->path, errno);
	return key_file_default(k->ipsecdir, k->path, sizeof(k->path)) ?
	    EXIT_OK : fail(k->ipsecdir, ENAMETOOLONG);
}

static int
print_records(const struct new_key *k, const struct pubkey *key)
{
	int status = EXIT_OK;

	for (unsigned i = 0; i < k->n_addrs && status == EXIT_OK; i++) {
		struct record_request q = { .owner = k->addrs[i], .ttl = 3600,
			.precedence = 10 };
		struct record r;
		char err[200] = "cannot write";
		bool ok = record_make(&q, key, &r, err, sizeof(err)) &&
		    record_print(stdout, &r, RECORD_ZONE);

		if (!ok)
			fprintf(stderr, "newhostkey: %s\n", err);
		record_clear(&r);
		status = ok ? EXIT_OK : EXIT_FAILED;
	}
	return status;
}

/* The line wants an absolute name: pluto does not run where we do. */
static int
name_in_secrets(const struct new_key *k)
{
	char full[PATH_MAX];
	int rc;

	if (!realpath(k->path, full))
		return fail(k->path, errno);
	rc = secrets_line_add(k->secrets, full);
	return rc == 0 ? EXIT_OK : fail(k->secrets, -rc);
}

static int
save_and_tell(struct new_key *k, const struct private_key *key)
{
	int rc = private_key_save(key, k->path), status = EXIT_OK;
	char kind[16];

	if (rc == -EEXIST)
		fprintf(stderr, "newhostkey: %s exists already; it is not "
		    "overwritten\n", k->path);
	else if (rc != 0)
		fail(k->path, -rc);
	if (rc != 0)
		return EXIT_FAILED;
	fprintf(stderr, "newhostkey: wrote %s key %s to %s\n",
	    pubkey_kind_text(&key->pub, kind), key->pub.fingerprint, k->path);
	if (k->secrets)
		status = name_in_secrets(k);
	return status == EXIT_OK ? print_records(k, &key->pub) : status;
}

static int
make_key(struct new_key *k)
{
	struct private_key key;
	int status = find_place(k);

	if (status != EXIT_OK)
		return status;
	if (!private_key_generate(k->kind, k->bits, &key)) {
		fputs("newhostkey: OpenSSL cannot make such a key\n", stderr);
		return EXIT_FAILED;
	}
	status = save_and_tell(k, &key);
	private_key_free(&key);
	return status;
}

int
main(int argc, char **argv)
{
	struct new_key k = { .kind = PUBKEY_ED25519, .bits = 3072,
		.ipsecdir = DEFAULT_IPSECDIR };
	int c, status = -1;

	while (status < 0 &&
	    (c = getopt_long(argc, argv, "", options, NULL)) != -1)
		status = one_option(c, &k);
	while (status < 0 && optind < argc)
		status = add_addr(&k, argv[optind++]);
	return status < 0 ? make_key(&k) : status;
}
