/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What setup's files share. This is 16-bit code: a pointer is an offset in the one segment that
 * code, data and stack are in, and everything outside of it goes through fs.
 */
#ifndef BOOTSCOPE_SETUP_BOOT_H
#define BOOTSCOPE_SETUP_BOOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bootparams.h"

/* What setup fills in and hands on. In .bss; its linear address is ds * 16 + &boot_params. */
extern struct boot_params boot_params;

/* The header in this image, with the loader's changes. */
extern struct setup_header hdr;

/* Registers of a BIOS call, in the order in which bios_call() pops them. */
struct bios_registers {
    uint32_t edi, esi, ebp, unused, ebx, edx, ecx, eax;
    uint16_t gs, fs, es, ds;
    uint32_t eflags;
};
_Static_assert(sizeof(struct bios_registers) == 44, "bioscall.S copies 44 bytes");

/* Low 16 or 8 bits of a register field. */
static inline uint16_t low16(uint32_t value)
{
    return (uint16_t)value;
}

static inline uint8_t low8(uint32_t value)
{
    return (uint8_t)value;
}

static inline uint8_t high8(uint32_t value)
{
    return (uint8_t)(value >> 8);
}

/* Ports. io_delay() waits about a microsecond: a write to port 0x80 takes that long. */
static inline void outb(uint16_t port, uint8_t value)
{
    asm volatile("outb %0, %1" : : "a"(value), "dN"(port));
}

static inline uint8_t inb(uint16_t port)
{
    uint8_t value;

    asm volatile("inb %1, %0" : "=a"(value) : "dN"(port));
    return value;
}

#define DELAY_PORT 0x80

static inline void io_delay(void)
{
    asm volatile("outb %%al, %0" : : "N"(DELAY_PORT));
}

static inline uint16_t ds(void)
{
    uint16_t segment;

    asm("movw %%ds, %0" : "=rm"(segment));
    return segment;
}

/* The linear address of something in our segment. */
static inline uint32_t linear(const volatile void *pointer)
{
    return ((uint32_t)ds() << 4) + (uint32_t)pointer;
}

/*
 * Memory outside of the segment: set_fs() and set_gs() choose 64 KiB that begin at segment * 16, the others
 * read and write at an offset in them.
 */
static inline void set_fs(uint16_t segment)
{
    asm volatile("movw %0, %%fs" : : "rm"(segment));
}

static inline void set_gs(uint16_t segment)
{
    asm volatile("movw %0, %%gs" : : "rm"(segment));
}

static inline uint8_t read_fs8(uint16_t offset)
{
    uint8_t value;

    asm volatile("movb %%fs:(%1), %0" : "=q"(value) : "r"((uint32_t)offset));
    return value;
}

static inline uint16_t read_fs16(uint16_t offset)
{
    return (uint16_t)(read_fs8(offset) | read_fs8(offset + 1) << 8);
}

static inline uint32_t read_fs32(uint16_t offset)
{
    uint32_t value;

    asm volatile("movl %%fs:(%1), %0" : "=r"(value) : "r"((uint32_t)offset));
    return value;
}

static inline void write_fs32(uint16_t offset, uint32_t value)
{
    asm volatile("movl %0, %%fs:(%1)" : : "r"(value), "r"((uint32_t)offset) : "memory");
}

static inline uint32_t read_gs32(uint16_t offset)
{
    uint32_t value;

    asm volatile("movl %%gs:(%1), %0" : "=r"(value) : "r"((uint32_t)offset));
    return value;
}

/* bioscall.S. out may be NULL. */
void bios_call(uint8_t interrupt, const struct bios_registers *in, struct bios_registers *out);

/* All zero, segments ours, carry set: a BIOS that ignores the call does not look like a success. */
void init_registers(struct bios_registers *registers);

/* string.c: the compiler calls the first two as well. */
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
size_t strlen(const char *text);

/* console.c: the BIOS's teletype, and the first serial port. */
void puts(const char *text);

/* console.c: prints one line and ends the boot, by the error checkpoint. */
_Noreturn void setup_stop(const char *message);

/* header.S: the checkpoint of that name; the address is a linear one. */
void checkpoint_memory_detected(uint32_t boot_params_address, uint32_t e820_entries);

/* header.S: the error checkpoint and the halt. */
_Noreturn void setup_halt(const char *message, unsigned int length);

/* memory.c: e820 table, alt_mem_k and ext_mem_k in boot_params. */
void detect_memory(void);

/* video.c: text mode, size and cursor in boot_params.screen_info. */
void detect_video(void);

/* cmdline.c: makes an old loader's command line a new one. */
void convert_old_cmdline(void);

/* cmdline.c: whether the word is on the command line. */
bool cmdline_has_word(const char *word);

/* a20.c: false when address line 20 stays closed. */
bool enable_a20(void);

/* pm.c: the rest of the way; does not return. */
_Noreturn void go_to_protected_mode(void);

/* pmjump.S: both are linear addresses. */
_Noreturn void protected_mode_jump(uint32_t entry, uint32_t boot_params_address);

#endif
