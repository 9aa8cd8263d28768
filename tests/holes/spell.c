/* Hostile messages, spelled in words. */
#include "tests/holes/spell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 28, FIRST_AT = 16, VERSION_AT = 17, EXCHANGE_AT = 18, FLAGS_AT = 19, MID_AT = 20,
	LENGTH_AT = 24, NO_LENGTH = -1 };

struct speller {
	const struct spell_live *live;
	struct spelled *out;
	size_t next_at;			/* where the type of the next payload stands */
	size_t open;			/* of the payload being written; 0: none */
	long message_len, payload_len;	/* that lie; NO_LENGTH: they do not */
	long first;
	bool has_header;
};

static const struct header { const char *word; uint8_t version, exchange, flags, mid; } headers[] = {
	{ "init", 0x20, 34, 0x08, 0 }, { "auth", 0x20, 35, 0x08, 1 },
	{ "child", 0x20, 36, 0x08, 2 }, { "info", 0x20, 37, 0x08, 2 },
	{ "mm", 0x10, 2, 0, 0 }, { "am", 0x10, 4, 0, 0 }, { "qm", 0x10, 32, 1, 7 },
	{ "inf", 0x10, 5, 0, 7 }, { "cfg", 0x10, 6, 1, 7 },
};

static const struct { const char *word, *hex; } bodies[] = {
	/* AES-GCM-256, PRF SHA2-256, X25519 */
	{ "$SA", "00000024 01010003 0300000c 01000014800e0100 03000008 02000005 00000008 0400001f" },
	/* AES-GCM-256, no ESN */
	{ "$OFFER", "00000020 01030402 c0000001 0300000c 01000014800e0100 00000008 05000000" },
	{ "$KE", "001f0000 09*1 00*31" },
	{ "$NO", "5a*32" },
	/* the same with MODP-2048, whose prime is $P14- ffffffff */
	{ "$SA14", "00000024 01010003 0300000c 01000014800e0100 03000008 02000005 00000008 0400000e" },
	{ "$P14-",
		  " ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74"
		  " 020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437"
		  " 4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"
		  " ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf05"
		  " 98da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb"
		  " 9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b"
		  " e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf695581718"
		  " 3995497cea956ae515d2261898fa051015728e5a8aacaa68ffffffff" },
	/* DOI, situation; AES-256, SHA2-256, MODP-2048, PSK, an hour */
	{ "$SA1", "00000001 00000001 0000002c 01010001 00000024 01010000 80010007 800e0100 80020004"
		  " 8004000e 80030001 800b0001 800c0e10" },
	/* ESP with AES-256 and SHA2-256, a tunnel, an hour */
	{ "$QUICK", "00000001 00000001 00000028 01030401 c0000001 0000001c 010c0000 80040001 80050005"
		    " 80060100 80010001 80020e10" },
	{ "$KE1", "02*256" },
	{ "$NO1", "5b*20" },
};

static _Noreturn void
no_word(const char *word)
{
	fprintf(stderr, "spell: \"%s\" is no word\n", word);
	abort();
}

static void
put(struct speller *s, const void *bytes, size_t len)
{
	if (len > SPELL_MAX - s->out->len)
		no_word("(too long)");
	memcpy(s->out->bytes + s->out->len, bytes, len);
	s->out->len += len;
}

static void
put_number(uint8_t *at, uint64_t v, unsigned octets)
{
	while (octets-- > 0) {
		at[octets] = (uint8_t)v;
		v >>= 8;
	}
}

static void
close_payload(struct speller *s)
{
	size_t len = s->out->len - s->open;

	if (s->open == SIZE_MAX)
		return;
	put_number(s->out->bytes + s->open + 2,
		   s->payload_len == NO_LENGTH ? len : (uint64_t)s->payload_len, 2);
	s->open = SIZE_MAX;
}

static void open_payload(struct speller *s, const char *word);

static void
repeat_payload(struct speller *s, const char *word, unsigned long times)
{
	char once[8];

	snprintf(once, sizeof(once), "%.*s", (int)strcspn(word, "^"), word);
	while (times-- > 1)
		open_payload(s, once);
}

static void
open_payload(struct speller *s, const char *word)
{
	const uint8_t generic[4] = { 0 };
	char *end;
	uint8_t type = (uint8_t)strtoul(word + 1, &end, 10);

	close_payload(s);
	if (s->out->n == SPELL_PAYLOADS)
		no_word(word);
	s->payload_len = *end == '=' ? strtol(end + 1, NULL, 10) : NO_LENGTH;
	if (s->next_at == SIZE_MAX)
		s->out->first = type;
	else
		s->out->bytes[s->next_at] = type;
	s->next_at = s->open = s->out->len;
	s->out->at[s->out->n++] = s->out->len;
	put(s, generic, sizeof(generic));
	if (*end == '!')
		s->out->bytes[s->open + 1] = 0x80;
	if (*end == '^')
		repeat_payload(s, word, strtoul(end + 1, NULL, 10));
}

