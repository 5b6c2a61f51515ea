/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "paging.h"

#include <stdio.h>
#include <string.h>

#include "guest.h"
#include "x86.h"

/* Bits low..high, both included. */
#define BITS(low, high) (((UINT64_C(2) << ((high) - (low))) - 1) << (low))

#define ADDRESS_BITS      BITS(12, 51)
#define PAE_HIGH_RESERVED BITS(52, 62)
#define PDPTE_RESERVED    (BITS(1, 2) | BITS(5, 8) | BITS(52, 63))
#define PAE_PDPT_LEVEL    3
#define PAE_PDPT_ENTRIES  4
#define PAE_ROOT_BITS     BITS(5, 31)

struct paging paging_of(const struct registers *regs)
{
    struct paging paging = {
        .enabled = regs->cr0 & X86_CR0_PG,
        .no_execute = regs->efer & EFER_NX,
        .big_pages = regs->cr4 & X86_CR4_PSE,
    };
    bool long_mode = regs->efer & EFER_LME;

    if (!paging.enabled && (!(regs->cr4 & X86_CR4_PAE) || !(regs->cr3 & ADDRESS_BITS)))
        return paging;
    if (!(regs->cr4 & X86_CR4_PAE)) {
        paging.kind = PAGING_32BIT;
        paging.levels = 2;
        paging.root = phys(regs->cr3 & BITS(12, 31));
    } else if (paging.enabled && !long_mode) {
        paging.kind = PAGING_PAE;
        paging.levels = PAE_PDPT_LEVEL;
        paging.root = phys(regs->cr3 & PAE_ROOT_BITS);
    } else {
        bool five = regs->cr4 & X86_CR4_LA57;

        paging.kind = five ? PAGING_5LEVEL : PAGING_4LEVEL;
        paging.levels = five ? 5 : 4;
        paging.root = phys(regs->cr3 & ADDRESS_BITS);
    }
    return paging;
}

unsigned int paging_entries(const struct paging *paging, unsigned int level)
{
    if (paging->kind == PAGING_32BIT)
        return 1024;
    if (paging->kind == PAGING_PAE && level == PAE_PDPT_LEVEL)
        return PAE_PDPT_ENTRIES;
    return 512;
}

static size_t entry_bytes(const struct paging *paging)
{
    return paging->kind == PAGING_32BIT ? sizeof(uint32_t) : sizeof(uint64_t);
}

size_t paging_table_bytes(const struct paging *paging, unsigned int level)
{
    return paging_entries(paging, level) * entry_bytes(paging);
}

unsigned int paging_shift(const struct paging *paging, unsigned int level)
{
    unsigned int bits = paging->kind == PAGING_32BIT ? 10 : 9;

    return 12 + (level - 1) * bits;
}

unsigned int paging_index(const struct paging *paging, unsigned int level, uint64_t address)
{
    return (unsigned int)((address >> paging_shift(paging, level)) % paging_entries(paging, level));
}

uint64_t paging_canonical(const struct paging *paging, uint64_t address)
{
    unsigned int top;

    if (paging->kind == PAGING_32BIT || paging->kind == PAGING_PAE)
        return address & UINT32_MAX;
    top = paging_shift(paging, paging->levels) + 8;
    if (address >> top & 1)
        return address | ~BITS(0, top);
    return address & BITS(0, top);
}

const char *paging_level_name(unsigned int level)
{
    static const char *const names[PAGING_LEVELS_MAX + 1] = {"?",    "PT",   "PD",
                                                             "PDPT", "PML4", "PML5"};

    return names[level <= PAGING_LEVELS_MAX ? level : 0];
}

static const char *flags_with(unsigned int flags, const char *const names[4], char *out,
                              size_t size)
{
    snprintf(out, size, "r%c%c%s%s%s%s", flags & PAGE_WRITE ? 'w' : '-',
             flags & PAGE_EXEC ? 'x' : '-', flags & PAGE_USER ? names[0] : "",
             flags & PAGE_GLOBAL ? names[1] : "", flags & PAGE_PWT ? names[2] : "",
             flags & PAGE_PCD ? names[3] : "");
    return out;
}

const char *page_flags_text(unsigned int flags, char *out, size_t size)
{
    static const char *const words[4] = {" user", " global", " pwt", " pcd"};

    return flags_with(flags, words, out, size);
}

const char *page_flags_short(unsigned int flags, char *out, size_t size)
{
    static const char *const bits[4] = {" US", " G", " PWT", " PCD"};

    return flags_with(flags, bits, out, size);
}

const char *page_size_text(uint64_t size)
{
    switch (size) {
    case UINT64_C(1) << 12:
        return "4K";
    case UINT64_C(1) << 21:
        return "2M";
    case UINT64_C(1) << 22:
        return "4M";
    case UINT64_C(1) << 30:
        return "1G";
    }
    return "?";
}

