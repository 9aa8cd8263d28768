# The known holes of this field, each sent to our own code: SECURITY.md names them.
holes_world_SRCS = $(addprefix tests/holes/,world.c world_v1.c world_v2.c spell.c strangers.c strangers_table.c \
		sealed.c auth_table.c after_table.c v1_sealed_table.c) \
	tests/exchange/pair.c tests/exchange/pair_acts.c tests/exchange_v1/v1_pair.c \
	tests/fake/fake_client.c tests/fake/fake_engine.c tests/fake/fake_kernel.c tests/fake/fake_net.c \
	$(ikev1_SRCS) $(ikev2_SRCS) pluto/connection.c $(wire_SRCS) $(crypto_SRCS) $(lib_SRCS) \
	$(lib_crypto_SRCS)
$(foreach t,$(patsubst tests/holes/%.c,%,$(wildcard tests/holes/*_test.c)),\
  $(eval $(t)_SRCS = $$(holes_world_SRCS)) \
  $(eval $(t)_PKGS = libcrypto) \
  $(eval $(t)_LIBS = -lpthread))
dns_test_SRCS = tests/holes/spell.c adns/answer.c adns/message.c adns/adns_proto.c pluto/dns_keys.c \
	pluto/dns_keys_merge.c $(lib_SRCS) $(lib_crypto_SRCS)

# The same datagrams, to a daemon that runs.
TOOLS += holes_send
holes_send_SRCS := $(addprefix tests/holes/,holes_send.c spell.c strangers.c strangers_table.c) $(lib_SRCS)

# tests/replay: a stranger's capture.
TOOLS += replay_capture
replay_capture_SRCS = tests/holes/replay_capture.c tests/holes/capture.c tests/fuzz/fuzz_esp.c \
	$(holes_world_SRCS) $(esp_unit_SRCS)
replay_capture_PKGS := cmocka libcrypto zlib
replay_capture_LIBS := -lpthread

# Fuzz targets that are engines: what peers say behind their keys, and what befalls two.
holes_sealed_SRCS = tests/holes/sealed.c tests/holes/spell.c $(exchange_SRCS)
fuzz_sealed_SRCS = $(holes_sealed_SRCS)
fuzz_pair_SRCS = tests/fuzz/script.c $(holes_sealed_SRCS)
fuzz_v1_sealed_SRCS = $(exchange_v1_SRCS)
fuzz_fragments_SRCS = pluto/ikev2/ike_sk.c $(wire_SRCS) $(crypto_SRCS) $(lib_SRCS) $(lib_crypto_SRCS)
fuzz_sealed_PKGS := cmocka libcrypto
fuzz_pair_PKGS := cmocka libcrypto
fuzz_v1_sealed_PKGS := cmocka libcrypto
fuzz_fragments_PKGS := libcrypto
fuzz_sealed_LIBS := -lpthread
fuzz_pair_LIBS := -lpthread
fuzz_v1_sealed_LIBS := -lpthread
fuzz_fragments_LIBS := -lpthread
fuzz_v1_pair_SRCS = tests/fuzz/script.c $(exchange_v1_SRCS)
fuzz_v1_pair_PKGS := cmocka libcrypto
fuzz_v1_pair_LIBS := -lpthread
