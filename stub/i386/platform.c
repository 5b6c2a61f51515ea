/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * platform.c: what console, heap, inflate and failure, shared with the 64-bit stub, ask of the
 * machine; and what zlib's code asks of us.
 *
 * Handed:     a processor in protected mode with paging off: every address is a physical one.
 */
#include "platform.h"

#include <stddef.h>

#include "failure.h"

/* In relocated.S: the "error" checkpoint, then a halt for good. */
_Noreturn void checkpoint_error_stop(const char *message, unsigned long length);

void *platform_memory(uint64_t physical, uint64_t size)
{
    uint64_t limit = platform_physical_limit();

    if (physical > limit || size > limit - physical)
        return NULL;
    return (void *)(uintptr_t)physical;
}

/* No page tables: what 32 bits can name. */
uint64_t platform_physical_limit(void)
{
    return UINT64_C(1) << 32;
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

void platform_stop(const char *message, unsigned long length)
{
    checkpoint_error_stop(message, length);
}

/*
 * Debian's zlib has stack protectors: the word at %gs:0x14 is compared, here whatever lies at
 * address 0x14. Position-independent 32-bit code calls the second name.
 */
_Noreturn void __stack_chk_fail(void);
_Noreturn void __stack_chk_fail_local(void);

void __stack_chk_fail(void)
{
    boot_stop(boot_error("stack: a function of zlib found its frame overwritten"));
}

void __stack_chk_fail_local(void)
{
    __stack_chk_fail();
}

/* adler32_combine(), which is in the same object as the checksum and which nobody calls, divides. */
int64_t __moddi3(int64_t dividend, int64_t divisor);

int64_t __moddi3(int64_t dividend, int64_t divisor)
{
    (void)dividend;
    (void)divisor;
    boot_stop(boot_error("zlib: a 64-bit division, which this image has no code for"));
}
