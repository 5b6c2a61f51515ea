# 11. Page faults as a service
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/11-page-faults/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/teaching.bzImage --memory 4G --append 'quiet kaslr_seed=3'

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 11. Page faults as a service\n
echo \n
echo The page tables of `startup_32` map the first 4 GiB. Memory above them exists on most\n
echo machines, and the kernel may be put there. This lesson shows how the stub gets at it: it\n
echo touches an address that is not mapped, takes the page fault, and its handler maps the place.\n
echo You should know the tables of four levels (lesson 6), what an IDT is (lesson 8) and that\n
echo `.bss` is clear (lesson 10).\n
echo \n
echo The guest has 4 GiB of memory this time. `kaslr_seed=3` makes the stub choose a place for\n
echo the kernel that is above 4 GiB; how it chooses is the subject of the next lesson.\n
echo \n
echo The second IDT\n
echo --------------\n
echo \n
echo When something happens that the processor cannot go on from, it raises an exception, a\n
echo number from 0 to 31, and looks into the interrupt descriptor table (IDT) for what to do. In\n
echo lesson 8 a first table was loaded, one without any entry. See what the processor has now:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c bss-cleared\n
monitor c bss-cleared
echo (gdb) monitor p/x idtr\n
monitor p/x idtr
echo (gdb) monitor p/x copy\n
monitor p/x copy
echo (gdb) monitor info idt\n
monitor info idt
echo \n
echo No gate is present. An exception now would raise another one, because there is no handler,\n
echo and that a third: a triple fault, and the machine resets. Look at the address, too. The\n
echo table is in the image as it was loaded, below the copy. The unpacked kernel may be put over\n
echo that image, table and all. So a second table is needed, in the copy, and this time it can\n
echo have handlers, because the code it points to will stay where it is.\n
echo \n
echo One entry, a gate, has 16 bytes. The address of the handler is in three pieces, because the\n
echo format grew from 16 bits to 32 and then to 64:\n
echo \n
echo \       byte 15    12 11          8 7        6 5         4 3        2 1         0\n
echo \       +------------+-------------+----------+-----+-----+----------+-----------+\n
echo \       |  reserved  | offset      | offset   | P,  | ist | selector | offset    |\n
echo \       |            | 63..32      | 31..16   | type|     | of code  | 15..0     |\n
echo \       +------------+-------------+----------+-----+-----+----------+-----------+\n
echo \                                              8e\n
echo \n
echo \       8e  = 1 00 0 1110    P: present    DPL 00: for ring 0    type 1110: interrupt gate\n
echo \       ist = 0 to 7         0: stay on this stack    1..7: change to that one of a list\n
echo \n
echo In an interrupt gate's handler, interrupts are off. The selector says which code segment the\n
echo handler runs in. Here it is 0x10, the 64-bit code of lesson 8.\n
echo \n
echo `load_stage2_idt` (`stub/idt.c`; in Linux `arch/x86/boot/compressed/idt_64.c`) fills the\n
echo table. Gate 14 is for the page fault, #PF. It begins at byte 14 * 16, and these are its\n
echo sixteen bytes, two by two:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c stage2-idt\n
monitor c stage2-idt
echo (gdb) monitor p/x idtr\n
monitor p/x idtr
echo (gdb) monitor x/8hx idtr + 14 * 16\n
monitor x/8hx idtr + 14 * 16
echo \n
echo Put the pieces together: at which address does the handler of #PF begin?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The eight words are bytes 0-1, 2-3, and so on. The address is in words 0, 3, 4 and 5.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Word 3 is the upper half of the lower 32 bits: shift it by 16 and add word 0.\n
echo \n[Enter: the answer]\n
shell read _
# answer gate-address 0x1aa4000
echo \nThe answer is:\n
monitor p/x sym(boot_page_fault)
echo \n
echo 0x1aa << 16 | 0x4000 is 0x1aa4000, `boot_page_fault`.\n
echo \n
echo Now all gates, with their addresses put together, and the GDT in which the selector 0x10 is:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor info idt\n
monitor info idt
echo (gdb) monitor info gdt\n
monitor info gdt
echo \n
echo Gate 2 is for the NMI, an interrupt that cannot be switched off. Linux has that gate since\n
echo 6.8. This is why: a kernel that crashes because of an NMI may start another one, which saves\n
echo what can be saved (kexec). If a second NMI has come meanwhile, it waits until the first\n
echo one's handler ends with `iretq`. That handler never ends; the next `iretq` of all is the one\n
echo at the end of our page fault handler. So the second NMI arrives in the middle of the\n
echo unpacking, finds no gate, and the machine resets. The handler of gate 2 has nothing to do\n
echo but to return.\n
echo \n
echo The other 30 gates lead to code that prints the exception's number, rip, cr2 and error code,\n
echo and stops. Linux fills fewer gates: #PF, NMI, and #VC on processors that encrypt memory.\n
echo \n
echo The last line of the GDT's list has a `tss64`. In long mode it is little more than a list of\n
echo stacks; gate 14 has `ist 1`, so the processor changes to stack 1 of that list before it\n
echo pushes anything. Linux does without. You will see in a moment why the stub does not.\n
echo \n
echo Whose page tables\n
echo -----------------\n
echo \n
echo Next is `initialize_identity_maps` (`stub/identmap.c`; in Linux `ident_map_64.c`). An\n
echo identity map gives each virtual address the same physical one. There is one already. Why\n
echo again?\n
echo \n
echo There are two ways to get here. A loader may have entered at `startup_32`: then cr3 is\n
echo `_pgtable`, the six pages that the stub built in the copy itself. Or it may have entered at\n
echo `startup_64`, with tables of its own, anywhere in memory: the kernel could be unpacked over\n
echo them. So the function compares:\n
echo \n
echo \       cr3 == _pgtable                              cr3 is something else\n
echo \       keep the six pages, append new ones          begin anew in the same room\n
echo \n
echo \       _pgtable                                     _pgtable\n
echo \       +-----+-----+-----------+-----------+        +-----+-----------------------------+\n
echo \       | PGD | PUD | 4 PMDs    |  free     |        | PGD |  free                       |\n
echo \       +-----+-----+-----------+-----------+        +-----+-----------------------------+\n
echo \       0                       6          32 pages  0     1                            32 pages\n
echo \n
echo The room is the section `.pgtable` from lesson 10: 32 pages. (Older kernels had 17 or 19,\n
echo that is 69,632 or 77,824 bytes, and 6 without KASLR.) There is no other memory to take pages\n
echo from, so the allocator is simple: a base, a size, and how much has been given out. It hands\n
echo out the next 4 KiB and never takes any back.\n
echo \n
echo In Linux these three are `pgt_buf`, `pgt_buf_size` and `pgt_buf_offset`, and the function is\n
echo called `alloc_pgt_page`. The code that makes the tables (`arch/x86/mm/ident_map.c`) serves\n
echo other parts of the kernel, too, with other allocators. So it is told everything in a\n
echo `struct x86_mapping_info`:\n
echo \n
echo \       alloc_pgt_page    the function that gives out pages\n
echo \       context           what that function needs: here the three numbers\n
echo \       page_flag         the flags of an entry that maps a page\n
echo \       kernpg_flag       the flags of an entry that leads to a table (0: the usual ones)\n
echo \       offset            virtual less physical address: 0 for an identity map\n
echo \       direct_gbpages    whether pages of 1 GiB may be used\n
echo \n
echo The stub has one allocator only, and no such structure.\n
echo \n
echo Then three ranges are mapped, in pages of 2 MiB, with `kernel_add_identity_map`: the image\n
echo from `_head` to `_end`, because the next instruction comes from there; `boot_params` and the\n
echo command line, because the kernel reads them through this very table before it has a fault\n
echo handler of its own. (Linux adds the blocks of `setup_data`, for the same reason.)\n
echo \n
echo Start and end of a range are rounded outwards to 2 MiB. For each 2 MiB the way down is\n
echo followed from table to table: PGD, PUD, PMD (with five levels one more, the P4D), and a\n
echo missing table is made from a new page. Where an entry is there already, nothing is changed.\n
echo \n
echo We came through `startup_32`, whose six pages map [0, 4 GiB). Image, `boot_params` and\n
echo command line are all below 4 GiB. How many pages of the room are in use when\n
echo `initialize_identity_maps` has returned?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo A page is given out only when an entry is missing.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo For an address below 4 GiB, which of the entries on the way is missing?\n
echo \n[Enter: the answer]\n
shell read _
# answer tables-used 0x6
echo \nThe answer is:\n
monitor at identity-maps p/x u64[sym(tables) + 16] / 4096
echo \n
echo 6 pages: the six from startup_32. All three ranges were mapped.\n
echo \n
echo The variable `tables` has the allocator's numbers. `vmmap` follows all tables, and lists\n
echo what they map:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c identity-maps\n
monitor c identity-maps
echo (gdb) p/x $cr3\n
p/x $cr3
echo (gdb) monitor x/4gx sym(tables)\n
monitor x/4gx sym(tables)
echo (gdb) monitor vmmap\n
monitor vmmap
echo \n
echo The four words of `tables` are base, size, bytes used and the top-level table. cr3 has been\n
echo loaded again, with the value that it had.\n
echo \n
echo In old kernels (up to 5.9) all this happened inside of `choose_random_location`, only when\n
echo KASLR was on, and each range that it looked at was mapped in advance. Now it always happens,\n
echo here, and what else is needed gets mapped when it is touched.\n
echo \n
echo An address that is not mapped\n
echo -----------------------------\n
echo \n
echo Go on to where the kernel's place has been chosen:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c location-chosen\n
monitor c location-chosen
echo (gdb) monitor p/x output\n
monitor p/x output
echo \n
echo The kernel will be unpacked to `0x11bc00000`, and that is above 4 GiB, `0x100000000`.\n
echo \n
echo Four indexes of 9 bits each come from the address 0x11bc00000: bits 47..39, 38..30, 29..21\n
echo (and 20..12, which 2 MiB pages do not use). startup_32 filled entries 0 to 3 of the second\n
echo table (bits 38..30), one for each GiB. Which entry of that table does this address need?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo An entry of the second table stands for 1 GiB, 0x40000000 bytes.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Divide the address by 1 GiB and forget the rest.\n
echo \n[Enter: the answer]\n
shell read _
# answer missing-entry 0x4
echo \nThe answer is:\n
monitor p/x (output >> 30) & 511
echo \n
echo 0x11bc00000 >> 30 is 0x4: the first entry that startup_32 left empty.\n
echo \n
echo `pt` walks down to an address, and shows each entry on the way:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor pt output\n
monitor pt output
echo \n
echo The walk ends at the second table. Nobody has mapped this place, and nobody will before the\n
echo first byte is written there.\n
echo \n
echo The fault\n
echo ---------\n
echo \n
echo When a walk fails, the processor puts the address into cr2, changes to the gate's stack, and\n
echo pushes six words:\n
echo \n
echo \       exception_stack_end  +------------+\n
echo \                            | ss         |  +40\n
echo \                            | rsp        |  +32   where the interrupted code had its stack\n
echo \                            | rflags     |  +24\n
echo \                            | cs         |  +16\n
echo \                            | rip        |  +8    the instruction that faulted: it will run again\n
echo \                   rsp ->   | error code |\n
echo \                            +------------+\n
echo \n
echo \       error code:   bit 4      bit 3        bit 2       bit 1     bit 0\n
echo \                     fetching   reserved     user        write     1: page present,\n
echo \                     code       bit set      mode        (0 read)     a right was missing\n
echo \                                                                   0: not present\n
echo \n
echo The stub is in ring 0 and writes the first unpacked byte to 0x11bc00000. Which error code\n
echo will the processor push?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Go through the five bits. The page is not there, so bit 0 is 0.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo It is a write, in ring 0, of data.\n
echo \n[Enter: the answer]\n
shell read _
# answer error-code 0x2
echo \nThe answer is:\n
monitor at . advance boot_page_fault; p/x u64[rsp]
echo \n
echo 0x2: a write to a page that is not present, by ring 0. cr2 is 0x11bc00000.\n
echo \n
echo Run up to the handler's first instruction. Read cr2, the six words, and the two instructions\n
echo from where the fault came:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor advance boot_page_fault\n
monitor advance boot_page_fault
echo (gdb) p/x $cr2\n
p/x $cr2
echo (gdb) monitor x/6ga rsp\n
monitor x/6ga rsp
echo (gdb) monitor dis u64[rsp + 8] 2\n
monitor dis u64[rsp + 8] 2
echo \n
echo It was interrupted in zlib's innermost loop: a byte is stored, and the next instruction\n
echo reads something from below rsp. That is allowed to user programs: 128 bytes below rsp, the\n
echo red zone, belong to a function, and Debian's zlib was compiled for user programs. If the\n
echo processor pushed its six words right there, they would overwrite that data, and the unpacked\n
echo kernel would be wrong without any other sign. This is why the gate names another stack.\n
echo Linux compiles its own decompressors without a red zone (`-mno-red-zone`).\n
echo \n
echo The handler saves the registers and calls `do_boot_page_fault`. That refuses what mapping\n
echo cannot cure (more below), and else asks `kernel_add_identity_map` for the 2 MiB around cr2.\n
echo \n
echo How many new page-table pages does that take for 0x11bc00000?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Entry 0 of the first table leads to the second table, which exists. Entry 0x4 of the second\n
echo is empty.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The second table's entry must lead to a third table. An entry of the third table maps 2 MiB\n
echo itself.\n
echo \n[Enter: the answer]\n
shell read _
# answer new-tables 0x1
echo \nThe answer is:\n
monitor at . until u16[pc] == 0xcf48; p/x u64[sym(tables) + 16] / 4096 - 6
echo \n
echo One, a third table (PMD). Its 512 entries reach for 1 GiB.\n
echo \n
echo Run to the end of the handler, where `iretq` (bytes 48 cf, so 0xcf48 as a number) is next:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor until u16[pc] == 0xcf48\n
monitor until u16[pc] == 0xcf48
echo (gdb) monitor x/4gx sym(tables)\n
monitor x/4gx sym(tables)
echo (gdb) monitor pt cr2\n
monitor pt cr2
echo \n
echo Compare with the walk before. The entry of the second table leads to page 6 of the room, the\n
echo first free one, and entry `222` of the new table maps 2 MiB. Two steps more, the return and\n
echo the instruction that faulted:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) stepi\n
stepi
echo (gdb) monitor p/x rip\n
monitor p/x rip
echo (gdb) stepi\n
stepi
echo (gdb) monitor x/bx output\n
monitor x/bx output
echo \n
echo The same instruction has run a second time, and did not notice that there was a first. The\n
echo byte 0x7f is the first one of every ELF file.\n
echo \n
echo A page at a time\n
echo ----------------\n
echo \n
echo 10970480 bytes will be unpacked to 0x11bc00000, a multiple of 2 MiB, from the first byte to\n
echo the last. How many page faults will that take in all, this one included?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo One fault maps 2 MiB. The second fault comes when the writing crosses into the next 2 MiB.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Divide by 2097152 and round up.\n
echo \n[Enter: the answer]\n
shell read _
# answer how-many 0x6
echo \nThe answer is:\n
monitor p/x (marker.output_len + 2M - 1) / 2M
echo \n
echo 6: one for each 2 MiB that is written.\n
echo \n
echo Look at the second, then at the tables when all is unpacked:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor advance boot_page_fault\n
monitor advance boot_page_fault
echo (gdb) p/x $cr2\n
p/x $cr2
echo (gdb) monitor c decompressed\n
monitor c decompressed
echo (gdb) monitor pt diff identity-maps\n
monitor pt diff identity-maps
echo (gdb) monitor p u64[sym(tables) + 16] / 4096\n
monitor p u64[sym(tables) + 16] / 4096
echo \n
echo Between the two faults lie millions of instructions, and the table page of the first fault\n
echo has served all the others. A map that is made on demand costs what is used, not what could\n
echo be used: to map all of this machine's addressable memory in advance would take far more than\n
echo 32 pages.\n
echo \n
echo What must hold here:\n
echo \  paging is identity\n
echo \  paging maps output\n
echo \  expect cr3 == sym(_pgtable)\n
monitor expect cr3 == sym(_pgtable)
echo \  expect cr2 == output + (marker.output_len - 1) / 2M * 2M\n
monitor expect cr2 == output + (marker.output_len - 1) / 2M * 2M
echo \  payload is unpacked\n
echo \n
echo What the handler refuses\n
echo ------------------------\n
echo \n
echo A handler that mapped everything would hide mistakes: a wild pointer would get its memory,\n
echo too. So it stops the boot when bit 0, 2 or 3 of the error code is set: then something else\n
echo is wrong than a missing page. The stub has two reasons more: when no physical address can be\n
echo so high, and when nothing was missing after all, because the fault would come back for ever.\n
echo \n
echo Try the first: go back, take the fault again, and claim that the page was present.\n
echo `boot_stop` is where the stub ends a boot; its argument in rdi is the error, with the text\n
echo behind its first 8 bytes.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back location-chosen\n
monitor back location-chosen
echo (gdb) monitor advance boot_page_fault\n
monitor advance boot_page_fault
echo (gdb) monitor set u64[rsp] = u64[rsp] | 1\n
monitor set u64[rsp] = u64[rsp] | 1
echo (gdb) monitor advance boot_stop\n
monitor advance boot_stop
echo (gdb) monitor x/2s rdi + 8\n
monitor x/2s rdi + 8
echo \n
echo This is what a user would see on the screen: what happened, where, and with which address.\n
echo Linux prints the same facts in `do_pf_error`. When the kernel is ready, and before it jumps\n
echo there, Linux loads an empty IDT once more (`cleanup_exception_handling`): the handlers must\n
echo not outlive the decompressor. Our stub leaves its table loaded; the kernel brings its own in\n
echo either case.\n
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - The second IDT lies in the copy. Each gate leads to a handler; you have put the address of\n
echo \  one together from its pieces.\n
echo - `initialize_identity_maps` keeps the tables when cr3 is `_pgtable`, and builds new ones\n
echo \  there when it is not. For ranges that were mapped it used no page: six before, six after.\n
echo - A write above 4 GiB raised exception 14 with error code 2 and the address in cr2. `pt`\n
echo \  before and after showed the entry that was missing and the two that were made.\n
echo - `iretq` runs the same instruction again. The program above does not notice.\n
echo - One fault maps 2 MiB. The handler refuses faults that are not about a missing page.\n
echo \n
echo Where did the address above 4 GiB come from? The next lesson follows the choice.\n

# end 0x5c3cfc
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
