# Two IKEv1 engines in one process.
exchange_v1_SRCS = tests/exchange_v1/v1_pair.c tests/exchange_v1/v1_fates.c tests/fake/fake_client.c tests/fake/fake_engine.c tests/fake/fake_kernel.c tests/fake/fake_net.c \
	$(ikev1_SRCS) pluto/connection.c pluto/virtual.c $(wire_SRCS) $(crypto_SRCS) $(lib_SRCS) \
	$(lib_crypto_SRCS)
$(foreach t,$(patsubst tests/exchange_v1/%.c,%,$(wildcard tests/exchange_v1/*_test.c)),\
  $(eval $(t)_SRCS = $$(exchange_v1_SRCS)) \
  $(eval $(t)_PKGS = libcrypto) \
  $(eval $(t)_LIBS = -lpthread))

v1_no_memory_test_SRCS = tests/fake/fake_memory.c $(exchange_v1_SRCS)
v1_no_memory_test_LIBS = $(FAKE_MEMORY_LIBS) -lpthread
