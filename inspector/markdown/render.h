/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Markdown for a terminal: paragraphs wrapped, tables aligned, code as it is. Bold, emphasis and code are
 * colours; without colour, code keeps its backquotes. Comments and other HTML are left out. Nothing
 * that a text says reaches the terminal as a control character.
 */
#ifndef BOOTSCOPE_MARKDOWN_RENDER_H
#define BOOTSCOPE_MARKDOWN_RENDER_H

#include <stddef.h>

#include "error.h"
#include "text.h"

#define RENDER_COLUMNS_MIN 40

/* Blocks nested in one another, and columns of a table; more are ERROR_INPUT. */
#define RENDER_DEPTH_MAX  32
#define RENDER_CELLS_MAX  32
#define RENDER_MARKER_MAX 16

/* How wide text is: the terminal's width within RENDER_COLUMNS_MIN and TEXT_COLUMNS, else the latter. */
unsigned int render_columns(const struct text *text);
/* The terminal's lines; 0 when text is none. */
unsigned int render_rows(const struct text *text);

/*
 * Prints length bytes of CommonMark with tables. Lines end within columns; only code blocks may be wider
 * (they are indented by four and never wrapped). No blank line before the first or behind the last.
 * ERROR_INPUT for what is nested too deep, ERROR_SYSTEM without memory.
 */
struct error *render_markdown(const char *markdown, size_t length, unsigned int columns,
                              const struct text *text);

#endif
