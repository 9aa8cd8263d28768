# ipsec.conf: the parser, and the two commands that use it.
conf_SRCS := $(addprefix conf/,lex.c keywords.c values.c build.c parts.c read.c resolve.c words.c conn_words.c)
conf_load_SRCS := $(addprefix conf/,run.c load.c own_addr.c)
PROGS     += auto setup
auto_SRCS  = conf/auto.c $(conf_load_SRCS) $(conf_SRCS) $(lib_SRCS)
setup_SRCS = conf/setup.c conf/loaded.c $(conf_load_SRCS) $(conf_SRCS) $(lib_SRCS)
conf_test_SRCS = $(conf_SRCS) $(lib_SRCS)
conf_words_test_SRCS = $(conf_SRCS) $(lib_SRCS)
fuzz_conf_SRCS = $(conf_SRCS) $(lib_SRCS)
loaded_test_SRCS = conf/loaded.c
