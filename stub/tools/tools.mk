# SPDX-License-Identifier: GPL-3.0-or-later
# Host programs that make guest images: relocs, mkimage, and the teaching kernel's pattern file.
# They see the stub's promises (stub/abi) and the libraries, nothing else of the stub.

TOOL_CFLAGS = $(HOST_CFLAGS) -D_GNU_SOURCE -Istub/abi -Istub/tools
TOOLS_SHARED := cleanup elffile failure files
TOOLS_SHARED_OBJ := $(TOOLS_SHARED:%=$(OUT)/stub/tools/%.o)

RELOCS  := $(OUT)/relocs
MKIMAGE := $(OUT)/mkimage
PATTERN := $(OUT)/pattern
TOOLS   := $(RELOCS) $(MKIMAGE) $(PATTERN)

RELOCS_OBJ  := $(addprefix $(OUT)/stub/tools/,relocs.o reloctable.o) $(TOOLS_SHARED_OBJ)
MKIMAGE_OBJ := $(addprefix $(OUT)/stub/tools/,mkimage.o bzimage.o compress.o link.o piggy.o) \
	$(TOOLS_SHARED_OBJ)
PATTERN_OBJ := $(addprefix $(OUT)/stub/tools/,pattern.o failure.o files.o cleanup.o)

$(OUT)/stub/tools/%.o: stub/tools/%.c
	@mkdir -p $(@D)
	$(CC) $(TOOL_CFLAGS) -c $< -o $@

# The pattern is the kernel's: it checks the words that this program wrote.
$(OUT)/stub/tools/pattern.o: TOOL_CFLAGS += -Istub/kernel

$(RELOCS): $(RELOCS_OBJ)
	$(CC) $(HOST_CFLAGS) -o $@ $(RELOCS_OBJ) -lelf
$(MKIMAGE): $(MKIMAGE_OBJ)
	$(CC) $(HOST_CFLAGS) -o $@ $(MKIMAGE_OBJ) -lelf -lz
$(PATTERN): $(PATTERN_OBJ)
	$(CC) $(HOST_CFLAGS) -o $@ $(PATTERN_OBJ)

-include $(sort $(RELOCS_OBJ:.o=.d) $(MKIMAGE_OBJ:.o=.d) $(PATTERN_OBJ:.o=.d))
