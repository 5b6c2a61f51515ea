/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small kernel for the tests: an ELF file with three PT_LOADs and a relocation table of all three
 * kinds, with contents from a seeded generator, and the memory image that must come out of it.
 */
#ifndef BOOTSCOPE_TESTS_MAKE_PAYLOAD_H
#define BOOTSCOPE_TESTS_MAKE_PAYLOAD_H

#include <elf.h>
#include <stdint.h>

#define PAYLOAD_LOAD_ADDR  UINT64_C(0x1000000)
#define PAYLOAD_SEGMENTS   3
#define PAYLOAD_ELF_SIZE   0x9000
#define PAYLOAD_TOTAL_SIZE 0x6000 /* the highest p_paddr + p_memsz - PAYLOAD_LOAD_ADDR */
#define PAYLOAD_SITES      40     /* of each kind */
#define PAYLOAD_TABLE_SIZE (4 * (3 + 3 * PAYLOAD_SITES))
#define PAYLOAD_SIZE       (PAYLOAD_ELF_SIZE + PAYLOAD_TABLE_SIZE)
#define PAYLOAD_ENTRY      0x123 /* offset of e_entry from PAYLOAD_LOAD_ADDR */

/* The three segments, offsets in the file and from output. */
extern const struct payload_segment {
    uint64_t offset, to, filesz, memsz;
} payload_segments[PAYLOAD_SEGMENTS];

/* A 64-bit number that depends on *state only, and changes it. */
uint64_t payload_random(uint64_t *state);

/* Writes PAYLOAD_SIZE bytes: file and table. The same seed gives the same bytes. */
void payload_make(uint64_t seed, unsigned char *ret);

/* Pointers into such a file. */
Elf64_Ehdr *payload_ehdr(unsigned char *file);
Elf64_Phdr *payload_phdr(unsigned char *file, unsigned int index);

/*
 * The memory that must come out: PAYLOAD_TOTAL_SIZE bytes, zero where no segment is, relocated by
 * delta. Written without a look at the stub's code.
 */
void payload_expect(const unsigned char *file, uint64_t delta, unsigned char *ret);

/* Do the loaded segments in memory equal those of expect? */
int payload_matches(const unsigned char *memory, const unsigned char *expect);

/* Compresses size bytes as gzip, at a zlib level; *ret_size is the length. malloc()ed. */
unsigned char *payload_gzip(const unsigned char *data, uint32_t size, int level,
                            uint32_t *ret_size);

#endif
