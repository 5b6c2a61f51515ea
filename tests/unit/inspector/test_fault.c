/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said about a boot that did not get there; the guest's own words are not trusted. */
#include "view_test.h"

#include "fault.h"

#define CODE    0x8000
#define MESSAGE UINT64_C(0x6000)
#define RAM_END 0x10000

static const struct stage last = {
    .name = "image-copied", .index = 9, .bits = 64, .module = MODULE_STUB};
static const struct fake_symbol names[] = {{"die", 0}};
static const struct symbols stub = {names, 1};

/* A CPU that has halted, its registers pointing at a message. */
static struct stop halted(uint64_t message, uint64_t length)
{
    struct stop stop = view_stop();

    fake_target_ram(stop.target, 0, RAM_END);
    fake_target_poke(stop.target, CODE, "\xf4\xeb\xfd", 3); /* hlt; jmp back */
    fake_target_poke(stop.target, MESSAGE, "not an ELF file: magic 0x7f", 27);
    stop.stub = &stub;
    stop.facts.load = known(CODE);
    stop.regs.rip = CODE;
    stop.regs.gpr[RDI] = message;
    stop.regs.gpr[RSI] = length;
    return stop;
}

static struct fault captured(const struct stop *stop, enum timeline_event event)
{
    struct fault fault = {.event = event, .stop = stop, .last = &last};

    view_no_error(fault_capture(&fault));
    return fault;
}

static void expect_error(const struct fault *fault, enum error_kind kind, const char *message)
{
    struct error *err = fault_error(fault, 2500);

    assert_non_null(err);
    assert_int_equal(error_kind(err), kind);
    assert_string_equal(error_message(err), message);
    error_free(err);
}

/* One element of the JSON form, as text. */
static void expect_json(const struct fault *fault, const char *key, const char *expected)
{
    json_t *json = fault_json(fault);

    assert_non_null(json);
    assert_int_equal(json_object_size(json), 8);
    view_json(json_incref(json_object_get(json, key)), expected);
    json_decref(json);
}

static void test_error_stop(void **state)
{
    struct stop stop = halted(MESSAGE, 27);
    struct fault fault = captured(&stop, TIMELINE_ERROR);

    (void)state;
    assert_string_equal(fault.message, "not an ELF file: magic 0x7f");
    assert_string_equal(fault.where, "die");
    expect_error(&fault, ERROR_GUEST,
                 "the boot code stopped after checkpoint image-copied: "
                 "not an ELF file: magic 0x7f");
    expect_json(&fault, "fault", "\"error\"");
    expect_json(&fault, "after", "\"image-copied\"");
    expect_json(&fault, "message", "\"not an ELF file: magic 0x7f\"");
    expect_json(&fault, "where", "\"die\"");
    view_has(VIEW_TEXT(fault_text, &fault), "message      not an ELF file: magic 0x7f\n");
    view_has(VIEW_TEXT(fault_text, &fault), "hlt");
    target_close(stop.target);
}

/* Narrower code says it in edi and ecx; what is above them means nothing. */
static void test_error_stop_of_32_bit_code(void **state)
{
    struct stop stop = halted(UINT64_C(0xdead00000000) + MESSAGE, 999);

    (void)state;
    stop.regs.cr0 = CR0_PROTECTED;
    stop.regs.efer = 0;
    stop.regs.segment[SEG_CS].attributes = SEGMENT_CODE32;
    stop.regs.gpr[RCX] = UINT64_C(0xbeef00000000) + 15;
    struct fault fault = captured(&stop, TIMELINE_ERROR);
    assert_string_equal(fault.message, "not an ELF file");
    target_close(stop.target);
}

static void test_length_is_bounded(void **state)
{
    static const uint64_t lengths[] = {FAULT_MESSAGE_MAX - 1, FAULT_MESSAGE_MAX, 1 << 20,
                                       UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct stop stop = halted(0x7000, lengths[i]);
        char text[2 * FAULT_MESSAGE_MAX];

        memset(text, 'x', sizeof(text));
        fake_target_poke(stop.target, 0x7000, text, sizeof(text));
        struct fault fault = captured(&stop, TIMELINE_ERROR);
        assert_int_equal(strlen(fault.message), FAULT_MESSAGE_MAX - 1);
        view_has(VIEW_TEXT(fault_text, &fault), "xxx"); /* and fits the page */
        target_close(stop.target);
    }
}

/* The report is there all the same when the message is not. */
static void test_message_that_cannot_be_read(void **state)
{
    static const uint64_t addresses[] = {RAM_END, UINT64_C(0x123456789000), UINT64_MAX - 4};

    (void)state;
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        struct stop stop = halted(addresses[i], 27);
        struct fault fault = captured(&stop, TIMELINE_ERROR);

        expect_json(&fault, "message", "null");
        expect_error(&fault, ERROR_GUEST,
                     "the boot code stopped after checkpoint image-copied: it gave no message");
        view_has(VIEW_TEXT(fault_text, &fault), "the boot code stopped at an error");
        target_close(stop.target);
    }
}

