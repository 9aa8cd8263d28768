/* What %myid stands for. Unless whack says it: our address, where DNS names our key
 * under its reverse name; else the host's name, where it does so under that (RFC 4322
 * leaves it to the host by which of the two it is found). */
#include "pluto/daemon_oe.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/read_file.h"

enum { LOOKUP_MS = 10000, HOSTS_MAX = 1 << 20, NAME_MAX_LEN = 253 };

/* Of the line of /etc/hosts that has NAME, the name with a dot. */
static bool
is_of_line(char *line, const char *name, char out[NAME_MAX_LEN + 1])
{
	char *save = NULL, *dotted = NULL;
	bool found = false;

	line[strcspn(line, "#")] = '\0';
	if (strtok_r(line, " \t\r", &save) == NULL)	/* the address */
		return false;
	for (char *w = strtok_r(NULL, " \t\r", &save); w != NULL; w = strtok_r(NULL, " \t\r", &save)) {
		found = found || strcmp(w, name) == 0;
		if (dotted == NULL && strchr(w, '.') != NULL)
			dotted = w;
	}
	if (!found || dotted == NULL)
		return false;
	snprintf(out, NAME_MAX_LEN + 1, "%s", dotted);
	return true;
}

static bool
from_hosts(const char *name, char out[NAME_MAX_LEN + 1])
{
	int fd = open("/etc/hosts", O_RDONLY | O_CLOEXEC);
	struct chunk text = { NULL, 0 };
	char line[1024];
	bool found = false;

	if (fd < 0)
		return false;
	if (read_file(fd, HOSTS_MAX, &text) == 0)
		for (size_t at = 0; at < text.len && !found;) {
			const uint8_t *nl = memchr(text.ptr + at, '\n', text.len - at);
			size_t n = nl != NULL ? (size_t)(nl - text.ptr) - at : text.len - at;

			snprintf(line, sizeof(line), "%.*s", (int)n, (const char *)text.ptr + at);
			found = is_of_line(line, name, out);
			at += n + 1;
		}
	close(fd);
	chunk_free(&text);
	return found;
}

/* This host's name, whole; false when nobody has said its domain. */
static bool
host_name(struct ident *id, struct dns_name *out)
{
	char name[NAME_MAX_LEN + 1], whole[NAME_MAX_LEN + 1], at[NAME_MAX_LEN + 2], why[120];

	if (gethostname(name, sizeof(name)) != 0 || memchr(name, '\0', sizeof(name)) == NULL)
		return false;
	snprintf(whole, sizeof(whole), "%s", name);
	if (strchr(name, '.') == NULL && !from_hosts(name, whole))
		return false;
	snprintf(at, sizeof(at), "@%s", whole);
	return dns_name_from_host(span_str(whole), out) && ident_parse(at, id, why, sizeof(why));
}

static bool
has_own_address(const struct daemon *d)
{
	for (unsigned i = 0; i < MAX_OWN_KEYS; i++)
		if (d->own_keys[i].addr.family != IP_NONE && !d->own_keys[i].absent
		    && !d->own_keys[i].wrong)
			return true;
	return false;
}

static void
set(struct daemon *d, const struct ident *id)
{
	if (ident_eq(&d->myid.id, id) || (d->myid.id.type == 0 && id->type == 0))
		return;
	d->myid.id = *id;
	for (unsigned i = 0; i < d->conns.n; i++)
		if (d->conns.c[i]->local.is_myid)
			d->conns.c[i]->local.id = *id;
}

void
daemon_guess_myid(struct daemon *d)
{
	const struct ident address = { .type = 0 };
	struct lookup about = { .purpose = LOOKUP_MYID };
	struct ident id;

	if (d->myid.by_hand || d->myid.asking)
		return;
	if (has_own_address(d) || !host_name(&id, &about.name)) {
		set(d, &address);
		return;
	}
	d->myid.asking = daemon_ask_keys(d, &about, LOOKUP_MS);
}

void
daemon_myid_answer(struct daemon *d, const struct lookup *l, struct dns_keys *keys)
{
	const struct ident address = { .type = 0 };
	const struct pubkey *ours;
	struct dns_name name;
	struct ident id;
	char text[300];

	d->myid.asking = false;
	if (d->myid.by_hand || has_own_address(d) || !host_name(&id, &name)
	    || strcmp(name.text, l->name.text) != 0)
		return;
	ours = key_list_find(&d->signing, &id);
	if (ours == NULL || keys->evidence != EVIDENCE_SECURE
	    || !dns_keys_has(keys, ours)) {
		if (keys->evidence == EVIDENCE_SECURE || keys->evidence == EVIDENCE_ABSENT)
			set(d, &address);
		return;
	}
	if (!ident_eq(&d->myid.id, &id))
		log_info(NULL, "%%myid is %s: our key is there, and not under our addresses",
			 ident_text(&id, text, sizeof(text)));
	set(d, &id);
}
