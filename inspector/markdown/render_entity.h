/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BOOTSCOPE_MARKDOWN_RENDER_ENTITY_H
#define BOOTSCOPE_MARKDOWN_RENDER_ENTITY_H

#include <stdbool.h>
#include <stddef.h>

#define RENDER_ENTITY_MAX 8

/*
 * What a character reference of Markdown ("&amp;", "&#65;", "&#x41;") stands for, as a UTF-8 string. False for
 * a name that is not known: it is shown as it stands.
 */
bool render_entity(const char *text, size_t length, char out[RENDER_ENTITY_MAX]);

#endif
