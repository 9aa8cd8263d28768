# IKEv2 messages as values; needs lib/ alone. SK and SKF are tested here too.
wire_SRCS := $(addprefix pluto/wire/,ike_const.c ike_msg.c ike_payload.c \
             ike_build.c describe.c v1_const.c v1_msg.c v1_payload.c v1_cfg.c v1_ts.c v1_attr.c \
             v1_phase1.c v1_phase2.c v1_phase2_choose.c proposal.c proposal_defaults.c proposal_text.c \
             proposal_words.c proposal_weak.c proposal_choose.c ts.c ident.c)
$(foreach t,ike_msg ike_payload ike_build proposal proposal_text \
  proposal_choose ts ident v1_msg v1_sa v1_cfg describe,$(eval $(t)_test_SRCS = $$(wire_SRCS) $$(lib_SRCS)))
ike_sk_test_SRCS = pluto/ikev2/ike_sk.c pluto/crypto/cipher.c \
                   pluto/crypto/cipher_desc.c $(wire_SRCS) $(lib_SRCS)
ike_sk_test_PKGS = libcrypto
ike_skf_test_SRCS = $(ike_sk_test_SRCS)
ike_skf_test_PKGS = libcrypto
fuzz_datagram_SRCS = tests/fuzz/payload_readers.c $(wire_SRCS) $(lib_SRCS)
fuzz_payloads_SRCS = tests/fuzz/payload_readers.c $(wire_SRCS) $(lib_SRCS)
fuzz_v1_SRCS = $(wire_SRCS) $(lib_SRCS)
