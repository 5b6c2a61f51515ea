/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stages of 32- and 64-bit code: found, in other shapes, and absent where they are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "decompressor_pieces.h"

static void expect_function(const char *name, const char *symbol, const char *end)
{
    expect_label(name, value_of(symbol));
    assert_true(label(name)->function);
    assert_int_equal(label(name)->size, value_of(end) - value_of(symbol));
}

static void test_stages(void **state)
{
    (void)state;
    look_into(&usual);
    expect_all_but("");
    assert_true(discovery.stages.discovered);
    assert_int_equal(there("startup-64")->address, 0x200);
    assert_int_equal(there("startup-64")->source, STAGE_FROM_PROTOCOL);
    assert_non_null(strstr(there("startup-64")->how, "makes its address"));
    assert_int_equal(there("startup-32")->bits, 32);
    assert_int_equal(there("kernel-jump")->bits, 64);
    assert_int_equal(there("la57-trampoline")->index, 21);
    assert_true(there("la57-trampoline")->optional);
    assert_false(there("image-copied")->optional);
    assert_int_equal(there("image-copied")->certainty, STAGE_CERTAIN);
    assert_int_equal(there("elf-loaded")->certainty, STAGE_LIKELY);
    assert_int_equal(there("location-chosen")->certainty, STAGE_LIKELY);
    expect_absent("kernel-entry", false, "not unpacked");
    for (size_t i = 1; i < discovery.stages.count; i++)
        assert_true(discovery.stages.list[i].after < (int)i);
    forget();
}

static void test_how_the_late_stages_stop(void **state)
{
    const struct stage *stage;

    (void)state;
    look_into(&usual);
    stage = there("location-chosen");
    assert_true(stage->has_slots);
    assert_int_equal(stage->output_slot, 0x10);
    assert_int_equal(stage->virtual_slot, 0x28);
    assert_int_equal(stage->way, STAGE_BREAK);
    stage = there("decompressed");
    assert_int_equal(stage->way, STAGE_ON_READ);
    assert_int_equal(stage->near, value_of("at_near"));
    assert_int_equal(stage->near_end, value_of("at_near_end"));
    assert_ptr_equal(&discovery.stages.list[stage->after], there("location-chosen"));
    for (const char *const *name =
             (const char *const[]){"elf-loaded", "relocations-applied", "kernel-jump", NULL};
         *name; name++)
        assert_ptr_equal(&discovery.stages.list[there(*name)->after], there("decompressed"));
    assert_int_equal(there("extract-kernel")->after, -1);
    forget();
}

static void test_labels(void **state)
{
    (void)state;
    look_into(&usual);
    expect_label("startup_32", 0);
    expect_label("startup_64", 0x200);
    expect_label("input_data", value_of("input"));
    expect_label(".Lrelocated", value_of("second"));
    expect_label("gdt", value_of("table"));
    expect_label("_bss", value_of("bss"));
    expect_label("_ebss", value_of("bss_end"));
    expect_label("boot_stack_end", 0x3000);
    expect_label("_end", 0x8000);
    expect_function("load_stage1_idt", "first_idt", "first_idt_end");
    expect_function("extract_kernel", "extract", "extract_end");
    expect_function("decompress_kernel", "unpack", "unpack_end");
    expect_function("error", "fail", "fail_end");
    expect_label("load_stage2_idt", value_of("second_idt"));
    expect_label("initialize_identity_maps", value_of("maps"));
    expect_label("configure_5level_paging", value_of("five_levels"));
    expect_label("choose_random_location", value_of("choose"));
    for (size_t i = 1; i < discovery.label_count; i++)
        assert_true(discovery.labels[i - 1].address <= discovery.labels[i].address);
    forget();
}

/* The same work in other registers, with other instructions and other code between them. */
static void test_other_compilers(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.head32 = CODE32 "zero: cli\n call 1f\n1: pop %edi\n mov %edi, %ebx\n"
                           " lea zero-1b(%ebx), %ebx\nat_load: lea 0x4000(%ebx), %ecx\n"
                           " mov %ecx, %cr3\nat_tables: lea 0x200(%ebx), %edx\n push $0x10\n"
                           " push %edx\n lret\n.org 0x200\n";
    pieces.target = CODE64 "mov %rsi, %r14\n lea zero(%rip), %r13\n mov 0x260(%r14), %r12d\n"
                           " sub $end, %r12d\n add %r13, %r12\n mov %r12, %r9\n"
                           " lea stack_end(%r9), %rsp\nat_target: mov %r14, %r15\n";
    pieces.copy = " lea zero(%rip), %rsi\n mov %r12, %rdi\n mov $0x2000, %ecx\n rep movsb\n"
                  "at_copied: mov %r12, %rcx\n add $table, %rcx\n mov %rcx, table+2(%r12)\n"
                  " lea table(%r12), %rdx\n mov %rcx, 2(%rdx)\n lgdt (%rdx)\n"
                  " lea second-8(%r12), %rdi\n add $8, %rdi\n jmp *%rdi\n";
    pieces.second = "second: lea bss(%rip), %rdi\n mov $64, %ecx\n xor %eax, %eax\n rep stosl\n"
                    "at_bss: nop\n call second_idt\nat_idt2: call maps\nat_maps: mov %r15, %rdi\n";
    pieces.jump = " call extract\n mov %rax, %rdx\n mov %r15, %rsi\nat_jump: jmp *%rdx\n";
    look_into(&pieces);
    expect_all_but("");
    expect_label("_end", 0x8000);
    expect_label("_ebss", value_of("bss_end"));
    expect_label("gdt", value_of("table"));
    forget();
}

