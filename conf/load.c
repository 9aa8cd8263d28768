/* Connections of ipsec.conf into the running daemon, by whack. */
#include "conf/load.h"

#include <string.h>

#include "conf/own_addr.h"

/* What %defaultroute stands for in this conn: our address towards the other end,
 * when that is one. */
static const char *
own_text(const struct conf_conn *c, struct addr_buf *buf)
{
	const char *family = conf_text(c, "connaddrfamily", CONF_BOTH);
	enum ip_family f = family != NULL && strcmp(family, "ipv6") == 0 ? IP_V6 : IP_V4;
	struct ip_addr peer, own;
	bool known = false;

	for (int side = CONF_LEFT; side <= CONF_RIGHT && !known; side++) {
		const char *host = conf_text(c, "", (enum conf_side)side);

		known = host != NULL && ip_addr_parse(host, &peer);
	}
	return own_addr(known ? &peer : NULL, f, &own) ? ip_addr_text(&own, buf) : NULL;
}

static const struct { const char *word, *means; } starts[] = {
	{ "ignore", "ignore" }, { "manual", "ignore" }, { "add", "add" }, { "route", "route" },
	{ "ondemand", "route" }, { "start", "start" }, { "up", "start" },
};

static const char *
start_of(const struct conf_conn *c)
{
	const char *word = conf_text(c, "auto", CONF_BOTH);

	for (size_t i = 0; word != NULL && i < sizeof(starts) / sizeof(*starts); i++)
		if (strcmp(starts[i].word, word) == 0)
			return starts[i].means;
	return "ignore";
}

bool
loadable_make(const struct conf *c, const struct conf_section *s, bool ignored,
	      struct conf_loadable *out, char *err, size_t errlen)
{
	struct conf_conn conn;
	struct addr_buf buf;
	const char *own;

	*out = (struct conf_loadable){ .start = "ignore" };
	if (!conf_resolve(c, s, &conn, err, errlen))
		return false;
	out->start = s->has_parts ? "ignore" : start_of(&conn);
	if (s->has_parts)
		return true;
	if (!ignored && strcmp(out->start, "ignore") == 0)
		return true;
	own = own_text(&conn, &buf);
	out->n_keys = conf_key_words(&conn, own, out->keys);
	return conf_conn_words(&conn, own, &out->add, err, errlen);
}

void
loadable_clear(struct conf_loadable *l)
{
	for (unsigned i = 0; i < l->n_keys; i++)
		conf_words_clear(&l->keys[i]);
	l->n_keys = 0;
	conf_words_clear(&l->add);
}

/* FNV-1a: only to see whether something was changed. */
static void
mix(uint64_t *hash, const char *text)
{
	do {
		*hash = (*hash ^ (uint8_t)*text) * 0x100000001b3;
	} while (*text++ != '\0');
}

static void
mix_words(uint64_t *hash, const struct conf_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		mix(hash, w->v[i]);
}

uint64_t
loadable_hash(const struct conf_loadable *l)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (unsigned i = 0; i < l->n_keys; i++)
		mix_words(&hash, &l->keys[i]);
	mix_words(&hash, &l->add);
	mix(&hash, l->start);
	return hash;
}

int
conf_act(const struct conf_run *r, const char *name, const char *action, const char *more)
{
	struct conf_words w = { .n = 0 };
	int status;

	conf_words_option(&w, "name", name);
	conf_words_option(&w, action, NULL);
	if (more != NULL)
		conf_words_option(&w, more, NULL);
	status = conf_run(r, "whack", &w);
	conf_words_clear(&w);
	return status;
}

int
loadable_add(const struct conf_run *r, const struct conf_loadable *l, const char *name, bool all)
{
	int status = 0;

	for (unsigned i = 0; i < l->n_keys && status == 0; i++)
		status = conf_run(r, "whack", &l->keys[i]);
	if (status == 0)
		status = conf_run(r, "whack", &l->add);
	if (status == 0 && all && strcmp(l->start, "route") == 0)
		status = conf_act(r, name, "route", NULL);
	if (status == 0 && all && strcmp(l->start, "start") == 0)
		status = conf_act(r, name, "initiate", "asynchronous");
	return status;
}
