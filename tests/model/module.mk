# The engines' tables for spin, the model checker.
TOOLS += promela ike_promela v1_promela
promela_SRCS := tests/model/promela.c $(oe_SRCS) $(lib_SRCS)
ike_promela_SRCS = tests/model/ike_promela.c pluto/connection.c $(ikev2_SRCS) $(wire_SRCS) \
	$(crypto_SRCS) $(lib_SRCS) $(lib_crypto_SRCS)
ike_promela_PKGS := libcrypto
ike_promela_LIBS := -lpthread
v1_promela_SRCS = tests/model/v1_promela.c pluto/connection.c $(ikev1_SRCS) $(wire_SRCS) \
	$(crypto_SRCS) $(lib_SRCS) $(lib_crypto_SRCS)
v1_promela_PKGS := libcrypto
v1_promela_LIBS := -lpthread
