/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bits by name, registers as text and JSON, and what changed. */
#include "view_test.h"

#include "flags.h"
#include "regs.h"

static void expect_flags(const struct flag_set *set, uint64_t value, const char *expected)
{
    char text[FLAGS_TEXT_MAX];

    assert_string_equal(flags_text(set, value, text, sizeof(text)), expected);
}

static void test_flag_names(void **state)
{
    (void)state;
    expect_flags(&flags_cr0, 0xe005003f, "PE MP EM TS ET NE WP AM NW CD PG");
    expect_flags(&flags_cr4, 0x1db3fff,
                 "VME PVI TSD DE PSE PAE MCE PGE PCE OSFXSR OSXMMEXCPT UMIP LA57 VMXE FSGSBASE "
                 "PCIDE KL SMEP PKE CET PKS");
    expect_flags(&flags_cr4, 0x1020, "PAE LA57");
    expect_flags(&flags_efer, 0xd01, "SCE LME LMA NXE");
    expect_flags(&flags_rflags, 0x46, "PF ZF");
    expect_flags(&flags_rflags, 0x3202, "IF IOPL=3");
    expect_flags(&flags_rflags, 0x2, ""); /* bit 1 is always set */
    expect_flags(&flags_cr0, UINT64_C(0x100000001), "PE 0x100000000");
    expect_flags(&flags_loadflags, 0x81, "LOADED_HIGH CAN_USE_HEAP");
}

static void test_flag_text_is_cut_to_its_buffer(void **state)
{
    char text[8];

    (void)state;
    flags_text(&flags_cr0, 0xe005003f, text, sizeof(text));
    assert_true(strlen(text) < sizeof(text));
    assert_memory_equal(text, "PE MP", 5);
}

static void fill(struct registers *regs)
{
    regs->gpr[RAX] = UINT64_C(0xffffffff81000000);
    regs->gpr[R15] = 0x14000;
    regs->rip = 0x1b76e60;
    regs->rflags = 0x46;
    regs->cr3 = 0x1f000;
    regs->gdtr = (struct table_register){0x1b80000, 0x2f};
    regs->idtr = (struct table_register){0x1b81000, 0xfff};
    regs->segment[SEG_CS].selector = 0x10;
    regs->segment[SEG_CS].limit = UINT32_MAX;
}

static void test_text_of_long_mode(void **state)
{
    struct stop stop = view_stop();
    struct regs_view view;
    char *text;

    (void)state;
    fill(&stop.regs);
    view_no_error(regs_capture(&stop, &view));
    text = VIEW_TEXT(regs_text, &view);
    assert_non_null(strstr(text, "rax 0xffffffff81000000"));
    assert_non_null(strstr(text, "r15 0x14000"));
    assert_non_null(
        strstr(text, "rip          0x1b76e60  rflags 0x46 PF ZF  cr2 0x0  cr3 0x1f000\n"));
    assert_non_null(
        strstr(text, "cr0          0x80000011 PE ET PG  cr4 0x20 PAE  efer 0xd00 LME LMA"));
    assert_non_null(strstr(text, "gdt [0x1b80000, 0x1b80030)  idt [0x1b81000, 0x1b82000)\n"));
    assert_non_null(
        strstr(text, "es ss ds fs gs  0x0    base 0x0       limit 0x0         unusable\n"));
    assert_non_null(
        strstr(text, "cs              0x10   base 0x0       limit 0xffffffff  code r-x 64"));
    assert_null(strstr(text, "changed"));
    free(text);
    target_close(stop.target);
}

/* What a stub without a monitor cannot tell is not made up. */
static void test_hidden_parts_unknown(void **state)
{
    struct stop stop = view_stop();
    struct regs_view view;
    char *text;
    json_t *json;

    (void)state;
    fill(&stop.regs);
    stop.regs.hidden_known = false;
    view_no_error(regs_capture(&stop, &view));
    text = VIEW_TEXT(regs_text, &view);
    assert_null(strstr(text, "0x1b80000"));
    assert_null(strstr(text, "ldtr"));
    free(text);
    json = regs_json(&view);
    assert_true(json_is_null(json_object_get(json, "gdtr")));
    view_json(json_incref(json_object_get(json_object_get(json, "segments"), "cs")),
              "{\"attributes\":null,\"base\":null,\"limit\":null,\"selector\":\"0x10\"}");
    json_decref(json);
    target_close(stop.target);
}

static void test_json(void **state)
{
    struct stop stop = view_stop();
    struct regs_view view;
    json_t *json;

    (void)state;
    fill(&stop.regs);
    view_no_error(regs_capture(&stop, &view));
    json = regs_json(&view);
    assert_string_equal(json_string_value(json_object_get(json, "rip")), "0x1b76e60");
    assert_string_equal(json_string_value(json_object_get(json, "rax")), "0xffffffff81000000");
    assert_string_equal(json_string_value(json_object_get(json, "cr3")), "0x1f000");
    view_json(json_incref(json_object_get(json, "gdtr")),
              "{\"base\":\"0x1b80000\",\"limit\":\"0x2f\"}");
    view_json(json_incref(json_object_get(json, "bits")),
              "{\"cr0\":[\"PE\",\"ET\",\"PG\"],\"cr4\":[\"PAE\"],"
              "\"efer\":[\"LME\",\"LMA\",\"NXE\"],\"rflags\":[\"PF\",\"ZF\"]}");
    assert_true(json_is_null(json_object_get(json, "changed")));
    json_decref(json);
    target_close(stop.target);
}

