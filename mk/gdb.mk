# SPDX-License-Identifier: GPL-3.0-or-later
# gdb beside QEMU: the plain gdb commands of gdbinit/, and a gdb without Python to test them with.

GDB_MINIMAL := $(BUILD)/gdb-minimal/usr/bin/gdb

$(GDB_MINIMAL):
	tests/tools/fetch-gdb-minimal $(BUILD)/gdb-minimal
