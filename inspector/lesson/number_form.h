/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as a sentence writes them: 0x1893000, 5979744, 5,979,744, 2.3 MiB. */
#ifndef BOOTSCOPE_LESSON_NUMBER_FORM_H
#define BOOTSCOPE_LESSON_NUMBER_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "lesson.h"

#define NUMBER_FORM_MAX 48

/*
 * Writes value in the form that shown has: hexadecimal with as many leading zeros, decimal, with
 * commas, signed when shown is negative, a size in binary units. "?" stands for a hexadecimal number that
 * was not filled in. ERROR_INPUT when shown is none of them.
 */
struct error *number_form(struct span shown, uint64_t value, char out[NUMBER_FORM_MAX]);

/* Reads decimal digits, with or without commas between every three. */
bool number_with_commas(struct span text, uint64_t *ret);

#endif