static void test_diff(void **state)
{
    struct stop stop = view_stop();
    struct regs_view before, now;
    json_t *json;

    (void)state;
    fill(&stop.regs);
    view_no_error(regs_capture(&stop, &before));
    stop.regs.cr3 = 0x20000;
    stop.regs.idtr.limit = 0x1ff;
    stop.regs.segment[SEG_DS].selector = 0x18;
    view_no_error(regs_capture(&stop, &now));
    regs_diff(&before, &now);
    json = regs_json(&now);
    view_json(json_incref(json_object_get(json, "changed")),
              "{\"cr3\":{\"before\":\"0x1f000\",\"now\":\"0x20000\"},"
              "\"ds\":{\"before\":\"0x0\",\"now\":\"0x18\"},"
              "\"idtr.limit\":{\"before\":\"0xfff\",\"now\":\"0x1ff\"}}");
    json_decref(json);
    view_has(VIEW_TEXT(regs_text, &now),
             "changed      ds 0x0 -> 0x18  cr3 0x1f000 -> 0x20000  idtr.limit 0xfff -> 0x1ff\n");
    target_close(stop.target);
}

/* Marked where there is no colour, coloured where there is; alike segments in one item and row. */
static void test_what_changed(void **state)
{
    struct stop stop = view_stop();
    struct text coloured = {.colour = true};
    struct regs_view before, now;
    char *text;
    size_t size;

    (void)state;
    fill(&stop.regs);
    view_no_error(regs_capture(&stop, &before));
    stop.regs.gpr[RCX] = 7;
    stop.regs.rflags = 2;
    stop.regs.gdtr = (struct table_register){0x5000, 0x1f};
    stop.regs.segment[SEG_ES].selector = stop.regs.segment[SEG_GS].selector = 0x18;
    stop.regs.segment[SEG_TR].base = 0x6000; /* hidden: the selector is as it was */
    view_no_error(regs_capture(&stop, &now));
    regs_diff(&before, &now);
    text = VIEW_TEXT(regs_text, &now);
    assert_non_null(strstr(text, "rcx 0x7*"));
    assert_non_null(strstr(text, "rflags 0x2*"));
    assert_null(strstr(text, "rbx 0x0*"));
    assert_non_null(strstr(text, "changed      es gs 0x0 -> 0x18  gdtr 0x1b80000 -> 0x5000\n"));
    assert_non_null(strstr(text, "segments     es gs           0x18 "));
    assert_non_null(strstr(text, "\n               tr              0x0    base 0x6000 "));
    assert_null(strstr(text, "ss ds"));
    free(text);
    coloured.stream = open_memstream(&text, &size);
    regs_text(&now, &coloured);
    fclose(coloured.stream);
    assert_null(strchr(text, '*'));
    view_has(text, "\033[33m0x7\033[0m");
    target_close(stop.target);
}

/* Where nothing changed there is nothing to read but the state itself. */
static void test_unchanged_is_short(void **state)
{
    struct stop stop = view_stop();
    struct regs_view before, now;
    unsigned int lines = 0;
    char *text;

    (void)state;
    fill(&stop.regs);
    view_no_error(regs_capture(&stop, &before));
    now = before;
    regs_diff(&before, &now);
    text = VIEW_TEXT(regs_state_text, &now);
    for (const char *at = text; (at = strchr(at, '\n')); at++)
        lines++;
    assert_int_equal(lines, 6); /* four of the grid, one wide value and all, and two */
    assert_null(strchr(text, '*'));
    free(text);
    stop.regs.gpr[RAX] = 1;
    now.regs = before.regs = stop.regs;
    regs_diff(&before, &now);
    text = VIEW_TEXT(regs_state_text, &now);
    assert_null(strstr(text, "segments"));
    view_has(text,
             "\n               r12 0x0          r13 0x0          r14 0x0          r15 0x14000\n");
    target_close(stop.target);
}

