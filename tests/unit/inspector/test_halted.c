/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of a CPU that is halted for good; the stack and the text are the guest's. */
#include "view_test.h"

#include "assembled.h"
#include "group_folder.h"
#include "halted.h"

#define CODE    UINT64_C(0x8000)
#define STACK   UINT64_C(0x4000)
#define RAM_END 0x10000

/* Places in the code below. */
#define AFTER_MIDDLE 0x05
#define CALL_ERROR   0x17
#define AFTER_ERROR  0x1c
#define AFTER_PRINT  0x49
#define HLT          0x49
#define TEXT         0x80

static const char source[] = "outer: call middle\n"
                             ".org 0x10\n"
                             "middle: lea text(%rip), %rdi\n"
                             "call error\n"
                             ".org 0x40\n"
                             "error: push %rbx\n"
                             "mov %rdi, %rbx\n"
                             "call print\n"
                             "hlt\n"
                             "jmp . - 1\n"
                             ".org 0x60\n"
                             "print: ret\n"
                             ".org 0x80\n"
                             "text: .asciz \"\\n data\\n is  corrupt\\n\"\n"
                             ".org 0x100\n";

static const struct fake_symbol names[] = {{"middle", 0x10}, {"print", 0x60}};
static const struct symbols stub = {names, 2};
static struct image image;
static struct blob code;

static int assemble_code(void **state)
{
    char raw[4096];

    set_up(state);
    free(make_elf(folder, "code", 64, source));
    run_tool("cd '%s' && objcopy -O binary -j .text code.elf code.raw", folder);
    snprintf(raw, sizeof(raw), "%s/code.raw", folder);
    code = read_blob(raw);
    image = (struct image){.bytes = code.data, .size = code.size, .protected_size = code.size};
    return 0;
}

static int forget_code(void **state)
{
    blob_free(&code);
    return tear_down(state);
}

/* A CPU that stands behind the hlt, on a stack with more than return addresses. */
static struct stop halted(void)
{
    static const uint64_t words[] = {0x1234, CODE + AFTER_ERROR, CODE + AFTER_PRINT, UINT64_MAX,
                                     CODE + AFTER_MIDDLE};
    struct stop stop = view_stop();

    fake_target_ram(stop.target, 0, RAM_END);
    fake_target_poke(stop.target, CODE, code.data, code.size);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        fake_target_poke64(stop.target, STACK + 8 * i, words[i]);
    stop.image = &image;
    stop.stub = &stub;
    stop.facts.load = known(CODE);
    stop.regs.rip = CODE + HLT + 1;
    stop.regs.gpr[RSP] = STACK;
    stop.regs.gpr[RBX] = CODE + TEXT;
    return stop;
}

static struct halted_view captured(const struct stop *stop)
{
    struct halted_view view;

    view_no_error(halted_capture(stop, &view));
    return view;
}

static void test_callers_and_message(void **state)
{
    struct stop stop = halted();
    struct halted_view view = captured(&stop);

    (void)state;
    assert_string_equal(view.message, "data is corrupt");
    assert_int_equal(view.count, 2);
    assert_int_equal(view.callers[0].call.value, CODE + CALL_ERROR);
    assert_string_equal(view.callers[0].where, "middle+0x7");
    /* outer has no name, and middle's is not for it. */
    assert_string_equal(view.callers[1].where, "decompressor+0x0");
    /* Nor is it for error(), where the CPU is, although it is the next before it. */
    assert_string_equal(view.where, "decompressor+0x49");
    view_has(VIEW_TEXT(halted_text, &view), "called from");
    view_json(halted_json(&view), "[{\"call\":\"0x8017\",\"where\":\"middle+0x7\"},"
                                  "{\"call\":\"0x8000\",\"where\":\"decompressor+0x0\"}]");
    target_close(stop.target);
}

/* Where the caller's argument is no constant, what error() kept of it is taken. */
static void test_message_that_was_kept(void **state)
{
    struct stop stop = halted();

    (void)state;
    code.data[0x10 + 2] = 0x35; /* lea to rsi */
    struct halted_view view = captured(&stop);
    assert_string_equal(view.message, "data is corrupt");
    stop.regs.gpr[RBX] = UINT64_MAX;
    view = captured(&stop);
    assert_string_equal(view.message, "");
    code.data[0x10 + 2] = 0x3d;
    target_close(stop.target);
}

static void test_texts_that_are_none(void **state)
{
    struct stop stop = halted();

    (void)state;
    fake_target_poke(stop.target, CODE + TEXT, "\033[2J", 5);
    assert_string_equal(captured(&stop).message, "");
    fake_target_poke(stop.target, CODE + TEXT, "", 1);
    assert_string_equal(captured(&stop).message, "");
    for (size_t i = 0; i < HALTED_MESSAGE_MAX; i++)
        fake_target_poke(stop.target, CODE + TEXT + i, "x", 1);
    assert_string_equal(captured(&stop).message, ""); /* it has no end */
    fake_target_hide(stop.target, CODE + TEXT, 0x1000);
    assert_string_equal(captured(&stop).message, "");
    target_close(stop.target);
}

static void test_stacks_that_tell_nothing(void **state)
{
    struct stop stop = halted();

    (void)state;
    stop.regs.gpr[RSP] = 0; /* nothing but zeros */
    assert_int_equal(captured(&stop).count, 0);
    stop.regs.gpr[RSP] = RAM_END;
    assert_int_equal(captured(&stop).count, 0);
    stop.regs.gpr[RSP] = UINT64_MAX - 3;
    assert_int_equal(captured(&stop).count, 0);
    stop.regs.gpr[RSP] = STACK + 16; /* the frames below are gone */
    assert_int_equal(captured(&stop).count, 0);
    target_close(stop.target);
}

/* More frames than there is room for, as a stack that was made to look so. */
static void test_endless_stack(void **state)
{
    struct stop stop = halted();

    (void)state;
    for (uint64_t at = STACK; at < STACK + 0x800; at += 8)
        fake_target_poke64(stop.target, at, CODE + AFTER_ERROR);
    assert_in_range(captured(&stop).count, 1, HALTED_CALLERS_MAX);
    target_close(stop.target);
}

static void test_places_that_are_no_code_of_the_image(void **state)
{
    struct stop stop = halted();

    (void)state;
    stop.regs.rip = 0x1001;
    struct halted_view view = captured(&stop);
    assert_string_equal(view.where, "0x1000");
    assert_int_equal(view.count, 0);
    stop.image = NULL;
    stop.regs.rip = CODE + HLT + 1;
    assert_int_equal(captured(&stop).count, 0);
    target_close(stop.target);
}

static void test_lost_connection(void **state)
{
    struct stop stop = halted();
    struct halted_view view;

    (void)state;
    fake_target_hang_up(stop.target);
    view_error(halted_capture(&stop, &view), ERROR_CLOSED);
    target_close(stop.target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_callers_and_message),
        cmocka_unit_test(test_message_that_was_kept),
        cmocka_unit_test(test_texts_that_are_none),
        cmocka_unit_test(test_stacks_that_tell_nothing),
        cmocka_unit_test(test_endless_stack),
        cmocka_unit_test(test_places_that_are_no_code_of_the_image),
        cmocka_unit_test(test_lost_connection),
    };

    return cmocka_run_group_tests(tests, assemble_code, forget_code);
}
