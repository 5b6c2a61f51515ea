/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dis and sym: code, and what an address belongs to. */
#include <stdlib.h>
#include <string.h>

#include "disasm.h"
#include "memory.h"
#include "place.h"

#define INSTRUCTIONS_USUAL 10
#define INSTRUCTIONS_MAX   1024

/* A heading where another symbol begins, as in objdump. */
static void print_heading(const struct stop *stop, uint64_t address, bool first,
                          const struct text *text)
{
    char name[96];

    if (!*symbol_text(stop, address, name, sizeof(name)))
        return;
    if (first || !strchr(name, '+'))
        text_print(text, TEXT_HEADING, "%s:\n", name);
}

static void print_lines(const struct stop *stop, const struct disasm_view *view, bool first,
                        const struct text *text)
{
    uint64_t pc = registers_pc(&stop->regs).value;

    for (unsigned int i = 0; i < view->count; i++) {
        const struct disasm_line *line = &view->lines[i];

        print_heading(stop, line->address, first && i == 0, text);
        text_print(text, line->address == pc ? TEXT_GOOD : TEXT_PLAIN, "%s",
                   line->address == pc ? "=> " : "   ");
        disasm_line_text(line, text);
    }
}

/* Adds the next piece to what is there; takes neither. */
static json_t *joined(json_t *whole, const struct disasm_view *view)
{
    json_t *piece = disasm_json(view);

    if (!whole)
        return piece;
    json_array_extend(json_object_get(whole, "lines"), json_object_get(piece, "lines"));
    json_object_set(whole, "unreadable", json_object_get(piece, "unreadable"));
    json_decref(piece);
    return whole;
}

/* Views hold a limited number of lines: a long listing is several. */
static struct error *disassemble(struct environment *environment, const struct stop *stop,
                                 uint64_t *address, uint64_t count)
{
    unsigned int bits = cpu_mode_bits(registers_mode(&stop->regs));
    struct disasm_view *view = malloc(sizeof(*view));
    json_t *json = NULL;
    struct error *err = NULL;
    bool first = true;

    if (!view)
        return error_new(ERROR_SYSTEM, "disassembly: no memory");
    view->cut = false;
    for (; !err && count > 0 && !view->cut; first = false) {
        unsigned int piece = count < DISASM_LINES_MAX ? (unsigned int)count : DISASM_LINES_MAX;

        err = disasm_capture(stop, virt(*address), bits, piece, view);
        if (err)
            break;
        if (environment->json)
            json = joined(json, view);
        else
            print_lines(stop, view, first, environment->text);
        count -= view->count;
        for (unsigned int i = 0; i < view->count; i++)
            *address = view->lines[i].address + view->lines[i].size;
    }
    if (json && !err)
        json_object_set_new(json, "pc", json_hex(registers_pc(&stop->regs).value));
    if (json && !err)
        command_print_json(environment, json);
    else if (json)
        json_decref(json);
    if (!err && view->cut && !environment->json)
        err = memory_missing((struct memory_area){false, view->unreadable});
    free(view);
    return err;
}

struct error *code_list(struct environment *environment, uint64_t *address, uint64_t count)
{
    const struct stop *stop;
    struct error *err = command_stop(environment, &stop);

    if (err)
        return err;
    if (count == 0 || count > INSTRUCTIONS_MAX)
        return error_new(ERROR_INPUT, "from 1 to %d instructions at once", INSTRUCTIONS_MAX);
    return disassemble(environment, stop, address, count);
}

struct error *run_dis(struct environment *environment, const struct command_line *line)
{
    uint64_t address, given, count = INSTRUCTIONS_USUAL;
    const struct stop *stop;
    bool has_count = false;
    struct error *err = command_stop(environment, &stop);

    if (err)
        return err;
    if (line->count > 0)
        err = pair_argument(environment, line->rest, &address, &has_count, &given);
    else
        address = registers_pc(&stop->regs).value;
    if (err)
        return err;
    return code_list(environment, &address, has_count ? given : count);
}

/* What is known of one address. */
struct owner {
    uint64_t address, link, offset, size;
    enum module module;
    const char *name, *file; /* file may be NULL */
    unsigned int line;
    const char *copy, *copy_text; /* which copy of the module; copy may be NULL */
    uint64_t base;
};

static void find_copy(const struct stop *stop, struct owner *owner)
{
    owner->base = owner->address - owner->link;
    owner->copy_text = "loaded";
    if (owner->module == MODULE_STUB) {
        bool copy = stop->facts.copy.known && owner->base == stop->facts.copy.value;

        owner->copy = copy ? "copy" : "loaded";
        owner->copy_text = copy ? "the copy" : "as loaded";
    } else if (owner->module == MODULE_KERNEL) {
        bool high = owner->address >= image_map(stop->image);

        owner->copy = high ? "virtual" : "physical";
        owner->copy_text = high ? "at its virtual address" : "at its physical address";
    }
}

static bool find_owner(const struct stop *stop, uint64_t address, struct owner *ret)
{
    struct symbol_info info;
    const struct symbols *symbols;

    *ret = (struct owner){.address = address};
    if (!stop_place(stop, virt(address), &ret->module, &ret->link))
        return false;
    symbols = stop_symbols(stop, ret->module);
    ret->name = symbols_name(symbols, ret->link, &ret->offset);
    if (!ret->name)
        return false;
    if (symbols_info(symbols, ret->name, &info) && info.value == ret->link - ret->offset)
        ret->size = info.size;
    if (!symbols_line(symbols, ret->link, &ret->file, &ret->line))
        ret->file = NULL;
    find_copy(stop, ret);
    return true;
}

static void print_owner(const struct owner *owner, const struct text *text)
{
    text_print(text, TEXT_PLAIN, "%s  ", text_hex(owner->address));
    text_print(text, TEXT_HEADING, "%s", owner->name);
    if (owner->offset)
        text_print(text, TEXT_HEADING, "+%s", text_hex(owner->offset));
    if (owner->size)
        text_print(text, TEXT_DIM, "  of %s bytes", text_hex(owner->size));
    if (owner->file)
        text_print(text, TEXT_PLAIN, "  %s:%u", owner->file, owner->line);
    text_print(text, TEXT_PLAIN, "\n  %s, %s, linked at %s\n", place_module_name(owner->module),
               owner->copy_text, text_hex(owner->link));
}

static json_t *owner_json(const struct owner *owner)
{
    return json_pack(
        "{s:o, s:s, s:o, s:o, s:s?, s:o, s:s, s:o, s:s?}", "address", json_hex(owner->address),
        "symbol", owner->name, "offset", json_hex(owner->offset), "size",
        owner->size ? json_hex(owner->size) : json_null(), "file", owner->file, "line",
        owner->file ? json_integer(owner->line) : json_null(), "module",
        place_module_name(owner->module), "link", json_hex(owner->link), "copy", owner->copy);
}

struct error *run_sym(struct environment *environment, const struct command_line *line)
{
    const struct stop *stop;
    struct owner owner;
    uint64_t address;
    struct error *err = command_stop(environment, &stop);

    if (err)
        return err;
    address = registers_pc(&stop->regs).value;
    if (*line->rest)
        err = place_argument(environment, line->rest, &address);
    if (err)
        return err;
    if (!find_owner(stop, address, &owner))
        return error_new(ERROR_INPUT, "%s: belongs to no symbol of setup, decompressor or kernel",
                         text_hex(address));
    if (environment->json)
        command_print_json(environment, owner_json(&owner));
    else
        print_owner(&owner, environment->text);
    return NULL;
}
