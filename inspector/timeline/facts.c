/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What each checkpoint teaches about the boot. Every rule reads the machine, a register or a
 * variable of the boot code, and never a marker: markers are claims that get compared with this.
 * Where the loaded image is, the address of every later stop in it tells (facts_place).
 */
#include "timeline_internal.h"

#include <string.h>

#define LOCATION_CHOSEN "location-chosen"

enum fact { FACT_BOOT_PARAMS, FACT_LOAD, FACT_COPY, FACT_OUTPUT, FACT_VIRTUAL };

struct rule {
    const char *stage;
    enum fact fact;
    unsigned int bits;   /* of code that keeps to it; 0: of any */
    enum gpr reg;        /* the register that holds it ... */
    const char *symbol;  /* ... or, when not NULL, the decompressor's 64-bit variable */
    unsigned int offset; /* bytes into that variable */
};

static const struct rule rules[] = {
    {"protected-mode", FACT_BOOT_PARAMS, 0, RSI, NULL, 0},
    {"protected-mode", FACT_LOAD, 0, RAX, NULL, 0}, /* where setup is about to jump */
    {"startup-32", FACT_BOOT_PARAMS, 0, RSI, NULL, 0},
    {"startup-64", FACT_BOOT_PARAMS, 0, RSI, NULL, 0},
    {"relocation-target", FACT_OUTPUT, 64, RBP, NULL, 0},
    {"relocation-target", FACT_COPY, 0, RBX, NULL, 0},
    {LOCATION_CHOSEN, FACT_OUTPUT, 0, 0, "chosen_location", 0},
    {LOCATION_CHOSEN, FACT_VIRTUAL, 0, 0, "chosen_location", 8},
    /* A 32-bit kernel is relocated by as much as it is moved: one number for both. */
    {"extract-kernel", FACT_OUTPUT, 32, RBP, NULL, 0},
    {"extract-kernel", FACT_VIRTUAL, 32, RBP, NULL, 0},
};

static struct maybe *fact_slot(struct facts *facts, enum fact fact)
{
    switch (fact) {
    case FACT_BOOT_PARAMS:
        return &facts->boot_params;
    case FACT_LOAD:
        return &facts->load;
    case FACT_COPY:
        return &facts->copy;
    case FACT_OUTPUT:
        return &facts->output;
    case FACT_VIRTUAL:
        return &facts->virtual;
    }
    return NULL;
}

static struct error *read_variable(const struct stop *stop, const struct rule *rule,
                                   struct maybe *ret)
{
    struct maybe base = stop_base(stop, MODULE_STUB);
    uint64_t link, value;

    if (!base.known || !stop->stub || !symbols_value(stop->stub, rule->symbol, &link))
        return NULL;
    struct error *err = target_read_virt(stop->target, virt(base.value + link + rule->offset),
                                         &value, sizeof(value));
    if (err)
        return error_context(err, "reading %s at checkpoint %s", rule->symbol, rule->stage);
    *ret = known(value);
    return NULL;
}

/* extract_kernel's own variables, which have no symbol: choose_random_location has filled them. */
static struct error *read_slots(struct stop *stop)
{
    const struct stage *stage = stop->stage;
    uint64_t rsp = stop->regs.gpr[RSP], output, virtual;
    struct error *err = target_read_virt(stop->target, virt(rsp + (uint64_t)stage->output_slot),
                                         &output, sizeof(output));

    if (!err)
        err = target_read_virt(stop->target, virt(rsp + (uint64_t)stage->virtual_slot), &virtual,
                               sizeof(virtual));
    if (err)
        return error_context(err, "reading what was chosen at checkpoint %s", stage->name);
    stop->facts.output = known(output);
    stop->facts.virtual = known(virtual);
    return NULL;
}

/* A kernel that chooses nothing goes where relocation-target says, at the addresses it has. */
static void learn_no_choice(struct stop *stop, const struct stages *stages)
{
    struct facts *facts = &stop->facts;

    if (!stages->discovered || facts->virtual.known || !facts->output.known || !stop->image)
        return;
    for (size_t i = 0; i < stages->count; i++)
        if (strcmp(stages->list[i].name, LOCATION_CHOSEN) == 0)
            return;
    for (size_t i = 0; i < stages->absent_count; i++)
        if (strcmp(stages->absent[i].name, LOCATION_CHOSEN) == 0 && stages->absent[i].expected)
            return;
    facts->virtual = known(stop->image->setup.pref_address);
}

struct error *facts_learn(struct stop *stop, const struct stages *stages)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        const struct rule *rule = &rules[i];
        struct maybe *slot = fact_slot(&stop->facts, rule->fact);

        if (!stop->stage || strcmp(stop->stage->name, rule->stage) != 0 ||
            (rule->bits && rule->bits != stop->stage->bits))
            continue;
        if (rule->symbol && stop->stage->has_slots)
            continue;
        if (!rule->symbol) {
            *slot = known(stop->regs.gpr[rule->reg]);
            continue;
        }
        struct error *err = read_variable(stop, rule, slot);
        if (err)
            return err;
    }
    if (stop->stage && stop->stage->has_slots)
        return read_slots(stop);
    learn_no_choice(stop, stages);
    return NULL;
}

/*
 * Where a stop at a checkpoint proves a module to be: the linear address it stopped at, less the
 * checkpoint's link address.
 */
void facts_place(struct stop *stop)
{
    uint64_t base = registers_pc(&stop->regs).value - stop->stage->address;
    struct facts *facts = &stop->facts;

    switch (stop->stage->module) {
    case MODULE_SETUP:
        facts->setup = known(base);
        break;
    case MODULE_STUB:
        facts->running_copy = facts->copy.known && base == facts->copy.value;
        if (!facts->running_copy)
            facts->load = known(base);
        break;
    case MODULE_KERNEL:
        facts->running_kernel = true;
        break;
    case MODULE_COUNT:
        break;
    }
}

struct maybe stop_base(const struct stop *stop, enum module module)
{
    const struct facts *facts = &stop->facts;

    switch (module) {
    case MODULE_SETUP:
        return facts->setup;
    case MODULE_STUB:
        return facts->running_copy ? facts->copy : facts->load;
    case MODULE_KERNEL:
        if (facts->output.known && stop->image)
            return known(facts->output.value - stop->image->setup.pref_address);
        break;
    case MODULE_COUNT:
        break;
    }
    return (struct maybe){0};
}
