/* A conn of ipsec.conf as the options of whack that add it. */
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"

struct writing {
	const struct conf_conn *conn;
	const char *own;		/* of %defaultroute */
	struct conf_words *out;
	char *err;
	size_t errlen;
};

static bool
bad(const struct writing *w, const char *what)
{
	snprintf(w->err, w->errlen, "%s:%u: conn %s: %s", w->conn->at.file, w->conn->at.line,
		 w->conn->name, what);
	return false;
}

/* Of KLIPS' days: ipsec0=eth0 is eth0, and %defaultroute every interface. */
static const char *
interface_of(const char *word)
{
	const char *eq = strchr(word, '=');

	return eq != NULL ? eq + 1 : *word == '%' ? NULL : word;
}

static void
list(struct writing *w, const struct conf_keyword *k, const char *text)
{
	char copy[4096], *save = NULL;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *word = strtok_r(copy, " \t,", &save); word != NULL;
	     word = strtok_r(NULL, " \t,", &save)) {
		const struct conf_word *x = k->words != NULL ? conf_word_find(k->words, word) : NULL;

		const char *value = strcmp(k->name, "interfaces") == 0 ? interface_of(word) : word;

		if (k->words == NULL && value != NULL)
			conf_words_option(w->out, k->option, value);
		else if (x != NULL && x->option != NULL)
			conf_words_option(w->out, x->option, x->value);
	}
}

/* The options that one keyword stands for, by its type. */
static void
option(struct writing *w, const struct conf_keyword *k, const char *text)
{
	const struct conf_word *x = k->words != NULL ? conf_word_find(k->words, text) : NULL;
	const char *flag = k->type == CONF_BOOL && strcmp(text, "yes") != 0 ? k->otherwise : k->option;

	if (k->type == CONF_LIST)
		list(w, k, text);
	else if (x != NULL && x->option != NULL)
		conf_words_option(w->out, x->option, x->value);
	else if (x == NULL && flag != NULL)
		conf_words_option(w->out, flag, k->type == CONF_BOOL ? NULL : text);
}

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

static bool
said(const struct writing *w, const char *keyword, const char *text)
{
	const char *is = conf_text(w->conn, keyword, CONF_BOTH);

	return is != NULL && strcmp(is, text) == 0;
}

/* What passes, drops or rejects proves and encrypts nothing. */
static bool
is_shunt(const struct writing *w)
{
	return said(w, "type", "passthrough") || said(w, "type", "pass") || said(w, "type", "drop")
		|| said(w, "type", "reject") || said(w, "authby", "never");
}

/* What Mode Config's server hands out: a conn's keywords, and its end's options. */
static const char *const handed_out[] = { "modecfgdns1", "modecfgdns2", "modecfgwins1",
	"modecfgwins2", NULL };

/* Those that are written elsewhere, or that a shunt has from %default in vain. */
static bool
left_out(const struct writing *w, const char *name)
{
	static const char *const elsewhere[] = { "", "nexthop", NULL };
	static const char *const in_vain[] = { "authby", "auth", "phase2", "pfs", "pfsgroup",
		"compress", NULL };

	return is_one_of(name, elsewhere) || is_one_of(name, handed_out) || (is_shunt(w) && is_one_of(name, in_vain));
}

static void
options(struct writing *w, enum conf_where where, enum conf_side side)
{
	for (unsigned i = 0; i < n_conf_keywords; i++) {
		const struct conf_setting *s = w->conn->set[i][side];

		if (conf_keywords[i].where == where && s != NULL && !left_out(w, s->word->name))
			option(w, &conf_keywords[i], s->text);
	}
}

static bool
from_dns(const char *key)
{
	return key != NULL && (strcmp(key, "%dnsondemand") == 0 || strcmp(key, "%dns") == 0
			       || strcmp(key, "%dnsonload") == 0);
}

/* The way to the peer is what whack assumes. */
static void
nexthop(struct writing *w, enum conf_side side)
{
	const char *hop = conf_text(w->conn, "nexthop", side);

	if (hop != NULL && strcmp(hop, "%defaultroute") != 0)
		conf_words_option(w->out, "nexthop", hop);
}

/* The server's end, or the left one when neither is called so. */
static void
hand_out(struct writing *w, enum conf_side side)
{
	const char *right = conf_text(w->conn, "modecfgserver", CONF_RIGHT);
	bool is_right = right != NULL && strcmp(right, "yes") == 0;

	for (const char *const *n = handed_out; *n != NULL && is_right == (side == CONF_RIGHT); n++) {
		const char *text = conf_text(w->conn, *n, CONF_BOTH);

		if (text != NULL)
			conf_words_option(w->out, *n, text);
	}
}

