/* whack --keyid: the public keys of others, given by hand or found in DNS. */
#include "pluto/daemon_commands.h"
#include "pluto/daemon_ike.h"

#include <stdio.h>
#include <string.h>

enum { KEYS_MS = 10000 };

static const struct key_option {
	const char *field, *option;
	enum ipseckey_alg alg;
} key_options[] = {
	{ "rsa", "--pubkeyrsa", IPSECKEY_RSA },
	{ "ecdsa", "--pubkeyecdsa", IPSECKEY_ECDSA },
	{ "eddsa", "--pubkeyeddsa", IPSECKEY_EDDSA },
};

/* "0s" base64 or "0x" hex of a key as DNS carries it. */
static bool
read_key(const char *text, enum ipseckey_alg alg, struct pubkey *out, const char **why)
{
	struct chunk raw = { NULL, 0 };
	bool ok = false;
	int n;

	*why = "it starts with neither 0s (base64) nor 0x (hex)";
	if (strncmp(text, "0s", 2) == 0) {
		*why = "its base64 is broken";
		ok = base64_decode(text + 2, &raw) == 0;
	} else if (strncmp(text, "0x", 2) == 0) {
		raw = chunk_new(strlen(text) / 2);
		n = raw.ptr == NULL ? -1 : span_unhex(text + 2, raw.ptr, raw.len);
		*why = "its hexadecimal is broken";
		ok = n > 0;
		raw.len = ok ? (size_t)n : raw.len;
	}
	ok = ok && pubkey_from_dns((uint8_t)alg, chunk_span(raw), out, why);
	chunk_free(&raw);
	return ok;
}

/* The option of which the request holds a key, or NULL; two at once are refused
 * by whack, and here the first counts. */
static const struct key_option *
key_option(const json_t *request)
{
	for (unsigned i = 0; i < sizeof(key_options) / sizeof(*key_options); i++)
		if (json_object_get(request, key_options[i].field) != NULL)
			return &key_options[i];
	return NULL;
}

/* The name under which DNS would have the keys of ID. */
static bool
dns_name_of(const struct ident *id, struct dns_name *out)
{
	struct ip_addr a;

	if (ident_addr(id, &a)) {
		*out = revname_of(&a);
		return true;
	}
	return id->type == ID_FQDN && dns_name_from_host(span_of(id->data, id->len), out);
}

/* Without a key: as classic pluto does it, DNS is asked for them. */
static void
ask_dns(struct daemon *d, ctl_client c, const struct ident *id, const char *text)
{
	struct lookup about = { .purpose = LOOKUP_KEYID };
	unsigned slot = 0;

	while (slot < MAX_KEY_QUESTIONS && d->key_questions[slot].c.n != 0)
		slot++;
	about.about = slot;
	if (!dns_name_of(id, &about.name)) {
		ctl_result(d->ctl, c, NULL, RC_NOKEY, "%s: has no name in DNS; give a key with it", text);
		return;
	}
	if (slot == MAX_KEY_QUESTIONS) {
		ctl_result(d->ctl, c, NULL, RC_INTERNALERR, "too many such questions are in flight");
		return;
	}
	d->key_questions[slot] = (struct key_question){ .c = c, .id = *id };
	if (daemon_ask_keys(d, &about, KEYS_MS))
		return;
	d->key_questions[slot].c.n = 0;
	ctl_result(d->ctl, c, NULL, RC_INTERNALERR, "too many DNS questions are in flight");
}

/* Only what DNSSEC vouches for; a key whose record names another host by name is that
 * host's. */
void
daemon_keyid_answer(struct daemon *d, const struct lookup *l, struct dns_keys *keys)
{
	struct key_question q = d->key_questions[l->about];
	char name[300], skipped[160];
	unsigned n = 0;

	d->key_questions[l->about].c.n = 0;
	ident_text(&q.id, name, sizeof(name));
	for (unsigned i = 0; keys->evidence == EVIDENCE_SECURE && i < keys->n; i++)
		if (keys->key[i].gateway_kind != GW_NAME
		    && configured_keys_add(d->keys, &q.id, &keys->key[i].key) == 0)
			n++;
	if (n > 0)
		ctl_result(d->ctl, q.c, json_pack("{s:i}", "keys", (int)n), RC_COMMENT,
			   "%s: %u keys added, from %s (%s)", name, n, l->name.text,
			   evidence_name(keys->evidence));
	else
		ctl_result(d->ctl, q.c, NULL, RC_NOKEY, "%s: no key at %s (%s) %s", name, l->name.text,
			   evidence_name(keys->evidence), dns_keys_skipped_text(keys, skipped));
}

void
cmd_key(struct daemon *d, ctl_client c, const json_t *request)
{
	const char *text = json_string_value(json_object_get(request, "id")), *why = "";
	const struct key_option *o = key_option(request);
	struct pubkey key;
	struct ident id;
	char err[200];
	int rc = 0;

	if (!ident_parse(text, &id, err, sizeof(err))) {
		ctl_result(d->ctl, c, NULL, RC_BADID, "--keyid %s: %s", text, err);
		return;
	}
	if (o != NULL && !read_key(json_string_value(json_object_get(request, o->field)), o->alg,
				   &key, &why)) {
		ctl_result(d->ctl, c, NULL, RC_NOKEY, "%s for %s: %s", o->option, text, why);
		return;
	}
	if (!json_is_true(json_object_get(request, "add")))
		configured_keys_remove(d->keys, &id);
	if (o != NULL) {
		rc = configured_keys_add(d->keys, &id, &key);
		pubkey_free(&key);
	}
	if (o == NULL && !json_is_true(json_object_get(request, "del"))) {
		ask_dns(d, c, &id, text);
		return;
	}
	if (rc != 0) {
		ctl_result(d->ctl, c, NULL, RC_INTERNALERR, "%s: no room for more keys", text);
		return;
	}
	ctl_result(d->ctl, c, NULL, RC_COMMENT, "%s: key %s", text, o != NULL ? "added" : "removed");
}
