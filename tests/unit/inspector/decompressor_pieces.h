/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A decompressor in small that the machine's own assembler makes of pieces, in our own words, and
 * what discover() finds in it. Labels of its ELF file, at_..., tell where each stage is: none of
 * them is a name that discover() knows.
 */
#ifndef BOOTSCOPE_TESTS_DECOMPRESSOR_PIECES_H
#define BOOTSCOPE_TESTS_DECOMPRESSOR_PIECES_H

#include "assembled.h"
#include "discover.h"
#include "group_folder.h"
#include "outcome.h"

/* The usual code, in pieces that a test replaces. Control goes through them in this order. */
struct pieces {
    const char *head32;   /* from 0 */
    const char *target;   /* startup_64: makes the copy's base in rbx, and a stack there */
    const char *early;    /* calls before the copying */
    const char *copy;     /* up to the jump into the copy */
    const char *second;   /* the copy: .bss, calls */
    const char *jump;     /* extract_kernel's call, and the jump to the kernel */
    const char *extract;  /* extract_kernel: up to where the place is chosen */
    const char *unpack;   /* up to its return */
    const char *magic;    /* in a function of its own: checks the header */
    const char *headers;  /* the program headers */
    const char *relocate; /* up to the return */
    const char *helpers;  /* what is called */
    const char *texts;
};

#define CODE32 ".code32\n"
#define CODE64 ".code64\n"

