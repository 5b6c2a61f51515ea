/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identify_internal.h"

#include <stdio.h>

#include "bootparams.h"
#include "bytes.h"

#define MAGIC(offset, bytes, name)                                                                 \
    {                                                                                              \
        offset, sizeof(bytes) - 1, bytes, name                                                     \
    }

#define OTHER_MACHINE "there is no x86 boot code in it"

/* Kernels of other machines may be PE files as well; zboot images have LoongArch's magic number. */
static const struct {
    size_t offset, size;
    const char *bytes, *name;
} kernels[] =
    {
        MAGIC(56, "ARM\x64", "an arm64 Image: " OTHER_MACHINE),
        MAGIC(56, "RSC\x05", "a RISC-V Image: " OTHER_MACHINE),
        MAGIC(56, "\xcd\x23\x82\x81", "a LoongArch Image: " OTHER_MACHINE),
        MAGIC(36, "\x18\x28\x6f\x01", "an ARM zImage: " OTHER_MACHINE),
},
  others[] = {
      MAGIC(0, "\xd0\x0d\xfe\xed",
            "a device tree or a U-Boot FIT image: take the kernel out of it (dumpimage)"),
      MAGIC(0, "CHROMEOS", "a ChromeOS kernel partition: take the bzImage out of it (futility)"),
      MAGIC(0, "070701", "a cpio archive: an initramfs goes with --initrd"),
      MAGIC(0, "!<arch>",
            "a Debian package or an archive: unpack it (dpkg -x), its kernel is "
            "boot/vmlinuz-VERSION"),
      MAGIC(0, "\xed\xab\xee\xdb", "an RPM package: unpack it (rpm2cpio), its kernel is vmlinuz"),
      MAGIC(0, "QFI\xfb", "a qcow2 disk image"),
      MAGIC(0x8001, "CD001", "a CD image: its kernel is a file in it"),
      MAGIC(0, "#!", "a script"),
};
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* U-Boot's legacy header, big endian; its name is not repeated, as anything may be in it. */
#define UIMAGE_MAGIC  "\x27\x05\x19\x56"
#define UIMAGE_HEADER 64u
#define UIMAGE_ARCH   29
static bool identify_uimage(const uint8_t *bytes, size_t size, char out[IDENTIFY_MAX])
{
    if (size < UIMAGE_HEADER || !identify_magic(bytes, size, 0, UIMAGE_MAGIC, 4))
        return false;
    const char *inside = identify_content(bytes + UIMAGE_HEADER, size - UIMAGE_HEADER);

    snprintf(out, IDENTIFY_MAX, "a U-Boot uImage with %s in it: take that out (tail -c +%u)",
             inside ? inside : "something that is no kernel of ours", UIMAGE_HEADER + 1);
    return true;
}

/* boot.img: versions 0 to 2 name their page's size, from 3 on it is 4096. */
#define ANDROID_MAGIC       "ANDROID!"
#define ANDROID_KERNEL_SIZE 8
#define ANDROID_PAGE_SIZE   36
#define ANDROID_VERSION     40
static bool identify_android(const uint8_t *bytes, size_t size, char out[IDENTIFY_MAX])
{
    if (size < ANDROID_VERSION + 4 || !identify_magic(bytes, size, 0, ANDROID_MAGIC, 8))
        return false;
    uint32_t version = load_le32(bytes + ANDROID_VERSION);
    uint32_t page = version < 3 ? load_le32(bytes + ANDROID_PAGE_SIZE) : 4096;
    const char *inside = page < size ? identify_content(bytes + page, size - page) : NULL;

    snprintf(out, IDENTIFY_MAX,
             "an Android boot image: its kernel (%s) is the %u bytes at %u (unpack_bootimg)",
             inside ? inside : "no bzImage", load_le32(bytes + ANDROID_KERNEL_SIZE), page);
    return true;
}

static bool identify_boot_sector(const uint8_t *bytes, size_t size, char out[IDENTIFY_MAX])
{
    if (!identify_magic(bytes, size, BP_boot_flag, "\x55\xaa", 2))
        return false;
    snprintf(out, IDENTIFY_MAX,
             "a boot sector with no HdrS signature at 0x%x (a disk image, a boot loader, or a "
             "kernel before boot protocol 2.00)",
             BP_header);
    return true;
}

static bool find_kernel(const uint8_t *bytes, size_t size, char out[IDENTIFY_MAX])
{
    for (size_t i = 0; i < COUNT(kernels); i++) {
        if (identify_magic(bytes, size, kernels[i].offset, kernels[i].bytes, kernels[i].size)) {
            snprintf(out, IDENTIFY_MAX, "%s", kernels[i].name);
            return true;
        }
    }
    return false;
}

static bool find_other(const uint8_t *bytes, size_t size, char out[IDENTIFY_MAX])
{
    for (size_t i = 0; i < COUNT(others); i++) {
        if (identify_magic(bytes, size, others[i].offset, others[i].bytes, others[i].size)) {
            snprintf(out, IDENTIFY_MAX, "%s", others[i].name);
            return true;
        }
    }
    return false;
}

const char *identify_content(const uint8_t *bytes, size_t size)
{
    if (identify_magic(bytes, size, BP_boot_flag, "\x55\xaa", 2) &&
        identify_magic(bytes, size, BP_header, "HdrS", 4))
        return "a bzImage";
    if (identify_magic(bytes, size, 0,
                       "\x7f"
                       "ELF",
                       4))
        return "an ELF file (vmlinux)";
    for (size_t i = 0; i < COUNT(kernels); i++)
        if (identify_magic(bytes, size, kernels[i].offset, kernels[i].bytes, kernels[i].size))
            return i == 0 ? "an arm64 Image" : "a kernel of another machine";
    if (identify_magic(bytes, size, 0, "070701", 6))
        return "a cpio archive (an initramfs)";
    if (identify_magic(bytes, size, 257, "ustar", 5))
        return "a tar archive";
    if (identify_magic(bytes, size, 0, "MZ", 2))
        return "an EFI program";
    return NULL;
}

bool identify_file(const uint8_t *bytes, size_t size, char out[IDENTIFY_MAX])
{
    return identify_elf(bytes, size, out) || identify_zboot(bytes, size, out) ||
           find_kernel(bytes, size, out) || identify_pe(bytes, size, out) ||
           identify_uimage(bytes, size, out) || identify_android(bytes, size, out) ||
           find_other(bytes, size, out) || identify_packed(bytes, size, out) ||
           identify_boot_sector(bytes, size, out);
}
