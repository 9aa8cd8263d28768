/* Fuzz target: ipsec.secrets as text: an answer or a sentence, and searches
 * over whatever was read. */
#include <stdlib.h>

#include "pluto/keeper/secrets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Asks for the secret between each entry's first two identities. */
static void
search(const struct secrets *s)
{
	for (size_t i = 0; i < secrets_count(s); i++) {
		struct secret_view v = secrets_view(s, i);
		struct secret out;
		char text[256];

		if (v.key != NULL)
			abort();	/* no file may have been opened */

		secrets_describe(s, i, text, sizeof(text));
		if (v.kind != SECRET_PSK || v.n_ids == 0)
			continue;
		secrets_find_psk(s, &v.ids[0],
		    v.n_ids > 1 ? &v.ids[1] : NULL, &out);
		secret_free(&out);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char err[300];
	struct secrets *s = secrets_parse_text(span_of(data, size), "input",
	    err, sizeof(err));

	if (!s && err[0] == '\0')
		abort();
	if (s) {
		search(s);
	}
	secrets_free(s);
	return 0;
}
