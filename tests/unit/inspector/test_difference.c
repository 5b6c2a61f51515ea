/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What two recorded boots have in common: fields, places, where a difference begins and ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "difference.h"
#include "outcome.h"

/* Places ------------------------------------------------------------------------------------- */

static const struct field_anchors anchors = {
    .facts = {.setup = {true, 0x10000},
              .boot_params = {true, 0x11050},
              .load = {true, 0x100000},
              .copy = {true, 0x1893000},
              .output = {true, 0x1000000},
              .virtual = {true, 0xb000000}},
    .file_size = 0x220000,
    .kernel_size = 0xaec000,
    .map = 0xffffffff80000000,
    .copy_end = 0x1aec000,
};

static void expect_place(const struct field_anchors *where, uint64_t address, enum anchor anchor,
                         uint64_t offset)
{
    struct place place = field_place_of(where, address);

    assert_string_equal(anchor_name(place.anchor), anchor_name(anchor));
    assert_int_equal(place.offset, offset);
}

static void test_places(void **state)
{
    struct field_anchors where = anchors;

    (void)state;
    expect_place(&where, 0x10000, ANCHOR_SETUP, 0);
    expect_place(&where, 0x11050, ANCHOR_BOOT_PARAMS, 0);
    expect_place(&where, 0x1204f, ANCHOR_BOOT_PARAMS, 0xfff);
    expect_place(&where, 0x12050, ANCHOR_SETUP, 0x2050);
    expect_place(&where, 0xfffff, ANCHOR_NONE, 0);
    expect_place(&where, 0x100000, ANCHOR_LOAD, 0);
    /* In its .bss, behind what the file has: the copy is as large, and tells. */
    expect_place(&where, 0x330000, ANCHOR_LOAD, 0x230000);
    expect_place(&where, 0x100000 + 0x259000, ANCHOR_NONE, 0);
    /* The copy stands in the end of the kernel's buffer. */
    expect_place(&where, 0x1892fff, ANCHOR_OUTPUT, 0x892fff);
    expect_place(&where, 0x1893000, ANCHOR_COPY, 0);
    expect_place(&where, 0x1aebfff, ANCHOR_COPY, 0x258fff);
    expect_place(&where, 0x1aec000, ANCHOR_NONE, 0);
    expect_place(&where, 0xffffffff8b000010, ANCHOR_VIRTUAL, 0x10);
    expect_place(&where, UINT64_MAX, ANCHOR_NONE, 0);
    where.facts.running_kernel = true;
    expect_place(&where, 0x1893000, ANCHOR_OUTPUT, 0x893000);
    where.facts.copy.known = where.facts.output.known = false;
    expect_place(&where, 0x1893000, ANCHOR_NONE, 0);
}

/* Fields ------------------------------------------------------------------------------------- */

static struct field *add_address(struct fields *fields, const char *name, const char *head,
                                 uint64_t address, const char *tail, struct place place)
{
    struct field *field = fields_add(fields, FIELD_REGISTER, name, "%s0x%lx%s", head, address,
                                     tail);

    field->address = address;
    field->head = text_new("%s", head);
    field->tail = text_new("%s", tail);
    field->place = place;
    return field;
}

static enum field_state compare_places(struct place a, const char *symbol_a, const char *tail_a,
                                       struct place b, const char *symbol_b, const char *tail_b)
{
    struct fields fields = {0};

    strcpy(add_address(&fields, "a", "", 0x1000, tail_a, a)->symbol, symbol_a);
    strcpy(add_address(&fields, "b", "", 0x2000, tail_b, b)->symbol, symbol_b);
    enum field_state state = field_compare(&fields.list[0], &fields.list[1]);
    fields_free(&fields);
    return state;
}

