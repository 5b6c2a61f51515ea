# 4. Where are we?
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/04-where-are-we/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/teaching.bzImage --append 'quiet nokaslr'

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 4. Where are we?\n
echo \n
echo Setup is behind us: the CPU runs 32-bit code, and `startup_32` is about to execute its first\n
echo instruction. That code was linked for one address and stands at another, and no register is\n
echo promised to tell it which. This lesson shows how it finds out, and how it uses the one\n
echo number that it gets. You should know what `call`, `push` and `pop` do to a stack.\n
echo \n
echo Two addresses for every byte\n
echo ----------------------------\n
echo \n
echo A linker gives each symbol an address. When it links a program, it has to be told where that\n
echo program will run. For the decompressor nobody knows: a boot loader may put it at 1 MiB, at\n
echo 16 MiB, or at any other place that is free. So the linker script, `stub/stub.lds`, begins\n
echo with `. = 0`: the first byte gets address 0, and every other address is a distance from it.\n
echo Linux's `arch/x86/boot/compressed/vmlinux.lds.S` begins in the same way.\n
echo \n
echo From now on each thing has two addresses:\n
echo \n
echo \                       linked                               loaded (here)\n
echo \        startup_32     0x0        --- + load address --->   0x100000\n
echo \        startup_64     0x200      --- + load address --->   0x100200\n
echo \n
echo The link address is what the linker wrote into instructions and tables. The load address is\n
echo where the first byte of the image really is. Go to the first checkpoint of this code, and\n
echo look at its registers.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c startup-32\n
monitor c startup-32
echo (gdb) info registers\n
info registers
echo \n
echo (The checkpoint is some bytes behind `startup_32`: in front of it is code of our stub's that\n
echo tells the debugger of the checkpoint. Linux has nothing like it.)\n
echo \n
echo `esi` holds the address of `boot_params`, the page of facts that you know from lesson 1. The\n
echo 32-bit boot protocol promises that, flat segments, interrupts that are off, and 0 in `ebx`,\n
echo `ebp` and `edi`. It promises no stack, and no register with the load address. `eax` happens\n
echo to have it, because our setup code jumped here with `jmp *%eax`. Another loader would have\n
echo left something else there, so the code must not use it.\n
echo \n
echo There is no instruction that copies `eip` into a register in 32-bit code, either.\n
echo \n
echo Keep the segments?\n
echo ------------------\n
echo \n
echo The first instructions are about something else, and you can read them in one go\n
echo (`stub/head_32.S`):\n
echo \n
echo \        cld                                     string instructions count upwards\n
echo \        cli                                     no interrupts: nobody could handle one\n
echo \        testb  $KEEP_SEGMENTS, BP_loadflags(%esi)\n
echo \        jnz    1f\n
echo \        movl   $__BOOT_DS, %eax                 and from there into ds, es, fs, gs, ss\n
echo \     1:\n
echo \n
echo `BP_loadflags` is `0x211`, the offset of a byte in `boot_params` whose bits the boot loader\n
echo sets. `KEEP_SEGMENTS` is bit 6, so `0x40`. A loader that sets it says: my segment registers\n
echo are flat, and their selectors belong to a table of my own; do not load `0x18`, it may mean\n
echo nothing in that table.\n
echo \n
echo The byte at `boot_params + 0x211` is 0xa1. Is `KEEP_SEGMENTS`, bit 6, set? Will the segment\n
echo registers be left as they are?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Write the byte as eight binary digits. The lowest one, on the right, is bit 0.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Bit 6 has the value 64, which is 0x40. What is 0xa1 & 0x40?\n
echo \n[Enter: the answer]\n
shell read _
# answer keep 0x0
echo \nThe answer is:\n
monitor p/x (u8[boot_params + 0x211] >> 6) & 1
echo \n
echo 0xa1 has bits 7 (`CAN_USE_HEAP`), 5 (`QUIET_FLAG`, because `quiet` is on the command line)\n
echo and 0 (`LOADED_HIGH`). Bit 6 is 0, so the five segment registers are loaded.\n
echo \n
echo Here is the byte in binary.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) p/t (unsigned long)*(unsigned char *)((unsigned long)(unsigned int)$esi + 0x211UL)\n
p/t (unsigned long)*(unsigned char *)((unsigned long)(unsigned int)$esi + 0x211UL)
echo \n
echo Then and now: Linux had this test until 2020 (version 5.7). Today its `startup_32` loads a\n
echo GDT of its own first, and then loads all segment registers from that, whatever the loader\n
echo said; the boot protocol calls the flag obsolete. Our stub does both: the test here, and a\n
echo GDT of its own a few instructions later.\n
echo \n
echo A stack of four bytes\n
echo ---------------------\n
echo \n
echo The only instruction that reveals `eip` is `call`: it pushes the address of the instruction\n
echo behind itself. A push needs a stack, and none was promised. But `esi` leads to memory that\n
echo is ours, and `boot_params` has a field for exactly this: four bytes named `scratch`, at\n
echo offset `0x1e4`.\n
echo \n
echo \        leal   (BP_scratch + 4)(%esi), %esp\n
echo \        call   1f\n
echo \     1: popl   %ebp\n
echo \        subl   $rva(1b), %ebp\n
echo \n
echo `esi` is 0x11050, and `BP_scratch` is 0x1e4. What will `esp` be after the `leal`?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `leal` computes an address and reads no memory: `esp` = `esi` + the number in front of the\n
echo bracket.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0x11050 + 0x1e4 + 4.\n
echo \n[Enter: the answer]\n
shell read _
# answer stack 0x11238
echo \nThe answer is:\n
monitor at load-address-known p/x esp
echo \n
echo `esp` is 0x11238, the end of `scratch`. The push goes to 0x11234 and fills the field;\n
echo nothing else in `boot_params` is touched.\n
echo \n
echo `until` steps instruction by instruction until a condition holds.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor until esp == boot_params + 0x1e8\n
monitor until esp == boot_params + 0x1e8
echo (gdb) monitor dis rip 3\n
monitor dis rip 3
echo \n
echo Look at the bytes of the `call`: `e8`, then a 32-bit distance, which is 0. Calls and jumps\n
echo on x86 do not hold the address of their target but how far it is from the end of the\n
echo instruction, and `1:` stands directly behind. This is why the `call` itself works at any\n
echo load address: it needs no address that the linker would have had to know.\n
echo \n
echo The answer\n
echo ----------\n
echo \n
echo The CPU stands on the `call`, at 0x100059. It pushes, jumps zero bytes ahead, and\n
echo `popl %ebp` takes from the stack what was pushed. What is `ebp` then, before the `subl`?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `call` pushes a return address: where a `ret` would go on.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The instruction behind the `call`. The `call` has five bytes.\n
echo \n[Enter: the answer]\n
shell read _
# answer popped 0x10005e
echo \nThe answer is:\n
monitor at load-address-known p/x phys32[esp - 4]
echo \n
echo `ebp` is 0x10005e: the address of `popl` itself, as it is in this guest.\n
echo \n
echo Two steps, one instruction each. Between them the word lies on the stack, and `x/wx` shows\n
echo it.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) stepi\n
stepi
echo (gdb) x/wx (unsigned int)$esp\n
x/wx (unsigned int)$esp
echo (gdb) stepi\n
stepi
echo (gdb) p/x $ebp\n
p/x $ebp
echo \n
echo The linker knows the address of `1:` too, as a distance from the beginning: `0x5e`. It is\n
echo what stands in the `subl` as a constant. Real address minus distance is the real address of\n
echo the beginning.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c load-address-known\n
monitor c load-address-known
echo (gdb) p/x $ebp\n
p/x $ebp
echo \n
echo Suppose that a boot loader had put the same image at 16 MiB, `0x1000000`. What would\n
echo `popl %ebp` have taken from the stack?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The distance from the beginning of the image to `popl` is the same, wherever the image is.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Here the beginning is 0x100000 and the popped value was 0x10005e. Move both.\n
echo \n[Enter: the answer]\n
shell read _
# answer elsewhere 0x100005e
echo \nThe answer is:\n
monitor p/x 0x1000000 + phys32[esp - 4] - load
echo \n
echo 0x100005e; after `subl` 0x1000000. No byte of the image had to be changed for it.\n
echo \n
echo In an old write-up of this code, from the time of Linux 2.6.30, a debugger shows exactly\n
echo that: the loader had put the image at 16 MiB, the popped value was `0x1000025`, the constant\n
echo `0x25`, and the result `0x1000000`. (`boot_params` was at `0x8b000` there, and the byte with\n
echo `KEEP_SEGMENTS` was `0x81`, so the segments were loaded, too.) The constant is larger here\n
echo because our stub has code that writes a checkpoint's marker in front.\n
echo \n
echo That kernel had `subl $1b, %ebp`. Today Linux writes `subl $rva(1b), %ebp`, and `rva()`\n
echo means "minus `startup_32`". The value is the same, because `startup_32` is at 0. But `$1b`\n
echo is an address, which a linker that makes position-independent output wants to have adjusted\n
echo at load time, and a difference of two symbols is just a number.\n
echo \n
echo One address gives all addresses\n
echo -------------------------------\n
echo \n
echo With the load address in `ebp`, everything in the image can be reached: link address plus\n
echo `ebp`. The source writes `rva(gdt)(%ebp)`, and the assembler makes of it an instruction with\n
echo the link address of `gdt` in it as a constant.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor dis rip 1\n
monitor dis rip 1
echo \n
echo The constant in this instruction is 0x221010. Which address will it put into `eax`?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `leal N(%ebp), %eax` computes N + `ebp`.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0x221010 + 0x100000.\n
echo \n[Enter: the answer]\n
shell read _
# answer gdt 0x321010
echo \nThe answer is:\n
monitor p/x sym(gdt)
echo \n
echo 0x321010: link address 0x221010 plus load address 0x100000.\n
echo \n
echo Execute it, and let `sym` say what is at that address.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) stepi\n
stepi
echo (gdb) p/x $eax\n
p/x $eax
echo (gdb) monitor sym eax\n
monitor sym eax
echo \n
echo `sym` confirms it with the symbol table of the image. The next instruction writes this\n
echo address into `gdt64`, the six bytes that `lgdt` reads. A pointer that is stored in memory\n
echo cannot be relative to anything: a program that may be loaded anywhere has to compute it when\n
echo it runs. Remember this store. You will see its traces below.\n
echo \n
echo 64-bit code is better at it\n
echo ---------------------------\n
echo \n
echo The 64-bit instruction set has what was missing: an operand can be relative to `rip`.\n
echo `leaq _bss(%rip), %rdi` means "the address that is so far ahead of the next instruction", in\n
echo one instruction and without any stack. Code that is written so, with all its references\n
echo relative, is position-independent code, PIC.\n
echo \n
echo Our image gives a good test of that, because later it copies itself to another address and\n
echo goes on there. `clear_bss` uses two of these operands. Look at it before the copy runs.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c image-copied\n
monitor c image-copied
echo (gdb) monitor dis clear_bss 3\n
monitor dis clear_bss 3
echo \n
echo The first `leaq`, executed here, would give 0x3212c0. A copy of the whole image, byte for\n
echo byte, stands at 0x1893000. What will the same instruction give when the copy executes it?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The bytes are equal, so the distance is equal. What is different?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `rip` is larger by the distance between image and copy, 0x1793000.\n
echo \n[Enter: the answer]\n
shell read _
# answer bss 0x1ab42c0
echo \nThe answer is:\n
monitor at relocated p/x sym(_bss)
echo \n
echo 0x1ab42c0. The code moved, its data moved with it, and the instruction did not have to be\n
echo touched.\n
echo \n
echo Now let the guest go on to the copy, and look at the same function there.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c relocated\n
monitor c relocated
echo (gdb) monitor dis clear_bss 3\n
monitor dis clear_bss 3
echo (gdb) monitor p/x sym(_bss)\n
monitor p/x sym(_bss)
echo \n
echo Other addresses, same bytes. How many bytes did have to change, in the whole image? `moved`\n
echo compares the copy with its source, and the source with the file, at `image-copied`.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back image-copied\n
monitor back image-copied
echo (gdb) monitor moved\n
monitor moved
echo \n
echo Four bytes of more than two million differ from what the boot loader had put there. Three of\n
echo them are the stored pointer, the address of `gdt`, in `gdt64`: it had been 0, and its\n
echo highest byte is 0 still. Who changed the fourth?\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor x/2wx sym(gdt64)+2\n
monitor x/2wx sym(gdt64)+2
echo (gdb) monitor p/x sym(gdt)\n
monitor p/x sym(gdt)
echo (gdb) monitor x/gx sym(gdt)+0x20\n
monitor x/gx sym(gdt)+0x20
echo \n
echo The CPU did. The last word is the descriptor of the TSS; the file has `89` where you see\n
echo `8b`: type 9, "available". `ltr` makes it 11, "busy", in memory, so that no second task can\n
echo be started with it. Not a single byte had to be changed because of where the code stands.\n
echo \n
echo Why there is no GOT, and no PLT\n
echo -------------------------------\n
echo \n
echo You may know two tables that programs in user space have for position independence. A global\n
echo offset table, GOT, is an array of absolute addresses in the data section. Code reads the\n
echo address of a variable or function from it, relative to `rip`; so the code need not know the\n
echo address, and can be shared by processes that have it at different places. A procedure\n
echo linkage table, PLT, is a row of small pieces of code, one for each function of another\n
echo library. `call printf` goes to its piece, which jumps to the address in the GOT. At first\n
echo that address leads into the dynamic linker, which looks up `printf`, writes its address into\n
echo the GOT, and goes there; the second call is direct. That is lazy binding.\n
echo \n
echo \        call printf@plt --->  PLT: jmp *GOT[n] --->  1st time: dynamic linker: look up, write GOT[n]\n
echo \                                               --->  later: printf\n
echo \n
echo Both tables hold addresses that somebody must write when the program starts. In user space\n
echo that is the dynamic linker, which works through the file's relocation entries (`readelf -r`\n
echo lists them), after the kernel has mapped the program and its libraries. Under the\n
echo decompressor there is no dynamic linker. It would have to relocate itself.\n
echo \n
echo Linux did so until 2020: compilers put some references through a GOT, and assembly code in\n
echo `head_32.S` and `head_64.S` added the load address to each of its entries. Now all symbols\n
echo of the decompressor are declared hidden: the compiler is told that each of them is in this\n
echo very image, so that a distance is enough. The GOT came out empty, the code that fixed it was\n
echo removed, and the linker script asserts that it stays so. Our `stub/stub.lds` does the same:\n
echo if there were one GOT entry, one PLT entry or one run-time relocation, the image would not\n
echo link.\n
echo \n
echo The kernel inside is another story. It is not position-independent, and has tens of\n
echo thousands of places that must be patched when it moves: lesson 16.\n
echo \n
echo What must hold here:\n
echo \  image is copied\n
echo \  expect u32[sym(gdt64) + 2] == sym(gdt)\n
monitor expect u32[sym(gdt64) + 2] == sym(gdt)
echo \  expect sym(startup_32) == load and load == 0x100000\n
monitor expect sym(startup_32) == load and load == 0x100000
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - The decompressor is linked at 0 and loaded anywhere. You saw an address before and after\n
echo \  the load address was added to it.\n
echo - 32-bit code learns where it is from `call` and `pop`, with four bytes of `boot_params` as\n
echo \  a stack. You saw the return address lie in `scratch`.\n
echo - Link address plus load address is the real address: `rva(symbol)(%ebp)`.\n
echo - 64-bit code has `rip`-relative operands instead. Equal bytes at two places gave two right\n
echo \  results.\n
echo - Only stored pointers must be computed at run time. Of all the bytes of the image, four\n
echo \  were changed before it was copied: three are such a pointer, and one is a mark that the\n
echo \  CPU made.\n
echo - GOT and PLT need somebody who fills them in. Here is nobody, so the build makes sure that\n
echo \  there are none.\n
echo \n
echo Next: before there can be 64-bit code there must be page tables, and before these, a table\n
echo of segments and a processor that can do it.\n

# end 0x5b3e6e
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
