/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope check: the front door of check files. */
#ifndef BOOTSCOPE_CHECKS_CHECK_H
#define BOOTSCOPE_CHECKS_CHECK_H

#include "error.h"
#include "text.h"

/*
 * Boots image as a check file wants it, and prints the report as text. *ret_status: 0, every check holds; 1, one does
 * not; 2 or 3, a guest could not be had or died. ERROR_INPUT when the file or the image is wrong.
 */
struct error *check_file(const char *image, const char *file, const struct text *text,
                         int *ret_status);

/* As the other commands of the program (cli/subcommand.h). */
struct error *subcommand_check(int argc, char **argv, int *ret_status);

#endif