/* Everything in one function, and a frame pointer that the slots are counted from. */
static void test_inlined(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.extract = "extract: push %rbp\n mov %rsp, %rbp\n push %rbx\n sub $0x58, %rsp\n"
                     " mov %rsi, -0x20(%rbp)\n lea -0x20(%rbp), %rax\n mov %rax, %rdx\n"
                     " lea -0x30(%rbp), %r8\n lea input(%rip), %rdi\n call choose\n"
                     "at_chosen: mov -0x20(%rbp), %rbp\n";
    pieces.unpack = " lea input(%rip), %rdi\n call inflate\n";
    look_into(&pieces);
    expect_all_but("");
    assert_null(label("decompress_kernel"));
    assert_non_null(strstr(there("decompressed")->how, "extract_kernel"));
    assert_true(there("location-chosen")->has_slots);
    assert_int_equal(there("location-chosen")->output_slot, 0x60 - 0x20);
    assert_int_equal(there("location-chosen")->virtual_slot, 0x60 - 0x30);
    forget();
}

/* The stack is aligned: how far the frame pointer is from it is not known, and not guessed. */
static void test_slots_that_are_not_known(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.extract = "extract: push %rbp\n mov %rsp, %rbp\n push %rbx\n and $-32, %rsp\n"
                     " sub $0x60, %rsp\n lea -0x20(%rbp), %rdx\n lea -0x30(%rbp), %r8\n"
                     " call choose\nat_chosen:\n";
    look_into(&pieces);
    expect("location-chosen", "at_chosen");
    assert_false(there("location-chosen")->has_slots);
    assert_non_null(strstr(there("location-chosen")->how, "not known"));
    forget();
}

/* Older code always goes through the trampoline, which comes back by the stack. */
static void test_trampoline_by_the_stack(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.early = " push %rsi\n call first_idt\nat_idt1: pop %rsi\n call console\n"
                   " mov %rax, %rcx\n lea 0x2000(%rcx), %rsp\n push %rbp\n push %rbx\n push %rsi\n"
                   " lea at_la57(%rip), %rdi\n push %rdi\n push $8\n lea 0x1000(%rax), %rax\n"
                   " push %rax\n lretq\nat_la57: pop %rsi\n pop %rbx\n pop %rbp\n"
                   " lea stack_end(%rbx), %rsp\n";
    pieces.helpers = "first_idt: lidt idt(%rip)\n ret\nsecond_idt: lidt idt(%rip)\n ret\n"
                     "maps: mov %rax, %cr3\n ret\nconsole: xor %eax, %eax\n ret\n"
                     "choose: lea word(%rip), %rdi\n ret\ninflate: ret\ncopy_bytes: ret\n"
                     "fail: hlt\n jmp fail\n";
    look_into(&pieces);
    expect_all_but("");
    assert_false(there("la57-trampoline")->optional);
    pieces.early = " call first_idt\nat_idt1: call console\n lea at_la57(%rip), %rdi\n push $8\n"
                   " lea 0x1000(%rax), %rax\n push %rax\n lretq\n"
                   "at_la57: lea stack_end(%rbx), %rsp\n";
    look_into(&pieces); /* by a register */
    expect_all_but("");
    forget();
}

/* The toggle's function asks another for CR4; a function that calls elsewhere and does not is none. */
static void test_five_levels_in_two_functions(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.early = " call console\n call first_idt\nat_idt1: mov %r15, %rdi\n call five_levels\n";
    pieces.helpers = "first_idt: lidt idt(%rip)\n ret\nsecond_idt: lidt idt(%rip)\n ret\n"
                     "five_levels: call ask\n je 1f\n lea 0x9d000, %rax\n call *%rax\n"
                     "at_la57: nop\n1: ret\nask: mov %cr4, %rax\n ret\n"
                     "maps: mov %rax, %cr3\n ret\nconsole: call *table(%rip)\n ret\n"
                     "choose: lea word(%rip), %rdi\n ret\ninflate: ret\ncopy_bytes: ret\n"
                     "fail: hlt\n jmp fail\n";
    look_into(&pieces);
    expect_all_but("");
    forget();
}

