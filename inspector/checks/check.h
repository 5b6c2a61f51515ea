/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope check: the front door of check files. */
#ifndef BOOTSCOPE_CHECKS_CHECK_H
#define BOOTSCOPE_CHECKS_CHECK_H

#include "error.h"

/* As the other commands of the program (cli/subcommand.h). */
struct error *subcommand_check(int argc, char **argv, int *ret_status);

#endif