/* Whether an entry at this level may map a page itself instead of leading to a table. */
static bool big_allowed(const struct paging *paging, unsigned int level)
{
    switch (paging->kind) {
    case PAGING_32BIT:
        return level == 2 && paging->big_pages;
    case PAGING_PAE:
        return level == 2;
    case PAGING_4LEVEL:
    case PAGING_5LEVEL:
        return level == 2 || level == 3;
    case PAGING_NONE:
        break;
    }
    return false;
}

static unsigned int entry_flags(const struct paging *paging, uint64_t raw)
{
    unsigned int flags = 0;

    if (raw & _PAGE_RW)
        flags |= PAGE_WRITE;
    if (raw & _PAGE_USER)
        flags |= PAGE_USER;
    if (raw & _PAGE_GLOBAL)
        flags |= PAGE_GLOBAL;
    if (raw & _PAGE_PWT)
        flags |= PAGE_PWT;
    if (raw & _PAGE_PCD)
        flags |= PAGE_PCD;
    if (!paging->no_execute || !(raw & _PAGE_NX))
        flags |= PAGE_EXEC;
    return flags;
}

/* Bits that must be zero in a present entry whose pages, if it maps one, begin at bit shift. */
static uint64_t reserved_bits(const struct paging *paging, unsigned int level, bool big)
{
    uint64_t reserved = 0;

    if (!paging->no_execute)
        reserved |= _PAGE_NX;
    if (paging->kind == PAGING_PAE)
        reserved |= level == PAE_PDPT_LEVEL ? PDPTE_RESERVED : PAE_HIGH_RESERVED;
    if (big)
        reserved |= BITS(13, paging_shift(paging, level) - 1); /* bit 12 is PAT */
    else if (level >= 4 || (level > 1 && !big_allowed(paging, level)))
        reserved |= _PAGE_PSE;
    return reserved;
}

/* 32-bit paging: a 4 MiB page's bits 13..20 are bits 32..39 of its address (PSE-36). */
static struct paging_entry decode_32bit(const struct paging *paging, unsigned int level,
                                        uint64_t raw, bool big)
{
    struct paging_entry entry = {.flags = entry_flags(paging, raw) | PAGE_EXEC};

    if (big) {
        entry.kind = ENTRY_PAGE;
        entry.phys = phys((raw & BITS(22, 31)) | (raw & BITS(13, 20)) << 19);
        entry.page_size = UINT64_C(1) << 22;
        entry.reserved = raw & BITS(21, 21);
        return entry;
    }
    entry.kind = level == 1 ? ENTRY_PAGE : ENTRY_TABLE;
    entry.phys = phys(raw & BITS(12, 31));
    entry.page_size = level == 1 ? UINT64_C(1) << 12 : 0;
    return entry;
}

struct paging_entry paging_decode(const struct paging *paging, unsigned int level, uint64_t raw)
{
    struct paging_entry entry = {.kind = ENTRY_ABSENT};
    bool big = level > 1 && (raw & _PAGE_PSE) && big_allowed(paging, level);
    unsigned int shift = paging_shift(paging, level);

    if (!(raw & _PAGE_PRESENT))
        return entry;
    if (paging->kind == PAGING_32BIT)
        return decode_32bit(paging, level, raw, big);
    entry.flags = entry_flags(paging, raw);
    entry.reserved = raw & reserved_bits(paging, level, big);
    if (big || level == 1) {
        entry.kind = ENTRY_PAGE;
        entry.page_size = UINT64_C(1) << shift;
        entry.phys = phys(raw & ADDRESS_BITS & ~BITS(0, shift - 1));
        return entry;
    }
    entry.kind = ENTRY_TABLE;
    entry.phys = phys(raw & ADDRESS_BITS);
    if (paging->kind == PAGING_PAE && level == PAE_PDPT_LEVEL)
        entry.flags |= PAGE_RIGHTS; /* these entries have no rights of their own */
    return entry;
}

struct error *paging_read_table(const struct stop *stop, const struct paging *paging,
                                unsigned int level, phys_t table, uint64_t *entries,
                                bool *ret_there)
{
    uint8_t bytes[4096];
    unsigned int count = paging_entries(paging, level);
    struct error *err = guest_try_phys(stop, table, bytes, paging_table_bytes(paging, level),
                                       ret_there);

    if (err || !*ret_there)
        return error_context(err, "reading a page table");
    for (unsigned int i = 0; i < count; i++) {
        entries[i] = 0; /* the narrow entries fill only half of it (x86 is little-endian) */
        memcpy(&entries[i], bytes + i * entry_bytes(paging), entry_bytes(paging));
    }
    return NULL;
}
