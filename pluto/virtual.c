/* Inner addresses that a peer may choose: the lists, and what they allow. */
#include "pluto/virtual.h"

#include <stdio.h>
#include <string.h>

enum { WORD_MAX = 80 };

/* The next word of a list into OUT; false at its end. An overlong word is cut, and
 * no network. */
static bool
next_word(const char **text, char out[WORD_MAX])
{
	size_t len = strcspn(*text, ",");

	if (**text == '\0')
		return false;
	snprintf(out, WORD_MAX, "%.*s", (int)len, *text);
	*text += len;
	*text += **text == ',';
	return true;
}

/* "%v4:10.0.0.0/8", "%v4:!10.1.0.0/16". */
static bool
net_parse(const char *word, struct virtual_net *out, const char **why)
{
	bool v4 = strncmp(word, "%v4:", 4) == 0, v6 = strncmp(word, "%v6:", 4) == 0;
	struct virtual_net n = { .excluded = (v4 || v6) && word[4] == '!' };
	const char *net = v4 || v6 ? word + 4 + n.excluded : "";

	*why = "is not a list of %v4:ADDRESS/LENGTH, %v4:!ADDRESS/LENGTH and %v6:...";
	if (!ip_prefix_parse(net, &n.net)
	    || n.net.addr.family != (v4 ? IP_V4 : IP_V6))
		return false;
	*out = n;
	return true;
}

bool
virtual_nets_parse(const char *text, struct virtual_nets *out, const char **why)
{
	struct virtual_nets v = { .n = 0 };
	char word[WORD_MAX];

	*why = "names no network";
	while (next_word(&text, word)) {
		if (v.n == VIRTUAL_NETS_MAX) {
			*why = "has more than 32 networks";
			return false;
		}
		if (!net_parse(word, &v.net[v.n++], why))
			return false;
	}
	if (v.n > 0)
		*out = v;
	return v.n > 0;
}

static bool
client_word(const char *word, struct virtual_client *v, const char **why)
{
	if (strcmp(word, "%no") == 0)
		return v->own = true;
	if (strcmp(word, "%priv") == 0)
		return v->private_ = true;
	if (strcmp(word, "%all") == 0)
		return v->all = true;
	if (v->n == VIRTUAL_CLIENT_NETS_MAX) {
		*why = "has more than 8 networks";
		return false;
	}
	if (net_parse(word, &v->net[v->n], why)) {
		v->n++;
		return true;
	}
	*why = "is not a list of %no, %priv, %all, %v4:ADDRESS/LENGTH and %v6:...";
	return false;
}

bool
virtual_client_parse(const char *text, struct virtual_client *out, const char **why)
{
	struct virtual_client v = { .kind = strncmp(text, "vhost:", 6) == 0 ? VIRTUAL_HOST
		: strncmp(text, "vnet:", 5) == 0 ? VIRTUAL_NET : VIRTUAL_NONE };
	char word[WORD_MAX];

	if (v.kind == VIRTUAL_NONE) {
		*out = v;
		return true;
	}
	text += strcspn(text, ":") + 1;
	*why = "allows nothing: add %no, %priv, %all or %v4:ADDRESS/LENGTH";
	while (next_word(&text, word))
		if (!client_word(word, &v, why))
			return false;
	if (!v.own && !v.private_ && !v.all && v.n == 0)
		return false;
	*out = v;
	return true;
}

static void
append(char *out, size_t outlen, const char *word)
{
	size_t at = strlen(out);

	snprintf(out + at, outlen - at, "%s%s", at > 0 && out[at - 1] != ':' ? "," : "", word);
}

static void
append_nets(char *out, size_t outlen, const struct virtual_net *net, unsigned n)
{
	char word[WORD_MAX];
	struct addr_buf b;

	for (unsigned i = 0; i < n; i++) {
		snprintf(word, sizeof(word), "%%v%d:%s%s", (int)net[i].net.addr.family,
			 net[i].excluded ? "!" : "", ip_prefix_text(&net[i].net, &b));
		append(out, outlen, word);
	}
}

const char *
virtual_client_text(const struct virtual_client *v, char *out, size_t outlen)
{
	snprintf(out, outlen, "%s", v->kind == VIRTUAL_HOST ? "vhost:" : "vnet:");
	if (v->own)
		append(out, outlen, "%no");
	if (v->private_)
		append(out, outlen, "%priv");
	if (v->all)
		append(out, outlen, "%all");
	append_nets(out, outlen, v->net, v->n);
	return out;
}

const char *
virtual_nets_text(const struct virtual_nets *v, char *out, size_t outlen)
{
	*out = '\0';
	append_nets(out, outlen, v->net, v->n);
	return out;
}

static bool
touches(const struct ip_prefix *net, const struct traffic_selector *ts)
{
	return ip_prefix_contains(net, &ts->addr_lo) || ip_prefix_contains(net, &ts->addr_hi)
		|| ts_has_addr(ts, &net->addr);
}

static bool
holds(const struct ip_prefix *net, const struct traffic_selector *ts)
{
	return ip_prefix_contains(net, &ts->addr_lo) && ip_prefix_contains(net, &ts->addr_hi);
}

static bool
nets_allow(const struct virtual_net *net, unsigned n, const struct traffic_selector *ts)
{
	bool in = false;

	for (unsigned i = 0; i < n; i++) {
		if (net[i].excluded && touches(&net[i].net, ts))
			return false;
		in = in || (!net[i].excluded && holds(&net[i].net, ts));
	}
	return in;
}

bool
virtual_allows(const struct virtual_client *v, const struct virtual_nets *private_nets,
	       const struct ip_addr *peer, const struct traffic_selector *ts)
{
	bool host = ip_addr_eq(&ts->addr_lo, &ts->addr_hi);

	if (v->kind == VIRTUAL_NONE || (v->kind == VIRTUAL_HOST && !host))
		return false;
	return v->all || (v->own && host && ip_addr_eq(&ts->addr_lo, peer))
		|| (v->private_ && nets_allow(private_nets->net, private_nets->n, ts))
		|| nets_allow(v->net, v->n, ts);
}
