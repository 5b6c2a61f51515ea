/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <stddef.h>

const struct command commands_boot[] = {
    {.name = NULL},
};
