/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the scripted stub says by default: the forms of QEMU 7.2, shortened. */
#include "rsp_server.h"

const char server_root_xml[] =
    "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\">"
    "<target><architecture>i386:x86-64</architecture><xi:include href=\"core.xml\"/></target>";

#define REG(name, bits) "<reg name=\"" name "\" bitsize=\"" bits "\" type=\"int\"/>\n"
const char server_core_xml[] =
    "<?xml version='1.0'?>\n<!-- a comment with <reg name=\"no\" bitsize=\"8\"/> -->\n"
    "<feature name=\"org.gnu.gdb.i386.core\">\n"
    "<flags id=\"f\" size=\"4\"><field name=\"CF\" start=\"0\" end=\"0\"/></flags>\n"
    "<reg name=\"rax\" bitsize=\"64\" type=\"int64\" regnum=\"0\"/>\n" REG("rbx", "64")
        REG("rcx", "64") REG("rdx", "64") REG("rsi", "64") REG("rdi", "64") REG("rbp", "64")
            REG("rsp", "64") REG("r8", "64") REG("r9", "64") REG("r10", "64") REG("r11", "64")
                REG("r12", "64") REG("r13", "64") REG("r14", "64") REG("r15", "64") REG("rip", "64")
                    REG("eflags", "32") REG("cs", "32") REG("ss", "32") REG("ds", "32")
                        REG("es", "32") REG("fs", "32")
                            REG("gs", "32") "<!--reg name=\"cs_base\" bitsize=\"64\"/><reg "
                                            "name=\"ss_base\" bitsize=\"64\"/-->" REG("cr0", "64")
                                                REG("cr2", "64") REG("cr3", "64") REG("cr4", "64")
                                                    REG("cr8", "64")
                                                        REG("efer", "64") "</feature>\n";

const char server_monitor_registers[] =
    "\r\nCPU#0\r\nRAX=0000000000000001 RBX=0000000000000000\r\n"
    "RIP=0000000000100000 RFL=00000002 [-------] CPL=0 II=0 A20=1 SMM=0 HLT=0\r\n"
    "ES =0018 0000000000000000 ffffffff 00cf9300 DPL=0 DS   [-WA]\r\n"
    "CS =0010 0000000000000000 ffffffff 00af9b00 DPL=0 CS64 [-RA]\r\n"
    "SS =0018 0000000000000000 ffffffff 00cf9300 DPL=0 DS   [-WA]\r\n"
    "DS =0018 0000000000000000 ffffffff 00cf9300 DPL=0 DS   [-WA]\r\n"
    "FS =0018 0000000000000000 ffffffff 00cf9300 DPL=0 DS   [-WA]\r\n"
    "GS =0018 0000000000000000 ffffffff 00cf9300 DPL=0 DS   [-WA]\r\n"
    "LDT=0000 0000000000000000 0000ffff 00008200 DPL=0 LDT\r\n"
    "TR =0020 0000000000000000 00000fff 00808b00 DPL=0 TSS64-busy\r\n"
    "GDT=     0000000000101030 0000002f\r\nIDT=     0000000000102040 000001ff\r\n"
    "CR0=80000011 CR2=0000000000000000 CR3=0000000000103000 CR4=000000a0\r\n"
    "EFER=0000000000000500\r\n";

const char server_monitor_mtree[] =
    "FlatView #0\r\n AS \"I/O\", root: io\r\n Root memory region: io\r\n"
    "  0000000000000000-000000000000ffff (prio 0, i/o): io\r\n\r\n"
    "FlatView #1\r\n AS \"memory\", root: system\r\n AS \"cpu-memory-0\", root: system\r\n"
    " Root memory region: system\r\n"
    "  0000000000000000-0000000000005fff (prio 0, ram): pc.ram\r\n"
    "  0000000000006000-0000000000006fff (prio 1, rom): pc.rom\r\n"
    "  0000000000007000-0000000000007fff (prio 0, ram): pc.ram @0000000000007000\r\n"
    "  00000000fec00000-00000000fec00fff (prio 0, i/o): ioapic\r\n\r\n";