static void test_what_code_does_not_have(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.early = " call console\n";
    pieces.second = "second: lea bss(%rip), %rdi\n mov $8, %ecx\n xor %eax, %eax\n rep stosq\n"
                    "at_bss: mov %r15, %rdi\n";
    pieces.relocate = "at_loaded: xor %eax, %eax\nleave_unpack: add $0x40, %rsp\n pop %rbx\n"
                      " pop %rbp\n ret\nno_elf: lea text_elf(%rip), %rdi\n call fail\n";
    pieces.extract = "extract: push %rbp\n push %rbx\n sub $0x48, %rsp\n call console\n";
    look_into(&pieces);
    expect_all_but("stage1-idt la57-trampoline stage2-idt identity-maps location-chosen "
                   "relocations-applied");
    expect_absent("stage1-idt", false, "no IDT");
    expect_absent("la57-trampoline", false, "no trampoline");
    expect_absent("stage2-idt", false, "no IDT");
    expect_absent("identity-maps", false, "no cr3");
    expect_absent("location-chosen", false, "CONFIG_RANDOMIZE_BASE");
    expect_absent("relocations-applied", false, "no loop");
    assert_int_equal(there("decompressed")->after, -1);
    assert_null(label("load_stage1_idt"));
    assert_null(label("choose_random_location"));
    forget();
}

static void test_what_should_be_there(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.head32 = CODE32 "zero: cli\n1: hlt\n jmp 1b\n.org 0x200\n";
    pieces.target = CODE64 "mov 0x260(%rsi), %rbx\n add %rsi, %rbx\n mov %rsi, %r15\n";
    pieces.second = "second: call second_idt\nat_idt2: call maps\nat_maps: nop\n";
    pieces.magic = "at_near: mov (%rbp), %rax\n cmp $0x12345678, %eax\n jne no_elf\n";
    look_into(&pieces);
    expect_absent("load-address-known", true, "own address");
    expect_absent("early-page-tables", true, "no cr3");
    assert_int_equal(there("startup-64")->address, 0x200);
    assert_null(strstr(there("startup-64")->how, "far return"));
    expect_absent("relocation-target", true, "stack");
    expect_absent("bss-cleared", true, "no rep stos");
    expect("stage2-idt", "at_idt2");
    expect_absent("decompressed", true, "ELF magic");
    expect_absent("elf-loaded", true, "");
    expect_absent("relocations-applied", true, "");
    assert_null(label("_end"));
    assert_null(label("boot_stack_end"));
    forget();
}

/* What .Lrelocated jumps to is not what a call left: extract_kernel is not known, and nothing in it. */
static void test_jump_to_no_result(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.jump = " call extract\n mov table(%rip), %rcx\nat_jump: jmp *%rcx\n";
    look_into(&pieces);
    expect_absent("extract-kernel", true, "no function's result");
    expect("kernel-jump", "at_jump");
    assert_int_equal(there("kernel-jump")->certainty, STAGE_LIKELY);
    expect_absent("location-chosen", true, "");
    expect_absent("decompressed", true, "");
    forget();
}

static void test_no_decompressor(void **state)
{
    struct pieces pieces = usual;
    struct discovery before = {.label_count = 77};

    (void)state;
    pieces.copy = " rep movsq\nat_copied: mov table(%rip), %rax\n call *%rax\n hlt\n";
    assemble_pieces(&pieces);
    discovery = before;
    bad_input(discover(&image, NULL, NULL, &discovery), "no decompressor of Linux");
    assert_int_equal(discovery.label_count, 77);
    image.setup.xloadflags = 0;
    bad_input(discover(&image, NULL, NULL, &discovery), "a 32-bit kernel");
    image.setup.xloadflags = 1;
    image.setup.version = 0x20b;
    bad_input(discover(&image, NULL, NULL, &discovery), "boot protocol 2.11");
    image.setup.version = 0x20c;
    image.protected_size = 0x200;
    bad_input(discover(&image, NULL, NULL, &discovery), "end before startup_64");
    forget();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stages),
        cmocka_unit_test(test_how_the_late_stages_stop),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_other_compilers),
        cmocka_unit_test(test_inlined),
        cmocka_unit_test(test_slots_that_are_not_known),
        cmocka_unit_test(test_trampoline_by_the_stack),
        cmocka_unit_test(test_five_levels_in_two_functions),
        cmocka_unit_test(test_what_code_does_not_have),
        cmocka_unit_test(test_what_should_be_there),
        cmocka_unit_test(test_jump_to_no_result),
        cmocka_unit_test(test_no_decompressor),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
