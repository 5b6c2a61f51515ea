/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "linear.h"
#include "place.h"

#define MARKER_PREFIX "marker."

/* Values that the boot is known by. */
struct boot_value {
    const char *name;
    struct maybe (*get)(const struct stop *stop);
    const char *missing; /* why it may be unknown */
};

static struct maybe get_setup(const struct stop *stop)
{
    return stop->facts.setup;
}

static struct maybe get_boot_params(const struct stop *stop)
{
    return stop->facts.boot_params;
}

static struct maybe get_load(const struct stop *stop)
{
    return stop->facts.load;
}

static struct maybe get_copy(const struct stop *stop)
{
    return stop->facts.copy;
}

static struct maybe get_output(const struct stop *stop)
{
    return stop->facts.output;
}

static struct maybe get_virtual(const struct stop *stop)
{
    return stop->facts.virtual;
}

/* From where the kernel is linked. */
static struct maybe delta(const struct stop *stop, struct maybe place)
{
    if (!place.known || !stop->image)
        return (struct maybe){0};
    return known(place.value - stop->image->setup.pref_address);
}

static struct maybe get_physical_delta(const struct stop *stop)
{
    return delta(stop, stop->facts.output);
}

static struct maybe get_virtual_delta(const struct stop *stop)
{
    return delta(stop, stop->facts.virtual);
}

static struct maybe get_entry(const struct stop *stop)
{
    struct maybe base = stop_base(stop, MODULE_KERNEL);

    if (!base.known || !stop->facts.virtual.known || !stop->image->kernel.size)
        return (struct maybe){0};
    return known(base.value + stop->image->kernel.entry);
}

static struct maybe get_instructions(const struct stop *stop)
{
    return stop->instructions;
}

#define NOT_YET "not known yet at this place of the boot"

static const struct boot_value boot_values[] = {
    {"setup", get_setup, NOT_YET},
    {"boot_params", get_boot_params, NOT_YET},
    {"load", get_load, NOT_YET},
    {"copy", get_copy, NOT_YET},
    {"output", get_output, NOT_YET},
    {"virtual", get_virtual, NOT_YET},
    {"physical_delta", get_physical_delta, NOT_YET},
    {"virtual_delta", get_virtual_delta, NOT_YET},
    {"entry", get_entry, NOT_YET},
    {"instructions", get_instructions, "instructions are not counted in this session"},
};

const char *evaluate_value_name(size_t index)
{
    return index < sizeof(boot_values) / sizeof(boot_values[0]) ? boot_values[index].name : NULL;
}

static const struct boot_value *find_value(const char *name)
{
    for (size_t i = 0; i < sizeof(boot_values) / sizeof(boot_values[0]); i++)
        if (strcmp(boot_values[i].name, name) == 0)
            return &boot_values[i];
    return NULL;
}

static struct error *boot_value(const struct stop *stop, const struct boot_value *value,
                                uint64_t *ret)
{
    struct maybe found = value->get(stop);

    if (!found.known)
        return error_new(ERROR_INPUT, "%s", value->missing);
    *ret = found.value;
    return NULL;
}

static struct error *symbol_value(const struct stop *stop, const struct place *place, uint64_t *ret)
{
    struct maybe address = place_address(stop, place);

    if (!address.known)
        return error_new(ERROR_INPUT, "a symbol of %s, whose place is %s",
                         place_module_text(place->module), NOT_YET);
    *ret = address.value;
    return NULL;
}

/* Registers that the debug stub may not tell. */
static bool is_hidden(const char *name)
{
    size_t length = strlen(name);

    return strcmp(name, "gdtr") == 0 || strcmp(name, "idtr") == 0 || strcmp(name, "ldtr") == 0 ||
           strcmp(name, "tr") == 0 || (length > 5 && strcmp(name + length - 5, "_base") == 0);
}

static struct error *register_value(const struct stop *stop, const char *name, bool *ret_there,
                                    uint64_t *ret)
{
    unsigned int width;

    *ret_there = true;
    if (strcmp(name, "pc") == 0) {
        *ret = registers_pc(&stop->regs).value;
        return NULL;
    }
    *ret_there = registers_get(&stop->regs, name, ret, &width);
    if (*ret_there && is_hidden(name) && !stop->regs.hidden_known)
        return error_new(ERROR_INPUT, "the debug stub does not tell this register");
    return NULL;
}

