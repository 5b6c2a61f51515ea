/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The processor's own numbers: register bits, descriptors, page-table entries, exception vectors,
 * and the frame that the exception entries build. Names are the kernel's. Intel SDM volume 3 is
 * where they come from (2.5 control registers, 4.5 paging, 3.4.5 descriptors, 6.15 exceptions).
 *
 * Usable from assembler and C: X86_UL adds the suffix that C wants and the assembler refuses.
 */
#ifndef BOOTSCOPE_ABI_X86_H
#define BOOTSCOPE_ABI_X86_H

#ifdef __ASSEMBLER__
#define X86_UL(value) value
#else
#include <stdint.h>
#define X86_UL(value) value##UL
#endif
#define X86_BIT(n) (X86_UL(1) << (n))

/* CR0 */
#define X86_CR0_PE X86_BIT(0)  /* protected mode */
#define X86_CR0_MP X86_BIT(1)  /* wait instructions heed TS */
#define X86_CR0_EM X86_BIT(2)  /* no coprocessor: x87 traps, SSE is undefined opcode */
#define X86_CR0_TS X86_BIT(3)  /* task switched: first x87 use traps */
#define X86_CR0_ET X86_BIT(4)  /* reads as 1 */
#define X86_CR0_NE X86_BIT(5)  /* x87 errors raise #MF, not IRQ 13 */
#define X86_CR0_WP X86_BIT(16) /* ring 0 honours read-only pages */
#define X86_CR0_AM X86_BIT(18) /* alignment checks */
#define X86_CR0_NW X86_BIT(29) /* not write-through */
#define X86_CR0_CD X86_BIT(30) /* caches off */
#define X86_CR0_PG X86_BIT(31) /* paging */

/* CR3: bits 11..0 are flags, or the PCID; the rest is the physical address of the top table. */
#define X86_CR3_PWT       X86_BIT(3)
#define X86_CR3_PCD       X86_BIT(4)
#define X86_CR3_ADDR_MASK X86_UL(0x000ffffffffff000)

/* CR4 */
#define X86_CR4_VME        X86_BIT(0)
#define X86_CR4_PVI        X86_BIT(1)
#define X86_CR4_TSD        X86_BIT(2)
#define X86_CR4_DE         X86_BIT(3)
#define X86_CR4_PSE        X86_BIT(4) /* 4 MiB pages, 32-bit paging only */
#define X86_CR4_PAE        X86_BIT(5) /* 64-bit entries; long mode demands it */
#define X86_CR4_MCE        X86_BIT(6)
#define X86_CR4_PGE        X86_BIT(7) /* global pages outlive a cr3 load */
#define X86_CR4_PCE        X86_BIT(8)
#define X86_CR4_OSFXSR     X86_BIT(9)  /* fxsave; without it SSE is an undefined opcode */
#define X86_CR4_OSXMMEXCPT X86_BIT(10) /* SSE errors raise #XM */
#define X86_CR4_UMIP       X86_BIT(11)
#define X86_CR4_LA57       X86_BIT(12) /* 5-level paging; cannot change while paging is on */
#define X86_CR4_VMXE       X86_BIT(13)
#define X86_CR4_SMXE       X86_BIT(14)
#define X86_CR4_FSGSBASE   X86_BIT(16)
#define X86_CR4_PCIDE      X86_BIT(17)
#define X86_CR4_OSXSAVE    X86_BIT(18)
#define X86_CR4_SMEP       X86_BIT(20)
#define X86_CR4_SMAP       X86_BIT(21)
#define X86_CR4_PKE        X86_BIT(22)
#define X86_CR4_CET        X86_BIT(23)

/* RFLAGS */
#define X86_EFLAGS_CF    X86_BIT(0)
#define X86_EFLAGS_FIXED X86_BIT(1)
#define X86_EFLAGS_PF    X86_BIT(2)
#define X86_EFLAGS_AF    X86_BIT(4)
#define X86_EFLAGS_ZF    X86_BIT(6)
#define X86_EFLAGS_SF    X86_BIT(7)
#define X86_EFLAGS_TF    X86_BIT(8)
#define X86_EFLAGS_IF    X86_BIT(9)
#define X86_EFLAGS_DF    X86_BIT(10)
#define X86_EFLAGS_OF    X86_BIT(11)
#define X86_EFLAGS_IOPL  X86_UL(0x3000)
#define X86_EFLAGS_NT    X86_BIT(14)
#define X86_EFLAGS_RF    X86_BIT(16)
#define X86_EFLAGS_VM    X86_BIT(17)
#define X86_EFLAGS_AC    X86_BIT(18)
#define X86_EFLAGS_ID    X86_BIT(21)

