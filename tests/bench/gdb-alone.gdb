# SPDX-License-Identifier: GPL-3.0-or-later
# What one does with gdb alone: go to the copy, to extract_kernel and to the kernel's entry, and dump
# registers and page tables at each. bench sets $image_file.
set osabi none
set max-value-size unlimited
symbol-file build/stub.elf -o 0x100000
eval "target remote | exec qemu-system-x86_64 -M pc -nodefaults -display none -m 512M -no-reboot -S -gdb stdio -device isa-debug-exit,iobase=0xf4,iosize=4 -kernel %s", $image_file

# A table, and all that its entries lead to. The level is a digit: gdb has no local variables.
define tables
  eval "x/512gx 0x%lx", $address$arg0
  eval "set $table$arg0 = *(unsigned long (*)[512])0x%lx", $address$arg0
  set $i$arg0 = 0
  while $i$arg0 < 512
    set $entry = $table$arg0[$i$arg0]
    if ($entry & 1) && !($entry & 0x80)
      if $arg0 == 4
        set $address3 = $entry & 0xffffffffff000
        tables 3
      end
      if $arg0 == 3
        set $address2 = $entry & 0xffffffffff000
        tables 2
      end
    end
    set $i$arg0 = $i$arg0 + 1
  end
end

define dump-all
  info registers
  set $address4 = (unsigned long)$cr3
  maintenance packet Qqemu.PhyMemMode:1
  tables 4
  maintenance packet Qqemu.PhyMemMode:0
end

# rbx has the copy's address when the image is about to be copied.
tbreak copy_image_backward
continue
eval "symbol-file build/stub.elf -o 0x%lx", $rbx
tbreak relocated
continue
dump-all
tbreak extract_kernel
continue
dump-all
# Before the jump, rax has the kernel's entry.
tbreak checkpoint_begin_kernel_jump
continue
tbreak *$rax
continue
dump-all
kill
