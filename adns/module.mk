adns_core_SRCS := adns/adns_proto.c adns/message.c adns/answer.c adns/query.c
PROGS += adns
adns_SRCS = $(adns_core_SRCS) $(lib_SRCS) $(lib_loop_SRCS) $(lib_confine_SRCS) \
	adns/main.c adns/options.c adns/anchors.c adns/resolvconf.c \
	adns/resolver_unbound.c adns/serve.c adns/ask.c
adns_PKGS := libevent libunbound libcap-ng
adns_proto_test_SRCS = adns/adns_proto.c $(lib_SRCS)
answer_test_SRCS = adns/message.c adns/answer.c $(lib_SRCS)
anchors_test_SRCS = adns/anchors.c
query_test_SRCS = $(adns_core_SRCS) $(lib_SRCS) $(lib_loop_SRCS)
query_test_PKGS := libevent
