/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Code as a graph: blocks, what dominates what, what returns, what registers and stack hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "assembled_code.h"
#include "region.h"

static size_t block(const struct graph *graph, const char *symbol)
{
    size_t number = graph_block(graph, at(symbol));

    if (number == GRAPH_NONE || graph->blocks[number].start != at(symbol))
        fail_msg("no block begins at %s", symbol);
    return number;
}

static void test_blocks(void **state)
{
    struct graph graph;

    (void)state;
    look_into(64, "head: test %eax, %eax\n je right\nleft: nop\n jmp join\n"
                  "right: call gone\nafter: nop\njoin: inc %eax\n jne join\nend: ret\n"
                  "gone: ud2\n");
    good(graph_make(&functions, NULL, 0, 0, &graph));
    assert_int_equal(graph.block_count, 5); /* gone() gives no control back to after */
    assert_int_equal(graph_block(&graph, at("after")), GRAPH_NONE);
    assert_int_equal(graph.entry, block(&graph, "head"));
    assert_int_equal(graph.blocks[block(&graph, "head")].next_count, 2);
    assert_int_equal(graph.blocks[block(&graph, "join")].count, 2);
    assert_true(graph.blocks[block(&graph, "end")].leaves);
    assert_true(graph.blocks[block(&graph, "right")].dead);
    assert_false(graph.blocks[block(&graph, "left")].dead);
    assert_int_equal(graph_block(&graph, at("join") + 1), GRAPH_NONE); /* amid an instruction */
    graph_close(&graph);
    forget();
}

static void test_dominators(void **state)
{
    struct graph graph;
    bool reached[16];

    (void)state;
    look_into(64, "head: je right\nleft: js far\nnear: nop\n jmp join\nright: nop\n"
                  "join: loop join\nlast: ret\nfar: nop\n jmp last\n");
    good(graph_make(&functions, NULL, 0, 0, &graph));
    assert_int_equal(graph.blocks[block(&graph, "join")].dominator, block(&graph, "head"));
    assert_int_equal(graph.blocks[block(&graph, "near")].dominator, block(&graph, "left"));
    assert_int_equal(graph.blocks[block(&graph, "last")].dominator, block(&graph, "head"));
    assert_int_equal(graph.blocks[block(&graph, "head")].dominator, GRAPH_NONE);
    assert_int_equal(graph.blocks[block(&graph, "left")].post_dominator, block(&graph, "last"));
    assert_int_equal(graph.blocks[block(&graph, "right")].post_dominator, block(&graph, "join"));
    assert_int_equal(graph.blocks[block(&graph, "last")].post_dominator, GRAPH_NONE);
    assert_true(graph_dominates(&graph, block(&graph, "left"), block(&graph, "far")));
    assert_false(graph_dominates(&graph, block(&graph, "left"), block(&graph, "join")));
    assert_true(graph_post_dominates(&graph, block(&graph, "last"), block(&graph, "head")));
    good(graph_reached(&graph, block(&graph, "join"), reached));
    assert_true(reached[block(&graph, "join")]); /* a loop */
    good(graph_reached(&graph, block(&graph, "near"), reached));
    assert_false(reached[block(&graph, "near")]);
    graph_close(&graph);
    forget();
}

/* A way that ends in a halt for good counts for nothing where ways meet. */
static void test_ways_that_end(void **state)
{
    struct graph graph;

    (void)state;
    look_into(64, "head: je bad\nthen: js bad\nout: ret\nbad: call stop\n"
                  "stop: call print\n1: hlt\n jmp 1b\nprint: ret\n"
                  "both: je stop\n call both\n ret\n round: call round\n ret\n");
    assert_false(function_returns(&functions, at("stop")));
    assert_true(function_returns(&functions, at("print")));
    assert_true(function_returns(&functions, at("both")));
    assert_true(function_returns(&functions, at("round"))); /* not known: taken for granted */
    good(graph_make(&functions, NULL, 0, 0, &graph));
    assert_int_equal(graph.blocks[block(&graph, "head")].post_dominator, block(&graph, "then"));
    graph_close(&graph);
    forget();
}

static bool is_lidt(void *context, const struct insn *insn)
{
    (void)context;
    return insn->id == X86_INS_LIDT;
}

static void test_what_calls_reach(void **state)
{
    uint64_t function;

    (void)state;
    look_into(64, "a: call b\n ret\nb: call a\n call c\n ret\nc: jmp d\nd: lidt (%rax)\n ret\n"
                  "e: call *%rax\n ret\n");
    assert_true(code_reaches(&functions, at("a"), is_lidt, NULL, &function));
    assert_int_equal(function, at("c")); /* d is jumped to: part of c */
    assert_false(code_reaches(&functions, at("e"), is_lidt, NULL, NULL));
    forget();
}

