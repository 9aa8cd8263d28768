# The whole build, test, fuzz, lint and install in one make process.
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
CC := gcc

STD     := -std=c17 -D_GNU_SOURCE
WARN    := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
           -Wmissing-prototypes -Wvla -Wundef -Wformat=2 -Wswitch-enum
ifneq ($(CI),)
WARN    += -Werror
endif
# clang before 16 refuses this one; gcc has had it since 12.
ZEROED  := -ftrivial-auto-var-init=zero
HARDEN  := -fstack-protector-strong -fstack-clash-protection -fcf-protection \
           -fPIE $(shell echo | $(CC) $(ZEROED) -fsyntax-only -x c - 2>/dev/null && echo $(ZEROED))
OPT     ?= -O2 -g -D_FORTIFY_SOURCE=3
comma   := ,
B       := build$(if $(SAN),-$(subst $(comma),-,$(SAN)))
ifneq ($(SAN),)
OPT     := -O1 -g -fno-omit-frame-pointer -fsanitize=$(SAN)
LDFLAGS += -fsanitize=$(SAN)
endif
PREFIX  ?= /usr/local
override CFLAGS += $(STD) $(WARN) $(HARDEN) $(OPT) -I. -MMD -MP
LDFLAGS += -pie -Wl,-z,relro,-z,now

DIRS    := lib oe trap adns conf pluto/wire pluto/crypto pluto/ikev2 pluto/ikev1 pluto/esp \
           pluto/kernel pluto/control pluto/keeper pluto whack zones \
           tests/fake tests/oppo tests/exchange tests/exchange_v1 tests/holes tests/fuzz tests/bench \
           tests/lab tests/model tests/sim tests/soak tests/valgrind tests/vm
include $(wildcard $(DIRS:%=%/module.mk))
obj      = $(patsubst %.c,$(B)/obj/%.o,$(1))
pkglibs  = $(if $(1),$(shell pkg-config --libs $(sort $(1))))

# PROGS are what users run; TOOLS are the tests' own programs.
define prog_rule
$(B)/bin/$(1): $(call obj,$(sort $($(1)_SRCS)))
	@mkdir -p $$(@D)
	$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(call pkglibs,$$($(1)_PKGS)) $($(1)_LIBS)
endef
$(foreach p,$(PROGS) $(TOOLS),$(eval $(call prog_rule,$(p))))

# A unit test links the sources its module.mk names: X_test_SRCS, else the
# sources of its folder's library; see HACKING.md.
define test_rule
$(B)/test/$(subst /,.,$(1)): $(call obj,$(sort $(1).c $($(notdir $(1))_SRCS)))
	@mkdir -p $$(@D)
	$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(call pkglibs,cmocka $$($(notdir $(1))_PKGS)) $$($(notdir $(1))_LIBS)
endef
UNIT    := $(patsubst %.c,%,$(wildcard $(DIRS:%=%/*_test.c)))
$(foreach t,$(UNIT),$(eval $(call test_rule,$(t))))
UNIT_BINS := $(foreach t,$(UNIT),$(B)/test/$(subst /,.,$(t)))

all: $(PROGS:%=$(B)/bin/%) $(SCRIPTS)
$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c -o $@ $<
-include $(shell find $(B)/obj -name '*.d' -type f 2>/dev/null)

unit: $(UNIT_BINS)
	@tests/run-unit $(UNIT_BINS)

replay: $(B)/bin/oppo_replay
	@BIN=$(B)/bin tests/oppo/run

tools: $(filter-out $(B)/bin/fuzz_%,$(TOOLS:%=$(B)/bin/%))

# check, check-vm and demo use every processor; a -j given by the caller stays.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

# Everything this machine can run; the last line is "N passed, N failed, N skipped".
check:
	@tests/deps check
	@echo "building"
	@$(MAKE) --no-print-directory -s $(JOBS) all unit-bins tools corpus-bins
	@BIN=$(B)/bin UNIT="$(UNIT_BINS)" SAN=$(SAN) tests/check

unit-bins: $(UNIT_BINS)

# What needs ESP in the kernel, in a kernel made for it; ends like check.
check-vm:
	@tests/deps check
	@echo "building"
	@$(MAKE) --no-print-directory -s $(JOBS) all tools
	@BIN=$(B)/bin tests/vm/check

demo:
	@tests/deps demo
	@echo "building"
	@$(MAKE) --no-print-directory -s $(JOBS) all
	@BIN=$(B)/bin tests/contain tests/lab/demo.sh

bench: all tools
	@tests/deps interop
	@BIN=$(B)/bin tests/bench/run

# A day of a host with a million peers, by a fake clock.
simulate: $(B)/bin/simulate
	@$(B)/bin/simulate

# The load cases, TIME seconds long together: figures beside limits.
soak: TIME := $(if $(filter file,$(origin TIME)),600,$(TIME))
soak:
	@tests/deps check
	@echo "building"
	@$(MAKE) --no-print-directory -s $(JOBS) all tools
	@BIN=$(B)/bin TIME=$(TIME) tests/soak/run

interop: all
	@tests/deps interop
	@BIN=$(B)/bin tests/contain tests/interop/run

layers:
	@tests/layers

# Every header compiles alone.
headers:
	@for h in $$(git ls-files '*.h' | grep -v '^tests/fake/cmocka'); do \
		$(CC) $(STD) -I. -Wall -Wextra -fsyntax-only -x c $$h || exit 1; done
	@echo "headers: each compiles alone"

lint:
	@tests/deps lint
	@tests/lint

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec/ipsec
	install -m 755 $(B)/bin/ipsec $(B)/bin/whack $(B)/bin/oe-zone $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(PROGS:%=$(B)/bin/%) $(DESTDIR)$(PREFIX)/libexec/ipsec
	for s in 1 5 7 8; do \
		install -d $(DESTDIR)$(PREFIX)/share/man/man$$s && \
		install -m 644 man/*.$$s $(DESTDIR)$(PREFIX)/share/man/man$$s || exit 1; done
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	for c in ipsec pluto whack oe-zone; do \
		install -m 644 completions/$$c $(DESTDIR)$(PREFIX)/share/bash-completion/completions || exit 1; done
	install -d $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	install -m 644 completions/zsh/_* $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	install -d $(DESTDIR)/etc/ipsec.d/policies
	install -d -m 700 $(DESTDIR)/etc/ipsec.d/private
	for g in policies/*; do \
		[ -e $(DESTDIR)/etc/ipsec.d/$$g ] || install -m 644 $$g $(DESTDIR)/etc/ipsec.d/$$g; done
	[ -e $(DESTDIR)/etc/ipsec.conf ] || install -m 644 conf/ipsec.conf $(DESTDIR)/etc/ipsec.conf
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|@PREFIX@|$(PREFIX)|' init/pluto.service >$(DESTDIR)$(PREFIX)/lib/systemd/system/pluto.service
	install -d $(DESTDIR)$(PREFIX)/lib/sysusers.d
	install -m 644 init/pluto.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/pluto.conf
	install -d $(DESTDIR)$(PREFIX)/share/ipsec/unbound
	for f in init/unbound/*; do \
		sed 's|@PREFIX@|$(PREFIX)|' $$f >$(DESTDIR)$(PREFIX)/share/ipsec/unbound/$${f##*/} || exit 1; done

clean:
	rm -rf build build-*

.PHONY: all unit unit-bins replay tools check check-vm demo bench simulate soak interop layers headers lint install clean
