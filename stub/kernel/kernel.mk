# SPDX-License-Identifier: GPL-3.0-or-later
# The teaching kernel: kernel.elf (symbols, source lines, relocations), what goes into an image
# (vmlinux.bin, vmlinux.relocs), and the image itself with the stub's ELF.

# Words of checked pattern in .data (8 bytes each), and bytes of .bss.
KERNEL_PATTERN_WORDS := 524288
KERNEL_BSS_BYTES     := 1048576

KERNEL_BASE := 0xffffffff81000000
KERNEL_OUT  := $(BUILD)/stub/kernel
KERNEL_ELF  := $(BUILD)/kernel.elf
TEACHING    := $(BUILD)/teaching.bzImage
STUB_ELF    := $(BUILD)/stub.elf

KERNEL_DEFINES := -DPATTERN_WORDS=$(KERNEL_PATTERN_WORDS) -DKERNEL_BSS_BYTES=$(KERNEL_BSS_BYTES)
KERNEL_COMMON := $(KERNEL_DEFINES) -Istub/abi -Istub/kernel -m64 -MMD -MP -g -fno-asynchronous-unwind-tables \
	-fcf-protection=none
KERNEL_CFLAGS := $(KERNEL_COMMON) $(WARNINGS) -std=gnu17 -O2 -ffreestanding -fno-stack-protector \
	-mno-red-zone -mgeneral-regs-only -fno-strict-aliasing -fno-builtin
KERNEL_HIGH := -mcmodel=kernel -fno-pic
# startup.c runs before the kernel's addresses are mapped: rip-relative references only.
KERNEL_PIE  := -mcmodel=small -fPIE

KERNEL_OBJ := $(addprefix $(KERNEL_OUT)/,head_64.o startup.o early_idt.o head64.o main.o checks.o \
	handed.o console.o string.o tables.o)
KERNEL_LDFLAGS := -m elf_x86_64 -static -nostdlib --emit-relocs -z max-page-size=0x200000 \
	-z noexecstack --no-warn-rwx-segments --build-id=none --discard-none

$(KERNEL_OUT)/pattern.bin: $(PATTERN) stub/kernel/kernel.mk
	@mkdir -p $(@D)
	$(PATTERN) $(KERNEL_PATTERN_WORDS) -o $@

$(KERNEL_OUT)/startup.o: stub/kernel/startup.c stub/kernel/kernel.mk
	@mkdir -p $(@D)
	$(CC) $(KERNEL_CFLAGS) $(KERNEL_PIE) -c $< -o $@
$(KERNEL_OUT)/tables.o: stub/kernel/tables.S $(KERNEL_OUT)/pattern.bin stub/kernel/kernel.mk
	@mkdir -p $(@D)
	$(CC) $(KERNEL_COMMON) -DPATTERN_FILE='"$(KERNEL_OUT)/pattern.bin"' -c $< -o $@
$(KERNEL_OUT)/%.o: stub/kernel/%.c stub/kernel/kernel.mk
	@mkdir -p $(@D)
	$(CC) $(KERNEL_CFLAGS) $(KERNEL_HIGH) -c $< -o $@
$(KERNEL_OUT)/%.o: stub/kernel/%.S stub/kernel/kernel.mk
	@mkdir -p $(@D)
	$(CC) $(KERNEL_COMMON) -c $< -o $@

$(KERNEL_ELF): $(KERNEL_OBJ) stub/kernel/kernel.lds
	$(LD) $(KERNEL_LDFLAGS) --defsym=KERNEL_BASE=$(KERNEL_BASE) -T stub/kernel/kernel.lds -o $@ $(KERNEL_OBJ)

# As Linux's own vmlinux.bin: the segments, and no symbols.
$(BUILD)/vmlinux.bin: $(KERNEL_ELF)
	$(OBJCOPY) -S -R .comment $< $@
$(BUILD)/vmlinux.relocs: $(KERNEL_ELF) $(RELOCS)
	$(RELOCS) $< -o $@

# One run of mkimage writes both.
$(TEACHING) $(STUB_ELF) &: $(BUILD)/vmlinux.bin $(BUILD)/vmlinux.relocs $(STUB_PARTS) $(MKIMAGE)
	$(MKIMAGE) --stub $(BUILD) --kernel $(BUILD)/vmlinux.bin --relocs $(BUILD)/vmlinux.relocs \
		-o $(TEACHING) --elf $(STUB_ELF)
build: $(STUB_ELF)

-include $(KERNEL_OBJ:.o=.d)
