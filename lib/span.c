/* Borrowed and owned bytes: comparison, copies, hex. */
#include "lib/span.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fault.h"
#include "lib/log.h"

struct span
span_of(const void *p, size_t len)
{
	return (struct span){ .ptr = p, .len = len };
}

struct span
span_str(const char *s)
{
	return span_of(s, strlen(s));
}

struct span
chunk_span(struct chunk c)
{
	return span_of(c.ptr, c.len);
}

bool
span_eq(struct span a, struct span b)
{
	return a.len == b.len &&
	       (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool
span_eq_secret(struct span a, struct span b)
{
	volatile uint8_t diff = 0;

	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		diff = (uint8_t)(diff | (a.ptr[i] ^ b.ptr[i]));
	return diff == 0;
}

bool
span_is_zero(struct span s)
{
	uint8_t any = 0;

	for (size_t i = 0; i < s.len; i++)
		any = (uint8_t)(any | s.ptr[i]);
	return any == 0;
}

int
span_cmp(struct span a, struct span b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n != 0 ? memcmp(a.ptr, b.ptr, n) : 0;

	if (c != 0)
		return c < 0 ? -1 : 1;
	return (a.len > b.len) - (a.len < b.len);
}

struct chunk
chunk_new(size_t len)
{
	static struct log_limit limit = { .burst = 1 };
	struct chunk c = { 0 };

	if (len != 0 && !fault_memory())
		c.ptr = calloc(1, len);
	if (len != 0 && c.ptr == NULL)
		log_limited(&limit, LOG_LEVEL_ERROR, NULL, "no memory: what was to be done with "
			    "%zu bytes is not done; give this process more", len);
	c.len = c.ptr != NULL ? len : 0;
	return c;
}

struct chunk
chunk_copy(struct span from)
{
	struct chunk c = chunk_new(from.len);

	if (c.len != 0)
		memcpy(c.ptr, from.ptr, c.len);
	return c;
}

void
chunk_free(struct chunk *c)
{
	free(c->ptr);
	*c = (struct chunk){ 0 };
}

char *
span_hex(struct span in, char *out, size_t outlen)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (size_t i = 0; i < in.len && n + 2 < outlen; i++) {
		out[n++] = digits[in.ptr[i] >> 4];
		out[n++] = digits[in.ptr[i] & 15];
	}
	if (outlen != 0)
		out[n] = '\0';
	return out;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static const char *
skip_blanks(const char *s)
{
	return s + strspn(s, " \t\r\n");
}

int
span_unhex(const char *text, uint8_t *out, size_t max)
{
	size_t n = 0;

	for (text = skip_blanks(text); *text != '\0'; text = skip_blanks(text)) {
		int hi = hex_digit(text[0]);
		int lo = hi >= 0 ? hex_digit(text[1]) : -1;

		if (lo < 0 || n == max || n == INT32_MAX)
			return -EINVAL;
		out[n++] = (uint8_t)(hi << 4 | lo);
		text += 2;
	}
	return (int)n;
}
