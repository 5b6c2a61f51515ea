# SPDX-License-Identifier: GPL-3.0-or-later
# Symbols where the code is now. Loading them anew moves the breakpoints that were set by name.

# ADDRESS: the decompressor's symbols there, in the place of those loaded before. Setup's are loaded
# once: that code does not move. There are always some, for gdb disables breakpoints that lose theirs.
define bs-internal stub-symbols
  eval "pipe symbol-file %s -o 0x%lx | cat >/dev/null", $bs_stub_elf, $arg0
  if !$bs_setup_loaded
    eval "pipe add-symbol-file %s -o 0x%lx | cat >/dev/null", $bs_setup_elf, $bs_setup
    set $bs_setup_loaded = 1
  end
end
set $bs_setup_loaded = 0

define bs-internal kernel-symbols
  eval "pipe add-symbol-file %s -o 0x%lx | cat >/dev/null", $bs_kernel_elf, $arg0
end

define bs-symbols
  if $argc == 1
    set $bs_place = (unsigned long)($arg0)
  else
    if $bs_index >= $bs_at_relocated
      set $bs_place = $bs_copy
    else
      set $bs_place = $bs_load
    end
  end
  bs-internal stub-symbols $bs_place
  printf "the decompressor's symbols are at 0x%lx\n", $bs_place
end
document bs-symbols
Load the decompressor's symbols where it runs now, or at an address: bs-symbols [ADDRESS]
Breakpoints set by name move along. bs-next and bs-checkpoint do it by themselves.
The files are $bs_stub_elf and $bs_setup_elf.
end

define bs-kernel-symbols
  if $argc == 1
    bs-internal kernel-symbols (unsigned long)($arg0)
  else
    if $bs_have_virtual
      bs-internal kernel-symbols $bs_virtual-$bs_link_physical
    else
      echo bs-kernel-symbols: no virtual address was chosen yet (bs-checkpoint location-chosen)\n
    end
  end
end
document bs-kernel-symbols
Add the kernel's symbols at its virtual address, or moved: bs-kernel-symbols [OFFSET]
The file is $bs_kernel_elf. At kernel-entry the kernel still runs one to one with physical memory, and
bs-next has added its symbols there.
end
