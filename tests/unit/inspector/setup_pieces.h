/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * 16-bit setup code that the machine's own assembler makes of pieces, and what discover_setup() finds
 * in it. Where each stage is, the labels at_entry, at_memory and at_flat of its ELF file tell.
 */
#ifndef BOOTSCOPE_TESTS_SETUP_PIECES_H
#define BOOTSCOPE_TESTS_SETUP_PIECES_H

#include "assembled.h"
#include "discover_internal.h"
#include "group_folder.h"
#include "outcome.h"

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

static inline void look(bool with_symbols)
{
    finding = (struct finding){.image = &image, .setup = with_symbols ? symbols : NULL};
    good(discover_setup(&finding));
}

static inline void forget(void)
{
    symbols_close(symbols);
    blob_free(&blob);
    symbols = NULL;
    blob = (struct blob){0};
}

/* Assembles the pieces, and looks into what comes of it; forget() ends it. */
static inline void look_into(const struct pieces *pieces, bool with_symbols)
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

static inline const struct stage *there(const char *name)
{
    for (size_t i = 0; i < STAGES_MAX; i++)
        if (finding.places[i].state == FINDING_THERE &&
            strcmp(finding.places[i].stage.name, name) == 0)
            return &finding.places[i].stage;
    fail_msg("%s was not found", name);
    return NULL;
}

static inline uint64_t value_of(const char *symbol)
{
    uint64_t value = 0;

    assert_true(symbols_value(symbols, symbol, &value));
    return value;
}

static inline void expect(const char *name, const char *symbol, enum stage_source source,
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

static inline void expect_certain(const char *name, const char *symbol)
{
    expect(name, symbol, STAGE_FROM_CODE, STAGE_CERTAIN, "");
}

static inline void expect_all(void)
{
    expect_certain("setup-entry", "at_entry");
    expect_certain("memory-detected", "at_memory");
    expect_certain("protected-mode", "at_flat");
}

static inline void expect_absent(const char *name, const char *why)
{
    size_t place = 0;

    while (strcmp(stage_table(place)->name, name) != 0)
        place++;
    assert_int_equal(finding.places[place].state, FINDING_ABSENT);
    assert_true(finding.places[place].missing.expected);
    if (!strstr(finding.places[place].missing.why, why))
        fail_msg("%s: %s (expected: %s)", name, finding.places[place].missing.why, why);
}

#endif
