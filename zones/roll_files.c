/* Keys and the secrets file while a key is replaced. */
#include "zones/roll_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/program.h"
#include "zones/child.h"
#include "zones/secrets_line.h"

static bool
failed(const char *what, int error, char *err, size_t errlen)
{
	snprintf(err, errlen, "%.300s: %s", what, strerror(error));
	return false;
}

/* "DIR/host.pem" and "next": "DIR/host.next.pem". */
static bool
beside(const char *key, const char *word, char out[ROLL_PATH])
{
	const char *slash = strrchr(key, '/'), *dot = strrchr(key, '.');
	size_t stem = dot != NULL && dot > slash ? (size_t)(dot - key) : strlen(key);
	int n = snprintf(out, ROLL_PATH, "%.*s.%s%s", (int)stem, key, word, key + stem);

	return n > 0 && n < ROLL_PATH;
}

bool
roll_paths(struct roll *r, const char *key, const char *secrets, char *err, size_t errlen)
{
	char full[PATH_MAX];

	if (realpath(key, full) == NULL)
		return failed(key, errno, err, errlen);
	if (strlen(full) >= ROLL_PATH || !beside(full, "next", r->next))
		return failed(key, ENAMETOOLONG, err, errlen);
	strcpy(r->key, full);
	if (realpath(secrets, full) != NULL && strlen(full) < ROLL_PATH)
		strcpy(r->secrets, full);
	return true;
}

/* Never writes over a key that is there. */
static int
keep(const struct roll *r, const struct private_key *key)
{
	int rc = private_key_save(key, r->next);

	return rc == 0 && r->secrets[0] != '\0' ? secrets_line_add(r->secrets, r->next) : rc;
}

bool
roll_make_key(struct roll *r, enum pubkey_kind kind, unsigned bits, bool dry, struct pubkey *out, char *err,
	      size_t errlen)
{
	struct private_key key;
	int rc;

	if (!private_key_generate(kind, bits, &key)) {
		snprintf(err, errlen, "OpenSSL cannot make such a key");
		return false;
	}
	rc = dry ? 0 : keep(r, &key);
	if (rc == 0) {
		strcpy(r->new_print, key.pub.fingerprint);
		*out = pubkey_ref(&key.pub);
	}
	private_key_free(&key);
	if (rc == -EEXIST)
		snprintf(err, errlen, "%s exists already: is it of an earlier roll-over? move it away",
			 r->next);
	else if (rc != 0)
		failed(r->next, -rc, err, errlen);
	return rc == 0;
}

bool
roll_exchange(const struct roll *r, char *err, size_t errlen)
{
	return renameat2(AT_FDCWD, r->next, AT_FDCWD, r->key, RENAME_EXCHANGE) == 0 ||
		failed(r->next, errno, err, errlen);
}

bool
roll_retire(const struct roll *r, char *err, size_t errlen)
{
	char old[ROLL_PATH];
	int rc = r->secrets[0] != '\0' ? secrets_line_remove(r->secrets, r->next) : 0;

	if (rc != 0)
		return failed(r->secrets, -rc, err, errlen);
	if (!beside(r->key, "old", old))
		return failed(r->key, ENAMETOOLONG, err, errlen);
	/* Gone already: an earlier run came as far as this. */
	return rename(r->next, old) == 0 || errno == ENOENT || failed(r->next, errno, err, errlen);
}

bool
roll_tell_pluto(const char *ctlbase, bool *runs, char *err, size_t errlen)
{
	char path[PATH_MAX], socket[PATH_MAX], said[CHILD_SAID];
	const char *argv[] = { path, "--ctlbase", ctlbase, "--rereadsecrets", NULL };
	int rc;

	snprintf(socket, sizeof(socket), "%s.ctl", ctlbase);
	*runs = access(socket, F_OK) == 0;
	if (!*runs)
		return true;
	if (!program_find("whack", path))
		return failed("whack", ENOENT, err, errlen);
	rc = child_run(argv, NULL, said);
	if (rc != 0)
		snprintf(err, errlen, "whack --rereadsecrets: %s", rc < 0 ? strerror(-rc) : said);
	return rc == 0;
}
