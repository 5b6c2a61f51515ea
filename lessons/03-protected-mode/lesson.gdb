# 3. Into protected mode
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/03-protected-mode/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/teaching.bzImage --append 'quiet nokaslr'

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 3. Into protected mode\n
echo \n
echo Setup has asked the BIOS all that it wanted to know. Real mode cannot reach the memory above\n
echo 1 MiB (but for the last 64 KiB of lesson 2), and there the decompressor lies; so it has to\n
echo be left. This lesson follows the step: what must be in order before it, the one bit that\n
echo does it, and what the CPU believes in the instant after it. You should know what segment and\n
echo offset are in real mode (lesson 2).\n
echo \n
echo A line that may be held at zero\n
echo -------------------------------\n
echo \n
echo In lesson 2 the highest real-mode address came out as `0x10ffef`, which needs 21 bits. The\n
echo 8086 had 20 address lines, numbered 0 to 19, and simply dropped the rest: `0x100200` was\n
echo `0x200`. Some programs relied on it. When the PC/AT got a CPU with more lines, its makers\n
echo added a gate that holds line 20 at zero, so that these programs went on working. A20 has\n
echo been with us since, and some machines still start with the gate closed.\n
echo \n
echo \        gate closed:                        gate open:\n
echo \          0x000200 ----+                      0x000200 ---- one byte\n
echo \                       +---- one byte\n
echo \          0x100200 ----+                      0x100200 ---- another byte\n
echo \n
echo The decompressor is at `0x100000`. With the gate closed, which address would the memory be\n
echo asked for when the CPU fetches its first instruction?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Bit 20 has the value 0x100000. The gate makes it 0.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0x100000 has no other bit.\n
echo \n[Enter: the answer]\n
shell read _
# answer wrap 0x0
echo \nThe answer is:\n
monitor p/x 0x100000 & ~(1 << 20)
echo \n
echo 0, where the BIOS's interrupt vectors are. The CPU would execute a table of addresses.\n
echo \n
echo So `enable_a20()` (Linux: `arch/x86/boot/a20.c`) opens the gate before the decompressor is\n
echo touched. There are three ways to do it, from three generations of PCs: ask the BIOS; send a\n
echo command to the keyboard controller, on which a pin was free; or set a bit of port `0x92`. No\n
echo machine is sure to have any of them. So the code tests first, and if the gate is closed it\n
echo tries one way after the other, each with a test behind it. The test writes to\n
echo `0x0000:0x0200` and looks whether `0xffff:0x0210` has changed, too. Compare these two words.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c memory-detected\n
monitor c memory-detected
echo (gdb) monitor x/wx 0:0x200\n
monitor x/wx 0:0x200
echo (gdb) monitor x/wx 0xffff:0x210\n
monitor x/wx 0xffff:0x210
echo (gdb) monitor p/x (0xffff << 4) + 0x210\n
monitor p/x (0xffff << 4) + 0x210
echo \n
echo Two different values, so here the gate is open. The BIOS has opened it.\n
echo \n
echo Nobody to answer\n
echo ----------------\n
echo \n
echo In protected mode the BIOS cannot be called, and its interrupt handlers, which are real-mode\n
echo code, cannot run. A timer tick at the wrong moment would be the end.\n
echo `go_to_protected_mode()` (Linux: `arch/x86/boot/pm.c`) therefore\n
echo \n
echo 1. turns interrupts off: `cli` for normal ones, a bit of port `0x70` for the non-maskable\n
echo \   interrupt, or a hook of the boot loader, if it has one to do more than that;\n
echo 2. opens A20;\n
echo 3. resets the old x87 coprocessor, so that no error of the past arrives as an interrupt;\n
echo 4. masks all lines of both interrupt controllers;\n
echo 5. gives the CPU an empty interrupt table;\n
echo 6. gives it a table of segments.\n
echo \n
echo Run through all of this, to the function that makes the switch.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor advance protected_mode_jump\n
monitor advance protected_mode_jump
echo (gdb) monitor info idt\n
monitor info idt
echo (gdb) monitor regs eflags\n
monitor regs eflags
echo \n
echo No `IF` among the flags: interrupts are off. The IDT has a limit of 0, so it has not one\n
echo whole entry. What if an exception happens now, a division by zero, say? The CPU finds no\n
echo entry for it, which is an exception, too. Two such in a row make a third, a double fault,\n
echo and that has no entry, either. Then the CPU gives up, and the machine resets: a triple\n
echo fault. The empty table is no accident: a clean reset is better than running whatever code an\n
echo old table leads to.\n
echo \n
echo Segments with descriptors\n
echo -------------------------\n
echo \n
echo In protected mode a segment register does not hold an address but a selector: the number of\n
echo an entry in a table, the global descriptor table, GDT. An entry has eight bytes, and a\n
echo selector is eight times the entry's number (its lower three bits have other uses). The CPU\n
echo finds the table by a register, `gdtr`, which `lgdt` loads.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor x/5gx gdtr\n
monitor x/5gx gdtr
echo \n
echo Entry 0 is never used, and entry 1 is not used here. Entry 2, selector `0x10`, is for code;\n
echo entry 3, `0x18`, is for data. This is what the 64 bits of entry 2 mean; base and limit are\n
echo in pieces, because the 80286 had a shorter form of it:\n
echo \n
echo \       63       56 55  52 51  48 47       40 39           16 15            0\n
echo \      +-----------+------+------+-----------+---------------+---------------+\n
echo \      | base      | G D  | limit| P DPL S   | base          | limit         |\n
echo \      |   31..24  |      |19..16|    type   |      23..0    |      15..0    |\n
echo \      +-----------+------+------+-----------+---------------+---------------+\n
echo \           00         c      f       9b          000000           ffff\n
echo \n
echo The base is 0. `c` is binary 1100: G is set, which means that the limit counts units of 4\n
echo KiB, and D, which says 32-bit code. `9b` is: present, for ring 0, code that may be read (and\n
echo bit 0, "accessed", which the CPU sets itself).\n
echo \n
echo The limit field of this entry is 0xfffff, in units of 4 KiB (G). The limit is the highest\n
echo offset that may be used. Which is it, in bytes?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Unit 0 has the offsets 0 to 0xfff. Unit 0xfffff is the last one that is allowed.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0xfffff * 0x1000 is where the last unit begins. It has 0xfff more bytes.\n
echo \n[Enter: the answer]\n
shell read _
# answer limit 0xffffffff
echo \nThe answer is:\n
monitor p/x (((phys64[gdtr + 16] & 0xffff) | (phys64[gdtr + 16] >> 32 & 0xf0000)) << 12) | 0xfff
echo \n
echo 0xffffffff: base 0 and 4 GiB. In such a flat segment an offset is a linear address, and one\n
echo may forget about segments. All operating systems of today do.\n
echo \n
echo `info gdt` decodes all entries.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor info gdt\n
monitor info gdt
echo \n
echo One bit\n
echo -------\n
echo \n
echo `protected_mode_jump` (Linux: `arch/x86/boot/pmjump.S`) has got two arguments in registers:\n
echo `eax`, where to go, and `edx`, the address of `boot_params`.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor dis pc 12\n
monitor dis pc 12
echo \n
echo The heart is the last four instructions: bit 0 of `cr0`, PE, protection enable, is set, and\n
echo then comes a far jump to `0x10`, the selector of the code segment, and an offset. But the\n
echo offset there, as it was linked, counts from the beginning of setup, and the new code segment\n
echo begins at 0. So the first instructions write into the far jump: they add `cs` * 16 to its\n
echo offset. This code changes itself. (The short `jmp` behind it makes old CPUs forget what they\n
echo had fetched in advance.)\n
echo \n
echo `dis` shows the far jump's offset as 0x4fb, and `cs` is 0x1000. Which offset will be there\n
echo when it is executed?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo It must be right for a segment with base 0. So it must be a linear address.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0x1000 * 16 + 0x4fb\n
echo \n[Enter: the answer]\n
shell read _
# answer offset 0x104fb
echo \nThe answer is:\n
monitor at . until cr0 & 1; p/x phys32[sym(pm32_target)]
echo \n
echo 0x104fb, the instruction behind the jump, as a linear address.\n
echo \n
echo `until` steps to the instruction behind the one that sets PE.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor until cr0 & 1\n
monitor until cr0 & 1
echo (gdb) monitor dis pc 1\n
monitor dis pc 1
echo (gdb) monitor regs cr0\n
monitor regs cr0
echo \n
echo Protected mode is on, and `cs` still holds `0x1000`. As a selector that would be entry 512\n
echo of a table with five entries. Yet the far jump has been found where it is, and the CPU will\n
echo fetch it from there: setting PE changes what it means to load a segment register. What was\n
echo loaded before stays as it is, with the hidden base that real mode had computed.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor sreg\n
monitor sreg
echo \n
echo All of it is from real mode; `gs` even has the segment with which A20 was tested.\n
echo \n
echo Suppose that instead of the far jump came `movw %ax, %ds`, with 0x1000 in `ax`, the value\n
echo that `ds` has already. What would happen?\n
echo \ \ 1\ \ 
echo Nothing new. `ds` keeps its base, 0x10000.\n
echo \ \ 2\ \ 
echo The CPU raises an exception, and the machine is reset.\n
echo \ \ 3\ \ 
echo `ds` becomes flat, with base 0.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo It is a load of a segment register, and `cr0` is 0x11. So the value is taken for a selector.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The CPU looks for eight bytes at gdtr + 0x1000, and the table has 40 bytes. What can an\n
echo exception lead to, with this IDT?\n
echo \n[Enter: the answer]\n
shell read _
# answer reload 0x2
echo \nThe answer is 2: of the choices it holds (1), and no other (0).\n
echo choice 1:\n
monitor p/d ((cr0 & 1) == 0) != 0
echo choice 2:\n
monitor p/d ((cr0 & 1) == 1 and cs_base == 0x10000) != 0
echo choice 3:\n
monitor p/d ((cr0 & 1) == 1 and cs_base == 0) != 0
echo \n
echo An exception (general protection), and with an empty IDT that is the end. Each segment\n
echo register must be loaded with a selector of the new table, or not be touched.\n
echo \n
echo Try it: the bytes of `movw %ax, %ds` are `8e d8`. Write them over the far jump, and step. Of\n
echo the report, read what stands behind `because`.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor set phys16[pc] = 0xd88e\n
monitor set phys16[pc] = 0xd88e
echo (gdb) monitor set $eax = 0x1000\n
monitor set $eax = 0x1000
echo (gdb) monitor si\n
monitor si
echo \n
echo Go back, which takes the writes back, and execute the far jump instead. It loads `cs`, so\n
echo the CPU reads entry 2 of the GDT for the first time.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back memory-detected\n
monitor back memory-detected
echo (gdb) monitor until cr0 & 1\n
monitor until cr0 & 1
echo (gdb) monitor si\n
monitor si
echo (gdb) monitor sreg\n
monitor sreg
echo \n
echo Settling in\n
echo -----------\n
echo \n
echo `cs` is flat, the code is 32-bit code, and this instruction and its successors bear a name\n
echo of their own in the source: `.Lin_pm32`. It has to bring the rest into line:\n
echo \n
echo \        movl  %ecx, %ds          ecx = 0x18, and so es, fs, gs, ss\n
echo \        addl  %ebx, %esp         ebx = 0x10000: where setup's segment was\n
echo \        ltr   %di                di = 0x20\n
echo \        xorl  %ecx, %ecx         and edx, ebx, ebp, edi\n
echo \        lldt  %cx\n
echo \        jmpl  *%eax\n
echo \n
echo `esp` is 0xffac. The base of `ss` was 0x10000 and becomes 0. What will `esp` be behind the\n
echo `addl`, so that the stack is where it was?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Linear address of the stack before: base + `esp`. It must be the same with base 0.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0x10000 + 0xffac\n
echo \n[Enter: the answer]\n
shell read _
# answer esp 0x1ffac
echo \nThe answer is:\n
monitor at protected-mode p/x esp
echo \n
echo 0x1ffac. Nobody needs this stack any more, `startup_32` makes its own; but a stack pointer\n
echo that points anywhere is a trap for whoever debugs here.\n
echo \n
echo `ltr` and `lldt` load the task register and the register of the local descriptor table.\n
echo Neither is used for anything here. But Intel's hardware for virtual machines refuses to run\n
echo a guest whose task register is not valid. The registers are cleared so that later versions\n
echo of the protocol can pass something in them, and old loaders pass 0.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c protected-mode\n
monitor c protected-mode
echo (gdb) info registers\n
info registers
echo \n
echo `eax` and `esi` are all that is left: where to go, and `boot_params`.\n
echo \n
echo Why 1 MiB\n
echo ---------\n
echo \n
echo `eax` came from `code32_start`. A loader may have written another address there, but\n
echo `0x100000` is the classic one. Below 1 MiB a PC has at most 640 KiB of RAM, a part of it\n
echo used by the BIOS and by setup; kernels outgrew that in the nineties. Above the BIOS's ROM\n
echo RAM begins again, and goes on without a gap: e820 showed it. The first address there is\n
echo `0x100000`.\n
echo \n
echo (At the head of `head_32.S` and `head_64.S` Linux still has the remark that startup happens\n
echo at `0x1000`. That was true of the small `zImage`, which setup moved down there.)\n
echo \n
echo One instruction is left, `jmpl *%eax`. Which checkpoint's code begins where it leads?\n
echo \ \ 1\ \ 
echo `startup-32`: the first byte of the protected-mode code\n
echo \ \ 2\ \ 
echo `startup-64`: 0x200 behind it\n
echo \ \ 3\ \ 
echo `kernel-entry`: the kernel itself\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `eax` is 0x100000. Which symbol is linked at 0, the beginning of the image?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Lesson 1 had a drawing of the protected-mode code. What stands at 0?\n
echo \n[Enter: the answer]\n
shell read _
# answer entry 0x1
echo \nThe answer is 1: of the choices it holds (1), and no other (0).\n
echo choice 1:\n
monitor p/d (eax == sym(startup_32)) != 0
echo choice 2:\n
monitor p/d (eax == sym(startup_64)) != 0
echo choice 3:\n
monitor p/d (eax != sym(startup_32) and eax != sym(startup_64)) != 0
echo \n
echo `startup_32`, in `head_64.S` of a 64-bit kernel (ours: `stub/head_32.S`), or in `head_32.S`\n
echo of a 32-bit one. A 64-bit CPU gets no further without page tables, so even a 64-bit kernel\n
echo begins with 32-bit code.\n
echo \n
echo Execute it.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) stepi\n
stepi
echo (gdb) monitor sym pc\n
monitor sym pc
echo \n
echo Last, what the 32-bit boot protocol promises at this place, as assertions.\n
echo \n
echo What must hold here:\n
echo \  expect pc == load and load == 0x100000\n
monitor expect pc == load and load == 0x100000
echo \  expect (cr0 & 1) == 1\n
monitor expect (cr0 & 1) == 1
echo \  expect (cr0 >> 31) == 0\n
monitor expect (cr0 >> 31) == 0
echo \  expect cs == 0x10 and ds == 0x18 and ss == 0x18 and ss_base == 0\n
monitor expect cs == 0x10 and ds == 0x18 and ss == 0x18 and ss_base == 0
echo \  expect esi == boot_params and ebx == 0 and ebp == 0 and edi == 0\n
monitor expect esi == boot_params and ebx == 0 and ebp == 0 and edi == 0
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - Bit 20 of an address may be held at zero. Two different words, 1 MiB apart, were the\n
echo \  evidence that here it is not.\n
echo - Between two modes nobody can answer an interrupt: they are all turned off, and the IDT is\n
echo \  empty.\n
echo - A descriptor has base, limit and type. Flat segments, base 0 and 4 GiB, make offsets equal\n
echo \  to linear addresses.\n
echo - Setting PE changes nothing at once. A segment changes when its register is loaded: you saw\n
echo \  the CPU run in protected mode with real-mode bases.\n
echo - The 32-bit entry is handed flat segments, `esi`, and zeros.\n
echo \n
echo Next: `startup_32` has no stack, and does not know where it is.\n

# end 0x56ae61
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
