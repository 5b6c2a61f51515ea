# SPDX-License-Identifier: GPL-3.0-or-later
# Unit tests: tests/unit/inspector/test_*.c link with libinspector.a, tests/unit/stub/test_*.c with
# the stub's own stages compiled for the host (tests/host), both with cmocka.

UNIT_INSPECTOR := $(patsubst tests/unit/inspector/%.c,$(OUT)/tests/inspector/%,$(wildcard tests/unit/inspector/test_*.c))
UNIT_STUB := $(patsubst tests/unit/stub/%.c,$(OUT)/tests/stub/%,$(wildcard tests/unit/stub/test_*.c))
include tests/unit/tools/tools-tests.mk

# Tests of the views, and of what names mean, run on a made-up guest: these stand in for the real
# target and symbols.
UNIT_VIEWS := regs halted descriptors pagetable identity translate bss reloc elfload moved params disasm \
	explain crosscheck fault snapshot walk site memmap kaslr_search kaslr_linux evaluate handover
UNIT_FAKES := $(OUT)/tests/inspector/fake_target.o $(OUT)/tests/inspector/fake_symbols.o

$(UNIT_FAKES): $(OUT)/tests/inspector/%.o: tests/unit/inspector/%.c
	@mkdir -p $(@D)
	$(CC) $(INSPECTOR_CFLAGS) $(INSPECTOR_ALL_INCLUDES) -Itests/unit/inspector -c $< -o $@
$(UNIT_VIEWS:%=$(OUT)/tests/inspector/test_%): $(UNIT_FAKES)
$(UNIT_VIEWS:%=$(OUT)/tests/inspector/test_%): UNIT_EXTRA := $(UNIT_FAKES)

# Tests of the timeline run on a guest that passes the addresses of a script.
UNIT_TIMELINES := timeline timeline_ends timeline_reads describe
UNIT_SCRIPTED := $(OUT)/tests/inspector/fake_guest.o $(OUT)/tests/inspector/fake_symbols.o

$(OUT)/tests/inspector/fake_guest.o: tests/unit/inspector/fake_guest.c
	@mkdir -p $(@D)
	$(CC) $(INSPECTOR_CFLAGS) $(INSPECTOR_ALL_INCLUDES) -Itests/unit/inspector -c $< -o $@
$(UNIT_TIMELINES:%=$(OUT)/tests/inspector/test_%): $(UNIT_SCRIPTED)
$(UNIT_TIMELINES:%=$(OUT)/tests/inspector/test_%): UNIT_EXTRA := $(UNIT_SCRIPTED)

# The test of how guests end makes up a QEMU that has ended.
UNIT_ENDED := $(OUT)/tests/inspector/fake_qemu.o

$(UNIT_ENDED): tests/unit/inspector/fake_qemu.c
	@mkdir -p $(@D)
	$(CC) $(INSPECTOR_CFLAGS) $(INSPECTOR_ALL_INCLUDES) -Itests/unit/inspector -c $< -o $@
$(OUT)/tests/inspector/test_guest_end: $(UNIT_ENDED)
$(OUT)/tests/inspector/test_guest_end: UNIT_EXTRA := $(UNIT_ENDED)

# Tests of the debug session talk to a scripted stub.
UNIT_TARGETS := target target_run target_halted target_parts target_opening target_hostile
UNIT_SERVER := $(OUT)/tests/inspector/rsp_server.o $(OUT)/tests/inspector/rsp_server_answers.o \
	$(OUT)/tests/inspector/rsp_server_texts.o $(OUT)/tests/inspector/target_fixture.o

$(UNIT_SERVER): $(OUT)/tests/inspector/%.o: tests/unit/inspector/%.c
	@mkdir -p $(@D)
	$(CC) $(INSPECTOR_CFLAGS) $(INSPECTOR_ALL_INCLUDES) -Itests/unit/inspector -c $< -o $@
$(UNIT_TARGETS:%=$(OUT)/tests/inspector/test_%): $(UNIT_SERVER)
$(UNIT_TARGETS:%=$(OUT)/tests/inspector/test_%): UNIT_EXTRA := $(UNIT_SERVER)

# Tests with the real QEMU write their own guest code.
UNIT_GUESTS := qemu guest shared
UNIT_GUEST_CODE := $(OUT)/tests/inspector/guest_code.o

$(UNIT_GUEST_CODE): tests/unit/inspector/guest_code.c
	@mkdir -p $(@D)
	$(CC) $(INSPECTOR_CFLAGS) -c $< -o $@
$(UNIT_GUESTS:%=$(OUT)/tests/inspector/test_%): $(UNIT_GUEST_CODE)
$(UNIT_GUESTS:%=$(OUT)/tests/inspector/test_%): UNIT_EXTRA := $(UNIT_GUEST_CODE)

# A test sees every folder, and its helpers in tests/unit/inspector/*.h.
$(OUT)/tests/inspector/%: tests/unit/inspector/%.c $(INSPECTOR_LIB)
	@mkdir -p $(@D)
	$(CC) $(INSPECTOR_CFLAGS) -Wno-missing-prototypes $(INSPECTOR_ALL_INCLUDES) -Itests/unit/inspector $< $(UNIT_EXTRA) -o $@ \
		$(INSPECTOR_LIB) $(INSPECTOR_LIBS) -lcmocka

# The stub's stages for the host: the same files, without the one that touches the machine. Its
# place takes tests/host, which has windows for memory and records what the stages do. Not
# position independent, so that static memory lies where a guest's would: below the 46-bit limit.
HOST_STUB_CFLAGS = $(HOST_CFLAGS) -fno-pie -DBOOTSCOPE_HOST -Istub -Istub/abi -Itests/host
HOST_STUB_SRC := $(filter-out stub/platform_bare.c,$(wildcard stub/*.c)) $(wildcard tests/host/*.c)
HOST_STUB_OBJ := $(HOST_STUB_SRC:%.c=$(OUT)/tests/host-stub/%.o)
HOST_STUB_LIB := $(OUT)/tests/libstub-host.a

$(OUT)/tests/host-stub/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(HOST_STUB_CFLAGS) -c $< -o $@

$(HOST_STUB_LIB): $(HOST_STUB_OBJ)
	rm -f $@
	$(AR) rcs $@ $^

$(OUT)/tests/stub/%: tests/unit/stub/%.c $(HOST_STUB_LIB)
	@mkdir -p $(@D)
	$(CC) $(HOST_STUB_CFLAGS) -no-pie $< -o $@ $(HOST_STUB_LIB) -lz -lcmocka
-include $(HOST_STUB_OBJ:.o=.d)
-include $(wildcard $(OUT)/tests/inspector/*.d $(OUT)/tests/stub/*.d)
