# Two engines in one process: whole exchanges without a network.
exchange_SRCS = tests/exchange/pair.c tests/exchange/pair_acts.c tests/fake/fake_client.c tests/fake/fake_engine.c tests/fake/fake_kernel.c tests/fake/fake_net.c \
	$(ikev2_SRCS) pluto/connection.c pluto/virtual.c $(wire_SRCS) $(crypto_SRCS) $(lib_SRCS) \
	$(lib_crypto_SRCS)
$(foreach t,$(patsubst tests/exchange/%.c,%,$(wildcard tests/exchange/*_test.c)),\
  $(eval $(t)_SRCS = $$(exchange_SRCS)) \
  $(eval $(t)_PKGS = libcrypto) \
  $(eval $(t)_LIBS = -lpthread))

FAKE_MEMORY_LIBS := $(foreach f,malloc calloc realloc reallocarray free fake_net_send,-Wl,--wrap=$(f))
no_memory_test_SRCS = tests/fake/fake_memory.c $(exchange_SRCS)
no_memory_test_LIBS = $(FAKE_MEMORY_LIBS) -lpthread
