# 19. A kernel that tells nothing
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/19-unmodified/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/linux/cloud/vmlinuz --cpu 'qemu64,+la57' --append 'console=ttyS0 quiet'

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 19. A kernel that tells nothing\n
echo \n
echo The stub of the earlier lessons helps whoever looks at it: it lists its checkpoints, reports\n
echo at each of them, and has symbols. The file that Debian installs as `/boot/vmlinuz` does\n
echo nothing of this. This lesson follows it all the same, stage by stage, with the decompressor\n
echo that Linux's own build put in front of the kernel. How can the stages be found, and how can\n
echo one know that they were found rightly? You should have seen lessons 4 to 17: the stages are\n
echo the same ones.\n
echo \n
echo Which version of Linux this is depends on the day on which it was downloaded. What is said\n
echo about its source holds for 6.1 and 6.12.\n
echo \n
echo What a bare file offers\n
echo -----------------------\n
echo \n
echo There are no symbols and no lines of source in this file. Only Linux's source says what the\n
echo functions are called, and that is not here. But three entries are fixed by the boot\n
echo protocol, since boot loaders jump to them:\n
echo \n
echo - setup's, at 0x200 of the file, in 16-bit code;\n
echo - `startup_32`, the first byte of the protected-mode part;\n
echo - `startup_64`, 0x200 bytes behind that, if bit 0 of `xloadflags` (at 0x236) says that there\n
echo \  is one.\n
echo \n
echo From an entry one can go on as the CPU would: decode an instruction, see where it leads,\n
echo decode the next. That is what bootscope does before the guest starts. On its way it looks\n
echo for instructions that a stage cannot do without. Page tables are put to use by a `mov` to\n
echo `cr3` and by nothing else. A descriptor table takes `lgdt`, an interrupt table `lidt`.\n
echo \n
echo stage                            what it is found by\n
echo -------------------------------  -----------------------------------------------------------\n
echo setup-entry, memory-detected     in setup: the `call` behind the `rep stos` that clears its\n
echo \                                 `.bss`; the call that leads to `int $0x15` with 0xe820\n
echo protected-mode                   in setup: the write to `cr0`, the far jump behind it, and\n
echo \                                 the jump to the protected-mode part\n
echo startup-32, startup-64           the boot protocol\n
echo load-address-known               what `call` pushed is popped, and its link address\n
echo \                                 subtracted\n
echo early-page-tables                a write to `cr3` in `startup_32`\n
echo relocation-target                in `startup_64`: `rsp` is put above the base of a copy\n
echo stage1-idt, stage2-idt           a call of a function that does `lidt`\n
echo la57-trampoline                  a call of a function that calls through an address it has\n
echo \                                 computed, and writes `cr3` behind it\n
echo image-copied, bss-cleared        `rep movs`; `rep stos`\n
echo relocated                        where `startup_64`'s jump through a register goes: an\n
echo \                                 address that is the base of the copy and a constant\n
echo identity-maps                    a call of a function that writes `cr3`\n
echo extract-kernel                   the call whose result is jumped to\n
echo location-chosen                  the call in there that leads to the text "nokaslr"\n
echo decompressed                     a comparison with the four bytes that an ELF file begins\n
echo \                                 with\n
echo elf-loaded, relocations-applied  the loops around the message "relocation outside of kernel"\n
echo kernel-jump                      that jump to the result\n
echo kernel-entry                     the unpacked payload: `e_entry` of its ELF header\n
echo \n
echo Certain and likely\n
echo ------------------\n
echo \n
echo What the protocol or a header says needs no search; all else in this table is read from\n
echo code. bootscope calls each stage certain or likely. Certain means that it can be nothing\n
echo else: the protocol says so, or it is the only instruction of its kind on the only way that\n
echo control takes. Likely means that the code has the shape, or uses the text, that Linux's has\n
echo at that stage. Another compiler might build another shape.\n
echo `bootscope info build/linux/cloud/vmlinuz`, in another terminal, says for each stage which\n
echo of the two it is, and by what it was found.\n
echo \n
echo Here is the 32-bit entry, which the protocol fixes:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c startup-32\n
monitor c startup-32
echo (gdb) monitor p u16[boot_params + 0x236] & 1\n
monitor p u16[boot_params + 0x236] & 1
echo (gdb) monitor dis load 6\n
monitor dis load 6
echo \n
echo `startup_32` is a name that bootscope gave, as it knows what Linux calls this place. The\n
echo instructions are of the file. Compare with lesson 4: a `call` to the next instruction, with\n
echo a stack of four bytes that is borrowed from `boot_params` (0x1e4 is the field `scratch`).\n
echo The `subl` makes the load address. That is what load-address-known waits for.\n
echo \n
echo The place of the copy\n
echo ---------------------\n
echo \n
echo `startup_32` and `startup_64` both compute where the copy will stand, with the sums of\n
echo lesson 7. One of the numbers in them is a label of the linker's, `_end`. No symbol table\n
echo says how large it is. But the code has to subtract it, so it is in an instruction, and that\n
echo is where bootscope takes it from:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c startup-64\n
monitor c startup-64
echo (gdb) monitor p/x _end - load\n
monitor p/x _end - load
echo (gdb) monitor p/x u32[boot_params + 0x260]\n
monitor p/x u32[boot_params + 0x260]
echo (gdb) monitor p/x u32[boot_params + 0x230]\n
monitor p/x u32[boot_params + 0x230]
echo \n
echo The second is `init_size`, the third `kernel_alignment`. The kernel was linked for\n
echo 0x1000000.\n
echo \n
echo The image was loaded at 0x100000. At which address will its copy begin?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo First the output: the load address, rounded up to 0x200000, but not below 0x1000000.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The room of 0x37dc000 bytes begins at the output. The copy has 0xb7e000 bytes, and ends\n
echo where the room ends.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0x1000000 + 0x37dc000 - 0xb7e000\n
echo \n[Enter: the answer]\n
shell read _
# answer copy 0x3c5e000
echo \nThe answer is:\n
monitor at relocation-target p/x copy
echo \n
echo 0x3c5e000: 0x1000000 + 0x37dc000 - 0xb7e000. The rule is the one of our stub, as ours is\n
echo Linux's.\n
echo \n
echo Two registers hold it:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c relocation-target\n
monitor c relocation-target
echo (gdb) p/x $rbp\n
p/x $rbp
echo (gdb) p/x $rbx\n
p/x $rbx
echo \n
echo In `startup_64` nothing says "this is the copy". bootscope knows it from the end:\n
echo `startup_64` ends with a jump through a register, to a constant plus whatever is in `rbx`.\n
echo So `rbx` is where link address 0 of the copy will be.\n
echo \n
echo Page tables, and a table with one entry\n
echo ---------------------------------------\n
echo \n
echo Paging is on, as it must be in 64-bit code. In between, the tables were built by\n
echo `startup_32`, with the image as loaded, the copy that does not exist yet, and all low memory\n
echo to choose from.\n
echo \n
echo Where do the page tables lie that are in use now?\n
echo \ \ 1\ \ 
echo in the image, where it was loaded\n
echo \ \ 2\ \ 
echo behind the place of the copy's code and data, where nothing will be copied to\n
echo \ \ 3\ \ 
echo below the image, in the first MiB\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo They must live through two things: the copying, and the clearing of `.bss`.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `startup_32` computed the copy's place, although it copies nothing. Lesson 7 says what for.\n
echo \n[Enter: the answer]\n
shell read _
# answer tables 0x2
echo \nThe answer is 2: of the choices it holds (1), and no other (0).\n
echo choice 1:\n
monitor p/d (cr3 >= load and cr3 < copy) != 0
echo choice 2:\n
monitor p/d (cr3 >= copy) != 0
echo choice 3:\n
monitor p/d (cr3 < load) != 0
echo \n
echo At 0x47bb000: that is 0xb5d000 bytes into the copy, behind its `.bss`. `.pgtable` is a\n
echo section of its own, so that clearing `.bss` does not clear it.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c stage1-idt\n
monitor c stage1-idt
echo (gdb) p/x $cr3\n
p/x $cr3
echo (gdb) monitor p/x cr3 - copy\n
monitor p/x cr3 - copy
echo (gdb) monitor vmmap\n
monitor vmmap
echo (gdb) monitor info idt\n
monitor info idt
echo \n
echo An interrupt table with one entry. Our stub's first one is empty (lesson 8). This one is\n
echo Debian's, and has an entry for exception 29, #VC: in a virtual machine whose memory AMD's\n
echo SEV-ES encrypts, the processor does not let the hypervisor answer `cpuid` unseen. It raises\n
echo #VC in the guest, which then asks. The code that comes next uses `cpuid`, so it needs the\n
echo handler by now. In our guest nothing is encrypted, and the handler is never called. (On\n
echo Intel's machines of that kind, TDX, the exception is another one, #VE, and this code avoids\n
echo it.)\n
echo \n
echo What `cpuid` is asked for is 5-level paging. A processor with the feature LA57 can walk page\n
echo tables of five levels, for virtual addresses of 57 bits; the CPU of this guest was given\n
echo that feature. `CR4.LA57` cannot be changed in long mode: that faults. So a piece of code,\n
echo the trampoline, is copied into low memory. It leaves long mode, switches, and comes back.\n
echo Low memory, because for a moment this is 32-bit code with paging off, and `mov` to `cr3`\n
echo then takes 32 bits.\n
echo \n
echo \        4 levels:          cr3 --> table --> table --> table --> 2 MiB page\n
echo \        5 levels: cr3 --> table --> table --> table --> table --> 2 MiB page\n
echo \                  a new one: a single entry is enough\n
echo \n
echo The trampoline uses a new top-level table with one entry, and leaves all others as they are.\n
echo To which address does that entry point?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The new table stands above those that there are. Whatever was mapped must stay mapped, by\n
echo the same tables.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo It points to what was the top-level table before: see `cr3`.\n
echo \n[Enter: the answer]\n
shell read _
# answer root 0x47bb000
echo \nThe answer is:\n
p/x $cr3
echo \n
echo 0x47bb000, the top-level table of now. Its entry is that address with the flags 0x67:\n
echo present, writable, user, accessed, dirty.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c la57-trampoline\n
monitor c la57-trampoline
echo (gdb) p/x $cr3\n
p/x $cr3
echo (gdb) p/x (unsigned long)*(unsigned long *)((unsigned long)$cr3)\n
p/x (unsigned long)*(unsigned long *)((unsigned long)$cr3)
echo (gdb) p/x ((unsigned long)$cr4 >> 12UL) & 1UL\n
p/x ((unsigned long)$cr4 >> 12UL) & 1UL
echo \n
echo Bit 12 of `cr4` is LA57. `cr3` is in low memory, where the trampoline is. Right behind this\n
echo place the new table is copied to the end of the copy's memory, `cr3` set to that, and the\n
echo low memory written back as it was: nobody gave it to the decompressor. Without LA57 no\n
echo trampoline is called, and the guest never comes by here. `info` says "not on every boot" at\n
echo such a stage.\n
echo \n
echo The copy, and into it\n
echo ---------------------\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c image-copied\n
monitor c image-copied
echo (gdb) monitor moved\n
monitor moved
echo \n
echo A few bytes have changed since the file was loaded: the tables that `lgdt` and `lidt` read\n
echo their addresses from, the interrupt table, a few variables. They are changed in the copy as\n
echo well, since they were written before it was made. What must hold here needs no help of the\n
echo guest. bootscope reads both areas and compares:\n
echo \n
echo What must hold here:\n
echo \  image is copied\n
echo \  expect rsi == load - 8\n
monitor expect rsi == load - 8
echo \  expect cr3 > copy\n
monitor expect cr3 > copy
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c relocated\n
monitor c relocated
echo (gdb) monitor sym rip\n
monitor sym rip
echo (gdb) monitor c bss-cleared\n
monitor c bss-cleared
echo (gdb) monitor bss\n
monitor bss
echo \n
echo `.Lrelocated` is a local label in Linux's source, which no symbol table has: even a kernel\n
echo that you build yourself does not list it. The jump leads there all the same.\n
echo \n
echo One call, two pointers\n
echo ----------------------\n
echo \n
echo \          call   extract_kernel            rdi: boot_params, rsi: output\n
echo \          mov    %r15, %rsi\n
echo \          jmp    *%rax\n
echo \n
echo A call whose result is jumped to. That is how `extract_kernel` is told from all other\n
echo functions, and its name is all that bootscope adds. It calls a dozen others. One of them\n
echo looks for "nokaslr" in the command line (or calls somebody who does), and as nobody else\n
echo does, it is taken for `choose_random_location`. That is a likely place. In Linux's source\n
echo the call is this:\n
echo \n
echo \        choose_random_location(input_data, input_len, &output, needed_size, &virt_addr);\n
echo \n
echo Two local variables of `extract_kernel`, on its stack. Both begin with 0x1000000, and the\n
echo function writes into them.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c extract-kernel\n
monitor c extract-kernel
echo (gdb) monitor advance choose_random_location\n
monitor advance choose_random_location
echo (gdb) p/x (unsigned long)*(unsigned long *)((unsigned long)$rdx)\n
p/x (unsigned long)*(unsigned long *)((unsigned long)$rdx)
echo (gdb) p/x (unsigned long)*(unsigned long *)((unsigned long)$r8)\n
p/x (unsigned long)*(unsigned long *)((unsigned long)$r8)
echo \n
echo `rdi` is 0x3c5e2cc, `rsi` 0xae1992, `rdx` 0x477af18, `rcx` 0x3800000, `r8` 0x477af28. At\n
echo which address will the physical place of the kernel be, when the function has returned?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The arguments are in rdi, rsi, rdx, rcx, r8, in this order. `&output` is where the physical\n
echo place goes.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo `&output` is the third.\n
echo \n[Enter: the answer]\n
shell read _
# answer pointer 0x477af18
echo \nThe answer is:\n
p/x $rdx
echo \n
echo 0x477af18, the third argument. Behind the call these two words of the stack are all that\n
echo says what was chosen: the function returns nothing.\n
echo \n
echo So bootscope reads the two words where it stops behind the call. They are a part of what it\n
echo found in the code: the distances from `rsp` in the two `lea` instructions in front of it.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c location-chosen\n
monitor c location-chosen
echo (gdb) monitor p/x output\n
monitor p/x output
echo (gdb) monitor p/x virtual\n
monitor p/x virtual
echo (gdb) x/4gx $rsp\n
x/4gx $rsp
echo \n
echo Look for both values among the words. (They differ from one version of Linux to the next, so\n
echo a printed page shows none.)\n
echo \n
echo Is the likely place the right one? The rules of lessons 12 and 13 decide. From the memory\n
echo map, the command line and the image bootscope computes which slots there are. If it had\n
echo stopped at another place, or read two other words, they would hardly be two of the slots.\n
echo (`kaslr` shows the slots.)\n
echo \n
echo What must hold here:\n
echo \  proofs hold\n
echo \  expect output % u32[boot_params + 0x230] == 0 and virtual % u32[boot_params + 0x230] == 0\n
monitor expect output % u32[boot_params + 0x230] == 0 and virtual % u32[boot_params + 0x230] == 0
echo \  expect virtual < 0x40000000\n
monitor expect virtual < 0x40000000
echo \n
echo What cannot be said is which slot it should have been. Our stub has a `kaslr_seed`. Linux\n
echo mixes what it finds (time stamp counter, timer, the boot parameters, `rdrand` where there is\n
echo one), and all of it goes into one number that is then forgotten. It is the same in each run\n
echo here only since this guest is counted: its clock is its count of instructions.\n
echo \n
echo A stop that must not cost anything\n
echo ----------------------------------\n
echo \n
echo Next comes the unpacking: more than nine tenths of all instructions of this boot. Behind it,\n
echo `decompress_kernel` compares the first four bytes of the result with 0x464c457f. That\n
echo instruction is easy to find. To stop at it is not.\n
echo \n
echo QEMU checks for breakpoints by pages. Code on a page that has one is executed instruction by\n
echo instruction, which makes it 20 to 40 times slower; the other pages do not notice. Our stub\n
echo keeps its checkpoints and its loops on different pages (lesson 9). In Linux's decompressor\n
echo the comparison may well share a page with the loop that unpacks. Seconds would become\n
echo minutes.\n
echo \n
echo So something else must tell that the loop is done. A watchpoint stops the guest when it\n
echo reads or writes a certain address. It slows down nothing but accesses to the page which that\n
echo address is on.\n
echo \n
echo bootscope watches one byte for being read, and sets the breakpoint only when code near the\n
echo comparison has read it. At which address is this byte?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo What is compared with 0x464c457f? Where do these four bytes lie?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo It is the first byte of the unpacked kernel.\n
echo \n[Enter: the answer]\n
shell read _
# answer watched 0xe800000
echo \nThe answer is:\n
monitor p/x output
echo \n
echo 0xe800000. The unpacker writes there first of all, and has seldom a reason to read it again;\n
echo the reads that come from elsewhere are let pass.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c decompressed\n
monitor c decompressed
echo (gdb) monitor dis rip 1\n
monitor dis rip 1
echo (gdb) monitor p/x u32[output]\n
monitor p/x u32[output]
echo \n
echo (The register's name depends on the compiler, as does everything in between.) The payload\n
echo has been unpacked a second time meanwhile, by bootscope, from the file. Both must agree:\n
echo \n
echo What must hold here:\n
echo \  payload is unpacked\n
echo \n
echo The last relocation first\n
echo -------------------------\n
echo \n
echo The three lists of lesson 16 lie behind the ELF file. Their order is such that Linux walks\n
echo them from the end, and the very last word is a 32-bit site. How long it all is stands at the\n
echo payload's end, for all ways of compressing.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c elf-loaded\n
monitor c elf-loaded
echo (gdb) monitor p/x u32[output + u32[input_data + u32[boot_params + 0x24c] - 4] - 4]\n
monitor p/x u32[output + u32[input_data + u32[boot_params + 0x24c] - 4] - 4]
echo \n
echo This word, with its sign extended to 64 bits, is the virtual address that the site was\n
echo linked at: 0xffffffff836ca552. The kernel's first byte was linked at 0xffffffff81000000 and\n
echo is at 0xe800000 now. At which physical address does the site lie?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo How far is the site from the kernel's first byte?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 0x836ca552 - 0x81000000, and that from 0xe800000 on.\n
echo \n[Enter: the answer]\n
shell read _
# answer site 0x10eca552
echo \nThe answer is:\n
monitor p/x output + (u32[output + u32[input_data + u32[boot_params + 0x24c] - 4] - 4] - 0x81000000)
echo \n
echo 0x10eca552. The physical place tells where a site is; what is added to it is the virtual\n
echo delta, 0x6800000.\n
echo \n
echo Let all of them be patched:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c relocations-applied\n
monitor c relocations-applied
echo (gdb) monitor reloc\n
monitor reloc
echo \n
echo elf-loaded and relocations-applied are likely places as well, and here is the proof for\n
echo them: had the guest stopped a loop too early, some sites would still hold what the linker\n
echo wrote.\n
echo \n
echo What must hold here:\n
echo \  relocations are applied\n
echo \n
echo The handover\n
echo ------------\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c kernel-jump\n
monitor c kernel-jump
echo (gdb) monitor p/x idtr\n
monitor p/x idtr
echo (gdb) monitor dis rip 1\n
monitor dis rip 1
echo (gdb) monitor c kernel-entry\n
monitor c kernel-entry
echo (gdb) monitor p rip == entry\n
monitor p rip == entry
echo \n
echo The interrupt table is gone: `extract_kernel` loads an empty one before it returns. From\n
echo here on a fault is a triple fault, until the kernel has a table of its own. And the rest of\n
echo what lesson 17 found out about our stub holds for Linux's own, word by word:\n
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
echo \  paging maps [boot_params, boot_params + 4K) identity\n
echo \  segments are loaded\n
echo \  relocations are applied\n
echo \n
echo What bootscope cannot know\n
echo --------------------------\n
echo \n
echo - Names. `extract_kernel` is what Linux calls the function that does what this one does. The\n
echo \  names of most other functions are nowhere in the file, and a function that the compiler\n
echo \  has built into another one has no place at all. For a kernel that you have built,\n
echo \  `--symbols arch/x86/boot/compressed/vmlinux` gives those that there are.\n
echo - Lines of source, and what a variable is called. Two words of the stack are `output` and\n
echo \  `virt_addr` because of how they are used.\n
echo - Whether a new version still does things in this order. A stage that is not found is not\n
echo \  guessed. `info` lists it as missing, with the reason, and the others are followed all the\n
echo \  same.\n
echo - What a likely place really is, as long as nothing is proven there. So look at the proofs.\n
echo \  They come from the file, the headers and the memory map, not from the code that is being\n
echo \  looked at.\n
echo \n
echo All of it in one go, with all proofs and each "found", is this (in another terminal;\n
echo `--no-count` lets the guest run at full speed):\n
echo \n
echo \    bootscope trace build/linux/cloud/vmlinuz --no-count\n
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - The boot protocol fixes three entries, and instructions do the rest: `mov` to `cr3`,\n
echo \  `lidt`, `rep movs`, a jump through a register, a call whose result is jumped to. You saw\n
echo \  each of them in code that nobody prepared.\n
echo - You computed the copy's place from `init_size` and a constant in an instruction, and a\n
echo \  relocation site from the last word of the payload.\n
echo - Page tables of five levels are those of four, and one entry above; the switch needs a way\n
echo \  out of long mode and back.\n
echo - What was chosen at random is two words on a stack. That they are slots is evidence that\n
echo \  the place is right.\n
echo - A debugger's stop can change how long a program runs. The read of one byte stood for the\n
echo \  end of a loop.\n
echo \n
echo Lesson 20 sets the same kernel under our own stub beside this boot.\n

# end 0x30b31d7e
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
