/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BOOTSCOPE_COURSE_PROGRESS_VALID_H
#define BOOTSCOPE_COURSE_PROGRESS_VALID_H

#include <stddef.h>
#include <jansson.h>

#include "error.h"

/*
 * Reads bytes as a progress file. ERROR_INPUT, one line without the file's name, for what is none: not
 * JSON, wrong types, counts that cannot be, another version.
 */
struct error *progress_valid(const char *bytes, size_t length, json_t **ret);

#endif
