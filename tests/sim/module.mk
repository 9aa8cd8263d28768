# The decision engine through a day that is made up.
TOOLS += simulate
simulate_SRCS := tests/sim/simulate.c tests/sim/sim.c tests/sim/ports.c $(oe_SRCS) $(lib_SRCS)
