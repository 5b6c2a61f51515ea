/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * checkpoint-registers IMAGE: proves that passing a checkpoint changes no register, no flag and
 * nothing on the stack. The guest is stopped twice at each checkpoint of IMAGE, where the emission
 * begins (symbol checkpoint_begin_ID) and at the record's address, where it has ended; what
 * the two stops show must be the same, and one marker must lie between them. Prints TAP.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "find.h"
#include "guest.h"
#include "image.h"
#include "layout.h"
#include "stages.h"

#define STACK_SHOWN 64 /* bytes at the stack pointer that must stay */
#define PLACES      2  /* a checkpoint of the stub is met as loaded, or in the copy */

struct sample {
    struct registers regs;
    bool has_stack;
    uint8_t stack[STACK_SHOWN];
    size_t markers;
};

struct program {
    struct guest guest;
    struct image *image;
    struct symbol_files files;
    struct stages stages;
    uint64_t copy; /* where the image copied itself; 0: not yet */
    int failures;
};

/* The emission's begin: checkpoint names and identifiers differ in '-' and '_' only. */
static uint64_t begin_of(const struct program *program, const struct stage *stage)
{
    const struct symbols *file = stage->module == MODULE_SETUP ? program->files.setup
                                                               : program->files.stub;
    char name[CHECKPOINT_NAME_MAX + 32];
    uint64_t value;

    snprintf(name, sizeof(name), "checkpoint_begin_%s", stage->name);
    for (char *c = name; *c; c++)
        if (*c == '-')
            *c = '_';
    if (!symbols_value(file, name, &value))
        give_up("%s: no symbol %s", symbols_path(file), name);
    return value;
}

static int bases_of(const struct program *program, const struct stage *stage, uint64_t *ret)
{
    int count = 0;

    if (stage->module == MODULE_SETUP)
        ret[count++] = QEMU_SETUP_ADDRESS;
    else
        ret[count++] = DEFAULT_LOAD_ADDRESS;
    if (stage->module == MODULE_STUB && program->copy)
        ret[count++] = program->copy;
    return count;
}

static void run_to(struct program *program, const struct stage *stage, uint64_t link)
{
    uint64_t places[PLACES];
    int count = bases_of(program, stage, places);

    for (int i = 0; i < count; i++)
        places[i] += link;
    if (guest_run_to(&program->guest, places, count) < 0)
        give_up("the guest does not come to 0x%" PRIx64 " of checkpoint %s", link, stage->name);
}

/* Where segments are not flat the stack is at the base of ss. */
static void take(struct program *program, struct sample *ret)
{
    struct target *target = program->guest.target;

    *ret = (struct sample){.markers = markers_count(qemu_markers(program->guest.qemu))};
    must(target_registers(target, &ret->regs));
    uint64_t stack = ret->regs.gpr[RSP];
    if (registers_mode(&ret->regs) != CPU_LONG64)
        stack = (stack + ret->regs.segment[SEG_SS].base) & UINT32_MAX;
    /* Every stop is before paging or on identity maps. */
    ret->has_stack = target_is_memory(target, phys(stack), STACK_SHOWN);
    if (ret->has_stack)
        must(target_read_phys(target, phys(stack), ret->stack, STACK_SHOWN));
}

static int compare(const char *name, uint64_t before, uint64_t after)
{
    if (before == after)
        return 0;
    printf("# %s was 0x%" PRIx64 ", is 0x%" PRIx64 "\n", name, before, after);
    return 1;
}

static int compare_segments(const struct registers *a, const struct registers *b)
{
    int wrong = 0;

    for (int i = 0; i < SEG_COUNT; i++) {
        const struct segment *was = &a->segment[i], *is = &b->segment[i];

        wrong += compare(segment_name(i), was->selector, is->selector);
        wrong += compare("  base", was->base, is->base);
        wrong += compare("  limit", was->limit, is->limit);
        wrong += compare("  attributes", was->attributes, is->attributes);
    }
    wrong += compare("gdtr base", a->gdtr.base, b->gdtr.base);
    wrong += compare("gdtr limit", a->gdtr.limit, b->gdtr.limit);
    wrong += compare("idtr base", a->idtr.base, b->idtr.base);
    wrong += compare("idtr limit", a->idtr.limit, b->idtr.limit);
    return wrong;
}

