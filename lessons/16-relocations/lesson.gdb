# 16. Relocations of three kinds
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/16-relocations/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/teaching.bzImage --append 'quiet kaslr_seed=7'

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 16. Relocations of three kinds\n
echo \n
echo The kernel was linked for one address, and KASLR chose another. Code that counts from `rip`\n
echo does not notice. Pointers do: the linker wrote absolute addresses into them, and each must\n
echo be changed before the first instruction of the kernel runs. This lesson computes such values\n
echo by hand, one of each kind, before the stub does. You should know what `virtual` and `output`\n
echo are (lessons 12 and 13), and how the segments came to their places (lesson 15).\n
echo \n
echo Two deltas, and which one counts\n
echo --------------------------------\n
echo \n
echo The seed makes KASLR choose the same place each time. It chose two: one in physical memory,\n
echo and one in the address space.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c elf-loaded\n
monitor c elf-loaded
echo (gdb) monitor p output\n
monitor p output
echo (gdb) monitor p virtual\n
monitor p virtual
echo \n
echo `output` is where the bytes are. `virtual` says where the kernel will see itself: at\n
echo 0xffffffff80000000 + `virtual`. Both would be 0x1000000, `LOAD_PHYSICAL_ADDR`, without\n
echo KASLR; the linked address of the kernel's first byte is 0xffffffff81000000.\n
echo \n
echo By how much does each pointer of the kernel have to change?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo A pointer holds a virtual address. It does not say where the bytes are in physical memory.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Subtract the address that was meant when the kernel was linked from 0x5800000.\n
echo \n[Enter: the answer]\n
shell read _
# answer delta 0x4800000
echo \nThe answer is:\n
monitor p/x virtual - 0x1000000
echo \n
echo 0x4800000, the virtual delta. The debugger knows it under the name `virtual_delta`.\n
echo \n
echo The debugger has both:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor p virtual_delta\n
monitor p virtual_delta
echo (gdb) monitor p physical_delta\n
monitor p physical_delta
echo \n
echo Up to Linux 4.7 there was one delta: KASLR moved the kernel in physical memory, and the\n
echo virtual address followed. That is why older texts subtract `LOAD_PHYSICAL_ADDR` from the\n
echo load address to get the delta. Since 4.8 the two are chosen apart, and `handle_relocations`\n
echo (misc.c; stub/relocate.c here) takes the virtual one.\n
echo \n
echo If the virtual delta is 0 there is nothing to do: Linux and the stub say "No relocation\n
echo needed" and return. This is so with `nokaslr`, and in kernels without\n
echo `CONFIG_RANDOMIZE_BASE`, which do not even carry a table (`CONFIG_X86_NEED_RELOCS` is off).\n
echo \n
echo Suppose that the kernel is unpacked at 0xe000000 and `virtual` is 0x1000000. Then no pointer\n
echo has to change: the kernel's own page tables will lead from 0xffffffff81000000 to 0xe000000,\n
echo and no pointer can tell. On 32-bit kernels, which map all memory at one fixed distance, it\n
echo is otherwise: lesson 18.\n
echo \n
echo The table behind the file\n
echo -------------------------\n
echo \n
echo Which words are pointers? Nobody can see that from the bytes. When the kernel is built, the\n
echo linker is told to keep its notes (`--emit-relocs`). A program reads them\n
echo (arch/x86/tools/relocs.c in Linux, stub/tools/reloctable.c here) and writes a table, which\n
echo is put behind the ELF file before both are compressed:\n
echo \n
echo \       output                                                                  output + output_len\n
echo \         |                                                                               |\n
echo \         | ELF file ....... | 0 | 64-bit sites | 0 | inverse 32-bit sites | 0 | 32-bit sites |\n
echo \                              <---- third -----  <------- second -------   <---- first ----\n
echo \n
echo A site is the place of one pointer. It is stored as 32 bits, so all three lists are arrays\n
echo of 4-byte words. The stub knows where the table ends: at the end of all that was inflated.\n
echo It does not know where it begins. So it walks backwards, and a 0 in front of each list tells\n
echo that this list is over. No site has the address 0. (The 32-bit kernels of 2010 had one list,\n
echo and a loop of a few instructions in head_32.S for it: lesson 18.)\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor p marker.output_len\n
monitor p marker.output_len
echo (gdb) monitor x/4wx output + marker.output_len - 16\n
monitor x/4wx output + marker.output_len - 16
echo \n
echo The last word is the first that is read. It is the low half of a link-time address. The high\n
echo half is all ones, because the kernel is linked in the top 2 GiB: reading the word as a\n
echo signed number and extending it to 64 bits brings the address back.\n
echo \n
echo \       in the table                     0x81632ffc      bit 31 is 1: negative\n
echo \       sign-extended            0xffffffff81632ffc      right\n
echo \       zero-extended            0x0000000081632ffc      2 GiB above 0: not the kernel\n
echo \n
echo The last word is 0x81632ffc. At which physical address is this site now? The kernel's first\n
echo byte was linked at 0xffffffff81000000 and is at 0xea00000.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo How far is the site from the kernel's first byte?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0x632ffc bytes. This distance is the same in memory.\n
echo \n[Enter: the answer]\n
shell read _
# answer place 0xf032ffc
echo \nThe answer is:\n
monitor p/x u32[output + marker.output_len - 4] - 0x81000000 + output
echo \n
echo 0xf032ffc: site - 0xffffffff80000000 - LOAD_PHYSICAL_ADDR + output. It is compared with the\n
echo image's limits before it is used; Linux calls a site beyond them "32-bit relocation outside\n
echo of kernel".\n
echo \n
echo 32 bits\n
echo -------\n
echo \n
echo Why are there 32-bit pointers in a 64-bit kernel? Many instructions have room for 4 bytes\n
echo only, and the processor sign-extends them. Again the top 2 GiB: each address there is a\n
echo sign-extended 32-bit number. That saves bytes in tens of thousands of places, and it is the\n
echo reason why the kernel lives there.\n
echo \n
echo One of them is in the first page of the teaching kernel; and it has a table of such pointers\n
echo for its own tests:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor dis kernel._text + 0x8d 1\n
monitor dis kernel._text + 0x8d 1
echo (gdb) monitor x/2wx abs32_signed_table\n
monitor x/2wx abs32_signed_table
echo \n
echo The bytes 00 00 00 81 in the instruction are 0x81000000, the low half of `_text`'s address.\n
echo \n
echo `abs32_signed_table` begins with 0x81207000. What will this word be after the relocation?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The delta is added.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The delta is 0x4800000.\n
echo \n[Enter: the answer]\n
shell read _
# answer abs32 0x85a07000
echo \nThe answer is:\n
monitor at relocations-applied p/x u32[abs32_signed_table]
echo \n
echo 0x85a07000. Only 32 bits are added. The linker and KASLR together see to it that the sum\n
echo stays in the top 2 GiB (`virtual` plus size is at most 1 GiB: the last check in lesson 14).\n
echo \n
echo The inverse ones\n
echo ----------------\n
echo \n
echo The second list is strange: from these sites the delta is subtracted. They come from per-CPU\n
echo variables. Those are linked from 0 on, and are offsets, not addresses (lesson 15): when the\n
echo kernel moves, an offset stays what it is. A pointer to one needs no change, and is in no\n
echo list.\n
echo \n
echo But an instruction can also name such a variable by its distance from `rip`. Then it stores\n
echo the target less its own place. The target stays, and the place moves up:\n
echo \n
echo \       before      distance = offset - place\n
echo \       after       distance = offset - (place + delta) = old distance - delta\n
echo \n
echo The teaching kernel has a table of those, too:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor x/2wx inverse32_table\n
monitor x/2wx inverse32_table
echo \n
echo `inverse32_table` begins with 0x7e9cd000. What will stand there?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Old distance - delta.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The delta is 0x4800000.\n
echo \n[Enter: the answer]\n
shell read _
# answer inverse 0x7a1cd000
echo \nThe answer is:\n
monitor at relocations-applied p/x u32[inverse32_table]
echo \n
echo 0x7a1cd000. Take the low 32 bits of the site's new address, add this number, and it wraps\n
echo around to 0x0, the offset.\n
echo \n
echo Linux 6.15 has no inverse relocations any more: per-CPU data are linked with the rest of the\n
echo kernel there, so offsets became ordinary distances.\n
echo \n
echo 64 bits\n
echo -------\n
echo \n
echo The third list is the plainest: whole pointers in data, tables of functions, lists.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor x/2gx abs64_table\n
monitor x/2gx abs64_table
echo (gdb) monitor reloc abs64_table\n
monitor reloc abs64_table
echo \n
echo The second entry of `abs64_table` is 0xffffffff810020e0 now. What will it be?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo All 64 bits are the address, so nothing has to be extended.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0xffffffff810020e0 + 0x4800000.\n
echo \n[Enter: the answer]\n
shell read _
# answer abs64 0xffffffff858020e0
echo \nThe answer is:\n
monitor at relocations-applied p/x u64[abs64_table + 8]
echo \n
echo 0xffffffff858020e0.\n
echo \n
echo Applied\n
echo -------\n
echo \n
echo Now let the stub do it, and look at the same places:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c relocations-applied\n
monitor c relocations-applied
echo (gdb) monitor x/2wx abs32_signed_table\n
monitor x/2wx abs32_signed_table
echo (gdb) monitor x/2wx inverse32_table\n
monitor x/2wx inverse32_table
echo (gdb) monitor x/2gx abs64_table\n
monitor x/2gx abs64_table
echo (gdb) monitor dis kernel._text + 0x8d 1\n
monitor dis kernel._text + 0x8d 1
echo \n
echo The instruction that had 00 00 00 81 has another number in it now, and the code around it is\n
echo as it was.\n
echo \n
echo The stub counted what it did, and the marker has the three counts. From them the table's\n
echo parts can be found.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor p/d marker.abs32\n
monitor p/d marker.abs32
echo (gdb) monitor p/d marker.inverse32\n
monitor p/d marker.inverse32
echo (gdb) monitor p/d marker.abs64\n
monitor p/d marker.abs64
echo \n
echo At which address is the 0 that ends the walk through the 32-bit sites? The inflated data end\n
echo at 0xf476570, and there are 12469 32-bit sites.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Each site takes 4 bytes, and the 0 does, too.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 12470 words before the end.\n
echo \n[Enter: the answer]\n
shell read _
# answer zero 0xf46a298
echo \nThe answer is:\n
monitor p/x output + marker.output_len - 4 * (marker.abs32 + 1)
echo \n
echo 0xf46a298. A reader that takes the lists in another order would add where it must subtract,\n
echo and the kernel would not get far.\n
echo \n
echo The word in question with its two neighbours, one more site, and all of them:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor x/3wx output + marker.output_len - 4 * (marker.abs32 + 2)\n
monitor x/3wx output + marker.output_len - 4 * (marker.abs32 + 2)
echo (gdb) monitor reloc inverse32_table\n
monitor reloc inverse32_table
echo (gdb) monitor reloc\n
monitor reloc
echo \n
echo `reloc` without an argument compares every site with the value that the image file and the\n
echo delta give; you did three of them by hand.\n
echo \n
echo What must hold here:\n
echo \  relocations are applied\n
echo \  expect virtual_delta == virtual - 0x1000000\n
monitor expect virtual_delta == virtual - 0x1000000
echo \  expect u32[output + marker.output_len - 4 * (marker.abs32 + 1)] == 0\n
monitor expect u32[output + marker.output_len - 4 * (marker.abs32 + 1)] == 0
echo \  expect u64[abs64_table + 8] >= 0xffffffff80000000 + virtual\n
monitor expect u64[abs64_table + 8] >= 0xffffffff80000000 + virtual
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - Pointers hold virtual addresses, so the virtual delta counts; the physical one is a matter\n
echo \  of page tables.\n
echo - The table stands behind the ELF file and is read from its end: 32-bit sites, inverse ones,\n
echo \  64-bit ones, each list ended by a 0. You found one of the zeros.\n
echo - A table entry is 32 bits of an address in the top 2 GiB, to be sign-extended; a site is\n
echo \  used at its physical place.\n
echo - Per-CPU offsets stay; distances to them shrink, so the delta is subtracted there. Your\n
echo \  three computed values were what the stub wrote.\n
echo - With a virtual delta of 0 nothing is done, and no site would be wrong.\n
echo \n
echo The kernel is complete. Lesson 17 jumps into it, and then goes the whole way once more with\n
echo a real one.\n

# end 0xa073796
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
