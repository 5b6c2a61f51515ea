# 14. Inflate in place
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/14-inflate-in-place/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/teaching.bzImage --append 'quiet nokaslr'

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 14. Inflate in place\n
echo \n
echo The copy runs, its `.bss` is clear, its page tables stand. What is left is to turn the\n
echo compressed kernel into a kernel. This lesson follows `extract_kernel` from its first line to\n
echo the last byte that zlib writes, and asks one question: how can a program unpack its input\n
echo over that same input, and never lose a byte? You should know from lesson 7 where the copy\n
echo lies and why it lies there.\n
echo \n
echo Into C: a console and a heap\n
echo ----------------------------\n
echo \n
echo `relocated` calls `extract_kernel(boot_params, output)` (lesson 12): `output` is the address\n
echo where the kernel goes unless something better is found. All else that it needs to know are\n
echo addresses and sizes of things inside the image, and C can name those itself.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c extract-kernel\n
monitor c extract-kernel
echo (gdb) monitor p boot_params\n
monitor p boot_params
echo (gdb) monitor p output\n
monitor p output
echo \n
echo First it puts a console in order, once more. `setup` did that already, in 16-bit mode\n
echo (lesson 2); the trouble is that `setup` may never have run. There are three ways in:\n
echo \n
echo \       16 bit:  setup  --->  startup_32  --->  startup_64  --->  extract_kernel\n
echo \       32 bit:               startup_32  --->  startup_64  --->  extract_kernel\n
echo \       64 bit:                                 startup_64  --->  extract_kernel\n
echo \n
echo A loader that takes the second or the third way leaves whatever it likes in the serial port.\n
echo So the stub programs the port again, and asks `boot_params.screen_info` for the text screen:\n
echo `orig_video_mode` at offset 6 (7 means a monochrome adapter with its memory at 0xb0000; any\n
echo other mode has it at 0xb8000), the columns at 7, the lines at 14. Linux does the same in\n
echo `extract_kernel` (arch/x86/boot/compressed/misc.c).\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor p u8[boot_params + 6]\n
monitor p u8[boot_params + 6]
echo (gdb) monitor p u8[boot_params + 7]\n
monitor p u8[boot_params + 7]
echo (gdb) monitor p u8[boot_params + 14]\n
monitor p u8[boot_params + 14]
echo \n
echo No lines and no columns: this guest has no text screen, and the stub writes to the serial\n
echo port alone. Had it not asked, it would have written to 0xb8000, where no screen is.\n
echo \n
echo zlib wants room for its state: the tables of the block that is being decoded, counters,\n
echo pointers. There is no `malloc` in a machine without an operating system. There is an array\n
echo in `.bss`, `boot_heap`, and two variables: `free_mem_ptr`, the first byte that is free, and\n
echo `free_mem_end_ptr`, one past the last. Whoever takes memory moves the first towards the\n
echo second.\n
echo \n
echo `boot_heap` is at 0x1ab42c0, and `free_mem_end_ptr` holds 0x1ac42c0. How many bytes of heap\n
echo does the stub have?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The end is one past the last byte, so nothing has to be added or taken away.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The difference of the two, in hexadecimal, is a 1 with four zeros behind it.\n
echo \n[Enter: the answer]\n
shell read _
# answer heap 0x10000
echo \nThe answer is:\n
monitor p/x u64[free_mem_end_ptr] - boot_heap
echo \n
echo 65536 bytes, 64 KiB: `BOOT_HEAP_SIZE`.\n
echo \n
echo The two variables say the same:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor p u64[free_mem_ptr]\n
monitor p u64[free_mem_ptr]
echo (gdb) monitor p u64[free_mem_end_ptr]\n
monitor p u64[free_mem_end_ptr]
echo (gdb) monitor p/d u64[free_mem_end_ptr] - u64[free_mem_ptr]\n
monitor p/d u64[free_mem_end_ptr] - u64[free_mem_ptr]
echo \n
echo Linux has the same `BOOT_HEAP_SIZE` of 0x10000 for most compressors. bzip2 decodes blocks of\n
echo 900 kB and gets 0x400000; zstd has a large state and gets 0x30000.\n
echo \n
echo Is the place a good one\n
echo -----------------------\n
echo \n
echo Next comes the choice of a place (lessons 12 and 13). With `nokaslr` it is not a choice:\n
echo `output` stays what it was, and so does the virtual address. Chosen or not, five checks\n
echo follow, because from here on a wrong address means writing over memory that belongs to\n
echo somebody else:\n
echo \n
echo what must hold                               the message, if it does not\n
echo -------------------------------------------  -----------------------------------------------\n
echo `output` is a multiple of 2 MiB              Destination physical address inappropriately\n
echo \                                             aligned\n
echo `virtual` is a multiple of 2 MiB             Destination virtual address inappropriately\n
echo \                                             aligned\n
echo the heap ends below 2^46                     Destination address too large\n
echo the processor can address all of the output  Destination address too large\n
echo `virtual` + size is at most 1 GiB            Destination virtual address is beyond the\n
echo \                                             kernel mapping area\n
echo \n
echo 2 MiB is the size of the pages with which the kernel maps itself: the low 21 bits of a\n
echo virtual address go through such a page unchanged, so the physical address must have the same\n
echo ones. 1 GiB is `KERNEL_IMAGE_SIZE`, the part of the address space that belongs to the\n
echo kernel's image, from 0xffffffff80000000 on; `virtual` counts from there. The fourth check is\n
echo our stub's own. Linux has another, for a kernel built without `CONFIG_RELOCATABLE`: then\n
echo `virtual` must be the linked address. (Older versions demanded that of `output`, too.) In\n
echo our stub each message also says the values.\n
echo \n
echo The size in the last check is the larger of two: what will be inflated, and what the kernel\n
echo needs up to the end of its `.bss`; rounded up to 2 MiB. (On 32-bit kernels the heap is\n
echo compared with another limit, the end of the memory that such a kernel maps directly: lesson\n
echo 18.)\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c location-chosen\n
monitor c location-chosen
echo (gdb) monitor p u32[output_len]\n
monitor p u32[output_len]
echo (gdb) monitor p u64[kernel_total_size]\n
monitor p u64[kernel_total_size]
echo (gdb) monitor p virtual\n
monitor p virtual
echo \n
echo Which is the highest `virtual` that the last check lets pass for this kernel?\n
echo KERNEL_IMAGE_SIZE is 0x40000000.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0xa76570 is the larger of the two sizes.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Rounded up to a multiple of 0x200000 it is 0xc00000. The kernel may end exactly at the\n
echo limit.\n
echo \n[Enter: the answer]\n
shell read _
# answer highest 0x3f400000
echo \nThe answer is:\n
monitor p/x 0x40000000 - ((u32[output_len] + 2M - 1) & ~(2M - 1))
echo \n
echo 0x3f400000: from there the rounded size reaches exactly up to 0x40000000.\n
echo \n
echo The checks once more, as questions to this guest:\n
echo \n
echo What must hold here:\n
echo \  expect output % 2M == 0\n
monitor expect output % 2M == 0
echo \  expect virtual % 2M == 0\n
monitor expect virtual % 2M == 0
echo \  expect u64[free_mem_end_ptr] <= 0x3fffffffffff\n
monitor expect u64[free_mem_end_ptr] <= 0x3fffffffffff
echo \  expect virtual + u32[output_len] <= 1G\n
monitor expect virtual + u32[output_len] <= 1G
echo \n
echo "Decompressing Linux..."\n
echo ------------------------\n
echo \n
echo This is the line that everybody has seen on a screen, unless `quiet` is on the command line,\n
echo as here. Behind it stands a call of `__decompress`. Linux has seven functions of that kind,\n
echo in lib/decompress_inflate.c (gzip), decompress_bunzip2.c, decompress_unlzma.c,\n
echo decompress_unxz.c, decompress_unlzo.c, decompress_unlz4.c and decompress_unzstd.c; misc.c\n
echo includes exactly one of the files, the one for the compressor that was configured\n
echo (`CONFIG_KERNEL_GZIP` and so on). Nothing is decided at run time: the Makefile that\n
echo compresses vmlinux and the `#include` that unpacks it look at the same option. In our stub\n
echo it is always gzip, and zlib inflates it (stub/inflate.c).\n
echo \n
echo Each format begins with bytes that tell what it is: 1f 8b for gzip, `BZh` for bzip2, fd\n
echo `7zXZ` for xz, 28 b5 2f fd for zstd.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor x/4xb input_data\n
monitor x/4xb input_data
echo \n
echo gzip also ends with something useful: a CRC of the data, and their length when unpacked, 4\n
echo bytes each. (For other formats Linux's build appends that length itself. Somebody has to\n
echo know it before unpacking begins: the buffer is measured by it.)\n
echo \n
echo `input_data` is at 0x1895000, and 0x20df0c bytes long. Which value do its last four bytes\n
echo hold?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo It is a length, and it is not the length of the input.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo It is in `output_len`, which was shown above.\n
echo \n[Enter: the answer]\n
shell read _
# answer trailer 0xa76570
echo \nThe answer is:\n
monitor p/x u32[input_data + u32[input_len] - 4]
echo \n
echo 0xa76570: `output_len`, 10970480 bytes.\n
echo \n
echo The last eight bytes, the CRC and the length:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor x/2xw input_data + u32[input_len] - 8\n
monitor x/2xw input_data + u32[input_len] - 8
echo \n
echo Two pointers in one buffer\n
echo --------------------------\n
echo \n
echo Now the question of this lesson. The input is part of the copy, and the copy stands at the\n
echo end of the buffer that is being filled:\n
echo \n
echo \       output                        copy      input_data               input's end\n
echo \         |                             |         |                          |\n
echo \         v                             v         v                          v\n
echo \         |=====>.......................| .head   |  gzip data               | code  .data  .bss |\n
echo \               ^                                  ^\n
echo \            next_out: zlib writes here          next_in: zlib reads here\n
echo \n
echo `next_out` starts at `output`, `next_in` at `input_data`. Both move up. The writer is\n
echo faster, since it makes several bytes of each one that it reads.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor advance inflate\n
monitor advance inflate
echo (gdb) p/x (unsigned long)*(unsigned long *)((unsigned long)$rdi)\n
p/x (unsigned long)*(unsigned long *)((unsigned long)$rdi)
echo (gdb) p/x (unsigned long)*(unsigned long *)((unsigned long)$rdi + 24UL)\n
p/x (unsigned long)*(unsigned long *)((unsigned long)$rdi + 24UL)
echo (gdb) p/d (unsigned long)*(unsigned long *)((unsigned long)$rdi) - (unsigned long)*(unsigned long *)((unsigned long)$rdi + 24UL)\n
p/d (unsigned long)*(unsigned long *)((unsigned long)$rdi) - (unsigned long)*(unsigned long *)((unsigned long)$rdi + 24UL)
echo \n
echo The argument of `inflate` is a `z_stream`: its first field is `next_in`, and the one at\n
echo offset 24 is `next_out`. The gap between the two is several MiB now.\n
echo \n
echo Inflating will write 0xa76570 bytes from 0x1000000 on. Will it overwrite a part of its own\n
echo input, which lies in [0x1895000, 0x1aa2f0c)?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Where does the output end?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo It ends at 0x1a76570.\n
echo \n[Enter: the answer]\n
shell read _
# answer overwrites 0x1
echo \nThe answer is:\n
monitor p/x output + u32[output_len] > input_data
echo \n
echo The last byte goes to 0x1a7656f. By then 1971568 bytes of the input are gone, nearly all of\n
echo it. It does no harm if each of them was read before.\n
echo \n
echo At the end `next_in` is at the input's end and `next_out` at the output's end. How many\n
echo bytes will lie between the two then?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The input ends at 0x1aa2f0c.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The output ends at 0x1a76570. Subtract.\n
echo \n[Enter: the answer]\n
shell read _
# answer gap 0x2c99c
echo \nThe answer is:\n
monitor p/x input_data + u32[input_len] - output - u32[output_len]
echo \n
echo 182684 bytes. This is no accident: somebody computed it before the image was linked.\n
echo \n
echo Why that much\n
echo -------------\n
echo \n
echo mkimage (stub/tools/bzimage.c) chooses the distance from `output` to the copy, as Linux does\n
echo in arch/x86/boot/header.S under the name `ZO_z_extract_offset`. (Older kernels computed it\n
echo in mkpiggy.c, the program that writes piggy.S around the compressed data.) It goes like\n
echo this.\n
echo \n
echo If the writer may end exactly where the reader ends, the input must begin\n
echo `output_len - input_len` behind the output. This would be right for data that compress\n
echo equally well everywhere. Suppose they do not: the first half compresses to nothing, and the\n
echo second half not at all.\n
echo \n
echo \       next_in - next_out\n
echo \              |\\\n
echo \              | \\     first half: much is written, and hardly anything read\n
echo \              |  \\\n
echo \              |   \\                            __________  end: what is kept\n
echo \              |    \\_________-----------------\n
echo \              |     ^         second half: 5 bytes more are read than written, for each block\n
echo \              |     the smallest gap\n
echo \            0 +----------------------------------------->  bytes written\n
echo \n
echo In the second half both pointers go at the same speed. Or not quite: gzip stores what it\n
echo cannot compress as it is, with 5 bytes in front of each block, so the gap grows by 5 bytes a\n
echo block. At its smallest it is less than at the end, by the sum of all these. If it is 0 at\n
echo the end, it was less than 0 there: input was overwritten before it was read. So there must\n
echo be something left at the end:\n
echo \n
echo \       distance to keep  =  output_len - input_len            as if all were equal\n
echo \                         +  output_len / 256                  more than 5 bytes per 32 KiB block\n
echo \                         +  128 KiB                           the largest unit a decoder holds back\n
echo \                         -> up to the next multiple of 4 KiB  the copy begins on a page\n
echo \n
echo One byte in 256 is far more than gzip needs, and enough for each of the other formats. The\n
echo 128 KiB are for formats that write a whole block at once; Linux had 64 KiB there until zstd\n
echo came, whose blocks are 128 KiB.\n
echo \n
echo `output_len` is 0xa76570 and `input_len` is 0x20df0c. How far behind `output` does the copy\n
echo begin?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo output_len >> 8 is 0xa765, and 128 KiB is 0x20000.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The sum is 0x892dc9. Round it up to 0x1000.\n
echo \n[Enter: the answer]\n
shell read _
# answer distance 0x893000
echo \nThe answer is:\n
monitor p/x copy - output
echo \n
echo 0x893000. `.head.text` stands between the copy's start and the input, so the real margin is\n
echo 8192 bytes larger still.\n
echo \n
echo The distance, and the sum before it is rounded:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor p copy - output\n
monitor p copy - output
echo (gdb) monitor p u32[output_len] - u32[input_len] + (u32[output_len] >> 8) + 0x20000\n
monitor p u32[output_len] - u32[input_len] + (u32[output_len] >> 8) + 0x20000
echo \n
echo Stop it in the middle\n
echo ---------------------\n
echo \n
echo `inflate` keeps its two pointers in registers while it works, and stores them in the\n
echo `z_stream` at the end of each block. To look at it in the middle takes two stops: a\n
echo watchpoint on a byte of the output, then one on the stored `next_in`. zlib's state is the\n
echo first block on the heap, and its first field points back to the `z_stream`:\n
echo `u64[boot_heap]`.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor watch output + 6M 1\n
monitor watch output + 6M 1
echo (gdb) monitor run\n
monitor run
echo (gdb) monitor delete\n
monitor delete
echo (gdb) monitor watch u64[boot_heap] 8\n
monitor watch u64[boot_heap] 8
echo (gdb) monitor run\n
monitor run
echo (gdb) monitor p u64[u64[boot_heap]]\n
monitor p u64[u64[boot_heap]]
echo (gdb) monitor p u64[u64[boot_heap] + 24]\n
monitor p u64[u64[boot_heap] + 24]
echo (gdb) monitor p/d u64[u64[boot_heap]] - u64[u64[boot_heap] + 24]\n
monitor p/d u64[u64[boot_heap]] - u64[u64[boot_heap] + 24]
echo \n
echo The reader is inside the gzip data, the writer still in front of the copy. The gap has\n
echo shrunk from `8.6 MiB` to what you see. Set the first watchpoint to `output + 8M` and look\n
echo again, if you like: the lesson comes back to this place before it goes on.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor delete\n
monitor delete
echo (gdb) monitor c decompressed\n
monitor c decompressed
echo (gdb) monitor p/d input_data + u32[input_len] - output - u32[output_len]\n
monitor p/d input_data + u32[input_len] - output - u32[output_len]
echo (gdb) monitor x/4xb output\n
monitor x/4xb output
echo (gdb) monitor segments\n
monitor segments
echo \n
echo All of it is there. The gzip data from `input_data` up to `output` + `output_len` were\n
echo overwritten after they had been read; what stands there now is the end of the kernel. The\n
echo proof is a comparison of each byte with what the image file unpacks to, and the CRC in the\n
echo marker:\n
echo \n
echo What must hold here:\n
echo \  payload is unpacked\n
echo \  expect marker.bytes == u32[output_len]\n
monitor expect marker.bytes == u32[output_len]
echo \  expect output + u32[output_len] < input_data + u32[input_len]\n
monitor expect output + u32[output_len] < input_data + u32[input_len]
echo \n
echo The last line says what could have gone wrong: at no time was the end of the output beyond\n
echo the end of the input. What happens if the margin is missing can be seen on purpose: zlib\n
echo reads its own output as input, and stops with an error that has nothing to do with the\n
echo cause. One of the exercises has that bug.\n
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - `extract_kernel` gets `boot_params` in `rdi` and the output address in `rsi`; the console\n
echo \  is set up again because `setup` may have been skipped.\n
echo - The heap is an array in `.bss` with two pointers; the address of zlib's state was found at\n
echo \  its beginning.\n
echo - The checks of the addresses come before the first byte is written, and each has its own\n
echo \  message.\n
echo - Which `__decompress` runs was decided when the kernel was built; the data's first bytes\n
echo \  say the same.\n
echo - Input and output share a buffer. The gap between the pointers shrank from MiB to less than\n
echo \  200 KiB and was never closed: you measured it in the middle and at the end.\n
echo - The distance is computed before linking: the difference of the lengths, 1/256 of the\n
echo \  output, and 128 KiB.\n
echo \n
echo What lies at `output` begins with 7f 45 4c 46. That is no code. Lesson 15 makes a program of\n
echo it.\n

# end 0x9c5b153
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
