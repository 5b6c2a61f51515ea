/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <stddef.h>

const struct command commands[] = {
    {"run", "IMAGE", "boot with no debugger and print the markers as a timeline", command_run},
    {"trace", "IMAGE", "stop at every checkpoint, dump and prove the state there", command_trace},
    {"info", "IMAGE", "decode an image without running it", command_info},
    {"wrap", "VMLINUZ -o IMAGE", "put the annotated stub in front of a real kernel", command_wrap},
    {NULL, NULL, NULL, NULL},
};
