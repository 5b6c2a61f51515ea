# SPDX-License-Identifier: GPL-3.0-or-later
# Tests of the host tools: the programs as the build made them, and relocs' core in process.

TOOLS_TESTS_OUT := $(OUT)/tests/tools
UNIT_TOOLS := $(addprefix $(TOOLS_TESTS_OUT)/,test_reloctable test_relocs test_bzimage test_mkimage)

# The kernel linked elsewhere: what relocating it must come to.
KERNEL_MOVED_BASE := 0xffffffff93200000
KERNEL_MOVED := $(BUILD)/tests/kernel-moved.elf
$(KERNEL_MOVED): $(KERNEL_OBJ) stub/kernel/kernel.lds
	@mkdir -p $(@D)
	$(LD) $(KERNEL_LDFLAGS) --defsym=KERNEL_BASE=$(KERNEL_MOVED_BASE) -T stub/kernel/kernel.lds \
		-o $@ $(KERNEL_OBJ)

RELOCS_TEST_FILES := $(RELOCS) $(KERNEL_ELF) $(KERNEL_MOVED) $(BUILD)/vmlinux.relocs
MKIMAGE_TEST_FILES := $(MKIMAGE) $(BUILD)/vmlinux.bin $(BUILD)/vmlinux.relocs $(TEACHING) $(STUB_ELF) \
	$(STUB_PARTS)
TOOLS_TEST_CFLAGS = $(TOOL_CFLAGS) -Istub/kernel -Itests/unit/tools \
	-DRELOCS_PROGRAM='"$(RELOCS)"' -DMKIMAGE_PROGRAM='"$(MKIMAGE)"' -DBUILD='"$(BUILD)"' \
	-DKERNEL_MOVED_DELTA='($(KERNEL_MOVED_BASE)UL - $(KERNEL_BASE)UL)'
TOOLS_TEST_OBJ := $(TOOLS_TESTS_OUT)/run.o $(TOOLS_TESTS_OUT)/image_reader.o $(OUT)/stub/tools/reloctable.o $(TOOLS_SHARED_OBJ)

$(TOOLS_TESTS_OUT)/%.o: tests/unit/tools/%.c tests/unit/tools/tools-tests.mk
	@mkdir -p $(@D)
	$(CC) $(TOOLS_TEST_CFLAGS) -c $< -o $@
$(UNIT_TOOLS): %: %.o $(TOOLS_TEST_OBJ)
	$(CC) $(HOST_CFLAGS) -o $@ $< $(TOOLS_TEST_OBJ) -lelf -lz -lcmocka

# The programs and images that a test reads are what it depends on, too.
$(TOOLS_TESTS_OUT)/test_reloctable $(TOOLS_TESTS_OUT)/test_relocs: $(RELOCS_TEST_FILES)
$(TOOLS_TESTS_OUT)/test_bzimage $(TOOLS_TESTS_OUT)/test_mkimage: $(MKIMAGE_TEST_FILES)

-include $(wildcard $(TOOLS_TESTS_OUT)/*.d)
