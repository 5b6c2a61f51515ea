# 18. Thirty-two bits
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/18-thirty-two-bits/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/teaching32.bzImage --append quiet

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 18. Thirty-two bits\n
echo \n
echo For a long time most PCs ran 32-bit kernels, and much of what is written about this code\n
echo shows theirs, of Linux 2.6.30 and its neighbours. What had a decompressor to do when there\n
echo was no long mode to get to? This lesson boots such a kernel: a 32-bit stub after the code of\n
echo that time (`stub/i386/`), with a small 32-bit kernel in it. Beside each step stands what an\n
echo old write-up saw in its debugger. You should know lessons 4, 7, 9, 10, 14 and 16.\n
echo \n
echo The same file, fewer stops\n
echo --------------------------\n
echo \n
echo The file is a bzImage as before: the same real-mode setup code, then the protected-mode\n
echo part. The header tells less.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c startup-32\n
monitor c startup-32
echo (gdb) monitor xp/1hx boot_params+0x206\n
monitor xp/1hx boot_params+0x206
echo (gdb) monitor xp/1hx boot_params+0x236\n
monitor xp/1hx boot_params+0x236
echo \n
echo The word at 0x206 is the version of the boot protocol: 2 before the dot, 0x0a = 10 behind\n
echo it. Protocol 2.10 has `pref_address` and `init_size`; they were new. It has no `xloadflags`\n
echo yet: that word, at 0x236, came with 2.12, to say that there is a 64-bit entry. Before, the\n
echo header did not tell whether a kernel was one of 32 or of 64 bits.\n
echo \n
echo Assembler code knows that 0x206 is the place because the build asks the compiler: a C file\n
echo with `offsetof` of each field becomes `asm-offsets.h`. Five of its numbers were places in\n
echo `boot_params`: `BP_scratch` 484, `BP_version` 518, `BP_loadflags` 529, `BP_kernel_alignment`\n
echo 560, `BP_hardware_subarch` 572.\n
echo \n
echo One linker script served both widths (arch/x86/boot/compressed/vmlinux.lds.S;\n
echo stub/i386/stub.lds here): from 0 on `.head.text`, the compressed kernel, `.text`, `.rodata`,\n
echo `.data`, `.bss`. Only a 64-bit kernel had `.pgtable` behind that.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor checkpoints\n
monitor checkpoints
echo \n
echo Six names are gone. Paging is off up to the kernel's first instruction, so there is no\n
echo `early-page-tables` and no `identity-maps`. `startup-64` cannot come. 32-bit code got\n
echo through without any interrupt table, hence no `stage1-idt` and no `stage2-idt`. And\n
echo `location-chosen` is about KASLR, which is younger.\n
echo \n
echo From here to the copy\n
echo ---------------------\n
echo \n
echo The beginning you know from lesson 4. First the test of `KEEP_SEGMENTS`: here the byte is\n
echo `0xa1`, and bit 6 is not set. So ZF is set behind `testb`, and the segments are loaded.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) stepi 2\n
stepi 2
echo (gdb) monitor regs rflags\n
monitor regs rflags
echo (gdb) monitor c load-address-known\n
monitor c load-address-known
echo (gdb) monitor p/x phys32[esp - 4]\n
monitor p/x phys32[esp - 4]
echo (gdb) p/x $ebp\n
p/x $ebp
echo \n
echo In the write-up the byte was 0x81 and `eflags` 0x200046. That is the same, and bit 21: ID, a\n
echo flag whose only use is that a program can try to change it. If that works, there is a\n
echo `cpuid` instruction. Something had tried.\n
echo \n
echo `call` and `pop` gave the load address. The next seven instructions make two addresses of\n
echo it.\n
echo \n
echo \        movl   %ebp, %ebx\n
echo \        movl   BP_kernel_alignment(%esi), %eax         0x230(%esi)\n
echo \        decl   %eax\n
echo \        addl   %eax, %ebx\n
echo \        notl   %eax\n
echo \        andl   %eax, %ebx                  output: where the kernel will be\n
echo \        addl   $z_extract_offset, %ebx     so far above it: the copy\n
echo \n
echo `ebp` is 0x100000, `kernel_alignment` is 0x400000, and the kernel was linked for 0x1000000.\n
echo What is `ebx` after the `andl`?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Adding alignment - 1, and then clearing the low bits, rounds up.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0x100000 + 0x3fffff is 0x4fffff. After `notl`, `eax` is 0xffc00000: the `andl` clears the\n
echo low 22 bits.\n
echo \n[Enter: the answer]\n
shell read _
# answer rounded 0x400000
echo \nThe answer is:\n
monitor at extract-kernel p/x output
echo \n
echo 0x400000. That is below the address that the kernel was linked for. Later kernels compare,\n
echo and never go below it.\n
echo \n
echo The distance of the copy from `output` is there for the reason of lesson 14: unpacking must\n
echo not overtake what it has yet to read. The program that wrote `piggy.S`, `mkpiggy`, computed\n
echo it beside the two lengths `z_input_len` and `z_output_len`: their difference, 1/4096 of the\n
echo output, 32 KiB and 18 bytes more, rounded up to a page. Try that with the lengths of the\n
echo write-up.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) p/x (8443556UL - 3888088UL + (8443556UL >> 12UL) + 0x8000UL + 18UL + 4095UL) & ~4095UL\n
p/x (8443556UL - 3888088UL + (8443556UL >> 12UL) + 0x8000UL + 18UL + 4095UL) & ~4095UL
echo (gdb) monitor c relocation-target\n
monitor c relocation-target
echo (gdb) monitor p z_extract_offset\n
monitor p z_extract_offset
echo (gdb) p/x $ebx\n
p/x $ebx
echo (gdb) p/x $esp\n
p/x $esp
echo \n
echo 0x461000 is what the write-up's `piggy.S` has. Our distance follows lesson 14's rule, with\n
echo more slack. Today it is no constant of the link any more: the copy ends where `init_size`\n
echo ends (lesson 7).\n
echo \n
echo `esp` is the copy's `boot_stack_end`. The copying will not touch that place, so there is a\n
echo stack. Its first use is `pushl $0; popfl`.\n
echo \n
echo After that `popfl`, which value does `eflags` hold?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo You saw 0x46, with the names PF and ZF: bits 2 and 6. Count the bits.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0x46 is 0100 0110 in binary. Bit 1 is set, and has no name: no instruction can clear it.\n
echo \n[Enter: the answer]\n
shell read _
# answer flags-zero 0x2
echo \nThe answer is:\n
monitor at . si 2; p/x eflags
echo \n
echo 0x2. Whatever a loader may have left is off: DF, IF, and AC and NT, which can make a later\n
echo instruction fault for no visible reason. Bit 1 always reads as 1.\n
echo \n
echo The image is copied from its end down, as in lesson 9, but with `movsl`: 4 bytes, not 8.\n
echo `ecx` is `_bss`, the length of the file, shifted right by 2.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor until ecx == (_bss - load) / 4\n
monitor until ecx == (_bss - load) / 4
echo (gdb) p/x $esi\n
p/x $esi
echo (gdb) p/x $edi\n
p/x $edi
echo (gdb) p/x $ecx\n
p/x $ecx
echo (gdb) monitor c image-copied\n
monitor c image-copied
echo (gdb) monitor moved\n
monitor moved
echo \n
echo The two do not overlap here, and each byte of the copy can be compared with its source:\n
echo \n
echo What must hold here:\n
echo \  image is copied\n
echo \n
echo On the other side `relocated` clears `.bss`, with `rep stosl`, and the stack with it: it is\n
echo empty.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c bss-cleared\n
monitor c bss-cleared
echo (gdb) p/x $edi\n
p/x $edi
echo (gdb) monitor p (_ebss - _bss) / 4\n
monitor p (_ebss - _bss) / 4
echo \n
echo `edi` went through all of it, and `ebp` has not changed since the `subl`:\n
echo \n
echo What must hold here:\n
echo \  bss is zero\n
echo \  expect edi == _ebss\n
monitor expect edi == _ebss
echo \  expect ebp == load\n
monitor expect ebp == load
echo \n
echo Five arguments on the stack\n
echo ---------------------------\n
echo \n
echo `ebp` still holds the load address, which nobody needs any more.\n
echo `leal z_extract_offset_negative(%ebx), %ebp` goes back from the copy to `output`. Why has\n
echo the negative number a symbol of its own? A linker fills in an instruction by adding a symbol\n
echo to it. It cannot subtract one.\n
echo \n
echo Then comes `decompress_kernel(rmode, heap, input_data, input_len, output)`. 64-bit code\n
echo passes arguments in `rdi`, `rsi` and so on. 32-bit code pushes them, the last one first.\n
echo \n
echo `output`, `input_len`, `input_data`, `heap` and `rmode` are pushed, in this order. Which of\n
echo them is the word at `esp` when the `call` comes?\n
echo \ \ 1\ \ 
echo `output`\n
echo \ \ 2\ \ 
echo `input_len`\n
echo \ \ 3\ \ 
echo `input_data`\n
echo \ \ 4\ \ 
echo `heap`\n
echo \ \ 5\ \ 
echo `rmode`, the address of `boot_params`\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Stacks grow downwards: each push goes to a lower address than the one before.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `esp` points at what was pushed last.\n
echo \n[Enter: the answer]\n
shell read _
# answer top 0x5
echo \nThe answer is 5: of the choices it holds (1), and no other (0).\n
echo choice 1:\n
monitor at extract-kernel p/d (u32[esp] == output) != 0
echo choice 2:\n
monitor at extract-kernel p/d (u32[esp] == z_input_len) != 0
echo choice 3:\n
monitor at extract-kernel p/d (u32[esp] == input_data) != 0
echo choice 4:\n
monitor at extract-kernel p/d (u32[esp] == boot_heap) != 0
echo choice 5:\n
monitor at extract-kernel p/d (u32[esp] == boot_params) != 0
echo \n
echo `rmode`. C finds its first argument at the lowest address, right above the return address\n
echo that `call` pushes. The caller takes all five off afterwards: `addl $20, %esp`.\n
echo \n
echo Here are all five, the last one pushed first, and two of them by name.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c extract-kernel\n
monitor c extract-kernel
echo (gdb) x/5wx (unsigned int)$esp\n
x/5wx (unsigned int)$esp
echo (gdb) monitor p/x boot_params\n
monitor p/x boot_params
echo (gdb) monitor p/x output\n
monitor p/x output
echo \n
echo The C function is short. First the console: `QUIET_FLAG` in `loadflags` makes it silent, and\n
echo the text screen is found as in lesson 14. The heap is what `heap` says. Then three checks:\n
echo \n
echo - `output` is aligned (here to 8 KiB);\n
echo - the heap is below a limit;\n
echo - a kernel that is not relocatable is where it was linked to be ("Wrong destination\n
echo \  address").\n
echo \n
echo Then `decompress`, and `parse_elf`.\n
echo \n
echo The limit comes from how a 32-bit kernel sees memory: all of it at one fixed distance,\n
echo `__PAGE_OFFSET`, in the last of 4 GiB.\n
echo \n
echo \       0                          0xc0000000                       0xe0000000          4 GiB\n
echo \       +--------------------------+--------------------------------+--------------------+\n
echo \       |  programs: 3 GiB         |  physical memory from 0 on     |  maps of other     |\n
echo \       |                          |  (address - __PAGE_OFFSET)     |  kinds: 512 MiB    |\n
echo \       +--------------------------+--------------------------------+--------------------+\n
echo \n
echo What the kernel must reach early has to lie in the middle part: below 512 MiB of physical\n
echo memory. (A 64-bit kernel asked for less than 2^46: its map of all memory is that large.) In\n
echo C that was `(-__PAGE_OFFSET - (512 << 20) - 1) & 0x7fffffff`:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) p/x 0x100000000UL - 0xc0000000UL - 0x20000000UL - 1UL\n
p/x 0x100000000UL - 0xc0000000UL - 0x20000000UL - 1UL
echo (gdb) monitor p boot_heap < 0x1fffffff\n
monitor p boot_heap < 0x1fffffff
echo \n
echo One list, one delta\n
echo -------------------\n
echo \n
echo Back from C the kernel's segments are in place, with the addresses in them that the linker\n
echo wrote. What lesson 16 needed a C file for is this:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c elf-loaded\n
monitor c elf-loaded
echo (gdb) monitor until edi == ebp + z_output_len\n
monitor until edi == ebp + z_output_len
echo (gdb) monitor dis rip 11\n
monitor dis rip 11
echo (gdb) x/2wx (unsigned long)(unsigned int)$edi-8UL\n
x/2wx (unsigned long)(unsigned int)$edi-8UL
echo \n
echo (`xorl %edx, %edx` and `incl %edx` are ours: `edx` counts.) `edi` is the end of what was\n
echo inflated, and the table is the last thing in it. The loop goes down, word by word, to a\n
echo zero. There is one list of one kind: pointers of 32 bits.\n
echo \n
echo The kernel was linked for 0x1000000 and lies at 0x400000. What will `ebx` hold after the\n
echo `subl`?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0x400000 - 0x1000000 is negative.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo It is -0xc00000. In 32 bits that is 2^32 - 0xc00000.\n
echo \n[Enter: the answer]\n
shell read _
# answer delta 0xff400000
echo \nThe answer is:\n
monitor at relocations-applied p/x ebx
echo \n
echo 0xff400000, which is -12 MiB. Adding it wraps around, as it should: 0xc1000000 + 0xff400000\n
echo is 0xc0400000 in 32 bits.\n
echo \n
echo `ebx` goes into the address of the next `addl`, too.\n
echo \n
echo The last word of the table is 0xc1041f9c, a virtual address as linked. To the word at which\n
echo physical address will `addl %ebx, 0x40000000(%ebx,%ecx)` add the delta?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `ecx` holds the word of the table, `ebx` the delta. The operand's address is the sum of both\n
echo and of the constant, in 32 bits.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0x40000000 is -0xc0000000 in 32 bits. 0xc1041f9c - 0xc0000000 is 0x1041f9c: there it was to\n
echo be. Now subtract 12 MiB, 0xc00000.\n
echo \n[Enter: the answer]\n
shell read _
# answer site 0x441f9c
echo \nThe answer is:\n
monitor at relocations-applied p/x (u32[ebp + z_output_len - 4] + 0x40000000 + ebx) & 0xffffffff
echo \n
echo 0x441f9c: virtual as linked, less `__PAGE_OFFSET`, plus the delta. `ebx` works twice: it\n
echo finds the word, and it is added to it. The constant is `-__PAGE_OFFSET`; the disassembler\n
echo cannot know that it was meant to be negative.\n
echo \n
echo One delta serves for both, because virtual and physical addresses keep one distance: if the\n
echo bytes move, the pointers must. 64-bit kernels have a delta for each.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c relocations-applied\n
monitor c relocations-applied
echo (gdb) p/x $edx\n
p/x $edx
echo (gdb) monitor reloc\n
monitor reloc
echo (gdb) monitor c kernel-entry\n
monitor c kernel-entry
echo (gdb) monitor where\n
monitor where
echo \n
echo The last instructions were `xorl %ebx, %ebx; jmp *%ebp`. The jump goes to the first byte of\n
echo `output`, and nobody looks at `e_entry`. `esi` leads to `boot_params` and `ebx` is 0, as the\n
echo 32-bit boot protocol has it.\n
echo \n
echo The kernel turns paging on itself, with two levels of tables. Its page directory shows the\n
echo one distance at work.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor advance start_kernel\n
monitor advance start_kernel
echo (gdb) monitor vmmap\n
monitor vmmap
echo \n
echo All of the first GiB is there twice: at its own addresses, for the moment of the change, and\n
echo at 0xc0000000 more. A pointer to physical `P` is `P` + 0xc0000000, and nothing else is\n
echo possible. That is why one delta had to do.\n
echo \n
echo The other branch\n
echo ----------------\n
echo \n
echo In the write-up `ebx` was 0 after the `subl`: that image was loaded at 16 MiB and aligned to\n
echo 16 MiB, so the kernel came to lie where it was linked to be. You can have this, too: with\n
echo its alignment, our load address is rounded up to the same 16 MiB. Change the header before\n
echo it is read.\n
echo \n
echo With a `kernel_alignment` of 0x1000000, how many words will the loop change?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0x100000, rounded up to a multiple of 16 MiB, is 0x1000000.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `subl $0x1000000` then leaves 0 and sets ZF, and `je` comes next.\n
echo \n[Enter: the answer]\n
shell read _
# answer skipped 0x0
echo \nThe answer is:\n
monitor at startup-32 set u32[boot_params + 0x230] = 0x1000000; c relocations-applied; p/x edx
echo \n
echo None: `je` jumps over the loop. The table is there all the same, and nobody reads it.\n
echo \n
echo Write the alignment, go to where the relocations are done, and on to the kernel:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back startup-32\n
monitor back startup-32
echo (gdb) monitor set u32[boot_params + 0x230] = 0x1000000\n
monitor set u32[boot_params + 0x230] = 0x1000000
echo (gdb) monitor c relocations-applied\n
monitor c relocations-applied
echo (gdb) p/x $edx\n
p/x $edx
echo (gdb) monitor regs rflags\n
monitor regs rflags
echo (gdb) monitor c kernel-entry\n
monitor c kernel-entry
echo \n
echo The kernel lies where it was linked, and is as good as the relocated one:\n
echo \n
echo What must hold here:\n
echo \  expect pc == 0x1000000\n
monitor expect pc == 0x1000000
echo \  expect ebx == 0 and esi == boot_params\n
monitor expect ebx == 0 and esi == boot_params
echo \  paging is off\n
echo \  segments are loaded\n
echo \  relocations are applied\n
echo \n
echo `eflags` is 0x46, as it was there. So the two runs can be put side by side, this one with\n
echo the alignment that you wrote:\n
echo \n
echo behind this instruction            the write-up  this guest\n
echo ---------------------------------  ------------  ------------\n
echo entry: `esi`                       0x8b000       `0x11050`\n
echo `leal 0x1e8(%esi), %esp`           0x8b1e8       `0x11238`\n
echo `popl %ebp`                        0x1000025     `0x10005e`\n
echo `subl`: the load address           0x1000000     `0x100000`\n
echo `movl 0x230(%esi), %eax`           0x1000000     `0x1000000`\n
echo `addl %eax, %ebx`                  0x1ffffff     `0x10fffff`\n
echo `notl %eax`                        0xff000000    `0xff000000`\n
echo `andl %eax, %ebx`                  0x1000000     `0x1000000`\n
echo `addl $z_extract_offset, %ebx`     0x1461000     `0x1045000`\n
echo `leal boot_stack_end(%ebx), %esp`  0x181f740     `0x1087000`\n
echo before `rep movsl`: `esi`          0x13b973c     `0x12dffc`\n
echo `edi`                              0x181a73c     `0x1072ffc`\n
echo `ecx`                              0xee5d0       `0xb800`\n
echo before `rep stosl`: `edi`          0x181a740     `0x1073000`\n
echo `ecx`, in bytes                    0x5028        `0x14110`\n
echo `ecx`, in words                    0x140a        `0x5044`\n
echo `leal z_extract_offset_negative`   0x1000000     `0x1000000`\n
echo pushed: `input_len`                0x3b53d8      `0x20248`\n
echo `input_data`                       0x146106c     `0x1046000`\n
echo `heap`                             0x181a740     `0x1073000`\n
echo `addl $20, %esp`                   0x181f740     `0x1087000`\n
echo `leal z_output_len(%ebp), %edi`    0x180d6a4     `0x10440f0`\n
echo `subl $0x1000000, %ebx`            0             `0x0`\n
echo `jmp *%ebp`                        0x1000000     `0x1000000`\n
echo \n
echo Then and now\n
echo ------------\n
echo \n
echo 32 bits, 2.6.3x                64 bits, today                 why\n
echo -----------------------------  -----------------------------  ------------------------------\n
echo keeps the loader's segments    loads a GDT of its own         long mode needs a descriptor\n
echo if told to                                                    that no loader must have\n
echo takes any processor            `verify_cpu`                   without long mode the next\n
echo \                                                              steps fault\n
echo rounds the load address up     also not below the linked      low memory is left to what\n
echo \                               address                        needs it\n
echo copy at `output` +             copy at the end of             the header tells the loader\n
echo `z_extract_offset`             `init_size`                    how much to keep free\n
echo paging off                     4 GiB of identity maps, later  there is no long mode without\n
echo \                               more                           paging\n
echo `rep movsl`, `rep stosl`       `movsq`, `stosq`               wider registers\n
echo no IDT                         two IDTs                       page faults fill in the maps\n
echo five arguments pushed          arguments in registers         another calling convention\n
echo `decompress_kernel`            `extract_kernel`               it chooses a place, too\n
echo relocations in assembler, one  in C, three lists              pointers of several sizes\n
echo list\n
echo one delta, physical            the virtual delta              page tables hide the physical\n
echo \                                                              one\n
echo jump to the first byte         jump to `e_entry`, moved       the entry may stand anywhere\n
echo \n
echo 32-bit kernels still exist. Their `head_32.S` is still the short one, now with a GDT and\n
echo with `init_size`, and without the loop: that moved to C in 2013.\n
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - You followed a 32-bit kernel from `startup_32` to its first byte: a load address by\n
echo \  `call`, rounded up; a copy; a cleared `.bss`; five pushes; a loop.\n
echo - Much of a 64-bit boot is not about unpacking. It is what long mode asks for: page tables,\n
echo \  a GDT, handlers.\n
echo - One delta was enough, because virtual and physical addresses kept one distance. You\n
echo \  computed one site, and saw all of them proven.\n
echo - In 32 bits -12 MiB and `-__PAGE_OFFSET` are large positive numbers, and sums that wrap\n
echo \  around come out right.\n
echo - An old debugging session and a live one agree, once you know which numbers are addresses\n
echo \  and which are distances.\n
echo \n
echo Lesson 19 goes back to 64 bits, and follows a kernel in which nothing was prepared for it.\n

# end 0xbd0b69
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
