# Programs that the lab tests run.
TOOLS += tun_pair
tun_pair_SRCS := tests/lab/tun_pair.c $(kernel_SRCS) $(lib_SRCS) $(lib_loop_SRCS)
tun_pair_PKGS := $(kernel_PKGS) libevent
tun_pair_LIBS := $(kernel_LIBS)

TOOLS += mesh_talk
mesh_talk_SRCS := tests/lab/mesh_talk.c tests/lab/netns_socket.c $(lib_SRCS)

TOOLS += ask_all
ask_all_SRCS := tests/lab/ask_all.c $(whack_proto_SRCS) $(lib_SRCS)
ask_all_PKGS := jansson

TOOLS += acquire_probe
acquire_probe_SRCS := tests/lab/acquire_probe.c $(sort $(kernel_SRCS) $(trap_SRCS)) $(lib_SRCS) \
	$(lib_loop_SRCS)
acquire_probe_PKGS := $(kernel_PKGS) $(trap_PKGS) libevent
acquire_probe_LIBS := $(kernel_LIBS)

TOOLS += bad_wire
bad_wire_SRCS := tests/lab/bad_wire.c tests/lab/bad_deck.c lib/monotonic.c
