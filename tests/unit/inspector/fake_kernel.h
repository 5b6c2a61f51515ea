/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A kernel image made in memory, as image_unpack() would leave it, and a guest that has it loaded:
 *
 *   payload   0x1000: text, 1.5 MiB   then data, 0x800   then per-CPU data, 0x100
 *   linked    text 0xffffffff81000000 / 0x1000000   data 0xffffffff81200000 / 0x1200000
 *             per-CPU: virtual 0 / 0x1400000, as Linux did before 6.15
 *   memory    all at its linked physical address + PHYSICAL_DELTA, which is negative
 *
 * No byte of the payload is zero, and neighbours differ.
 */
#ifndef BOOTSCOPE_TESTS_FAKE_KERNEL_H
#define BOOTSCOPE_TESTS_FAKE_KERNEL_H

#include <elf.h>

#include "view_test.h"

#define KERNEL_PREF    0x1000000
#define KERNEL_OUTPUT  0x200000
#define KERNEL_VIRTUAL 0x3000000 /* virtual delta 0x2000000 */
#define KERNEL_DELTA   UINT64_C(0x2000000)
#define TEXT_BYTES     0x180000
#define DATA_BYTES     0x800
#define PERCPU_BYTES   0x100
#define TEXT_OFFSET    0x1000
#define DATA_OFFSET    (TEXT_OFFSET + TEXT_BYTES)
#define PERCPU_OFFSET  (DATA_OFFSET + DATA_BYTES)
#define PAYLOAD_BYTES  (PERCPU_OFFSET + PERCPU_BYTES)
#define SITES_MAX      16

/* Sites, as they stand in the table: u32s. */
#define TEXT_SITE(offset)   (0x81000000u + (offset))
#define DATA_SITE(offset)   (0x81200000u + (offset))
#define PERCPU_SITE(offset) (0x81400000u + (offset))

struct fake_kernel {
    struct image image;
    uint8_t *payload;
    uint32_t abs32[SITES_MAX], inverse32[SITES_MAX], abs64[SITES_MAX];
};

/* Where a linked physical address is in the guest now. */
static inline uint64_t kernel_at(uint64_t paddr)
{
    return paddr - KERNEL_PREF + KERNEL_OUTPUT;
}

static inline void kernel_segment(struct kernel *kernel, uint64_t offset, uint64_t vaddr,
                                  uint64_t paddr, uint64_t size)
{
    kernel->segments[kernel->segment_count++] = (struct kernel_segment){
        .type = PT_LOAD,
        .flags = PF_R | PF_X,
        .offset = offset,
        .vaddr = vaddr,
        .paddr = paddr,
        .filesz = size,
        .memsz = size + 0x1000,
        .align = 0x1000,
    };
}

/* The guest has RAM for it, and the segments in place as linked: no relocation applied. */
static inline struct stop kernel_loaded(struct fake_kernel *fake, const struct stage *stage)
{
    struct stop stop = view_stop();
    struct kernel *kernel = &fake->image.kernel;

    memset(fake, 0, sizeof(*fake));
    fake->payload = malloc(PAYLOAD_BYTES);
    for (size_t i = 0; i < PAYLOAD_BYTES; i++)
        fake->payload[i] = (uint8_t)(i % 251 + 1);
    kernel->bytes = fake->payload;
    kernel->size = PAYLOAD_BYTES;
    kernel->has_relocs = true;
    kernel->abs32.sites = (const uint8_t *)fake->abs32;
    kernel->inverse32.sites = (const uint8_t *)fake->inverse32;
    kernel->abs64.sites = (const uint8_t *)fake->abs64;
    kernel_segment(kernel, TEXT_OFFSET, UINT64_C(0xffffffff81000000), 0x1000000, TEXT_BYTES);
    kernel_segment(kernel, DATA_OFFSET, UINT64_C(0xffffffff81200000), 0x1200000, DATA_BYTES);
    kernel_segment(kernel, PERCPU_OFFSET, 0, 0x1400000, PERCPU_BYTES);
    fake->image.setup.pref_address = KERNEL_PREF;
    fake_target_ram(stop.target, KERNEL_OUTPUT, 0x500000);
    for (unsigned int i = 0; i < kernel->segment_count; i++)
        fake_target_poke(stop.target, kernel_at(kernel->segments[i].paddr),
                         fake->payload + kernel->segments[i].offset, kernel->segments[i].filesz);
    stop.image = &fake->image;
    stop.stage = stage;
    stop.facts.output = known(KERNEL_OUTPUT);
    stop.facts.virtual = known(KERNEL_VIRTUAL);
    return stop;
}

static inline void kernel_free(struct fake_kernel *fake, struct stop *stop)
{
    free(fake->payload);
    target_close(stop->target);
}

static inline void add_site(struct reloc_list *list, uint32_t *sites, uint32_t site)
{
    sites[list->count++] = site;
}

#endif