static int compare_registers(const struct registers *a, const struct registers *b)
{
    int wrong = 0;

    for (int i = 0; i < GPR_COUNT; i++)
        wrong += compare(gpr_name(i), a->gpr[i], b->gpr[i]);
    wrong += compare("rflags", a->rflags, b->rflags);
    wrong += compare("cr0", a->cr0, b->cr0);
    wrong += compare("cr2", a->cr2, b->cr2);
    wrong += compare("cr3", a->cr3, b->cr3);
    wrong += compare("cr4", a->cr4, b->cr4);
    wrong += compare("cr8", a->cr8, b->cr8);
    wrong += compare("efer", a->efer, b->efer);
    wrong += compare("mode", registers_mode(a), registers_mode(b));
    if (!a->hidden_known || !b->hidden_known) {
        printf("# descriptor tables and segment bases are not known\n");
        wrong++;
    }
    return wrong + compare_segments(a, b);
}

static int compare_samples(const struct stage *stage, const struct program *program,
                           const struct sample *before, const struct sample *after)
{
    const struct markers *markers = qemu_markers(program->guest.qemu);
    int wrong = compare_registers(&before->regs, &after->regs);

    if (before->has_stack != after->has_stack ||
        memcmp(before->stack, after->stack, STACK_SHOWN) != 0) {
        printf("# the stack changed\n");
        wrong++;
    }
    wrong += compare("markers", before->markers + 1, after->markers);
    wrong += compare("malformed lines", 0, markers_malformed(markers));
    if (after->markers == 0 ||
        strcmp(markers_get(markers, after->markers - 1)->name, stage->name) != 0) {
        printf("# the last marker is not %s\n", stage->name);
        wrong++;
    }
    return wrong;
}

static void prove(struct program *program, int number, const struct stage *stage)
{
    struct sample before, after;

    run_to(program, stage, begin_of(program, stage));
    take(program, &before);
    run_to(program, stage, stage->address);
    take(program, &after);
    if (strcmp(stage->name, "relocation-target") == 0)
        program->copy = after.regs.gpr[RBX];

    int wrong = compare_samples(stage, program, &before, &after);
    program->failures += wrong != 0;
    printf("%s %d - %s changes no register and no flag%s\n", wrong ? "not ok" : "ok", number,
           stage->name, before.has_stack ? ", nor the stack" : "");
}

static int emitting(const struct stages *stages)
{
    int count = 0;

    for (size_t i = 0; i < stages->count; i++)
        count += stages->list[i].module != MODULE_KERNEL;
    return count;
}

int main(int argc, char **argv)
{
    struct program program = {0};
    int count, status, number = 0;

    if (argc != 2)
        give_up("usage: checkpoint-registers IMAGE");
    must(image_open(argv[1], &program.image));
    must(symbols_find(program.image, &program.files));
    must(stages_from_symbols(program.files.setup, program.files.stub, NULL, &program.stages));
    struct qemu_options options = {.image = argv[1]};
    guest_open(&options, &program.guest);

    count = emitting(&program.stages);
    printf("1..%d\n", count + 1);
    for (size_t i = 0; i < program.stages.count; i++)
        if (program.stages.list[i].module != MODULE_KERNEL)
            prove(&program, ++number, &program.stages.list[i]);
    status = guest_finish(&program.guest);
    program.failures += status != (TEACHING_PASS << 1 | 1);
    printf("%s %d - all %d were stopped at twice, and the kernel passes (status %d)\n",
           status == (TEACHING_PASS << 1 | 1) ? "ok" : "not ok", number + 1, number, status);

    guest_close(&program.guest);
    symbol_files_close(&program.files);
    image_close(program.image);
    return program.failures != 0;
}
