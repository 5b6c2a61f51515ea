/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the kernel's loading is found, whatever a compiler has made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "decompressor_pieces.h"

/* Each step in a function of its own: the header's check, the relocations. */
static void test_functions_of_their_own(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.unpack = " call unpack\n add $0x48, %rsp\n pop %rbx\n pop %rbp\n ret\n"
                    "unpack: push %rbp\n push %rbx\n sub $0x40, %rsp\n mov %rdi, %rbp\n"
                    " lea input(%rip), %rsi\n call inflate\n call parse\n mov %rbp, %rdi\n"
                    " call relocate\nat_relocated: jmp leave_unpack\n";
    pieces.magic = "parse:\nat_near: mov (%rdi), %rax\n mov %rax, -8(%rsp)\n"
                   "at_magic: cmp $0x464c457f, %eax\njne no_elf\nat_near_end:\n";
    pieces.headers = " movzwl -8(%rsp), %ecx\n1: cmpl $1, (%rdi)\n jne 2f\n call copy_bytes\n"
                     "2: add $0x38, %rdi\n dec %ecx\n jne 1b\n ret\nrelocate:\n";
    pieces.relocate = "at_loaded: sub $0x1000000, %rsi\n jne 1f\n ret\n1: mov size(%rip), %edx\n"
                      "2: movslq (%rdx), %rax\n test %eax, %eax\n je 3f\n add %rdi, %rax\n"
                      " cmp %rax, %rdi\n ja outside\n add %esi, (%rax)\n sub $4, %rdx\n"
                      " jmp 2b\n3: ret\nleave_unpack: add $0x40, %rsp\n pop %rbx\n pop %rbp\n"
                      " ret\noutside: lea text64(%rip), %rdi\n call fail\n"
                      "no_elf: lea text_elf(%rip), %rdi\n call fail\n";
    look_into(&pieces);
    expect_all_but("");
    expect_label("decompress_kernel", value_of("unpack")); /* it names the compressed kernel */
    forget();
}

/* The header is compared where it lies: the read is over only behind the instruction. */
static void test_header_compared_in_place(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.magic = "at_near: cmpl $0x464c457f, (%rbp)\nat_magic:\njne no_elf\nat_near_end:\n";
    look_into(&pieces);
    expect_all_but("");
    assert_int_equal(there("decompressed")->near, value_of("at_near"));
    assert_int_equal(there("decompressed")->near_end, value_of("at_near_end"));
    assert_int_equal(there("decompressed")->certainty, STAGE_CERTAIN);
    pieces.magic = "at_near: mov (%rbp), %al\n cmp $0x7f, %al\n jne no_elf\n mov 1(%rbp), %al\n"
                   " cmp $0x45, %al\n jne no_elf\n cmpb $0x4c, 2(%rbp)\n jne no_elf\n"
                   " cmpb $0x46, 3(%rbp)\n jne no_elf\n .set at_magic, at_near + 3\n";
    look_into(&pieces);
    expect_all_but("");
    assert_int_equal(there("decompressed")->certainty, STAGE_LIKELY);
    forget();
}

/* The inflater is called without a branch behind it: what it reads is not read at the check. */
static void test_near_begins_behind_calls(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.unpack = " mov (%rdi), %rax\n call inflate\n";
    look_into(&pieces);
    expect_all_but("");
    assert_int_equal(there("decompressed")->near, value_of("at_near"));
    pieces.magic = " mov %rsp, %rdi\n mov %rbp, %rsi\n mov $64, %edx\nat_near: call copy_bytes\n"
                   "at_magic: cmpl $0x464c457f, (%rsp)\n jne no_elf\nat_near_end:\n";
    look_into(&pieces); /* a function that copies the header */
    expect_all_but("");
    assert_int_equal(there("decompressed")->near, value_of("at_near"));
    assert_int_equal(there("decompressed")->near_end, value_of("at_near_end"));
    forget();
}

/* A switch over the inflater's result lies before the check: its jump table is followed. */
static void test_jump_table(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.unpack = " push %rbx\n call inflate\n mov %eax, %esi\n cmp $2, %esi\n ja 2f\n"
                    " lea 1f(%rip), %rdx\n movslq (%rdx,%rsi,4), %rax\n add %rdx, %rax\n"
                    " jmp *%rax\n1: .long at_near - 1b, 2f - 1b, 2f - 1b\n"
                    "2: lea no_place(%rip), %rdi\n call fail\n";
    look_into(&pieces);
    expect_all_but("");
    forget();
}

/* Without the messages, the loops are known by what they do. */
static void test_relocations_without_messages(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.texts = "word: .asciz \"nokaslr\"\nno_place:text32: text64: text_elf: .asciz \"?\"\n";
    look_into(&pieces);
    expect_all_but("");
    assert_non_null(strstr(there("relocations-applied")->how, "sign-extended"));
    forget();
}

/* A compiler may give the way without relocations a return of its own. */
static void test_no_place_where_all_ways_meet(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.relocate = "at_loaded: sub $0x1000000, %rbx\n jne 1f\n add $0x40, %rsp\n pop %rbx\n"
                      " pop %rbp\n ret\n1: mov size(%rip), %edx\n"
                      "2: movslq (%rdx), %rax\n test %eax, %eax\n je at_relocated\n"
                      " cmp %rax, %rdi\n ja outside\n add %esi, (%rax)\n sub $4, %rdx\n jmp 2b\n"
                      "at_relocated:\nleave_unpack: add $0x40, %rsp\n pop %rbx\n pop %rbp\n ret\n"
                      "outside: lea text64(%rip), %rdi\n call fail\n"
                      "no_elf: lea text_elf(%rip), %rdi\n call fail\n";
    look_into(&pieces);
    expect_all_but("");
    assert_true(there("relocations-applied")->optional);
    assert_non_null(strstr(there("relocations-applied")->how, "not passed when"));
    assert_false(there("elf-loaded")->optional);
    forget();
}

/* What adds in a loop, but to no address that it has read, is no relocation. */
static void test_other_loops(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.relocate = "at_loaded: mov $8, %ecx\n1: add %ecx, (%rdi)\n dec %ecx\n jne 1b\n"
                      "leave_unpack: add $0x40, %rsp\n pop %rbx\n pop %rbp\n ret\n"
                      "no_elf: lea text_elf(%rip), %rdi\n call fail\n";
    look_into(&pieces);
    expect_all_but("relocations-applied");
    expect_absent("relocations-applied", false, "no loop");
    assert_non_null(strstr(there("elf-loaded")->how, "PT_LOAD"));
    image.unpacked = (struct scratch *)&image; /* the table is there: something was overlooked */
    image.kernel.has_relocs = true;
    good(discover(&image, NULL, NULL, &discovery));
    expect_absent("relocations-applied", true, "no loop");
    image.unpacked = NULL;
    forget();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions_of_their_own),
        cmocka_unit_test(test_header_compared_in_place),
        cmocka_unit_test(test_near_begins_behind_calls),
        cmocka_unit_test(test_jump_table),
        cmocka_unit_test(test_relocations_without_messages),
        cmocka_unit_test(test_no_place_where_all_ways_meet),
        cmocka_unit_test(test_other_loops),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
