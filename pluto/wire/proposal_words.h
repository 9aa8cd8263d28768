/* The words of --ike, --esp and --ah. */
#ifndef PLUTO_WIRE_PROPOSAL_WORDS_H
#define PLUTO_WIRE_PROPOSAL_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum word_kind { WORD_AEAD, WORD_CIPHER, WORD_HASH, WORD_PRF, WORD_KE, WORD_ESN,
	WORD_NOTHING, WORD_WEAK };

struct proposal_word {
	const char *word;	/* underscores and case do not count */
	enum word_kind kind;
	uint16_t id;		/* of the transform; a hash: as PRF */
	uint16_t bits_or_integ;	/* a cipher: its key; a hash: as integrity */
};

/* The next row after FROM (NULL: the first) that WORD of LEN characters means;
 * NULL when there is no other. */
const struct proposal_word *proposal_word_next(const char *word, size_t len,
					       const struct proposal_word *from);
/* The preferred word for a number; "?" when it has none. */
const char *proposal_word_for(enum word_kind kind, uint16_t id, uint16_t bits);

#endif
