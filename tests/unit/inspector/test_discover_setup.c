/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stages of 16-bit code, looked for in code that the machine's own assembler made: where each
 * is, the labels at_entry, at_memory and at_flat of its ELF file tell.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "assembled.h"
#include "discover_internal.h"
#include "group_folder.h"
#include "outcome.h"
#include "setup_functions.h"

/* The usual code, in pieces that a test replaces. */
struct pieces {
    const char *head, *start, *main, *detect, *guard, *jump, *flat;
};

static const struct pieces usual = {
    .head = ".org 0x200\n_start: jmp start_of_setup\n .org 0x280\n",
    .start = "start_of_setup: mov %ds, %ax\n mov %ss, %dx\n cmp %ax, %dx\n je 1f\n"
             " mov $0x5000, %dx\n1: mov %ax, %ss\n push %ds\n push $2f\n lretw\n"
             "2: cmpl $0x5a5aaa55, 0xff0\n jne bad\n mov $0x1000, %di\n mov $0x100, %cx\n"
             " xor %eax, %eax\n rep stosl\nat_entry: calll main\n"
             "bad: calll say\n3: hlt\n jmp 3b\nsay: movb $0x0e, %ah\n int $0x10\n retl\n",
    .main = "main: pushl %esi\n calll check_cpu\n testl %eax, %eax\n je 1f\n calll say\n"
            " calll stop\n1: calll detect_memory\nat_memory: calll say\n calll leave\n",
    .detect = "detect_memory: subl $64, %esp\n movw $0xe820, 28(%esp)\n"
              " movl $0x534d4150, 20(%esp)\n1: movl $0x15, %eax\n calll firmware\n"
              " cmpl $0x534d4150, 40(%esp)\n je 1b\n addl $64, %esp\n retl\n"
              "detect_memory_end:\n firmware: int $0\n retl\nstop: hlt\n jmp stop\n",
    .guard = "check_cpu: mov %cr0, %ecx\n andl $~12, %ecx\n mov %ecx, %cr0\n fninit\n"
             " xorl %eax, %eax\n retl\nleave: cli\n lcallw *0xf00\n lgdtl 0xf10\n"
             " calll protected_mode_jump\n",
    .jump = "protected_mode_jump: xorl %ebx, %ebx\n mov %cs, %bx\n shll $4, %ebx\n"
            " addl %ebx, 2f\n mov %cr0, %ecx\n orb $1, %cl\n mov %ecx, %cr0\n"
            " .byte 0x66, 0xea\n2: .long flat\n .word 0x10\nprotected_mode_jump_end:\n",
    .flat = ".code32\nflat: mov %edx, %ds\n mov %edx, %ss\n addl %ebx, %esp\n xorl %ebx, %ebx\n"
            "at_flat: jmp *%eax\n",
};

static struct finding finding;
static struct image image;
static struct symbols *symbols;
static struct blob blob;

static void look(bool with_symbols)
{
    finding = (struct finding){.image = &image, .setup = with_symbols ? symbols : NULL};
    good(discover_setup(&finding));
}

static void forget(void)
{
    symbols_close(symbols);
    blob_free(&blob);
    symbols = NULL;
    blob = (struct blob){0};
}

/* Assembles the pieces, and looks into what comes of it; forget() ends it. */
static void look_into(const struct pieces *pieces, bool with_symbols)
{
    char source[8192], raw[4096];

    forget();
    snprintf(source, sizeof(source), ".code16\n%s%s%s%s%s%s%s.code16\n.org 0x1000\n", pieces->head,
             pieces->start, pieces->main, pieces->detect, pieces->guard, pieces->jump,
             pieces->flat);
    char *path = make_elf(folder, "setup", 32, source);
    good(symbols_open(path, &symbols));
    run_tool("cd '%s' && objcopy -O binary -j .text setup.elf setup.raw", folder);
    snprintf(raw, sizeof(raw), "%s/setup.raw", folder);
    blob = read_blob(raw);
    image = (struct image){.path = path, .bytes = blob.data, .protected_offset = blob.size};
    look(with_symbols);
    free(path);
}

static const struct stage *there(const char *name)
{
    for (size_t i = 0; i < STAGES_MAX; i++)
        if (finding.places[i].state == FINDING_THERE &&
            strcmp(finding.places[i].stage.name, name) == 0)
            return &finding.places[i].stage;
    fail_msg("%s was not found", name);
    return NULL;
}

