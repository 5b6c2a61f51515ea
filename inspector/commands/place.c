/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "place.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Of a source file's name. */
#define FILE_MAX 256

const char *place_module_name(enum module module)
{
    static const char *const names[] = {"setup", "decompressor", "kernel", ""};

    return names[module];
}

const char *place_module_text(enum module module)
{
    static const char *const names[] = {"the setup code", "the decompressor", "the kernel", ""};

    return names[module];
}

/* The modules in the order in which names are looked up. */
static void search_order(const struct stop *stop, enum module order[MODULE_COUNT])
{
    static const enum module usual[] = {MODULE_STUB, MODULE_SETUP, MODULE_KERNEL};
    enum module running = MODULE_COUNT;
    unsigned int count = 0;
    uint64_t link;

    if (stop_place(stop, registers_pc(&stop->regs), &running, &link))
        order[count++] = running;
    for (unsigned int i = 0; i < MODULE_COUNT; i++)
        if (usual[i] != running)
            order[count++] = usual[i];
}

static bool symbol_in(const struct stop *stop, enum module module, const char *name,
                      struct place *ret)
{
    const struct symbols *symbols = stop_symbols(stop, module);
    struct symbol_info info;

    if (!symbols || !symbols_info(symbols, name, &info))
        return false;
    *ret = (struct place){module, info.value, info.absolute};
    return true;
}

bool place_of_symbol(const struct stop *stop, const char *name, struct place *ret)
{
    static const struct {
        const char *prefix;
        enum module module;
    } prefixes[] = {{"setup.", MODULE_SETUP}, {"stub.", MODULE_STUB}, {"kernel.", MODULE_KERNEL}};
    enum module order[MODULE_COUNT];

    search_order(stop, order);
    for (unsigned int i = 0; i < MODULE_COUNT; i++)
        if (symbol_in(stop, order[i], name, ret))
            return true;
    for (unsigned int i = 0; i < MODULE_COUNT; i++) {
        size_t length = strlen(prefixes[i].prefix);

        if (strncmp(name, prefixes[i].prefix, length) == 0)
            return symbol_in(stop, prefixes[i].module, name + length, ret);
    }
    return false;
}

/* "misc.c:40": no blanks, and nothing but a number behind the last colon. */
static bool split_line(const char *text, char *file, unsigned int *ret_line)
{
    const char *colon = strrchr(text, ':');
    unsigned long line;
    char *end;

    if (!colon || colon == text || !isdigit((unsigned char)colon[1]) ||
        (size_t)(colon - text) >= FILE_MAX || strcspn(text, " \t?()[]") != strlen(text))
        return false;
    line = strtoul(colon + 1, &end, 10);
    if (*end || line > INT32_MAX)
        return false;
    memcpy(file, text, (size_t)(colon - text));
    file[colon - text] = '\0';
    *ret_line = (unsigned int)line;
    return true;
}

struct error *place_of_line(const struct stop *stop, const char *text, bool *ret_found,
                            struct place *ret)
{
    enum module order[MODULE_COUNT];
    char file[FILE_MAX];
    bool has_file = false;
    unsigned int line;
    uint64_t link;

    *ret_found = split_line(text, file, &line);
    if (!*ret_found)
        return NULL;
    search_order(stop, order);
    for (unsigned int i = 0; i < MODULE_COUNT; i++) {
        const struct symbols *symbols = stop_symbols(stop, order[i]);
        enum symbols_at at = symbols ? symbols_at_line(symbols, file, line, &link)
                                     : SYMBOLS_AT_NO_FILE;

        if (at == SYMBOLS_AT_FOUND) {
            *ret = (struct place){order[i], link, false};
            return NULL;
        }
        has_file = has_file || at == SYMBOLS_AT_NO_LINE;
    }
    if (has_file)
        return error_new(ERROR_INPUT, "%s: no code at line %u or behind it", file, line);
    return error_new(ERROR_INPUT, "%s: no such source file in the debug information", file);
}

struct maybe place_address(const struct stop *stop, const struct place *place)
{
    return place->absolute ? known(place->link) : stop_address(stop, place->module, place->link);
}
