# 2. Real mode
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/02-real-mode/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/teaching.bzImage --append 'quiet nokaslr'

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 2. Real mode\n
echo \n
echo Setup runs in real mode, the mode of the 8086 of 1978, although the machine may have been\n
echo built yesterday. This lesson shows how addresses work there, what has to be done before C\n
echo code can run, and the one reason to be in this mode at all: only from here can the BIOS be\n
echo asked how much memory there is. You should know what the setup header and `boot_params` are\n
echo (lesson 1).\n
echo \n
echo Addresses made of two numbers\n
echo -----------------------------\n
echo \n
echo A register of the 8086 had 16 bits and could count to 64 KiB. The memory bus had 20 lines,\n
echo for 1 MiB. So an address was made of two registers, a segment and an offset. The result is a\n
echo linear address:\n
echo \n
echo \        linear address  =  segment * 16  +  offset\n
echo \n
echo \          0x1020  :  0x006c\n
echo \          0x10200\n
echo \        +  0x0006c\n
echo \        ---------\n
echo \          0x1026c\n
echo \n
echo The segment is one of the registers `cs` (code), `ds` (data), `ss` (stack), `es`, `fs` and\n
echo `gs`. Every access uses one: fetching an instruction `cs`, a push `ss`, most others `ds`.\n
echo The same byte has many names: `0x1020:0x006c`, `0x1000:0x026c` and `0x1026:0x000c` are all\n
echo one.\n
echo \n
echo Which is the highest linear address that segment and offset can make, with all 16 bits of\n
echo both set?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Multiplying by 16 appends one hexadecimal zero.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0xffff0 + 0xffff\n
echo \n[Enter: the answer]\n
shell read _
# answer highest 0x10ffef
echo \nThe answer is:\n
monitor p/x (0xffff << 4) + 0xffff
echo \n
echo 0x10ffef, nearly 64 KiB above 1 MiB. What the 8086 did with the 21st bit, and what trouble\n
echo that still makes, is the beginning of lesson 3.\n
echo \n
echo Go to the very first instruction of setup, at the moment at which the boot loader has jumped\n
echo to it.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor advance 0x10200\n
monitor advance 0x10200
echo (gdb) monitor regs\n
monitor regs
echo \n
echo The line of `segments` shows a base and a limit beside each selector. A CPU of today does\n
echo not multiply at each access. It multiplies once, when a segment register is loaded, and\n
echo keeps the result in a hidden part of that register. Lesson 3 lives off this.\n
echo \n
echo The loader followed the protocol: `ds` is the segment that setup was loaded to, and `cs` is\n
echo `0x20` more, so that offset 0 of it is the jump at `0x200`.\n
echo \n
echo Making a place for C\n
echo --------------------\n
echo \n
echo C code expects things that nobody has prepared: a stack, one segment for everything, and a\n
echo `.bss` full of zeros. `start_of_setup` in `header.S` sees to it, in some thirty\n
echo instructions:\n
echo \n
echo 1. `es` = `ds`, and string instructions count upwards (`cld`).\n
echo 2. Stack. If `ss` is equal to `ds`, the loader has made one in our segment, and `sp` is\n
echo \   kept. If not, `ss` is set, and `sp` goes to a place behind setup's own data: as far as\n
echo \   `heap_end_ptr` allows if `CAN_USE_HEAP` is set, else a little behind `_end`.\n
echo 3. `cs` = `ds`. It cannot be written like other segment registers; so the code pushes `ds`\n
echo \   and the offset of the next instruction, and executes `lretw`, a far return. From here on\n
echo \   an offset means the same for code and data.\n
echo 4. Is the word `0x5a5aaa55` at the end of setup? If not, the loader has read too few\n
echo \   sectors.\n
echo 5. `.bss` is filled with zeros.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c setup-entry\n
monitor c setup-entry
echo (gdb) monitor regs\n
monitor regs
echo \n
echo `ss` is 0x1000 and `sp` is 0xfff0. At which linear address will the next push write the last\n
echo of its two bytes, the highest one?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `sp` points at the byte above the free room. A push of two bytes writes to sp - 2 and sp -\n
echo 1.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The segment begins at 0x10000. Add 0xfff0, and subtract 1.\n
echo \n[Enter: the answer]\n
shell read _
# answer stack 0x1ffef
echo \nThe answer is:\n
monitor p/x ss_base + sp - 1
echo \n
echo 0x1ffef. The stack is in the same 64 KiB as setup, at their end: setup is at their\n
echo beginning.\n
echo \n
echo Now `main()` is called. It was compiled with `-m16`, which means: 32-bit code, for a CPU\n
echo that is in a 16-bit mode. The prefix byte `66` in front of almost each instruction says that\n
echo an instruction works on 32-bit operands, and a `67` that its address has 32 bits.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor dis pc 1\n
monitor dis pc 1
echo (gdb) monitor list main\n
monitor list main
echo \n
echo Linux's `main()` (`arch/x86/boot/main.c`) has the same steps and a few more. In front of\n
echo `set_bios_mode()` it prepares an early console and a heap, and checks that the CPU can run\n
echo this kernel. Behind `detect_memory()` it sets the keyboard's repeat rate, asks the BIOS\n
echo about power management and disks, and sets a video mode. Of all these, one answer is\n
echo indispensable: which memory there is.\n
echo \n
echo Calling the BIOS\n
echo ----------------\n
echo \n
echo The BIOS offers its services as software interrupts. In real mode, `int N` takes entry N of\n
echo a table at address 0, the interrupt vector table. An entry has four bytes: first an offset,\n
echo then a segment. `int 0x15` is the service for "system" questions.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor xp/2hx 0x15*4\n
monitor xp/2hx 0x15*4
echo \n
echo At which linear address does the BIOS's code for `int 0x15` begin?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The first word is the offset, the second the segment.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0xf000 * 16 + 0xf859\n
echo \n[Enter: the answer]\n
shell read _
# answer handler 0xff859
echo \nThe answer is:\n
monitor p/x (phys16[0x56] << 4) + phys16[0x54]
echo \n
echo 0xff859, in the BIOS's chip.\n
echo \n
echo A BIOS takes arguments in any register, and may change all of them, segments included. No C\n
echo function call looks like that, so there is a piece of assembly in between:\n
echo `bios_call(number, in, out)` loads every register from one structure and stores all of them\n
echo to another.\n
echo \n
echo How does it call a number that is known only when it runs? The instruction `int` has its\n
echo number in its second byte. Linux's `intcall` (`arch/x86/boot/bioscall.S`) writes that byte\n
echo into its own code. Ours reads the vector and does what `int` does: it pushes the flags,\n
echo clears the interrupt flag, and makes a far call.\n
echo \n
echo Before each call the structure is made by a helper, `init_registers()` (Linux: `initregs`):\n
echo everything zero, the segments ours, and the carry flag set. A BIOS that knows the function\n
echo clears carry, and one that has never heard of it leaves carry as it was: set.\n
echo \n
echo e820\n
echo ----\n
echo \n
echo The number of the function is in `ax`: `0xe820`. It returns one range of memory per call.\n
echo \n
echo register  going in                             coming out\n
echo --------  -----------------------------------  ------------------------------------\n
echo `eax`     `0xe820`                             `0x534d4150`, the letters `SMAP`\n
echo `ebx`     0, or what the call before returned  where to go on; 0: this was the last\n
echo `ecx`     size of the buffer: 20               bytes written\n
echo `edx`     `SMAP`, to show that we mean it\n
echo `es:di`   address of the buffer                the range is there\n
echo carry     set                                  clear, if all went well\n
echo \n
echo (One often reads "`int 15h`, `ax=e820h`". `ax` is the low half of `eax`.) Run until the\n
echo registers are loaded for the first call.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor advance detect_memory\n
monitor advance detect_memory
echo (gdb) monitor until eax == 0xe820 and edx == 0x534d4150\n
monitor until eax == 0xe820 and edx == 0x534d4150
echo (gdb) monitor regs\n
monitor regs
echo \n
echo All is as in the table, but for carry: the flags are loaded last, a few instructions further\n
echo on. Now let the BIOS work, and stop when it has returned.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor until eax == 0x534d4150 and cs == 0x1000\n
monitor until eax == 0x534d4150 and cs == 0x1000
echo (gdb) monitor regs\n
monitor regs
echo (gdb) monitor x/5wx es:di\n
monitor x/5wx es:di
echo \n
echo No `CF` among the flags, `SMAP` in `eax`, and in `ebx` a number that is not 0: there is\n
echo more. What the number means is the BIOS's own affair; we hand it back as it is. The 20 bytes\n
echo in the buffer are a start of 64 bits, a size of 64 bits, and a type of 32 bits:\n
echo \n
echo \        +--------------------+--------------------+----------+\n
echo \        | start       8 bytes| size        8 bytes| type  4  |\n
echo \        +--------------------+--------------------+----------+\n
echo \n
echo Type 1 is usable RAM, 2 is reserved, 3 and 4 belong to ACPI, 5 is broken memory. C code\n
echo stores the buffer in `boot_params.e820_table`, at offset `0x2d0`, and counts; the loop ends\n
echo at `ebx` = 0, at an error, or when the 128 entries of the table are full. The number of\n
echo entries goes to `boot_params` + `0x1e8`.\n
echo \n
echo Video memory is at [0xa0000, 0xc0000). How will the BIOS's list treat these addresses?\n
echo \ \ 1\ \ 
echo As usable RAM, type 1.\n
echo \ \ 2\ \ 
echo As reserved, type 2.\n
echo \ \ 3\ \ 
echo Not at all.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The list is about memory that an operating system might take for RAM. Must it name every\n
echo address?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo A PC's low RAM ends at 0xa0000, 640 KiB, and the BIOS itself is at 0xf0000. Between them is\n
echo nothing that an operating system could mistake for RAM.\n
echo \n[Enter: the answer]\n
shell read _
# answer video 0x3
echo \nThe answer is 3: of the choices it holds (1), and no other (0).\n
echo choice 1:\n
monitor at memory-detected p/d (phys64[sym(boot_params) + 0x2d0] + phys64[sym(boot_params) + 0x2d8] > 0xa0000) != 0
echo choice 2:\n
monitor at memory-detected p/d (phys64[sym(boot_params) + 0x2e4] + phys64[sym(boot_params) + 0x2ec] > 0xa0000) != 0
echo choice 3:\n
monitor at memory-detected p/d (phys64[sym(boot_params) + 0x2e4] + phys64[sym(boot_params) + 0x2ec] <= 0xa0000 and phys64[sym(boot_params) + 0x2f8] >= 0xc0000) != 0
echo \n
echo The list has a hole there. An address that no entry names is no RAM: a kernel may only use\n
echo what is said to be of type 1.\n
echo \n
echo Let the loop run to its end, and look at the whole list.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c memory-detected\n
monitor c memory-detected
echo (gdb) monitor e820\n
monitor e820
echo \n
echo This list comes with the kernel all the way: KASLR chooses among its usable ranges (lesson\n
echo 12), and the kernel's memory management begins with it. A boot loader that starts from UEFI\n
echo cannot ask a BIOS; it gets a similar list from the firmware and fills `e820_table` in\n
echo itself.\n
echo \n
echo `boot_params` is at 0x11050. At which address is the fourth entry of the table?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The first is at offset 0x2d0, and each has 20 bytes with nothing between them.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Three entries are in front of it: 3 * 20 = 60 = 0x3c.\n
echo \n[Enter: the answer]\n
shell read _
# answer entry 0x1135c
echo \nThe answer is:\n
monitor p/x sym(boot_params) + 0x2d0 + 3 * 20
echo \n
echo 0x1135c.\n
echo \n
echo The 20 bytes of that entry, as words of four:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor xp/5wx sym(boot_params)+0x2d0+3*20\n
monitor xp/5wx sym(boot_params)+0x2d0+3*20
echo \n
echo The older questions\n
echo -------------------\n
echo \n
echo Older BIOSes do not know e820, and answer simpler questions. Setup asks all three, whatever\n
echo the answers; a kernel uses the best one:\n
echo \n
echo - `ax` = `0xe801`: `ax` is the memory from 1 to 16 MiB in KiB (at most 15360), `bx` the\n
echo \  memory above 16 MiB in units of 64 KiB.\n
echo - `ah` = `0x88`: `ax` is the memory above 1 MiB in KiB.\n
echo \n
echo To see the answer to the first, go back, and run to the call.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back setup-entry\n
monitor back setup-entry
echo (gdb) monitor until eax == 0xe801\n
monitor until eax == 0xe801
echo (gdb) monitor until cs == 0x1000 and ebx != 0\n
monitor until cs == 0x1000 and ebx != 0
echo (gdb) monitor regs eax\n
monitor regs eax
echo (gdb) monitor regs ebx\n
monitor regs ebx
echo \n
echo `ax` is 0x3c00 and `bx` is 0x1efe. How many KiB of memory are there above 1 MiB?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The first number is in KiB already. The second counts pieces of 64 KiB.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 15360 + 7934 * 64\n
echo \n[Enter: the answer]\n
shell read _
# answer e801 0x7fb80
echo \nThe answer is:\n
monitor p/x eax + ebx * 64
echo \n
echo 523136: the size of [0x100000, 0x1ffe0000), the fourth range of e820, to the last KiB.\n
echo \n
echo Setup keeps it in `boot_params.alt_mem_k`, at `0x1e0`, and the answer to the last question\n
echo in `screen_info.ext_mem_k`, at 2.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c memory-detected\n
monitor c memory-detected
echo (gdb) monitor p/d phys32[sym(boot_params) + 0x1e0]\n
monitor p/d phys32[sym(boot_params) + 0x1e0]
echo (gdb) monitor p/d phys16[sym(boot_params) + 2]\n
monitor p/d phys16[sym(boot_params) + 2]
echo \n
echo The last number is far too small. It is a 16-bit register's worth of KiB, so it cannot get\n
echo beyond 64 MiB, and this BIOS says 63 at most. That is why the longer answers were invented.\n
echo \n
echo Last, what setup has found, as assertions: seven ranges, and one size from two sources.\n
echo \n
echo What must hold here:\n
echo \  expect phys8[sym(boot_params) + 0x1e8] == 7\n
monitor expect phys8[sym(boot_params) + 0x1e8] == 7
echo \  expect phys64[sym(boot_params) + 0x2d0 + 3*20] == 0x100000\n
monitor expect phys64[sym(boot_params) + 0x2d0 + 3*20] == 0x100000
echo \  expect phys32[sym(boot_params) + 0x1e0] * 1024 == phys64[sym(boot_params) + 0x2d0 + 3*20 + 8]\n
monitor expect phys32[sym(boot_params) + 0x1e0] * 1024 == phys64[sym(boot_params) + 0x2d0 + 3*20 + 8]
echo \  expect (cr0 & 1) == 0\n
monitor expect (cr0 & 1) == 0
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - A real-mode address is segment * 16 + offset. You saw the bases that the CPU keeps for it.\n
echo - Before C can run there must be a stack, a zeroed `.bss`, and one segment for code, data\n
echo \  and stack.\n
echo - A BIOS service is a software interrupt with arguments in registers. You found its code by\n
echo \  the table at address 0.\n
echo - e820 returns the memory map, range by range, with `ebx` as bookmark. Two old interfaces\n
echo \  returned the size only, and agreed as far as they could.\n
echo - What no entry of the map names is no RAM.\n
echo \n
echo Next: leaving real mode, which is a matter of one bit, and of everything that must be right\n
echo before it is set.\n

# end 0x56a608
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
