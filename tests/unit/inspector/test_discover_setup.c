/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stages of 16-bit code: found, with variations, and with things missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "setup_pieces.h"

static const struct label *label(const char *name)
{
    for (size_t i = 0; i < finding.label_count; i++)
        if (strcmp(finding.labels[i].name, name) == 0)
            return &finding.labels[i];
    return NULL;
}

static void expect_function(const char *name, const char *end)
{
    const struct label *function = label(name);

    assert_non_null(function);
    assert_int_equal(function->module, MODULE_SETUP);
    assert_int_equal(function->address, value_of(name));
    assert_int_equal(function->size, value_of(end) - value_of(name));
    assert_true(function->function);
}

/* main's last call never comes back: what lies behind main is detect_memory, and not main's own. */
static void test_stages_and_labels(void **state)
{
    (void)state;
    look_into(&usual, false);
    expect_all();
    expect("setup-entry", "at_entry", STAGE_FROM_CODE, STAGE_CERTAIN, "from 0x1000 on (.bss)");
    expect("protected-mode", "at_flat", STAGE_FROM_CODE, STAGE_CERTAIN, "the jmp *%eax that ends");
    assert_int_equal(label("_start")->address, 0x200);
    assert_int_equal(label("start_of_setup")->address, value_of("start_of_setup"));
    assert_false(label("_start")->function);
    expect_function("main", "detect_memory");
    expect_function("detect_memory", "detect_memory_end");
    expect_function("protected_mode_jump", "protected_mode_jump_end");
    forget();
}

/* Other registers, 16-bit calls, another order in the file, other prefixes: the same stages. */
static void test_other_compilers(void **state)
{
    struct pieces pieces = {
        .head = ".org 0x200\n_start: .byte 0xe9\n .word start_of_setup - . - 2\n .org 0x300\n",
        .start =
            "detect_memory: mov $0xe820, %eax\n mov $0x534d4150, %edx\n mov $20, %ecx\n"
            " int $0x15\n jc 1f\n cmp $0x534d4150, %eax\n1: retw\n"
            "jump: mov %cs, %ecx\n shl $4, %ecx\n add %ecx, 5f\n mov %cr0, %eax\n"
            " or $0x10001, %eax\n mov %eax, %cr0\n jmp 4f\n4: .byte 0x66, 0xea\n5: .long flat\n"
            " .word 0x10\n",
        .main = "main: callw detect_memory\nat_memory: xor %ax, %ax\n jmp jump\n",
        .detect = "start_of_setup: cld\n pushw %ds\n pushl $1f\n lretl\n1: mov $0xc00, %edi\n"
                  " mov $0x40, %cx\n xor %ax, %ax\n rep stosw\n nop\nat_entry: callw main\n hlt\n",
        .guard = "",
        .jump = "",
        .flat = ".code32\nflat: mov %ecx, %ds\n mov %ecx, %es\n mov %ecx, %ss\n jmp 1f\n nop\n"
                "1: lldt %cx\nat_flat: jmp *%esi\n",
    };

    (void)state;
    look_into(&pieces, false);
    expect_all();
    expect("protected-mode", "at_flat", STAGE_FROM_CODE, STAGE_CERTAIN, "jmp *%esi");
    forget();
}

static void test_each_way_of_asking_in_a_function_of_its_own(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.detect = "detect_memory: calll ask_88\n calll ask_e820\n retl\ndetect_memory_end:\n"
                    "ask_88: movw $0x15, %ax\n calll firmware\n retl\n"
                    "ask_e820: movw $0xe820, 28(%esp)\n movl $0x534d4150, 20(%esp)\n"
                    " pushl $0x15\n popl %eax\n calll firmware\n retl\n"
                    "firmware: int $0\n retl\nstop: hlt\n jmp stop\n";
    look_into(&pieces, false);
    expect_all();
    expect_function("detect_memory", "detect_memory_end");
    forget();
}

/* Then it is not certain which one, or what it is. */
static void test_more_than_one(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.main = "main: calll detect_memory\nat_memory: calll say\n calll again\n calll leave\n"
                  "again: calll detect_memory\n retl\n";
    look_into(&pieces, false);
    expect("memory-detected", "at_memory", STAGE_FROM_CODE, STAGE_LIKELY, "first");
    expect_certain("setup-entry", "at_entry");

    pieces = usual;
    pieces.start = "start_of_setup: mov $0x1000, %di\n mov $0x100, %cx\n rep stosl\n"
                   "at_entry: calll main\n mov $0x1800, %di\n rep stosb\n calll say\n1: jmp 1b\n"
                   "say: retl\n";
    pieces.main = "main: calll detect_memory\nat_memory: testl %eax, %eax\n je 1f\n calll leave\n"
                  "1: retl\n"; /* comes back: what start_of_setup does then is reached too */
    look_into(&pieces, false);
    expect("setup-entry", "at_entry", STAGE_FROM_CODE, STAGE_LIKELY, "first");

    pieces = usual;
    pieces.flat = ".code32\nflat: mov %edx, %ds\nat_flat: jmp *%eax\n"; /* %ss stays 16-bit */
    look_into(&pieces, false);
    expect("protected-mode", "at_flat", STAGE_FROM_CODE, STAGE_LIKELY, "jmp *%eax");

    pieces = usual;
    pieces.jump = "protected_mode_jump: addl %ebx, 2f\n orb $2, %cl\n mov %ecx, %cr0\n"
                  " .byte 0x66, 0xea\n2: .long flat\n .word 0x10\n"; /* PE was set by whom? */
    look_into(&pieces, false);
    expect("protected-mode", "at_flat", STAGE_FROM_CODE, STAGE_LIKELY, "jmp *%eax");
    forget();
}

