# SPDX-License-Identifier: GPL-3.0-or-later
# Two proofs: .bss is zero, and how far everything was moved.

# The whole of it is read at once; what takes the time is gdb's loop over the words.
define bs-bss
  if $bs_index < $bs_at_relocated
    echo bs-bss: the copy does not run yet (bs-checkpoint bss-cleared)\n
  else
    set $bs_start = (unsigned long)&_bss
    set $bs_end = (unsigned long)&_ebss
    set $bs_words = ($bs_end - $bs_start) / 8
    eval "set $bs_memory = *(unsigned long (*)[%d])0x%lx", $bs_words, $bs_start
    set $bs_nonzero = 0
    set $bs_first = 0UL
    set $bs_i = 0
    while $bs_i < $bs_words
      if $bs_memory[$bs_i]
        bs-internal count-bytes $bs_start+8*$bs_i $bs_memory[$bs_i]
      end
      set $bs_i = $bs_i + 1
    end
    set $bs_memory = 0
    printf "bss [0x%lx, 0x%lx): %d bytes not zero", $bs_start, $bs_end, $bs_nonzero
    if $bs_nonzero
      printf ", the first is "
      output/a $bs_first
    end
    printf "\n"
  end
end
document bs-bss
Count the bytes of the running copy's .bss, [_bss, _ebss), that are not zero.
At bss-cleared there must be none; later the boot code's own variables are.
end

define bs-internal count-bytes
  set $bs_word = (unsigned long)($arg1)
  set $bs_byte = 0
  while $bs_word
    if $bs_word & 0xff
      if !$bs_nonzero
        set $bs_first = $arg0 + $bs_byte
      end
      set $bs_nonzero = $bs_nonzero + 1
    end
    set $bs_word = $bs_word >> 8
    set $bs_byte = $bs_byte + 1
  end
end

define bs-internal delta
  if $arg0 >= $arg1
    printf "+0x%lx", $arg0 - $arg1
  else
    printf "-0x%lx", $arg1 - $arg0
  end
end

define bs-reloc
  if $bs_index < $bs_at_protected_mode
    printf "load       -\n"
  else
    printf "load       0x%lx\n", $bs_load
  end
  if $bs_index < $bs_at_relocation_target
    printf "copy       -\noutput     -\n"
  else
    printf "copy       0x%lx  load ", $bs_copy
    bs-internal delta $bs_copy $bs_load
    printf "\noutput     0x%lx  as linked ", $bs_output
    bs-internal delta $bs_output $bs_link_physical
    printf "\n"
  end
  if $bs_have_virtual
    printf "virtual    0x%lx  as linked ", $bs_virtual
    bs-internal delta $bs_virtual $bs_link_physical
    printf "\n"
  else
    printf "virtual    -\n"
  end
end
document bs-reloc
Show load, copy, output and virtual address, and the deltas.
That is where the image was loaded, where it copied itself, and which addresses were chosen for the
kernel, with the physical and the virtual delta. A dash is what is not known at this checkpoint.
end
