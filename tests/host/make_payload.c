/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "make_payload.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define LINK_BASE UINT64_C(0xffffffff81000000)

/* text; data with .bss; and a per-CPU segment that is linked at 0, as the kernel's is. */
const struct payload_segment payload_segments[PAYLOAD_SEGMENTS] = {
    {0x3000, 0x0000, 0x2345, 0x2345},
    {0x6000, 0x3000, 0x0ff0, 0x1000},
    {0x7800, 0x4000, 0x0777, 0x2000},
};

/* xorshift64* (Vigna 2016) */
uint64_t payload_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

Elf64_Ehdr *payload_ehdr(unsigned char *file)
{
    return (Elf64_Ehdr *)file;
}

Elf64_Phdr *payload_phdr(unsigned char *file, unsigned int index)
{
    return (Elf64_Phdr *)(file + sizeof(Elf64_Ehdr)) + index;
}

static void make_headers(unsigned char *file)
{
    Elf64_Ehdr *ehdr = payload_ehdr(file);

    memset(file, 0, sizeof(*ehdr));
    memcpy(ehdr->e_ident, ELFMAG, SELFMAG);
    ehdr->e_ident[EI_CLASS] = ELFCLASS64;
    ehdr->e_ident[EI_DATA] = ELFDATA2LSB;
    ehdr->e_ident[EI_VERSION] = EV_CURRENT;
    ehdr->e_type = ET_EXEC;
    ehdr->e_machine = EM_X86_64;
    ehdr->e_entry = PAYLOAD_LOAD_ADDR + PAYLOAD_ENTRY;
    ehdr->e_phoff = sizeof(*ehdr);
    ehdr->e_ehsize = sizeof(*ehdr);
    ehdr->e_phentsize = sizeof(Elf64_Phdr);
    ehdr->e_phnum = PAYLOAD_SEGMENTS + 1;
    for (unsigned int i = 0; i < PAYLOAD_SEGMENTS; i++)
        *payload_phdr(file, i) = (Elf64_Phdr){
            .p_type = PT_LOAD,
            .p_flags = i ? PF_R | PF_W : PF_R | PF_X,
            .p_offset = payload_segments[i].offset,
            .p_vaddr = LINK_BASE + payload_segments[i].to,
            .p_paddr = PAYLOAD_LOAD_ADDR + payload_segments[i].to,
            .p_filesz = payload_segments[i].filesz,
            .p_memsz = payload_segments[i].memsz,
            .p_align = 0x200000,
        };
    *payload_phdr(file, PAYLOAD_SEGMENTS) = (Elf64_Phdr){.p_type = PT_NOTE, .p_align = 4};
}

/* Site number i of a kind (0 the 64-bit ones), as an offset in memory: none overlaps another. */
static uint32_t site(unsigned int kind, unsigned int i)
{
    const struct payload_segment *segment = &payload_segments[i % 2];

    return segment->to + 0x200 + kind * 0x400 + (i / 2) * 9;
}

/* 0, 64-bit sites, 0, inverse sites, 0, 32-bit sites: in file order. */
static void make_table(unsigned char *table)
{
    for (unsigned int kind = 0; kind < 3; kind++) {
        memset(table, 0, 4);
        table += 4;
        for (unsigned int i = 0; i < PAYLOAD_SITES; i++, table += 4) {
            uint32_t low = (uint32_t)(LINK_BASE + site(kind, i));

            memcpy(table, &low, sizeof(low));
        }
    }
}

void payload_make(uint64_t seed, unsigned char *ret)
{
    uint64_t state = seed * 2 + 1;

    for (unsigned int i = 0; i < PAYLOAD_ELF_SIZE; i++) /* half noise, half not: deflate has work */
        ret[i] = i & 0x40 ? payload_random(&state) : i >> 8;
    make_headers(ret);
    make_table(ret + PAYLOAD_ELF_SIZE);
}

static void relocate_one(unsigned char *at, unsigned int kind, uint64_t delta)
{
    uint64_t wide;
    uint32_t narrow;

    if (kind == 0) {
        memcpy(&wide, at, 8);
        wide += delta;
        memcpy(at, &wide, 8);
        return;
    }
    memcpy(&narrow, at, 4);
    narrow = kind == 1 ? narrow - (uint32_t)delta : narrow + (uint32_t)delta;
    memcpy(at, &narrow, 4);
}

void payload_expect(const unsigned char *file, uint64_t delta, unsigned char *ret)
{
    memset(ret, 0, PAYLOAD_TOTAL_SIZE);
    for (unsigned int i = 0; i < PAYLOAD_SEGMENTS; i++)
        memcpy(ret + payload_segments[i].to, file + payload_segments[i].offset,
               payload_segments[i].filesz);
    for (unsigned int kind = 0; delta && kind < 3; kind++)
        for (unsigned int i = 0; i < PAYLOAD_SITES; i++)
            relocate_one(ret + site(kind, i), kind, delta);
}

int payload_matches(const unsigned char *memory, const unsigned char *expect)
{
    for (unsigned int i = 0; i < PAYLOAD_SEGMENTS; i++)
        if (memcmp(memory + payload_segments[i].to, expect + payload_segments[i].to,
                   payload_segments[i].filesz))
            return 0;
    return 1;
}

unsigned char *payload_gzip(const unsigned char *data, uint32_t size, int level, uint32_t *ret_size)
{
    z_stream stream = {0};
    unsigned long bound;
    unsigned char *out;

    if (deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    bound = deflateBound(&stream, size);
    out = malloc(bound);
    if (!out)
        abort();
    stream.next_in = (unsigned char *)(uintptr_t)data;
    stream.avail_in = size;
    stream.next_out = out;
    stream.avail_out = bound;
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
        abort();
    *ret_size = stream.total_out;
    deflateEnd(&stream);
    return out;
}
