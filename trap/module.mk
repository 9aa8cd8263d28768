trap_SRCS := trap/packet.c trap/held.c trap/rules.c trap/rules_dns.c trap/rules_groups.c \
             trap/rules_conns.c trap/rules_conns_text.c trap/nft_pairs.c trap/xtables.c \
             trap/probe.c trap/catch.c trap/trap.c $(lib_netfilter_SRCS) \
             trap/queue_catcher.c trap/acquire_msg.c trap/acquire_nl.c trap/pending.c \
             trap/spd_plan.c trap/acquire.c trap/acquire_rules.c
trap_SRCS += $(lib_starter_SRCS)
trap_PKGS := $(lib_netfilter_PKGS) libcap-ng
packet_test_SRCS = trap/packet.c $(lib_SRCS)
held_test_SRCS   = trap/held.c $(lib_SRCS)
rules_test_SRCS  = trap/rules.c trap/rules_dns.c trap/rules_groups.c trap/rules_conns.c trap/rules_conns_text.c $(lib_SRCS)
rules_conns_test_SRCS = $(rules_test_SRCS)
TOOLS += trap_probe
trap_probe_SRCS = tests/lab/trap_probe.c $(trap_SRCS) $(lib_SRCS) $(lib_loop_SRCS)
trap_probe_PKGS = $(trap_PKGS) libevent
pending_test_SRCS = trap/pending.c $(lib_SRCS)
spd_plan_test_SRCS = trap/spd_plan.c $(lib_SRCS)
acquire_msg_test_SRCS = trap/acquire_msg.c $(lib_SRCS)
acquire_test_SRCS = $(trap_SRCS) $(lib_SRCS) $(lib_loop_SRCS)
acquire_test_PKGS = $(trap_PKGS) libevent