static const struct pieces usual = {
    .head32 = CODE32 "zero: cld\n lea 0x1e8(%esi), %esp\n call 1f\n1: pop %ebp\n sub $1b, %ebp\n"
                     "at_load: lea table(%ebp), %eax\n mov %eax, 2(%eax)\n lgdt (%eax)\n"
                     " push $8\n lea 2f(%ebp), %eax\n push %eax\n lret\n"
                     "2: mov %ebp, %ebx\n add 0x260(%esi), %ebx\n sub $end, %ebx\n"
                     " mov $64, %ecx\n lea early_tables(%ebx), %edi\n3: stosl\n dec %ecx\n jnz 3b\n"
                     " lea early_tables(%ebx), %eax\n mov %eax, %cr3\nat_tables: push $0x10\n"
                     " lea 0x200(%ebp), %eax\n push %eax\n mov $0x80000001, %eax\n mov %eax, %cr0\n"
                     " lret\n.org 0x200\n",
    .target = CODE64
    "cld\n xor %eax, %eax\n mov %eax, %ds\n lea zero(%rip), %rbp\n"
    " mov 0x230(%rsi), %eax\n dec %eax\n add %rax, %rbp\n not %rax\n and %rax, %rbp\n"
    " cmp $0x1000000, %rbp\n jae 1f\n mov $0x1000000, %rbp\n"
    "1: mov 0x260(%rsi), %ebx\n sub $end, %ebx\n add %rbp, %rbx\n"
    " lea stack_end(%rbx), %rsp\nat_target: push $0x10\n lea 2f(%rip), %rax\n push %rax\n"
    " lretq\n2: mov %rsi, %r15\n",
    .early = " call first_idt\nat_idt1: mov %r15, %rdi\n call five_levels\n",
    .copy = " lea last_word(%rip), %rsi\n lea last_word(%rbx), %rdi\n mov $128, %ecx\n std\n"
            " rep movsq\nat_copied: cld\n lea table(%rbx), %rdx\n mov %rdx, 2+table(%rbx)\n"
            " lea second(%rbx), %rax\n jmp *%rax\n ud2\n",
    .second = "second: xor %eax, %eax\n lea bss(%rip), %rdi\n lea bss_end(%rip), %rcx\n"
              " sub %rdi, %rcx\n shr $3, %rcx\n rep stosq\nat_bss: call second_idt\n"
              "at_idt2: mov %r15, %rdi\n call maps\nat_maps: mov %r15, %rdi\n mov %rbp, %rsi\n",
    .jump = " call extract\n mov %r15, %rsi\nat_jump: jmp *%rax\n",
    .extract = "extract: push %rbp\n push %rbx\n sub $0x48, %rsp\n mov %rsi, 0x10(%rsp)\n"
               " movq $0x1000000, 0x28(%rsp)\n call console\n test %eax, %eax\n je 1f\n"
               " lea no_place(%rip), %rdi\n call fail\n"
               "1: lea 0x28(%rsp), %r8\n lea 0x10(%rsp), %rdx\n lea input(%rip), %rdi\n"
               " call choose\nat_chosen: mov 0x10(%rsp), %rdi\n mov 0x28(%rsp), %rsi\n",
    .unpack = " call unpack\n add $0x48, %rsp\n pop %rbx\n pop %rbp\n ret\nextract_end:\n"
              "unpack: push %rbp\n push %rbx\n sub $0x40, %rsp\n mov %rdi, %rbp\n mov %rsi, %rbx\n"
              " lea input(%rip), %rsi\n call inflate\n test %eax, %eax\n jns at_near\n"
              " mov $-1, %rax\n jmp leave_unpack\n",
    .magic = "at_near: mov (%rbp), %rax\n mov 8(%rbp), %rdx\n mov %rax, (%rsp)\n"
             " mov %rdx, 8(%rsp)\nat_magic: cmp $0x464c457f, %eax\njne no_elf\nat_near_end:\n",
    .headers = " movzwl 0x38(%rsp), %ecx\n test %ecx, %ecx\n je 3f\n lea 0x40(%rbp), %r12\n"
               "1: cmpl $1, (%r12)\n jne 2f\n mov %r12, %rdi\n call copy_bytes\n"
               "2: add $0x38, %r12\n dec %ecx\n jne 1b\n3:\n",
    .relocate = "at_loaded: sub $0x1000000, %rbx\n je 9f\n mov size(%rip), %eax\n"
                " lea -4(%rbp,%rax), %rdx\n movslq (%rdx), %rax\n test %eax, %eax\n je 2f\n"
                "1: add %rbp, %rax\n cmp %rax, %rbp\n ja outside32\n sub $4, %rdx\n"
                " add %ebx, (%rax)\n movslq (%rdx), %rax\n test %eax, %eax\n jne 1b\n"
                "2: movslq -4(%rdx), %rax\n sub $4, %rdx\n test %eax, %eax\n je 9f\n"
                "3: add %rbp, %rax\n cmp %rax, %rbp\n ja outside64\n sub $4, %rdx\n"
                " add %rbx, (%rax)\n movslq (%rdx), %rax\n test %eax, %eax\n jne 3b\n"
                "9:\nat_relocated: mov 0x18(%rsp), %rax\nleave_unpack: add $0x40, %rsp\n"
                " pop %rbx\n pop %rbp\n ret\n"
                "outside32: lea text32(%rip), %rdi\n call fail\n"
                "outside64: lea text64(%rip), %rdi\n call fail\n"
                "no_elf: lea text_elf(%rip), %rdi\n call fail\nunpack_end:\n",
    .helpers = "first_idt: call set_gate\n lidt idt(%rip)\n ret\nfirst_idt_end: nop\n"
               "second_idt: sub $8, %rsp\n call set_gate\n call load_idt\n add $8, %rsp\n ret\n"
               "load_idt: lidt idt(%rip)\n ret\nset_gate: mov %rax, idt(%rip)\n ret\n"
               "five_levels: push %rbx\n mov %cr4, %rax\n bt $12, %rax\n jc 1f\n"
               " lea 0x9d000, %rax\n call *%rax\nat_la57: nop\n1: pop %rbx\n ret\n"
               "maps: mov %cr3, %rax\n test %rax, %rax\n je 1f\n call new_tables\n1: ret\n"
               "new_tables: mov %rax, %cr3\n ret\n"
               "console: xor %eax, %eax\n ret\n"
               "choose: push %rbx\n lea word(%rip), %rdi\n call find_word\n pop %rbx\n ret\n"
               "find_word: xor %eax, %eax\n1: cmpb $0, (%rdi)\n je 2f\n inc %rdi\n jmp 1b\n2: ret\n"
               "inflate: xor %eax, %eax\n ret\ncopy_bytes: mov %rdx, %rcx\n rep movsb\n ret\n"
               "fail: sub $8, %rsp\n call find_word\n1: hlt\n jmp 1b\nfail_end: nop\n",
    .texts = "word: .asciz \"nokaslr\"\nno_place: .asciz \"Destination address too small\"\n"
             "text64: .ascii \"64-bit relocation outside of kernel!\\n\\0\"\n"
             "text32: .asciz \"inverse 32-bit relocation outside of kernel!\\n\"\n"
             "text_elf: .asciz \"Kernel is not a valid ELF file\"\n",
};

/* Where things lie that the code only names. */
#define DATA                                                                                       \
    " .balign 16\ntable: .skip 16\nidt: .skip 16\nsize: .long 0\n .balign 8\nlast_word: .quad 0\n" \
    "input: .skip 64\n .set input_at, input\n .org 0x2000\nbss: .skip 0x100\nbss_end:\n"           \
    " .set stack_end, 0x3000\n .set early_tables, 0x4000\n .set end, 0x8000\n"

static struct image image;
static struct symbols *symbols;
static struct blob blob;
static struct discovery discovery;

static inline void forget(void)
{
    symbols_close(symbols);
    blob_free(&blob);
    free(image.path);
    symbols = NULL;
    blob = (struct blob){0};
    image = (struct image){0};
}

