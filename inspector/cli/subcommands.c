/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "subcommand.h"

#include <stddef.h>

#include "check.h"

const struct subcommand subcommands[] = {
    {"run", "IMAGE", "boot with no debugger and print the markers as a timeline", subcommand_run},
    {"trace", "IMAGE", "stop at every checkpoint, dump and prove the state there",
     subcommand_trace},
    {"repl", "IMAGE", "debug the boot at a prompt or by scripts, forwards and back",
     subcommand_repl},
    {"check", "IMAGE FILE...", "boot and check what files of assertions say, for CI",
     subcommand_check},
    {"info", "IMAGE", "decode an image without running it", subcommand_info},
    {"wrap", "VMLINUZ -o IMAGE", "put the annotated stub in front of a real kernel",
     subcommand_wrap},
    {"profile", "IMAGE", "count the instructions of each stage of a boot, or of two side by side",
     subcommand_profile},
    {"compare", "IMAGE IMAGE2", "boot two images, or one in two ways, and show what differs",
     subcommand_compare},
    {"sweep", "IMAGE", "boot many times and test how evenly KASLR spreads the kernel",
     subcommand_sweep},
    {"gateway", "IMAGE", "stand between gdb and the guest: target remote | bootscope gateway IMAGE",
     subcommand_gateway},
    {"lesson", "[NAME]", "learn the boot path in lessons that run in a live guest",
     subcommand_lesson},
    {NULL, NULL, NULL, NULL},
};
