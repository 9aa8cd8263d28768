# Programs that make load.
TOOLS += flood
flood_SRCS := tests/soak/flood.c $(wire_SRCS) $(lib_SRCS)
