# 20. Two decompressors, one kernel
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/20-two-decompressors/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/linux/cloud.bzImage --append 'console=ttyS0 quiet kaslr_seed=7'

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 20. Two decompressors, one kernel\n
echo \n
echo Lesson 17 followed Debian's kernel under our stub, lesson 19 the same kernel under the\n
echo decompressor that Linux's build put in front of it. This lesson sets the two boots side by\n
echo side. What is the same in both is what a kernel may rely on, or what cannot be done\n
echo otherwise. What differs was somebody's choice. Can you tell beforehand which is which? You\n
echo should have seen lessons 17 and 19.\n
echo \n
echo The guest beside this text runs our stub. For the other one, open a second terminal. Two\n
echo commands boot both images, up to the kernel's entry, and keep every count and every state:\n
echo \n
echo \    bootscope profile build/linux/cloud/vmlinuz --vs build/linux/cloud.bzImage --append nokaslr\n
echo \    bootscope compare build/linux/cloud/vmlinuz build/linux/cloud.bzImage --append nokaslr\n
echo \n
echo The first counts the instructions of each stage. The second shows the registers, tables and\n
echo mappings in which the boots differ, each where it begins to. In both A is Debian's file, and\n
echo B is ours. KASLR is off, so that nothing differs by chance.\n
echo \n
echo One payload in two wrappings\n
echo ----------------------------\n
echo \n
echo `bootscope wrap` made `cloud.bzImage`: it unpacked the kernel from Debian's file, compressed\n
echo it anew with gzip, and put our stub in front. Debian's is compressed with zstd. The boot\n
echo loader sees none of that. It reads the setup header.\n
echo \n
echo Three fields of the setup header: `payload_length`, `pref_address` and `init_size`. Which\n
echo one must be the same in both files, since it depends on nothing but the kernel?\n
echo \ \ 1\ \ 
echo `payload_length`, the compressed size\n
echo \ \ 2\ \ 
echo `pref_address`, where the kernel would like to be\n
echo \ \ 3\ \ 
echo `init_size`, the memory that it takes to get the kernel running\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Who else wants memory while the kernel is unpacked?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `init_size` has room for the kernel, for the distance between reading and writing (lesson\n
echo 14), and for a decompressor with its .bss and page tables.\n
echo \n[Enter: the answer]\n
shell read _
# answer field 0x2
echo \nThe answer is 2: of the choices it holds (1), and no other (0).\n
echo choice 1:\n
monitor at startup-32 p/d (u32[boot_params + 0x24c] == u64[boot_params + 0x258]) != 0
echo choice 2:\n
monitor at startup-32 p/d (u64[boot_params + 0x258] == 0x1000000) != 0
echo choice 3:\n
monitor at startup-32 p/d (u32[boot_params + 0x260] == u64[boot_params + 0x258]) != 0
echo \n
echo `pref_address` is 0x1000000, the address that the kernel was linked for. `init_size` is\n
echo 0x378c000 here, `payload_length` 0xcb9260; Debian's file has other numbers for both.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c startup-32\n
monitor c startup-32
echo (gdb) monitor p/x u32[boot_params + 0x24c]\n
monitor p/x u32[boot_params + 0x24c]
echo (gdb) monitor p/x u64[boot_params + 0x258]\n
monitor p/x u64[boot_params + 0x258]
echo (gdb) monitor p/x u32[boot_params + 0x260]\n
monitor p/x u32[boot_params + 0x260]
echo (gdb) monitor c startup-64\n
monitor c startup-64
echo (gdb) monitor x/4bx input_data\n
monitor x/4bx input_data
echo (gdb) monitor p/x u32[input_data + u32[boot_params + 0x24c] - 4]\n
monitor p/x u32[input_data + u32[boot_params + 0x24c] - 4]
echo (gdb) monitor p/x u32[output_len]\n
monitor p/x u32[output_len]
echo \n
echo 1f 8b is gzip's mark. In Debian's file 28 b5 2f fd stands there, zstd's. The last four bytes\n
echo are the unpacked length in both: gzip puts it there itself, and for all other ways of\n
echo compressing Linux's build appends it. Look at the end of what `profile` prints: the payload\n
echo of A is smaller, "unpacked" is the same.\n
echo \n
echo The same stages in the same order\n
echo ---------------------------------\n
echo \n
echo `profile` lists 21 stages for both, with the same names, in the same order. Is that a law of\n
echo nature? Mostly. Each step needs what an earlier one made:\n
echo \n
echo \        load address --> place of the copy --> page tables there --> long mode\n
echo \                                        \\--> stack there --> IDT --> copy --> jump\n
echo \        in the copy:  .bss --> IDT with #PF --> identity maps --> place of the kernel\n
echo \                      --> unpack --> load --> relocate --> jump\n
echo \n
echo One stage of Linux has no counterpart: la57-trampoline, where the CPU has LA57 (lesson 19).\n
echo Our stub never switches to five levels; it only switches them off if a loader left them on,\n
echo since its page fault handler knows four. The kernel does not mind. It has code of its own\n
echo that asks in `cr4` how many there are.\n
echo \n
echo What is to be done at a stage is another matter. Debian's decompressor has one entry in its\n
echo first interrupt table, for exception 29, #VC, which comes in encrypted guests of AMD's.\n
echo \n
echo Is gate 29 present in our stub's first interrupt table?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Lesson 8 has this table in its title.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo A table of nothing.\n
echo \n[Enter: the answer]\n
shell read _
# answer vc 0x0
echo \nThe answer is:\n
monitor at stage1-idt p/x (u64[idtr + 29 * 16] >> 47) & 1
echo \n
echo No. Our first table has 32 gates, and none is present: an exception ends the boot at once,\n
echo instead of jumping somewhere by a table that means nothing in 64-bit code.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c stage1-idt\n
monitor c stage1-idt
echo (gdb) monitor info idt\n
monitor info idt
echo (gdb) monitor c stage2-idt\n
monitor c stage2-idt
echo (gdb) monitor info idt\n
monitor info idt
echo \n
echo The second table is where the two differ most. In Linux three gates are present: 2 (NMI,\n
echo which is counted and ignored), 14 (#PF, page fault), and 29. Any other exception is a triple\n
echo fault there, and the machine resets. Our stub fills in all 32, since it wants to say what\n
echo happened (lesson 11). `compare` lists them at stage2-idt as "idt only B". Both sets of\n
echo tables are right: the kernel will replace them, whatever they are.\n
echo \n
echo Look at Linux's gate 29 in lesson 19's boot, behind `c stage2-idt`: present, with the\n
echo handler's address 0. The second handler is needed in encrypted guests only, and in all\n
echo others the gate is written with a null pointer. Nobody raises the exception there.\n
echo \n
echo The same maps at another price\n
echo ------------------------------\n
echo \n
echo At identity-maps both have six pages of tables, which map 4 GiB one to one. These are the\n
echo tables that `startup_32` built (lesson 5), in both. Yet find the line in `profile`: Linux\n
echo executes hundreds of times as many instructions to get there. What for?\n
echo \n
echo It clears the rest of the area for page tables first: `BOOT_PGT_SIZE` is 32 pages, of which\n
echo six are in use. And the decompressor's `memset` (arch/x86/boot/compressed/string.c) is a\n
echo loop in C that writes one byte at a time. Our stub has an area of the same size.\n
echo \n
echo How many bytes does that `memset` clear?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo A page is 4096 bytes. 32 - 6 pages are not in use.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 26 * 4096\n
echo \n[Enter: the answer]\n
shell read _
# answer rest 0x1a000
echo \nThe answer is:\n
monitor at identity-maps p/x sym(_end) - sym(_pgtable) - 6 * 4K
echo \n
echo 106496. A pass of the loop is four instructions: store, add, compare, jump. Four times that\n
echo \        number, and a few hundred for everything else, is what `profile` counted.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c identity-maps\n
monitor c identity-maps
echo (gdb) monitor p (sym(_end) - sym(_pgtable)) / 4K\n
monitor p (sym(_end) - sym(_pgtable)) / 4K
echo (gdb) monitor p 4 * (sym(_end) - sym(_pgtable) - 6 * 4K)\n
monitor p 4 * (sym(_end) - sym(_pgtable) - 6 * 4K)
echo (gdb) monitor vmmap\n
monitor vmmap
echo \n
echo Our stub clears a page when it takes one. Compare the second number with A's line in\n
echo `profile`.\n
echo \n
echo Places to choose from\n
echo ---------------------\n
echo \n
echo Both decompressors know the same rules of KASLR: the memory map, what to avoid, 2 MiB steps,\n
echo 1 GiB for all virtual addresses of the kernel. The random numbers come from different\n
echo sources. What there is to choose from need not differ.\n
echo \n
echo The kernel needs 0x36e87ec bytes, rounded up to 2 MiB: the larger of what is unpacked and of\n
echo what it takes with its `.bss`. Virtual addresses for it begin at 0x1000000 and end before\n
echo 0x40000000. How many virtual slots has our stub for it, in steps of 2 MiB?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Rounded up to 2 MiB the size is 0x3800000. The last slot begins so much below 0x40000000.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo From the first slot to the last one: 0x3b800000 bytes. Divide by 0x200000, and count the\n
echo first one as well.\n
echo \n[Enter: the answer]\n
shell read _
# answer slots 0x1dd
echo \nThe answer is:\n
monitor at location-chosen p/x marker.virtual_slots
echo \n
echo 477, as the stub counted them. Nothing in this sum depends on the decompressor.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c location-chosen\n
monitor c location-chosen
echo (gdb) monitor kaslr\n
monitor kaslr
echo \n
echo Run `kaslr` in lesson 19, behind location-chosen, and compare. The virtual slots are as\n
echo many. With a kernel of the 6.12 series the physical ones are, too, although `init_size` is\n
echo another: what is avoided ends at another address, in the same 2 MiB. That is chance. With\n
echo another kernel there may be a slot more in one of the two.\n
echo \n
echo What must hold here:\n
echo \  proofs hold\n
echo \  expect virtual % 2M == 0 and output % 2M == 0\n
monitor expect virtual % 2M == 0 and output % 2M == 0
echo \n
echo Instructions, and what they buy\n
echo -------------------------------\n
echo \n
echo From here to the kernel's ELF header everything is decompression:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c decompressed\n
monitor c decompressed
echo (gdb) monitor p/x u32[output]\n
monitor p/x u32[output]
echo \n
echo The guest has executed 958307349 instructions, nearly all of them zlib's. 57575404 bytes\n
echo came out. How many instructions is that for a byte, rounded down?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Divide one by the other.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `p instructions / u32[output_len]`\n
echo \n[Enter: the answer]\n
shell read _
# answer per-byte 0x10
echo \nThe answer is:\n
monitor p/x instructions / u32[output_len]
echo \n
echo 16. Both check a checksum as well. Debian's zstd needs fewer for the same kernel: see\n
echo \    `profile`.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor p instructions / u32[output_len]\n
monitor p instructions / u32[output_len]
echo \n
echo zstd wins twice here: a smaller file, and fewer instructions. (Debian's kernels of the 6.1\n
echo series were compressed with xz, which makes smaller files still, and takes longer.)\n
echo \n
echo These are counts and not times. A page fault that an instruction causes, memory that is not\n
echo in the cache, a `rep movsq` whose passes are counted one by one although the processor does\n
echo several at once: the count knows nothing of these. It is exact, though, and the same each\n
echo time, which no time is.\n
echo \n
echo Loading and relocating is where our stub takes more, and not because it does more to the\n
echo kernel. Before it moves anything it walks through all relocations once, to learn where the\n
echo table begins, which is where the ELF file must end. Then it reads each entry, and reads and\n
echo writes each site, by a call of `memcpy`, as none of them need be aligned. Linux uses a\n
echo pointer, and relies on x86, which does not mind. (With KASLR off nothing is relocated. Leave\n
echo `--append nokaslr` away, and look at relocations-applied.)\n
echo \n
echo What the kernel sees\n
echo --------------------\n
echo \n
echo Behind `kernel-jump` `rip` is `output` plus the distance of the entry from the kernel's\n
echo first byte. KASLR chose `output`. What is `rip` at the kernel's entry without KASLR, under\n
echo Debian's decompressor?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Without KASLR the output is 0x1000000 in both boots: neither `init_size` nor the size of the\n
echo decompressor is in that sum.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The entry is in the ELF header, at offset 24 of what was unpacked: 0x1000b53. The kernel was\n
echo linked for 0x1000000.\n
echo \n[Enter: the answer]\n
shell read _
# answer first 0x1000b53
echo \nThe answer is:\n
monitor at kernel-entry p/x rip - output + 0x1000000
echo \n
echo 0x1000b53: `e_entry` itself. `compare` has nothing to say about `rip` at kernel-entry, since\n
echo it is equal.\n
echo \n
echo Over the jump, with a look at the tables and control registers:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c kernel-jump\n
monitor c kernel-jump
echo (gdb) monitor p/x idtr\n
monitor p/x idtr
echo (gdb) monitor c kernel-entry\n
monitor c kernel-entry
echo (gdb) monitor p/x rip - output\n
monitor p/x rip - output
echo (gdb) p/x $cr0\n
p/x $cr0
echo (gdb) p/x $cr4\n
p/x $cr4
echo \n
echo Here is what differs at that point, and the kernel must not care: `idtr` (Linux has loaded\n
echo an empty table, ours is still there), bits of `cr0` and `cr4` (Linux's `startup_32` sets WP,\n
echo NE and AM in `cr0` already; our stub switches on the SSE that zlib uses), where\n
echo `boot_params` is (each setup code has its own size), and all registers but `rsi`. And here\n
echo is what is the same, by the protocol:\n
echo \n
echo What must hold here:\n
echo \  expect rsi == boot_params\n
monitor expect rsi == boot_params
echo \  expect cs == 0x10\n
monitor expect cs == 0x10
echo \  expect (rflags & 0x200) == 0\n
monitor expect (rflags & 0x200) == 0
echo \  expect (cr0 >> 31) == 1 and (efer & 0x500) == 0x500\n
monitor expect (cr0 >> 31) == 1 and (efer & 0x500) == 0x500
echo \  paging maps [output, output + u64[kernel_total_size]) identity\n
echo \  paging maps [boot_params, boot_params + 4K) identity\n
echo \n
echo The kernel itself is the same, byte for byte:\n
echo \n
echo What must hold here:\n
echo \  segments are loaded\n
echo \  relocations are applied\n
echo \n
echo Both statements held in lesson 19, too. They compare memory with what bootscope unpacks from\n
echo the file, and both files hold the same ELF file. To see it without bootscope's word for it,\n
echo let both put the kernel at 0x1000000, and look at its first 64 KiB:\n
echo \n
echo \    for kernel in cloud/vmlinuz cloud.bzImage; do\n
echo \        printf 'c kernel-entry\\nhexdump 0x1000000 64K\\n' |\n
echo \            bootscope repl build/linux/$kernel --append "quiet nokaslr" | grep ^01 | sha256sum\n
echo \    done\n
echo \n
echo Two equal sums. What lies behind the segments may differ: the kernel's `.bss` is not cleared\n
echo by either of the two, and holds whatever the unpacking left there. The kernel clears it\n
echo itself (lesson 17).\n
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - The protocol is narrow: `rsi`, identity maps, segments, interrupts off. You saw two\n
echo \  decompressors of different origin meet it, and the kernel get the same bytes from both.\n
echo - Most of the order of stages is forced, since each uses what another made. How much is done\n
echo \  at a stage is free: gates of a table, bytes that are cleared.\n
echo - The slots of KASLR come from the kernel's size and the memory map. You counted the virtual\n
echo \  ones, and both decompressors have as many.\n
echo - A count of instructions shows where a boot spends its work: nearly all of it in the\n
echo \  decompression, and hundreds of thousands of instructions in one loop over bytes that\n
echo \  nobody looks at.\n
echo - Comparing needs one thing that is held still: KASLR off, and a guest that is counted.\n
echo \n
echo This is the last lesson. The exercises are next: stubs with one bug each, for you to find.\n

# end 0x3adec77a
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
