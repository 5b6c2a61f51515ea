# SPDX-License-Identifier: GPL-3.0-or-later
# bootscope.gdb: commands for early x86 boot code, for any gdb from 11 on, with Python or without.
#
#     qemu-system-x86_64 -s -S -kernel build/teaching.bzImage ...
#     gdb -x gdbinit/bootscope.gdb -ex bs-connect
#
# in the project's folder, after `make` (from elsewhere, with gdb -d FOLDER). `make gdb` does it all.
# `help user-defined` lists the commands, `help bs-next` and so on explain them.

# QEMU's stub describes every register in every mode, so nothing is to be guessed from an OS.
set osabi none
pipe set architecture i386:x86-64 | cat >/dev/null
# A page table is read in one go, a .bss, too.
set max-value-size unlimited
# Breakpoints must outlive code that is copied over them. QEMU's hardware kind does, under KVM too.
set breakpoint auto-hw on

define-prefix bs-internal
document bs-internal
The parts that the other bs- commands are made of; not for typing.
end
define-prefix bs-checkpoint
document bs-checkpoint
Run to the checkpoint of that name: bs-checkpoint bss-cleared
Tab completes the names; help bs-checkpoint lists them.
end

# What may be set before bs-connect, when the files or the loader's choice differ.
set $bs_stub_elf = "build/stub.elf"
set $bs_setup_elf = "build/setup.elf"
set $bs_kernel_elf = "build/kernel.elf"
set $bs_setup = 0x10000UL
set $bs_load = 0x100000UL

source -s build/gdbinit/checkpoints.gdb
source -s gdbinit/connect.gdb
source -s gdbinit/checkpoint.gdb
source -s gdbinit/symbols.gdb
source -s gdbinit/registers.gdb
source -s gdbinit/tables.gdb
source -s gdbinit/paging.gdb
source -s gdbinit/memory.gdb

# A deprecated command is left out of help and completion. gdb warns at its first use: this one.
maintenance deprecate bs-internal
pipe bs-internal forget | cat >/dev/null
