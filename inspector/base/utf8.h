/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BOOTSCOPE_BASE_UTF8_H
#define BOOTSCOPE_BASE_UTF8_H

#include <stddef.h>

/*
 * How many bytes at the start of text are UTF-8; strlen(text) when all are. Overlong forms,
 * surrogates and what lies beyond U+10FFFF are none, as for jansson.
 */
size_t utf8_span(const char *text);

#endif
