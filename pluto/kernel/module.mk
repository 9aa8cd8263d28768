# The data planes; needs libmnl besides what the ESP plane needs.
kernel_SRCS := $(addprefix pluto/kernel/,spi_pool.c cpi_pool.c rtnl.c marked_routes.c route.c own_addr.c updown_env.c \
               updown.c updown_proc.c tun_dev.c tun.c nostack.c probe.c \
               esp_packet.c spi_gate.c) \
               $(addprefix pluto/kernel/xfrm,_alg.c _msg.c _msg_policy.c _msg_move.c \
               _nl.c _flow.c _policy.c _spi.c _sa.c _move.c _event.c _sweep.c \
               _socket.c _bypass.c _trap.c _settings.c _offload.c _if.c .c) \
               $(esp_SRCS) $(lib_netfilter_SRCS)
kernel_PKGS := $(lib_netfilter_PKGS) $(esp_PKGS) libcap-ng
# Who starts the programs of --updown.
kernel_SRCS += $(lib_starter_SRCS)
kernel_LIBS := $(esp_LIBS)

spi_pool_test_SRCS = pluto/kernel/spi_pool.c
cpi_pool_test_SRCS = pluto/kernel/cpi_pool.c
esp_packet_test_SRCS = pluto/kernel/esp_packet.c $(lib_SRCS)
nostack_test_SRCS = pluto/kernel/nostack.c pluto/kernel/spi_pool.c pluto/kernel/cpi_pool.c $(lib_SRCS)
xfrm_msg_test_SRCS = $(addprefix pluto/kernel/xfrm,_alg.c _msg.c _msg_policy.c \
                     _msg_move.c) $(lib_SRCS)
xfrm_msg_test_PKGS = libmnl
xfrm_flow_test_SRCS = $(addprefix pluto/kernel/xfrm,_flow.c _alg.c _msg.c) $(lib_SRCS)
xfrm_flow_test_PKGS = libmnl
xfrm_msg_policy_test_SRCS = $(xfrm_msg_test_SRCS)
xfrm_msg_policy_test_PKGS = libmnl
updown_env_test_SRCS = pluto/kernel/updown_env.c $(lib_SRCS)
updown_test_SRCS = $(addprefix pluto/kernel/,updown.c updown_proc.c updown_env.c) \
	$(lib_SRCS) $(lib_loop_SRCS) $(lib_starter_SRCS)
updown_test_PKGS = libevent libcap-ng
