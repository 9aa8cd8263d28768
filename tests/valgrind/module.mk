# Labs with pluto and adns under valgrind's memcheck: make valgrind LABS="rekey null"
LABS ?= first_packet rekey ikev1 null restart
TOOLS += pidfd_give
pidfd_give_SRCS = tests/valgrind/pidfd_give.c

$(B)/bin/pidfd_open.so: tests/valgrind/pidfd_open.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -fPIC -shared -o $@ $<
valgrind: all $(B)/bin/pidfd_give $(B)/bin/pidfd_open.so
	@tests/deps valgrind
	@BIN=$(B)/bin tests/valgrind/run $(LABS)
.PHONY: valgrind
