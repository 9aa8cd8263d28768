trap_SRCS := trap/packet.c trap/held.c trap/rules.c trap/rules_groups.c \
             trap/nft_pairs.c trap/xtables.c \
             trap/probe.c trap/catch.c trap/trap.c $(lib_netfilter_SRCS)
trap_PKGS := $(lib_netfilter_PKGS)
packet_test_SRCS = trap/packet.c $(lib_SRCS)
held_test_SRCS   = trap/held.c $(lib_SRCS)
rules_test_SRCS  = trap/rules.c trap/rules_groups.c $(lib_SRCS)
TOOLS += trap_probe
trap_probe_SRCS = tests/lab/trap_probe.c $(trap_SRCS) $(lib_SRCS) $(lib_loop_SRCS)
trap_probe_PKGS = $(trap_PKGS) libevent
