# Fuzz targets: tests/fuzz/fuzz_NAME.c, over the modules in fuzz_NAME_SRCS (and
# fuzz_NAME_PKGS, fuzz_NAME_LIBS), which stand in the module.mk of the folder
# that is tested; the saved inputs are in tests/fuzz/corpus/NAME/.
#
#	make corpus		replays every corpus with ASan and UBSan, and says how many
#				lines of the parsers (tests/fuzz/parsers) they reach
#	make fuzz-NAME TIME=60	libFuzzer with ASan and UBSan; needs clang
#	make fuzz TIME=60	all of them, one after the other
#	make fuzz-afl-NAME	the same target under AFL++, with ASan; make fuzz-afl all of them
#	make fuzz-min-NAME	the corpus less what adds nothing, with what fuzzing found
FUZZ := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
TIME ?= 30

# What a folder says itself goes first.
fuzz_group_file_SRCS ?= $(oe_SRCS) $(lib_SRCS)
fuzz_packet_SRCS     ?= trap/packet.c $(lib_SRCS)
fuzz_acquire_SRCS    ?= trap/acquire_msg.c $(lib_SRCS)
fuzz_ipseckey_SRCS   ?= $(lib_SRCS) $(lib_crypto_SRCS)
fuzz_ipseckey_PKGS   ?= libcrypto
fuzz_txt_oe_SRCS     ?= $(lib_SRCS) $(lib_crypto_SRCS)
fuzz_txt_oe_PKGS     ?= libcrypto
fuzz_key_SRCS        ?= $(lib_SRCS) $(lib_crypto_SRCS)
fuzz_key_PKGS        ?= libcrypto
fuzz_adns_msg_SRCS   ?= adns/adns_proto.c adns/message.c adns/answer.c $(lib_SRCS)
fuzz_tap_SRCS       ?= $(sort $(tap_read_SRCS) $(adns_core_SRCS) $(lib_SRCS) $(lib_loop_SRCS))
fuzz_tap_PKGS       ?= libevent
fuzz_dns_reply_SRCS  ?= adns/adns_proto.c adns/message.c adns/answer.c $(lib_SRCS)
fuzz_adns_door_SRCS  ?= adns/adns_proto.c $(lib_SRCS)
fuzz_dns_name_SRCS   ?= adns/message.c $(lib_SRCS)
fuzz_dns_keys_SRCS   ?= $(dns_keys_test_SRCS) adns/adns_proto.c
fuzz_dns_keys_PKGS   ?= libcrypto
fuzz_pubkey_SRCS     ?= zones/key_text.c $(lib_SRCS) $(lib_crypto_SRCS)
fuzz_pubkey_PKGS     ?= libcrypto
fuzz_key_text_SRCS   ?= zones/key_text.c $(lib_SRCS) $(lib_crypto_SRCS)
fuzz_key_text_PKGS   ?= libcrypto
fuzz_ike_probe_SRCS  ?= zones/ike_probe.c $(lib_SRCS)
fuzz_control_SRCS    ?= $(control_SRCS) $(whack_proto_SRCS) $(lib_SRCS) $(lib_loop_SRCS)
fuzz_control_PKGS    ?= jansson libevent
fuzz_zone_file_SRCS  ?= $(lint_test_SRCS)
fuzz_zone_file_PKGS  ?= libcrypto

FUZZ  := $(foreach t,$(FUZZ),$(if $(strip $(fuzz_$(t)_SRCS)),$(t)))
$(foreach t,$(FUZZ),$(eval fuzz_$(t)_SRCS += tests/fuzz/fuzz_$(t).c tests/fuzz/replay_main.c))
TOOLS += $(FUZZ:%=fuzz_%)

# A dictionary of its own, or of the family.
$(foreach t,sealed fragments pair,$(eval fuzz_$(t)_DICT := payloads))
$(foreach t,v1_sealed v1_pair,$(eval fuzz_$(t)_DICT := v1))
$(foreach t,adns_door adns_msg dns_keys dns_name ipseckey key txt_oe,$(eval fuzz_$(t)_DICT := dns_reply))
$(foreach t,acquire packet,$(eval fuzz_$(t)_DICT := esp))
fuzz_control_DICT   := whack
fuzz_ike_probe_DICT := datagram
fuzz_pubkey_DICT    := key_text
$(foreach t,$(FUZZ),$(eval fuzz_$(t)_DICT ?= $(t)))

