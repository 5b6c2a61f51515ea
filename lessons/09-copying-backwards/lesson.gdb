# 9. Copying backwards
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/09-copying-backwards/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/teaching.bzImage --append 'quiet nokaslr'

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 9. Copying backwards\n
echo \n
echo Two million bytes are to be moved by four instructions: `std`, `rep movsq`, `cld`, and a\n
echo jump to where they went. This lesson looks at each number that these instructions get, asks\n
echo why the copying runs from the end to the beginning, and makes the guest do it the wrong way\n
echo round. At the end every byte is compared. You should know lesson 7: `rbx` is where the copy\n
echo will stand.\n
echo \n
echo What is copied\n
echo --------------\n
echo \n
echo The linker script, `stub/stub.lds`, fixes the order of the parts. It is the order of Linux's\n
echo `vmlinux.lds.S`, today and in version 4.16:\n
echo \n
echo \         0  _head   +--------------------------+ -.\n
echo \                    | .head.text               |  |  startup_32, startup_64, and the copying itself\n
echo \                    +--------------------------+  |\n
echo \                    | .rodata..compressed      |  |  the kernel, compressed\n
echo \             _text  +--------------------------+  |- in the file, and copied\n
echo \                    | .text                    |  |  relocated, extract_kernel: unpacking\n
echo \                    +--------------------------+  |\n
echo \                    | .rodata .data            |  |\n
echo \             _bss   +--------------------------+ -'\n
echo \                    | .bss: heap, stack        |     no bytes in the file: not copied\n
echo \             _ebss  +--------------------------+\n
echo \                    | .pgtable                 |     in its final place already: not copied\n
echo \             _end   +--------------------------+\n
echo \n
echo So the compressed kernel lies in the middle of the code: in front of it what is executed\n
echo before the move, behind it what is executed after. Everything from `_head` to `_bss` is\n
echo moved. `.bss` is not: there is nothing in it worth copying, and the new stack is in the\n
echo `.bss` of the copy. Nor are the page tables, which stand in the copy's `.pgtable` already.\n
echo \n
echo `rep movsq` takes three registers: `rsi`, from where, `rdi`, to where, and `rcx`, how many\n
echo words of 8 bytes. After each word it adds 8 to both addresses, or subtracts 8 if the\n
echo direction flag DF is set.\n
echo \n
echo \       leaq  _bss - 8(%rip), %rsi\n
echo \       leaq  rva(_bss - 8)(%rbx), %rdi\n
echo \       movl  $rva(_bss), %ecx\n
echo \       shrl  $3, %ecx\n
echo \n
echo The code is about to get there. `_bss` minus the beginning of the image is the number that\n
echo the linker knows:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c stage1-idt\n
monitor c stage1-idt
echo (gdb) monitor p/x sym(_bss) - startup_32\n
monitor p/x sym(_bss) - startup_32
echo \n
echo `_bss` is linked at 0x2212c0, counted from the beginning of the image. What will `rcx` be?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo How many bytes are there from the beginning to `_bss`? And `movsq` moves 8 at a time.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `shrl $3` divides by 8: 0x2212c0 / 8.\n
echo \n[Enter: the answer]\n
shell read _
# answer words 0x44258
echo \nThe answer is:\n
monitor at stage1-idt advance copy_image_backward; p/x rcx
echo \n
echo 0x44258, 279128 words: 2233024 bytes. The linker script makes sure that `_bss` is a multiple\n
echo of 8.\n
echo \n
echo And `rsi`? The image is at 0x100000.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `leaq _bss - 8(%rip)`: 8 below where `_bss` really is.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0x100000 + 0x2212c0 - 8.\n
echo \n[Enter: the answer]\n
shell read _
# answer last 0x3212b8
echo \nThe answer is:\n
monitor at stage1-idt advance copy_image_backward; p/x rsi
echo \n
echo 0x3212b8, the last 8 bytes in front of `_bss`. `rdi` is the same in the copy: 0x1ab42b8.\n
echo \n
echo Go to the loop. These are the three registers in front of it:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor advance copy_image_backward\n
monitor advance copy_image_backward
echo (gdb) monitor dis rip 4\n
monitor dis rip 4
echo (gdb) p/x $rsi\n
p/x $rsi
echo (gdb) p/x $rdi\n
p/x $rdi
echo (gdb) p/x $rcx\n
p/x $rcx
echo \n
echo In our stub the loop is a function on a page of its own, because an emulator becomes slow on\n
echo a page with breakpoints. In Linux the three instructions stand in `startup_64` itself.\n
echo \n
echo One step is one word. After two steps (`std`, and the first word), compare what lies at both\n
echo ends:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) stepi 2\n
stepi 2
echo (gdb) p/x $rcx\n
p/x $rcx
echo (gdb) p/x $rsi\n
p/x $rsi
echo (gdb) p/x (unsigned long)*(unsigned long *)((unsigned long)$rsi + 8UL) == (unsigned long)*(unsigned long *)((unsigned long)$rdi + 8UL)\n
p/x (unsigned long)*(unsigned long *)((unsigned long)$rsi + 8UL) == (unsigned long)*(unsigned long *)((unsigned long)$rdi + 8UL)
echo \n
echo Why backwards\n
echo -------------\n
echo \n
echo With two areas that are apart, the direction makes no difference. Try it where they overlap.\n
echo Take four words in a piece of memory that nobody uses, at 5 MiB, and move them up by one\n
echo word; first forwards, from the lowest word on. The registers of the stopped `rep movsq` can\n
echo be given other values:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor set u64[0x500000] = 0x1111\n
monitor set u64[0x500000] = 0x1111
echo (gdb) monitor set u64[0x500008] = 0x2222\n
monitor set u64[0x500008] = 0x2222
echo (gdb) monitor set u64[0x500010] = 0x3333\n
monitor set u64[0x500010] = 0x3333
echo (gdb) monitor set u64[0x500018] = 0x4444\n
monitor set u64[0x500018] = 0x4444
echo (gdb) monitor set $rsi = 0x500000\n
monitor set $rsi = 0x500000
echo (gdb) monitor set $rdi = 0x500008\n
monitor set $rdi = 0x500008
echo (gdb) monitor set $rcx = 4\n
monitor set $rcx = 4
echo (gdb) monitor set $rflags = 2\n
monitor set $rflags = 2
echo \n
echo `rflags` is 2, so DF is clear. What will be in the last word, at 0x500020, when the four\n
echo words have been moved?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Do it with a pencil, word by word: 0x500000 to 0x500008, then 0x500008 to 0x500010, ...\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo What does 0x500008 hold when it is read?\n
echo \n[Enter: the answer]\n
shell read _
# answer forwards 0x1111
echo \nThe answer is:\n
monitor at . until u8[pc] == 0xfc; p/x u64[0x500020]
echo \n
echo 0x1111. Each step reads what the step before has written: the first word runs through all\n
echo the others.\n
echo \n
echo `until` runs to the `cld` behind the loop, whose only byte is `fc`.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor until u8[pc] == 0xfc\n
monitor until u8[pc] == 0xfc
echo (gdb) x/5gx 0x500000UL\n
x/5gx 0x500000UL
echo \n
echo Now the way the kernel does it: from the last word down, DF set (`rflags` has bit 10).\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back stage1-idt\n
monitor back stage1-idt
echo (gdb) monitor advance copy_image_backward\n
monitor advance copy_image_backward
echo (gdb) stepi\n
stepi
echo (gdb) monitor set u64[0x500000] = 0x1111\n
monitor set u64[0x500000] = 0x1111
echo (gdb) monitor set u64[0x500008] = 0x2222\n
monitor set u64[0x500008] = 0x2222
echo (gdb) monitor set u64[0x500010] = 0x3333\n
monitor set u64[0x500010] = 0x3333
echo (gdb) monitor set u64[0x500018] = 0x4444\n
monitor set u64[0x500018] = 0x4444
echo (gdb) monitor set $rsi = 0x500018\n
monitor set $rsi = 0x500018
echo (gdb) monitor set $rdi = 0x500020\n
monitor set $rdi = 0x500020
echo (gdb) monitor set $rcx = 4\n
monitor set $rcx = 4
echo (gdb) monitor until u8[pc] == 0xfc\n
monitor until u8[pc] == 0xfc
echo (gdb) x/5gx 0x500000UL\n
x/5gx 0x500000UL
echo \n
echo All four have arrived. The rule: when the target lies above the source, copy from the end. A\n
echo word is then read before anything can be written over it. (When it lies below, copy\n
echo forwards. `memmove` in C asks which it is.) The target is above here: `rbx` is at least the\n
echo load address, rounded up, plus something.\n
echo \n
echo The real copy, with an overlap\n
echo ------------------------------\n
echo \n
echo In this run source and copy are far apart: the copy begins `0x1793000` bytes above the\n
echo image. The image was loaded low, and the kernel unpacks to much more than it is compressed.\n
echo If the kernel hardly compressed, the distance between image and copy (`init_size` - `_end`,\n
echo at least) could be less than the length of the image. The code cannot know, and does not\n
echo ask.\n
echo \n
echo Make it overlap. Just after `rbx` has been computed, write 2 MiB into it. That is 1 MiB\n
echo above the beginning of the image, and the image is more than 2 MiB long.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back startup-64\n
monitor back startup-64
echo (gdb) monitor until rsp == rbx + (sym(boot_stack_end) - startup_32)\n
monitor until rsp == rbx + (sym(boot_stack_end) - startup_32)
echo (gdb) monitor set $rbx = 0x200000\n
monitor set $rbx = 0x200000
echo (gdb) monitor c image-copied\n
monitor c image-copied
echo (gdb) monitor moved\n
monitor moved
echo \n
echo `moved` compares the copy with the source, and where the copy has overwritten the source,\n
echo with the image file. All is right; four bytes, which had been changed before, could not be\n
echo compared. What are the four? The address of the GDT, which was stored in `gdt64` (three of\n
echo its bytes are not 0), and one byte of the GDT itself: `ltr` has marked the task-state\n
echo segment as busy.\n
echo \n
echo Keep this boot for one more look. `gdtr` still says that the GDT is in the old image, near\n
echo its end, and that end has just been written over. Entry 2, the 64-bit code segment, was\n
echo `0xaf9b000000ffff`:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor p/x gdtr\n
monitor p/x gdtr
echo (gdb) monitor p/x u64[gdtr + 0x10]\n
monitor p/x u64[gdtr + 0x10]
echo \n
echo That is a piece of the compressed kernel. The next instruction that loads a segment register\n
echo from it would fault, and the IDT is gone in the same way. You will see below what the code\n
echo does about it.\n
echo \n
echo And forwards, with the same overlap? `rsi` and `rdi` must begin at the other end then, and\n
echo DF be clear.\n
echo \n
echo The image is at 0x100000, and its copy would go to 0x200000. Copied forwards, up to which\n
echo address would the copy be right? Where is the first byte that is wrong?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The copying writes to 0x200000 and up. When does it come to read from 0x200000?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The first megabyte is read from [0x100000, 0x200000), which nobody has written to. After\n
echo that it reads what it has written. To which address does it write at that moment?\n
echo \n[Enter: the answer]\n
shell read _
# answer first 0x300000
echo \nThe answer is:\n
monitor p/x 0x200000 + (0x200000 - load)
echo \n
echo 0x300000: as far behind 0x200000 as that is behind the source. From there on the copy\n
echo repeats its first megabyte.\n
echo \n
echo The same overlap again, with the registers for the other direction.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back startup-64\n
monitor back startup-64
echo (gdb) monitor until rsp == rbx + (sym(boot_stack_end) - startup_32)\n
monitor until rsp == rbx + (sym(boot_stack_end) - startup_32)
echo (gdb) monitor set $rbx = 0x200000\n
monitor set $rbx = 0x200000
echo (gdb) monitor advance copy_image_backward\n
monitor advance copy_image_backward
echo (gdb) stepi\n
stepi
echo (gdb) monitor set $rsi = load\n
monitor set $rsi = load
echo (gdb) monitor set $rdi = 0x200000\n
monitor set $rdi = 0x200000
echo (gdb) monitor set $rflags = 2\n
monitor set $rflags = 2
echo (gdb) monitor c image-copied\n
monitor c image-copied
echo \n
echo `moved` fails now, since it expects a copy.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor moved\n
monitor moved
echo \n
echo More than a million bytes are wrong. What is at the first of them?\n
echo \n[Enter: run]\n
shell read _
echo (gdb) x/2gx 0x300000UL\n
x/2gx 0x300000UL
echo (gdb) monitor x/2gx startup_32\n
monitor x/2gx startup_32
echo \n
echo The first bytes of the image, `startup_32`, again. Where `relocated` should be, there is a\n
echo piece of the compressed kernel now, and the jump would lead into it.\n
echo \n
echo There is one more reason for the order of the sections. The code that copies stands at the\n
echo very beginning of the image. If source and copy overlap, what is overwritten is the end of\n
echo the source, never its beginning, as long as the copy is further up than the head is long.\n
echo The packer makes sure of that when it computes `init_size`, and Linux does so in\n
echo `arch/x86/boot/header.S`. So the loop does not overwrite itself.\n
echo \n
echo The GDT, and the jump\n
echo ---------------------\n
echo \n
echo Go back to the boot as it is, and past the copying.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back startup-64\n
monitor back startup-64
echo (gdb) monitor c image-copied\n
monitor c image-copied
echo (gdb) monitor dis rip 6\n
monitor dis rip 6
echo \n
echo Three `lea`, a store, an `lgdt` and a jump. `gdtr` still has the address of the table in the\n
echo old image. The processor reads that table each time that a segment register is loaded, and\n
echo the old image may be overwritten at any time now: by the copy, if it overlaps, and later by\n
echo the kernel. So the copy's GDT is loaded instead.\n
echo \n
echo `gdt64` of the copy holds a limit and an address, like all the rest copied byte for byte.\n
echo Which address is that at this moment, before the store?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo It is a copy of what the old `gdt64` holds.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `gdtr` was loaded from the old one.\n
echo \n[Enter: the answer]\n
shell read _
# answer pointer 0x321010
echo \nThe answer is:\n
monitor p/x u64[copy + (sym(gdt64) - startup_32) + 2]
echo \n
echo 0x321010, in the old image. A stored address is what position-independent code has to repair\n
echo by hand.\n
echo \n
echo Look at it before and after the four instructions that repair and load it.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor p/x u64[copy + (sym(gdt64) - startup_32) + 2]\n
monitor p/x u64[copy + (sym(gdt64) - startup_32) + 2]
echo (gdb) stepi 4\n
stepi 4
echo (gdb) monitor p/x u64[copy + (sym(gdt64) - startup_32) + 2]\n
monitor p/x u64[copy + (sym(gdt64) - startup_32) + 2]
echo (gdb) monitor p/x gdtr\n
monitor p/x gdtr
echo \n
echo The last two instructions compute where `relocated` is in the copy, and jump there.\n
echo `jmp *%rax` takes an absolute address. An ordinary `jmp relocated` would hold a distance and\n
echo lead to `relocated` in the old image.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c relocated\n
monitor c relocated
echo (gdb) monitor sym pc\n
monitor sym pc
echo (gdb) monitor p/x pc - copy\n
monitor p/x pc - copy
echo (gdb) monitor info idt\n
monitor info idt
echo \n
echo The code runs in the copy. It is the same file and the same symbols, at other addresses. Not\n
echo all ties to the old place are cut yet: the IDT is still the one in the old image. In the\n
echo boot with the overlap it had been written over, and `info idt` would have shown gates that\n
echo are nothing but bytes of the compressed kernel. So between the copying and the next `lidt`\n
echo nothing may go wrong. It is a short way.\n
echo \n
echo In Linux 4.16 the copying had a `pushq %rsi` in front and a `popq %rsi` behind, since `rsi`\n
echo held `boot_params` and `movsq` changes it. The stack is in the copy's `.bss`, which the\n
echo copying leaves alone, so that was safe. Today `boot_params` is in `r15`, as you have seen.\n
echo `movq $_bss, %rcx` has become `movl $(_bss - startup_32), %ecx`, for the same reason as in\n
echo lesson 4: a distance, and no address, in the code. And until 2020 there was no `lgdt` behind\n
echo the copying, so that `gdtr` went on pointing to a table that could be overwritten.\n
echo \n
echo Every byte\n
echo ----------\n
echo \n
echo At image-copied, with the two areas apart, `moved` compares all that was copied.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back image-copied\n
monitor back image-copied
echo (gdb) monitor moved\n
monitor moved
echo \n
echo The numbers of the drawing are the ones that you have computed: `0x1893000` is where the\n
echo copy begins, and `0x1ab42c0` where its part of the file ends. `rsi` and `rdi` have run down\n
echo to 8 below the beginnings, `rcx` is 0:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) p/x $rsi\n
p/x $rsi
echo (gdb) p/x $rdi\n
p/x $rdi
echo (gdb) p/x $rcx\n
p/x $rcx
echo \n
echo What must hold here:\n
echo \  image is copied\n
echo \  proofs hold\n
echo \  expect rsi == load - 8 and rdi == copy - 8\n
monitor expect rsi == load - 8 and rdi == copy - 8
echo \  expect copy > load\n
monitor expect copy > load
echo \  expect rsp == copy + (sym(boot_stack_end) - startup_32)\n
monitor expect rsp == copy + (sym(boot_stack_end) - startup_32)
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - What is in the file is copied: head, compressed kernel, code, data. `.bss`, the stack and\n
echo \  the page tables are not. You computed `rsi` and `rcx` from the linker's `_bss`.\n
echo - `_bss - 8` is the last word. With DF set, `movsq` counts down.\n
echo - If the target lies above the source and overlaps it, only the way from the end is right.\n
echo \  You saw four words, and then two megabytes, go wrong forwards.\n
echo - In this run there is no overlap. The code does not depend on that.\n
echo - Stored addresses do not move by themselves: `gdt64` of the copy had the old address, and\n
echo \  is repaired before `lgdt`.\n
echo - Every byte of the copy was compared with its source.\n
echo \n
echo The copy runs. The first thing that it does is to clear memory that nobody copied.\n

# end 0x5b3e6e
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
