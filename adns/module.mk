adns_core_SRCS := adns/adns_proto.c adns/message.c adns/answer.c adns/lookup.c \
	adns/query.c adns/bucket.c
tap_read_SRCS := adns/tap_note.c adns/tap_dnstap.c adns/tap_frames.c adns/tap_limits.c
PROGS += adns _unbound-hook
_unbound-hook_SRCS = adns/unbound_hook.c adns/tap_note.c $(lib_SRCS)
adns_SRCS = $(adns_core_SRCS) $(lib_SRCS) $(lib_loop_SRCS) $(lib_confine_SRCS) $(lib_calls_SRCS) \
	adns/syscalls.c \
	adns/main.c adns/options.c adns/negative.c adns/anchor_state.c adns/anchors_found.c adns/tap.c $(tap_read_SRCS) adns/health.c \
	adns/backend.c adns/resolver_unbound.c adns/resolver_stub.c adns/serve.c adns/ask.c
adns_PKGS := libevent libunbound libcares libcap-ng libseccomp
adns_proto_test_SRCS = adns/adns_proto.c $(lib_SRCS)
answer_test_SRCS = adns/message.c adns/answer.c $(lib_SRCS)
health_test_SRCS = adns/health.c adns/message.c adns/adns_proto.c $(lib_SRCS) $(lib_loop_SRCS)
health_test_PKGS := libevent
anchor_state_test_SRCS = adns/anchor_state.c $(lib_SRCS) $(lib_loop_SRCS)
anchor_state_test_PKGS := libevent
tap_read_test_SRCS = $(sort $(adns_core_SRCS) $(tap_read_SRCS) $(lib_SRCS) $(lib_loop_SRCS))
tap_read_test_PKGS := libevent
bucket_test_SRCS = adns/bucket.c $(lib_SRCS)
query_test_SRCS = $(adns_core_SRCS) $(lib_SRCS) $(lib_loop_SRCS)
query_test_PKGS := libevent
# pluto's side of the door, and what tests it.
adns_client_SRCS := pluto/adns_client.c pluto/adns_talk.c pluto/adns_late.c pluto/adns_process.c pluto/adns_questions.c pluto/adns_recent.c pluto/dns_keys.c pluto/dns_keys_merge.c \
	adns/adns_proto.c
adns_client_test_SRCS = pluto/adns_client.c pluto/adns_talk.c pluto/adns_late.c pluto/adns_process.c \
	pluto/adns_questions.c pluto/adns_recent.c \
	adns/adns_proto.c $(lib_SRCS) $(lib_loop_SRCS) $(lib_starter_SRCS)
adns_client_test_PKGS := libevent libcap-ng
dns_keys_test_SRCS = pluto/dns_keys.c pluto/dns_keys_merge.c $(lib_SRCS) $(lib_crypto_SRCS)
dns_keys_test_PKGS := libcrypto
TOOLS += adns_many
adns_many_SRCS = tests/lab/adns_many.c $(adns_client_SRCS) \
	$(lib_SRCS) $(lib_loop_SRCS) $(lib_crypto_SRCS) $(lib_starter_SRCS)
adns_many_PKGS := libevent libcrypto libcap-ng
dns_keys_merge_test_SRCS = $(dns_keys_test_SRCS)
dns_keys_merge_test_PKGS := libcrypto
adns_late_test_SRCS = pluto/adns_late.c $(lib_SRCS) $(lib_loop_SRCS)
adns_late_test_PKGS := libevent
resolver_stub_test_SRCS = adns/resolver_stub.c adns/message.c $(lib_SRCS) $(lib_loop_SRCS)
resolver_stub_test_PKGS := libevent libcares
adns_recent_test_SRCS = pluto/adns_recent.c $(lib_SRCS)
