# SPDX-License-Identifier: GPL-3.0-or-later
# The 32-bit stub and its kernel: teaching32.bzImage. Setup, console, heap, inflate and failure are
# those of the 64-bit stub; mkimage packs it as it packs that one, from a folder with the same names.

I386_STUB   := $(BUILD)/i386
I386_OUT    := $(BUILD)/stub/i386
TEACHING32  := $(BUILD)/teaching32.bzImage
STUB32_ELF  := $(BUILD)/stub32.elf
KERNEL32_ELF := $(BUILD)/kernel32.elf

# Linked for 16 MiB; aligned to 4 MiB, so that an image loaded at 1 MiB unpacks to 4 MiB and has
# something to relocate.
I386_PHYSICAL_ADDR  := 0x1000000
I386_PHYSICAL_ALIGN := 0x400000
I386_PATTERN_WORDS  := 32768

I386_SHARED := console failure heap inflate string text
I386_OBJ := $(addprefix $(I386_OUT)/,head_32.o relocated.o misc.o platform.o $(I386_SHARED:%=%.o))
I386_CFLAGS := $(GUEST_CFLAGS) -m32 -march=i686 -fPIE -fvisibility=hidden -Istub/i386 -Istub
# Debian's 32-bit zlib (lib32z1-dev); its header is zlib.h of zlib1g-dev, whose zconf.h is found
# under the 64-bit name only.
I386_LIBZ := /usr/lib32/libz.a
I386_ZCONF := -idirafter /usr/include/$(shell $(CC) -print-multiarch)

$(I386_OUT)/%.o: stub/i386/%.S
	@mkdir -p $(@D)
	$(CC) $(GUEST_ASFLAGS) -Istub/i386 -m32 -c $< -o $@
$(I386_OUT)/%.o: stub/i386/%.c
	@mkdir -p $(@D)
	$(CC) $(I386_CFLAGS) -c $< -o $@
$(I386_SHARED:%=$(I386_OUT)/%.o): $(I386_OUT)/%.o: stub/%.c
	@mkdir -p $(@D)
	$(CC) $(I386_CFLAGS) $(I386_ZCONF) -c $< -o $@

$(I386_STUB)/stub.o: $(I386_OBJ)
	@mkdir -p $(@D)
	$(LD) -m elf_i386 -r -o $@ $(I386_OBJ) $(I386_LIBZ)
$(I386_STUB)/stub.lds: stub/i386/stub.lds
	@mkdir -p $(@D)
	$(CC) -E -P -x assembler-with-cpp -Istub/abi -MMD -MP -MT $@ -MF $@.d $< -o $@
$(I386_STUB)/setup.bin: $(SETUP_BIN)
	@mkdir -p $(@D)
	cp $< $@

KERNEL32_OUT := $(I386_OUT)/kernel
KERNEL32_OBJ := $(addprefix $(KERNEL32_OUT)/,head_32.o main.o console.o tables.o string.o)
KERNEL32_CFLAGS := -DPATTERN_WORDS=$(I386_PATTERN_WORDS) -Istub/abi -Istub/kernel -m32 -march=i686 \
	-MMD -MP -g -fno-asynchronous-unwind-tables -fcf-protection=none $(WARNINGS) -std=gnu17 -O2 \
	-ffreestanding -fno-stack-protector -mgeneral-regs-only -fno-strict-aliasing -fno-builtin -fno-pic

$(KERNEL32_OUT)/pattern.bin: $(PATTERN) stub/i386/i386.mk
	@mkdir -p $(@D)
	$(PATTERN) $(I386_PATTERN_WORDS) -o $@
$(KERNEL32_OUT)/tables.o: stub/i386/kernel/tables.S $(KERNEL32_OUT)/pattern.bin
	@mkdir -p $(@D)
	$(CC) $(KERNEL32_CFLAGS) -DPATTERN_FILE='"$(KERNEL32_OUT)/pattern.bin"' -c $< -o $@
$(KERNEL32_OUT)/%.o: stub/i386/kernel/%.S stub/i386/i386.mk
	@mkdir -p $(@D)
	$(CC) $(KERNEL32_CFLAGS) -c $< -o $@
$(KERNEL32_OUT)/%.o: stub/i386/kernel/%.c stub/i386/i386.mk
	@mkdir -p $(@D)
	$(CC) $(KERNEL32_CFLAGS) -c $< -o $@
$(KERNEL32_OUT)/%.o: stub/kernel/%.c stub/i386/i386.mk
	@mkdir -p $(@D)
	$(CC) $(KERNEL32_CFLAGS) -c $< -o $@

$(KERNEL32_ELF): $(KERNEL32_OBJ) stub/i386/kernel/kernel.lds
	$(LD) -m elf_i386 -static -nostdlib --emit-relocs -z max-page-size=0x1000 -z noexecstack \
		--no-warn-rwx-segments --build-id=none --discard-none -T stub/i386/kernel/kernel.lds -o $@ $(KERNEL32_OBJ)
$(BUILD)/vmlinux32.bin: $(KERNEL32_ELF)
	$(OBJCOPY) -S -R .comment $< $@
$(BUILD)/vmlinux32.relocs: $(KERNEL32_ELF) $(RELOCS)
	$(RELOCS) $< -o $@

$(TEACHING32) $(STUB32_ELF) &: $(BUILD)/vmlinux32.bin $(BUILD)/vmlinux32.relocs \
		$(addprefix $(I386_STUB)/,setup.bin stub.o stub.lds) $(MKIMAGE)
	$(MKIMAGE) --stub $(I386_STUB) --kernel $(BUILD)/vmlinux32.bin --relocs $(BUILD)/vmlinux32.relocs \
		--pref-address $(I386_PHYSICAL_ADDR) --alignment $(I386_PHYSICAL_ALIGN) -o $(TEACHING32) --elf $(STUB32_ELF)
build: $(STUB32_ELF)

-include $(I386_OBJ:.o=.d) $(KERNEL32_OBJ:.o=.d) $(I386_STUB)/stub.lds.d
