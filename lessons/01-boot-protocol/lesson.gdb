# 1. The boot protocol
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/01-boot-protocol/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/teaching.bzImage --append 'quiet nokaslr'

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 1. The boot protocol\n
echo \n
echo A kernel file must be put into memory by a program that knows nothing about the kernel, and\n
echo started. How do the two agree on anything? This lesson reads the agreement, the Linux boot\n
echo protocol, in the memory of a guest that has just been loaded. You should know what\n
echo hexadecimal numbers are and that x86 stores the lowest byte of a word first.\n
echo \n
echo From reset to a boot loader\n
echo ---------------------------\n
echo \n
echo The guest has been switched on and has not executed anything yet. An x86 CPU begins in\n
echo 16-bit real mode, at an address that is fixed in the CPU. `where` tells at which.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor where\n
monitor where
echo \n
echo Just below 4 GiB the mainboard has a chip with the BIOS, the firmware of a PC. Its first\n
echo instruction, which you see, jumps into the rest of it. The BIOS tests the machine, finds a\n
echo disk, reads the disk's first sector of 512 bytes to address `0x7c00`, and jumps there, if\n
echo the sector ends in the bytes `55 aa`. (UEFI firmware is different: it loads programs from\n
echo files.) The 512 bytes belong to a boot loader, GRUB for example, which reads the rest of\n
echo itself, and then a kernel.\n
echo \n
echo In this guest QEMU plays the boot loader (its option `-kernel`): when the BIOS is done, a\n
echo small ROM of QEMU's puts the parts of the file into memory. What counts is what every boot\n
echo loader does then.\n
echo \n
echo A checkpoint is a place in the boot code that has a name, and `c NAME` (continue) runs the\n
echo guest until it is there. At the first one the code of the kernel file has just begun to run.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c setup-entry\n
monitor c setup-entry
echo \n
echo One file, two programs\n
echo ----------------------\n
echo \n
echo The file that a kernel build makes is called `bzImage`. It holds two programs, and something\n
echo inside the second one:\n
echo \n
echo \      offset in the file                                          where it goes\n
echo \         0x0  +-----------------------------------------+\n
echo \              | boot sector, with the setup header      |\n
echo \       0x200  +-----------------------------------------+ ------> below 640 KiB, here 0x10000\n
echo \              | setup: 16-bit code                      |\n
echo \              +-----------------------------------------+\n
echo \              | protected-mode code: the decompressor   |\n
echo \              |    [ the kernel itself, compressed ]    | ------> 1 MiB, 0x100000\n
echo \              +-----------------------------------------+\n
echo \n
echo In the days of floppy disks the first sector was a real boot sector: one could write the\n
echo file to a disk and boot it. Later that code (in `arch/x86/boot/header.S`) only printed that\n
echo a boot loader is needed, and the newest kernels leave out even the message. But the sector\n
echo is still there, with `55 aa` at its end, because a table in it is where boot loaders look:\n
echo the setup header, which begins at offset `0x1f1`.\n
echo \n
echo The file's first byte went to `0x10000`, which the debugger calls `setup`. So the field at\n
echo offset `0x1f1` of the file is at `setup + 0x1f1` in memory. The dump begins one byte in\n
echo front of it.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor hexdump setup+0x1f0 0x80\n
monitor hexdump setup+0x1f0 0x80
echo \n
echo The very first field, at `0x1f1`, is `setup_sects`. It tells how many sectors of 512 bytes\n
echo setup has after the boot sector. A loader must read it before anything else, because it\n
echo decides where the first program ends and the second begins.\n
echo \n
echo `setup_sects` is 0x8. At which offset in the file does the protected-mode code begin?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo A sector has 512 bytes, 0x200.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `setup_sects` does not count the boot sector itself, and that is in front of setup.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo (0x8 + 1) * 0x200\n
echo \n[Enter: the answer]\n
shell read _
# answer offset 0x1200
echo \nThe answer is:\n
monitor p/x (phys8[setup + 0x1f1] + 1) * 512
echo \n
echo 9 sectors of 512 bytes: 0x1200. All that follows is the second program.\n
echo `bootscope info build/teaching.bzImage`, in a shell, reads the same from the file.\n
echo \n
echo The header\n
echo ----------\n
echo \n
echo The protocol has grown since the nineties, mostly at the end, so that old loaders and new\n
echo kernels understand each other. A loader looks for the word `HdrS` at `0x202`, then reads the\n
echo version at `0x206`. (`xp` prints physical memory. Behind the slash stand how many, how large\n
echo and in which form: `4c` are four characters, `2bx` two bytes in hexadecimal, `1wx` a word of\n
echo four bytes.)\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor xp/4c setup+0x202\n
monitor xp/4c setup+0x202
echo (gdb) monitor xp/2bx setup+0x206\n
monitor xp/2bx setup+0x206
echo \n
echo Little endian: the low byte is first, so this is `0x20f`, version 2.15. These are the fields\n
echo that this course needs:\n
echo \n
echo offset   field                               written by  what it says\n
echo -------  ----------------------------------  ----------  -----------------------------------\n
echo `0x1f1`  `setup_sects`                       build       size of setup, in sectors, without\n
echo \                                                         the boot sector\n
echo `0x1f4`  `syssize`                           build       size of the protected-mode code, in\n
echo \                                                         units of 16 bytes\n
echo `0x1fe`  `boot_flag`                         build       `0xaa55`\n
echo `0x200`  `jump`                              build       an instruction: setup's entry\n
echo `0x210`  `type_of_loader`                    loader      who it is\n
echo `0x211`  `loadflags`                         both        bits, see below\n
echo `0x214`  `code32_start`                      both        where the protected-mode code is;\n
echo \                                                         setup jumps there\n
echo `0x218`  `ramdisk_image`, `ramdisk_size`     loader      the initrd, a file with a small\n
echo \                                                         file system for the kernel\n
echo `0x224`  `heap_end_ptr`                      loader      how far setup may use its segment\n
echo `0x228`  `cmd_line_ptr`                      loader      address of the command line\n
echo `0x230`  `kernel_alignment`                  build       the kernel's physical address must\n
echo \                                                         be a multiple of it\n
echo `0x234`  `relocatable_kernel`                build       not 0: any such address will do\n
echo `0x248`  `payload_offset`, `payload_length`  build       the compressed kernel in the\n
echo \                                                         protected-mode code\n
echo `0x258`  `pref_address`                      build       the address at which the kernel\n
echo \                                                         would like to be\n
echo `0x260`  `init_size`                         build       how much memory from there on it\n
echo \                                                         needs to get started\n
echo \n
echo The sizes are known only at the end of the build. So they come from its last steps: in Linux\n
echo a tool, `arch/x86/boot/tools/build.c`, wrote some of them for many years, and the assembler\n
echo and the linker do now; here it is the packer, `stub/tools/mkimage.c`.\n
echo \n
echo At `0x200` the header has an instruction in the middle of the data: a jump over the rest.\n
echo Loaders start setup there. A short jump has two bytes, `eb` and a distance, and the distance\n
echo counts from the end of the jump. So it tells also where the header ends, and which fields\n
echo this kernel is new enough to have.\n
echo \n
echo Read the two bytes at `0x200` in the dump: `eb 0x6a`. At which offset does the header end?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The instruction behind the jump would be at 0x202.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0x202 plus the second byte.\n
echo \n[Enter: the answer]\n
shell read _
# answer end 0x26c
echo \nThe answer is:\n
monitor p/x 0x202 + phys8[setup + 0x201]
echo \n
echo 0x26c. There setup's code begins, `start_of_setup`, the subject of lesson 2.\n
echo \n
echo What the loader filled in\n
echo -------------------------\n
echo \n
echo In the file `loadflags` is `0x01`: only bit 0 is set, `LOADED_HIGH`. It says that the\n
echo protected-mode code goes to 1 MiB, and not to 64 KiB, where it went when kernels were\n
echo smaller than 512 KiB. The `b` of `bzImage`, "big", means just this.\n
echo \n
echo The loader adds its own bits. Bit 7, `CAN_USE_HEAP`, says that `heap_end_ptr` is filled in.\n
echo Bit 6, `KEEP_SEGMENTS`, is for loaders that enter the 32-bit code themselves; Linux no\n
echo longer looks at it (lesson 4).\n
echo \n
echo QEMU has written 0xfe00 to `heap_end_ptr`. Which value has `loadflags` in memory now?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo A filled-in `heap_end_ptr` is announced by a bit of `loadflags`.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Bit 7 is 0x80, and bit 0 was set before.\n
echo \n[Enter: the answer]\n
shell read _
# answer loadflags 0x81
echo \nThe answer is:\n
monitor p/x phys8[loadflags]
echo \n
echo 0x81: `CAN_USE_HEAP` and `LOADED_HIGH`.\n
echo \n
echo The command line is a string somewhere in low memory, and the loader wrote only its address.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor xp/bx loadflags\n
monitor xp/bx loadflags
echo (gdb) monitor xp/bx type_of_loader\n
monitor xp/bx type_of_loader
echo (gdb) monitor xp/wx code32_start\n
monitor xp/wx code32_start
echo (gdb) monitor xp/wx cmd_line_ptr\n
monitor xp/wx cmd_line_ptr
echo (gdb) monitor xp/s phys32[cmd_line_ptr]\n
monitor xp/s phys32[cmd_line_ptr]
echo \n
echo The upper digit of `type_of_loader` is the loader's number, and the lower one its version.\n
echo `b` is QEMU; GRUB has 7.\n
echo \n
echo What the kernel asks for\n
echo ------------------------\n
echo \n
echo Three fields say where the kernel may go. `kernel_alignment` and `pref_address` decide where\n
echo it will be unpacked; `init_size` is how much memory from that address on must be free, and\n
echo it is far more than the file's size: the decompressor, the unpacked kernel, and the kernel's\n
echo `.bss`, which is not in any file, have to fit.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor xp/wx kernel_alignment\n
monitor xp/wx kernel_alignment
echo (gdb) monitor xp/gx pref_address\n
monitor xp/gx pref_address
echo (gdb) monitor xp/wx init_size\n
monitor xp/wx init_size
echo \n
echo If the kernel is unpacked at `pref_address`, which is the first address behind the memory\n
echo that it may use to get started?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo A range of `size` bytes that begins at `start` has its last byte at start + size - 1.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0x1000000 + 0xaec000\n
echo \n[Enter: the answer]\n
shell read _
# answer room 0x1aec000
echo \nThe answer is:\n
monitor p/x phys32[pref_address] + phys32[init_size]
echo \n
echo 0x1aec000. Lesson 7 shows what fills this range, to the last byte.\n
echo \n
echo Inside the second program\n
echo -------------------------\n
echo \n
echo The protected-mode code was linked by a script that gives its parts an order. Linux has\n
echo `arch/x86/boot/compressed/vmlinux.lds.S`, we have `stub/stub.lds`:\n
echo \n
echo \       0   +------------------------+\n
echo \           | .head.text             |  startup_32 at 0, startup_64 at 0x200\n
echo \           | .rodata..compressed    |  the kernel, compressed: input_data\n
echo \           | .text .rodata .data    |  the rest of the decompressor\n
echo \      _bss +------------------------+\n
echo \           | .bss                   |  heap and stack\n
echo \           | .pgtable               |  page tables, on whole pages\n
echo \      _end +------------------------+\n
echo \n
echo Why the head is in front, and most code behind the compressed kernel, is a matter of lesson\n
echo 9. In kernels of 2009 the order was the same. Only 64-bit kernels have a `.pgtable`, then\n
echo and now: a 32-bit kernel can be unpacked without paging.\n
echo \n
echo How does a compressed file get into a program? By an assembler file that a small tool\n
echo writes, `piggy.S`: the kernel rides piggyback. It says `.incbin "vmlinux.bin.gz"`, and\n
echo defines symbols whose values are sizes: `z_input_len`, packed, and `z_output_len`, unpacked.\n
echo In one kernel of 2009 they were 3,888,088 and 8,443,556. (A third one, `z_extract_offset`,\n
echo told how far above the output the image had to be moved; now that comes out of `init_size`.)\n
echo \n
echo Run to where the second program starts, and look at ours. `p` prints the value of an\n
echo expression, and `u32[A]` is the 32-bit number in memory at A.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c startup-32\n
monitor c startup-32
echo (gdb) monitor xp/2bx input_data\n
monitor xp/2bx input_data
echo (gdb) monitor p/d z_input_len\n
monitor p/d z_input_len
echo (gdb) monitor p/d u32[input_data_end - 4]\n
monitor p/d u32[input_data_end - 4]
echo (gdb) monitor p/d z_output_len\n
monitor p/d z_output_len
echo \n
echo `1f 8b` is how every gzip file begins. Its last four bytes are the length of what comes out\n
echo of it, and they agree with the symbol: some five times as much.\n
echo \n
echo `.bss` and `.pgtable` are only a promise of memory. `syssize`, in the header, counts how\n
echo much the loader has to read.\n
echo \n
echo `syssize` is 0x2212c, in units of 16 bytes, so the loader put 0x2212c0 bytes at 0x100000.\n
echo `_data` is 0x221000 bytes behind the beginning and `_bss` 0x2212c0, `_end` 0x259000. Which\n
echo of these is not in the file?\n
echo \ \ 1\ \ 
echo `.head.text`\n
echo \ \ 2\ \ 
echo the compressed kernel\n
echo \ \ 3\ \ 
echo `.data`\n
echo \ \ 4\ \ 
echo `.bss`\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Whatever begins at or behind the end of the file's bytes cannot be in it.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Compare the distances with 0x2212c0.\n
echo \n[Enter: the answer]\n
shell read _
# answer infile 0x4
echo \nThe answer is 4: of the choices it holds (1), and no other (0).\n
echo choice 1:\n
monitor p/d (_head - load >= phys32[boot_params + 0x1f4] * 16) != 0
echo choice 2:\n
monitor p/d (input_data - load >= phys32[boot_params + 0x1f4] * 16) != 0
echo choice 3:\n
monitor p/d (_data - load >= phys32[boot_params + 0x1f4] * 16) != 0
echo choice 4:\n
monitor p/d (_bss - load + 16 > phys32[boot_params + 0x1f4] * 16) != 0
echo \n
echo The file ends where `.bss` begins. What is in that memory now is whatever was there before,\n
echo until somebody clears it: lesson 10.\n
echo \n
echo One page for all that follows\n
echo -----------------------------\n
echo \n
echo Setup copies it into a structure of 4096 bytes, `struct boot_params`, at the same offset\n
echo `0x1f1`, adds what the BIOS said, and passes the structure's address in `esi`. Whoever skips\n
echo setup, as UEFI boot loaders do, has to make this page too.\n
echo \n
echo C code uses names for its fields. Assembly code needs numbers. Linux has them written by the\n
echo compiler: a C file lists `offsetof` of each, and the build turns the result into a header,\n
echo `asm-offsets.h`. In one of 2009 one reads, in decimal, `BP_scratch` 484, `BP_version` 518,\n
echo `BP_loadflags` 529, `BP_kernel_alignment` 560, `BP_hardware_subarch` 572. (It serves the\n
echo whole kernel, so it has the offsets in other structures, too: `thread_info`, the TSS,\n
echo registers saved at an interrupt.) Ours, `stub/abi/bootparams.h`, has only those of\n
echo `boot_params`, in hexadecimal, and the compiler checks each.\n
echo \n
echo `boot_params` is at 0x11050. Which number does `xp/wx boot_params+560` print? (560 without\n
echo `0x`.)\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Which field has 560 in the list? And you have seen its value in this lesson.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 560 is 0x230, the offset of `kernel_alignment`.\n
echo \n[Enter: the answer]\n
shell read _
# answer offsets 0x200000
echo \nThe answer is:\n
monitor p/x phys32[boot_params + 560]
echo \n
echo 0x200000, the alignment that you saw in the header. Many kernels later the offset is still\n
echo the same: it is part of the protocol.\n
echo \n
echo Here is the field, then `loadflags` at its place in the page, and the register that hands\n
echo the page on.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor xp/wx boot_params+560\n
monitor xp/wx boot_params+560
echo (gdb) monitor xp/bx boot_params+0x211\n
monitor xp/bx boot_params+0x211
echo (gdb) p/x $esi\n
p/x $esi
echo \n
echo `loadflags` has one bit more than it had in the header, `0x20`: setup has found `quiet` on\n
echo the command line, and tells the rest of the boot to print nothing early.\n
echo \n
echo Where this is in Linux\n
echo ----------------------\n
echo \n
echo All of it is under `arch/x86`, with everything else that knows this hardware. Code outside\n
echo of `arch/` calls it by names that each architecture implements. (`mem_init()`, for one, is\n
echo weak in `mm/mm_init.c` of the newest kernels: the linker takes that version only if an\n
echo architecture has none of its own. x86 has one.)\n
echo \n
echo folder                           what is in it                               this course\n
echo -------------------------------  ------------------------------------------  ---------------\n
echo `boot/`                          setup: `header.S`, `main.c`, `memory.c`,    lessons 1 to 3\n
echo \                                 `pm.c`, `pmjump.S`\n
echo `boot/compressed/`               the decompressor: `head_32.S` or            lessons 4 to 16\n
echo \                                 `head_64.S`, `misc.c`, `kaslr.c`,\n
echo \                                 `ident_map_64.c`\n
echo `kernel/`                        the kernel's own `head_32.S`, `head_64.S`   lesson 17\n
echo \                                 and `head64.c`, descriptor tables\n
echo \                                 (`idt.c`), MSRs, interrupt controllers\n
echo `entry/`, `mm/`, `kvm/`, `net/`  entry at an interrupt or system call;\n
echo \                                 memory management; virtual machines;\n
echo \                                 compiled packet filters\n
echo \n
echo A 64-bit kernel is built with the `_64` files and a 32-bit one with the `_32` files; the\n
echo `Makefile` or `Kbuild` file of each folder says which. The kernel's own `head_64.S` is not\n
echo in `boot/`: when it runs, the decompressor is done.\n
echo \n
echo Last, the header as the decompressor finds it, as assertions: the boot flag, `HdrS`, the\n
echo version, the length in the gzip file, and who points to it.\n
echo \n
echo What must hold here:\n
echo \  expect u16[boot_params + 0x1fe] == 0xaa55\n
monitor expect u16[boot_params + 0x1fe] == 0xaa55
echo \  expect u32[boot_params + 0x202] == 0x53726448\n
monitor expect u32[boot_params + 0x202] == 0x53726448
echo \  expect u16[boot_params + 0x206] >= 0x20f\n
monitor expect u16[boot_params + 0x206] >= 0x20f
echo \  expect u32[input_data_end - 4] == z_output_len\n
monitor expect u32[input_data_end - 4] == z_output_len
echo \  expect esi == boot_params\n
monitor expect esi == boot_params
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - A bzImage is setup, for real mode, and the decompressor with the kernel in it.\n
echo \  `setup_sects` says where the border is.\n
echo - The setup header at `0x1f1` is a table that the kernel's build and the boot loader fill in\n
echo \  together. You read both halves in the guest's memory.\n
echo - `code32_start`, `kernel_alignment`, `pref_address` and `init_size` are all that anybody\n
echo \  needs to know to place a kernel.\n
echo - The compressed kernel is data in the decompressor, with its sizes as symbols. The gzip\n
echo \  data itself confirmed one of them.\n
echo - `boot_params` carries the header on, at offsets that never change.\n
echo \n
echo Next: the first of the two programs, and why it runs in a mode from 1978.\n

# end 0x56af2c
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