/* Model-specific registers, and the bits of EFER */
#define MSR_EFER           0xc0000080
#define MSR_FS_BASE        0xc0000100
#define MSR_GS_BASE        0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102

#define EFER_SCE  X86_BIT(0)  /* syscall */
#define EFER_LME  X86_BIT(8)  /* long mode wanted: it starts when paging does */
#define EFER_LMA  X86_BIT(10) /* long mode active (read only) */
#define EFER_NX   X86_BIT(11) /* bit 63 of an entry means no-execute */
#define EFER_SVME X86_BIT(12)

/* The same as bit numbers, for bt, bts and btr. */
#define X86_CR0_PG_BIT   31
#define X86_CR4_LA57_BIT 12
#define EFER_LME_BIT     8

/* CPUID */
#define CPUID_1_ECX_RDRAND     X86_BIT(30)
#define CPUID_1_EDX_FPU        X86_BIT(0)
#define CPUID_1_EDX_PSE        X86_BIT(3)
#define CPUID_1_EDX_TSC        X86_BIT(4)
#define CPUID_1_EDX_MSR        X86_BIT(5)
#define CPUID_1_EDX_PAE        X86_BIT(6)
#define CPUID_1_EDX_CX8        X86_BIT(8)
#define CPUID_1_EDX_PGE        X86_BIT(13)
#define CPUID_1_EDX_CMOV       X86_BIT(15)
#define CPUID_1_EDX_FXSR       X86_BIT(24)
#define CPUID_1_EDX_SSE        X86_BIT(25)
#define CPUID_1_EDX_SSE2       X86_BIT(26)
#define CPUID_7_ECX_LA57       X86_BIT(16)
#define CPUID_80000001_EDX_NX  X86_BIT(20)
#define CPUID_80000001_EDX_GBP X86_BIT(26) /* 1 GiB pages */
#define CPUID_80000001_EDX_LM  X86_BIT(29) /* long mode */

/*
 * Selectors. Setup's GDT and the stub's agree on data and TSS; slot 0x10 is flat 32-bit code in
 * setup's and 64-bit code in the stub's, which keeps its 32-bit code at 0x08.
 */
#define __BOOT_CS     0x10
#define __BOOT_DS     0x18
#define __BOOT_TSS    0x20
#define __KERNEL32_CS 0x08
#define __KERNEL_CS   0x10
#define __KERNEL_DS   0x18

/*
 * Segment descriptors.
 *
 *   63     56 55  52 51  48 47      40 39            16 15           0
 *  +---------+------+------+----------+----------------+--------------+
 *  | base 31 | GDL0 | lim  |  access  |  base 23..0    |  limit 15..0 |
 *  |   ..24  |      |19..16| P dpl S T|                |              |
 *  +---------+------+------+----------+----------------+--------------+
 *
 * All of ours have base 0 and, where a limit counts, 4 GiB.
 */
#define GDT_ENTRY_CODE32 X86_UL(0x00cf9b000000ffff) /* execute, read; D: 32-bit */
#define GDT_ENTRY_CODE64 X86_UL(0x00af9b000000ffff) /* execute, read; L: 64-bit */
#define GDT_ENTRY_DATA   X86_UL(0x00cf93000000ffff) /* read, write */
#define GDT_ENTRY_TSS    X86_UL(0x0080890000000000) /* available TSS, empty: Intel VT wants one */

/* Interrupt gates (64-bit: 16 bytes) */
#define IDT_ENTRIES        256
#define IDT_ENTRY_SIZE     16
#define IDT_GATE_INTERRUPT 0x8e /* present, ring 0, interrupt gate */

/*
 * The task-state segment of long mode: all that is left of it are addresses of stacks. A gate whose
 * ist field is n makes the processor take stack n for that exception.
 */
#define TSS_SIZE           104
#define TSS_IST(n)         (36 + 8 * ((n)-1))
#define TSS_AVAILABLE      0x89 /* present, not busy */
#define BOOT_IST_EXCEPTION 1
#define BOOT_IST_NMI       2

