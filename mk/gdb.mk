# SPDX-License-Identifier: GPL-3.0-or-later
# gdb beside QEMU: the plain gdb commands of gdbinit/, and a gdb without Python to test them with.

GDB_MINIMAL := $(BUILD)/gdb-minimal/usr/bin/gdb

$(GDB_MINIMAL):
	tests/tools/fetch-gdb-minimal $(BUILD)/gdb-minimal

# Addresses change with the compiler, so the list of checkpoints is made from the built files.
GDB_CHECKPOINTS := $(BUILD)/gdbinit/checkpoints.gdb

$(GDB_CHECKPOINTS): gdbinit/make-checkpoints stub/abi/checkpoints.def $(BUILD)/stub.elf $(BUILD)/setup.elf
	@mkdir -p $(@D)
	gdbinit/make-checkpoints $(CC) $(BUILD)/stub.elf $(BUILD)/setup.elf >$@
build: $(GDB_CHECKPOINTS)

gdb: build ## QEMU with the teaching kernel, stopped, and gdb with gdbinit/ connected to it
	@command -v $(or $(GDB),gdb) >/dev/null || mk/install-deps gdb
	@gdbinit/run-gdb $(or $(IMAGE),$(TEACHING))
.PHONY: gdb
