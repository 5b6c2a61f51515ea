# 8. The GDT again, and a table of nothing
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/08-gdt-again/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/teaching.bzImage --append 'quiet nokaslr'

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 8. The GDT again, and a table of nothing\n
echo \n
echo `startup_64` does several things that `startup_32` has done a few hundred instructions\n
echo before: it clears the same flags, loads all segment registers, and loads a GDT. Then it\n
echo loads an interrupt table without a single entry. Both seem useless. This lesson shows what\n
echo each of them is good for, and what happens without it. You should know the GDT (lesson 3)\n
echo and how the code came here (lesson 6).\n
echo \n
echo Two flags\n
echo ---------\n
echo \n
echo The first instructions of the 64-bit code are `cld` and `cli`, the same as of the 32-bit\n
echo code. `cld` clears the direction flag, DF: string instructions count upwards. `cli` clears\n
echo IF: no interrupts from devices. If we came from `startup_32`, both are clear. But a boot\n
echo loader that enters in long mode comes from a program of its own, where both flags may have\n
echo been in use. Make the guest such a case:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c startup-64\n
monitor c startup-64
echo (gdb) monitor set $rflags = rflags | 0x600\n
monitor set $rflags = rflags | 0x600
echo (gdb) monitor p/x rflags\n
monitor p/x rflags
echo (gdb) stepi 2\n
stepi 2
echo (gdb) monitor p/x rflags\n
monitor p/x rflags
echo \n
echo `0x400` is DF, `0x200` is IF. The boot protocol asks a loader to have interrupts off; two\n
echo instructions of one byte each are cheaper than trust. With DF set, a `rep stosq` that should\n
echo clear a table would run downwards from its beginning, over whatever lies there. With IF set,\n
echo the timer would interrupt, and you will see in a moment who would answer.\n
echo \n
echo Until 2020 (version 5.7) Linux did without the two: `startup_64` began with the segment\n
echo registers.\n
echo \n
echo Segment registers of zero\n
echo -------------------------\n
echo \n
echo \       xorl  %eax, %eax\n
echo \       movl  %eax, %ds          and es, ss, fs, gs\n
echo \n
echo 0 is the null selector. It names entry 0 of the GDT, which never describes anything. In\n
echo 32-bit protected mode, loading it into `ss` is an exception at once, and into `ds` one as\n
echo soon as memory is accessed through it. What is it in 64-bit mode? A few instructions later\n
echo there is the first access to memory, `movl 0x230(%rsi), %eax`, which uses `ds`.\n
echo \n
echo `rsi` is 0x11050, and the four bytes at `rsi` + 0x230 are 0x200000. What will happen at that\n
echo instruction, with a null selector in `ds`?\n
echo \ \ 1\ \ 
echo An exception, as in 32-bit mode: there is no segment\n
echo \ \ 2\ \ 
echo It reads 0, since a segment with limit 0 has no bytes\n
echo \ \ 3\ \ 
echo It reads what is at rsi + 0x230, as if nothing had happened\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Which parts of a segment would the processor need for this access? Base and limit.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo In 64-bit mode, base and limit of `ds`, `es`, `ss` and `cs` are not used: the base counts as\n
echo 0, and there is no limit.\n
echo \n[Enter: the answer]\n
shell read _
# answer null 0x3
echo \nThe answer is 3: of the choices it holds (1), and no other (0).\n
echo choice 1:\n
monitor at startup-64 si 13; p/d (rip < startup_64 or rip > startup_64 + 0x200) != 0
echo choice 2:\n
monitor at startup-64 si 13; p/d (eax == 0) != 0
echo choice 3:\n
monitor at startup-64 si 13; p/d (eax == u32[boot_params + 0x230]) != 0
echo \n
echo `eax` is 0x200000. Segmentation is still there, but in 64-bit mode these registers mean\n
echo nothing.\n
echo \n
echo Here are the registers with 0 in them, and then the read.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor until gs == 0\n
monitor until gs == 0
echo (gdb) monitor sreg\n
monitor sreg
echo (gdb) stepi 5\n
stepi 5
echo (gdb) p/x $eax\n
p/x $eax
echo \n
echo `sreg` shows the hidden parts. All five are unusable, with base and limit 0, and still\n
echo memory can be read. Only `cs` matters, since it has L, and `fs` and `gs` may have a base,\n
echo which no longer comes from the GDT but from model-specific registers.\n
echo \n
echo Why bother, if they mean nothing? Because of what they may have held. A selector is an index\n
echo into a GDT, and this GDT is about to be replaced. A stale one does no harm as long as nobody\n
echo loads it again, but `iretq`, at the end of every interrupt, loads `ss` from the stack. If\n
echo the value there names an entry that the new table does not have, or one of another kind,\n
echo that is an exception, far away from its cause. Null is always right.\n
echo \n
echo Three more instructions follow in our stub and not in Linux: they write 0 to the base of\n
echo `fs`. On some processors, loading a null selector leaves the old base in place, and the C\n
echo code of our stub reads a word at `%fs:0x28` in each function that has a stack protector.\n
echo \n
echo The table once more\n
echo -------------------\n
echo \n
echo Behind these come the sums of lesson 7. At the checkpoint behind them seven instructions are\n
echo about the GDT.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c relocation-target\n
monitor c relocation-target
echo (gdb) monitor dis rip 7\n
monitor dis rip 7
echo \n
echo Compute the address of the GDT, store it, `lgdt`: just what `startup_32` did. There are two\n
echo reasons to do it again.\n
echo \n
echo - The loader in long mode. In its GDT the 64-bit code segment may be at another place (EFI\n
echo \  firmware often has it at `0x38`), and the table lies in memory that belongs to the loader,\n
echo \  where the kernel may be going to be unpacked.\n
echo - Five-level paging. A loader may have left it on, and a kernel that is configured for it\n
echo \  may want it on. CR4.LA57, the bit for it, cannot be changed while paging is on, and paging\n
echo \  cannot be switched off in 64-bit mode. So there is a way through 32-bit code, a\n
echo \  trampoline. For that the GDT must have a 32-bit code segment at a known selector. Ours\n
echo \  has: `0x8`.\n
echo \n
echo `lgdt` reads a pointer from memory: two bytes of limit, then the base. In 32-bit code the\n
echo base has 4 bytes, so 6 are read; in 64-bit code it has 8, so 10 are read. The stub uses one\n
echo variable for both, `gdt64`, with ten bytes. The 32-bit code reads the first six of them.\n
echo \n
echo The GDT has six entries of 8 bytes. The limit is the offset of its last byte. Which number\n
echo is in the first two bytes of `gdt64`?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo How many bytes does the table have? The first one has offset 0.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo One less than 48.\n
echo \n[Enter: the answer]\n
shell read _
# answer limit 0x2f
echo \nThe answer is:\n
monitor p/x u16[gdt64]
echo \n
echo 47, 0x2f: limits in x86 are inclusive. (Linux had the size there until 2020, one too many.)\n
echo \n
echo Execute the first three of the seven, and look at all ten bytes and at the table.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) stepi 3\n
stepi 3
echo (gdb) monitor x/10bx gdt64\n
monitor x/10bx gdt64
echo (gdb) monitor info gdt\n
monitor info gdt
echo \n
echo Read the ten bytes: the limit, with the low byte first, and then an address. `info gdt`\n
echo finds five descriptors in the 48 bytes, the null descriptor counted: in long mode, the\n
echo descriptor of a task-state segment has 16 bytes, because its base has 64 bits. (That it is\n
echo busy was written by the processor, when `startup_32` executed `ltr`. It is one of the few\n
echo bytes of the image that are no longer as they were loaded.)\n
echo \n
echo The last four of the seven instructions load `cs` again, by a far return to the next line.\n
echo The selector is the one that it has, `0x10`. But the hidden part, from which the processor\n
echo works, came from the old table. A loader that entered here may have had any selector in\n
echo `cs`; from here on it is ours. (Linux 4.18 had the `lgdt` and not the far return, which came\n
echo in 2020.)\n
echo \n[Enter: run]\n
shell read _
echo (gdb) stepi 4\n
stepi 4
echo (gdb) monitor p/x cs\n
monitor p/x cs
echo (gdb) monitor c stage1-idt\n
monitor c stage1-idt
echo (gdb) monitor dis leave_5level_paging 3\n
monitor dis leave_5level_paging 3
echo (gdb) p/x ((unsigned long)$cr4 >> 12UL) & 1UL\n
p/x ((unsigned long)$cr4 >> 12UL) & 1UL
echo \n
echo Here is the trampoline's beginning: read `cr4`, test bit 12, and leave if it is clear. It\n
echo is, in this guest. Linux can go both ways, from four levels to five and back. Its trampoline\n
echo is copied to memory below 1 MiB for that, since 32-bit code cannot run above 4 GiB. Ours\n
echo only goes from five to four, as all of its own tables have four. We leave it at that.\n
echo \n
echo An IDT of nothing\n
echo -----------------\n
echo \n
echo At stage1-idt the stub has also executed `lidt`, in `load_stage1_idt` (`stub/idt.c`; in\n
echo Linux `arch/x86/boot/compressed/idt_64.c`). The interrupt descriptor table has a gate of 16\n
echo bytes for each vector: the address of the handler, a code selector, and some bits, among\n
echo them P, present. Vectors 0 to 31 are the processor's own exceptions. The table has a gate\n
echo for each of these, and no more.\n
echo \n
echo 32 gates of 16 bytes each. Which limit does `lidt` get? (It is an inclusive one, too.)\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo How many bytes are 32 gates?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 512 - 1.\n
echo \n[Enter: the answer]\n
shell read _
# answer idt 0x1ff
echo \nThe answer is:\n
p/x 32UL * 16UL - 1UL
echo \n
echo 511, 0x1ff.\n
echo \n
echo `info idt` reads the table from memory, and says how many gates are present.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor info idt\n
monitor info idt
echo \n
echo Not one gate is present. So what if something does come? `cli` holds back interrupts from\n
echo devices; it does nothing about exceptions, which the code itself causes. The most harmless\n
echo one is `int3`, the breakpoint, one byte, `cc`. Written over the next instruction, it will be\n
echo executed at once.\n
echo \n
echo What does the processor do when it executes `int3` here?\n
echo \ \ 1\ \ 
echo Nothing: interrupts are off\n
echo \ \ 2\ \ 
echo It calls the handler that the boot loader or the BIOS has left for vector 3\n
echo \ \ 3\ \ 
echo It finds no gate, nor one for what follows from that, and shuts down\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Where does the processor look for a handler? Is the gate present?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo A gate that is not present is an exception as well, vector 11. If that has no handler\n
echo either, it is a double fault, vector 8.\n
echo \n[Enter: the answer]\n
shell read _
# answer int3 0x3
echo \nThe answer is 3: of the choices it holds (1), and no other (0).\n
echo choice 1:\n
monitor p/d ((u8[idtr + 3 * 16 + 5] & 0x80) != 0 and not (rflags & 0x200)) != 0
echo choice 2:\n
monitor p/d (idtr == 0) != 0
echo choice 3:\n
monitor p/d (idtr != 0 and (u8[idtr + 3 * 16 + 5] & 0x80) == 0 and (u8[idtr + 8 * 16 + 5] & 0x80) == 0) != 0
echo \n
echo No gate for vector 3, none for 11 (segment or gate not present), none for 8 (double fault):\n
echo a triple fault.\n
echo \n
echo Try it. What counts in the report is behind `because`.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor set u8[pc] = 0xcc\n
monitor set u8[pc] = 0xcc
echo (gdb) stepi\n
stepi
echo \n
echo bootscope stops the guest at this place. A real machine resets, without a word.\n
echo \n
echo Then what is an empty table good for? Compare it with what would be there instead. After\n
echo `startup_32`, `idtr` was 0 with limit 0, which leads to the same triple fault. But a loader\n
echo that entered at `startup_64` has left its table, with gates that are present and handlers\n
echo somewhere in its memory. In a moment the copying begins, and then the unpacking, and this\n
echo memory will hold something else. An exception would jump into the middle of it. A processor\n
echo that stops at the fault can be debugged; one that executes data for a while, and then does\n
echo something, cannot. That is the value of the table of nothing: from here on, an exception\n
echo ends in a defined way.\n
echo \n
echo And why not install real handlers, since the table is there? A gate holds an absolute\n
echo address, and this code is going to move. Handlers come behind the copying, in\n
echo `load_stage2_idt`. (Linux needs one handler already now, on one kind of machine: in a guest\n
echo with AMD's encrypted state, `cpuid` itself causes an exception, #VC.)\n
echo \n
echo In Linux 4.16 the decompressor had no IDT at all, and any fault in it was a reset. Both\n
echo stages came in 2020 (version 5.10).\n
echo \n
echo The table is in `.data`, by the way. In `.bss` it would hold whatever is in the memory,\n
echo since `.bss` has not been cleared yet.\n
echo \n
echo The `int3` was written at stage1-idt; going back to a place before that undoes it.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back relocation-target\n
monitor back relocation-target
echo (gdb) monitor c stage1-idt\n
monitor c stage1-idt
echo \n
echo Zero for all flags\n
echo ------------------\n
echo \n
echo One more thing before the copying: `pushq $0`, `popfq`. That sets all flags to 0. DF and IF\n
echo have been cleared; there are others that a loader may have left, such as AC, alignment\n
echo checks, NT, nested task, and IOPL.\n
echo \n
echo What does `rflags` hold after `popfq` has taken a 0 from the stack?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Nearly 0. Look at the dumps so far: 0x200046, 0x200006. Which of the low bits was set in all\n
echo of them, and has no name?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Bit 1 is reserved, and is always 1.\n
echo \n[Enter: the answer]\n
shell read _
# answer flags 0x2
echo \nThe answer is:\n
monitor at stage1-idt until u8[pc] == 0x9d; si; p/x rflags
echo \n
echo 0x2. Bit 1 always reads as 1.\n
echo \n
echo `popfq` is the byte `9d`. Run to it, and execute it.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor until u8[pc] == 0x9d\n
monitor until u8[pc] == 0x9d
echo (gdb) stepi\n
stepi
echo (gdb) monitor p/x rflags\n
monitor p/x rflags
echo \n
echo What must hold here:\n
echo \  expect gdtr == sym(gdt) and u64[gdt64 + 2] == gdtr\n
monitor expect gdtr == sym(gdt) and u64[gdt64 + 2] == gdtr
echo \  expect idtr >= load and idtr < load + (sym(_bss) - startup_32)\n
monitor expect idtr >= load and idtr < load + (sym(_bss) - startup_32)
echo \  expect cs == 0x10 and ds == 0 and es == 0 and ss == 0\n
monitor expect cs == 0x10 and ds == 0 and es == 0 and ss == 0
echo \  expect r15 == boot_params\n
monitor expect r15 == boot_params
echo \n
echo The last line of the check is a preparation. `rsi` has held the address of `boot_params`\n
echo since the boot loader; the copying needs `rsi` for itself, and C code may change it. So it\n
echo is in `r15` from here on. In front of stage1-idt our stub also changes some bits that Linux\n
echo leaves alone (MP in `cr0`, OSFXSR and OSXMMEXCPT in `cr4`; EM and TS are cleared): our stub\n
echo uses zlib as it was compiled for user programs, and that uses SSE registers.\n
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - A 64-bit entry cannot rely on what 32-bit code did. You set two flags as a loader might\n
echo \  leave them, and saw them cleared.\n
echo - In 64-bit mode base and limit of `ds`, `es`, `ss` mean nothing: you saw a read through a\n
echo \  null selector. Zero is the one value that no later table can make wrong.\n
echo - `lgdt` reads 10 bytes in 64-bit code and 6 in 32-bit code; the limit is inclusive.\n
echo - The GDT is loaded again for loaders that enter here, and since the way to or from five\n
echo \  levels of paging needs a 32-bit segment.\n
echo - An IDT without a present gate turns every exception into a triple fault, at the place\n
echo \  where it happens. You caused one.\n
echo \n
echo Everything is ready to leave this place. The next lesson copies the image.\n

# end 0x56f9d6
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