/* The key in the present marker, then in the newest earlier one. */
static bool marker_key(struct debugger *debugger, const struct stop *stop, const char *key,
                       uint64_t *ret)
{
    const struct stages *stages = &debugger_session(debugger)->stages;

    if (stop->marker && marker_value(stop->marker, key, ret))
        return true;
    for (size_t i = stages->count; i-- > 0;) {
        const struct stage *stage = &stages->list[i];
        const struct snapshot *record = stage == stop->stage || !debugger_passed(debugger, stage)
                                            ? NULL
                                            : debugger_record(debugger, stage);

        if (record && record->crosscheck.present && marker_value(&record->marker, key, ret))
            return true;
    }
    return false;
}

/* A bare name: values of the boot, symbols, registers, marker keys. */
static struct error *any_value(struct debugger *debugger, const struct stop *stop, const char *name,
                               uint64_t *ret)
{
    const struct boot_value *value = find_value(name);
    struct place place;
    struct error *err;
    bool there;

    if (value)
        return boot_value(stop, value, ret);
    if (strncmp(name, MARKER_PREFIX, strlen(MARKER_PREFIX)) == 0) {
        if (marker_key(debugger, stop, name + strlen(MARKER_PREFIX), ret))
            return NULL;
        return error_new(ERROR_INPUT, "no marker so far has this key");
    }
    if (place_of_symbol(stop, name, &place))
        return symbol_value(stop, &place, ret);
    err = register_value(stop, name, &there, ret);
    if (err || there || marker_key(debugger, stop, name, ret))
        return err;
    return error_new(ERROR_INPUT, "no such symbol, register, value or marker key");
}

static struct error *name_value(void *context, const char *name, enum expr_name_kind kind,
                                uint64_t *ret)
{
    struct debugger *debugger = context;
    const struct stop *stop;
    struct place place;
    struct error *err = debugger_stop(debugger, &stop);
    bool there;

    if (err)
        return err;
    switch (kind) {
    case EXPR_NAME_REGISTER:
        err = register_value(stop, name, &there, ret);
        if (!err && !there)
            err = error_new(ERROR_INPUT, "no such register");
        return err;
    case EXPR_NAME_SYMBOL:
        if (place_of_symbol(stop, name, &place))
            return symbol_value(stop, &place, ret);
        return error_new(ERROR_INPUT, "no such symbol in setup, decompressor or kernel");
    case EXPR_NAME_ANY:
        break;
    }
    return any_value(debugger, stop, name, ret);
}

static struct error *memory_value(void *context, bool physical, uint64_t address,
                                  unsigned int width, uint64_t *ret)
{
    struct debugger *debugger = context;
    const struct stop *stop;
    struct error *err = debugger_stop(debugger, &stop);
    uint64_t value = 0;

    if (err)
        return err;
    err = physical ? target_read_phys(stop->target, phys(address), &value, width)
                   : target_read_virt(stop->target, virt(address), &value, width);
    if (!err)
        *ret = value;
    if (!err || error_kind(err) != ERROR_PROTOCOL)
        return err;
    /* What the stub calls its error says less than what it means. */
    error_free(err);
    return error_new(ERROR_INPUT, "cannot be read: %s",
                     physical ? "no RAM or ROM is there" : "not mapped");
}

struct expr_names evaluate_names(struct debugger *debugger)
{
    return (struct expr_names){name_value, memory_value, debugger};
}

struct error *evaluate(struct debugger *debugger, const char *text, uint64_t *ret)
{
    struct expr_names names = evaluate_names(debugger);
    struct expr *expr;
    struct error *err = expr_parse(text, &expr);

    if (err)
        return err;
    err = expr_evaluate(expr, &names, ret);
    expr_free(expr);
    return err;
}

static struct error *from_place(const struct stop *stop, const struct place *place,
                                struct place_text *ret)
{
    *ret = (struct place_text){
        .symbolic = !place->absolute,
        .module = place->module,
        .link = place->link,
        .address = place_address(stop, place),
    };
    return NULL;
}

struct error *evaluate_place(const struct environment *environment, const char *text,
                             struct place_text *ret)
{
    const struct stop *stop;
    struct place place;
    struct error *err = debugger_stop(environment->debugger, &stop);
    bool found = false;
    uint64_t address;

    if (!err && !linear_is_segmented(text))
        err = place_of_line(stop, text, &found, &place);
    if (err)
        return err;
    if (found || (!find_value(text) && place_of_symbol(stop, text, &place)))
        return from_place(stop, &place, ret);
    err = linear_argument(environment, text, &address);
    if (!err)
        *ret = (struct place_text){.address = known(address)};
    return err;
}