static uint64_t value_of(const char *symbol)
{
    uint64_t value = 0;

    assert_true(symbols_value(symbols, symbol, &value));
    return value;
}

static void expect(const char *name, const char *symbol, enum stage_source source,
                   enum stage_certainty certainty, const char *how)
{
    const struct stage *stage = there(name);

    if (stage->address != value_of(symbol) || stage->certainty != certainty ||
        stage->source != source || !strstr(stage->how, how))
        fail_msg("%s at 0x%llx (%s is 0x%llx), %s, by %s: %s", name,
                 (unsigned long long)stage->address, symbol, (unsigned long long)value_of(symbol),
                 stage_certainty_name(stage->certainty), stage_source_name(stage->source),
                 stage->how);
    assert_int_equal(stage->module, MODULE_SETUP);
}

static void expect_certain(const char *name, const char *symbol)
{
    expect(name, symbol, STAGE_FROM_CODE, STAGE_CERTAIN, "");
}

static void expect_all(void)
{
    expect_certain("setup-entry", "at_entry");
    expect_certain("memory-detected", "at_memory");
    expect_certain("protected-mode", "at_flat");
}

static void expect_absent(const char *name, const char *why)
{
    size_t place = 0;

    while (strcmp(stage_table(place)->name, name) != 0)
        place++;
    assert_int_equal(finding.places[place].state, FINDING_ABSENT);
    assert_true(finding.places[place].missing.expected);
    if (!strstr(finding.places[place].missing.why, why))
        fail_msg("%s: %s (expected: %s)", name, finding.places[place].missing.why, why);
}

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

/* Cut at every length, and with every byte of the code changed: it ends, inside of what is there. */
static void test_hostile_bytes(void **state)
{
    (void)state;
    look_into(&usual, false);
    for (size_t size = 0; size < blob.size; size += size < 0x400 ? 1 : 0x40) {
        struct blob part = blob_new(size);

        memcpy(part.data, blob.data, size);
        image.bytes = part.data;
        image.protected_offset = size;
        look(false);
        blob_free(&part);
    }
    image.bytes = blob.data;
    image.protected_offset = blob.size;
    for (size_t at = 0x200; at < 0x400; at++) {
        uint8_t byte = blob.data[at];

        for (unsigned int turn = 0x35; turn < 0x100; turn += 0x35) {
            blob.data[at] = (uint8_t)(byte + turn);
            look(false);
        }
        blob.data[at] = byte;
    }
    forget();
}

/* Functions that call themselves, and more code than anybody looks at: said, and soon over. */
static void test_limits(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.main = "main: calll main\n calll deep\n retl\ndeep: calll deep\n retl\n";
    pieces.start =
        "start_of_setup: mov $0x1000, %di\n rep stosl\nat_entry: calll main\nsay: retl\n";
    pieces.detect = "detect_memory: retl\nstop: retl\n";
    look_into(&pieces, false);
    expect_certain("setup-entry", "at_entry");
    expect_absent("memory-detected", "nothing that main calls");

    /* Each function is a call of the one behind it. */
    pieces.main = "main: jmp 1f\n1: .rept 300\n calll 1f\n retl\n1:\n.endr\n retl\n";
    look_into(&pieces, false);
    expect_absent("memory-detected", "(more code than is looked at)");

    pieces.main = "main: .rept 100\n calll say\n.endr\n calll detect_memory\n calll leave\n";
    pieces.detect = usual.detect;
    look_into(&pieces, false);
    expect_absent("memory-detected", "(more code than is looked at)");
    forget();
}

/* ljmp $0x10, $0x3a: neither the selector nor the offset is an address in this code. */
static void test_far_jump_is_followed_nowhere(void **state)
{
    const uint8_t bytes[0x40] = {0x66, 0xea, 0x3a, 0, 0, 0, 0x10, 0, 0xeb, 0x08};
    struct code code;
    struct insn insn;

    (void)state;
    good(code_open(bytes, 0, sizeof(bytes), 16, &code));
    assert_true(code_decode(&code, 0, &insn));
    assert_int_equal(insn.flow, FLOW_JUMP);
    assert_false(insn.direct);
    assert_true(code_decode(&code, 8, &insn));
    assert_true(insn.direct);
    assert_int_equal(insn.target, 0x12);
    code_close(&code);
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
        cmocka_unit_test(test_far_jump_is_followed_nowhere),
        cmocka_unit_test(test_hostile_bytes),
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
