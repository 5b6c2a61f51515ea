/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "layout.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xml.h"

#define ROOT_ANNEX   "target.xml"
#define ANNEX_MAX    64 /* longest name, with its NUL */
#define ANNEXES_MAX  32 /* files in all */
#define DEPTH_MAX    4
#define DOCUMENT_MAX 0x100000
#define PIECE_SIZE   0xff0 /* what one request asks for: fits QEMU's smallest packet */
#define BITS_MAX     4096
#define NUMBER_MAX   65535

struct reading {
    struct connection *connection;
    struct layout *layout;
    unsigned int next_number; /* of a register that names none: one more than the one before */
    unsigned int annexes;
};

struct document {
    char *text;
    size_t length;
};

static struct error *add_piece(struct document *document, const struct reply *reply)
{
    size_t length = reply->length - 1;

    if (document->length + length > DOCUMENT_MAX)
        return error_new(ERROR_PROTOCOL, "longer than %d bytes", DOCUMENT_MAX);
    char *text = realloc(document->text, document->length + length + 1);
    if (!text)
        return error_errno(ENOMEM, "register description");
    memcpy(text + document->length, reply->body + 1, length);
    document->text = text;
    document->length += length;
    return NULL;
}

/* Fetches one file: pieces that begin with "m", the last with "l". */
static struct error *fetch(struct reading *reading, const char *annex, struct document *ret)
{
    struct document document = {0};
    struct error *err = NULL;
    bool last = false;

    while (!err && !last) {
        char request[128];
        struct reply reply;

        snprintf(request, sizeof(request), "qXfer:features:read:%s:%zx,%x", annex, document.length,
                 PIECE_SIZE);
        err = connection_request(reading->connection, request, &reply);
        if (err)
            break;
        last = reply.length > 0 && reply.body[0] == 'l';
        if (!last && (reply.length < 2 || reply.body[0] != 'm'))
            err = reply_error(request, &reply, "\"m\" and text, or \"l\"");
        else
            err = error_context(add_piece(&document, &reply), "%s", annex);
    }
    if (err) {
        free(document.text);
        return err;
    }
    *ret = document;
    return NULL;
}

static struct error *add_register(struct reading *reading, const struct xml_tag *tag)
{
    struct layout *layout = reading->layout;
    struct layout_register *reg = &layout->registers[layout->count];
    struct xml_name name;
    unsigned int bits;

    if (layout->count == LAYOUT_REGISTERS_MAX)
        return error_new(ERROR_PROTOCOL, "more than %d registers", LAYOUT_REGISTERS_MAX);
    if (!xml_attribute(tag, "name", &name) || name.length == 0 || name.length >= LAYOUT_NAME_MAX)
        return error_new(ERROR_PROTOCOL, "register %u: no usable name", layout->count);
    snprintf(reg->name, sizeof(reg->name), "%.*s", (int)name.length, name.text);
    if (!xml_number(tag, "bitsize", BITS_MAX, &bits) || bits == 0 || bits % 8)
        return error_new(ERROR_PROTOCOL, "register %.*s: bitsize is no whole number of bytes",
                         (int)name.length, name.text);
    reg->size = bits / 8;
    reg->number = reading->next_number;
    struct xml_name number;
    if (xml_attribute(tag, "regnum", &number) &&
        !xml_number(tag, "regnum", NUMBER_MAX, &reg->number))
        return error_new(ERROR_PROTOCOL, "register %.*s: regnum \"%.*s\" is no number",
                         (int)name.length, name.text,
                         (int)(number.length < 20 ? number.length : 20), number.text);
    reading->next_number = reg->number + 1;
    layout->count++;
    return NULL;
}

static struct error *read_annex(struct reading *reading, const char *annex, unsigned int depth);

static struct error *include(struct reading *reading, const struct xml_tag *tag, unsigned int depth)
{
    char annex[ANNEX_MAX];
    struct xml_name href;

    if (!xml_attribute(tag, "href", &href) || href.length == 0 || href.length >= ANNEX_MAX)
        return error_new(ERROR_PROTOCOL, "xi:include with no usable href");
    for (size_t i = 0; i < href.length; i++) {
        /* It becomes part of a request, where ":" and control bytes would mean something else. */
        if (!isgraph((unsigned char)href.text[i]) || href.text[i] == ':')
            return error_new(ERROR_PROTOCOL, "xi:include with an unusable href");
    }
    memcpy(annex, href.text, href.length);
    annex[href.length] = '\0';
    return read_annex(reading, annex, depth + 1);
}

static struct error *scan(struct reading *reading, const struct document *document,
                          unsigned int depth)
{
    const char *at = document->text, *end = document->text + document->length;
    struct error *err = NULL;
    struct xml_tag tag;

    while (!err) {
        enum xml_result result = xml_next(&at, end, &tag);

        if (result == XML_END)
            break;
        if (result == XML_MALFORMED)
            err = error_new(ERROR_PROTOCOL, "malformed XML at byte %zu",
                            (size_t)(at - document->text));
        else if (xml_name_is(tag.name, "reg"))
            err = add_register(reading, &tag);
        else if (xml_name_is(tag.name, "xi:include"))
            err = include(reading, &tag, depth);
    }
    return err;
}

static struct error *read_annex(struct reading *reading, const char *annex, unsigned int depth)
{
    struct document document;

    if (depth > DEPTH_MAX || reading->annexes++ == ANNEXES_MAX)
        return error_new(ERROR_PROTOCOL, "%s: more than %d files or %d levels of them", annex,
                         ANNEXES_MAX, DEPTH_MAX);
    struct error *err = fetch(reading, annex, &document);
    if (err)
        return err;
    err = error_context(scan(reading, &document, depth), "%s", annex);
    free(document.text);
    return err;
}

static int by_number(const void *a, const void *b)
{
    const struct layout_register *left = a, *right = b;

    return (left->number > right->number) - (left->number < right->number);
}

/* A g reply holds the registers in order of number, without gaps. */
static struct error *place(struct layout *layout)
{
    if (layout->count == 0)
        return error_new(ERROR_PROTOCOL, ROOT_ANNEX ": describes no registers");
    qsort(layout->registers, layout->count, sizeof(layout->registers[0]), by_number);
    for (unsigned int i = 0; i < layout->count; i++) {
        struct layout_register *reg = &layout->registers[i];

        if (i > 0 && reg->number == reg[-1].number)
            return error_new(ERROR_PROTOCOL, ROOT_ANNEX ": registers %s and %s have number %u",
                             reg[-1].name, reg->name, reg->number);
        reg->offset = (unsigned int)layout->size;
        layout->size += reg->size;
    }
    return NULL;
}

struct error *layout_read(struct connection *connection, struct layout *ret)
{
    struct reading reading = {.connection = connection, .layout = ret};

    memset(ret, 0, sizeof(*ret));
    struct error *err = read_annex(&reading, ROOT_ANNEX, 0);
    return err ? err : place(ret);
}

const struct layout_register *layout_find(const struct layout *layout, const char *name)
{
    for (unsigned int i = 0; i < layout->count; i++) {
        if (strcmp(layout->registers[i].name, name) == 0)
            return &layout->registers[i];
    }
    return NULL;
}
