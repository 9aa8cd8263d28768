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
#include "zones/front.h"
#include "zones/key_file.h"
#include "zones/secrets_line.h"

#define PROG "newhostkey"

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

static bool
set_type(void *args, const char *text)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (strcmp(types[i].name, text) == 0) {
			((struct new_key *)args)->kind = types[i].kind;
			return true;
		}
	}
	return false;
}

static bool
set_bits(void *args, const char *text)
{
	unsigned long n;

	if (!number_parse(text, 8192, &n) || n < 2048)
		return false;
	((struct new_key *)args)->bits = (unsigned)n;
	return true;
}

static bool
set_output(void *args, const char *text)
{
	((struct new_key *)args)->output = text;
	return true;
}

static bool
set_secrets(void *args, const char *text)
{
	((struct new_key *)args)->secrets = text;
	return true;
}

static bool
set_ipsecdir(void *args, const char *text)
{
	((struct new_key *)args)->ipsecdir = text;
	return true;
}

static bool
add_addr(void *args, const char *text)
{
	struct new_key *k = args;
	struct ip_addr a;

	if (!ip_addr_parse(text, &a) || k->n_addrs == MAX_ADDRS)
		return false;
	k->addrs[k->n_addrs++] = text;
	return true;
}

#define ADDRS_WANTED "IPv4 and IPv6 addresses, at most 64"

static const struct front_row rows[] = {
	{ "type", 0, "ed25519, p256, p384 or rsa", set_type },
	{ "bits", 0, "2048 to 8192", set_bits },
	{ "output", 0, "a file", set_output },
	{ "secrets", 0, "a file", set_secrets },
	{ "ipsecdir", 0, "a directory", set_ipsecdir },
	{ "hostaddr", 0, ADDRS_WANTED, add_addr },
};

static int
fail(const char *what, int error)
{
	fprintf(stderr, PROG ": %s: %s\n", what, strerror(error));
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
		const struct record_request q = { .owner = k->addrs[i], .ttl = 3600,
			.precedence = 10 };

		status = front_record(PROG, &q, key, &(struct output){ .out = stdout });
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
		fprintf(stderr, PROG ": %s exists already; it is not "
		    "overwritten\n", k->path);
	else if (rc != 0)
		fail(k->path, -rc);
	if (rc != 0)
		return EXIT_FAILED;
	fprintf(stderr, PROG ": wrote %s key %s to %s\n",
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
		fputs(PROG ": OpenSSL cannot make such a key\n", stderr);
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
	const struct front f = { PROG, usage, rows, sizeof(rows) / sizeof(*rows), &k };
	int status = front_options(&f, argc, argv);

	for (; status < 0 && optind < argc; optind++)
		if (!add_addr(&k, argv[optind]))
			status = front_complain(PROG, "address", argv[optind], ADDRS_WANTED);
	return status < 0 ? make_key(&k) : status;
}
