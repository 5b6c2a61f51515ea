/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * platform_bare.c: platform.h on the real machine. No other C file touches a port, a control
 * register or cpuid.
 *
 * What for:   one place to look for everything that cannot be plain C.
 * Handed:     a processor in long mode with interrupts off, and identity-mapped memory.
 * Leaves:     what each function says; no state of its own.
 * If skipped: the stages would compute the right thing and could not act on it.
 */
#include "platform.h"

#include <stddef.h>

/* The image's own layout, from stub.lds. Only the addresses mean anything. */
extern const unsigned char _head[] __attribute__((visibility("hidden")));
extern const unsigned char _end[] __attribute__((visibility("hidden")));
extern unsigned char _pgtable[] __attribute__((visibility("hidden")));

/* What mkimage writes into piggy.S. */
extern const unsigned char input_data[] __attribute__((visibility("hidden")));
extern const uint32_t input_len __attribute__((visibility("hidden")));
extern const uint32_t output_len __attribute__((visibility("hidden")));
extern const uint64_t kernel_total_size __attribute__((visibility("hidden")));
extern const uint64_t load_physical_addr __attribute__((visibility("hidden")));

/* In relocated.S: the "error" checkpoint, then a halt for good. */
_Noreturn void checkpoint_error_stop(const char *message, unsigned long length);

#define CPUID_FEATURES           0x1
#define CPUID_EXTENDED_MAX       0x80000000
#define CPUID_ADDRESS_SIZES      0x80000008
#define CPUID_PHYSICAL_BITS_MASK 0xff

/* A processor too old to say how many physical bits it has, has 36. */
#define DEFAULT_PHYSICAL_BITS 36

/* With 4 levels, the lower half of virtual addresses: an identity map cannot reach higher. */
#define CANONICAL_LOWER_BITS 47

/* Intel's advice: a rdrand that fails ten times in a row is broken. */
#define RDRAND_TRIES 10

void platform_payload(struct payload *ret)
{
    ret->input = input_data;
    ret->input_len = input_len;
    ret->output_len = output_len;
    ret->kernel_total_size = kernel_total_size;
    ret->load_physical_addr = load_physical_addr;
}

uint64_t platform_image_start(void)
{
    return (uintptr_t)_head;
}

uint64_t platform_image_end(void)
{
    return (uintptr_t)_end;
}

unsigned char *platform_page_tables(void)
{
    return _pgtable;
}

void *platform_memory(uint64_t physical, uint64_t size)
{
    uint64_t limit = platform_physical_limit();

    if (physical > limit || size > limit - physical)
        return NULL;
    return (void *)physical;
}

uint64_t platform_physical_limit(void)
{
    struct cpuid_result result;
    unsigned int bits = DEFAULT_PHYSICAL_BITS;

    platform_cpuid(CPUID_EXTENDED_MAX, &result);
    if (result.eax >= CPUID_ADDRESS_SIZES) {
        platform_cpuid(CPUID_ADDRESS_SIZES, &result);
        bits = result.eax & CPUID_PHYSICAL_BITS_MASK;
    }
    return UINT64_C(1) << (bits < CANONICAL_LOWER_BITS ? bits : CANONICAL_LOWER_BITS);
}

uint8_t platform_inb(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

void platform_outb(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

void platform_pause(void)
{
    __asm__ volatile("pause");
}

uint64_t platform_read_cr2(void)
{
    uint64_t value;

    __asm__ volatile("mov %%cr2, %0" : "=r"(value));
    return value;
}

uint64_t platform_read_cr3(void)
{
    uint64_t value;

    __asm__ volatile("mov %%cr3, %0" : "=r"(value));
    return value;
}

uint64_t platform_read_cr4(void)
{
    uint64_t value;

    __asm__ volatile("mov %%cr4, %0" : "=r"(value));
    return value;
}

/* "memory": no access may move across the switch from one set of tables to the other. */
void platform_write_cr3(uint64_t top_level)
{
    __asm__ volatile("mov %0, %%cr3" : : "r"(top_level) : "memory");
}

void platform_load_idt(const struct descriptor_pointer *idt)
{
    __asm__ volatile("lidt %0" : : "m"(*idt));
}

void platform_cpuid(uint32_t leaf, struct cpuid_result *ret)
{
    __asm__ volatile("cpuid"
                     : "=a"(ret->eax), "=b"(ret->ebx), "=c"(ret->ecx), "=d"(ret->edx)
                     : "a"(leaf), "c"(0));
}

/* Carry says whether the number is good. */
bool platform_rdrand(uint64_t *ret)
{
    struct cpuid_result features;
    bool good = false;

    platform_cpuid(CPUID_FEATURES, &features);
    if (!(features.ecx & CPUID_1_ECX_RDRAND))
        return false;
    for (int i = 0; i < RDRAND_TRIES && !good; i++)
        __asm__ volatile("rdrand %0" : "=r"(*ret), "=@ccc"(good));
    return good;
}

bool platform_rdtsc(uint64_t *ret)
{
    struct cpuid_result features;
    uint32_t low, high;

    platform_cpuid(CPUID_FEATURES, &features);
    if (!(features.edx & CPUID_1_EDX_TSC))
        return false;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    *ret = (uint64_t)high << 32 | low;
    return true;
}

void platform_stop(const char *message, unsigned long length)
{
    checkpoint_error_stop(message, length);
}
