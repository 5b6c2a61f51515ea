/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xml.h"

#include <ctype.h>
#include <string.h>

static bool starts(const char *at, const char *end, const char *text)
{
    size_t length = strlen(text);

    return (size_t)(end - at) >= length && memcmp(at, text, length) == 0;
}

/* Behind the next occurrence of text, or NULL. */
static const char *behind(const char *at, const char *end, const char *text)
{
    const char *found = memmem(at, (size_t)(end - at), text, strlen(text));

    return found ? found + strlen(text) : NULL;
}

/* <!DOCTYPE ...>: an internal subset [...] may hold further ">". */
static const char *behind_declaration(const char *at, const char *end)
{
    int depth = 0;

    for (; at < end; at++) {
        if (*at == '[')
            depth++;
        else if (*at == ']')
            depth--;
        else if (*at == '>' && depth == 0)
            return at + 1;
    }
    return NULL;
}

/* What "<" begins, when that is no start tag; NULL when it does not end. */
static const char *skip_markup(const char *at, const char *end)
{
    if (starts(at, end, "<!--"))
        return behind(at + strlen("<!--"), end, "-->");
    if (starts(at, end, "<![CDATA["))
        return behind(at, end, "]]>");
    if (starts(at, end, "<?"))
        return behind(at, end, "?>");
    if (starts(at, end, "<!"))
        return behind_declaration(at, end);
    return behind(at, end, ">"); /* an end tag */
}

static bool name_byte(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_' || byte == '-' || byte == ':' || byte == '.';
}

static struct xml_name scan_name(const char **at, const char *end)
{
    struct xml_name name = {*at, 0};

    while (*at < end && name_byte(**at))
        (*at)++;
    name.length = (size_t)(*at - name.text);
    return name;
}

static void skip_space(const char **at, const char *end)
{
    while (*at < end && isspace((unsigned char)**at))
        (*at)++;
}

/* NAME="VALUE" or NAME='VALUE' */
static bool scan_attribute(const char **at, const char *end, struct xml_tag *tag)
{
    struct xml_name name = scan_name(at, end);

    if (name.length == 0 || tag->count == XML_ATTRIBUTES_MAX)
        return false;
    skip_space(at, end);
    if (*at == end || *(*at)++ != '=')
        return false;
    skip_space(at, end);
    if (*at == end || (**at != '"' && **at != '\''))
        return false;
    const char *value = *at + 1;
    const char *close = memchr(value, **at, (size_t)(end - value));
    if (!close)
        return false;
    tag->attributes[tag->count].name = name;
    tag->attributes[tag->count++].value = (struct xml_name){value, (size_t)(close - value)};
    *at = close + 1;
    return true;
}

static bool scan_tag(const char **at, const char *end, struct xml_tag *tag)
{
    tag->count = 0;
    (*at)++;
    tag->name = scan_name(at, end);
    if (tag->name.length == 0)
        return false;
    for (;;) {
        skip_space(at, end);
        if (*at == end)
            return false;
        if (**at == '>' || starts(*at, end, "/>")) {
            *at += **at == '>' ? 1 : 2;
            return true;
        }
        if (!scan_attribute(at, end, tag))
            return false;
    }
}

enum xml_result xml_next(const char **at, const char *end, struct xml_tag *ret)
{
    for (;;) {
        const char *open = memchr(*at, '<', (size_t)(end - *at));

        if (!open) {
            *at = end;
            return XML_END;
        }
        *at = open;
        if (open + 1 < end && open[1] != '!' && open[1] != '?' && open[1] != '/') {
            bool whole = scan_tag(at, end, ret);

            if (!whole)
                *at = open;
            return whole ? XML_TAG : XML_MALFORMED;
        }
        const char *next = skip_markup(open, end);
        if (!next)
            return XML_MALFORMED;
        *at = next;
    }
}

bool xml_name_is(struct xml_name name, const char *text)
{
    return name.length == strlen(text) && memcmp(name.text, text, name.length) == 0;
}

bool xml_attribute(const struct xml_tag *tag, const char *name, struct xml_name *ret)
{
    for (unsigned int i = 0; i < tag->count; i++) {
        if (xml_name_is(tag->attributes[i].name, name)) {
            *ret = tag->attributes[i].value;
            return true;
        }
    }
    return false;
}

bool xml_number(const struct xml_tag *tag, const char *name, unsigned int max, unsigned int *ret)
{
    struct xml_name value;
    unsigned int number = 0;

    if (!xml_attribute(tag, name, &value) || value.length == 0)
        return false;
    for (size_t i = 0; i < value.length; i++) {
        if (!isdigit((unsigned char)value.text[i]))
            return false;
        number = number * 10 + (unsigned int)(value.text[i] - '0');
        if (number > max)
            return false;
    }
    *ret = number;
    return true;
}
