/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BOOTSCOPE_MARKERS_PARSE_H
#define BOOTSCOPE_MARKERS_PARSE_H

#include "markers.h"

/*
 * Parses one line without its newline:
 *
 *      marker = "@" name *(" " key "=0x" 1*16hexdigit)
 *      name   = (letter / digit) *(letter / digit / "-" / "_")     up to CHECKPOINT_NAME_MAX - 1
 *      key    = (letter / "_") *(letter / digit / "_")             up to MARKER_KEY_MAX - 1
 *
 * False for anything else, for a key that comes twice, and for more than MARKER_KEYS_MAX keys.
 */
bool marker_parse(const char *line, size_t length, struct marker *ret);

#endif
