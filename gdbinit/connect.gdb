# SPDX-License-Identifier: GPL-3.0-or-later
# bs-connect, and the one thing that is done behind gdb's back: talking to QEMU's stub in packets.

define bs-connect
  delete
  bs-internal forget
  bs-internal stub-symbols $bs_load
  if $argc == 0
    target remote localhost:1234
  else
    target remote $arg0
  end
end
document bs-connect
Connect to QEMU's gdb stub: bs-connect [ADDRESS]
ADDRESS is HOST:PORT or the path of a unix socket; without it localhost:1234, where qemu -s listens.
The guest should be in reset (qemu -S): the checkpoints are counted from there.
Deletes all breakpoints, and loads the decompressor's symbols at its load address.
end

# What is known of the boot: the checkpoint last reached, and the places that it told.
define bs-internal forget
  set $bs_index = -1
  set $bs_lost = 0
  set $bs_copy = 0UL
  set $bs_output = 0UL
  set $bs_virtual = 0UL
  set $bs_link_physical = 0UL
  set $bs_have_virtual = 0
end

# gdb prints what it sends and receives. One packet is little; the pipe keeps it off the screen.
define bs-internal packet
  pipe maintenance packet $arg0 | cat >/dev/null
end

define-prefix bs-physical
document bs-physical
Have gdb read and write physical addresses, or virtual ones again.
Physical reads never fail: where there is no memory they give zeros.
end
define bs-physical on
  bs-internal packet Qqemu.PhyMemMode:1
end
document bs-physical on
Memory reads and writes take physical addresses from now on.
end
define bs-physical off
  bs-internal packet Qqemu.PhyMemMode:0
end
document bs-physical off
Memory reads and writes take virtual addresses again.
end

# The linear address of the next instruction. In real mode $pc is an offset into cs, which is why gdb
# does not know its own breakpoints there: see bs-stepi.
define bs-internal linear
  if $cr0 & 1
    set $bs_pc = (unsigned long)$pc
  else
    set $bs_pc = ((unsigned long)$cs << 4) + (unsigned long)$pc
  end
end

# One instruction, in a packet of our own: gdb has its breakpoints out of a guest that is stopped, and
# then has to be told that its registers are old.
define bs-internal step
  bs-internal packet vCont;s
  pipe maintenance flush register-cache | cat >/dev/null
end

define bs-stepi
  if $argc == 0
    set $bs_steps = 1
  else
    set $bs_steps = (long)($arg0)
  end
  bs-internal notice
  while $bs_steps > 0
    bs-internal step
    set $bs_steps = $bs_steps - 1
  end
  bs-internal linear
  bs-internal say-place
end
document bs-stepi
Step N instructions past breakpoints, in real mode too: bs-stepi [N]
In real mode gdb compares breakpoints with an offset, not with the address, and neither stepi nor
continue leaves one.
end

define bs-continue
  bs-internal notice
  bs-internal step
  continue
end
document bs-continue
Continue, also from a breakpoint in real mode, which gdb's continue does not leave.
end