static inline uint64_t value_of(const char *symbol)
{
    uint64_t value = 0;

    if (!symbols_value(symbols, symbol, &value))
        fail_msg("the code has no label %s", symbol);
    return value;
}

/* Assembles the pieces into an image that is only code. */
static inline void assemble_pieces(const struct pieces *pieces)
{
    char source[16384], raw[4096];

    forget();
    int length = snprintf(source, sizeof(source), "%s%s%s%s%s%s%s%s%s%s%s%s%s" DATA, pieces->head32,
                          pieces->target, pieces->early, pieces->copy, pieces->second, pieces->jump,
                          pieces->extract, pieces->unpack, pieces->magic, pieces->headers,
                          pieces->relocate, pieces->helpers, pieces->texts);
    assert_true(length > 0 && (size_t)length < sizeof(source));
    image.path = make_elf(folder, "decompressor", 64, source);
    good(symbols_open(image.path, &symbols));
    run_tool("cd '%s' && objcopy -O binary -j .text decompressor.elf decompressor.raw", folder);
    snprintf(raw, sizeof(raw), "%s/decompressor.raw", folder);
    blob = read_blob(raw);
    image.bytes = blob.data;
    image.size = image.protected_size = blob.size;
    image.setup.version = 0x20f;
    image.setup.xloadflags = 1;
    image.setup.payload_offset = (uint32_t)value_of("input");
    image.setup.payload_length = 64;
}

static inline void look_into(const struct pieces *pieces)
{
    assemble_pieces(pieces);
    good(discover(&image, NULL, NULL, &discovery));
}

static inline const struct stage *there(const char *name)
{
    const struct stage *stage = stages_named(&discovery.stages, name);

    for (size_t i = 0; !stage && i < discovery.stages.absent_count; i++)
        if (strcmp(discovery.stages.absent[i].name, name) == 0)
            fail_msg("%s is absent: %s", name, discovery.stages.absent[i].why);
    assert_non_null(stage);
    return stage;
}

static inline void expect(const char *name, const char *symbol)
{
    const struct stage *stage = there(name);

    if (stage->address != value_of(symbol))
        fail_msg("%s at 0x%llx, %s is 0x%llx: %s", name, (unsigned long long)stage->address, symbol,
                 (unsigned long long)value_of(symbol), stage->how);
    assert_int_equal(stage->module, MODULE_STUB);
}

static inline void expect_absent(const char *name, bool expected, const char *why)
{
    if (stages_named(&discovery.stages, name))
        fail_msg("%s at 0x%llx: %s", name,
                 (unsigned long long)stages_named(&discovery.stages, name)->address,
                 stages_named(&discovery.stages, name)->how);
    for (size_t i = 0; i < discovery.stages.absent_count; i++) {
        const struct stage_absent *absent = &discovery.stages.absent[i];

        if (strcmp(absent->name, name) != 0)
            continue;
        if (absent->expected != expected || !strstr(absent->why, why))
            fail_msg("%s: %sexpected, %s", name, absent->expected ? "" : "not ", absent->why);
        return;
    }
    fail_msg("no word on %s", name);
}

static inline const struct label *label(const char *name)
{
    for (size_t i = 0; i < discovery.label_count; i++)
        if (strcmp(discovery.labels[i].name, name) == 0)
            return &discovery.labels[i];
    return NULL;
}

static inline void expect_label(const char *name, uint64_t address)
{
    if (!label(name))
        fail_msg("no label %s", name);
    if (label(name)->address != address)
        fail_msg("%s is 0x%llx, expected 0x%llx", name, (unsigned long long)label(name)->address,
                 (unsigned long long)address);
    assert_int_equal(label(name)->module, MODULE_STUB);
}

/* Every stage of the usual code, but for those in the list of names to leave out (may be ""). */
static inline void expect_all_but(const char *left_out)
{
    static const char *const pairs[][2] = {
        {"startup-32", "zero"},
        {"load-address-known", "at_load"},
        {"early-page-tables", "at_tables"},
        {"relocation-target", "at_target"},
        {"stage1-idt", "at_idt1"},
        {"la57-trampoline", "at_la57"},
        {"image-copied", "at_copied"},
        {"relocated", "second"},
        {"bss-cleared", "at_bss"},
        {"stage2-idt", "at_idt2"},
        {"identity-maps", "at_maps"},
        {"extract-kernel", "extract"},
        {"location-chosen", "at_chosen"},
        {"decompressed", "at_magic"},
        {"elf-loaded", "at_loaded"},
        {"relocations-applied", "at_relocated"},
        {"kernel-jump", "at_jump"},
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (!strstr(left_out, pairs[i][0]))
            expect(pairs[i][0], pairs[i][1]);
}

#endif
