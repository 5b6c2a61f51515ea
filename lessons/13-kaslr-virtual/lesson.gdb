# 13. A random virtual address
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/13-kaslr-virtual/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/teaching.bzImage --memory 4G --append 'quiet kaslr_seed=3'

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 13. A random virtual address\n
echo \n
echo The kernel's physical place is chosen. This lesson is about the second choice that is made\n
echo right behind it: the virtual address at which the kernel will run. Why are there two, how\n
echo many possibilities has each, and what do they mean for the bytes of the kernel? You should\n
echo know lesson 12, and what page tables do (lesson 6).\n
echo \n
echo Two addresses of one kernel\n
echo ---------------------------\n
echo \n
echo Until now, each address was physical and virtual at once: the stub runs in an identity map.\n
echo The kernel does not. It was linked to run at the upper end of the virtual addresses, where\n
echo no user program lies, and it makes page tables that lead from there to wherever it is in\n
echo physical memory:\n
echo \n
echo \       virtual                                                  physical\n
echo \       0xffffffffffffffff +--------------------------+\n
echo \                          | modules, fixed mappings  |\n
echo \       0xffffffffc0000000 +--------------------------+\n
echo \                          | 1 GiB                    |          +------------------+\n
echo \                          |    +------------------+  |    +---> | .text .data .bss |\n
echo \                          |    | .text .data .bss | -|----+     +------------------+\n
echo \                          |    +------------------+  |  page    ^ output\n
echo \                          |    ^ virtual             |  tables\n
echo \       0xffffffff80000000 +--------------------------+\n
echo \       __START_KERNEL_map\n
echo \n
echo `0xffffffff80000000` is called `__START_KERNEL_map`, and the room above it that the image\n
echo may use is `KERNEL_IMAGE_SIZE`, 1 GiB with KASLR. Above that come the modules. Why up there,\n
echo in the last 2 GiB? The compiler (`-mcmodel=kernel`) writes addresses with 32 bits where it\n
echo can, and the processor extends them with the sign: a 32-bit number with its top bit set\n
echo means an address in the last 2 GiB of 64 bits. That is shorter code; the price is that the\n
echo image cannot be anywhere else.\n
echo \n
echo Boot code counts virtual addresses from `__START_KERNEL_map`. The kernel was linked for\n
echo `0xffffffff81000000`, so its default is `0x1000000`, the same number as its physical default\n
echo (`LOAD_PHYSICAL_ADDR`). Go to the choice:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c extract-kernel\n
monitor c extract-kernel
echo (gdb) monitor advance choose_random_location\n
monitor advance choose_random_location
echo (gdb) x/4gx $rsi\n
x/4gx $rsi
echo \n
echo The last word is that default. The room, the third word, is 12 MiB.\n
echo \n
echo The kernel may begin at 16 MiB (0x1000000) or any multiple of 2 MiB above it, and must end\n
echo within the 1 GiB. The room is 12 MiB. How many virtual slots are there?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo It is one row of slots, as in lesson 12: (length - room) / step + 1.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 1 GiB is 1024 MiB. The length is 1024 - 16.\n
echo \n[Enter: the answer]\n
shell read _
# answer virtual-slots 0x1f3
echo \nThe answer is:\n
monitor at location-chosen p/x marker.virtual_slots
echo \n
echo (1024 - 16 - 12) / 2 + 1 = 499.\n
echo \n
echo This is all that `find_random_virt_addr` has to count (`stub/kaslr.c`; in Linux\n
echo `arch/x86/boot/compressed/kaslr.c`). There is no list of things to avoid, because nothing is\n
echo in that 1 GiB yet: its page tables do not exist.\n
echo \n
echo The second number\n
echo -----------------\n
echo \n
echo Random numbers are asked for twice. The second argument says what for: 1 physical, 2\n
echo virtual. Let the first call pass and look at the second one.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor advance kaslr_get_random_long\n
monitor advance kaslr_get_random_long
echo (gdb) p/x $rsi\n
p/x $rsi
echo (gdb) monitor advance kaslr_get_random_long\n
monitor advance kaslr_get_random_long
echo (gdb) p/x $rsi\n
p/x $rsi
echo (gdb) monitor advance u64[rsp]\n
monitor advance u64[rsp]
echo (gdb) p/x $rax\n
p/x $rax
echo (gdb) p/d (unsigned long)$rax % 499UL\n
p/d (unsigned long)$rax % 499UL
echo \n
echo The number modulo the slots is 338. Which virtual address is chosen, counted from\n
echo `__START_KERNEL_map`?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Slot 0 is at 0x1000000. Slots are 0x200000 apart.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 338 * 2 MiB are 0x2a400000.\n
echo \n[Enter: the answer]\n
shell read _
# answer virtual-address 0x2b400000
echo \nThe answer is:\n
monitor at location-chosen p/x virtual
echo \n
echo 0x1000000 + 338 * 0x200000 = 0x2b400000.\n
echo \n
echo Both choices are made at the next checkpoint. What are they, of how many, and what has\n
echo changed in the page tables?\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c location-chosen\n
monitor c location-chosen
echo (gdb) monitor p/x virtual\n
monitor p/x virtual
echo (gdb) monitor p/x output\n
monitor p/x output
echo (gdb) monitor p marker.physical_slots\n
monitor p marker.physical_slots
echo (gdb) monitor p marker.virtual_slots\n
monitor p marker.virtual_slots
echo (gdb) monitor pt diff identity-maps\n
monitor pt diff identity-maps
echo \n
echo And here is the reason why there are two choices on x86-64. The physical place is\n
echo `0x11bc00000`, beyond 4 GiB; an offset of that size does not fit into 1 GiB of virtual\n
echo addresses. When the kernel had a single offset for both (up to Linux 4.7), it could only lie\n
echo in the first GiB of physical memory. Two numbers are also better protection: who finds out\n
echo one of them knows nothing about the other. On 32-bit x86 there is still one choice only,\n
echo because there the virtual address is the physical one plus a constant; `virt_addr` is set to\n
echo the physical choice.\n
echo \n
echo The last command shows that nothing has been mapped for the chosen place yet. Older kernels\n
echo added identity pages for it right here; now the first write to each 2 MiB does it, with the\n
echo page fault that you saw in lesson 11.\n
echo \n
echo How hard is it to guess?\n
echo ------------------------\n
echo \n
echo Entropy is the logarithm of the number of equally likely possibilities to base 2: with 2^n\n
echo of them, an attacker has to guess n bits.\n
echo \n
echo 499 virtual slots. Between which two powers of two is that? Type the lower exponent: the\n
echo number of whole bits of entropy of the virtual address.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 2^7 = 128, 2^8 = 256, 2^9 = 512.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 499 is a little less than 512.\n
echo \n[Enter: the answer]\n
shell read _
# answer entropy 0x8
echo \nThe answer is:\n
monitor p/x marker.virtual_slots >= 512 ? 9 : marker.virtual_slots >= 256 ? 8 : 7
echo \n
echo 8 whole bits; exactly, log2(499) is 8.96.\n
echo \n
echo The physical side has `2023` slots in this guest, almost 11 bits, and it grows with the\n
echo memory. The virtual side does not: 1 GiB is 1 GiB on each machine. That is not much. An\n
echo attacker who may guess wrong a few hundred times without being noticed gets there; but a\n
echo wrong guess usually crashes the kernel. And one pointer that leaks tells the rest, because\n
echo the image moves as a whole. That is why the kernel is careful with printing addresses.\n
echo \n
echo The kernel itself makes further choices when it runs, for its direct map of memory, vmalloc\n
echo and others (`arch/x86/mm/kaslr.c`). They are not the decompressor's.\n
echo \n
echo What the two deltas mean\n
echo ------------------------\n
echo \n
echo A delta is how far something is from where it was linked:\n
echo \n
echo \       physical delta = output  - LOAD_PHYSICAL_ADDR   where the bytes are put\n
echo \       virtual delta  = virtual - LOAD_PHYSICAL_ADDR   what is added to addresses in the bytes\n
echo \n
echo The teaching kernel has a table of pointers, `abs64_table` (`stub/kernel/tables.S`), filled\n
echo in by the linker with virtual addresses. Stop when the kernel is in place, but before\n
echo anything in it was changed:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c elf-loaded\n
monitor c elf-loaded
echo (gdb) monitor p/x physical_delta\n
monitor p/x physical_delta
echo (gdb) monitor p/x virtual_delta\n
monitor p/x virtual_delta
echo (gdb) monitor sym abs64_table\n
monitor sym abs64_table
echo (gdb) monitor x/gx abs64_table\n
monitor x/gx abs64_table
echo \n
echo The table's bytes are at the physical place. The first pointer in it still has the value\n
echo that the linker gave it.\n
echo \n
echo When the kernel runs, it will follow this pointer through its own page tables. What must it\n
echo hold then?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo A pointer in the kernel is a virtual address. Only the page tables know the physical place.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo It is 0xffffffff81207000 now, and everything virtual moves by 0x2a400000.\n
echo \n[Enter: the answer]\n
shell read _
# answer pointer 0xffffffffab607000
echo \nThe answer is:\n
monitor at relocations-applied p/x u64[sym(abs64_table)]
echo \n
echo 0xffffffff81207000 + 0x2a400000 = 0xffffffffab607000.\n
echo \n
echo The pointer after the work, then all places like it, then the mappings:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c relocations-applied\n
monitor c relocations-applied
echo (gdb) monitor x/gx abs64_table\n
monitor x/gx abs64_table
echo (gdb) monitor reloc\n
monitor reloc
echo (gdb) monitor pt diff identity-maps\n
monitor pt diff identity-maps
echo \n
echo `reloc` compares each such place in the kernel, tens of thousands, with what it must hold:\n
echo the value as linked, moved by the virtual delta. How they are found and changed is lesson\n
echo 16. And now 12 MiB are mapped at the physical place, because something was written there.\n
echo \n
echo With `nokaslr` the virtual delta is 0, and no address is changed at all. The physical delta\n
echo is 0, too, unless the loader put the image above 16 MiB (lesson 7).\n
echo \n
echo The kernel must be told that it was moved at random. That is bit 1 of `loadflags` in\n
echo `boot_params` (offset 0x211), `KASLR_FLAG`:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor p u8[boot_params + 0x211] >> 1 & 1\n
monitor p u8[boot_params + 0x211] >> 1 & 1
echo \n
echo Where the kernel runs\n
echo ---------------------\n
echo \n
echo The stub jumps to the kernel through the identity map: the first instructions run at the\n
echo physical address. The kernel then makes its own tables and goes up.\n
echo \n
echo `virtual` is 0x2b400000, counted from `__START_KERNEL_map`, 0xffffffff80000000. Which\n
echo virtual address will the kernel's first byte, `_text`, have when `start_kernel` runs?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Add the two.\n
echo \n[Enter: the answer]\n
shell read _
# answer text-address 0xffffffffab400000
echo \nThe answer is:\n
monitor p/x 0xffffffff80000000 + virtual
echo \n
echo 0xffffffffab400000; the linked address plus the virtual delta is the same.\n
echo \n
echo Stop at both ends of that way: at the entry, and at `start_kernel`, which is C code:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c kernel-entry\n
monitor c kernel-entry
echo (gdb) monitor p/x rip\n
monitor p/x rip
echo (gdb) monitor advance start_kernel\n
monitor advance start_kernel
echo (gdb) monitor p/x rip\n
monitor p/x rip
echo (gdb) monitor v2p rip\n
monitor v2p rip
echo (gdb) monitor p2v output\n
monitor p2v output
echo \n
echo The same kernel, the same bytes: at its entry rip was a physical address; at `start_kernel`\n
echo it is high. `v2p` goes through the tables that the kernel made and arrives at the place that\n
echo was chosen in lesson 12's way.\n
echo \n
echo What must hold here:\n
echo \  expect pc >= 0xffffffff80000000 + virtual\n
monitor expect pc >= 0xffffffff80000000 + virtual
echo \  expect pc < 0xffffffff80000000 + virtual + 12M\n
monitor expect pc < 0xffffffff80000000 + virtual + 12M
echo \  expect u64[0xffffffff80000000 + virtual] == phys64[output]\n
monitor expect u64[0xffffffff80000000 + virtual] == phys64[output]
echo \  expect virtual % 2M == 0 and virtual + 12M <= 1G\n
monitor expect virtual % 2M == 0 and virtual + 12M <= 1G
echo \  expect physical_delta != virtual_delta\n
monitor expect physical_delta != virtual_delta
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - Two independent choices are made: where the bytes are (physical, lesson 12), and at which\n
echo \  addresses they run (virtual).\n
echo - The virtual side is one row of slots in 1 GiB above `__START_KERNEL_map`: 499 of them for\n
echo \  this kernel, a bit less than 9 bits. You computed the count and the choice; the guest\n
echo \  agreed.\n
echo - The virtual delta is added to each absolute address in the image; the physical delta is\n
echo \  only in page tables.\n
echo - Nothing is mapped for the chosen place in advance. `pt diff` showed nothing at the choice\n
echo \  and 12 MiB after the work.\n
echo \n
echo The place is known now, and it is empty. In the next lesson the kernel is unpacked into it.\n

# end 0xa2c0420
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
