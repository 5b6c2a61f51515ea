# 12. A random place in memory
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/12-kaslr-physical/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/teaching.bzImage --memory 512M --append 'quiet kaslr_seed=2 memmap=64M!128M'

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 12. A random place in memory\n
echo \n
echo An attacker who knows at which address a kernel function lies can aim at it. So the kernel\n
echo is put at another place in each boot: KASLR, kernel address space layout randomization (in\n
echo Linux's configuration `CONFIG_RANDOMIZE_BASE`). This lesson is about the physical place:\n
echo what the choice is given, which memory it must leave alone, how the places are counted, and\n
echo where the random number comes from. You should know `boot_params` and its memory map, e820\n
echo (lesson 2), and where output and the copy lie (lessons 7 to 9).\n
echo \n
echo Two options are on the kernel's command line. `kaslr_seed=2` is the stub's own: it makes the\n
echo random numbers repeatable. `memmap=64M!128M` is one of Linux's: it declares the 64 MiB from\n
echo 128 MiB on to be something else than normal memory.\n
echo \n
echo What extract_kernel is given\n
echo ----------------------------\n
echo \n
echo All that is left before the kernel runs happens in one C function, `extract_kernel`\n
echo (`stub/extract.c`; in Linux `arch/x86/boot/compressed/misc.c`). Assembly code calls it, so\n
echo it must know where C expects arguments. On x86-64 the System V ABI says so:\n
echo \n
echo \       argument        1st    2nd    3rd    4th    5th    6th     result\n
echo \       register        rdi    rsi    rdx    rcx    r8     r9      rax\n
echo \n
echo \       Linux to 6.5    rmode  heap   input  input  output output  entry point\n
echo \                                     _data  _len          _len\n
echo \       Linux from 6.6,\n
echo \       and our stub    boot_  output                              entry point\n
echo \                       params\n
echo \n
echo `rmode` is the old name for the address of `boot_params`: "what real mode left". Of the\n
echo others, all but `output` are constants of the image, and C code can look them up itself;\n
echo that is why two arguments are enough now.\n
echo \n
echo relocated.S calls `extract_kernel(boot_params, output)`. Which value is in rsi when the\n
echo function begins?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The second argument is output: where the kernel goes unless something else is chosen.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Lesson 7 computed it from where the image was loaded, but not lower than the address the\n
echo kernel was linked for, 16 MiB.\n
echo \n[Enter: the answer]\n
shell read _
# answer second-argument 0x1000000
echo \nThe answer is:\n
monitor at identity-maps advance extract_kernel; p/x rsi
echo \n
echo rsi is 0x1000000, 16 MiB. rdi is 0x11050, `boot_params`.\n
echo \n
echo Here are both registers at the function's first instruction, and the heap that it has set up\n
echo some instructions later:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c identity-maps\n
monitor c identity-maps
echo (gdb) monitor advance extract_kernel\n
monitor advance extract_kernel
echo (gdb) p/x $rdi\n
p/x $rdi
echo (gdb) p/x $rsi\n
p/x $rsi
echo (gdb) monitor c extract-kernel\n
monitor c extract-kernel
echo (gdb) monitor p/x marker.heap\n
monitor p/x marker.heap
echo (gdb) monitor p/d marker.heap_end - marker.heap\n
monitor p/d marker.heap_end - marker.heap
echo \n
echo In between the function has cleared what a careless loader may have left in `boot_params`,\n
echo started the console again (it cannot know whether setup ran at all), and set up a heap. The\n
echo heap is a part of `.bss` of fixed size, `BOOT_HEAP_SIZE`: 64 KiB. Two pointers,\n
echo `free_mem_ptr` and `free_mem_end_ptr`, are its borders. Lesson 14 will look at it.\n
echo \n
echo The rest stands in the image. A small program of the build (`mkpiggy` in Linux,\n
echo `stub/tools/piggy.c` here) writes an assembly file that includes the compressed kernel and\n
echo gives names to four things: `input_data`, `input_data_end`, and the two lengths:\n
echo `z_input_len` and `z_output_len` for the linker, `input_len` and `output_len` for C code.\n
echo The stub has the latter two. A checkpoint's marker repeats them:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor p/x marker.input\n
monitor p/x marker.input
echo (gdb) monitor p/x marker.input_len\n
monitor p/x marker.input_len
echo (gdb) monitor p/x marker.output_len\n
monitor p/x marker.output_len
echo (gdb) monitor p/x u64[sym(kernel_total_size)]\n
monitor p/x u64[sym(kernel_total_size)]
echo \n
echo `input` is where the compressed kernel lies, in the copy; `output_len` is how much comes out\n
echo of it: the kernel's ELF file, and a table behind it that lesson 16 is about.\n
echo `kernel_total_size` is what the kernel needs when it runs, from its first byte to the end of\n
echo its own `.bss`.\n
echo \n
echo The five parameters\n
echo -------------------\n
echo \n
echo In Linux the choice is\n
echo `choose_random_location(input, input_size, &output, output_size, &virt_addr)`:\n
echo \n
echo - The first two say where the compressed kernel is.\n
echo - `output` points to the default place and is changed to the chosen one.\n
echo - `output_size` is the room needed: the larger one of `output_len` and `kernel_total_size`,\n
echo \  rounded up to 2 MiB. The kernel maps itself with pages of that size, and must not reach\n
echo \  into what lies behind.\n
echo - `virt_addr` is for the virtual address what `output` is for the physical one. Its default\n
echo \  is `LOAD_PHYSICAL_ADDR`: the address that the kernel was configured for\n
echo \  (`CONFIG_PHYSICAL_START`, 16 MiB unless somebody changed it), rounded up to\n
echo \  `CONFIG_PHYSICAL_ALIGN`.\n
echo \n
echo Our stub passes the same things in two structures: a request, and a choice to fill in.\n
echo \n
echo `output_len` is 0xa76570 and `kernel_total_size` is 0x753000. How much room, in bytes, does\n
echo the stub ask for? (You may write 1M for 1 MiB.)\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Take the larger one.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0xa76570 is 5 times 2 MiB and a rest.\n
echo \n[Enter: the answer]\n
shell read _
# answer room 0xc00000
echo \nThe answer is:\n
monitor at . advance choose_random_location; p/x u64[rsi + 16]
echo \n
echo 0xc00000, 12 MiB.\n
echo \n
echo rsi points to the request:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor advance choose_random_location\n
monitor advance choose_random_location
echo (gdb) x/4gx $rsi\n
x/4gx $rsi
echo \n
echo The four words of the request: input, the default output, the room, and the default virtual\n
echo address.\n
echo \n
echo The function first looks for `nokaslr` on the command line. If it is there, both defaults\n
echo stay, a line on the console says so, and that is all. It is not there this time. (In kernels\n
echo up to 4.7 that were built with hibernation it was the other way round: no KASLR unless the\n
echo command line had `kaslr`.)\n
echo \n
echo What must be left alone\n
echo -----------------------\n
echo \n
echo A place is good if nothing lies there that is still needed. e820 does not know what the\n
echo loader and the stub have put into memory, so a list is made, `mem_avoid`. It has:\n
echo \n
echo - the memory that unpacking uses,\n
echo - the initial RAM disk (initrd), if there is one,\n
echo - the command line,\n
echo - `boot_params`, and each block of the list `setup_data` behind it,\n
echo - each region that `memmap=` takes away. Up to four; with more, Linux and the stub give up\n
echo \  on the physical choice.\n
echo \n
echo The first deserves a drawing. The compressed data is read and the code runs in the copy; the\n
echo heap, the stack and the page tables are at its end:\n
echo \n
echo \       output              copy  input                               output + init_size\n
echo \         |                   |     |                                            |\n
echo \         |                   |.head| compressed kernel | .text .. .bss | tables |\n
echo \         |                         |<-------------- avoided ------------------->|\n
echo \         |\n
echo \         |  not avoided: nothing is unpacked to the default place once another one is chosen\n
echo \n
echo So it goes from `input` to `output + init_size`. In older kernels (up to 5.9) the regions\n
echo that would be read were also mapped at this point (`add_identity_map`), for there was no\n
echo page fault handler yet. Now lesson 11's handler does it when one is touched.\n
echo \n
echo output is 0x1000000 and `init_size` in boot_params is 0xaec000. At which address does the\n
echo first avoided region end?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Everything from input up to the end of the buffer.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Add the two.\n
echo \n[Enter: the answer]\n
shell read _
# answer avoided-end 0x1aec000
echo \nThe answer is:\n
monitor at . advance kaslr_get_random_long; p/x u64[kaslr_search + 8] + u64[kaslr_search + 16]
echo \n
echo 0x1aec000, the end of the buffer and of the copy.\n
echo \n
echo The function is big, and most of its helpers were merged into it by the compiler. A good\n
echo place to stop is where it asks for the first random number: everything has been counted,\n
echo nothing chosen. The variable `kaslr_search` has the list (`stub/abi/kaslr_search.h`): pairs\n
echo of start and size (`struct mem_vector`) from byte 8 on.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor advance kaslr_get_random_long\n
monitor advance kaslr_get_random_long
echo (gdb) monitor x/8gx kaslr_search + 8\n
monitor x/8gx kaslr_search + 8
echo (gdb) monitor cmdline\n
monitor cmdline
echo \n
echo The four pairs: unpacking, the command line with its final NUL, `boot_params` (one page),\n
echo and the 64 MiB of `memmap=`.\n
echo \n
echo Slots\n
echo -----\n
echo \n
echo A slot is a place where the kernel could begin. Slots are 2 MiB apart, because\n
echo `kernel_alignment` is 2 MiB: the kernel's large pages must begin on such a border.\n
echo `process_e820_entries` takes each region that the firmware calls usable memory. What lies\n
echo below a minimum or above a limit is cut off. (The limit is what `mem=` says, or what can be\n
echo mapped at all: `MAXMEM` in Linux, in the stub what the processor can address.) What is\n
echo avoided cuts the rest into pieces. From each piece that is at least as long as the room\n
echo comes a row of slots:\n
echo \n
echo \       region     |-------------------------------------[avoided]-----------------|\n
echo \       slots        ^    ^    ^    ^    ^                        ^    ^    ^\n
echo \                    |<-- room -->|\n
echo \                                        |<-- room -->|   the last one that fits\n
echo \n
echo The minimum is `min(output, 512 MiB)`: not lower than the default place, because firmware\n
echo and loaders keep things in low memory that no map lists; and never higher than 512 MiB,\n
echo however high a loader has put the image. On a machine with EFI, Linux looks at EFI's memory\n
echo map first (`process_efi_entries`), which tells more. The stub knows e820 only.\n
echo \n
echo The memory map of this guest, and the minimum, which is in `kaslr_search`, too:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor e820\n
monitor e820
echo (gdb) monitor p/x u64[kaslr_search + 3976]\n
monitor p/x u64[kaslr_search + 3976]
echo \n
echo Only one usable region is above the minimum: `[0x100000, 0x1ffe0000)`. Cut by the list, it\n
echo leaves three pieces from the minimum on:\n
echo \n
echo - from the minimum to the compressed kernel: [`0x1000000`, `0x1895000`);\n
echo - from the end of the buffer to the memory of `memmap=` at 128 MiB: [`0x1aec000`,\n
echo \  `0x8000000`);\n
echo - from its end at 192 MiB to the end of memory: [`0xc000000`, `0x1ffe0000`).\n
echo \n
echo The first is shorter than 12 MiB: no slot. You can count the slots of the second by hand.\n
echo \n
echo Room is 12 MiB, steps are 2 MiB. How many slots are there in [0x1aec000, 0x8000000)?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The first slot is at the next multiple of 2 MiB, 0x1c00000 (28 MiB). The piece ends at 128\n
echo MiB.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 100 MiB are left. The last kernel begins 12 MiB before the end, 88 MiB behind the first.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 88 / 2 steps, and the place to begin with.\n
echo \n[Enter: the answer]\n
shell read _
# answer second-piece 0x2d
echo \nThe answer is:\n
monitor p/x u64[kaslr_search + 0x930]
echo \n
echo (100 MiB - 12 MiB) / 2 MiB + 1 = 45.\n
echo \n
echo The third piece has 319.875 MiB: (319.875 - 12) / 2 is 153 and a rest, so 154 slots. The\n
echo stub's own rows, pairs of address and count, are in the same variable (there is room for 100\n
echo of them, as in Linux's `slot_areas`), and so is the sum. In hexadecimal, 45 is 0x2d and 154\n
echo is 0x9a:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor x/4gx kaslr_search + 0x928\n
monitor x/4gx kaslr_search + 0x928
echo (gdb) monitor p u64[kaslr_search + 3960]\n
monitor p u64[kaslr_search + 3960]
echo \n
echo The number\n
echo ----------\n
echo \n
echo `slots_fetch_random` takes one random number modulo the sum, and goes through the rows:\n
echo while the number is not below a row's count, it subtracts the count and goes on to the next\n
echo row. See the number:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor advance u64[rsp]\n
monitor advance u64[rsp]
echo (gdb) p/x $rax\n
p/x $rax
echo (gdb) monitor p/d rax % u64[kaslr_search + 3960]\n
monitor p/d rax % u64[kaslr_search + 3960]
echo \n
echo The number modulo 199 is 80. The rows are 45 slots from 0x1c00000 on, and 154 slots from\n
echo 0xc000000 on. Which physical address is chosen?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Is the number below the count of the first row? If not, subtract that count.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo What is left counts steps of 2 MiB, 0x200000, from the beginning of the second row.\n
echo \n[Enter: the answer]\n
shell read _
# answer chosen 0x10600000
echo \nThe answer is:\n
monitor at location-chosen p/x output
echo \n
echo 80 - 45 = 35; 0xc000000 + 35 * 0x200000 = 0x10600000.\n
echo \n
echo Go on to where the choice is made. `kaslr` repeats it from outside:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c location-chosen\n
monitor c location-chosen
echo (gdb) monitor p/x output\n
monitor p/x output
echo (gdb) monitor kaslr\n
monitor kaslr
echo \n
echo It has found out on its own what must be avoided, from boot_params, the command line and the\n
echo image, has counted the slots that this leaves by another method than the stub's, and has\n
echo computed what the seed must give. All agree, with each other and with you. The entropy is\n
echo the logarithm of the slots to the base 2: so many bits an attacker must guess.\n
echo \n
echo What must hold here:\n
echo \  marker agrees\n
echo \  expect output % 2M == 0\n
monitor expect output % 2M == 0
echo \  expect output >= 16M and output + 12M <= 0x1ffe0000\n
monitor expect output >= 16M and output + 12M <= 0x1ffe0000
echo \  expect output + 12M <= 128M or output >= 192M\n
monitor expect output + 12M <= 128M or output >= 192M
echo \  expect output + 12M <= marker.input or output >= sym(_end)\n
monitor expect output + 12M <= marker.input or output >= sym(_end)
echo \n
echo Where random numbers come from\n
echo ------------------------------\n
echo \n
echo A computer that starts knows little that an attacker does not. The stub (`stub/random.c`;\n
echo Linux: `arch/x86/lib/kaslr.c`) takes what there is and mixes it with XOR, so that the result\n
echo is as hard to foretell as the best of the sources:\n
echo \n
echo source         what it is                                     used\n
echo -------------  ---------------------------------------------  ------------------------------\n
echo `boot_params`  a hash of the page: memory map, disks,         always\n
echo \               addresses (Linux: and of the kernel's version\n
echo \               text)\n
echo rdrand         the processor's own generator                  if the processor has it\n
echo rdtsc          counts clock cycles since power-on: the lower  if the processor has it\n
echo \               bits depend on how long the firmware took\n
echo i8254          the timer chip's 16-bit counter                if there is neither of the two\n
echo \n
echo With a seed all of that is replaced by a fixed formula. Take the seed away in the debugger,\n
echo at the moment when the number is asked for, and the stub does what it does without the\n
echo option. (rdi points to a `struct random_source`; the byte at 8 says whether there is a\n
echo seed.)\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back extract-kernel\n
monitor back extract-kernel
echo (gdb) monitor advance kaslr_get_random_long\n
monitor advance kaslr_get_random_long
echo (gdb) monitor set u8[rdi + 8] = 0\n
monitor set u8[rdi + 8] = 0
echo (gdb) monitor advance u64[rsp]\n
monitor advance u64[rsp]
echo (gdb) p/x $rax\n
p/x $rax
echo \n
echo This number came from rdtsc and the hash; QEMU's default processor has no rdrand. On a real\n
echo machine it would be another one in each boot. Here it is the same in each run of this\n
echo lesson, for the guest's clock counts instructions and not time. `bootscope run` without\n
echo `quiet` shows the sources on the console: try it with `--cpu max`.\n
echo \n
echo If no slot is found, the kernel stays at the default place with a warning, and its virtual\n
echo address is still chosen at random.\n
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - `extract_kernel` gets `boot_params` in rdi and output in rsi; the sizes are constants that\n
echo \  the build wrote beside the compressed kernel.\n
echo - The room is the larger one of what is unpacked and what the kernel needs, in whole 2 MiB.\n
echo - `mem_avoid` keeps the choice away from memory that is in use. You read its pairs from the\n
echo \  guest.\n
echo - A row of slots has (length - room) / step + 1 members. Your count, the stub's and the\n
echo \  debugger's were the same.\n
echo - One number modulo all slots picks one. It is as good as its sources.\n
echo \n
echo Only the physical address is fixed so far. The next lesson is about the other address of the\n
echo same kernel, the virtual one.\n

# end 0x5bb541
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