static bool
one_end(struct writing *w, enum conf_side side)
{
	const char *host = conf_text(w->conn, "", side);

	if (host == NULL)
		return bad(w, side == CONF_LEFT ? "left= is missing" : "right= is missing");
	if (strcmp(host, "%defaultroute") == 0 && w->own == NULL)
		return bad(w, "%defaultroute: there is no such route; write the address");
	conf_words_option(w->out, "host", strcmp(host, "%defaultroute") == 0 ? w->own : host);
	options(w, CONF_END, side);
	nexthop(w, side);
	hand_out(w, side);
	if (from_dns(conf_text(w->conn, "rsasigkey", side)))
		conf_words_option(w->out, "dnskeyondemand", NULL);
	return true;
}

/* For whoever there is: nobody in particular is tried for ever. */
static bool
is_policy(const struct writing *w)
{
	const char *left = conf_text(w->conn, "", CONF_LEFT), *right = conf_text(w->conn, "", CONF_RIGHT);

	return strncmp(left, "%opportunistic", 14) == 0 || strncmp(right, "%opportunistic", 14) == 0;
}

/* Who says something of dead peers, says it all. */
static void
assumed_dpd(struct writing *w)
{
	bool delay = conf_text(w->conn, "dpddelay", CONF_BOTH) != NULL;
	bool timeout = conf_text(w->conn, "dpdtimeout", CONF_BOTH) != NULL;

	if (!delay && !timeout && conf_text(w->conn, "dpdaction", CONF_BOTH) == NULL)
		return;
	if (!delay)
		conf_words_option(w->out, "dpddelay", "30");
	if (!timeout)
		conf_words_option(w->out, "dpdtimeout", "120");
}

/* What is so when nothing is said. */
static void
assumed(struct writing *w)
{
	bool by_end = conf_text(w->conn, "auth", CONF_LEFT) != NULL
		&& conf_text(w->conn, "auth", CONF_RIGHT) != NULL;

	if (is_shunt(w))
		return;
	if (conf_text(w->conn, "authby", CONF_BOTH) == NULL && !by_end)
		conf_words_option(w->out, "rsasig", NULL);
	if (conf_text(w->conn, "phase2", CONF_BOTH) == NULL)
		conf_words_option(w->out, "encrypt", NULL);
	if (conf_text(w->conn, "pfs", CONF_BOTH) == NULL)
		conf_words_option(w->out, "pfs", NULL);
	if (conf_text(w->conn, "keyingtries", CONF_BOTH) == NULL && !is_policy(w))
		conf_words_option(w->out, "keyingtries", "0");
	assumed_dpd(w);
}

bool
conf_conn_words(const struct conf_conn *c, const char *own, struct conf_words *out, char *err,
		size_t errlen)
{
	struct writing w = { .conn = c, .own = own, .out = out, .err = err, .errlen = errlen };

	*out = (struct conf_words){ .n = 0 };
	conf_words_option(out, "name", c->name);
	if (!one_end(&w, CONF_LEFT))
		return false;
	conf_words_option(out, "to", NULL);
	if (!one_end(&w, CONF_RIGHT))
		return false;
	options(&w, CONF_CONN, CONF_BOTH);
	assumed(&w);
	return !out->full || bad(&w, "too long, or no memory");
}

static const struct { const char *keyword, *option; bool more; } keys[] = {
	{ "rsasigkey", "pubkeyrsa", false },
	{ "rsasigkey2", "pubkeyrsa", true },
	{ "ecdsakey", "pubkeyecdsa", false },
	{ "eddsakey", "pubkeyeddsa", false },
};

/* Whose it is; NULL when it is nobody's whose name we know. */
static const char *
identity(const struct conf_conn *c, const char *own, enum conf_side side)
{
	const char *id = conf_text(c, "id", side), *host = conf_text(c, "", side);

	if (id != NULL)
		return id;
	if (host == NULL || strcmp(host, "%defaultroute") == 0)
		return own;
	return *host != '%' ? host : NULL;
}

/* Keys are numbers; %dnsondemand, %cert and %none are none. */
unsigned
conf_key_words(const struct conf_conn *c, const char *own, struct conf_words out[CONF_MAX_KEYS])
{
	unsigned n = 0;

	for (int side = CONF_LEFT; side <= CONF_RIGHT; side++) {
		const char *id = identity(c, own, (enum conf_side)side);

		for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
			const char *key = conf_text(c, keys[i].keyword, (enum conf_side)side);

			if (key == NULL || *key == '%' || id == NULL)
				continue;
			out[n] = (struct conf_words){ .n = 0 };
			conf_words_option(&out[n], "keyid", id);
			if (keys[i].more)
				conf_words_option(&out[n], "addkey", NULL);
			conf_words_option(&out[n++], keys[i].option, key);
		}
	}
	return n;
}

void
conf_setup_words(const struct conf *c, struct conf_words *out)
{
	struct writing w = { .out = out };

	*out = (struct conf_words){ .n = 0 };
	for (size_t i = 0; i < c->n; i++)
		for (size_t j = 0; c->sections[i].setup && j < c->sections[i].n; j++)
			option(&w, c->sections[i].s[j].word, c->sections[i].s[j].text);
}
