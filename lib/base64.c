/* Base64 (RFC 4648 section 4). */
#include "lib/base64.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *
base64_encode(struct span in)
{
	char *text = malloc((in.len + 2) / 3 * 4 + 1), *to = text;

	if (text == NULL)
		return NULL;
	for (size_t i = 0; i < in.len; i += 3) {
		size_t have = in.len - i;
		unsigned v = (unsigned)in.ptr[i] << 16;

		if (have > 1)
			v |= (unsigned)in.ptr[i + 1] << 8;
		if (have > 2)
			v |= in.ptr[i + 2];
		*to++ = alphabet[v >> 18];
		*to++ = alphabet[v >> 12 & 63];
		*to++ = have > 1 ? alphabet[v >> 6 & 63] : '=';
		*to++ = have > 2 ? alphabet[v & 63] : '=';
	}
	*to = '\0';
	return text;
}

struct decoder {
	unsigned bits, n_chars, n_pads;
	struct chunk *out;
};

static bool
take_char(struct decoder *d, char c)
{
	const char *at = strchr(alphabet, c);

	if (c == '=') {
		d->n_pads++;
		return d->n_pads <= 2;
	}
	if (at == NULL || d->n_pads != 0)
		return false;
	d->bits = d->bits << 6 | (unsigned)(at - alphabet);
	if (d->n_chars++ % 4 != 0)
		d->out->ptr[d->out->len++] =
			(uint8_t)(d->bits >> (6 - 2 * ((d->n_chars - 1) % 4)));
	return true;
}

/* Whole groups of four, and no bits that a decoder would throw away. */
static bool
ended_well(const struct decoder *d)
{
	unsigned odd = d->n_chars % 4;
	unsigned spare = odd == 2 ? 15 : 3;

	if (odd == 0)
		return d->n_pads == 0;
	return odd != 1 && odd + d->n_pads == 4 && (d->bits & spare) == 0;
}

int
base64_decode(const char *text, struct chunk *out)
{
	struct chunk got = chunk_new(strlen(text) / 4 * 3 + 3);
	struct decoder d = { .out = &got };
	bool good = true;

	if (got.ptr == NULL)
		return -ENOMEM;
	got.len = 0;
	for (; good && *text != '\0'; text++)
		if (strchr(" \t\r\n", *text) == NULL)
			good = take_char(&d, *text);
	if (!good || !ended_well(&d)) {
		chunk_free(&got);
		return -EINVAL;
	}
	if (got.len == 0)
		chunk_free(&got);
	*out = got;
	return 0;
}
