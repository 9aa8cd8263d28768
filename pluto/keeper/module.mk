# The keeper of private keys and shared secrets: a program, and pluto's side of it.
secrets_SRCS := $(addprefix pluto/keeper/,secrets.c secrets_lex.c secrets_entry.c secrets_read.c)
keeper_proto_SRCS := pluto/keeper/keeper_proto.c
keeper_client_SRCS := $(addprefix pluto/keeper/,keeper.c keeper_ask.c keeper_load.c keys.c) $(keeper_proto_SRCS)
keeper_needs = $(crypto_SRCS) $(wire_SRCS) $(lib_SRCS) $(lib_crypto_SRCS)
PROGS       += keeper
keeper_SRCS  = pluto/keeper/main.c pluto/keeper/serve.c pluto/keeper/answer.c pluto/keeper/keeper_calls.c \
	$(keeper_proto_SRCS) $(secrets_SRCS) $(keeper_needs) $(lib_confine_SRCS) $(lib_calls_SRCS)
keeper_PKGS := libcrypto libcap-ng libseccomp
keeper_LIBS := -lpthread

secrets_test_SRCS = $(secrets_SRCS) pluto/keeper/keys.c $(keeper_needs)
secrets_test_PKGS := libcrypto
secrets_test_LIBS := -lpthread
answer_SRCS = pluto/keeper/answer.c pluto/keeper/keys.c $(keeper_proto_SRCS) $(secrets_SRCS) $(keeper_needs)
keeper_answer_test_SRCS = $(answer_SRCS)
keeper_answer_test_PKGS := libcrypto
keeper_answer_test_LIBS := -lpthread
fuzz_keeper_SRCS = $(answer_SRCS)
fuzz_keeper_PKGS := libcrypto
fuzz_keeper_LIBS := -lpthread
fuzz_secrets_SRCS = $(secrets_test_SRCS)
fuzz_secrets_PKGS := libcrypto
fuzz_secrets_LIBS := -lpthread
