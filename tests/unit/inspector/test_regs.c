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
    assert_non_null(strstr(text, "cr0          0x80000011  PE ET PG"));
    assert_non_null(strstr(text, "efer         0xd00  LME LMA NXE"));
    assert_non_null(strstr(text, "gdtr         [0x1b80000, 0x1b80030)  limit 0x2f"));
    assert_non_null(strstr(text, "code r-x 64-bit accessed"));
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
             "changed      ds 0x0 -> 0x18  cr3 0x1f000 -> 0x20000  idtr.limit 0xfff -> 0x1ff");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flag_names),
        cmocka_unit_test(test_flag_text_is_cut_to_its_buffer),
        cmocka_unit_test(test_text_of_long_mode),
        cmocka_unit_test(test_hidden_parts_unknown),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_diff),
        cmocka_unit_test(test_diff_ignores_what_is_not_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
