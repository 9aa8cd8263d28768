/* Hostile messages, spelled in words, as the tables of holes have them:
 *
 *	"init @33 $SA @34 $KE @40 $NO"	IKE_SA_INIT as anybody sends it
 *	"init len=0 @33=3 00*40"	lengths that lie: of the message, of a payload
 *
 * init auth child info		a header of IKEv2, of that exchange
 * mm am qm inf cfg		one of IKEv1
 * ver= ex= fl= (hex) mid= len= first= (decimal)	other than usual in the header
 * spi_i= spi_r=		HEX, or "live": those of an SA that is up; then a first
 *				message has none of the responder
 * @N  @N!  @N=L  @N^K	begins a payload of type N; critical; of that length; K of them
 * HEX  HEX*N  'text'		octets; N times; of a word
 * $SA $KE $NO $SA1 $KE1 $NO1	bodies of a good first message of IKEv2, of IKEv1; $OFFER:
 *				an SA payload's of CREATE_CHILD_SA, for ESP; $QUICK: of Quick Mode
 * $ESP $COOKIES $OURS $THEIRS	of the SA that is up: an SPI, both SPIs of IKE, addresses
 *
 * Types and lengths are filled in where nothing else is said. */
#ifndef TESTS_HOLES_SPELL_H
#define TESTS_HOLES_SPELL_H

#include "lib/span.h"

enum { SPELL_MAX = 65535, SPELL_PAYLOADS = 160 };

/* Of an SA that is up, or zeros. */
struct spell_live {
	uint8_t spi_i[8], spi_r[8];
	uint8_t esp[4];			/* by which whoever sends the words receives */
	uint8_t ours[4], theirs[4];	/* addresses of who sends, of who receives */
};

struct spelled {
	uint8_t bytes[SPELL_MAX];
	size_t len;
	unsigned n;			/* payloads begin at... */
	size_t at[SPELL_PAYLOADS + 1];	/* ...these, the last of which is the end */
	uint8_t first;			/* type of the first, when there is no header */
};

/* Fails the test when WORDS are not of the language. */
void spell(const char *words, const struct spell_live *live, struct spelled *out);
struct span spelled_span(const struct spelled *s);

#endif