static void test_same_place(void **state)
{
    struct place none = {0}, copy = {ANCHOR_COPY, 0x10}, further = {ANCHOR_COPY, 0x20},
                 load = {ANCHOR_LOAD, 0x10};

    (void)state;
    assert_int_equal(compare_places(copy, "", "", copy, "", ""), FIELD_MOVED);
    assert_int_equal(compare_places(copy, "", "", further, "", ""), FIELD_DIFFERS);
    assert_int_equal(compare_places(copy, "", "", load, "", ""), FIELD_DIFFERS);
    assert_int_equal(compare_places(none, "", "", none, "", ""), FIELD_DIFFERS);
    /* Of two builds a symbol tells it, but not in another copy of the code. */
    assert_int_equal(compare_places(copy, "gdt", "", further, "gdt", ""), FIELD_MOVED);
    assert_int_equal(compare_places(copy, "gdt", "", further, "idt", ""), FIELD_DIFFERS);
    assert_int_equal(compare_places(copy, "gdt", "", load, "gdt", ""), FIELD_DIFFERS);
    /* What goes with the address is not the same. */
    assert_int_equal(compare_places(copy, "", " limit 0x2f", copy, "", " limit 0x1f"),
                     FIELD_DIFFERS);
}

static void test_values(void **state)
{
    struct fields fields = {0};

    (void)state;
    fields_add(&fields, FIELD_REGISTER, "cr4", "0x20");
    fields_add(&fields, FIELD_REGISTER, "cr0", "0x20");
    fields_add(&fields, FIELD_REGISTER, "efer", "0x500");
    assert_int_equal(field_compare(&fields.list[0], &fields.list[1]), FIELD_SAME);
    assert_int_equal(field_compare(&fields.list[0], &fields.list[2]), FIELD_DIFFERS);
    assert_int_equal(field_compare(&fields.list[0], NULL), FIELD_ONLY_A);
    assert_int_equal(field_compare(NULL, &fields.list[0]), FIELD_ONLY_B);
    assert_ptr_equal(fields_find(&fields, "efer"), &fields.list[2]);
    assert_null(fields_find(&fields, "cr3"));
    fields_free(&fields);
}

/* Boots -------------------------------------------------------------------------------------- */

/* Stages a, b, c..., 10 instructions each; cr4 has these values, "-" for none. */
static struct recording *boot(const char *const *values, size_t count)
{
    struct recording *recording = calloc(1, sizeof(*recording));

    assert_non_null(recording);
    recording->depth = RECORDING_STATE;
    for (size_t i = 0; i < count; i++) {
        struct stage *stage = &recording->stages.list[recording->stages.count++];
        struct recorded_stop *stop = &recording->stops[recording->count++];

        stage->name[0] = (char)('a' + i);
        *stop = (struct recorded_stop){.stage = stage, .instructions = 10 * (i + 1)};
        fields_add(&stop->fields, FIELD_REGISTER, "cr0", "0x11");
        if (strcmp(values[i], "-") != 0)
            fields_add(&stop->fields, FIELD_REGISTER, "cr4", "%s", values[i]);
    }
    return recording;
}

static const struct difference *at(const struct comparison *comparison, size_t stage,
                                   const char *name)
{
    const struct compared_stage *compared = &comparison->stages[stage];

    for (size_t i = 0; i < compared->count; i++) {
        const struct difference *difference = &compared->list[i];

        if (strcmp((difference->a ? difference->a : difference->b)->name, name) == 0)
            return difference;
    }
    return NULL;
}

#define STAGES 5
struct fixture {
    struct recording *a, *b;
    struct comparison comparison;
};

