/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Linux's own decompressor, which lists no checkpoints: its stages and its labels, found in the
 * bytes of a bzImage of the 64-bit boot protocol (2.12 and newer, XLF_KERNEL_64).
 *
 * Control is followed as the CPU would take it, from the three entries that the boot protocol
 * fixes: setup's at 0x200 of the file, startup_32 at the start of the protected-mode code,
 * startup_64 0x200 behind it. What is looked for are the instructions that do a stage (mov to cr3,
 * lgdt, rep movsq, the jump through a register that an lea has filled), the calls between them, and
 * in extract_kernel what its calls and messages tell. No address and no order of bytes is assumed.
 * An ELF file of the decompressor (compressed/vmlinux) helps where its symbols are; what it does
 * not name is found in the code all the same. docs/linux.md has the way to each stage.
 *
 * The bytes are hostile: whatever they are, this ends, and reads nothing outside the image.
 */
#ifndef BOOTSCOPE_STAGES_DISCOVER_H
#define BOOTSCOPE_STAGES_DISCOVER_H

#include "image.h"
#include "stages.h"
#include "symbols.h"

/* A name for an address, in the kernel's own words. */
struct label {
    const char *name; /* static */
    enum module module;
    uint64_t address; /* link address in its module; of an absolute one the number */
    uint64_t
        size; /* of a function, in bytes: up to the end of its last instruction; 0: not known */
    bool function;
};

#define LABELS_MAX            64
#define DISCOVERY_REFUSED_MAX 256

struct discovery {
    struct stages stages;
    size_t label_count;
    struct label labels[LABELS_MAX]; /* ascending by module, then by address; each name once */
    /*
     * Of stages_of: why discover() found no decompressor of Linux, in one line without the image's
     * path; "" when it found one, or was not asked.
     */
    char refused[DISCOVERY_REFUSED_MAX];
};

/*
 * setup and stub may be NULL; the image need not be unpacked, but only an unpacked one gives
 * kernel-entry. A stage that is not found is in stages.absent, with the reason: that is no error.
 * ERROR_INPUT: not an image of a 64-bit decompressor (32-bit kernels), or startup_64 does not lead
 * to any jump to copied code: no decompressor of Linux. ERROR_SYSTEM: capstone, memory.
 *
 * Labels of Linux that may be among them: _start, start_of_setup, main, detect_memory,
 * protected_mode_jump (setup); startup_32, startup_64, input_data, .Lrelocated, extract_kernel,
 * decompress_kernel, choose_random_location, load_stage1_idt, load_stage2_idt,
 * initialize_identity_maps, configure_5level_paging, error, gdt, boot_stack_end, _bss, _ebss, _end
 * (decompressor). Each is there only when it was found.
 */
struct error *discover(const struct image *image, const struct symbols *setup,
                       const struct symbols *stub, struct discovery *ret);

/*
 * The stages of an image, by the best way that there is: the records of its ELF files where one
 * lists any, as then no stage is a guess; else discover(). Where that finds no decompressor of Linux
 * (ret->refused says why), there is
 * still what the headers say, kernel-entry. image may be NULL: then there are only the records.
 * Errors as stages_from_symbols, and ERROR_SYSTEM of discover.
 */
struct error *stages_of(const struct image *image, const struct symbols *setup,
                        const struct symbols *stub, struct discovery *ret);

#endif
