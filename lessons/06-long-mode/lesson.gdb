# 6. Into long mode
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/06-long-mode/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/teaching.bzImage --append 'quiet nokaslr'

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 6. Into long mode\n
echo \n
echo Long mode is the name for all that a processor does with 64-bit code. One does not get there\n
echo with one instruction: a processor is asked for it, then paging is switched on, then a code\n
echo segment of a new kind is loaded, and each step has a state of its own. This lesson takes the\n
echo steps one by one, tries two of them in the wrong way, and ends at the first 64-bit\n
echo instruction. You should know the page tables of lesson 5 and what a segment descriptor is\n
echo (lesson 3).\n
echo \n
echo Can this processor do it?\n
echo -------------------------\n
echo \n
echo An old processor, or a virtual one with the wrong settings, has no long mode. There, the\n
echo `wrmsr` that asks for it causes an exception, nobody handles it, and the machine resets: a\n
echo user would see the boot loader again and again, and no reason. So the stub asks first,\n
echo before it touches anything.\n
echo \n
echo The question is the instruction `cpuid`. It takes a number in `eax`, and answers in `eax`,\n
echo `ebx`, `ecx` and `edx`. `verify_cpu` (in `stub/verify_cpu.S`) asks four things:\n
echo \n
echo 1. Is there a `cpuid` at all? There is if bit 21 of the flags, ID, can be changed. (That is\n
echo \   why `ID` appears among the flags in all dumps from here on.)\n
echo 2. Leaf `0x80000000`: which is the highest number that can be asked? It must be at least\n
echo \   `0x80000001`.\n
echo 3. Leaf `0x80000001`: bit 29 of `edx` is LM, long mode.\n
echo 4. Leaf 1: what every 64-bit kernel was compiled to use: FPU, MSRs, PAE, CMOV, SSE2 and some\n
echo \   more.\n
echo \n
echo Go to the second `cpuid`, the one about long mode. Its bytes are `0f a2`.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c load-address-known\n
monitor c load-address-known
echo (gdb) monitor advance verify_cpu\n
monitor advance verify_cpu
echo (gdb) monitor until u16[pc] == 0xa20f and eax == 0x80000001\n
monitor until u16[pc] == 0xa20f and eax == 0x80000001
echo (gdb) stepi\n
stepi
echo (gdb) p/x $edx\n
p/x $edx
echo \n
echo The answer is 0x2193fbfd. Is LM, bit 29, set?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Eight hexadecimal digits are 32 bits. The first digit holds bits 31 to 28.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The first digit is 0x2. Bit 29 is the second lowest of its four bits, with the value 2.\n
echo \n[Enter: the answer]\n
shell read _
# answer lm 0x1
echo \nThe answer is:\n
p/x ((unsigned long)(unsigned int)$edx >> 29UL) & 1UL
echo \n
echo Bit 29 is set: the processor has long mode. The next instruction, `testl`, asks for just\n
echo this bit, 0x20000000.\n
echo \n
echo And if not? Clear the bit, as if the processor had answered otherwise, and let it run.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor set $edx = edx & ~(1 << 29)\n
monitor set $edx = edx & ~(1 << 29)
echo (gdb) monitor run\n
monitor run
echo \n
echo `no_longmode` writes a message to the serial port and to the screen, in 32-bit code without\n
echo any driver, and stops. Linux uses `verify_cpu` of `arch/x86/kernel/verify_cpu.S`, which asks\n
echo the same leaves; when it says no, the decompressor runs into an endless `hlt`, without a\n
echo word.\n
echo \n
echo Asking\n
echo ------\n
echo \n
echo Go back, which takes the write back, too, and then on to where the page tables are ready.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back load-address-known\n
monitor back load-address-known
echo (gdb) monitor c early-page-tables\n
monitor c early-page-tables
echo (gdb) monitor dis rip 4\n
monitor dis rip 4
echo \n
echo EFER, the extended feature enable register, is a model-specific register: it has no name in\n
echo the instruction set, only a number, `0xc0000080`, which goes into `ecx`. `rdmsr` reads it\n
echo into `edx:eax`, `wrmsr` writes it. Two bits of it are about long mode:\n
echo \n
echo bit  name                   who writes it\n
echo ---  ---------------------  -----------------------------\n
echo 8    LME, long mode enable  the program: I want long mode\n
echo 10   LMA, long mode active  the processor: you have it\n
echo \n
echo The four instructions read EFER, set bit 8 and write it back. Will the processor be in long\n
echo mode then: is LMA set?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Long mode cannot exist without paging. Is paging on?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `cr0` is 0x11; paging is bit 31.\n
echo \n[Enter: the answer]\n
shell read _
# answer after-lme 0x0
echo \nThe answer is:\n
monitor at early-page-tables si 4; p/x (efer >> 10) & 1
echo \n
echo EFER is 0x100: LME alone. The processor remembers the wish, and nothing else has changed;\n
echo the code is 32-bit code as before.\n
echo \n
echo Execute the four.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) stepi 4\n
stepi 4
echo (gdb) monitor regs efer\n
monitor regs efer
echo \n
echo Two small things follow, `lldt` with 0 and `ltr` with `0x20`: no local descriptor table, and\n
echo a task-state segment with nothing in it, for the reason of lesson 3. Then come two pushes,\n
echo for the far return at the end:\n
echo \n
echo \       leal  rva(startup_64)(%ebp), %eax\n
echo \       pushl $__KERNEL_CS                       the new cs\n
echo \       pushl %eax                               the new eip\n
echo \       movl  $(X86_CR0_PG | X86_CR0_PE), %eax\n
echo \       movl  %eax, %cr0                         paging on\n
echo \       lretl                                    pops eip, then cs\n
echo \n
echo Paging on\n
echo ---------\n
echo \n
echo Go to the write to `cr0`: the next instruction begins with `0f 22` then, as in lesson 5.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor until u16[pc] == 0x220f\n
monitor until u16[pc] == 0x220f
echo (gdb) monitor regs cr0\n
monitor regs cr0
echo (gdb) monitor dis rip 2\n
monitor dis rip 2
echo \n
echo EFER is 0x100 now. What will it be when `movl %eax, %cr0` has been executed?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo LME is set, and now paging is switched on. That is what the processor was waiting for.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo LMA is bit 10, so 0x400. LME stays.\n
echo \n[Enter: the answer]\n
shell read _
# answer efer 0x500
echo \nThe answer is:\n
monitor at early-page-tables until u16[pc] == 0x220f; si; p/x efer
echo \n
echo 0x500: LME and LMA. One write to `cr0` has changed a bit in another register.\n
echo \n
echo Execute it, and let `where` say in which mode the processor is.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) stepi\n
stepi
echo (gdb) monitor regs efer\n
monitor regs efer
echo (gdb) monitor where\n
monitor where
echo \n
echo The line that begins with the checkpoint's name says `compat32`. Long mode is active, the\n
echo page tables have four levels, and yet the code is 32-bit code. This is compatibility mode,\n
echo in which 64-bit systems run 32-bit programs. It is needed here, too: the next instruction,\n
echo `lretl`, was assembled as 32-bit code, and would mean something else if the processor took\n
echo it for 64-bit code.\n
echo \n
echo \      protected mode --------> protected mode --------> long mode, ------------> long mode,\n
echo \      32-bit                   LME = 1, LMA = 0         compatibility            64-bit\n
echo \                  EFER.LME = 1            CR0.PG = 1    LMA = 1, CS.L = 0  lret  CS.L = 1\n
echo \                  (wrmsr)                 (mov to cr0)                     to a 64-bit segment\n
echo \n
echo The L bit\n
echo ---------\n
echo \n
echo What kind of code it is stands in the code segment. Its descriptor, eight bytes in the GDT,\n
echo has two bits for that:\n
echo \n
echo \     63       56 55 54 53 52 51  48 47           40 39                           0\n
echo \     +----------+--+--+--+--+------+---------------+------------------------------+\n
echo \     | base     | G| D| L|  |limit |  access byte  |   base and limit             |\n
echo \     +----------+--+--+--+--+------+---------------+------------------------------+\n
echo \                  |  |  '--- L: 64-bit code (then D must be 0)\n
echo \                  |  '------ D: 32-bit code; 0 is 16-bit code\n
echo \                  '--------- G: the limit counts pages\n
echo \n
echo In the GDT of the stub, entry 1 (selector `0x8`) is 32-bit code and entry 2 (selector\n
echo `0x10`) is 64-bit code. They differ in one digit, `c` and `a`: binary 1100 and 1010.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor p/x u64[sym(gdt) + 0x8]\n
monitor p/x u64[sym(gdt) + 0x8]
echo (gdb) monitor p/x u64[sym(gdt) + 0x10]\n
monitor p/x u64[sym(gdt) + 0x10]
echo (gdb) x/2wx (unsigned int)$esp\n
x/2wx (unsigned int)$esp
echo \n
echo On the stack lie the two words that `lretl` is going to take: first the new `eip`, then the\n
echo new `cs`. Only now, when `cs` is loaded, the processor looks at the descriptor.\n
echo \n
echo Suppose that the second word were 8 and not 0x10. `lretl` goes to 0x100200. What then?\n
echo \ \ 1\ \ 
echo An exception: in long mode a 32-bit code segment cannot be loaded\n
echo \ \ 2\ \ 
echo The bytes at startup_64 are executed as 64-bit code, since LMA is set\n
echo \ \ 3\ \ 
echo The bytes at startup_64 are executed as 32-bit code\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Which code segment does `cs` hold at this very moment, with LMA set?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The mode is in the descriptor. Descriptor 8 has D, not L.\n
echo \n[Enter: the answer]\n
shell read _
# answer selector 0x3
echo \nThe answer is 3: of the choices it holds (1), and no other (0).\n
echo choice 1:\n
monitor at early-page-tables until u16[pc] == 0x220f; si; set u32[esp + 4] = 8; si; p/d (rip != sym(startup_64)) != 0
echo choice 2:\n
monitor at early-page-tables until u16[pc] == 0x220f; si; set u32[esp + 4] = 8; si; p/d ((u64[sym(gdt) + cs] >> 53) & 1) != 0
echo choice 3:\n
monitor at early-page-tables until u16[pc] == 0x220f; si; set u32[esp + 4] = 8; si; p/d (rip == sym(startup_64) and not (u64[sym(gdt) + cs] >> 53 & 1)) != 0
echo \n
echo `cs` is 0x8, `eip` is 0x100200: the far return succeeds and the processor stays in\n
echo compatibility mode.\n
echo \n
echo The same bytes mean different things then. Here is the wrong way first:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor set u32[esp + 4] = 8\n
monitor set u32[esp + 4] = 8
echo (gdb) stepi\n
stepi
echo (gdb) monitor dis rip 3\n
monitor dis rip 3
echo \n
echo `48` was the prefix that makes an instruction a 64-bit one. As 32-bit code it is an\n
echo instruction of its own, `decl %eax`. And now the right way. (`back` undoes the write.)\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back early-page-tables\n
monitor back early-page-tables
echo (gdb) monitor until rip == sym(startup_64)\n
monitor until rip == sym(startup_64)
echo (gdb) monitor dis rip 2\n
monitor dis rip 2
echo (gdb) monitor p/x cs\n
monitor p/x cs
echo \n
echo Why the order matters\n
echo ---------------------\n
echo \n
echo PAE, `cr3`, LME, PG, and a 64-bit `cs`: the stub keeps to this order because the processor\n
echo does. LME cannot be changed while paging is on. If PG is set with LME but without PAE, a\n
echo processor raises an exception. (QEMU's emulator, on which this guest runs, does not check\n
echo that. If it works in an emulator, it need not work on a machine.) And what if LME is\n
echo forgotten? Take it away at the last moment:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back early-page-tables\n
monitor back early-page-tables
echo (gdb) monitor until u16[pc] == 0x220f\n
monitor until u16[pc] == 0x220f
echo (gdb) monitor set $efer = 0\n
monitor set $efer = 0
echo (gdb) monitor si\n
monitor si
echo (gdb) monitor pt pc\n
monitor pt pc
echo \n
echo Paging is on, in 32-bit protected mode, with PAE. That kind of paging exists, but has three\n
echo levels, and so the page that was written as a PML4 is read as a PDPT with four entries. In\n
echo these, bit 1 is not RW but reserved, and must be 0. A processor refuses the write to `cr0`\n
echo at that point. The same bytes are good tables for one mode and broken ones for another;\n
echo nothing in them says for which they are meant.\n
echo \n
echo Offset 0x200\n
echo ------------\n
echo \n
echo Back to the boot as it is, to the first checkpoint of the 64-bit code. Where does this code\n
echo stand in the image, and what does the header say of it?\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back early-page-tables\n
monitor back early-page-tables
echo (gdb) monitor c startup-64\n
monitor c startup-64
echo (gdb) monitor p/x sym(startup_64) - load\n
monitor p/x sym(startup_64) - load
echo (gdb) monitor p/x u16[boot_params + 0x236]\n
monitor p/x u16[boot_params + 0x236]
echo \n
echo `startup_64` stands 512 bytes behind the beginning of the image, in Linux as here. In\n
echo Linux's source the line above it is `.org 0x200`, in ours the linker script says\n
echo `. = 0x200`, and fails if it is not so. Why is it such a fixed number? Because it is an\n
echo entry: `startup_32` is not the only one who comes here.\n
echo \n
echo A boot loader that is in long mode already (a hypervisor's, or another kernel with `kexec`)\n
echo need not go back to 32-bit mode. The 64-bit boot protocol lets it jump to load address +\n
echo `0x200`, with `boot_params` in `rsi`, interrupts off, flat segments with the selectors\n
echo `0x10` and `0x18`, and with page tables of its own. These must map `init_size` bytes from\n
echo the load address on, `boot_params` and the command line one to one.\n
echo \n
echo No field in the header tells the offset. Loaders have the number in their code, so it can\n
echo never change. What the header does tell is whether the kernel has such an entry: bit 0 of\n
echo `xloadflags`, at offset `0x236`, and bit 1 whether it may be loaded above 4 GiB. Here both\n
echo are set.\n
echo \n
echo The first 512 bytes must hold all of `startup_32`, then. Ours has functions that did not\n
echo fit, `build_early_page_tables` and `verify_cpu`, and keeps them behind the 64-bit code.\n
echo \n
echo A loader in long mode has put this image at 0x3000000. To which address does it jump?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo It enters at startup_64, and does so without asking any symbol table.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Load address plus the fixed offset.\n
echo \n[Enter: the answer]\n
shell read _
# answer entry 0x3000200
echo \nThe answer is:\n
monitor p/x 0x3000000 + (sym(startup_64) - load)
echo \n
echo 0x3000200. That loader never executes startup_32. The following lessons show what startup_64\n
echo therefore does a second time.\n
echo \n
echo In older kernels, 4.16 for example, the end of `startup_32` is the same sequence:\n
echo `pushl $__KERNEL_CS`, `leal startup_64(%ebp), %eax`, `pushl %eax`, the write to `cr0`,\n
echo `lret`. What is new since then is `rva()` around the symbol, and that Linux writes a\n
echo constant `CR0_STATE` with some more bits than PG and PE, WP among them.\n
echo \n
echo Last, the state in which 64-bit code begins, as assertions.\n
echo \n
echo What must hold here:\n
echo \  paging is on\n
echo \  paging is identity\n
echo \  expect (efer & 0x500) == 0x500\n
monitor expect (efer & 0x500) == 0x500
echo \  expect cs == 0x10 and (u64[sym(gdt) + cs] >> 53 & 1) == 1\n
monitor expect cs == 0x10 and (u64[sym(gdt) + cs] >> 53 & 1) == 1
echo \  expect rsi == boot_params\n
monitor expect rsi == boot_params
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - `cpuid` tells whether there is long mode, bit 29 of leaf `0x80000001`. You saw the stub\n
echo \  stop with a message when the bit was taken away.\n
echo - LME is a wish, LMA an answer. You saw LMA appear when `cr0` was written.\n
echo - Between the two there is compatibility mode: long mode is active, the code is 32-bit.\n
echo - L in the descriptor of `cs` makes it 64-bit code. With selector 8 you saw the same bytes\n
echo \  read as 32-bit code.\n
echo - Four-level tables, read without LME, are broken three-level tables. The order PAE, `cr3`,\n
echo \  LME, PG, `cs` is the processor's.\n
echo - `startup_64` is at offset `0x200`, because loaders in long mode jump there directly.\n
echo \n
echo The next lesson follows the first real work of `startup_64`: where will the kernel be\n
echo unpacked, and where does the code stand meanwhile?\n

# end 0x56f59e
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
