/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The few things a stage may ask of the machine, and of the image it runs in.
 *
 * Everything else in stub/ is plain C on memory. That line is drawn for two readers: a learner can
 * see at a glance which stage touches hardware (it calls platform_*), and the tests can run the
 * very same stages on a host, with tests/host/platform_host.c standing in for the machine.
 *
 *   cmdline console extract failure identmap idt kaslr memavoid random   (the others need nothing)
 *      |       |       |       |       |     |    |      |       |
 *      +-------+-------+-------+---+---+-----+----+------+-------+
 *                                  |
 *                  platform.h: ports, control registers, cpuid, the image
 *                     |                                    |
 *              platform_bare.c                 tests/host/platform_host.c
 *
 * Addresses: all memory is identity-mapped while the stub runs, so a physical address and a
 * pointer are the same number. Stages still go through platform_memory() when an address came from
 * outside (the boot loader, an e820 entry, a list), so that the range is checked once, here.
 */
#ifndef BOOTSCOPE_STUB_PLATFORM_H
#define BOOTSCOPE_STUB_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

#include "x86.h"

/*
 * Functions that pass checkpoints live in a section of their own, away from every hot loop: a
 * debugger's breakpoint makes an emulator run that whole 4 KiB page one instruction at a time.
 */
#define __checkpoint_text __attribute__((section(".text.checkpoint"), noinline))

/* What mkimage linked into the image: the compressed kernel and the numbers that belong to it. */
struct payload {
    const unsigned char *input;  /* gzip data */
    uint32_t input_len;          /* bytes */
    uint32_t output_len;         /* bytes once inflated: the ELF and its relocation table */
    uint64_t kernel_total_size;  /* bytes the kernel needs from its first PT_LOAD to its _end */
    uint64_t load_physical_addr; /* where the kernel was linked to load: p_paddr counts from here */
};

/* CPUID's four answers. */
struct cpuid_result {
    uint32_t eax, ebx, ecx, edx;
};

/* Fills *ret with what is linked into this image. Cannot fail. */
void platform_payload(struct payload *ret);

/* First and one-past-last byte of the running image, in memory (_head and _end). */
uint64_t platform_image_start(void);
uint64_t platform_image_end(void);

/* The BOOT_PGT_SIZE bytes for page tables, 4 KiB aligned (_pgtable). */
unsigned char *platform_page_tables(void);

/*
 * A pointer to size bytes at a physical address, or NULL when the range wraps, or when the
 * processor cannot address all of it. The bytes need not be mapped yet: the page-fault handler
 * maps them when they are touched.
 */
void *platform_memory(uint64_t physical, uint64_t size);

/* One past the highest physical address that 4-level identity maps and this processor reach. */
uint64_t platform_physical_limit(void);

uint8_t platform_inb(uint16_t port);
void platform_outb(uint16_t port, uint8_t value);

/* Tells the processor that this is a wait loop. */
void platform_pause(void);

uint64_t platform_read_cr2(void);
uint64_t platform_read_cr3(void);
uint64_t platform_read_cr4(void);

/* Loads cr3 with the physical address of a top-level table; forgets every cached translation. */
void platform_write_cr3(uint64_t top_level);

/* lidt. The descriptor is read at once; the table it names must stay. */
void platform_load_idt(const struct descriptor_pointer *idt);

void platform_cpuid(uint32_t leaf, struct cpuid_result *ret);

/* A random number from the processor in *ret; false when it has none (or none right now). */
bool platform_rdrand(uint64_t *ret);

/* The time-stamp counter in *ret; false when the processor has none. */
bool platform_rdtsc(uint64_t *ret);

/*
 * The end of a failed boot: emits the "error" checkpoint with the text's address and length, and
 * halts for good. The text is on the console already.
 */
_Noreturn void platform_stop(const char *message, unsigned long length);

#endif
