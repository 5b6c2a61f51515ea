/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ELF files: a vmlinux, the decompressor before it became a bzImage, a Multiboot kernel. */
#include "identify_internal.h"

#include <elf.h>
#include <stdio.h>

#include "bytes.h"

/* e_machine is at the same place in both classes. */
#define E_TYPE 16
#define E_END  20

#define MULTIBOOT_MAGIC  0x1badb002u /* with flags and their checksum, in the first 8 KiB */
#define MULTIBOOT_SPAN   8192
#define MULTIBOOT2_MAGIC 0xe85250d6u /* with architecture, length, checksum, in the first 32 KiB */
#define MULTIBOOT2_SPAN  32768

static bool multiboot_at(const uint8_t *at)
{
    return load_le32(at) == MULTIBOOT_MAGIC &&
           load_le32(at) + load_le32(at + 4) + load_le32(at + 8) == 0;
}

static bool multiboot2_at(const uint8_t *at)
{
    return load_le32(at) == MULTIBOOT2_MAGIC &&
           load_le32(at) + load_le32(at + 4) + load_le32(at + 8) + load_le32(at + 12) == 0;
}

static bool is_multiboot(const uint8_t *bytes, size_t size)
{
    for (size_t at = 0; at + 16 <= size && at < MULTIBOOT2_SPAN; at += 4)
        if ((at < MULTIBOOT_SPAN && multiboot_at(bytes + at)) || multiboot2_at(bytes + at))
            return true;
    return false;
}

static const char *machine_name(unsigned int machine)
{
    static const struct {
        unsigned int machine;
        const char *name;
    } names[] = {{EM_386, "i386"},      {EM_X86_64, "x86-64"},      {EM_ARM, "ARM"},
                 {EM_AARCH64, "arm64"}, {EM_RISCV, "RISC-V"},       {EM_PPC64, "PowerPC"},
                 {EM_S390, "s390"},     {EM_LOONGARCH, "LoongArch"}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].machine == machine)
            return names[i].name;
    return "another machine";
}

bool identify_elf(const uint8_t *bytes, size_t size, char out[IDENTIFY_MAX])
{
    if (!identify_magic(bytes, size, 0, ELFMAG, SELFMAG))
        return false;
    unsigned int type = size < E_END ? ET_NONE : load_le32(bytes + E_TYPE) & 0xffff;
    unsigned int machine = size < E_END ? EM_NONE : load_le32(bytes + E_TYPE) >> 16;
    const char *what = "a vmlinux has no boot header; its bzImage has (arch/x86/boot/bzImage)";

    if (machine != EM_386 && machine != EM_X86_64)
        what = "there is no x86 boot code in it";
    else if (is_multiboot(bytes, size))
        what = "a Multiboot kernel, which Linux's boot protocol does not start";
    else if (type == ET_REL)
        what = "an object file or a module, not a kernel";
    snprintf(out, IDENTIFY_MAX, "an ELF file for %s: %s", machine_name(machine), what);
    return true;
}
