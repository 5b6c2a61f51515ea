# 17. The jump, and the whole way with a real kernel
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/17-the-jump/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/linux/cloud.bzImage --append 'console=ttyS0 quiet kaslr_seed=7'

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 17. The jump, and the whole way with a real kernel\n
echo \n
echo All lessons so far had a kernel that was made for teaching. This one has Linux as Debian\n
echo ships it for virtual machines: the same stub, with another payload\n
echo (`make build/linux/cloud.bzImage` fetches the package and wraps it). You follow it over the\n
echo last instruction of the decompressor, through its own change of addresses, and up to its\n
echo first C function. It asks what the two sides of that last jump may rely on. You should have\n
echo seen lessons 14 to 16 on the small kernel.\n
echo \n
echo Which version of Linux this is depends on the day on which the package was fetched. So this\n
echo lesson names no address of it: you will read them yourself.\n
echo \n
echo The same way, with more to carry\n
echo --------------------------------\n
echo \n
echo Nothing in the stub knows which kernel it has. Here is all of lessons 1 to 14 in one\n
echo command:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c decompressed\n
monitor c decompressed
echo (gdb) monitor p/x u32[output]\n
monitor p/x u32[output]
echo (gdb) monitor p u64[output + 24] - 0x1000000 < u64[kernel_total_size]\n
monitor p u64[output + 24] - 0x1000000 < u64[kernel_total_size]
echo \n
echo An ELF file again, with its entry (at offset 24) inside the kernel. The numbers are larger.\n
echo The teaching kernel inflates to 10 MiB, and takes 7 MiB of memory with its `.bss`. This one\n
echo (in MiB; 54 and 50 for a kernel of the 6.12 series):\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor p/d marker.output_len >> 20\n
monitor p/d marker.output_len >> 20
echo (gdb) monitor p/d u64[kernel_total_size] >> 20\n
monitor p/d u64[kernel_total_size] >> 20
echo \n
echo A real kernel has a large `.bss`. Without KASLR it would even reach over the decompressor's\n
echo copy, which is why nobody clears it before the jump (lesson 15).\n
echo \n
echo The ELF header says that execution begins at 0x1000b53. The kernel was linked for 0x1000000\n
echo and lies at 0xf600000. To which address will the decompressor jump?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo How far is the entry from the kernel's first byte?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0xb53 bytes. Add that to where the first byte is.\n
echo \n[Enter: the answer]\n
shell read _
# answer entry 0xf600b53
echo \nThe answer is:\n
monitor p/x output + u64[output + 24] - 0x1000000
echo \n
echo 0xf600b53. `extract_kernel` returns `output + entry`.\n
echo \n
echo Over the ELF and the relocations, to the last instruction of the decompressor:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c kernel-jump\n
monitor c kernel-jump
echo (gdb) monitor p rax == entry\n
monitor p rax == entry
echo (gdb) monitor p rax < output + u64[kernel_total_size]\n
monitor p rax < output + u64[kernel_total_size]
echo (gdb) monitor x/1i rip\n
monitor x/1i rip
echo \n
echo What came through\n
echo -----------------\n
echo \n
echo `extract_kernel` returned its result in `rax`. In between it ran nearly a thousand million\n
echo instructions, zlib's among them, in which each register had a dozen uses. Still `relocated`\n
echo finds the address of `boot_params` where it left it. It did not save it on the stack.\n
echo \n
echo In which register did `relocated` keep `boot_params` while `extract_kernel` ran?\n
echo \ \ 1\ \ 
echo `rdi`, since it was the first argument\n
echo \ \ 2\ \ 
echo `rcx`\n
echo \ \ 3\ \ 
echo `r15`\n
echo \ \ 4\ \ 
echo `r11`\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The ABI divides the registers: some belong to the function that is called, some to its\n
echo caller.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo A function that wants to use rbx, rbp or one of r12 to r15 must put the old value back\n
echo before it returns.\n
echo \n[Enter: the answer]\n
shell read _
# answer survivor 0x3
echo \nThe answer is 3: of the choices it holds (1), and no other (0).\n
echo choice 1:\n
monitor p/d (rdi == boot_params) != 0
echo choice 2:\n
monitor p/d (rcx == boot_params) != 0
echo choice 3:\n
monitor p/d (r15 == boot_params) != 0
echo choice 4:\n
monitor p/d (r11 == boot_params) != 0
echo \n
echo `r15`, one of the six that a function must hand back as it got them: rbx, rbp, r12, r13,\n
echo r14, r15. Linux has kept it there since 6.6; before that, head_64.S pushed `rsi` on the\n
echo stack in front of the call, and popped it behind.\n
echo \n
echo The register, what is handed on, and the address itself:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) p/x $r15\n
p/x $r15
echo (gdb) p/x $rsi\n
p/x $rsi
echo (gdb) monitor p/x boot_params\n
monitor p/x boot_params
echo \n
echo The last thing before the jump was `movq %r15, %rsi`.\n
echo \n
echo Aside: arguments, asmlinkage and system calls\n
echo ---------------------------------------------\n
echo \n
echo The System V ABI for x86-64 has the first six arguments in `rdi`, `rsi`, `rdx`, `rcx`, `r8`,\n
echo `r9`, further ones on the stack, and the result in `rax`. Assembly code that calls C, as\n
echo `relocated` does, has to keep to it by hand; the compiler cannot check.\n
echo \n
echo In Linux's source, `extract_kernel` and the kernel's first C function are marked\n
echo `asmlinkage`. On 32-bit x86 this means that all arguments are on the stack, since the rest\n
echo of the 32-bit kernel is compiled to pass three in registers, and assembly code should not\n
echo depend on that. On x86-64 the word changes nothing about registers: it only tells a reader\n
echo that assembly code calls this function.\n
echo \n
echo There is one other place where assembly code calls C with a lot at stake: the entry of a\n
echo system call, `entry_SYSCALL_64` (arch/x86/entry/entry_64.S). A program puts the number into\n
echo `rax` and the arguments into registers; the `syscall` instruction puts the return address\n
echo into `rcx` and the flags into `r11`, and jumps.\n
echo \n
echo So one of the six argument registers cannot carry an argument into a system call. Which\n
echo argument has another register (it is `r10`) there?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Which of rdi, rsi, rdx, rcx, r8, r9 does the `syscall` instruction overwrite itself?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Count: rdi is 1.\n
echo \n[Enter: the answer]\n
shell read _
# answer fourth 0x4
echo \nThe answer is:\n
p/x 4UL
echo \n
echo The fourth: `rcx` holds the return address, so the program uses `r10`, and the function in C\n
echo takes it from the saved registers (below).\n
echo \n
echo The entry code switches to a kernel stack and pushes everything: user `ss`, `rsp`, flags\n
echo (from `r11`), `cs`, return address (from `rcx`), the call's number, then all general\n
echo registers. What lies on the stack then is a `struct pt_regs`, and its address is the first\n
echo argument of `do_syscall_64`:\n
echo \n
echo \       higher    ss      \\\n
echo \                 sp       |  what an interrupt would have pushed by itself\n
echo \                 flags    |\n
echo \                 cs       |\n
echo \                 ip      /\n
echo \                 orig_ax     the number of the system call\n
echo \                 di si dx cx ax r8 r9 r10 r11\n
echo \       lower     bx bp r12 r13 r14 r15        <- rsp, and rdi: the argument\n
echo \n
echo So a called function, a debugger (`ptrace`) or a signal handler finds a user's registers in\n
echo one place and one order, however the kernel was entered. The boot code needs nothing like\n
echo it: nobody waits for it to return, so there is no state to keep, and one register that\n
echo survives is enough. Only its exception handlers save registers, because a page fault in zlib\n
echo must not be noticed by zlib (lesson 11).\n
echo \n
echo The handover\n
echo ------------\n
echo \n
echo What may a kernel rely on at its first instruction? The 64-bit boot protocol\n
echo (Documentation/arch/x86/boot.rst) says it for a loader that enters a bzImage at\n
echo `startup_64`; the decompressor is such a loader, once more, for the kernel inside. Long mode\n
echo with paging on; the kernel's memory, `boot_params` and the command line mapped one to one; a\n
echo flat 64-bit code segment with the selector 0x10; interrupts off; `rsi` = `boot_params`. And\n
echo no more: no stack, no meaning in any other register, nothing about other memory. (It also\n
echo asks for data segments with the selector 0x18. Linux's own decompressor leaves them 0, as\n
echo ours does: 64-bit code does not use them, and the kernel loads its own.)\n
echo \n
echo What must hold here:\n
echo \  expect rsi == boot_params\n
monitor expect rsi == boot_params
echo \  expect u32[boot_params + 0x202] == 0x53726448\n
monitor expect u32[boot_params + 0x202] == 0x53726448
echo \  expect (cr0 >> 31) == 1 and (efer & 0x500) == 0x500\n
monitor expect (cr0 >> 31) == 1 and (efer & 0x500) == 0x500
echo \  expect cs == 0x10\n
monitor expect cs == 0x10
echo \  expect (rflags & 0x200) == 0\n
monitor expect (rflags & 0x200) == 0
echo \  paging maps [output, output + u64[kernel_total_size]) identity\n
echo \  paging maps [boot_params, boot_params + 4K) identity\n
echo \n
echo The second line is the signature "HdrS" in the setup header: the sign that this is a\n
echo `boot_params`.\n
echo \n
echo One instruction further:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c kernel-entry\n
monitor c kernel-entry
echo (gdb) monitor x/3i rip\n
monitor x/3i rip
echo \n
echo This is Linux. (A printed page shows no output here, since each version has other code.) The\n
echo first of them belongs to the `startup_64` of arch/x86/kernel/head_64.S, not to be confused\n
echo with the decompressor's. In 6.12 it keeps `rsi` in `r15` first, then sets a stack of its\n
echo own. (In older kernels, 6.1 for one, the entry is the kernel's first byte. The decompressor\n
echo need not know: it asks the ELF header.) The teaching kernel does the same, in\n
echo stub/kernel/head_64.S.\n
echo \n
echo Its job is to get away from here. This is what it does up to the next label:\n
echo \n
echo - its own stack, GDT and IDT, since the decompressor's lie in memory that will be given\n
echo \  away;\n
echo - `__startup_64` (arch/x86/kernel/head64.c; in newer versions arch/x86/boot/startup/): the\n
echo \  page tables that are linked into the kernel say where it was linked to be, and are\n
echo \  corrected by the physical place;\n
echo - `cr3`: now the kernel's own tables are in use.\n
echo \n
echo The label `secondary_startup_64` exists because the processor that boots is not the only\n
echo one: the others are started later, by a trampoline that finds all tables in order, and come\n
echo in there. The first processor joins that way after the point where the two differ (in newer\n
echo versions both jump to `common_startup_64`), and on its way it changes to the kernel's\n
echo virtual address.\n
echo \n
echo Another name for the same bytes, and on to C\n
echo --------------------------------------------\n
echo \n
echo The tables that are in use between the change of `cr3` and that jump must show the kernel at\n
echo two addresses: at the physical one, where the next instruction is fetched from, and at the\n
echo virtual one, where the jump goes.\n
echo \n
echo `virtual` is 0x34600000. What will the virtual address of the kernel's first byte be?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `virtual` counts from where the kernel's image has its place in the address space.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0xffffffff80000000 + 0x34600000\n
echo \n[Enter: the answer]\n
shell read _
# answer high 0xffffffffb4600000
echo \nThe answer is:\n
monitor p/x 0xffffffff80000000 + virtual
echo \n
echo 0xffffffffb4600000.\n
echo \n
echo Step by step, until `rip` is high:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor until rip >= 0xffffffff80000000\n
monitor until rip >= 0xffffffff80000000
echo (gdb) monitor p rip > 0xffffffff80000000 + virtual\n
monitor p rip > 0xffffffff80000000 + virtual
echo (gdb) monitor v2p rip\n
monitor v2p rip
echo (gdb) monitor p2v output\n
monitor p2v output
echo \n
echo A few thousand instructions after the entry, `rip` is high for the first time. `v2p` says\n
echo that the physical address is in the same image as before, and `p2v` lists the names that the\n
echo kernel's first byte has: the high one among them, and the identity one that is still needed\n
echo a moment longer.\n
echo \n
echo What must hold here:\n
echo \  expect u64[0xffffffff80000000 + virtual] == phys64[output]\n
monitor expect u64[0xffffffff80000000 + virtual] == phys64[output]
echo \  expect u64[output] == phys64[output]\n
monitor expect u64[output] == phys64[output]
echo \  expect rip > 0xffffffff80000000 + virtual\n
monitor expect rip > 0xffffffff80000000 + virtual
echo \  expect r15 == boot_params\n
monitor expect r15 == boot_params
echo \n
echo `phys64` reads physical memory, past all page tables, and `u64` through them. So the first\n
echo line says: at the high address there is what lies at `output`. The physical and the virtual\n
echo delta of lesson 16 are both in it: the tables carry the one, the pointers the other.\n
echo \n
echo At the end of `secondary_startup_64` stands an indirect call through a variable,\n
echo `initial_code`, with which the first processor and the others go different ways. For the\n
echo first one it holds the address of `x86_64_start_kernel`. Debian's kernel comes without\n
echo symbols, but the call can be found by its bytes: ff 15. (In older kernels, 6.1 for one, it\n
echo is a far return, 48 cb, with the address pushed in front of it.)\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor until u16[rip] == 0x15ff or u16[rip] == 0xcb48\n
monitor until u16[rip] == 0x15ff or u16[rip] == 0xcb48
echo (gdb) monitor x/1i rip\n
monitor x/1i rip
echo \n
echo The function takes one argument, the address of `boot_params`, as the decompressor handed it\n
echo over. Which value is in `rdi`?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Is it a physical or a virtual address? The kernel has not touched it yet.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo It is the value that was in `rsi` at the jump.\n
echo \n[Enter: the answer]\n
shell read _
# answer argument 0x11050
echo \nThe answer is:\n
p/x $rdi
echo \n
echo 0x11050: still physical. `x86_64_start_kernel` turns it into a virtual address of the map of\n
echo all memory, and copies the page away, because the memory it lies in is about to be given to\n
echo somebody else.\n
echo \n
echo Read the register:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) p/x $rdi\n
p/x $rdi
echo \n
echo And the call itself:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) stepi\n
stepi
echo \n
echo From here everything is C. The way goes on like this, and each step has a name that you can\n
echo look up:\n
echo \n
echo function                     where                           what it does\n
echo ---------------------------  ------------------------------  -------------------------------\n
echo `x86_64_start_kernel`        arch/x86/kernel/head64.c        drops the identity map, clears\n
echo \                                                             `.bss`, sets up an early IDT,\n
echo \                                                             copies `boot_params`\n
echo `x86_64_start_reservations`  the same                        what is special about some\n
echo \                                                             platforms\n
echo `start_kernel`               init/main.c                     everything: one long list of\n
echo \                                                             calls\n
echo `setup_arch`                 arch/x86/kernel/setup.c         reads the e820 table into\n
echo \                                                             memblock, the allocator of this\n
echo \                                                             early time\n
echo `mm_core_init`               mm/mm_init.c (6.4; before,      starts the page allocator and\n
echo \                             `mm_init` in init/main.c)       `kmalloc`\n
echo `mem_init`                   arch/x86/mm/init_64.c           hands all free pages over to it\n
echo \                                                             (from 6.15 on `mm_core_init`\n
echo \                                                             does that itself)\n
echo `rest_init`                  init/main.c                     starts process 1, which becomes\n
echo \                                                             `init`\n
echo \n
echo `mem_init` sets a variable named `after_bootmem`: "bootmem" was the allocator before\n
echo memblock, gone since 4.20, but its name stayed. From there on, memory is asked for with the\n
echo calls that drivers use. It also tells a hypervisor that memory is now managed. Its 32-bit\n
echo version (init_32.c) checks that the constants of the address space fit together, and that\n
echo the processor honours write protection in the kernel, too. In between and behind,\n
echo `start_kernel` calls a hundred others: the scheduler, interrupts, timers, control groups,\n
echo the random numbers from which the stack protector gets its secret word. They are no longer\n
echo about booting, and end this course.\n
echo \n
echo The whole way once more\n
echo -----------------------\n
echo \n
echo This is the boot that you have just followed, in one list:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor checkpoints\n
monitor checkpoints
echo \n
echo Run the same command in any of the earlier lessons, and compare. (None on a printed page,\n
echo again; `make demo-linux` shows this boot with a RAM disk, up to `init`.) Up to `stage1-idt`\n
echo the two boots take almost the same number of instructions. The copy takes six times as many\n
echo for a payload six times as large. `bss-cleared` is the same again: the stub's `.bss` has the\n
echo stub's size. Inflating is more than nine tenths of everything in both; the relocations are\n
echo six times as many sites, and take six times as long.\n
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - `extract_kernel` returns `output + (e_entry - 0x1000000)`, and that is where the jump\n
echo \  goes: you computed it before it happened.\n
echo - `boot_params` came through in `r15`, which the ABI protects, and is handed on in `rsi`.\n
echo - The contract at the kernel's entry is short: long mode, identity maps, `rsi`, interrupts\n
echo \  off. You checked each point.\n
echo - The kernel changes from physical to virtual addresses by tables that show it at both, and\n
echo \  a jump. Physical and virtual delta meet in these tables.\n
echo - The stub did the same for a kernel five times as large, of which it knows nothing.\n
echo \n
echo This is the end of the 64-bit way. Lesson 18 looks at how old 32-bit kernels did it.\n

# end 0x3aded331
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
