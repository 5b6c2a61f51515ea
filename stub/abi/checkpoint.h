/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a checkpoint is, for code that runs in the guest and for a program that watches it.
 *
 * A checkpoint is a place in boot code that says "this stage is done". It writes one marker line
 * to port 0xe9 and leaves every register and every flag as it found them. Its address is listed in
 * the ELF section .checkpoints, which is not loaded: a debugger reads it from the file, so that
 * it needs to know nothing about one particular boot code. Anyone's boot code can include this
 * header and be followed by bootscope.
 *
 * Assembler (.S):
 *     CHECKPOINT16 / CHECKPOINT32 / CHECKPOINT64  identifier, operand, operand ...
 * C (64-bit):
 *     CHECKPOINT_C(identifier, value, value ...)
 * are defined in checkpoint_emit.h, beside the routine that writes the line. Index, name and keys
 * of an identifier come from a list such as checkpoints.def.
 */
#ifndef BOOTSCOPE_ABI_CHECKPOINT_H
#define BOOTSCOPE_ABI_CHECKPOINT_H

/* Bochs' and QEMU's debug console (-device isa-debugcon,iobase=0xe9). */
#define CHECKPOINT_PORT 0xe9

/* The section that holds the records; not SHF_ALLOC. */
#define CHECKPOINT_SECTION ".checkpoints"

/* Values of struct checkpoint_record.mode: the width of code at that address. */
#define CHECKPOINT_REAL16      16
#define CHECKPOINT_PROTECTED32 32
#define CHECKPOINT_LONG64      64

/*
 * Records whose index is CHECKPOINT_ERROR (one for each mode that can fail) mark where boot code
 * stops for good after a failure. It emits "@error message=0xADDR length=0xLEN" (the address is a
 * linear one, the text is ASCII without a newline), and the same text goes to its console. At the
 * record's address rdi and rsi hold address and length in 64-bit code, edi and ecx in narrower.
 */
#define CHECKPOINT_ERROR      0xffffffff
#define CHECKPOINT_ERROR_NAME "error"

/* Longest name, with its NUL; longest marker line, with its newline. */
#define CHECKPOINT_NAME_MAX 48
#define CHECKPOINT_LINE_MAX 512

#define CHECKPOINT_RECORD_SIZE 64

#ifndef __ASSEMBLER__
#include <stdint.h>

/*
 * One record of the section: little endian, 64 bytes, no padding. The address is the link address
 * of the first instruction after the marker was written: a breakpoint there sees the state the
 * stage left, with the marker already on the host's side.
 */
struct checkpoint_record {
    uint64_t address;
    uint32_t index; /* position in checkpoints.def, or CHECKPOINT_ERROR */
    uint32_t mode;  /* CHECKPOINT_REAL16, _PROTECTED32 or _LONG64 */
    char name[CHECKPOINT_NAME_MAX];
};
#endif

#endif
