# What a kernel with ESP says to each kind of SA.
TOOLS += xfrm_plane
xfrm_plane_SRCS := tests/vm/xfrm_plane.c $(kernel_SRCS) $(lib_SRCS) $(lib_loop_SRCS)
xfrm_plane_PKGS := $(kernel_PKGS) libevent
xfrm_plane_LIBS := $(kernel_LIBS)
