/* What OpenSSL does only once, done before the first peer waits for it. */
#ifndef PLUTO_CRYPTO_WARM_H
#define PLUTO_CRYPTO_WARM_H

/* A handshake's worth of cryptography with throw-away keys, about 3 ms the first
 * time and 0.4 ms in a further thread: OpenSSL loads its algorithms, and seeds
 * the random generator of the calling thread. */
void crypto_warm(void);

#endif
