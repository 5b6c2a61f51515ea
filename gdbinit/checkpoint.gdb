# SPDX-License-Identifier: GPL-3.0-or-later
# Going from checkpoint to checkpoint, and what each tells about where things are. The list is in
# build/gdbinit/checkpoints.gdb, which make-checkpoints writes.

# Sets $bs_place to where checkpoint $arg0 is met, 0 when that is not known yet.
define bs-internal locate
  set $bs_place = 0UL
  if $arg0 == $bs_at_kernel_entry
    if $bs_index == $bs_at_kernel_jump
      set $bs_place = (unsigned long)$rax
    end
  else
    if $bs_in_setup[$arg0]
      set $bs_place = $bs_setup + $bs_address[$arg0]
    else
      if $arg0 < $bs_at_relocated
        set $bs_place = $bs_load + $bs_address[$arg0]
      else
        if $bs_copy
          set $bs_place = $bs_copy + $bs_address[$arg0]
        end
      end
    end
  end
end

# Breakpoints for one run: the next checkpoint, the places where a boot loader may enter instead,
# and where a boot that fails halts. At most four, as many as a processor has under KVM.
define bs-internal arm
  if $arg0 != $bs_places[0] && $arg0 != $bs_places[1] && $arg0 != $bs_places[2]
    set $bs_places[$bs_places_used] = $arg0
    # In digits: gdb works out an expression anew whenever symbols are loaded.
    eval "hbreak *0x%lx", $arg0
    set $bs_own[$bs_places_used] = $bpnum
    set $bs_places_used = $bs_places_used + 1
  end
end

define bs-internal arm-all
  set $bs_places = {0UL, 0UL, 0UL, 0UL}
  set $bs_own = {0, 0, 0, 0}
  set $bs_places_used = 0
  bs-internal locate $bs_index+1
  bs-internal arm $bs_place
  if $bs_index < $bs_at_startup_64
    bs-internal locate $bs_at_startup_64
    bs-internal arm $bs_place
  end
  if $bs_index < $bs_at_startup_32
    bs-internal locate $bs_at_startup_32
    bs-internal arm $bs_place
    bs-internal arm $bs_setup+$bs_error_setup
  else
    if $bs_index < $bs_at_relocated
      bs-internal arm $bs_load+$bs_error_32
    else
      bs-internal arm $bs_copy+$bs_error_64
    end
  end
  # What is free goes to the checkpoints behind, for whoever stepped over one.
  set $bs_try = $bs_index + 2
  while $bs_places_used < 4 && $bs_try < $bs_count
    bs-internal locate $bs_try
    if $bs_place
      bs-internal arm $bs_place
    end
    set $bs_try = $bs_try + 1
  end
end

define bs-internal disarm
  while $bs_places_used > 0
    set $bs_places_used = $bs_places_used - 1
    eval "delete %d", $bs_own[$bs_places_used]
  end
end

# In real mode gdb would stop at once again if a breakpoint of the user's is here.
define bs-internal run
  bs-internal arm-all
  bs-internal linear
  set $bs_arrived = 0
  if !($cr0 & 1)
    bs-internal step
    bs-internal linear
    set $bs_arrived = $bs_pc == $bs_places[0]
  end
  if !$bs_arrived
    continue
  end
  bs-internal disarm
end

# Sets $bs_index to the checkpoint at $bs_pc, and $bs_lost when there is none.
define bs-internal recognise
  set $bs_lost = 1
  set $bs_try = $bs_index + 1
  while $bs_lost && $bs_try < $bs_count
    bs-internal locate $bs_try
    if $bs_pc == $bs_place
      set $bs_lost = 0
      set $bs_index = $bs_try
    end
    set $bs_try = $bs_try + 1
  end
end

# A stop at a checkpoint counts, whoever's breakpoint it was.
define bs-internal notice
  bs-internal linear
  bs-internal recognise
  if !$bs_lost
    bs-internal learn
  end
end

define bs-internal advance
  if $_thread == 0
    set $bs_lost = 1
    echo there is no guest (bs-connect)\n
  else
    bs-internal notice
    if $bs_lost
      bs-internal advance-from-here
    end
  end
end

