/* The words of --ike, --esp and --ah, in this project's spelling and in others'. */
#include "pluto/wire/proposal_words.h"

#include "pluto/wire/ike_const.h"

/* The first row with a number is how we write it. A word that stands in several
 * rows means all of them, in this order. */
static const struct proposal_word words[] = {
	{ "aes_gcm256", WORD_AEAD, ENCR_AES_GCM_16, 256 },
	{ "aes_gcm192", WORD_AEAD, ENCR_AES_GCM_16, 192 },
	{ "aes_gcm128", WORD_AEAD, ENCR_AES_GCM_16, 128 },
	{ "aes_gcm", WORD_AEAD, ENCR_AES_GCM_16, 256 },
	{ "aes_gcm", WORD_AEAD, ENCR_AES_GCM_16, 128 },
	{ "aes_gcm_16", WORD_AEAD, ENCR_AES_GCM_16, 256 },
	{ "aes_gcm_16", WORD_AEAD, ENCR_AES_GCM_16, 128 },
	{ "aes_gcm_16_256", WORD_AEAD, ENCR_AES_GCM_16, 256 },
	{ "aes_gcm_16_192", WORD_AEAD, ENCR_AES_GCM_16, 192 },
	{ "aes_gcm_16_128", WORD_AEAD, ENCR_AES_GCM_16, 128 },
	{ "aes_gcm_c_256", WORD_AEAD, ENCR_AES_GCM_16, 256 },
	{ "aes_gcm_c_128", WORD_AEAD, ENCR_AES_GCM_16, 128 },
	{ "aes256gcm16", WORD_AEAD, ENCR_AES_GCM_16, 256 },
	{ "aes192gcm16", WORD_AEAD, ENCR_AES_GCM_16, 192 },
	{ "aes128gcm16", WORD_AEAD, ENCR_AES_GCM_16, 128 },
	{ "chacha20_poly1305", WORD_AEAD, ENCR_CHACHA20_POLY1305, 0 },
	{ "chacha20", WORD_AEAD, ENCR_CHACHA20_POLY1305, 0 },
	{ "aes256", WORD_CIPHER, ENCR_AES_CBC, 256 },
	{ "aes192", WORD_CIPHER, ENCR_AES_CBC, 192 },
	{ "aes128", WORD_CIPHER, ENCR_AES_CBC, 128 },
	{ "aes", WORD_CIPHER, ENCR_AES_CBC, 256 },
	{ "aes", WORD_CIPHER, ENCR_AES_CBC, 128 },
	{ "aes_cbc", WORD_CIPHER, ENCR_AES_CBC, 256 },
	{ "aes_cbc", WORD_CIPHER, ENCR_AES_CBC, 128 },
	{ "aes_cbc_256", WORD_CIPHER, ENCR_AES_CBC, 256 },
	{ "aes_cbc_192", WORD_CIPHER, ENCR_AES_CBC, 192 },
	{ "aes_cbc_128", WORD_CIPHER, ENCR_AES_CBC, 128 },

	/* Of ESP alone, and only when named (RFC 8221 5). "null" is this at the
	 * beginning of a proposal, and no integrity algorithm behind an AEAD. */
	{ "aes_ccm256", WORD_AEAD, ENCR_AES_CCM_16, 256 },
	{ "aes_ccm192", WORD_AEAD, ENCR_AES_CCM_16, 192 },
	{ "aes_ccm128", WORD_AEAD, ENCR_AES_CCM_16, 128 },
	{ "aes_ccm", WORD_AEAD, ENCR_AES_CCM_16, 256 },
	{ "aes_ccm", WORD_AEAD, ENCR_AES_CCM_16, 128 },
	{ "aes_ccm_16_256", WORD_AEAD, ENCR_AES_CCM_16, 256 },
	{ "aes_ccm_16_128", WORD_AEAD, ENCR_AES_CCM_16, 128 },
	{ "aes_ccm_c_256", WORD_AEAD, ENCR_AES_CCM_16, 256 },
	{ "aes_ccm_c_128", WORD_AEAD, ENCR_AES_CCM_16, 128 },
	{ "aes256ccm16", WORD_AEAD, ENCR_AES_CCM_16, 256 },
	{ "aes128ccm16", WORD_AEAD, ENCR_AES_CCM_16, 128 },
	{ "aes_ctr256", WORD_CIPHER, ENCR_AES_CTR, 256 },
	{ "aes_ctr192", WORD_CIPHER, ENCR_AES_CTR, 192 },
	{ "aes_ctr128", WORD_CIPHER, ENCR_AES_CTR, 128 },
	{ "aes_ctr", WORD_CIPHER, ENCR_AES_CTR, 256 },
	{ "aes_ctr", WORD_CIPHER, ENCR_AES_CTR, 128 },
	{ "aes256ctr", WORD_CIPHER, ENCR_AES_CTR, 256 },
	{ "aes128ctr", WORD_CIPHER, ENCR_AES_CTR, 128 },
	{ "3des", WORD_CIPHER, ENCR_3DES, 0 },
	{ "3des_cbc", WORD_CIPHER, ENCR_3DES, 0 },
	{ "null", WORD_CIPHER, ENCR_NULL, 0 },

	{ "sha2_256", WORD_HASH, PRF_HMAC_SHA2_256, INTEG_HMAC_SHA2_256_128 },
	{ "sha2_384", WORD_HASH, PRF_HMAC_SHA2_384, INTEG_HMAC_SHA2_384_192 },
	{ "sha2_512", WORD_HASH, PRF_HMAC_SHA2_512, INTEG_HMAC_SHA2_512_256 },
	{ "sha1", WORD_HASH, PRF_HMAC_SHA1, INTEG_HMAC_SHA1_96 },
	{ "sha2", WORD_HASH, PRF_HMAC_SHA2_256, INTEG_HMAC_SHA2_256_128 },
	{ "sha256", WORD_HASH, PRF_HMAC_SHA2_256, INTEG_HMAC_SHA2_256_128 },
	{ "sha384", WORD_HASH, PRF_HMAC_SHA2_384, INTEG_HMAC_SHA2_384_192 },
	{ "sha512", WORD_HASH, PRF_HMAC_SHA2_512, INTEG_HMAC_SHA2_512_256 },
	{ "sha", WORD_HASH, PRF_HMAC_SHA1, INTEG_HMAC_SHA1_96 },
	{ "hmac_sha2_256", WORD_HASH, PRF_HMAC_SHA2_256, INTEG_HMAC_SHA2_256_128 },
	{ "hmac_sha2_384", WORD_HASH, PRF_HMAC_SHA2_384, INTEG_HMAC_SHA2_384_192 },
	{ "hmac_sha2_512", WORD_HASH, PRF_HMAC_SHA2_512, INTEG_HMAC_SHA2_512_256 },
	{ "hmac_sha1", WORD_HASH, PRF_HMAC_SHA1, INTEG_HMAC_SHA1_96 },
	{ "md5", WORD_HASH, PRF_HMAC_MD5, INTEG_HMAC_MD5_96 },	/* as 3des */

	{ "prf_sha2_256", WORD_PRF, PRF_HMAC_SHA2_256, 0 },
	{ "prf_sha2_384", WORD_PRF, PRF_HMAC_SHA2_384, 0 },
	{ "prf_sha2_512", WORD_PRF, PRF_HMAC_SHA2_512, 0 },
	{ "prf_sha1", WORD_PRF, PRF_HMAC_SHA1, 0 },
	{ "prf_sha256", WORD_PRF, PRF_HMAC_SHA2_256, 0 },
	{ "prf_sha384", WORD_PRF, PRF_HMAC_SHA2_384, 0 },
	{ "prf_sha512", WORD_PRF, PRF_HMAC_SHA2_512, 0 },

	{ "x25519", WORD_KE, KE_X25519, 0 },
	{ "ecp256", WORD_KE, KE_ECP256, 0 },
	{ "ecp384", WORD_KE, KE_ECP384, 0 },
	{ "modp2048", WORD_KE, KE_MODP2048, 0 },
	{ "modp3072", WORD_KE, KE_MODP3072, 0 },
	{ "modp4096", WORD_KE, KE_MODP4096, 0 },
	{ "modp6144", WORD_KE, KE_MODP6144, 0 },
	{ "modp8192", WORD_KE, KE_MODP8192, 0 },
	{ "ecp521", WORD_KE, KE_ECP521, 0 },
	{ "modp1536", WORD_KE, KE_MODP1536, 0 },	/* RFC 8247: SHOULD NOT; last, and only when named */
	{ "modp1024", WORD_KE, KE_MODP1024, 0 },
	{ "curve25519", WORD_KE, KE_X25519, 0 },
	{ "dh31", WORD_KE, KE_X25519, 0 },
	{ "dh19", WORD_KE, KE_ECP256, 0 },
	{ "dh20", WORD_KE, KE_ECP384, 0 },
	{ "dh14", WORD_KE, KE_MODP2048, 0 },
	{ "dh15", WORD_KE, KE_MODP3072, 0 },
	{ "dh16", WORD_KE, KE_MODP4096, 0 },
	{ "dh17", WORD_KE, KE_MODP6144, 0 },
	{ "dh18", WORD_KE, KE_MODP8192, 0 },
	{ "dh21", WORD_KE, KE_ECP521, 0 },
	{ "dh5", WORD_KE, KE_MODP1536, 0 },
	{ "dh2", WORD_KE, KE_MODP1024, 0 },

	{ "esn", WORD_ESN, ESN_YES, 0 },
	{ "noesn", WORD_ESN, ESN_NO, 0 },
	{ "null", WORD_NOTHING, 0, 0 },		/* no integrity beside AEAD */
	{ "none", WORD_NOTHING, 0, 0 },

	{ "des", WORD_WEAK, 0, 0 },		/* RFC 8247: MUST NOT */
	{ "modp768", WORD_WEAK, 0, 0 },
	{ "dh1", WORD_WEAK, 0, 0 },
	{ "dh22", WORD_WEAK, 0, 0 },
};

enum { N_WORDS = sizeof(words) / sizeof(*words) };

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Underscores and case do not count. */
static bool
same_word(const char *a, size_t len, const char *b)
{
	size_t i = 0;

	for (;;) {
		while (i < len && a[i] == '_')
			i++;
		while (*b == '_')
			b++;
		if (i == len || *b == '\0')
			return i == len && *b == '\0';
		if (lower(a[i++]) != *b++)
			return false;
	}
}

const struct proposal_word *
proposal_word_next(const char *word, size_t len, const struct proposal_word *from)
{
	size_t i = from != NULL ? (size_t)(from - words) + 1 : 0;

	for (; i < N_WORDS; i++)
		if (same_word(word, len, words[i].word))
			return &words[i];
	return NULL;
}

const char *
proposal_word_for(enum word_kind kind, uint16_t id, uint16_t bits)
{
	for (size_t i = 0; i < N_WORDS; i++)
		if (words[i].kind == kind && words[i].id == id &&
		    (words[i].bits_or_integ == bits || kind == WORD_HASH))
			return words[i].word;
	return "?";
}
