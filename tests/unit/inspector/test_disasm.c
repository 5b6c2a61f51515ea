/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same bytes in three widths, names of targets, and bytes that are none. */
#include "view_test.h"

#include "disasm.h"

static const struct fake_symbol list[] = {
    {"startup_32", 0}, {"extract_kernel", 0x100}, {"_end", 0x1000}};
static const struct symbols symbols = {list, 3};

static struct stop with_code(const void *bytes, size_t length)
{
    struct stop stop = view_stop();

    fake_target_ram(stop.target, 0x1000, 0x1000);
    fake_target_poke(stop.target, 0x1000, bytes, length);
    stop.stub = &symbols;
    stop.facts.load = known(0x1000);
    return stop;
}

static void expect_text(unsigned int bits, const void *bytes, size_t length, const char *expected)
{
    struct stop stop = with_code(bytes, length);
    struct disasm_view *view = malloc(sizeof(*view));

    view_no_error(disasm_capture(&stop, virt(0x1000), bits, 1, view));
    assert_int_equal(view->count, 1);
    assert_string_equal(view->lines[0].text, expected);
    free(view);
    target_close(stop.target);
}

static void test_width_decides(void **state)
{
    (void)state;
    /* The same byte is a decrement, or a prefix of a 64-bit move. */
    expect_text(32, "\x48\x89\xc7", 3, "decl %eax");
    expect_text(64, "\x48\x89\xc7", 3, "movq %rax, %rdi");
    expect_text(16, "\xb8\x34\x12\x00\x00", 5, "movw $0x1234, %ax");
    expect_text(32, "\xb8\x34\x12\x00\x00", 5, "movl $0x1234, %eax");
    expect_text(64, "\x06", 1, "(bad)"); /* push %es does not exist there */
}

static void test_targets_have_names(void **state)
{
    /* call 0x1104; jmp to itself */
    struct stop stop = with_code("\xe8\xff\x00\x00\x00\xeb\xfe", 7);
    struct disasm_view *view = malloc(sizeof(*view));
    char *text;

    (void)state;
    view_no_error(disasm_capture(&stop, virt(0x1000), 64, 2, view));
    assert_string_equal(view->where, "startup_32");
    assert_string_equal(view->lines[0].target, "extract_kernel+0x4");
    assert_string_equal(view->lines[1].target, "startup_32+0x5");
    text = VIEW_TEXT(disasm_text, view);
    view_has(text, "0x1000       e8 ff 00 00 00           callq 0x1104  # extract_kernel+0x4");
    view_json(disasm_line_json(&view->lines[1]),
              "{\"address\":\"0x1005\",\"bytes\":\"eb fe\",\"target\":\"startup_32+0x5\","
              "\"text\":\"jmp 0x1005\"}");
    free(view);
    target_close(stop.target);
}

/* In real mode a jump counts in its segment: cs base 0x1000, ip 0x20 to 0x104. */
static void test_targets_in_a_segment(void **state)
{
    struct stop stop = with_code("", 0);
    struct disasm_line line;
    bool there;

    (void)state;
    fake_target_poke(stop.target, 0x1020, "\xe9\xe1\x00", 3);
    stop.regs.cr0 = 0x10;
    stop.regs.efer = 0;
    stop.regs.rip = 0x20;
    stop.regs.segment[SEG_CS] = (struct segment){.selector = 0x100, .base = 0x1000};
    view_no_error(disasm_one(&stop, &line, &there));
    assert_true(there);
    assert_int_equal(line.address, 0x1020);
    assert_string_equal(line.text, "jmp 0x104");
    assert_string_equal(line.target, "extract_kernel+0x4");
    target_close(stop.target);
}

static void test_memory_ends(void **state)
{
    struct stop stop = with_code("", 0);
    struct disasm_view *view = malloc(sizeof(*view));
    struct disasm_line line;
    bool there;

    (void)state;
    fake_target_poke(stop.target, 0x1ffd, "\x90\x48\x89", 3); /* the last move is cut */
    view_no_error(disasm_capture(&stop, virt(0x1ffd), 64, 8, view));
    assert_int_equal(view->count, 3);
    assert_string_equal(view->lines[0].text, "nop");
    assert_false(view->lines[1].decoded);
    assert_true(view->cut);
    view_has(VIEW_TEXT(disasm_text, view), "0x2000 cannot be read: not mapped");
    free(view);
    stop.regs.rip = 0x5000;
    view_no_error(disasm_one(&stop, &line, &there));
    assert_false(there);
    target_close(stop.target);
}

static void test_errors(void **state)
{
    struct stop stop = with_code("", 0);
    struct disasm_view *view = malloc(sizeof(*view));

    (void)state;
    view_error(disasm_capture(&stop, virt(0x1000), 8, 1, view), ERROR_INPUT);
    fake_target_hang_up(stop.target);
    view_error(disasm_capture(&stop, virt(0x1000), 64, 1, view), ERROR_CLOSED);
    free(view);
    target_close(stop.target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_width_decides),
        cmocka_unit_test(test_targets_have_names),
        cmocka_unit_test(test_targets_in_a_segment),
        cmocka_unit_test(test_memory_ends),
        cmocka_unit_test(test_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