# The pipe keeps gdb's words about breakpoints and stop off the screen. It must live through Ctrl-C.
define bs-internal advance-from-here
  pipe bs-internal run | trap "" INT; cat >/dev/null
  if $_thread == 0
    set $bs_lost = 1
    echo the guest has ended\n
  else
    bs-internal notice
    if $bs_lost
      echo stopped before the next checkpoint:\n
      bs-internal say-place
      bs-internal say-error
    end
  end
end

# Where the boot is, from registers and variables: never from what the guest says of itself.
define bs-internal learn
  if $bs_index == $bs_at_protected_mode
    set $bs_load = (unsigned long)$rax & 0xffffffff
    bs-internal stub-symbols $bs_load
  end
  if $bs_index == $bs_at_relocation_target
    set $bs_output = (unsigned long)$rbp
    set $bs_copy = (unsigned long)$rbx
    set $bs_link_physical = *(unsigned long *)&load_physical_addr
  end
  if $bs_index == $bs_at_relocated
    bs-internal stub-symbols $bs_copy
  end
  if $bs_index == $bs_at_location_chosen
    set $bs_output = ((unsigned long *)&chosen_location)[0]
    set $bs_virtual = ((unsigned long *)&chosen_location)[1]
    set $bs_have_virtual = 1
  end
  if $bs_index == $bs_at_kernel_entry
    bs-internal kernel-symbols $bs_output-$bs_link_physical+0x80000000
  end
end

# gdb disassembles everything as 64-bit code, so elsewhere the symbol must do.
define bs-internal say-place
  if !($cr0 & 1)
    printf "  0x%lx  cs 0x%lx ip 0x%lx\n", $bs_pc, (unsigned long)$cs, (unsigned long)$pc
  else
    if $efer & 0x400
      x/i $bs_pc
    else
      printf "  "
      output/a $bs_pc
      printf "\n"
    end
  end
end

define bs-internal say-error
  if $bs_pc == $bs_copy + $bs_error_64
    printf "  the boot failed: "
    set $bs_letters = 0
    while $bs_letters < $rsi && $bs_letters < 500
      printf "%c", ((char *)$rdi)[$bs_letters]
      set $bs_letters = $bs_letters + 1
    end
    printf "\n"
  end
  if $bs_pc == $bs_load + $bs_error_32 || $bs_pc == $bs_setup + $bs_error_setup
    printf "  the boot failed: "
    set $bs_letters = 0
    while $bs_letters < ($rcx & 0xffffffff) && $bs_letters < 500
      printf "%c", ((char *)($rdi & 0xffffffff))[$bs_letters]
      set $bs_letters = $bs_letters + 1
    end
    printf "\n"
  end
end

define bs-internal say-name
  eval "printf \"%%2d %%s\", %d, $bs_name_%d", $arg0, $arg0
end

define bs-where
  if $bs_index < 0
    echo before the first checkpoint\n
  else
    bs-internal say-name $bs_index
    printf "  %d-bit code\n", $bs_width[$bs_index]
  end
  if $_thread == 0
    echo and there is no guest any more (bs-connect)\n
  else
    bs-internal linear
    bs-internal say-place
  end
end
document bs-where
Tell the checkpoint last reached and where the guest stands.
end

define bs-next
  if $bs_index + 1 >= $bs_count
    echo bs-next: this is the last checkpoint\n
  else
    bs-internal advance
    if !$bs_lost
      bs-where
    end
  end
end
document bs-next
Run to the next checkpoint, and tell which it is.
Breakpoints of your own stop it earlier; bs-next then goes on to the same checkpoint.
The symbols follow the decompressor into its copy, and the kernel's are added at its entry.
end

define bs-internal go-to
  if $arg0 <= $bs_index
    eval "printf \"bs-checkpoint: %%s was passed, and this gdb cannot go back\\n\", $bs_name_%d", $arg0
  else
    set $bs_lost = 0
    while !$bs_lost && $bs_index < $arg0
      bs-internal advance
    end
    if !$bs_lost
      bs-where
    end
  end
end

define bs-checkpoints
  set $bs_try = 0
  while $bs_try < $bs_count
    if $bs_try <= $bs_index
      printf "* "
    else
      printf "  "
    end
    bs-internal say-name $bs_try
    bs-internal locate $bs_try
    if $bs_place
      printf "  0x%lx\n", $bs_place
    else
      printf "\n"
    end
    set $bs_try = $bs_try + 1
  end
end
document bs-checkpoints
List the checkpoints, those passed with a star, and where each is met as far as that is known.
end
