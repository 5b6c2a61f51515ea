/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of the commands that show a boot, and what their files share. */
#include "boot.h"

static bool is_done(struct debugger *debugger, const struct stop *stop, const char *name)
{
    const struct stage *stage = stages_named(&debugger_session(debugger)->stages, name);

    return stage && (debugger_passed(debugger, stage) ||
                     (stop->stage && stop->stage->index >= stage->index));
}

struct boot_done boot_done(struct debugger *debugger, const struct stop *stop)
{
    return (struct boot_done){
        .copied = is_done(debugger, stop, "image-copied"),
        .chosen = is_done(debugger, stop, "location-chosen"),
        .decompressed = is_done(debugger, stop, "decompressed"),
        .loaded = is_done(debugger, stop, "elf-loaded"),
        .relocated = is_done(debugger, stop, "relocations-applied"),
        .entered = is_done(debugger, stop, "kernel-entry"),
    };
}

struct error *boot_check(const char *what, size_t wrong)
{
    if (wrong == 0)
        return NULL;
    return error_new(ERROR_CHECK, "%s: %zu thing%s not as must be", what, wrong,
                     wrong == 1 ? " is" : "s are");
}

const struct command commands_boot[] = {
    {.name = "bss",
     .arguments = "",
     .summary = "the decompressor's .bss: which bytes of it are not zero",
     .example = "bss",
     .help = "A proof at bss-cleared, where all of it must be zero.",
     .group = GROUP_BOOT,
     .has_json = true,
     .run = run_bss},
    {.name = "moved",
     .arguments = "",
     .summary = "the decompressor's copy of itself, with its overlap drawn",
     .example = "moved",
     .help = "Compared byte for byte at image-copied; elsewhere only the addresses are shown.",
     .group = GROUP_BOOT,
     .has_json = true,
     .run = run_moved},
    {.name = "segments",
     .arguments = "",
     .summary = "the kernel's PT_LOADs: from where, to where, equal or not",
     .example = "segments",
     .help = "Compared at decompressed (the payload as a whole), elf-loaded,\n"
             "relocations-applied and kernel-entry; elsewhere only the addresses are shown.",
     .group = GROUP_BOOT,
     .has_json = true,
     .run = run_segments},
    {.name = "reloc",
     .arguments = "[SITE|wrong]",
     .summary = "how far everything moved, and which relocation sites are wrong",
     .example = "reloc",
     .help = "All sites are compared at relocations-applied and kernel-entry. SITE is an\n"
             "address of one site, as linked or as it is now: its kind, its place, the\n"
             "expected and the found value. \"reloc wrong\" lists the wrong ones.",
     .group = GROUP_BOOT,
     .completes = ARGUMENT_EXPRESSION,
     .has_json = true,
     .run = run_reloc},
    {.name = "memmap",
     .arguments = "",
     .summary = "physical memory at this place, region by region, with overlaps drawn",
     .example = "memmap",
     .help = "What the firmware says (RAM, reserved, holes) and what the boot has put there:\n"
             "the image as loaded, its copy and the parts of it, the output buffer, the kernel.",
     .group = GROUP_BOOT,
     .has_json = true,
     .run = run_memmap},
    {.name = "e820",
     .arguments = "",
     .summary = "the firmware's memory map, as boot_params has it",
     .example = "e820",
     .group = GROUP_BOOT,
     .has_json = true,
     .run = run_e820},
    {.name = "params",
     .aliases = "bootparams",
     .arguments = "",
     .summary = "boot_params: what the boot loader and setup hand on",
     .example = "params",
     .group = GROUP_BOOT,
     .has_json = true,
     .run = run_params},
    {.name = "cmdline",
     .arguments = "",
     .summary = "the kernel's command line",
     .example = "cmdline",
     .group = GROUP_BOOT,
     .has_json = true,
     .run = run_cmdline},
    {.name = "kaslr",
     .arguments = "",
     .summary = "how KASLR chose the kernel's place: what it avoided, the slots",
     .example = "kaslr",
     .help =
         "From location-chosen on. What must be avoided and which slots remain is computed from\n"
         "boot_params, e820, the command line and the image, by the rules of Linux or of the\n"
         "stub; the choice must be one of the slots, physical and virtual, and the stub's own\n"
         "account must agree. With kaslr_seed= the places are computed. The picture shows\n"
         "where they are; entropy is the logarithm of the slots to the base 2.",
     .group = GROUP_BOOT,
     .has_json = true,
     .run = run_kaslr},
    {.name = NULL},
};
