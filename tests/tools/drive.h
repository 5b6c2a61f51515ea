/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between drive.c, which puts these bytes into the guest, and int15.S, which is them. */
#ifndef BOOTSCOPE_TESTS_DRIVE_H
#define BOOTSCOPE_TESTS_DRIVE_H

#define INT15_SEGMENT   0x0060 /* above the BIOS's data, below all else */
#define INT15_FUNCTIONS 4

#ifndef __ASSEMBLER__
#include <stdint.h>

struct __attribute__((packed)) int15_parameters {
    uint32_t next;                       /* the BIOS's own handler, segment and offset */
    uint16_t functions[INT15_FUNCTIONS]; /* values of ax that fail; 0: no more */
};

extern const uint8_t int15[];
extern const uint32_t int15_size, int15_parameters_offset;
#endif

#endif
