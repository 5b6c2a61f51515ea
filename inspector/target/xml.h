/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A scanner for the XML of target descriptions: it yields start tags with their attributes, in
 * order, and skips everything else (comments, declarations, text, end tags). It never
 * reads past the text, and names and values point into it.
 */
#ifndef BOOTSCOPE_TARGET_XML_H
#define BOOTSCOPE_TARGET_XML_H

#include <stdbool.h>
#include <stddef.h>

struct xml_name {
    const char *text;
    size_t length;
};

#define XML_ATTRIBUTES_MAX 12

struct xml_tag {
    struct xml_name name;
    unsigned int count;
    struct {
        struct xml_name name, value;
    } attributes[XML_ATTRIBUTES_MAX];
};

enum xml_result { XML_TAG, XML_END, XML_MALFORMED };

/* Reads the next start tag at *at and moves *at behind it (on XML_MALFORMED: to what is wrong). */
enum xml_result xml_next(const char **at, const char *end, struct xml_tag *ret);

bool xml_name_is(struct xml_name name, const char *text);
/* The attribute's value; false when the tag has none of that name. */
bool xml_attribute(const struct xml_tag *tag, const char *name, struct xml_name *ret);
/* The attribute as a decimal number up to max; false when it is missing or is none. */
bool xml_number(const struct xml_tag *tag, const char *name, unsigned int max, unsigned int *ret);

#endif
