# SPDX-License-Identifier: GPL-3.0-or-later
# GDT and IDT. No register that gdb knows holds their bases; QEMU's monitor prints them. Plain gdb
# cannot read text, but it sees a shell's exit status: eight bits of the number each time.

# TABLE SKIP: sets $bs_number to the hexadecimal number of that line of `info registers`, having
# skipped SKIP numbers.
define bs-internal monitor-number
  set $bs_number = 0UL
  set $bs_shift = 0
  while $bs_shift < 64
    eval "pipe monitor info registers | exit $(( 0x$(sed -n 's/^$arg0= *\\([0-9a-f]* \\)\\{$arg1\\}\\([0-9a-f]*\\).*/\\2/p') >> %d & 255 ))", $bs_shift
    set $bs_number = $bs_number | ((unsigned long)$_shell_exitcode << $bs_shift)
    set $bs_shift = $bs_shift + 8
  end
end

define bs-internal table-register
  bs-internal monitor-number $arg0 0
  set $bs_base = $bs_number
  bs-internal monitor-number $arg0 1
  set $bs_limit = $bs_number & 0xffff
end

define bs-internal descriptor
  set $bs_low = (unsigned int)$arg0
  set $bs_high = (unsigned int)($arg0 >> 32)
  set $bs_granular = ($bs_high >> 23) & 1
  set $bs_size = ($bs_low & 0xffff) | ($bs_high & 0xf0000)
  if $bs_granular
    set $bs_size = ($bs_size << 12) | 0xfff
  end
  set $bs_start = ($bs_low >> 16) | (($bs_high & 0xff) << 16) | ($bs_high & 0xff000000)
  printf "base 0x%x limit 0x%x", $bs_start, $bs_size
  printf " dpl %d", ($bs_high >> 13) & 3
  if (($bs_high >> 15) & 1) == 0
    printf " not present"
  end
  if ($bs_high >> 12) & 1
    if ($bs_high >> 11) & 1
      printf " code"
    else
      printf " data"
    end
    if ($bs_high >> 21) & 1
      printf " 64-bit"
    else
      if ($bs_high >> 22) & 1
        printf " 32-bit"
      else
        printf " 16-bit"
      end
    end
  else
    printf " system type 0x%x", ($bs_high >> 8) & 15
  end
  printf "\n"
end

define bs-gdt
  bs-internal table-register GDT
  printf "GDT base 0x%lx limit 0x%x\n", $bs_base, $bs_limit
  set $bs_selector = 8
  while $bs_selector + 7 <= $bs_limit
    set $bs_raw = *(unsigned long *)($bs_base + $bs_selector)
    if $bs_raw
      printf "  0x%-4x 0x%016lx ", $bs_selector, $bs_raw
      bs-internal descriptor $bs_raw
      # In long mode a system descriptor has 16 bytes; the second half is the base's.
      if ($efer & 0x400) && (($bs_raw >> 44) & 1) == 0
        set $bs_selector = $bs_selector + 8
      end
    end
    set $bs_selector = $bs_selector + 8
  end
end
document bs-gdt
Show the GDT: base, limit, and each descriptor that is not null.
end

define bs-internal gate64
  set $bs_raw = *(unsigned long *)($bs_base + 16 * $arg0)
  set $bs_upper = *(unsigned long *)($bs_base + 16 * $arg0 + 8)
  set $bs_target = ($bs_raw & 0xffff) | (($bs_raw >> 32) & 0xffff0000) | ($bs_upper << 32)
  set $bs_present = ($bs_raw >> 47) & 1
  set $bs_more = ($bs_raw >> 32) & 7
end
define bs-internal gate32
  set $bs_raw = *(unsigned long *)($bs_base + 8 * $arg0)
  set $bs_target = ($bs_raw & 0xffff) | (($bs_raw >> 32) & 0xffff0000)
  set $bs_present = ($bs_raw >> 47) & 1
  set $bs_more = 0
end
define bs-internal gates
  set $bs_vector = 0
  while $bs_vector < $bs_vectors
    bs-internal $arg0 $bs_vector
    if $bs_present
      printf "  %3d 0x%lx:", $bs_vector, ($bs_raw >> 16) & 0xffff
      output/a $bs_target
      printf " type 0x%x dpl %d ist %d\n", ($bs_raw >> 40) & 15, ($bs_raw >> 45) & 3, $bs_more
    end
    set $bs_vector = $bs_vector + 1
  end
end

define bs-idt
  bs-internal table-register IDT
  printf "IDT base 0x%lx limit 0x%x\n", $bs_base, $bs_limit
  if !($cr0 & 1)
    set $bs_vector = 0
    while $bs_vector < ($bs_limit + 1) / 4 && $bs_vector < 256
      set $bs_raw = *(unsigned int *)($bs_base + 4 * $bs_vector)
      if $bs_raw
        printf "  %3d %04x:%04x\n", $bs_vector, ($bs_raw >> 16) & 0xffff, $bs_raw & 0xffff
      end
      set $bs_vector = $bs_vector + 1
    end
  else
    if $efer & 0x400
      set $bs_vectors = ($bs_limit + 1) / 16
      bs-internal gates gate64
    else
      set $bs_vectors = ($bs_limit + 1) / 8
      bs-internal gates gate32
    end
  end
end
document bs-idt
Show the IDT: base, limit, and each gate that is present.
In real mode, each vector that is not 0:0.
end

define bs-sreg
  pipe monitor info registers | grep -E "^([CDEFGS]S|LDT|TR|GDT|IDT) *="
end
document bs-sreg
Show segment and table registers with their bases and limits, as QEMU prints them.
end
