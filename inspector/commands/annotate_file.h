/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BOOTSCOPE_COMMANDS_ANNOTATE_FILE_H
#define BOOTSCOPE_COMMANDS_ANNOTATE_FILE_H

#include "annotation.h"
#include "error.h"

/* Before a long walk: ERROR_INPUT when the file's folder cannot be written to, or it is no file. */
struct error *annotate_file_check(const char *path);
/*
 * Writes the annotation as Markdown, all of it or nothing: under another name first, which then takes
 * path's place. ERROR_INPUT, ERROR_SYSTEM with the path.
 */
struct error *annotate_file_write(const char *path, const struct annotation *annotation);

#endif
