/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope wrap: puts the annotated stub in front of a real kernel's payload. */
#ifndef BOOTSCOPE_CLI_WRAP_H
#define BOOTSCOPE_CLI_WRAP_H

#include "error.h"
#include "image.h"
#include "scratch.h"

struct wrap_options {
    const char *vmlinuz;
    const char *output; /* IMAGE; its symbols become IMAGE.elf */
    const char
        *stub_folder; /* with setup.bin, stub.o, stub.lds; NULL: where install.h finds them */
};

/*
 * Unpacks vmlinuz, packs ELF and relocation table behind the stub, opens what came out and compares
 * its payload byte for byte, and only then gives IMAGE and IMAGE.elf their names: until then both
 * are in a temporary folder beside them, which no error and no signal leaves behind. ERROR_INPUT,
 * ERROR_SYSTEM: as image_open and image_unpack; a kernel without relocations; an output that is
 * vmlinuz itself or no regular file; no packer; the packer's own complaint.
 */
struct error *wrap_run(const struct wrap_options *options);

/*
 * The bytes that the stub unpacks: the image's own, save that a table without the inverse list
 * (Linux 6.15 and newer) gets an empty one, since the stub walks three. The caller frees it.
 */
struct error *wrap_payload(const struct image *image, struct scratch **ret);

#endif
