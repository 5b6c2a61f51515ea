/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "html.h"

#include <stdlib.h>
#include <string.h>
#include <md4c-html.h>

static const char comment_begin[] = "<!--", comment_end[] = "-->";

void html_text(FILE *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        switch (text[i]) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            putc(text[i], out);
        }
    }
}

/* Copies text without its comments; returns the length of the copy. */
static size_t without_comments(const char *text, size_t length, char *copy)
{
    const char *end = text + length;
    size_t used = 0;

    while (text < end) {
        const char *begin = memmem(text, (size_t)(end - text), comment_begin, 4);
        const char *stop = begin ? begin : end;

        memcpy(copy + used, text, (size_t)(stop - text));
        used += (size_t)(stop - text);
        if (!begin)
            break;
        const char *close = memmem(begin, (size_t)(end - begin), comment_end, 3);
        text = close ? close + 3 : end;
    }
    return used;
}

static void write_out(const MD_CHAR *text, MD_SIZE length, void *out)
{
    fwrite(text, 1, length, out);
}

void html_markdown(FILE *out, const char *text, size_t length)
{
    char *copy = malloc(length + 1);

    if (!copy)
        return;
    length = without_comments(text, length, copy);
    md_html(copy, (MD_SIZE)length, write_out, out,
            MD_FLAG_TABLES | MD_FLAG_NOHTML | MD_FLAG_NOINDENTEDCODEBLOCKS, 0);
    free(copy);
}

void html_lines(FILE *out, const char *class, const char *text, size_t length)
{
    while (length > 0 && text[length - 1] == '\n')
        length--;
    fprintf(out, "<pre class=\"%s\">", class);
    html_text(out, text, length);
    fputs("</pre>\n", out);
}
