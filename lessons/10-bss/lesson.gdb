# 10. Clearing .bss
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/10-bss/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/teaching.bzImage --append 'quiet nokaslr'

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 10. Clearing .bss\n
echo \n
echo The image has copied itself and runs at its new place. The first thing it does there is to\n
echo write zeros over a part of itself. This lesson shows which part that is, what lies there\n
echo before, what would go wrong without the zeros, and what must not lie there while they are\n
echo written. You should know how the image was copied (lessons 7 to 9) and what a stack is.\n
echo \n
echo A variable that is not in the file\n
echo ----------------------------------\n
echo \n
echo A C variable outside of a function, with a first value that is not zero, goes into the\n
echo section `.data`, and its value stands in the file. A variable without one starts as zero:\n
echo the C standard says so, and every C program relies on it. Storing those zeros in the file\n
echo would be a waste. So the compiler puts such variables into another section, `.bss`, of which\n
echo the file has only two numbers: where it begins and where it ends. Whoever loads the program\n
echo must make the room and fill it with zeros. For a user's program the operating system does\n
echo that. Here nobody comes before us who would.\n
echo \n
echo In the stub the linker script (`stub/stub.lds`; in Linux\n
echo `arch/x86/boot/compressed/vmlinux.lds.S`) puts `.bss` behind everything that is in the file,\n
echo and gives its two ends names, `_bss` and `_ebss`:\n
echo \n
echo \       _head                                       _bss              _ebss            _end\n
echo \         +-----------+------------------+-----+-----+-----------------+----------------+\n
echo \         | .head.text| compressed kernel|.text|.data|  .bss           |  .pgtable      |\n
echo \         +-----------+------------------+-----+-----+-----------------+----------------+\n
echo \         |<------------ in the file, and copied --->|<-- memory only, not copied ----->|\n
echo \n
echo The copying of lesson 9 took the bytes from `_head` up to `_bss` and no more. Go to the\n
echo moment before it. `chosen_location` is a variable without a first value (`stub/extract.c`):\n
echo later it will hold the place that was chosen for the kernel.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c stage1-idt\n
monitor c stage1-idt
echo (gdb) monitor sym chosen_location\n
monitor sym chosen_location
echo (gdb) monitor p/x sym(_bss)\n
monitor p/x sym(_bss)
echo \n
echo The symbol is linked at `0x237300`, and the image was loaded at `0x100000`, so the variable\n
echo is at `0x337300` now. Soon the program will run from the copy, and the same name in the same\n
echo C code will mean another address:\n
echo \n
echo \       load                    _bss                    copy                    _bss\n
echo \         +-----------------------+- - - - - - +          +-----------------------+- - - - - - +\n
echo \         | in the file           |  .bss   x  |          | in the file           |  .bss   x  |\n
echo \         +-----------------------+- - - - - - +          +-----------------------+- - - - - - +\n
echo \                     |                     ^                         ^                     ^\n
echo \                     |                     |                         |                     |\n
echo \                     |           chosen_location now                 |     chosen_location later\n
echo \                     +---------------------- copied -----------------+\n
echo \n
echo The copy will begin at 0x1893000. At which address will C code find `chosen_location` when\n
echo it runs in the copy?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The linker counted from the beginning of the image. The distance from there to the variable\n
echo stays what it is.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Add the distance 0x237300 to the beginning of the copy.\n
echo \n[Enter: the answer]\n
shell read _
# answer moved-variable 0x1aca300
echo \nThe answer is:\n
monitor at relocated p/x sym(chosen_location)
echo \n
echo 0x1893000 + 0x237300 is 0x1aca300. One name, two addresses: one in each image.\n
echo \n
echo Imagine that early C code, running before the copying, writes 0x1111 into `chosen_location`.\n
echo What does code in the copy read from `chosen_location` when it starts? (The memory there has\n
echo not been used by anybody.)\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Look at the drawing: does the part that is copied reach over the variable?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The copy's variable is other memory. Nothing was copied there, and QEMU's memory starts as\n
echo zeros.\n
echo \n[Enter: the answer]\n
shell read _
# answer lost-write 0x0
echo \nThe answer is:\n
monitor at stage1-idt si; set u64[chosen_location] = 0x1111; c relocated; p/x u64[sym(chosen_location)]
echo \n
echo The value stayed behind in the old image. A write into .bss before the copying is lost.\n
echo \n
echo The debugger can do that write. After it, let the copying happen, and read the variable in\n
echo both images:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor set u64[chosen_location] = 0x1111\n
monitor set u64[chosen_location] = 0x1111
echo (gdb) monitor c relocated\n
monitor c relocated
echo (gdb) monitor sym chosen_location\n
monitor sym chosen_location
echo (gdb) monitor p/x u64[chosen_location]\n
monitor p/x u64[chosen_location]
echo (gdb) monitor p/x u64[chosen_location - copy + load]\n
monitor p/x u64[chosen_location - copy + load]
echo \n
echo The last line reads the old image's variable: the value is there, where nobody will look\n
echo again. That is the first rule: before the copying, a variable in `.bss` can neither be\n
echo trusted nor kept. The stub has one variable that C code needs so early, the interrupt\n
echo descriptor table of lesson 8. It has no first value, so the compiler would put it into\n
echo `.bss`; `stub/idt.c` says `section(".data")` to prevent that. Linux does the same with its\n
echo own early variables: its `boot_idt` stands under `.data` in\n
echo `arch/x86/boot/compressed/head_64.S`, and `__pgtable_l5_enabled` in `pgtable_64.c` has the\n
echo attribute, too.\n
echo \n
echo What lies there before\n
echo ----------------------\n
echo \n
echo The copy's `.bss` is memory that nobody has prepared. On a real machine that is whatever was\n
echo there before: parts of the firmware, of the boot loader, of the system that ran before a\n
echo reboot. A variable that is read too early has such a value, another one on each machine.\n
echo QEMU is a poor place to find that mistake, because its memory starts as zeros: the program\n
echo with the bug works there, and fails elsewhere.\n
echo \n
echo Since `relocation-target` rsp has pointed into the copy's .bss: 0x1ac82c0, the end of\n
echo `boot_stack`. Nothing is on the stack now. Is all of the copy's .bss still as it was when\n
echo the machine was switched on, all zeros? (yes or no)\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Which instructions, since the stack was moved here, have written below rsp?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `call` wrote return addresses, and `ret` does not erase them.\n
echo \n[Enter: the answer]\n
shell read _
# answer already-zero 0x0
echo \nThe answer is:\n
p/x (unsigned long)*(unsigned long *)((unsigned long)$rsp - 8UL) == 0UL
echo \n
echo The word below rsp is 0x2: a copy of the flags, which a checkpoint's `pushfq` left behind.\n
echo Bit 1 of the flags is always 1.\n
echo \n
echo `bss` reads the section and counts. Behind it, the eight words below rsp, with names where\n
echo they are addresses of something:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor bss\n
monitor bss
echo (gdb) monitor x/8ga rsp-0x40\n
monitor x/8ga rsp-0x40
echo \n
echo Here is real garbage, a few words of it: addresses of the stub's own code and tables, pushed\n
echo by calls and checkpoints that are long over. If a variable lay there instead of a stack, C\n
echo would find one of these where it expects zero. A counter would begin in the millions; a\n
echo pointer that is tested with `if (!pointer)` would look valid and lead anywhere.\n
echo \n
echo Writing the zeros\n
echo -----------------\n
echo \n
echo This is the code. In Linux it stands behind the label `.Lrelocated` in\n
echo `arch/x86/boot/compressed/head_64.S`, instruction for instruction the same up to\n
echo `rep stosq`.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor dis clear_bss 7\n
monitor dis clear_bss 7
echo \n
echo Three registers are prepared for one instruction:\n
echo \n
echo \       eax = 0      xor of a register with itself; writing eax clears the upper half of rax, too\n
echo \       rdi = _bss   where to write\n
echo \       rcx = (_ebss - _bss) >> 3\n
echo \n
echo \       rep stosq:   while (rcx != 0) { *(uint64_t *)rdi = rax; rdi += 8; rcx -= 1; }\n
echo \n
echo The two `leaq` compute addresses from rip, so they find the copy's section without knowing\n
echo where the copy is. `stosq` stores a quad word, 8 bytes: that is why the difference is\n
echo shifted right by three. An odd rest would be lost by the shift; the linker script aligns\n
echo both ends, and asserts it, so there is none.\n
echo \n
echo `_bss` is 0x1ab42c0 and `_ebss` is 0x1acb400. Which number will rcx hold just before\n
echo `rep stosq`?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The section is 94528 bytes long.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Each round writes 8 bytes.\n
echo \n[Enter: the answer]\n
shell read _
# answer quad-words 0x2e28
echo \nThe answer is:\n
monitor p/x (sym(_ebss) - sym(_bss)) / 8
echo \n
echo 11816 quad words, 94528 bytes.\n
echo \n
echo Six steps lead to the instruction, and one more is one round of it:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) stepi 6\n
stepi 6
echo (gdb) p/d (unsigned long)$rcx\n
p/d (unsigned long)$rcx
echo (gdb) p/x $rdi\n
p/x $rdi
echo (gdb) stepi\n
stepi
echo (gdb) p/d (unsigned long)$rcx\n
p/d (unsigned long)$rcx
echo (gdb) p/x $rdi\n
p/x $rdi
echo \n
echo After one step rip has not moved: an instruction with `rep` stays where it is until rcx is\n
echo 0. Now let it run to its end.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c bss-cleared\n
monitor c bss-cleared
echo (gdb) p/x $rcx\n
p/x $rcx
echo (gdb) p/x $rdi\n
p/x $rdi
echo (gdb) monitor bss\n
monitor bss
echo \n
echo `bss` reads every byte of the section from the guest. rdi has stopped at `_ebss`. That, and\n
echo two more facts, are what one can hold this stage to:\n
echo \n
echo What must hold here:\n
echo \  bss is zero\n
echo \  expect rcx == 0 and rdi == sym(_ebss)\n
monitor expect rcx == 0 and rdi == sym(_ebss)
echo \  expect rsp == sym(boot_stack_end)\n
monitor expect rsp == sym(boot_stack_end)
echo \n
echo What must not be there\n
echo ----------------------\n
echo \n
echo The third line of the check says that the stack was empty before and is empty now. It has to\n
echo be: `boot_stack` is itself in `.bss`. So clear_bss is not called; the code jumps there, and\n
echo it jumps back. Go back, step to the first instruction of `clear_bss`, and pretend that it\n
echo had been called, by putting a return address on the stack:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back relocated\n
monitor back relocated
echo (gdb) stepi\n
stepi
echo (gdb) monitor set $rsp = rsp - 8\n
monitor set $rsp = rsp - 8
echo (gdb) monitor set u64[rsp] = bss_cleared\n
monitor set u64[rsp] = bss_cleared
echo (gdb) monitor c bss-cleared\n
monitor c bss-cleared
echo (gdb) p/x (unsigned long)*(unsigned long *)((unsigned long)$rsp)\n
p/x (unsigned long)*(unsigned long *)((unsigned long)$rsp)
echo \n
echo A `ret` at this place would have gone to address 0. Linux has the loop in line, without a\n
echo call, for the same reason.\n
echo \n
echo Another thing that must not be there is in use at this very moment:\n
echo \n
echo cr3 holds 0x1acc000: the page tables that translate every access, also those of `rep stosq`.\n
echo They have no first value in the file either. Do they lie between `_bss` (0x1ab42c0) and\n
echo `_ebss` (0x1acb400)? (yes or no)\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo What would the processor find in a cleared table?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo An entry of zeros means: not present. The next instruction could not be fetched.\n
echo \n[Enter: the answer]\n
shell read _
# answer tables-in-bss 0x0
echo \nThe answer is:\n
monitor p/x cr3 >= sym(_bss) and cr3 < sym(_ebss)
echo \n
echo The tables are in a section of their own, `.pgtable`, behind `_ebss`. Like .bss it has no\n
echo bytes in the file, but it is not cleared: startup_32 filled it when this place was not yet\n
echo anybody's copy.\n
echo \n
echo How far behind the section they begin, and the walk of their own address:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) p/x $cr3\n
p/x $cr3
echo (gdb) monitor p/d cr3 - sym(_ebss)\n
monitor p/d cr3 - sym(_ebss)
echo (gdb) monitor pt cr3\n
monitor pt cr3
echo \n
echo The tables begin behind the section, at the next page. They are in use: each entry that the\n
echo walk names is one that must not become zero.\n
echo \n
echo The direction\n
echo -------------\n
echo \n
echo `stosq` goes upwards because the direction flag (DF, bit 10 of the flags) is 0. The loop\n
echo before this one, the copying, ran downwards, with DF set. `copy_image_backward` ends with\n
echo `cld` for that reason. Go back once more to where the flag matters:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back relocated\n
monitor back relocated
echo (gdb) monitor p eflags >> 10 & 1\n
monitor p eflags >> 10 & 1
echo \n
echo Suppose that this `cld` was forgotten, and clear_bss began with DF set. What would\n
echo `rep stosq` clear?\n
echo \ \ 1\ \ 
echo The same bytes, from the last to the first\n
echo \ \ 2\ \ 
echo As many bytes, downwards from _bss: .data, .rodata and .text, with the code that comes next\n
echo \ \ 3\ \ 
echo Nothing: rcx would be negative\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo DF does not change where rdi begins.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo rdi begins at _bss. Which sections lie below it?\n
echo \n[Enter: the answer]\n
shell read _
# answer direction 0x2
echo \nThe answer is 2: of the choices it holds (1), and no other (0).\n
echo choice 1:\n
monitor at . si; set $eflags = eflags | 0x400; si 8; p/d (rdi > sym(_bss)) != 0
echo choice 2:\n
monitor at . si; set $eflags = eflags | 0x400; si 8; p/d (rdi < sym(_bss)) != 0
echo choice 3:\n
monitor at . si; set $eflags = eflags | 0x400; si 8; p/d (rcx > 0x8000000000000000) != 0
echo \n
echo rdi is 0x1ab42a8 after three rounds, below _bss (0x1ab42c0).\n
echo \n
echo Try that, too: set the flag, let the loop run, and look at the code that comes next.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) stepi\n
stepi
echo (gdb) monitor set $eflags = eflags | 0x400\n
monitor set $eflags = eflags | 0x400
echo (gdb) monitor c bss-cleared\n
monitor c bss-cleared
echo (gdb) monitor dis rip 3\n
monitor dis rip 3
echo (gdb) monitor bss\n
monitor bss
echo \n
echo The instructions at the checkpoint are `00 00` now. Zeros decode as `addb`, so the processor\n
echo did not even stop: after the loop it jumped to code that was no longer there and executed\n
echo zeros, until the debugger's breakpoint at this address ended it. On a machine without a\n
echo debugger it would have gone on to a fault, with nothing on the screen that names a flag.\n
echo Here it is plain what happened: the code is zeros, and `.bss`, which should be, is as dirty\n
echo as before.\n
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - `.bss` is the memory of variables without a first value. The file has its two ends only;\n
echo \  the copying leaves it out, as `marker.bytes` and the lost 0x1111 showed.\n
echo - Before it is cleared it holds what the memory held: on a fresh QEMU zeros and the remains\n
echo \  of earlier calls, on a real machine anything.\n
echo - Early variables belong into `.data`. The stub's `boot_idt` is there.\n
echo - `xorl`, two `leaq`, a difference divided by 8 and `rep stosq` clear it; `bss` proved that\n
echo \  every byte is zero.\n
echo - No used stack and no page table may be in it at that moment: `clear_bss` is jumped to, and\n
echo \  `.pgtable` is a section of its own.\n
echo - A `set` in the debugger tries out a bug that the code does not have, and `back` undoes it.\n
echo \n
echo C code can rely on its variables from here on. The next lesson gives it something to do: a\n
echo handler that maps memory at the moment when it is touched.\n

# end 0x5b6dc0
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