/* The grid takes fewer columns for wide values, and bits that fill a line get lines of their own. */
static void test_widest_values_fit(void **state)
{
    struct stop stop = view_stop();
    struct regs_view before, now;
    char *text;

    (void)state;
    view_no_error(regs_capture(&stop, &before));
    for (unsigned int i = 0; i < GPR_COUNT; i++)
        stop.regs.gpr[i] = UINT64_MAX - i;
    stop.regs.rip = stop.regs.cr2 = stop.regs.cr3 = UINT64_MAX;
    stop.regs.rflags = stop.regs.cr0 = stop.regs.cr4 = UINT64_MAX;
    stop.regs.efer |= UINT64_C(0xffffffff00000000);
    for (unsigned int i = 0; i < SEG_COUNT; i++)
        stop.regs.segment[i] = (struct segment){(uint16_t)(0xfff0 + i), UINT64_MAX - i, UINT32_MAX,
                                                SEGMENT_CODE64 | 0x6400};
    stop.regs.gdtr = stop.regs.idtr = (struct table_register){UINT64_MAX - 0xffff, 0xffff};
    view_no_error(regs_capture(&stop, &now));
    regs_diff(&before, &now);
    text = VIEW_TEXT(regs_text, &now);
    assert_non_null(strstr(text, "rax 0xffffffffffffffff*  rbx 0xfffffffffffffffe*  rcx"));
    view_has(text, "dpl 3 code r-x 64-bit conforming\n");
    target_close(stop.target);
}

/* From known to unknown is no change of value. */
static void test_diff_ignores_what_is_not_known(void **state)
{
    struct stop stop = view_stop();
    struct regs_view before, now;
    json_t *json;

    (void)state;
    fill(&stop.regs);
    view_no_error(regs_capture(&stop, &before));
    stop.regs.hidden_known = false;
    stop.regs.gdtr.base = 0;
    view_no_error(regs_capture(&stop, &now));
    regs_diff(&before, &now);
    json = regs_json(&now);
    view_json(json_incref(json_object_get(json, "changed")), "{}");
    json_decref(json);
    target_close(stop.target);
}

static void test_the_bits_that_are_clear(void **state)
{
    char text[FLAGS_TEXT_MAX];

    (void)state;
    assert_string_equal(flags_clear_text(&flags_cr0, 0x80000011, text, sizeof(text)),
                        "MP EM TS NE WP AM NW CD");
    assert_string_equal(flags_clear_text(&flags_efer, UINT64_MAX, text, sizeof(text)), "");
    assert_string_equal(
        flags_clear_text(&flags_rflags, UINT64_MAX & ~UINT64_C(0x3000), text, sizeof(text)),
        "IOPL");
    view_json(flags_clear_json(&flags_loadflags, 0x63), "[\"CAN_USE_HEAP\"]");
}

static void test_control_registers_alone(void **state)
{
    struct stop stop = view_stop();
    struct regs_view view;
    char *text;

    (void)state;
    stop.regs.cr3 = 0x1f000;
    stop.regs.cr4 = 0x20;
    view_no_error(regs_capture(&stop, &view));
    text = VIEW_TEXT(regs_control_text, &view);
    assert_non_null(strstr(text, "cr0          0x80000011 PE ET PG\n"
                                 "               clear: MP EM TS NE WP AM NW CD\n"));
    assert_non_null(strstr(text, "cr3          0x1f000\n"));
    assert_non_null(strstr(text, "cr4          0x20 PAE\n               clear: VME PVI"));
    free(text);
    json_t *json = regs_control_json(&view);
    view_json(json_incref(json_object_get(json, "cr0")),
              "{\"clear\":[\"MP\",\"EM\",\"TS\",\"NE\",\"WP\",\"AM\",\"NW\",\"CD\"],"
              "\"set\":[\"PE\",\"ET\",\"PG\"],\"value\":\"0x80000011\"}");
    view_json(json_incref(json_object_get(json, "cr3")),
              "{\"clear\":[],\"set\":[],\"value\":\"0x1f000\"}");
    assert_int_equal(json_object_size(json), 6);
    json_decref(json);
    target_close(stop.target);
}

/* Also those that did not change, and loaded alike: each has its line. */
static void test_segments_alone(void **state)
{
    struct stop stop = view_stop();
    struct regs_view view;
    char *text;

    (void)state;
    fill(&stop.regs);
    view_no_error(regs_capture(&stop, &view));
    regs_diff(&view, &view);
    text = VIEW_TEXT(regs_segments_text, &view);
    for (unsigned int i = 0; i < SEG_COUNT; i++)
        assert_non_null(strstr(text, segment_name((enum segment_register)i)));
    assert_non_null(strstr(text, "cs              0x10   base 0x0       limit 0xffffffff"));
    free(text);
    view.regs.hidden_known = false;
    text = VIEW_TEXT(regs_segments_text, &view);
    assert_non_null(strstr(text, "cs              0x10\n"));
    assert_null(strstr(text, "ldtr"));
    free(text);
    json_t *json = regs_segments_json(&view);
    assert_true(json_is_null(json_object_get(json, "gdtr")));
    json_decref(json);
    target_close(stop.target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flag_names),
        cmocka_unit_test(test_flag_text_is_cut_to_its_buffer),
        cmocka_unit_test(test_text_of_long_mode),
        cmocka_unit_test(test_the_bits_that_are_clear),
        cmocka_unit_test(test_control_registers_alone),
        cmocka_unit_test(test_segments_alone),
        cmocka_unit_test(test_hidden_parts_unknown),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_diff),
        cmocka_unit_test(test_what_changed),
        cmocka_unit_test(test_unchanged_is_short),
        cmocka_unit_test(test_widest_values_fit),
        cmocka_unit_test(test_diff_ignores_what_is_not_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
