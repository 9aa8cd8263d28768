whack_proto_SRCS := whack/whack_proto.c
PROGS      += whack
whack_SRCS  = whack/main.c whack/talk.c whack/options.c whack/requests.c whack/plan.c whack/replay.c whack/show.c whack/ask.c \
              $(whack_proto_SRCS) $(lib_SRCS)
whack_PKGS := jansson
PROGS      += top
top_SRCS    = whack/top.c whack/top_table.c whack/talk.c $(whack_proto_SRCS) $(lib_SRCS)
top_PKGS   := jansson
top_table_test_SRCS = whack/top_table.c
top_table_test_PKGS := jansson
whack_proto_test_SRCS = $(whack_proto_SRCS) $(lib_SRCS)
whack_proto_test_PKGS := jansson
requests_test_SRCS = whack/options.c whack/requests.c whack/plan.c whack/replay.c $(whack_proto_SRCS) $(lib_SRCS)
requests_test_PKGS := jansson
fuzz_whack_SRCS = $(whack_proto_SRCS) $(lib_SRCS)
fuzz_whack_PKGS := jansson