/* Exception vectors */
#define X86_TRAP_DE           0  /* divide error */
#define X86_TRAP_DB           1  /* debug */
#define X86_TRAP_NMI          2  /* non-maskable interrupt */
#define X86_TRAP_BP           3  /* breakpoint */
#define X86_TRAP_OF           4  /* overflow */
#define X86_TRAP_BR           5  /* bound range */
#define X86_TRAP_UD           6  /* undefined opcode */
#define X86_TRAP_NM           7  /* no coprocessor */
#define X86_TRAP_DF           8  /* double fault; error code 0 */
#define X86_TRAP_TS           10 /* bad TSS; error code */
#define X86_TRAP_NP           11 /* segment not present; error code */
#define X86_TRAP_SS           12 /* stack segment; error code */
#define X86_TRAP_GP           13 /* general protection; error code */
#define X86_TRAP_PF           14 /* page fault; error code, address in cr2 */
#define X86_TRAP_MF           16 /* x87 error */
#define X86_TRAP_AC           17 /* alignment check; error code */
#define X86_TRAP_MC           18 /* machine check */
#define X86_TRAP_XF           19 /* SSE error */
#define X86_TRAP_VE           20 /* virtualization */
#define X86_TRAP_CP           21 /* control protection; error code */
#define X86_TRAP_VC           29 /* VMM communication; error code */
#define X86_TRAP_SX           30 /* security; error code */
#define X86_EXCEPTION_VECTORS 32

/* Bits of a page fault's error code */
#define X86_PF_PROT  X86_BIT(0) /* the page was present: a right was missing */
#define X86_PF_WRITE X86_BIT(1)
#define X86_PF_USER  X86_BIT(2)
#define X86_PF_RSVD  X86_BIT(3) /* a reserved bit was set in an entry */
#define X86_PF_INSTR X86_BIT(4)

/*
 * Page-table entries, all levels.
 *
 *   63 62    52 51                  12 11  9 8 7 6 5 4 3 2 1 0
 *  +--+--------+----------------------+-----+-+-+-+-+-+-+-+-+-+
 *  |NX| ignored|  physical address    |avail|G|S|D|A|C|W|U|W|P|
 *  +--+--------+----------------------+-----+-+-+-+-+-+-+-+-+-+
 *                                            PS     PCD PWT RW
 */
#define _PAGE_PRESENT  X86_BIT(0)
#define _PAGE_RW       X86_BIT(1)
#define _PAGE_USER     X86_BIT(2)
#define _PAGE_PWT      X86_BIT(3)
#define _PAGE_PCD      X86_BIT(4)
#define _PAGE_ACCESSED X86_BIT(5)
#define _PAGE_DIRTY    X86_BIT(6)
#define _PAGE_PSE      X86_BIT(7) /* this entry maps a page: 2 MiB in a PMD, 1 GiB in a PUD */
#define _PAGE_GLOBAL   X86_BIT(8)
#define _PAGE_NX       X86_BIT(63)

#define _PAGE_TABLE   (_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY)
#define PTE_ADDR_MASK X86_UL(0x000ffffffffff000)

#define PAGE_SHIFT    12
#define PMD_SHIFT     21
#define PUD_SHIFT     30
#define PGDIR_SHIFT   39 /* 4 levels */
#define P4D_SHIFT     39
#define PGD5_SHIFT    48 /* 5 levels */
#define PTRS_PER_PAGE 512

#define PAGE_SIZE X86_BIT(PAGE_SHIFT)
#define PMD_SIZE  X86_BIT(PMD_SHIFT)
#define PUD_SIZE  X86_BIT(PUD_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PMD_MASK  (~(PMD_SIZE - 1))
#define PUD_MASK  (~(PUD_SIZE - 1))

/* Offsets into struct pt_regs, for the entries that build one. */
#define PT_REGS_ORIG_AX 120
#define PT_REGS_RIP     128
#define PT_REGS_SIZE    168

#ifndef __ASSEMBLER__
/*
 * What an exception entry leaves on the stack, lowest address first: the registers it pushed, then
 * orig_ax (the error code, or 0), then what the processor pushed. 168 bytes.
 */
struct pt_regs {
    uint64_t r15, r14, r13, r12, bp, bx;
    uint64_t r11, r10, r9, r8, ax, cx, dx, si, di;
    uint64_t orig_ax;
    uint64_t ip, cs, flags, sp, ss;
};
_Static_assert(__builtin_offsetof(struct pt_regs, orig_ax) == PT_REGS_ORIG_AX, "orig_ax");
_Static_assert(__builtin_offsetof(struct pt_regs, ip) == PT_REGS_RIP, "ip");
_Static_assert(sizeof(struct pt_regs) == PT_REGS_SIZE, "pt_regs");

/* An interrupt gate of long mode. */
struct idt_gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t ist;
    uint8_t type;
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
};
_Static_assert(sizeof(struct idt_gate) == IDT_ENTRY_SIZE, "idt_gate");

/* What lgdt, lidt, sgdt and sidt read and write in long mode. */
struct __attribute__((packed)) descriptor_pointer {
    uint16_t limit;
    uint64_t base;
};
#endif

#endif
