# The data planes; needs libmnl besides what the ESP plane needs.
kernel_SRCS := $(addprefix pluto/kernel/,spi_pool.c rtnl.c route.c updown_env.c updown.c updown_proc.c updown_spawn.c tun_dev.c tun.c \
               nostack.c probe.c xfrm_msg.c xfrm_nl.c xfrm_flow.c xfrm.c) \
               $(esp_SRCS)
kernel_PKGS := libmnl $(esp_PKGS)
kernel_LIBS := $(esp_LIBS)

spi_pool_test_SRCS = pluto/kernel/spi_pool.c
nostack_test_SRCS = pluto/kernel/nostack.c pluto/kernel/spi_pool.c $(lib_SRCS)
xfrm_msg_test_SRCS = pluto/kernel/xfrm_msg.c pluto/crypto/cipher_desc.c $(lib_SRCS)
xfrm_msg_test_PKGS = libmnl
updown_env_test_SRCS = pluto/kernel/updown_env.c $(lib_SRCS)
updown_test_SRCS = $(addprefix pluto/kernel/,updown.c updown_proc.c updown_spawn.c updown_env.c) \
	$(lib_SRCS) $(lib_loop_SRCS)
updown_test_PKGS = libevent
updown_test_LIBS = -lpthread
