/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * main: setup's stages, in order.
 *
 * For:     asking the BIOS what only the BIOS knows. It is real-mode code, so this is the last
 *          chance: after the switch to protected mode nobody can call it any more.
 * Handed:  by header.S: a stack, one segment for everything, .bss clear.
 * Leaves:  boot_params filled in, and protected mode.
 * Skipped: by loaders that enter at startup_32 or startup_64 and bring boot_params themselves.
 */
#include "boot.h"

struct boot_params boot_params __attribute__((aligned(16)));

void init_registers(struct bios_registers *registers)
{
    memset(registers, 0, sizeof(*registers));
    registers->ds = registers->es = registers->fs = registers->gs = ds();
    registers->eflags = 1; /* carry */
}

/*
 * The header travels on as part of boot_params. Without this the kernel would find no initrd, no
 * command line and no init_size.
 */
static void copy_boot_params(void)
{
    memcpy(&boot_params.hdr, &hdr, sizeof(hdr));
    convert_old_cmdline();
    if (cmdline_has_word("quiet"))
        boot_params.hdr.loadflags |= QUIET_FLAG;
}

/* Some BIOSes set themselves up differently for an operating system in long mode. Tell them. */
static void set_bios_mode(void)
{
    enum { BIOS_TARGET_MODE = 0xec00, TARGET_LONG_MODE = 2 };
    struct bios_registers in;

    init_registers(&in);
    in.eax = BIOS_TARGET_MODE;
    in.ebx = TARGET_LONG_MODE;
    bios_call(0x15, &in, NULL);
}

_Noreturn void main(void);

void main(void)
{
    copy_boot_params();
    set_bios_mode();
    detect_memory();
    checkpoint_memory_detected(linear(&boot_params), boot_params.e820_entries);
    detect_video();
    go_to_protected_mode();
}
