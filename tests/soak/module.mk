# Programs that make load.
TOOLS += flood
flood_SRCS := tests/soak/flood.c $(wire_SRCS) $(lib_SRCS)

TOOLS += scatter
scatter_SRCS := tests/soak/scatter.c $(lib_SRCS)

# Two daemons' IKE cores through a day that is made up.
TOOLS += day
day_SRCS := tests/soak/day.c tests/soak/town.c tests/soak/town_look_one.c tests/soak/town_look_two.c \
	pluto/kernel/nostack.c pluto/kernel/spi_pool.c pluto/kernel/cpi_pool.c \
	$(ikev1_SRCS) $(ikev2_SRCS) pluto/connection.c pluto/virtual.c $(wire_SRCS) $(crypto_SRCS) \
	$(lib_SRCS) $(lib_crypto_SRCS)
day_PKGS := libcrypto
day_LIBS := -lpthread
