/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces of HTML. What a lesson says is never taken for HTML: it may come from anybody. */
#ifndef BOOTSCOPE_MARKDOWN_HTML_H
#define BOOTSCOPE_MARKDOWN_HTML_H

#include <stddef.h>
#include <stdio.h>

/* Text, with the characters that mean something in HTML replaced. */
void html_text(FILE *out, const char *text, size_t length);
/* Markdown; comments in it are left out, other HTML is text. */
void html_markdown(FILE *out, const char *text, size_t length);
/* A block of lines that are kept as they are, of a class of the style. */
void html_lines(FILE *out, const char *class, const char *text, size_t length);

#endif
