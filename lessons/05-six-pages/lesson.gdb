# 5. Six pages map four gigabytes
#
# Made from lesson.md by make lessons-update: change that. In the project's folder, after make:
#
#     gdb -q -x lessons/05-six-pages/lesson.gdb
#
# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by monitor
# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.
set pagination off
set confirm off
set width 0
source gdbinit/gateway.gdb
target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/teaching.bzImage --append 'quiet nokaslr'

echo Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit leaves gdb.\n\n
echo 5. Six pages map four gigabytes\n
echo \n
echo 64-bit code runs only while paging is on. So before `startup_32` can leave 32-bit mode,\n
echo there must be page tables in memory, and they must be right: the first instruction after the\n
echo switch is fetched through them. This lesson says what a page table is and reads the six\n
echo pages that the stub writes. You should know lesson 4 (`ebp` is the load address) and be at\n
echo ease with hexadecimal and binary numbers.\n
echo \n
echo Why a table\n
echo -----------\n
echo \n
echo Until now an address was simple. The number in a register, with the base of a flat segment\n
echo added, which is 0, was the number that went to the memory. There was one address for one\n
echo byte. With paging there are two: the virtual address, which instructions use, and the\n
echo physical address, which the memory sees. In between stands a table that the processor looks\n
echo into at every access.\n
echo \n
echo The table works in pages: pieces of 4096 bytes (4 KiB) that begin at a multiple of 4096.\n
echo Within a page nothing is translated. So an address of which the low 12 bits are `0x123` goes\n
echo to a byte whose address ends in `0x123`, too; only the number of the page changes.\n
echo \n
echo How large must the table be? Long mode has virtual addresses of 48 bits, and each entry of a\n
echo table takes 8 bytes.\n
echo \n
echo Suppose that there was one flat table: an array with an 8-byte entry for each 4 KiB page of\n
echo a 48-bit address space. How many bytes would that array take? (You may type a number with\n
echo `K`, `M` or `G`.)\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo How many pages are there? 48 bits of address, of which 12 count bytes within a page.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 2 to the power of 36 pages, with 8 = 2 to the power of 3 bytes each.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo 2 to the power of 39. And 2 to the power of 30 is 1G.\n
echo \n[Enter: the answer]\n
shell read _
# answer flat 0x8000000000
echo \nThe answer is:\n
monitor at load-address-known p/x (1 << 48) / 4K * 8
echo \n
echo 512 GiB, for a machine that may have 512 MiB. Hence nobody uses a flat table.\n
echo \n
echo Look at the guest before any of this exists.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c load-address-known\n
monitor c load-address-known
echo (gdb) p/x (unsigned long)$cr0 >> 31UL\n
p/x (unsigned long)$cr0 >> 31UL
echo (gdb) p/x $cr3\n
p/x $cr3
echo \n
echo `cr0` and `cr3` are control registers: they say how the processor works. `CR0.PG`, bit 31 of\n
echo `cr0`, is 0, so paging is off. `cr3`, where the address of the tables will be, is 0.\n
echo \n
echo The walk\n
echo --------\n
echo \n
echo Nearly all of the 2^36 entries would say "nothing here". So the table is cut into pieces,\n
echo and only pieces with something in them exist. A tree does that. Each node of the tree is\n
echo itself one page: 4096 bytes, which is 512 entries of 8 bytes. To choose one of 512 takes 9\n
echo bits. Four levels take 36 bits, and with the 12 bits within a page that makes 48:\n
echo \n
echo \      63         48 47       39 38       30 29       21 20       12 11            0\n
echo \     +-------------+-----------+-----------+-----------+-----------+---------------+\n
echo \     | copies of   |   PML4    |   PDPT    |    PD     |    PT     |    offset     |\n
echo \     | bit 47      |   index   |   index   |   index   |   index   |  in the page  |\n
echo \     +-------------+-----------+-----------+-----------+-----------+---------------+\n
echo \                       9 bits      9 bits      9 bits      9 bits       12 bits\n
echo \n
echo \      cr3 --> PML4            PDPT             PD               PT              page\n
echo \             +------+        +------+        +------+         +------+        +------+\n
echo \             |      |   .--> |      |   .--> |      |    .--> |      |   .--> |      |\n
echo \             | [i] -+---'    | [j] -+---'    | [k] -+----'    | [l] -+---'    | byte |\n
echo \             |      |        |      |        |      |         |      |        |      |\n
echo \             +------+        +------+        +------+         +------+        +------+\n
echo \n
echo The names are the manual's: page map level 4, page directory pointer table, page directory,\n
echo page table. (Linux says PGD, PUD, PMD and PTE for the same four, and has one more, P4D, for\n
echo processors with five levels.) One entry of one page of each level is used for an address:\n
echo this is the walk. `cr3` holds the physical address of the first page; each entry holds the\n
echo physical address of the next. They must be physical, or a walk would be needed in the middle\n
echo of the walk.\n
echo \n
echo Cut one address by hand, 0x40201123. To get at an index, shift the bits below it away and\n
echo keep nine.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) p/x (0x40201123UL >> 39UL) & 511UL\n
p/x (0x40201123UL >> 39UL) & 511UL
echo (gdb) p/x (0x40201123UL >> 30UL) & 511UL\n
p/x (0x40201123UL >> 30UL) & 511UL
echo (gdb) p/x (0x40201123UL >> 21UL) & 511UL\n
p/x (0x40201123UL >> 21UL) & 511UL
echo (gdb) p/x (0x40201123UL >> 12UL) & 511UL\n
p/x (0x40201123UL >> 12UL) & 511UL
echo (gdb) p/x 0x40201123UL & 0xfffUL\n
p/x 0x40201123UL & 0xfffUL
echo \n
echo So the walk takes entry 0 of the PML4, entry 1 of a PDPT, entry 1 of a PD and entry 1 of a\n
echo PT, and ends at byte 0x123 of a page.\n
echo \n
echo An entry\n
echo --------\n
echo \n
echo An entry, at all levels, is made like this:\n
echo \n
echo \      63  62       52 51                           12 11  9  8  7  6  5  4   3   2  1  0\n
echo \     +--+------------+-------------------------------+-----+--+--+--+--+---+---+--+--+--+\n
echo \     |NX|  ignored   | address of table or page      | free| G|PS| D| A|PCD|PWT|US|RW| P|\n
echo \     +--+------------+-------------------------------+-----+--+--+--+--+---+---+--+--+--+\n
echo \n
echo A page begins at a multiple of 4096, so the low 12 bits of its address are 0 and need not be\n
echo stored. They hold flags instead:\n
echo \n
echo flag  value           means\n
echo ----  --------------  ----------------------------------------------------------------------\n
echo P     `0x1`           present. If it is 0, the walk ends here: a page fault\n
echo RW    `0x2`           writing is allowed\n
echo US    `0x4`           user programs may use it, too\n
echo A, D  `0x20`, `0x40`  accessed, dirty (written): the processor sets these when it has used\n
echo \                      the entry\n
echo PS    `0x80`          the walk ends here, with a large page\n
echo G     `0x100`         global: the translation may stay in the processor's cache when `cr3`\n
echo \                      is loaded anew (once CR4.PGE, bit 7 of `cr4`, is set)\n
echo \n
echo PWT and PCD are about caching, and NX forbids execution. None of the three is used here.\n
echo \n
echo PS is what makes our tables small. If it is set in an entry of a PD, then that entry does\n
echo not name a PT but a page, and the 9 bits that would have been an index of the PT belong to\n
echo the offset. The offset has 9 + 12 = 21 bits then, and the page has 2 MiB. Every processor\n
echo that has long mode has such pages.\n
echo \n
echo With 2 MiB pages, which entry of its page directory translates the address 0x1893abc? (Its\n
echo PML4 and PDPT indexes are both 0.)\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The index of the PD is in bits 21 to 29. What is below are 21 bits of offset.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo How many times does 2 MiB, which is 0x200000, fit into 0x1893abc?\n
echo \n[Enter: the answer]\n
shell read _
# answer directory 0xc
echo \nThe answer is:\n
monitor at early-page-tables p/x (0x1893abc >> 21) & 511
echo \n
echo Entry 12: it maps from 0x1800000 on. The offset in that page is 0x93abc.\n
echo \n
echo Now count. 4 GiB are 2048 pages of 2 MiB, so 2048 entries, so 4 page directories. The four\n
echo need four entries to be found by: one PDPT. The PDPT needs one entry in a PML4. That is 1 +\n
echo 1 + 4 = 6 pages, or 24 KiB.\n
echo \n
echo And without PS: if all of the 4 GiB were mapped with pages of 4 KiB, how many pages would\n
echo the tables take altogether?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Each entry of a PD would name a PT, and that PT has 512 entries for 4 KiB pages: 2 MiB\n
echo again.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo One PT for each of the 2048 entries of the page directories. And the upper levels stay.\n
echo \n[Enter: the answer]\n
shell read _
# answer small 0x806
echo \nThe answer is:\n
monitor at early-page-tables p/x 4G / 2M + marker.pages
echo \n
echo 2048 + 4 + 1 + 1 = 2054 pages, 8 MiB. The stub writes 6. It must do so early, in little\n
echo memory, without any allocator; hence large pages.\n
echo \n
echo What the stub writes\n
echo --------------------\n
echo \n
echo `build_early_page_tables` (in `stub/head_32.S`) gets the address for the tables in `edi`. It\n
echo clears six pages and then fills them with three pieces of code. The first writes one entry,\n
echo the second is a loop of 4, and the third a loop of 2048:\n
echo \n
echo \       leal  (0x1000 + _PAGE_PRESENT + _PAGE_RW)(%edi), %eax      PML4[0]: the next page, flags 3\n
echo \       leal  (0x2000 + _PAGE_PRESENT + _PAGE_RW)(%edi), %eax      PDPT[0]: the page after that\n
echo \       addl  $PAGE_SIZE, %eax                                     PDPT[1]: one page further ...\n
echo \       movl  $(_PAGE_PRESENT | _PAGE_RW | _PAGE_PSE | _PAGE_GLOBAL), %eax      PD[0]: 0x183\n
echo \       addl  $PMD_SIZE, %eax                                      PD[1]: 2 MiB further ...\n
echo \n
echo Address and flags are simply added: the low 12 bits of the address are 0, so nothing can\n
echo collide. An entry has 8 bytes, but the code is 32-bit and writes only the low half. The\n
echo upper half stays as the clearing left it, which is right for everything below 4 GiB.\n
echo \n
echo Look at the result: two entries of the PML4, and three of the PDPT, which is the page behind\n
echo it. (`g` is 8 bytes.)\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c early-page-tables\n
monitor c early-page-tables
echo (gdb) p/x $cr3\n
p/x $cr3
echo (gdb) monitor xp/2gx cr3\n
monitor xp/2gx cr3
echo (gdb) monitor xp/3gx cr3 + 0x1000\n
monitor xp/3gx cr3 + 0x1000
echo \n
echo PML4[0] is the address of the page behind the PML4, plus 3. PML4[1] is empty. Of the PDPT\n
echo you see the first three entries.\n
echo \n
echo What does PDPT[3], the fourth entry, hold? It lies at 0x1acd018.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo It names the page directory of the fourth gigabyte. The four directories lie one behind the\n
echo other.\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo PDPT[2] is 0x1ad0003. Each directory has 0x1000 bytes.\n
echo \n[Enter: the answer]\n
shell read _
# answer third 0x1ad1003
echo \nThe answer is:\n
monitor p/x phys64[cr3 + 0x1018]
echo \n
echo 0x1ad1003: the sixth page of the tables, present and writable.\n
echo \n
echo Here it is, and with it the first three and the last of the entries that map pages.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor xp/gx cr3 + 0x1018\n
monitor xp/gx cr3 + 0x1018
echo (gdb) monitor xp/3gx cr3 + 0x2000\n
monitor xp/3gx cr3 + 0x2000
echo (gdb) monitor xp/gx cr3 + 0x5ff8\n
monitor xp/gx cr3 + 0x5ff8
echo \n
echo The lowest entries: page 0 with flags `0x183`, then `0x200183`, and so on, up to\n
echo `0xffe00183` in the last entry of the last directory. `0x183` is P, RW, PS and G.\n
echo \n
echo `pt` walks for you, and draws the address as the processor cuts it. This is the address of\n
echo which you found the index:\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor pt 0x1893abc\n
monitor pt 0x1893abc
echo \n
echo Linux has the same three pieces of code in `arch/x86/boot/compressed/head_64.S`, in the\n
echo middle of `startup_32`, with the same layout of six pages (`BOOT_INIT_PGT_SIZE`). There the\n
echo upper two levels have `0x7` instead of 3: US is set, too. It does no harm, because the\n
echo entries of the directories, `0x183`, do not have it, and a right must be given at every\n
echo level. In a guest with AMD's memory encryption Linux also adds the encryption bit to each\n
echo entry. Our stub leaves that out.\n
echo \n
echo Identity\n
echo --------\n
echo \n
echo Look at the last line that `pt` printed: `0x1893abc` is mapped to `0x1893abc`. That holds\n
echo for every address below 4 GiB: virtual and physical are the same. It is called an identity\n
echo mapping, and seems to be a waste: a table that changes nothing.\n
echo \n
echo The reason is the one instruction that switches paging on. Before it, `eip` is a physical\n
echo address. After it, the same number in `eip` is a virtual address. The processor does not\n
echo jump; it adds the length of the instruction and fetches the next one. Only if both numbers\n
echo mean the same byte does the program go on. The same is true for `esp`, for `ebp`, and for\n
echo each pointer that is in a register or in memory.\n
echo \n
echo Why all 4 GiB, then, and not just the page with that instruction? Because 32-bit code cannot\n
echo reach anything else. The image, the place for its copy, `boot_params`, the command line and\n
echo the tables themselves all lie below 4 GiB, wherever a boot loader has put them. Six pages\n
echo are enough for all of them, and no question about the memory map has to be asked.\n
echo \n
echo Take this away: go to the instruction that switches paging on, and clear PD[0], so that the\n
echo first 2 MiB are not mapped. The code runs at 0x10015d. What happens when the instruction is\n
echo executed?\n
echo \ \ 1\ \ 
echo Nothing: the code is running already, and the tables are asked only for data\n
echo \ \ 2\ \ 
echo The processor checks the tables first and leaves paging off\n
echo \ \ 3\ \ 
echo Paging is on after it, and the next instruction cannot be fetched\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Are instructions read from memory like data? By which kind of address?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo The write to `cr0` is one instruction with one effect: bit 31. Whoever reads memory next\n
echo goes through the tables.\n
echo \n[Enter: the answer]\n
shell read _
# answer gap 0x3
echo \nThe answer is 3: of the choices it holds (1), and no other (0).\n
echo choice 1:\n
monitor at early-page-tables until u16[pc] == 0x220f; set phys64[cr3 + 0x2000] = 0; si; p/d (phys64[cr3 + 0x2000] & 1) != 0
echo choice 2:\n
monitor at early-page-tables until u16[pc] == 0x220f; set phys64[cr3 + 0x2000] = 0; si; p/d ((cr0 >> 31) == 0) != 0
echo choice 3:\n
monitor at early-page-tables until u16[pc] == 0x220f; set phys64[cr3 + 0x2000] = 0; si; p/d ((cr0 >> 31) == 1 and (phys64[cr3 + 0x2000] & 1) == 0) != 0
echo \n
echo `cr0` is 0x80000011, so paging is on, and `eip` is 0x100188: the processor is past the\n
echo instruction. PD[0], through which the next one must be fetched, is 0x0.\n
echo \n
echo Do it. `until` steps until a condition holds, here: until the next instruction begins with\n
echo the bytes `0f 22`, which is a write to a control register. Then `set` clears the entry.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor until u16[pc] == 0x220f\n
monitor until u16[pc] == 0x220f
echo (gdb) monitor set phys64[cr3 + 0x2000] = 0\n
monitor set phys64[cr3 + 0x2000] = 0
echo (gdb) monitor si\n
monitor si
echo \n
echo Now the instruction behind it. The report says much; what counts is behind `because`.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor si\n
monitor si
echo \n
echo A page fault: present bit 0, in PD[0]. Its handler should be found through the IDT, but\n
echo there is none, so it ends in a triple fault (lesson 3): a real machine resets, with nothing\n
echo on the screen. This is why so much of boot code is about the order of things.\n
echo \n
echo Going back takes the write back, too. Then come assertions about all that the tables map.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor back early-page-tables\n
monitor back early-page-tables
echo \n
echo What must hold here:\n
echo \  paging is off\n
echo \  paging maps [0, 4G) identity rwx\n
echo \  paging does not map 4G\n
echo \  expect (cr4 >> 5) & 1\n
monitor expect (cr4 >> 5) & 1
echo \  expect cr3 == $ebx + sym(_pgtable) - load\n
monitor expect cr3 == $ebx + sym(_pgtable) - load
echo \n
echo PAE, cr3, and who has used the tables\n
echo -------------------------------------\n
echo \n
echo Two of these assertions need a word. Bit 5 of `cr4` is PAE, physical address extension.\n
echo Without it, entries have 4 bytes, as on the 80386, and there are two levels. With it they\n
echo have 8, as in all that you saw. Long mode demands it. The stub sets it shortly before it\n
echo builds the tables, and clears LA57, bit 12, the switch for a fifth level.\n
echo \n
echo The last one says where the tables are: not in the loaded image, but where `.pgtable` of its\n
echo copy is going to be. The copy does not exist yet; `ebx` holds the address for it, and lesson\n
echo 7 shows how that is computed. The tables must survive what follows. The image as loaded may\n
echo be overwritten; the tables will not be. And since `.pgtable` lies behind everything that is\n
echo copied, the copying does not touch them.\n
echo \n
echo Overviews of Linux's boot often say that the boot loader enables PAE and builds a page table\n
echo of 4 GiB. It is not the boot loader, but the decompressor, the code in front of the kernel.\n
echo GRUB or QEMU need not know about it.\n
echo \n
echo Finally, a proof that the processor really walked: flag A in each entry that it has used,\n
echo and D in the entry of a page that it has written to. After the switch:\n
echo \n
echo At startup-64 paging has been on for some hundred instructions, all of them at 1 MiB, and\n
echo they wrote to `boot_params` at 0x11050. PD[0] was written as 0x183. What does it hold then?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo Both the code and `boot_params` lie in the first 2 MiB. Which two flags does the processor\n
echo set by itself?\n
echo \n[Enter: a hint]\n
shell read _
echo \n
echo A is 0x20 and D is 0x40. Add them to 0x183.\n
echo \n[Enter: the answer]\n
shell read _
# answer tracks 0x1e3
echo \nThe answer is:\n
monitor at startup-64 p/x phys64[cr3 + 0x2000]
echo \n
echo 0x1e3: 0x183 with A (0x20) and D (0x40).\n
echo \n
echo Here are the entries of all three levels, after the switch.\n
echo \n[Enter: run]\n
shell read _
echo (gdb) monitor c startup-64\n
monitor c startup-64
echo (gdb) monitor xp/gx cr3\n
monitor xp/gx cr3
echo (gdb) monitor xp/2gx cr3 + 0x1000\n
monitor xp/2gx cr3 + 0x1000
echo (gdb) monitor xp/3gx cr3 + 0x2000\n
monitor xp/3gx cr3 + 0x2000
echo \n
echo PML4[0] and PDPT[0] have got A. PDPT[1] has not: nothing above 1 GiB was touched. PD[1], for\n
echo the memory from 2 MiB on, was read and not written: the GDT lies there, and the stack with\n
echo the words that the far return took.\n
echo \n
echo What you know now\n
echo -----------------\n
echo \n
echo - A page table is a tree of 4 KiB pages with 512 entries each. Nine bits of the address\n
echo \  choose the entry at each level. You followed `pt` through one address.\n
echo - PS ends the walk one level early and makes a page of 2 MiB. Hence six pages are enough for\n
echo \  4 GiB: 1 PML4, 1 PDPT, 4 PDs. You read their first and last entries.\n
echo - An entry is an address plus flags. `0x183` is present, writable, large, global.\n
echo - Identity means that virtual and physical address are equal. Without it, the instruction\n
echo \  behind the switch cannot be fetched: you tried, and the processor gave up.\n
echo - PAE comes before the tables are used, and `cr3` names them by a physical address.\n
echo - The processor marks what it used. You saw A and D appear in entries that the stub had\n
echo \  written without.\n
echo \n
echo The tables are ready, and paging is still off. The next lesson switches it on, and with it\n
echo long mode.\n

# end 0x56f59e
echo \n
echo That was the lesson. The guest is yours; quit ends it.\n
