# 15. From a file to a program: parse_elf
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/15-parse-elf/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/teaching.bzImage --append 'quiet nokaslr'

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 15. From a file to a program: parse_elf\n
echo \n
echo zlib is done, and yet there is no kernel at `output`: there is a file. Its parts stand in\n
echo the wrong places, with a table of contents in front. This lesson reads that table in memory,\n
echo works out where each part belongs, watches the parts being moved over each other, and has\n
echo every byte of the result proved. You should know how `output` was filled (lesson 14).\n
echo \n
echo Not code yet\n
echo ------------\n
echo \n
echo The compressed data are `vmlinux`, what the linker made when it linked the kernel: an ELF\n
echo file, the same format as `/bin/ls`. A program loader knows how to make a process of such a\n
echo file. Before there is a kernel, there is no program loader, so the decompressor has a very\n
echo small one: `parse_elf` (stub/loadelf.c; in Linux it is in arch/x86/boot/compressed/misc.c).\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c decompressed\n
monitor c decompressed
echo (gdb) monitor x/4xb output\n
monitor x/4xb output
echo \n
echo 7f and the letters `ELF`: the magic number. `parse_elf` compares these four bytes first, and\n
echo stops with "kernel is not a valid ELF file" if they are others (in Linux: "Kernel is not a\n
echo valid ELF file").\n
echo \n
echo Read as one 32-bit number, what are the four bytes 7f 45 4c 46?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo x86 is little-endian: the byte at the lowest address counts least.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 7f comes last when the number is written down.\n
echo \n[Enter: the answer]\n
shell read _
# answer magic 0x464c457f
echo \nThe answer is:\n
monitor p/x u32[output]
echo \n
echo 0x464c457f. Such a constant is what a disassembly of a comparison with the magic number\n
echo shows.\n
echo \n
echo Behind it the header says what kind of file this is: 64-bit (2 at offset 4), for x86-64\n
echo (0x3e at 18), where execution begins (at 24), and where the program headers are (at 32:\n
echo their offset in the file; at 54 the size of one, at 56 their number).\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor p u16[output + 18]\n
monitor p u16[output + 18]
echo (gdb) monitor p u64[output + 24]\n
monitor p u64[output + 24]
echo (gdb) monitor p u64[output + 32]\n
monitor p u64[output + 32]
echo (gdb) monitor p u16[output + 54]\n
monitor p u16[output + 54]
echo (gdb) monitor p u16[output + 56]\n
monitor p u16[output + 56]
echo \n
echo Remember the second: it is a physical address. The kernel's linker script turns `startup_64`\n
echo into one, because the jump at the end will happen before the kernel's own addresses mean\n
echo anything.\n
echo \n
echo The program headers\n
echo -------------------\n
echo \n
echo A program header describes one segment: bytes of the file that belong together in memory.\n
echo `readelf -lW build/vmlinux.bin` prints them, and so does `readelf -lW vmlinux` for a kernel\n
echo that you built. Here they are in the guest; the last column of `readelf`, the alignment, is\n
echo the seventh word.\n
echo \n
echo \       +0    p_type, p_flags   (4 bytes each)  type 1 is PT_LOAD; flags: 4 r, 2 w, 1 x\n
echo \       +8    p_offset          where the segment begins in the file\n
echo \       +16   p_vaddr           its virtual address, as linked\n
echo \       +24   p_paddr           its physical address, as linked\n
echo \       +32   p_filesz          how many bytes the file has of it\n
echo \       +40   p_memsz           how many it takes in memory\n
echo \       +48   p_align           p_offset and the addresses agree modulo this\n
echo \n
echo The first two headers. (The names in angle brackets are of what will be there later: the\n
echo headers lie where the kernel's code will.)\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor x/7gx output + 64\n
monitor x/7gx output + 64
echo (gdb) monitor x/7gx output + 64 + 56\n
monitor x/7gx output + 64 + 56
echo \n
echo The first has the flags 5, so it can be read and executed: code and constants. The second\n
echo has 6: data. Only headers of the type PT_LOAD concern `parse_elf`; a vmlinux also has a\n
echo PT_NOTE, which is left where it is.\n
echo \n
echo Neither segment is where it belongs. In the file they begin at their `p_offset`, so they are\n
echo at `output + p_offset` now. In memory they belong at\n
echo \n
echo \       output + (p_paddr - LOAD_PHYSICAL_ADDR)\n
echo \n
echo `LOAD_PHYSICAL_ADDR` is the address for which the kernel was linked, 0x1000000. If `output`\n
echo is that address, the sum is just `p_paddr`. With KASLR it is not, and then all segments\n
echo shift together. (A kernel without `CONFIG_RELOCATABLE` takes `p_paddr` as it is.)\n
echo \n
echo The second segment has the `p_offset` 0x400000. By how many bytes does it move down in\n
echo memory?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo It is at 0x1400000 now.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo It goes to 0x1200000.\n
echo \n[Enter: the answer]\n
shell read _
# answer moves-to 0x200000
echo \nThe answer is:\n
monitor p/x u64[output + 64 + 56 + 8] - (u64[output + 64 + 56 + 24] - 0x1000000)
echo \n
echo 0x200000: 2 MiB. The linker put each segment at a multiple of the page size in the file, and\n
echo the headers in front took the first 2 MiB of it.\n
echo \n
echo `p_align` must be a multiple of 2 MiB. Otherwise the boot ends: our stub says "PT_LOAD 1 is\n
echo misaligned" and the value, Linux "Alignment of LOAD segment isn't multiple of 2MB". The\n
echo kernel maps itself with 2 MiB pages, with different rights for code and for data; segments\n
echo that share such a page could not have different ones.\n
echo \n
echo Over one another\n
echo ----------------\n
echo \n
echo Source and destination are in one buffer. Here are both segments, before and after:\n
echo \n
echo \       output\n
echo \         |          2 MiB          4 MiB                              8 MiB\n
echo \         |            |              |                                  |\n
echo \         [ELF hdr]....[text].........[data ..................]          |\n
echo \                     /              /\n
echo \         v----------'  v-----------'\n
echo \         [text]........[data ..................]\n
echo \n
echo How many bytes do the second segment's source, which begins at 0x1400000, and its\n
echo destination, which begins at 0x1200000, have in common? It is 0x43b800 bytes long.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The destination ends at 0x163b800.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo From the start of the source to the end of the destination.\n
echo \n[Enter: the answer]\n
shell read _
# answer overlap 0x23b800
echo \nThe answer is:\n
monitor p/x u64[output + 64 + 56 + 32] - 2M
echo \n
echo 0x23b800 bytes. A copy that begins at the wrong end destroys them before it reads them.\n
echo \n
echo That is why it is `memmove` and not `memcpy`, which may not be used when the two overlap.\n
echo Lesson 9 had the same problem: the image moved up there, and had to be copied from its end.\n
echo Segments move down, so the lowest byte must go first. Our `memmove` (stub/string.c) looks at\n
echo the two addresses and decides.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor advance memmove\n
monitor advance memmove
echo (gdb) monitor regs rdi\n
monitor regs rdi
echo (gdb) monitor regs rsi\n
monitor regs rsi
echo (gdb) monitor regs rdx\n
monitor regs rdx
echo (gdb) monitor p u64[free_mem_ptr] - boot_heap\n
monitor p u64[free_mem_ptr] - boot_heap
echo \n
echo The first call. `rdi`, `rsi` and `rdx` are the first three arguments: destination, source,\n
echo size. The last line shows that the heap is in use: it holds four program headers of 56\n
echo bytes. They were copied there for a reason.\n
echo \n
echo After `parse_elf`, does `output` still begin with 7f 45 4c 46?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The first segment goes to `output` + (0x1000000 - 0x1000000).\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Its destination is `output` itself, and it is 0x3729 bytes long.\n
echo \n[Enter: the answer]\n
shell read _
# answer header-stays 0x0
echo \nThe answer is:\n
monitor at elf-loaded p/x u32[output] == 0x464c457f
echo \n
echo No: 0x746f6f62 stands there. The first move overwrites the ELF header and the program\n
echo headers behind it, from which the other moves are still to be read.\n
echo \n
echo On to the second call:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor advance memmove\n
monitor advance memmove
echo (gdb) monitor regs rdi\n
monitor regs rdi
echo (gdb) monitor regs rsi\n
monitor regs rsi
echo (gdb) monitor regs rdx\n
monitor regs rdx
echo (gdb) monitor x/s output\n
monitor x/s output
echo \n
echo The second call: the first segment is in place. The teaching kernel begins with a text, to\n
echo show what is there: its entry is not at its first byte.\n
echo \n
echo A segment that lives nowhere\n
echo ----------------------------\n
echo \n
echo The headers at `output` are gone; the copies on the heap are still good, so the third one is\n
echo read there.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor x/7gx boot_heap + 2 * 56\n
monitor x/7gx boot_heap + 2 * 56
echo \n
echo Its `p_vaddr` is 0. This is `.data..percpu`: variables of which each processor gets its own\n
echo instance. Their "addresses" are not addresses but offsets, which the code adds to the base\n
echo of the processor's own area (in `gs`). The offsets begin at 0, so the linker was told to\n
echo link the section there. (Linux up to 6.14 has it so. From 6.15 on per-CPU data are linked\n
echo with the other data.)\n
echo \n
echo Where in memory does this segment go?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The formula has `p_paddr` in it, and no `p_vaddr`.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `p_paddr` is the fourth word: 0x163c000.\n
echo \n[Enter: the answer]\n
shell read _
# answer percpu 0x163c000
echo \nThe answer is:\n
monitor p/x output + u64[boot_heap + 2 * 56 + 24] - 0x1000000
echo \n
echo 0x163c000. A loader that went by `p_vaddr` would have to subtract 0xffffffff80000000 from\n
echo all of them, and this one would land far outside of the machine.\n
echo \n
echo What the file does not have\n
echo ---------------------------\n
echo \n
echo The fourth segment is longer in memory than in the file: what is missing is `.bss`, zeros\n
echo that nobody stores.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor x/7gx boot_heap + 3 * 56\n
monitor x/7gx boot_heap + 3 * 56
echo (gdb) monitor p u64[boot_heap + 3 * 56 + 40] - u64[boot_heap + 3 * 56 + 32]\n
monitor p u64[boot_heap + 3 * 56 + 40] - u64[boot_heap + 3 * 56 + 32]
echo (gdb) monitor c elf-loaded\n
monitor c elf-loaded
echo (gdb) monitor hexdump kernel.__bss_start 32\n
monitor hexdump kernel.__bss_start 32
echo \n
echo These are not zeros. `parse_elf` moves `p_filesz` bytes and does not touch the rest, so in\n
echo the kernel's `.bss` lies what was there before: leftovers of the file and of the gzip data.\n
echo It need not care, because the kernel clears its `.bss` itself, very early (`clear_bss`,\n
echo called by `x86_64_start_kernel`). Could the decompressor do it? Not safely: behind the\n
echo file's end there is the decompressor's own copy, and the kernel's `.bss` may reach into it.\n
echo So it is cleared by somebody who no longer needs that copy.\n
echo \n
echo Proved\n
echo ------\n
echo \n
echo Each PT_LOAD in memory is compared with the same bytes of the file that the image unpacks\n
echo to:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor segments\n
monitor segments
echo (gdb) monitor p marker.entry - output\n
monitor p marker.entry - output
echo \n
echo The same as assertions, with the header that is gone:\n
echo \n
echo What must hold here:\n
echo \  segments are loaded\n
echo \  expect marker.segments == 4\n
monitor expect marker.segments == 4
echo \  expect u32[output] != 0x464c457f\n
monitor expect u32[output] != 0x464c457f
echo \  expect marker.entry == entry\n
monitor expect marker.entry == entry
echo \n
echo The order of the moves can be wrong as well: a segment may land where a later one is still\n
echo to be fetched. Linux trusts its own linker script there. Our stub checks all moves in\n
echo advance, and refuses the file before the first byte is moved.\n
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - What is inflated is an ELF file: 7f 45 4c 46, a header, program headers, segments at their\n
echo \  `p_offset`.\n
echo - Each PT_LOAD goes to `output + (p_paddr - LOAD_PHYSICAL_ADDR)`; you computed two of these\n
echo \  addresses, and the registers of `memmove` agreed.\n
echo - Source and destination overlap, so the direction of the move matters; moving down goes\n
echo \  from the lowest byte.\n
echo - The headers are destroyed by the first move, and live on in a copy on the heap.\n
echo - `p_paddr` places the per-CPU segment right, though its `p_vaddr` is 0.\n
echo - `.bss` is not cleared here: the bytes that you saw there were evidence of it.\n
echo \n
echo The segments are in place, but their pointers were linked for one address. Lesson 16 is\n
echo about kernels that run at another.\n

# end 0x9dbbc70
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
