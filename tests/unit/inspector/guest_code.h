/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 16-bit guest code put together byte by byte, and a file that QEMU's -kernel loads it from. */
#ifndef BOOTSCOPE_TESTS_GUEST_CODE_H
#define BOOTSCOPE_TESTS_GUEST_CODE_H

#include <stddef.h>
#include <stdint.h>

#define PATIENCE 20000 /* milliseconds: no test waits this long for a guest when all is well */

struct guest_code {
    size_t length;
    uint8_t bytes[2048];
};

/* One out instruction per byte. */
void code_debugcon(struct guest_code *code, const char *text);
void code_serial(struct guest_code *code, const char *text);
/* Writes the byte to port 0xe9 this often. */
void code_flood(struct guest_code *code, uint8_t byte, uint16_t times);
/* isa-debug-exit. */
void code_exit(struct guest_code *code, uint8_t value);
/* ACPI: S5 through PM1a_CNT, where SeaBIOS puts it. */
void code_power_off(struct guest_code *code);
/* The keyboard controller's reset line. */
void code_reset(struct guest_code *code);
/* An interrupt with an IDT of no entries. */
void code_triple_fault(struct guest_code *code);
void code_loop_for_ever(struct guest_code *code);

/* Writes a file with a boot-protocol header whose setup code is this; returns path. */
const char *code_write_image(const struct guest_code *code, const char *path);

#endif