static void compare(struct fixture *f)
{
    static const char *const first[STAGES] = {"0", "0", "0", "0x20", "0x20"};
    static const char *const second[STAGES] = {"0", "0x20", "0x20", "0x20", "-"};

    f->a = boot(first, STAGES);
    f->b = boot(second, STAGES);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    compare(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    comparison_free(&f->comparison);
    recording_free(f->a);
    recording_free(f->b);
    free(f);
    return 0;
}

static void test_begin_and_end(void **state)
{
    struct fixture *f = *state;
    const struct comparison *c = &f->comparison;

    good(comparison_make(f->a, f->b, &f->comparison));
    assert_int_equal(c->count, STAGES);
    assert_int_equal(at(c, 0, "cr4")->state, FIELD_SAME);
    assert_int_equal(at(c, 1, "cr4")->state, FIELD_DIFFERS);
    assert_false(at(c, 1, "cr4")->as_before);
    assert_true(at(c, 2, "cr4")->as_before);
    assert_int_equal(at(c, 3, "cr4")->state, FIELD_SAME);
    assert_true(at(c, 3, "cr4")->ended);
    assert_int_equal(at(c, 4, "cr4")->state, FIELD_ONLY_A);
    assert_false(at(c, 4, "cr4")->as_before);
    assert_false(at(c, 4, "cr0")->ended);
    assert_int_equal(c->differing, 3);
    assert_false(c->same);
}

/* A boot that does not know yet where boot_params is has none that differ. */
static void test_unknown_params(void **state)
{
    struct fixture *f = *state;
    const struct comparison *c = &f->comparison;

    for (size_t i = 1; i < STAGES; i++)
        fields_add(&f->a->stops[i].fields, FIELD_PARAMS, "loader", "0xb0");
    for (size_t i = 2; i < STAGES; i++)
        fields_add(&f->b->stops[i].fields, FIELD_PARAMS, "loader", i < 4 ? "0xb0" : "0x80");
    good(comparison_make(f->a, f->b, &f->comparison));
    assert_null(at(c, 1, "loader"));
    assert_int_equal(at(c, 2, "loader")->state, FIELD_SAME);
    assert_false(at(c, 2, "loader")->ended);
    assert_int_equal(at(c, 4, "loader")->state, FIELD_DIFFERS);
}

static void test_same(void **state)
{
    struct fixture *f = *state;

    good(comparison_make(f->a, f->a, &f->comparison));
    assert_true(f->comparison.same);
    assert_int_equal(f->comparison.differing, 0);
}

static void test_cost_alone(void **state)
{
    struct fixture *f = *state;
    static const char *const values[STAGES] = {"0", "0", "0", "0x20", "0x20"};
    struct recording *slower = boot(values, STAGES);

    for (size_t i = 2; i < STAGES; i++)
        slower->stops[i].instructions++;
    good(comparison_make(f->a, slower, &f->comparison));
    assert_int_equal(f->comparison.differing, 1);
    assert_true(f->comparison.stages[2].differs);
    assert_false(f->comparison.same);
    recording_free(slower);
}

/* The last stage that both passed is what "before" means, whatever stands between. */
static void test_before_is_common(void **state)
{
    struct fixture *f = *state;
    const struct comparison *c = &f->comparison;

    f->b->stages.list[2].name[0] = 'x';
    good(comparison_make(f->a, f->b, &f->comparison));
    assert_int_equal(c->count, STAGES + 1);
    assert_null(c->stages[2].pair.b);
    assert_null(c->stages[3].pair.a);
    assert_int_equal(c->stages[2].count, 0);
    assert_true(at(c, 4, "cr4")->ended); /* since b */
    assert_int_equal(c->differing, 4);
}

static void map(struct recorded_stop *stop, uint64_t size)
{
    const struct page_range range = {.size = size, .page_size = 0x200000};

    assert_true(page_ranges_add(&stop->paging.ranges, &range));
}

static void test_ranges(void **state)
{
    struct fixture *f = *state;
    static const char *const values[STAGES] = {"0", "0", "0", "0x20", "0x20"};
    struct recording *other = boot(values, STAGES);

    for (size_t i = 1; i < STAGES; i++) {
        map(&f->a->stops[i], 0x200000);
        map(&other->stops[i], i < 3 ? 0x600000 : 0x200000);
    }
    good(comparison_make(f->a, other, &f->comparison));
    const struct compared_stage *stages = f->comparison.stages;
    assert_true(stages[0].ranges_as_before);
    assert_false(stages[1].ranges_as_before);
    assert_int_equal(stages[1].ranges.removed.count, 0);
    assert_int_equal(stages[1].ranges.added.list[0].virt, 0x200000);
    assert_int_equal(stages[1].ranges.added.list[0].size, 0x400000);
    assert_true(stages[2].ranges_as_before);
    assert_false(stages[3].ranges_as_before);
    assert_int_equal(stages[3].ranges.added.count, 0);
    assert_int_equal(f->comparison.differing, 2);
    recording_free(other);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_same_place),
        cmocka_unit_test(test_values),
        CASE(test_begin_and_end),
        CASE(test_unknown_params),
        CASE(test_same),
        CASE(test_cost_alone),
        CASE(test_before_is_common),
        CASE(test_ranges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
