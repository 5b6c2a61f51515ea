# 7. Two addresses
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/07-two-addresses/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/teaching.bzImage --append 'quiet nokaslr'

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 7. Two addresses\n
echo \n
echo The code has arrived in 64-bit mode. Before it can unpack the kernel, two questions need an\n
echo answer: where shall the kernel go, and where does this code stand meanwhile, so that it is\n
echo not unpacked over itself? The answers are in `rbp` and `rbx` from here to the end of the\n
echo decompressor. This lesson computes both by hand and watches the guest do the same. You\n
echo should know lesson 4 (where are we?) and lesson 6.\n
echo \n
echo Why not unpack where there is room?\n
echo -----------------------------------\n
echo \n
echo The kernel inside of the image is compressed. It is linked for one physical address, 16 MiB\n
echo in the usual configuration, and it can also run elsewhere, but only at multiples of 2 MiB,\n
echo since it is mapped with 2 MiB pages. So the place is nearly given. What lies there may be\n
echo anything that is no longer needed, and also something that is needed: the image itself. QEMU\n
echo has loaded it at 1 MiB. Other loaders read the header, see that the image may go anywhere\n
echo and prefers 16 MiB (`pref_address`), and put it right there, where the kernel has to be\n
echo unpacked to.\n
echo \n
echo The decompressor could ask whether it is in the way. It does something simpler, which is\n
echo right in all cases. It takes one piece of memory that is large enough for everything, copies\n
echo itself to the end of that piece, and unpacks to the beginning:\n
echo \n
echo \      load            output = rbp                          copy = rbx\n
echo \       |               |                                     |\n
echo \       v               v                                     v\n
echo \       +----------+    +-------------------------------------+--------------------+\n
echo \       |  image   |    |  kernel, unpacked from here on -->  |  copy of the image |\n
echo \       +----------+    +-------------------------------------+--------------------+\n
echo \                       |<---------------------- init_size ----------------------->|\n
echo \                                                             |<------ _end ------>|\n
echo \n
echo The unpacked kernel is longer than the first part, and that is intended. It grows from below\n
echo into the copy, up to the compressed data, behind the place that is being read. `init_size`\n
echo is chosen so that it never overtakes it. You will see that in the lesson about inflating in\n
echo place.\n
echo \n
echo Where is the image?\n
echo -------------------\n
echo \n
echo `startup_32` has computed all this before, in `ebp` and `ebx`. `startup_64` does not believe\n
echo it. The reason is the other way in: a boot loader in long mode jumps directly to\n
echo `startup_64`, and then `startup_32` was never executed, and nothing useful is in these\n
echo registers. Make the guest such a case: clear both.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c startup-64\n
monitor c startup-64
echo (gdb) monitor set $rbp = 0\n
monitor set $rbp = 0
echo (gdb) monitor set $rbx = 0\n
monitor set $rbx = 0
echo (gdb) monitor until rbp != 0\n
monitor until rbp != 0
echo (gdb) p/x $rbp\n
p/x $rbp
echo (gdb) monitor dis rip-7 1\n
monitor dis rip-7 1
echo \n
echo One instruction was enough for what took `startup_32` a stack of four bytes, a `call` and a\n
echo `pop`. `leaq startup_32(%rip), %rbp` adds a distance, here a negative one, to the address of\n
echo the next instruction.\n
echo \n
echo Up to the next multiple\n
echo -----------------------\n
echo \n
echo `rbp` is the load address now. The kernel must stand at a multiple of `kernel_alignment`, a\n
echo field of the header at offset `0x230` of `boot_params`, and it must not begin below the\n
echo image, so the address is rounded up. For a power of two that is three instructions' work:\n
echo add the alignment minus one, then clear the low bits.\n
echo \n
echo \       movl  BP_kernel_alignment(%rsi), %eax\n
echo \       decl  %eax                                a mask of ones: the low bits\n
echo \       addq  %rax, %rbp                          beyond the next multiple, if not on one\n
echo \       notq  %rax                                the other bits\n
echo \       andq  %rax, %rbp                          back to the multiple\n
echo \n
echo `kernel_alignment` is 0x200000. Suppose that the image had been loaded at 0x1234000. What\n
echo would these instructions make of it?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Which multiples of 0x200000 are there? ..., 0x1000000, 0x1200000, 0x1400000, ...\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The next one that is not below 0x1234000.\n
echo \n[Enter: the answer]\n
shell read _
# answer align 0x1400000
echo \nThe answer is:\n
monitor p/x (0x1234000 + u32[boot_params + 0x230] - 1) & ~(u32[boot_params + 0x230] - 1)
echo \n
echo 0x1400000. An address that is a multiple already stays as it is: that is why one less than\n
echo the alignment is added.\n
echo \n
echo In this guest the image is at 1 MiB:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor until rbp % 2M == 0\n
monitor until rbp % 2M == 0
echo (gdb) p/x $rbp\n
p/x $rbp
echo (gdb) p/x $rax\n
p/x $rax
echo \n
echo Not below the address that it was linked for\n
echo --------------------------------------------\n
echo \n
echo 1 MiB rounded up is 2 MiB. But below 16 MiB a PC has things that an old card or a small DMA\n
echo controller may need, so the kernel's configuration has a lowest address,\n
echo `LOAD_PHYSICAL_ADDR`. In Linux it is a constant in the instruction. Our stub is linked once\n
echo and packed with different kernels, so the number is a variable, `load_physical_addr`, which\n
echo the packer writes.\n
echo \n
echo \       movq  load_physical_addr(%rip), %rax\n
echo \       cmpq  %rax, %rbp\n
echo \       jae   1f                                  high enough\n
echo \       movq  %rax, %rbp                          no: take the lowest\n
echo \n
echo This is what the packer has written:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor p/x u64[load_physical_addr]\n
monitor p/x u64[load_physical_addr]
echo \n
echo `rbp` is 0x200000. Which value does it have after these four instructions?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `jae` jumps if `rbp` is above or equal to the variable.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0x200000 is below 0x1000000.\n
echo \n[Enter: the answer]\n
shell read _
# answer output 0x1000000
echo \nThe answer is:\n
monitor at relocation-target p/x rbp
echo \n
echo 0x1000000: 16 MiB, the same as `pref_address`. This is `output`.\n
echo \n
echo Let the four instructions run.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor until rbp == u64[load_physical_addr]\n
monitor until rbp == u64[load_physical_addr]
echo (gdb) p/x $rbp\n
p/x $rbp
echo \n
echo `jae` compares unsigned numbers. Linux 4.16 had `jge` there, for signed ones. That makes no\n
echo difference for any 64-bit address that a PC has; addresses are unsigned all the same, and\n
echo today it is `jae`. In Linux `#ifdef CONFIG_RELOCATABLE` stands around all this, in 4.16 as\n
echo in 6.12: a kernel that is configured not to be movable goes to `LOAD_PHYSICAL_ADDR`,\n
echo wherever it has been loaded.\n
echo \n
echo The end of the room\n
echo -------------------\n
echo \n
echo How much memory is needed? That is `init_size`, at offset `0x260`: the packer knows how\n
echo large the compressed kernel, the unpacked one and the stub are, and puts the sum with some\n
echo slack into the header. A boot loader uses the same field, to find a piece of RAM which is\n
echo large enough. The copy shall end where this room ends. How long the copy is, the linker\n
echo knows: `_end`, counted from 0.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor p/x u32[boot_params + 0x260]\n
monitor p/x u32[boot_params + 0x260]
echo (gdb) monitor p/x sym(_end) - load\n
monitor p/x sym(_end) - load
echo \n
echo `rbx` becomes `rbp` + `init_size` - `_end`. `rbp` is 0x1000000, and you have just read the\n
echo other two. What is `rbx`?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The room ends at 0x1000000 + 0xaec000.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0x1aec000 - 0x259000.\n
echo \n[Enter: the answer]\n
shell read _
# answer copy 0x1893000
echo \nThe answer is:\n
monitor at relocation-target p/x rbx
echo \n
echo 0x1893000. From there 0x259000 bytes lead to 0x1aec000, the end of the room.\n
echo \n
echo At the next checkpoint both registers have their values.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c relocation-target\n
monitor c relocation-target
echo (gdb) p/x $rbp\n
p/x $rbp
echo (gdb) p/x $rbx\n
p/x $rbx
echo \n
echo All the areas, with the numbers of this run:\n
echo \n
echo area                              from         to\n
echo --------------------------------  -----------  -----------\n
echo image as loaded, file only        `0x100000`   `0x3212c0`\n
echo room for everything, `init_size`  `0x1000000`  `0x1aec000`\n
echo copy: what is in the file         `0x1893000`  `0x1ab42c0`\n
echo copy: `.bss` with heap and stack  `0x1ab42c0`  `0x1acb400`\n
echo copy: page tables                 `0x1acc000`  `0x1aec000`\n
echo \n
echo Compare the last line with lesson 5: the page tables have been there all the time.\n
echo `startup_32` computed `ebx` only to know where to write them.\n
echo \n
echo In this run, does the image as loaded share any byte with the room that begins at `output`?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Two areas overlap if each of them begins before the other one ends.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The image ends at 0x3212c0; the room begins at 0x1000000.\n
echo \n[Enter: the answer]\n
shell read _
# answer overlap 0x0
echo \nThe answer is:\n
monitor p/x load + (sym(_bss) - startup_32) > output and load < output + u32[boot_params + 0x260]
echo \n
echo They are 0xcded40 bytes apart. Had a loader put the image at 16 MiB, all of it would lie in\n
echo the room, where the kernel is unpacked to. The code does not find out which case it is. It\n
echo copies itself every time.\n
echo \n
echo `memmap` draws what is where. Look at the lines from `image as loaded` to `page tables`.\n
echo What is marked with `x` belongs to two areas: the copy lies in the room for the output, by\n
echo design.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor memmap\n
monitor memmap
echo \n
echo A stack in a place that does not exist yet\n
echo ------------------------------------------\n
echo \n
echo Directly behind these sums stands `leaq rva(boot_stack_end)(%rbx), %rsp`, and it has been\n
echo executed, too. The stack is in the `.bss` of the copy, and the copy has not been made.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) p/x $rsp\n
p/x $rsp
echo (gdb) p/x (unsigned long)$rsp - (unsigned long)$rbx\n
p/x (unsigned long)$rsp - (unsigned long)$rbx
echo (gdb) monitor p/x sym(boot_stack_end) - load\n
monitor p/x sym(boot_stack_end) - load
echo \n
echo Memory is memory: nothing needs to be there for a stack. But what is pushed must not be\n
echo overwritten by the copying that comes next. It is not, because only what is in the file is\n
echo copied, up to `_bss`, and the stack lies behind that. The code will later clear `.bss`, with\n
echo the stack in it; at that moment nothing may be on it. In Linux heap and stack are in `.bss`\n
echo as well, and `.pgtable` is behind it.\n
echo \n
echo Everything once more\n
echo --------------------\n
echo \n
echo Why are these sums done twice, in `startup_32` and in `startup_64`? You have seen the first\n
echo reason: with `rbp` and `rbx` cleared, as a loader in long mode might leave them, the result\n
echo was the same. The second is the size of the registers. A loader in long mode may put the\n
echo image above 4 GiB, and `ebp` cannot hold such an address.\n
echo \n
echo The inputs are the same, too: three numbers, and where the code is. All three lie in memory,\n
echo and two in `boot_params`, which a boot loader fills. What if it asks for a larger alignment,\n
echo of 64 MiB?\n
echo \n
echo The guest goes back to startup-64, and `kernel_alignment` is set to 64M, which is 0x4000000.\n
echo What will `rbx` be at relocation-target?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 1 MiB rounded up to a multiple of 64 MiB. Is the result below the lowest address?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `rbp` is 0x4000000 then. The rest of the sum is as before: plus `init_size`, minus `_end`.\n
echo \n[Enter: the answer]\n
shell read _
# answer sixtyfour 0x4893000
echo \nThe answer is:\n
monitor at startup-64 si; set u32[boot_params + 0x230] = 64M; c relocation-target; p/x rbx
echo \n
echo 0x4893000. Both addresses have moved up by 0x3000000.\n
echo \n
echo Do it, and then follow this boot to the kernel's first instruction.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back startup-64\n
monitor back startup-64
echo (gdb) monitor set u32[boot_params + 0x230] = 64M\n
monitor set u32[boot_params + 0x230] = 64M
echo (gdb) monitor c relocation-target\n
monitor c relocation-target
echo (gdb) p/x $rbp\n
p/x $rbp
echo (gdb) p/x $rbx\n
p/x $rbx
echo (gdb) monitor c kernel-entry\n
monitor c kernel-entry
echo (gdb) monitor p/x pc\n
monitor p/x pc
echo \n
echo The whole boot follows the two registers: the kernel's first instruction is at 64 MiB now.\n
echo Back to the boot as it was. A write is undone by going back to a place before it, and this\n
echo one was made at startup-64:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back early-page-tables\n
monitor back early-page-tables
echo (gdb) monitor c relocation-target\n
monitor c relocation-target
echo \n
echo What must hold here:\n
echo \  expect rbp == 0x1000000 and rbp % u32[boot_params + 0x230] == 0\n
monitor expect rbp == 0x1000000 and rbp % u32[boot_params + 0x230] == 0
echo \  expect rbx == rbp + u32[boot_params + 0x260] - (sym(_end) - startup_32)\n
monitor expect rbx == rbp + u32[boot_params + 0x260] - (sym(_end) - startup_32)
echo \  expect rbx == copy and rbp == output\n
monitor expect rbx == copy and rbp == output
echo \  expect cr3 == copy + (sym(_pgtable) - startup_32)\n
monitor expect cr3 == copy + (sym(_pgtable) - startup_32)
echo \  expect rsp == copy + (sym(boot_stack_end) - startup_32)\n
monitor expect rsp == copy + (sym(boot_stack_end) - startup_32)
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - `rbp` is where the kernel is unpacked to: the load address rounded up to\n
echo \  `kernel_alignment`, and at least the address that the kernel was linked for.\n
echo - `rbx` is where the copy of the image will stand: it ends where the room of `init_size`\n
echo \  bytes ends. You computed it, and the guest agreed.\n
echo - The unpacked kernel grows from below towards the copy. The image as loaded need not be in\n
echo \  the way, as in this run; the code moves in any case.\n
echo - The stack is in the `.bss` of the copy already, where the copying does not write.\n
echo - All is computed anew in 64-bit code, for loaders that enter there and for addresses above\n
echo \  4 GiB. You cleared `rbp` and `rbx` first, and nothing was lost.\n
echo \n
echo Before the copying comes some housekeeping: segment registers, the GDT once more, and an\n
echo interrupt table with nothing in it.\n

# end 0x56f81b
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