static void test_jump_tables(void **state)
{
    struct graph graph;

    (void)state;
    look_into(64, "head: cmp $3, %edi\n ja last\n nop\n lea 1f(%rip), %rcx\n"
                  " movslq (%rcx,%rdi,4), %rdx\n add %rcx, %rdx\n jmp *%rdx\n"
                  "1: .long one - 1b, two - 1b, last - 1b, one - 1b\n"
                  "one: nop\ntwo: nop\nlast: ret\n"
                  /* the bound is of another register; the index changes behind it; none */
                  "bad1: cmp $3, %esi\n ja last\n lea 1b(%rip), %rcx\n"
                  " movslq (%rcx,%rdi,4), %rdx\n add %rcx, %rdx\n jmp *%rdx\n"
                  "bad2: cmp $3, %edi\n ja last\n inc %edi\n lea 1b(%rip), %rcx\n"
                  " movslq (%rcx,%rdi,4), %rdx\n add %rcx, %rdx\n jmp *%rdx\n"
                  "bad3: jmp *%rdx\n");
    good(graph_make(&functions, NULL, 0, 0, &graph));
    assert_int_equal(graph.blocks[block(&graph, "last")].post_dominator, GRAPH_NONE);
    block(&graph, "one");
    block(&graph, "two");
    graph_close(&graph);
    for (const char *const *name = (const char *const[]){"bad1", "bad2", "bad3", NULL}; *name;
         name++) {
        good(graph_make(&functions, NULL, 0, at(*name), &graph));
        assert_int_equal(graph_block(&graph, at("one")), GRAPH_NONE);
        graph_close(&graph);
    }
    forget();
}

static void value_is(struct value value, enum value_base base, int64_t offset)
{
    if (value.base != base || value.offset != offset)
        fail_msg("base %d offset %lld, expected %d and %lld", value.base, (long long)value.offset,
                 base, (long long)offset);
}

static void test_values(void **state)
{
    struct region region;
    struct value_state now;
    struct value word;

    (void)state;
    look_into(64, "head: lea head(%rip), %rax\n mov 0x260(%rsi), %ebx\n sub $0x40, %ebx\n"
                  " push %rax\n mov %rsp, %rbp\n sub $0x20, %rsp\n lea 0x8(%rsp), %rdx\n"
                  " movq $5, -0x8(%rbp)\n call f\nbehind: mov -8(%rbp), %rcx\n mov (%rbp), %r8\n"
                  " add %r8, %rcx\n mov %cl, %dil\n xor %r9d, %r9d\n dec %r9\nlast: leave\n ret\n"
                  "f: ret\n");
    good(region_make(&functions, 0, UINT64_MAX, &region));
    assert_true(values_before(&region.values, at("last"), &now));
    value_is(now.registers[INSN_RBX], VALUE_FIELD, -0x40);
    assert_int_equal(now.registers[INSN_RBX].id, value_field(INSN_RSI, 0x260));
    value_is(now.registers[INSN_RSP], VALUE_ENTRY, -0x28);
    value_is(now.registers[INSN_RBP], VALUE_ENTRY, -8);
    assert_true(value_same_base(now.registers[INSN_RSP], now.registers[INSN_RBP]));
    value_is(now.registers[INSN_RCX], VALUE_ADDRESS, 5); /* kept by the stack over a call */
    value_is(now.registers[INSN_RDI], VALUE_RESULT, 0);  /* one byte of it is new */
    value_is(now.registers[INSN_RDX], VALUE_RESULT, 0);  /* lost in the call */
    value_is(now.registers[9], VALUE_NUMBER, -1);
    assert_true(values_slot(&now, now.registers[INSN_RBP], -8, &word));
    value_is(word, VALUE_NUMBER, 5);
    assert_true(values_after(&region.values, at("last"), &now));
    value_is(now.registers[INSN_RSP], VALUE_ENTRY, 0);
    assert_false(values_before(&region.values, at("f"), &now));
    region_close(&region);
    forget();
}

/* Where ways meet, what differs between them is not known, and what is the same stays. */
static void test_values_meet(void **state)
{
    struct region region;
    struct value_state now;

    (void)state;
    look_into(64, "head: mov $1, %ecx\n mov $7, %edx\n je 1f\n mov $2, %ecx\n mov $7, %edx\n"
                  "1: mov $3, %ebx\n2: inc %ebx\n dec %edi\n jne 2b\nlast: ret\n");
    good(region_make(&functions, 0, UINT64_MAX, &region));
    assert_true(values_before(&region.values, at("last"), &now));
    assert_int_equal(now.registers[INSN_RCX].base, VALUE_MERGED);
    value_is(now.registers[INSN_RDX], VALUE_NUMBER, 7);
    assert_int_equal(now.registers[INSN_RBX].base, VALUE_MERGED); /* not 4 */
    region_close(&region);
    forget();
}

