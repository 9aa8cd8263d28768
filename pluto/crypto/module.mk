# Key exchange, prf, ciphers, signatures, the worker pool; needs libcrypto.
crypto_SRCS := $(addprefix pluto/crypto/,ke.c prf.c keymat.c cipher_desc.c \
               cipher.c sign_algs.c sign.c private_key.c pool.c)
crypto_PKGS := libcrypto
crypto_LIBS := -lpthread
