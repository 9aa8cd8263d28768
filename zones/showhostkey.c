/* showhostkey: prints the DNS record of this host's key. */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "zones/front.h"
#include "zones/key_file.h"

#define PROG "showhostkey"

static const char usage[] =
"usage: ipsec showhostkey --ipseckey|--txt|--key [options] ADDR|NAME\n"
"       ipsec showhostkey --left|--right [options]\n"
"\n"
"  --file FILE       the key: default IPSECDIR/private/" HOST_KEY_NAME "\n"
"  --ipsecdir DIR    default " DEFAULT_IPSECDIR "\n"
"  --gateway GW      address, name or none (default: the address)\n"
"  --precedence N    0 to 255, lower is tried first (default 10)\n"
"\n"
"--txt prints the TXT record of RFC 4322, --key (or --rrkey) its KEY record; RSA alone.\n"
"--left and --right print a line for ipsec.conf.\n"
"Without any of them the key's kind and fingerprint are printed.\n";

struct show_args {
	const char *key, *ipsecdir;
	const char *side;	/* of ipsec.conf; NULL: no line for that */
	bool record;
	struct record_request q;
};

static bool
set_ipseckey(void *args, const char *text)
{
	(void)text;
	((struct show_args *)args)->record = true;
	return true;
}

static bool
set_txt(void *args, const char *text)
{
	((struct show_args *)args)->q.kind = RECORD_TXT;
	return set_ipseckey(args, text);
}

static bool
set_rrkey(void *args, const char *text)
{
	((struct show_args *)args)->q.kind = RECORD_KEY;
	return set_ipseckey(args, text);
}

static bool
set_left(void *args, const char *text)
{
	(void)text;
	((struct show_args *)args)->side = "left";
	return true;
}

static bool
set_right(void *args, const char *text)
{
	(void)text;
	((struct show_args *)args)->side = "right";
	return true;
}

static bool
set_file(void *args, const char *text)
{
	((struct show_args *)args)->key = text;
	return true;
}

static bool
set_ipsecdir(void *args, const char *text)
{
	((struct show_args *)args)->ipsecdir = text;
	return true;
}

static bool
set_gateway(void *args, const char *text)
{
	((struct show_args *)args)->q.gateway = text;
	return true;
}

static bool
set_precedence(void *args, const char *text)
{
	return record_precedence_parse(text, &((struct show_args *)args)->q.precedence);
}

static const struct front_row rows[] = {
	{ "ipseckey", 0, NULL, set_ipseckey },
	{ "txt", 0, NULL, set_txt },
	{ "key", 0, NULL, set_rrkey },
	{ "rrkey", 0, NULL, set_rrkey },
	{ "left", 0, NULL, set_left },
	{ "right", 0, NULL, set_right },
	{ "file", 0, "a file", set_file },
	{ "ipsecdir", 0, "a directory", set_ipsecdir },
	{ "gateway", 0, "an address, a name or none", set_gateway },
	{ "precedence", 0, "0 to 255", set_precedence },
};

/* As ipsec.conf(5) has it: leftrsasigkey=0s... */
static int
conf_line(const char *side, const struct pubkey *key)
{
	struct chunk raw = pubkey_to_dns(key);
	const char *word = key->kind == PUBKEY_RSA ? "rsasigkey"
	    : key->kind == PUBKEY_ED25519 ? "eddsakey" : "ecdsakey";
	char *text = raw.len > 0 ? base64_encode(chunk_span(raw)) : NULL;

	if (text)
		printf("\t%s%s=0s%s\n", side, word, text);
	else
		fputs(PROG ": no memory\n", stderr);
	chunk_free(&raw);
	free(text);
	return text ? EXIT_OK : EXIT_FAILED;
}

static int
show(const struct show_args *a)
{
	char path[PATH_MAX], err[200] = "the name of IPSECDIR is too long";
	struct pubkey key = { 0 };
	const char *file = a->key;
	int status = EXIT_OK;
	char kind[16];

	if (!file && key_file_default(a->ipsecdir, path, sizeof(path)))
		file = path;
	if (!file || !key_file_load(file, &key, err, sizeof(err))) {
		fprintf(stderr, PROG ": %s\n", err);
		return EXIT_FAILED;
	}
	if (a->side)
		status = conf_line(a->side, &key);
	else if (a->record)
		status = front_record(PROG, &a->q, &key, &(struct output){ .out = stdout });
	else
		printf("%s %s\n", pubkey_kind_text(&key, kind),
		    key.fingerprint);
	pubkey_free(&key);
	return status;
}

int
main(int argc, char **argv)
{
	struct show_args a = { .ipsecdir = DEFAULT_IPSECDIR,
		.q = { .ttl = 3600, .precedence = 10 } };
	const struct front f = { PROG, usage, rows, sizeof(rows) / sizeof(*rows), &a };
	int status = front_options(&f, argc, argv);

	if (status >= 0)
		return status;
	if (a.record ? optind + 1 != argc : optind != argc)
		return front_usage(&f);
	a.q.owner = argv[optind];
	return show(&a);
}
