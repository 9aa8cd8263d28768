lib_SRCS := $(addprefix lib/,span.c secret.c wire.c wire_writer.c names.c \
	siphash.c addr.c addr_text.c selector.c log.c log_class.c fault.c monotonic.c ipc.c shunt.c spd.c revname.c \
	rr_ipseckey.c rr_txt_oe.c rr_key.c base64.c prefix_set.c heap.c table.c args_file.c number.c read_file.c anchors.c negative_anchor.c resolvconf.c state_folder.c \
	program.c notify.c histogram.c)
lib_crypto_SRCS := lib/pubkey.c lib/pubkey_dns.c
lib_loop_SRCS := lib/loop.c lib/resolvconf_watch.c
lib_confine_SRCS := lib/confine.c lib/confine_writes.c
lib_calls_SRCS := lib/confine_calls.c
lib_starter_SRCS := lib/starter.c lib/starter_serve.c $(lib_confine_SRCS)
# The kernel's netfilter: rulesets, sets, queues.
lib_netfilter_SRCS := lib/nft_load.c lib/nft_sock.c lib/nfqueue.c
lib_netfilter_PKGS := libmnl libnetfilter_queue libnftables
$(foreach t,$(patsubst lib/%.c,%,$(wildcard lib/*_test.c)),$(eval $(t)_SRCS = $$(lib_SRCS)))
pubkey_test_SRCS = $(lib_SRCS) $(lib_crypto_SRCS)
pubkey_test_PKGS := libcrypto
loop_test_SRCS = $(lib_SRCS) $(lib_loop_SRCS)
loop_test_PKGS := libevent
resolvconf_watch_test_SRCS = $(lib_SRCS) $(lib_loop_SRCS)
resolvconf_watch_test_PKGS := libevent
confine_test_SRCS = $(lib_SRCS) $(lib_confine_SRCS) $(lib_calls_SRCS)
confine_test_PKGS := libcap-ng libseccomp
starter_test_SRCS = $(lib_SRCS) $(lib_starter_SRCS)
starter_test_PKGS := libcap-ng
