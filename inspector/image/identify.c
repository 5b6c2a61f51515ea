/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identify.h"

#include <string.h>

#define MAGIC(offset, bytes, name)                                                                 \
    {                                                                                              \
        offset, sizeof(bytes) - 1, bytes, name                                                     \
    }

/* The most telling first: kernels of other machines are PE files as well. */
static const struct {
    size_t offset, size;
    const char *bytes, *name;
} magics[] = {
    MAGIC(0,
          "\x7f"
          "ELF",
          "looks like an ELF (a vmlinux has no boot header; its bzImage does)"),
    MAGIC(56, "ARM\x64", "looks like an arm64 Image"),
    MAGIC(56, "RSC\x05", "looks like a RISC-V Image"),
    MAGIC(56, "\xcd\x23\x82\x81", "looks like a LoongArch Image"),
    MAGIC(36, "\x18\x28\x6f\x01", "looks like an ARM zImage"),
    MAGIC(4, "zimg", "looks like an EFI zboot image"),
    MAGIC(0, "\x27\x05\x19\x56", "looks like a U-Boot image"),
    MAGIC(0, "\xd0\x0d\xfe\xed", "looks like a device tree or a U-Boot FIT image"),
    MAGIC(0, "\x1f\x8b", "looks like gzip data"),
    MAGIC(0, "\xfd\x37zXZ", "looks like xz data"),
    MAGIC(0, "\x28\xb5\x2f\xfd", "looks like zstd data"),
    MAGIC(0, "\x02\x21\x4c\x18", "looks like lz4 data"),
    MAGIC(0, "BZh", "looks like bzip2 data"),
    MAGIC(0, "\x89LZO", "looks like lzo data"),
    MAGIC(0, "070701", "looks like a cpio archive (an initramfs)"),
    MAGIC(0, "!<arch>", "looks like a Debian package or an archive"),
    MAGIC(0, "QFI\xfb", "looks like a qcow2 disk image"),
    MAGIC(0, "#!", "looks like a script"),
};

const char *identify_file(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
        if (size >= magics[i].offset + magics[i].size &&
            memcmp(bytes + magics[i].offset, magics[i].bytes, magics[i].size) == 0)
            return magics[i].name;
    }
    return NULL;
}
