/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading numbers out of JSON that somebody else may have written. */
#ifndef BOOTSCOPE_CLI_SWEEP_JSON_H
#define BOOTSCOPE_CLI_SWEEP_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

/* The value of "0x..." under the key; false for all else. */
bool sweep_hex(const json_t *object, const char *key, uint64_t *ret);
/* A whole number that is not negative. */
bool sweep_count(const json_t *object, const char *key, uint64_t *ret);

#endif
