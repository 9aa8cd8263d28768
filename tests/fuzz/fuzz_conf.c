/* Fuzz target: ipsec.conf as text: sections or a sentence, and the command lines
 * of whatever was read. */
#include <stdlib.h>

#include "conf/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_conn(const struct conf *c, const struct conf_section *s)
{
	struct conf_words add = { .n = 0 }, keys[CONF_MAX_KEYS];
	char err[500] = "", text[1000];
	struct conf_conn conn;

	if (!conf_resolve(c, s, &conn, err, sizeof(err)))
		return;
	if (!conf_conn_words(&conn, "192.0.2.1", &add, err, sizeof(err)) && err[0] == '\0')
		abort();
	conf_words_text(&add, text, sizeof(text));
	conf_words_clear(&add);
	for (unsigned n = conf_key_words(&conn, "192.0.2.1", keys); n > 0; n--)
		conf_words_clear(&keys[n - 1]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char err[500] = "";
	struct conf *c = conf_parse(span_of(data, size), "input", err, sizeof(err));
	struct conf_words setup;

	if (c == NULL && err[0] == '\0')
		abort();
	if (c == NULL)
		return 0;
	for (size_t i = 0; i < c->n && i < 50; i++)
		if (!c->sections[i].setup)
			write_conn(c, &c->sections[i]);
	conf_setup_words(c, &setup);
	conf_words_clear(&setup);
	conf_free(c);
	return 0;
}
