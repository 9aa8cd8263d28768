# Key exchange, prf, ciphers, signatures, the worker pool; needs libcrypto.
crypto_SRCS := $(addprefix pluto/crypto/,ke.c prf.c keymat.c v1_keymat.c v1_sign.c cipher_desc.c \
               cipher.c sign_algs.c sign.c psk.c private_key.c pool.c pool_jobs.c warm.c)
crypto_PKGS := libcrypto
crypto_LIBS := -lpthread

ke_test_SRCS = $(crypto_SRCS) $(lib_SRCS) $(lib_crypto_SRCS)
ke_test_PKGS = $(crypto_PKGS)
ke_test_LIBS = $(crypto_LIBS)
$(foreach t,prf v1_keymat cipher sign sign_vectors private_key pool,\
  $(eval $(t)_test_SRCS = $(value ke_test_SRCS)) \
  $(eval $(t)_test_PKGS = $(value ke_test_PKGS)) \
  $(eval $(t)_test_LIBS = $(value ke_test_LIBS)))