static void test_followed_by_data_flow(void **state)
{
    struct region region;

    (void)state;
    look_into(32, "head: call 1f\n1: pop %ebp\n sub $1b, %ebp\n push $8\n lea two(%ebp), %eax\n"
                  " push %eax\n lret\n hlt\ntwo: lea three(%ebp), %ecx\n jmp *%ecx\n hlt\n"
                  "three: push $0x10\n lea four(%ebp), %eax\n push %eax\n lret\n"
                  "four: nop\n jmp *%esi\n");
    good(region_make(&functions, 0, at("four"), &region));
    assert_int_not_equal(graph_block(&region.graph, at("two")), GRAPH_NONE);
    assert_int_not_equal(graph_block(&region.graph, at("three")), GRAPH_NONE);
    assert_int_equal(graph_block(&region.graph, at("four")), GRAPH_NONE); /* away */
    assert_true(region_passes(&region, at("two"), at("three")));
    assert_false(region_passes(&region, at("three"), at("two")));
    region_close(&region);
    good(region_make(&functions, 0, UINT64_MAX, &region));
    assert_int_not_equal(graph_block(&region.graph, at("four")), GRAPH_NONE);
    region_close(&region);
    forget();
}

/* Bytes at the end, in no code at all, and texts that do not end. */
static void test_edges_of_the_code(void **state)
{
    static const uint8_t bytes[] = {0xe8, 0x10, 0, 0, 0, 0x0f, 'a', 'b', 0, 0xff, 'c'};
    struct insn insn;

    (void)state;
    forget();
    good(code_open(bytes, 0x1000, sizeof(bytes), 64, &code));
    assert_true(code_decode(&code, 0x1000, &insn));
    assert_int_equal(insn.flow, FLOW_CALL);
    assert_false(insn.direct); /* 0x1015 lies behind the end */
    assert_false(code_decode(&code, 0x100a, &insn));
    assert_false(code_decode(&code, 0xfff, &insn));
    assert_false(code_decode(&code, 0x100b, &insn));
    assert_null(code_at(&code, UINT64_MAX));
    assert_ptr_equal(code_at(&code, 0x1000), code_at(&code, 0x1000));
    assert_string_equal(code_text(&code, 0x1006), "ab");
    assert_null(code_text(&code, 0x1009)); /* not printable */
    assert_null(code_text(&code, 0x100a)); /* no end */
    assert_null(code_text(&code, 0));
    forget();
    bad_input(code_open(bytes, 0, sizeof(bytes), 8, &code), "code of 8 bits");
}

/* Fills the code with one pattern, and asks everything of it. */
static void ask_all(const uint8_t *pattern, size_t length, unsigned int bits)
{
    struct region region;

    forget();
    blob = blob_new(0x40000);
    for (size_t i = 0; i < blob.size; i++)
        blob.data[i] = pattern[i % length];
    good(code_open(blob.data, 0, blob.size, bits, &code));
    functions.code = &code;
    good(region_make(&functions, 0, UINT64_MAX, &region));
    assert_true(region.graph.insn_count <= WALK_MAX);
    for (size_t i = 0; i < region.graph.insn_count; i++) {
        struct value_state now;

        values_after(&region.values, region.graph.insns[i]->address, &now);
    }
    code_reaches(&functions, 0, is_lidt, NULL, NULL);
    region_close(&region);
}

static void test_hostile(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } list[] = {{"\x90", 1},
                {"\x75\x00", 2},
                {"\x74\xfe", 2},
                {"\xe8\x00\x00\x00\x00", 5},
                {"\xe8\x05\x00\x00\x00", 5},
                {"\xe8\x01\x00\x00\x00\x75\x03", 7},
                {"\x0f\x84\x00\x10\x00\x00", 6},
                {"\x53\x74\x05\x5b\xc3", 5},
                {"\x50\x6a\x08\x50\x48\xcb", 6},
                {"\x0f", 1},
                {"\xff\xe0\xff\xd0", 4}};
    uint32_t random = 0x12345678;

    (void)state;
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
        for (unsigned int bits = 32; bits <= 64; bits += 32)
            ask_all((const uint8_t *)list[i].bytes, list[i].length, bits);
    for (unsigned int i = 0; i < 32; i++) {
        uint8_t bytes[64];

        for (size_t j = 0; j < sizeof(bytes); j++) {
            random = random * 1664525 + 1013904223;
            bytes[j] = (uint8_t)(random >> 24);
        }
        ask_all(bytes, sizeof(bytes), i % 2 ? 32 : 64);
    }
    forget();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_dominators),
        cmocka_unit_test(test_ways_that_end),
        cmocka_unit_test(test_what_calls_reach),
        cmocka_unit_test(test_jump_tables),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_values_meet),
        cmocka_unit_test(test_followed_by_data_flow),
        cmocka_unit_test(test_edges_of_the_code),
        cmocka_unit_test(test_hostile),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
