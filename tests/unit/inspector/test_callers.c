/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the code around a call tells of who called, and with what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "assembled_code.h"
#include "callers.h"

static int forget_code(void **state)
{
    (void)state;
    forget();
    return 0;
}

/* Linux's shape: error() prints by a function of its own, and never returns. */
static const char decompressor[] = ".globl outer, middle, cold, error, hang, after_error\n"
                                   "outer: call middle\n"
                                   "after_middle: jmp *%rax\n"
                                   "middle: push %rbx\n"
                                   "test %rdi, %rdi\n"
                                   "js cold\n"
                                   "call other\n"
                                   "after_other: pop %rbx\n"
                                   "ret\n"
                                   "cold: lea text(%rip), %rdi\n"
                                   "mov %r12, 8(%rsp)\n"
                                   "call_error: call error\n"
                                   "after_error: nopw 0(%rax,%rax,1)\n"
                                   "other: call print\n"
                                   "after_print: call *%rax\n"
                                   "after_indirect: ret\n"
                                   "error: push %rbx\n"
                                   "mov %rdi, %rbx\n"
                                   "lea dashes(%rip), %rdi\n"
                                   "call print\n"
                                   "mov %rbx, %rdi\n"
                                   "call print\n"
                                   "hang: hlt\n"
                                   "jmp hang\n"
                                   "print: ret\n"
                                   "text: .asciz \"data is corrupt\"\n"
                                   "dashes: .asciz \"--\"\n";

static void test_return_addresses(void **state)
{
    struct call_found found;

    (void)state;
    look_into(64, decompressor);
    assert_true(call_leads_to(&functions, at("after_error"), at("hang"), &found));
    assert_int_equal(found.call, at("call_error"));
    assert_true(found.direct);
    assert_int_equal(found.target, at("error"));
    assert_true(call_leads_to(&functions, at("after_middle"), at("call_error"), &found));
    assert_int_equal(found.target, at("middle"));
}

/* What a stack holds besides: old return addresses, and numbers that are none. */
static void test_what_is_no_return_address_of_this_call(void **state)
{
    struct call_found found;

    (void)state;
    look_into(64, decompressor);
    /* print() comes nowhere near, nor does other(): error() does not give control back. */
    assert_false(call_leads_to(&functions, at("after_print"), at("hang"), &found));
    assert_false(call_leads_to(&functions, at("after_other"), at("call_error"), &found));
    assert_false(call_leads_to(&functions, at("after_other"), at("hang"), &found));
    assert_false(call_leads_to(&functions, at("hang"), at("hang"), &found));
    assert_false(call_leads_to(&functions, 0, at("hang"), &found));
    assert_false(call_leads_to(&functions, blob.size + 1, at("hang"), &found));
    assert_false(call_leads_to(&functions, UINT64_MAX, at("hang"), &found));
}

static void test_call_through_a_register(void **state)
{
    struct call_found found;

    (void)state;
    look_into(64, decompressor);
    assert_true(call_leads_to(&functions, at("after_indirect"), at("hang"), &found));
    assert_false(found.direct);
    assert_int_equal(found.call, at("after_indirect") - 2);
}

static void test_text_of_a_call(void **state)
{
    uint64_t address = 0;

    (void)state;
    look_into(64, decompressor);
    assert_true(caller_text_address(&code, at("call_error"), &address));
    assert_int_equal(address, at("text"));
    assert_false(caller_text_address(&code, at("after_middle") - 5, &address));
}

static void test_text_that_may_not_be_the_calls(void **state)
{
    uint64_t address = 0;

    (void)state;
    look_into(64, ".globl changed, called, jumped\n"
                  "lea text(%rip), %rdi\n mov %rsi, %rdi\n changed: call f\n"
                  "lea text(%rip), %rdi\n call f\n called: call f\n"
                  "lea text(%rip), %rdi\n jmp f\n jumped: call f\n"
                  "f: ret\n text: .asciz \"text\"\n");
    assert_false(caller_text_address(&code, at("changed"), &address));
    assert_false(caller_text_address(&code, at("called"), &address));
    assert_false(caller_text_address(&code, at("jumped"), &address));
}

/* 16-bit code prints first, and calls die() then. */
static void test_text_printed_before_a_16_bit_call(void **state)
{
    struct call_found found;
    uint64_t address = 0;

    (void)state;
    look_into(16, ".code16gcc\n.globl main, call_die, die, hang\n"
                  "main: mov $text, %eax\n"
                  "calll puts\n"
                  "call_die: calll die\n"
                  "after_die: nop\n"
                  "puts: retl\n"
                  "die: nop\n"
                  "hang: hlt\n"
                  "jmp hang\n"
                  "text: .asciz \"Unable to boot\"\n");
    assert_true(call_leads_to(&functions, at("after_die"), at("hang"), &found));
    assert_int_equal(found.call, at("call_die"));
    assert_true(caller_text_address(&code, found.call, &address));
    assert_int_equal(address, at("text"));
}

static void test_argument_that_was_kept(void **state)
{
    enum insn_gpr kept = INSN_NO_GPR;

    (void)state;
    look_into(64, decompressor);
    assert_true(saved_argument(&code, at("error"), at("hang"), &kept));
    assert_int_equal(kept, INSN_RBX);
    assert_false(saved_argument(&code, at("middle"), at("call_error"), &kept)); /* past a ret */
}

static void test_argument_that_was_lost(void **state)
{
    enum insn_gpr kept;

    (void)state;
    look_into(64, ".globl late, popped, scratch, end\n"
                  "late: call print\n mov %rdi, %rbx\n late_end: hlt\n"
                  "popped: mov %rdi, %rbx\n pop %rbx\n popped_end: hlt\n"
                  "scratch: mov %rdi, %rax\n scratch_end: hlt\n"
                  "print: ret\n");
    assert_false(saved_argument(&code, at("late"), at("late_end"), &kept));
    assert_false(saved_argument(&code, at("popped"), at("popped_end"), &kept));
    assert_false(saved_argument(&code, at("scratch"), at("scratch_end"), &kept));
}

#define CALLERS(name) cmocka_unit_test_teardown(name, forget_code)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CALLERS(test_return_addresses),
        CALLERS(test_what_is_no_return_address_of_this_call),
        CALLERS(test_call_through_a_register),
        CALLERS(test_text_of_a_call),
        CALLERS(test_text_that_may_not_be_the_calls),
        CALLERS(test_text_printed_before_a_16_bit_call),
        CALLERS(test_argument_that_was_kept),
        CALLERS(test_argument_that_was_lost),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
