# The engine's tables for spin, the model checker.
TOOLS += promela
promela_SRCS := tests/model/promela.c $(oe_SRCS) $(lib_SRCS)
