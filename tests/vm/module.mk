# What a kernel with ESP says to each kind of SA.
TOOLS += xfrm_plane
xfrm_plane_SRCS := $(addprefix tests/vm/,xfrm_plane.c net.c list.c talk.c plane_matrix.c plane_policies.c \
                   plane_life.c plane_moves.c plane_devices.c) \
                   $(kernel_SRCS) $(lib_SRCS) $(lib_loop_SRCS)
xfrm_plane_PKGS := $(kernel_PKGS) libevent
xfrm_plane_LIBS := $(kernel_LIBS)
