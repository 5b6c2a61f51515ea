/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stages of code that other options and other compilers make of the same decompressor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "decompressor_pieces.h"

/* Code that is not to be moved: init_size and constants are all that the copy's place is made of. */
static void test_fixed_address(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.target = CODE64 "mov $0x1000000, %rbp\n mov 0x260(%rsi), %ebx\n sub $end, %ebx\n"
                           " add %rbp, %rbx\n lea stack_end(%rbx), %rsp\n"
                           "at_target: mov %rsi, %r15\n";
    assemble_pieces(&pieces);
    image.setup.pref_address = 0x1000000;
    good(discover(&image, NULL, NULL, &discovery));
    expect_all_but("");
    expect_label("_end", 0x8000);
    expect_label("boot_stack_end", 0x3000);
    expect_label("gdt", value_of("table"));
    forget();
}

/* What is copied is not read at this code's own addresses, but the jump tells where the copy is. */
static void test_copy_of_what_is_not_known(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.copy = " mov last_word(%rip), %rsi\n lea last_word(%rbx), %rdi\n mov $128, %ecx\n std\n"
                  " rep movsq\nat_copied: cld\n lea second(%rbx), %rax\n jmp *%rax\n";
    look_into(&pieces);
    expect_all_but("");
    expect_label("boot_stack_end", 0x3000);
    forget();
}

/* Both ways say what they do, when they are to be verbose, and the last loop ends with a jump. */
static void test_verbose_relocations(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.relocate =
        "at_loaded: mov table(%rip), %ecx\n sub $0x1000000, %rbx\n je 8f\n"
        " test %ecx, %ecx\n je 1f\n mov table+4(%rip), %ecx\n test %ecx, %ecx\n je 1f\n"
        " lea word(%rip), %rdi\n call console\n"
        "1: lea -4(%rbp,%rax), %rdx\n movslq (%rdx), %rax\n test %eax, %eax\n je 3f\n"
        "2: add %rbp, %rax\n cmp %rax, %rbp\n ja outside32\n sub $4, %rdx\n"
        " add %ebx, (%rax)\n movslq (%rdx), %rax\n test %eax, %eax\n jne 2b\n"
        "3: jmp 9f\n"
        "8: test %ecx, %ecx\n je 9f\n lea word(%rip), %rdi\n call console\n"
        "9:\nat_relocated: mov 0x18(%rsp), %rax\nleave_unpack: add $0x40, %rsp\n"
        " pop %rbx\n pop %rbp\n ret\n"
        "outside32: lea text32(%rip), %rdi\n call fail\n"
        "no_elf: lea text_elf(%rip), %rdi\n call fail\nunpack_end:\n";
    look_into(&pieces);
    expect_all_but("");
    assert_false(there("relocations-applied")->optional);
    forget();
}

/* The end of the work is there once for each way, and they meet behind it: where both pass it is found. */
static void test_relocations_end_twice(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.relocate = "at_loaded: sub $0x1000000, %rbx\n je 8f\n"
                      " lea -4(%rbp,%rax), %rdx\n movslq (%rdx), %rax\n test %eax, %eax\n je 3f\n"
                      "2: add %rbp, %rax\n cmp %rax, %rbp\n ja outside32\n sub $4, %rdx\n"
                      " add %ebx, (%rax)\n movslq (%rdx), %rax\n test %eax, %eax\n jne 2b\n"
                      "3: mov 0x18(%rsp), %rax\n"
                      "at_relocated:\nleave_unpack: add $0x40, %rsp\n pop %rbx\n pop %rbp\n ret\n"
                      "8: lea word(%rip), %rdi\n call console\n mov 0x18(%rsp), %rax\n"
                      " jmp at_relocated\n"
                      "outside32: lea text32(%rip), %rdi\n call fail\n"
                      "no_elf: lea text_elf(%rip), %rdi\n call fail\nunpack_end:\n";
    look_into(&pieces);
    expect_all_but("");
    assert_false(there("relocations-applied")->optional);
    pieces.relocate = "at_loaded: sub $0x1000000, %rbx\n je leave_unpack\n"
                      " lea -4(%rbp,%rax), %rdx\n movslq (%rdx), %rax\n test %eax, %eax\n je 3f\n"
                      "2: add %rbp, %rax\n cmp %rax, %rbp\n ja outside32\n sub $4, %rdx\n"
                      " add %ebx, (%rax)\n movslq (%rdx), %rax\n test %eax, %eax\n jne 2b\n"
                      "3:\nat_relocated: mov 0x18(%rsp), %rax\n add $0x40, %rsp\n pop %rbx\n"
                      " pop %rbp\n ret\n"
                      "leave_unpack: add $0x40, %rsp\n pop %rbx\n pop %rbp\n ret\n"
                      "outside32: lea text32(%rip), %rdi\n call fail\n"
                      "no_elf: lea text_elf(%rip), %rdi\n call fail\nunpack_end:\n";
    look_into(&pieces); /* they do not meet */
    expect_all_but("");
    assert_true(there("relocations-applied")->optional);
    forget();
}

/* The trampoline is come to by a return: what should be there is said, and nothing put in its place. */
static void test_trampoline_that_is_not_seen(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.helpers = "first_idt: lidt idt(%rip)\n ret\nsecond_idt: lidt idt(%rip)\n ret\n"
                     "five_levels: mov %cr4, %rax\n bt $12, %rax\n jc 1f\n push $0x9d000\n"
                     "1: ret\nmaps: mov %rax, %cr3\n ret\nconsole: xor %eax, %eax\n ret\n"
                     "choose: lea word(%rip), %rdi\n ret\ninflate: ret\ncopy_bytes: ret\n"
                     "fail: hlt\n jmp fail\n";
    look_into(&pieces);
    expect_all_but("la57-trampoline");
    expect_absent("la57-trampoline", true, "reads CR4");
    forget();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed_address),
        cmocka_unit_test(test_copy_of_what_is_not_known),
        cmocka_unit_test(test_verbose_relocations),
        cmocka_unit_test(test_relocations_end_twice),
        cmocka_unit_test(test_trampoline_that_is_not_seen),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