/* What is found does not depend on what is not, as far as control can still be followed. */
static void test_what_is_missing_has_its_reason(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.head = ".org 0x200\n_start: nop\n hlt\n .org 0x280\n";
    look_into(&pieces, false);
    expect_absent("setup-entry", "at 0x200 of the file, is no jump into setup");
    expect_absent("memory-detected", "main, which would call for it, was not found");
    expect_absent("protected-mode", "main, from where it would be reached, was not found");
    assert_int_equal(finding.label_count, 0);

    pieces = usual;
    pieces.start = "start_of_setup: xor %ax, %ax\nat_entry: calll main\nsay: retl\n";
    look_into(&pieces, false);
    expect_absent("setup-entry", "no rep stos that clears .bss on the way from start_of_setup "
                                 "(0x280)");

    pieces.start = "start_of_setup: rep stosl\n jmp main\nsay: retl\n";
    pieces.main = "main: jmp main\n";
    look_into(&pieces, false);
    expect_absent("setup-entry", "no call comes behind start_of_setup's rep stos at 0x280");
    forget();
}

static void test_no_e820(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.detect = "detect_memory: movw $0xe801, %ax\n int $0x15\n retl\nstop: hlt\n jmp stop\n";
    look_into(&pieces, false);
    expect_certain("setup-entry", "at_entry");
    expect_absent("memory-detected", "nothing that main calls asks int 0x15 for the e820 map");
    assert_null(label("detect_memory"));
    expect_certain("protected-mode", "at_flat");

    pieces = usual;
    pieces.main = "main: movl $0xe820, %eax\n movl $0x534d4150, %edx\n int $0x15\n calll leave\n";
    pieces.detect = "stop: hlt\n jmp stop\n";
    look_into(&pieces, false);
    expect_absent("memory-detected", "main asks for the e820 map itself");
    expect_certain("protected-mode", "at_flat");
    forget();
}

static void test_no_way_to_protected_mode(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.jump = "protected_mode_jump: mov %cr0, %ecx\n orb $1, %cl\n mov %ecx, %cr0\n hlt\n";
    look_into(&pieces, false);
    expect_certain("memory-detected", "at_memory");
    expect_absent("protected-mode", "no far jump behind a mov to cr0 is reached from main");
    assert_null(label("protected_mode_jump"));

    pieces.jump = "protected_mode_jump: mov %cr0, %ecx\n orb $1, %cl\n mov %ecx, %cr0\n"
                  " ljmpl $0x10, $flat\n"; /* nothing adds setup's own address to it */
    look_into(&pieces, false);
    expect_absent("protected-mode", "behind a mov to cr0, is to no place in setup");

    pieces.jump = "protected_mode_jump: addl %ebx, 0x1f0\n mov %cr0, %ecx\n orb $1, %cl\n"
                  " mov %ecx, %cr0\n ljmpl $0x10, $flat\n"; /* to another word */
    look_into(&pieces, false);
    expect_absent("protected-mode", "behind a mov to cr0, is to no place in setup");

    pieces = usual;
    pieces.flat = ".code32\nflat: mov %edx, %ds\n jmp flat\n";
    look_into(&pieces, false);
    expect_absent("protected-mode", "ends with no jump through a register");
    forget();
}

static void test_symbols_come_first(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    look_into(&usual, true);
    expect("setup-entry", "at_entry", STAGE_FROM_SYMBOL, STAGE_CERTAIN, "call of main");
    expect("memory-detected", "at_memory", STAGE_FROM_SYMBOL, STAGE_CERTAIN, "detect_memory");
    expect("protected-mode", "at_flat", STAGE_FROM_CODE, STAGE_CERTAIN, "jmp *%eax");

    /* No shape to go by, but names. */
    pieces.head = ".org 0x200\n_start: ljmpw *0x1f0\n .org 0x280\n";
    pieces.start = "start_of_setup: nop\nat_entry: calll main\nsay: retl\n";
    pieces.detect = "detect_memory: movw $0xe801, %ax\n int $0x15\n retl\nstop: hlt\n jmp stop\n";
    look_into(&pieces, true);
    expect("setup-entry", "at_entry", STAGE_FROM_SYMBOL, STAGE_CERTAIN, "call of main");
    expect("memory-detected", "at_memory", STAGE_FROM_SYMBOL, STAGE_CERTAIN, "detect_memory");
    expect("protected-mode", "at_flat", STAGE_FROM_CODE, STAGE_CERTAIN, "jmp *%eax");
    look(false);
    expect_absent("setup-entry", "is no jump into setup");
    forget();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stages_and_labels),
        cmocka_unit_test(test_other_compilers),
        cmocka_unit_test(test_each_way_of_asking_in_a_function_of_its_own),
        cmocka_unit_test(test_more_than_one),
        cmocka_unit_test(test_what_is_missing_has_its_reason),
        cmocka_unit_test(test_no_e820),
        cmocka_unit_test(test_no_way_to_protected_mode),
        cmocka_unit_test(test_symbols_come_first),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
