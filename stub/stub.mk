# SPDX-License-Identifier: GPL-3.0-or-later
# The guest's own code, in two programs: setup (16-bit, from the boot sector to protected mode) and
# the stub (startup_32 to the kernel's entry). mkimage makes the final link of the stub, with a
# kernel in it, from stub.o and stub.lds.

SETUP_ELF := $(BUILD)/setup.elf
SETUP_BIN := $(BUILD)/setup.bin
STUB_O    := $(BUILD)/stub.o
STUB_LDS  := $(BUILD)/stub.lds
STUB_PARTS := $(SETUP_ELF) $(SETUP_BIN) $(STUB_O) $(STUB_LDS)

STUB_SRC := $(wildcard stub/*.S stub/*.c)
SETUP_SRC := $(wildcard stub/setup/*.S stub/setup/*.c)
STUB_OBJ := $(addprefix $(BUILD)/guest/,$(addsuffix .o,$(basename $(STUB_SRC))))
SETUP_OBJ := $(addprefix $(BUILD)/guest/,$(addsuffix .o,$(basename $(SETUP_SRC))))

# No library, no operating system, nobody to raise a signal: what a compiler assumes of a user
# program is switched off. Pointers in tables are out too, since nobody would relocate them.
GUEST_CFLAGS := -std=gnu17 -g -O2 -ffreestanding $(WARNINGS) -Istub/abi -MMD -MP \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-stack-protector \
	-fno-strict-aliasing -fcf-protection=none -mgeneral-regs-only -fno-common \
	-fno-jump-tables -fno-tree-switch-conversion

STUB_CFLAGS := $(GUEST_CFLAGS) -m64 -march=x86-64 -fPIE -fvisibility=hidden -mno-red-zone -Istub

# 16-bit code has 32 KiB for everything, so it is built for size. Arguments go in registers, where
# the assembler files expect them.
SETUP_CFLAGS := $(GUEST_CFLAGS) -m16 -march=i386 -mregparm=3 -Os -fno-pic \
	-mpreferred-stack-boundary=2 -Istub/setup

GUEST_ASFLAGS := -g -Istub/abi -MMD -MP

# Setup is one segment with everything in it, as real mode has it. Newer linkers warn of that.
LD_NO_RWX_WARNING := $(shell $(LD) --help | grep -o -- --no-warn-rwx-segments)

$(BUILD)/guest/stub/setup/%.o: stub/setup/%.S
	@mkdir -p $(@D)
	$(CC) $(GUEST_ASFLAGS) -m16 -c $< -o $@
$(BUILD)/guest/stub/setup/%.o: stub/setup/%.c
	@mkdir -p $(@D)
	$(CC) $(SETUP_CFLAGS) -c $< -o $@
$(BUILD)/guest/stub/%.o: stub/%.S
	@mkdir -p $(@D)
	$(CC) $(GUEST_ASFLAGS) -m64 -c $< -o $@
$(BUILD)/guest/stub/%.o: stub/%.c
	@mkdir -p $(@D)
	$(CC) $(STUB_CFLAGS) -c $< -o $@

$(SETUP_ELF): $(SETUP_OBJ) stub/setup/setup.lds
	$(LD) -m elf_i386 -z noexecstack --fatal-warnings $(LD_NO_RWX_WARNING) -T stub/setup/setup.lds \
		-o $@ $(SETUP_OBJ)
$(SETUP_BIN): $(SETUP_ELF)
	$(OBJCOPY) -O binary $< $@

# The members of Debian's zlib that inflate needs come along; the rest stays in the archive.
$(STUB_O): $(STUB_OBJ)
	$(LD) -r -o $@ $(STUB_OBJ) $(shell $(CC) -print-file-name=libz.a)
$(STUB_LDS): stub/stub.lds
	@mkdir -p $(@D)
	$(CC) -E -P -x assembler-with-cpp -Istub/abi -MMD -MP -MT $@ -MF $@.d $< -o $@

-include $(sort $(STUB_OBJ:.o=.d) $(SETUP_OBJ:.o=.d)) $(STUB_LDS).d