static bool
open_header(struct speller *s, const char *word)
{
	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		const struct header *h = &headers[i];
		uint8_t bytes[HEADER] = { 0xe1, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77 };

		if (strcmp(word, h->word) != 0)
			continue;
		bytes[VERSION_AT] = h->version;
		bytes[EXCHANGE_AT] = h->exchange;
		bytes[FLAGS_AT] = h->flags;
		bytes[MID_AT + 3] = h->mid;
		put(s, bytes, sizeof(bytes));
		s->next_at = FIRST_AT;
		s->has_header = true;
		return true;
	}
	return false;
}

static void
set_spi(uint8_t *at, const char *value, const uint8_t live[8])
{
	if (strcmp(value, "live") == 0)
		memcpy(at, live, 8);
	else if (span_unhex(value, at, 8) != 8)
		no_word(value);
}

static bool
set_header(struct speller *s, const char *word)
{
	const char *value = strchr(word, '=');
	uint8_t *b = s->out->bytes;
	size_t n = value != NULL ? (size_t)(value++ - word) : 0;

	if (value == NULL || *word == '@')
		return false;
	if (strncmp(word, "len", n) == 0)
		s->message_len = strtol(value, NULL, 10);
	else if (strncmp(word, "first", n) == 0)
		s->first = strtol(value, NULL, 10);
	else if (strncmp(word, "ver", n) == 0)
		b[VERSION_AT] = (uint8_t)strtoul(value, NULL, 16);
	else if (strncmp(word, "ex", n) == 0)
		b[EXCHANGE_AT] = (uint8_t)strtoul(value, NULL, 16);
	else if (strncmp(word, "fl", n) == 0)
		b[FLAGS_AT] = (uint8_t)strtoul(value, NULL, 16);
	else if (strncmp(word, "mid", n) == 0)
		put_number(b + MID_AT, strtoul(value, NULL, 10), 4);
	else if (strncmp(word, "spi_i", n) == 0)
		set_spi(b, value, s->live->spi_i);
	else if (strncmp(word, "spi_r", n) == 0)
		set_spi(b + 8, value, s->live->spi_r);
	else
		return false;
	return true;
}

static void say(struct speller *s, const char *words);

static bool
put_body(struct speller *s, const char *word)
{
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++)
		if (strcmp(word, bodies[i].word) == 0) {
			say(s, bodies[i].hex);
			return true;
		}
	return false;
}

static bool
put_live(struct speller *s, const char *word)
{
	const struct spell_live *l = s->live;
	const struct { const char *word; const void *bytes; size_t len; } rows[] = {
		{ "$ESP", l->esp, 4 }, { "$COOKIES", l->spi_i, 16 },
		{ "$OURS", l->ours, 4 }, { "$THEIRS", l->theirs, 4 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(word, rows[i].word) == 0) {
			put(s, rows[i].bytes, rows[i].len);
			return true;
		}
	return false;
}

static bool
put_hex(struct speller *s, const char *word)
{
	const char *star = strchr(word, '*');
	unsigned long times = star == NULL ? 1 : strtoul(star + 1, NULL, 10);
	char hex[600];
	uint8_t bytes[300];
	int n;

	snprintf(hex, sizeof(hex), "%.*s", (int)strcspn(word, "*"), word);
	n = span_unhex(hex, bytes, sizeof(bytes));
	while (n > 0 && times-- > 0)
		put(s, bytes, (size_t)n);
	return n > 0;
}

static void
say_word(struct speller *s, const char *word)
{
	if (*word == '@')
		open_payload(s, word);
	else if (*word == '\'')
		put(s, word + 1, strcspn(word + 1, "'"));
	else if (!put_body(s, word) && !put_live(s, word) && !open_header(s, word) && !set_header(s, word)
		 && !put_hex(s, word))
		no_word(word);
}

static void
say(struct speller *s, const char *words)
{
	while (*words != '\0') {
		size_t n = strcspn(words, " ");
		char *word = strndup(words, n);

		if (word == NULL)
			abort();
		if (n > 0)
			say_word(s, word);
		free(word);
		words += n + (words[n] == ' ');
	}
}

void
spell(const char *words, const struct spell_live *live, struct spelled *out)
{
	struct speller s = { .live = live, .out = out, .next_at = SIZE_MAX, .open = SIZE_MAX,
		.message_len = NO_LENGTH, .first = NO_LENGTH };

	out->len = out->n = out->first = 0;
	say(&s, words);
	close_payload(&s);
	out->at[out->n] = out->len;
	if (!s.has_header)
		return;
	put_number(out->bytes + LENGTH_AT,
		   s.message_len == NO_LENGTH ? out->len : (uint64_t)s.message_len, 4);
	if (s.first != NO_LENGTH)
		out->bytes[FIRST_AT] = (uint8_t)s.first;
}

struct span
spelled_span(const struct spelled *s)
{
	return span_of(s->bytes, s->len);
}