FUZZ_SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined
build-fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	clang $(STD) -I. -MMD -MP -g -O1 -fno-omit-frame-pointer \
		-fsanitize=fuzzer-no-link $(FUZZ_SAN) -c -o $@ $<
-include $(shell find build-fuzz -name '*.d' 2>/dev/null)

define fuzz_rule
build-fuzz/fuzz_$(1): $(patsubst %.c,build-fuzz/obj/%.o,$(sort $(filter-out tests/fuzz/replay_main.c,$(fuzz_$(1)_SRCS))))
	clang -fsanitize=fuzzer $(FUZZ_SAN) -o $$@ $$^ $$(call pkglibs,$$(fuzz_$(1)_PKGS)) $$(fuzz_$(1)_LIBS)
fuzz-$(1): build-fuzz/fuzz_$(1)
	@mkdir -p build-fuzz/corpus/$(1) tests/fuzz/corpus/$(1)
	build-fuzz/fuzz_$(1) -max_total_time=$(TIME) -timeout=10 -rss_limit_mb=1024 \
		-artifact_prefix=build-fuzz/$(1)- -print_final_stats=1 \
		-dict=tests/fuzz/$(fuzz_$(1)_DICT).dict \
		build-fuzz/corpus/$(1) tests/fuzz/corpus/$(1)
.PHONY: fuzz-$(1)
endef
$(foreach t,$(FUZZ),$(eval $(call fuzz_rule,$(t))))
fuzz: $(FUZZ:%=fuzz-%)
.PHONY: fuzz

# Another fuzzer over the same targets and inputs.
build-afl/obj/%.o: %.c
	@mkdir -p $(@D)
	AFL_QUIET=1 AFL_USE_ASAN=1 afl-clang-fast $(STD) -I. -MMD -MP -g -O1 -w -c -o $@ $<
-include $(shell find build-afl/obj -name '*.d' 2>/dev/null)
define afl_rule
build-afl/fuzz_$(1): $(patsubst %.c,build-afl/obj/%.o,$(sort $(filter-out tests/fuzz/replay_main.c,$(fuzz_$(1)_SRCS))))
	AFL_QUIET=1 AFL_USE_ASAN=1 afl-clang-fast -fsanitize=fuzzer -o $$@ $$^ \
		$$(call pkglibs,$$(fuzz_$(1)_PKGS)) $$(fuzz_$(1)_LIBS)
fuzz-afl-$(1): build-afl/fuzz_$(1)
	@tests/fuzz/afl $(1) $(fuzz_$(1)_DICT) $(TIME)
.PHONY: fuzz-afl-$(1)
endef
$(foreach t,$(FUZZ),$(eval $(call afl_rule,$(t))))
fuzz-afl: $(FUZZ:%=fuzz-afl-%)
.PHONY: fuzz-afl

# A corpus of what reaches something of its own: inputs saved by hand come first.
define min_rule
fuzz-min-$(1): build-fuzz/fuzz_$(1)
	@tests/fuzz/minimise $(1)
.PHONY: fuzz-min-$(1)
endef
$(foreach t,$(FUZZ),$(eval $(call min_rule,$(t))))

# With sanitizers, and gcov's counters; warnings are the other build's affair.
CORPUS_GCC := -O1 -g -w -fno-omit-frame-pointer -fsanitize=address,undefined --coverage
fuzz-replays: $(FUZZ:%=$(B)/bin/fuzz_%)
corpus-bins:
	@$(MAKE) --no-print-directory -s B=build-corpus SAN= OPT="$(CORPUS_GCC)" \
		LDFLAGS="-pie $(CORPUS_GCC)" fuzz-replays
corpus:
	@$(MAKE) --no-print-directory -s $(JOBS) corpus-bins
	@tests/fuzz/replay
.PHONY: fuzz-replays corpus-bins corpus
