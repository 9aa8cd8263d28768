/* Command lines under construction. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"

void
conf_words_add(struct conf_words *w, const char *word)
{
	char *copy = strdup(word);

	if (copy == NULL || w->n + 1 >= sizeof(w->v) / sizeof(*w->v)) {
		free(copy);
		w->full = true;
		return;
	}
	w->v[w->n++] = copy;
	w->v[w->n] = NULL;
}

void
conf_words_option(struct conf_words *w, const char *option, const char *value)
{
	char name[64];

	snprintf(name, sizeof(name), "--%s", option);
	conf_words_add(w, name);
	if (value != NULL)
		conf_words_add(w, value);
}

void
conf_words_clear(struct conf_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->v[i]);
	*w = (struct conf_words){ .n = 0 };
}

static bool
is_plain(const char *word)
{
	if (*word == '\0')
		return false;
	for (; *word != '\0'; word++)
		if (!isalnum((unsigned char)*word) && strchr("-_./:%@+=,[]", *word) == NULL)
			return false;
	return true;
}

struct text { char *out; size_t len, n; };

static void
put(struct text *t, char c)
{
	if (t->n + 1 < t->len)
		t->out[t->n++] = c;
}

static void
put_word(struct text *t, const char *word)
{
	bool quote = !is_plain(word);

	if (quote)
		put(t, '\'');
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			for (const char *q = "'\\'"; *q != '\0'; q++)
				put(t, *q);
		put(t, *word);
	}
	if (quote)
		put(t, '\'');
}

char *
conf_words_text(const struct conf_words *w, char *out, size_t outlen)
{
	struct text t = { .out = out, .len = outlen };

	for (size_t i = 0; i < w->n; i++) {
		if (i > 0)
			put(&t, ' ');
		put_word(&t, w->v[i]);
	}
	if (outlen > 0)
		out[t.n] = '\0';
	return out;
}
