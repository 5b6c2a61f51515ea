/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PE files with no Linux setup header: EFI programs, kernels that only EFI can start (zboot), and
 * unified kernel images, which carry a bzImage in a section.
 */
#include "identify_internal.h"

#include <stdio.h>

#include "bytes.h"

#define PE_OFFSET_AT 0x3c /* in the DOS header: where the PE header is */

/* From "PE\0\0" on: the COFF header, the optional header (of a size it says), the sections. */
#define COFF_MACHINE       4
#define COFF_SECTIONS      6
#define COFF_OPTIONAL_SIZE 20
#define COFF_END           24
#define SECTION_SIZE       40
#define SECTION_NAME       8

#define ZBOOT_CODEC_AT  0x18
#define ZBOOT_CODEC_MAX 32

/* pe 0: there is no PE header to tell. */
static const char *machine_of(const uint8_t *bytes, size_t pe)
{
    switch (pe ? load_le32(bytes + pe + COFF_MACHINE) & 0xffff : 0) {
    case 0x8664:
        return "x86-64";
    case 0x14c:
        return "i386";
    case 0xaa64:
        return "arm64";
    case 0x1c0:
    case 0x1c2:
    case 0x1c4:
        return "ARM";
    case 0x5064:
        return "RISC-V";
    case 0x6264:
        return "LoongArch";
    default:
        return "another machine";
    }
}

/* Where the PE header is; 0 when there is none. */
static size_t pe_header(const uint8_t *bytes, size_t size)
{
    if (size < PE_OFFSET_AT + 4 || memcmp(bytes, "MZ", 2) != 0)
        return 0;
    size_t at = load_le32(bytes + PE_OFFSET_AT);

    if (at > size || size - at < COFF_END || memcmp(bytes + at, "PE\0\0", 4) != 0)
        return 0;
    return at;
}

static bool has_section(const uint8_t *bytes, size_t size, size_t pe, const char *name)
{
    unsigned int count = load_le32(bytes + pe + COFF_SECTIONS) & 0xffff;
    size_t at = pe + COFF_END + (load_le32(bytes + pe + COFF_OPTIONAL_SIZE) & 0xffff);

    for (unsigned int i = 0; i < count && at + SECTION_SIZE <= size; i++, at += SECTION_SIZE)
        if (strncmp((const char *)bytes + at, name, SECTION_NAME) == 0)
            return true;
    return false;
}

/* The name of the compression follows at a fixed place, in lower case. */
bool identify_zboot(const uint8_t *bytes, size_t size, char out[IDENTIFY_MAX])
{
    char codec[ZBOOT_CODEC_MAX + 1] = "";

    if (!identify_magic(bytes, size, 0, "MZ\0\0zimg", 8))
        return false;
    size_t pe = pe_header(bytes, size);

    for (size_t i = 0; i < ZBOOT_CODEC_MAX && ZBOOT_CODEC_AT + i < size; i++) {
        uint8_t c = bytes[ZBOOT_CODEC_AT + i];

        if (c < '0' || c > 'z')
            break;
        codec[i] = (char)c;
        codec[i + 1] = '\0';
    }
    snprintf(out, IDENTIFY_MAX,
             "an EFI-only zboot image for %s (%s data): it has no setup code; only firmware starts "
             "it",
             machine_of(bytes, pe), codec[0] ? codec : "compressed");
    return true;
}

bool identify_pe(const uint8_t *bytes, size_t size, char out[IDENTIFY_MAX])
{
    size_t pe = pe_header(bytes, size);

    if (!pe)
        return false;
    if (has_section(bytes, size, pe, ".linux"))
        snprintf(out, IDENTIFY_MAX,
                 "a unified kernel image: take the kernel out of it with objcopy -O binary "
                 "--only-section=.linux FILE vmlinuz");
    else
        snprintf(out, IDENTIFY_MAX,
                 "an EFI program for %s with no Linux setup header: only EFI firmware starts it",
                 machine_of(bytes, pe));
    return true;
}