static void test_message_at_the_end_of_memory(void **state)
{
    struct stop stop = halted(RAM_END - 10, 27);

    (void)state;
    fake_target_poke(stop.target, RAM_END - 10, "0123456789", 10);
    fake_target_hide(stop.target, RAM_END, 0x1000);
    struct fault fault = captured(&stop, TIMELINE_ERROR);
    assert_string_equal(fault.message, "0123456789");
    target_close(stop.target);
}

static void test_no_message(void **state)
{
    struct stop stop = halted(MESSAGE, 0);
    struct fault fault = captured(&stop, TIMELINE_ERROR);

    (void)state;
    expect_json(&fault, "message", "null");
    target_close(stop.target);
}

static void test_control_bytes(void **state)
{
    struct stop stop = halted(MESSAGE, 8);

    (void)state;
    fake_target_poke(stop.target, MESSAGE, "\033[2J\0\n\xe4\x7f", 8);
    struct fault fault = captured(&stop, TIMELINE_ERROR);
    assert_string_equal(fault.message, ".[2J....");
    expect_json(&fault, "message", "\".[2J....\"");
    target_close(stop.target);
}

/* Words are kept whole where that is possible. */
static void test_long_messages_are_wrapped(void **state)
{
    struct stop stop = halted(0x7000, 24 * 20);

    (void)state;
    for (unsigned int i = 0; i < 24; i++)
        fake_target_poke(stop.target, 0x7000 + i * 20, "twenty bytes of text", 20);
    struct fault fault = captured(&stop, TIMELINE_ERROR);
    view_has(VIEW_TEXT(fault_text, &fault), "message      twenty bytes of texttwenty ");
    target_close(stop.target);
}

static void test_timeout(void **state)
{
    struct stop stop = halted(MESSAGE, 27);
    struct fault fault = captured(&stop, TIMELINE_TIMEOUT);

    (void)state;
    assert_string_equal(fault.message, ""); /* rdi and rsi mean nothing now */
    expect_json(&fault, "fault", "\"timeout\"");
    expect_error(&fault, ERROR_TIMEOUT,
                 "no further checkpoint within 2.5 s, after checkpoint image-copied; the guest is "
                 "at die");
    target_close(stop.target);
}

/* Without the image there are no callers to be found, but the place is the hlt's all the same. */
static void test_halted_for_good(void **state)
{
    struct stop stop = halted(MESSAGE, 27);

    (void)state;
    stop.regs.rip++;
    struct fault fault = captured(&stop, TIMELINE_HALTED);
    expect_json(&fault, "fault", "\"halted\"");
    expect_json(&fault, "where", "\"die\"");
    expect_json(&fault, "message", "null");
    expect_json(&fault, "callers", "[]");
    expect_error(&fault, ERROR_GUEST,
                 "the CPU halted for good in die, after checkpoint image-copied");
    snprintf(fault.halted.message, sizeof(fault.halted.message), "data is corrupt");
    expect_json(&fault, "message", "\"data is corrupt\"");
    expect_error(&fault, ERROR_GUEST,
                 "the CPU halted for good in die, after checkpoint image-copied: data is corrupt");
    view_has(VIEW_TEXT(fault_text, &fault), "nothing will wake it");
    target_close(stop.target);
}

static void test_fault_before_any_checkpoint(void **state)
{
    struct stop stop = halted(MESSAGE, 27);
    struct fault fault = captured(&stop, TIMELINE_FAULT);

    (void)state;
    fault.last = NULL;
    expect_json(&fault, "fault", "\"fault\"");
    expect_json(&fault, "after", "null");
    expect_error(&fault, ERROR_GUEST,
                 "triple fault or shutdown before the first checkpoint, at die");
    view_has(VIEW_TEXT(fault_text, &fault), "no checkpoint at all");
    target_close(stop.target);
}

static void test_place_without_a_name(void **state)
{
    struct stop stop = halted(MESSAGE, 27);

    (void)state;
    stop.facts.load.known = false;
    struct fault fault = captured(&stop, TIMELINE_FAULT);
    assert_string_equal(fault.where, "0x8000");
    expect_json(&fault, "where", "\"0x8000\"");
    target_close(stop.target);
}

static void test_lost_connection(void **state)
{
    struct stop stop = halted(MESSAGE, 27);
    struct fault fault = {.event = TIMELINE_ERROR, .stop = &stop};

    (void)state;
    fake_target_hang_up(stop.target);
    view_error(fault_capture(&fault), ERROR_CLOSED);
    target_close(stop.target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error_stop),
        cmocka_unit_test(test_error_stop_of_32_bit_code),
        cmocka_unit_test(test_length_is_bounded),
        cmocka_unit_test(test_message_that_cannot_be_read),
        cmocka_unit_test(test_message_at_the_end_of_memory),
        cmocka_unit_test(test_no_message),
        cmocka_unit_test(test_control_bytes),
        cmocka_unit_test(test_long_messages_are_wrapped),
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_halted_for_good),
        cmocka_unit_test(test_fault_before_any_checkpoint),
        cmocka_unit_test(test_place_without_a_name),
        cmocka_unit_test(test_lost_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
