/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pieces of a session that read text, and the register file, without any stub. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hidden.h"
#include "ranges.h"
#include "registers.h"
#include "rsp_server.h"
#include "xml.h"

static void test_map_text(void **state)
{
    static const struct {
        const char *text;
        unsigned int count;
    } cases[] = {
        {"", 0},
        {"nonsense\n", 0},
        {"FlatView #0\n AS \"I/O\", root: io\n  0-ff (prio 0, ram): x\n", 0},
        {" AS \"memory\", root: system\n  0-ff (prio 0, ram): x\n", 1},
        {" AS \"memory\"\n  0-ff (prio 0, ram): x\n  100-1ff (prio -1, ram): y\n", 1},
        {" AS \"memory\"\n  0-ff (prio 0, ram): x\n  100-1ff (prio 0, romd): y\n", 2},
        {" AS \"memory\"\n  0-ff (prio 0, i/o): x\n", 0},
        {" AS \"memory\"\n  ff-0 (prio 0, ram): x\n", 0},
        {" AS \"memory\"\n  0-ff (prio 0, ram): x\n  80-1ff (prio 0, ram): y\n", 0},
        {" AS \"memory\"\n  0-ff (prio 0, ram", 0},
        {" AS \"memory\"\n  0-10000000000000000 (prio 0, ram): x\n", 0},
        {" AS \"memory\"\n  0-ff (prio 0, ram): x\nFlatView #1\n  200-2ff (prio 0, ram): x\n", 1},
    };
    struct ranges ranges;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ranges_parse(cases[i].text, NULL, &ranges);
        assert_int_equal(ranges.count, cases[i].count);
    }
    ranges_parse(" AS \"memory\"\n  fffffffffffff000-ffffffffffffffff (prio 0, rom): x\n", NULL,
                 &ranges);
    assert_true(ranges_cover(&ranges, 0xfffffffffffff000, 0x1000, false));
    assert_false(ranges_cover(&ranges, 0xfffffffffffff000, 0x1000, true));
    assert_false(ranges_cover(&ranges, 0xfffffffffffff000, 0x1001, false));
}

static void test_shared_rows(void **state)
{
    static const struct {
        const char *row;
        bool shared;
        uint64_t offset;
    } cases[] = {
        {"(prio 0, ram): mine", true, 0},
        {"(prio 0, ram): mine\r", true, 0},
        {"(prio 0, ram): mine @0000000100000000", true, 0x100000000},
        {"(prio 0, rom): mine @00000000000c0000\r", true, 0xc0000},
        {"(prio 0, ram): mine @1000 KVM\r", true, 0x1000},
        {"(prio 0, ram): mine KVM", true, 0},
        {"(prio 0, ram): min", false, 0},
        {"(prio 0, ram): mine2", false, 0},
        {"(prio 0, ram): mine2 @1000", false, 0},
        {"(prio 0, ram): mine @", false, 0},
        {"(prio 0, ram): mine @xyz", false, 0},
        {"(prio 0, ram): mine @10000000000000000", false, 0},
        {"(prio 0, ram)", false, 0},
        {"(prio 0, ram) mine", false, 0},
    };
    struct ranges ranges;
    uint64_t offset = 0;
    bool shared;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[128];

        snprintf(text, sizeof(text), " AS \"memory\"\n  1000-2fff %s\n", cases[i].row);
        ranges_parse(text, "mine", &ranges);
        assert_int_equal(ranges.count, 1);
        assert_int_equal(ranges_piece(&ranges, 0x1800, 0x100, &shared, &offset), 0x100);
        assert_int_equal(shared, cases[i].shared);
        assert_true(!shared || offset == cases[i].offset + 0x800);
        assert_true(ranges_cover(&ranges, 0x1000, 0x2000, true) == !strstr(cases[i].row, "rom"));
    }
}

static void test_shared_pieces(void **state)
{
    static const struct {
        uint64_t address, length, piece;
        bool shared;
        uint64_t offset;
    } cases[] = {
        {0, 0x100, 0x100, true, 0},
        {0xff0, 0x20, 0x20, true, 0xff0}, /* two rows that go on in the file are one */
        {0x1ff0, 0x100, 0x10, true, 0x1ff0},
        {0x2000, 0x3000, 0x1000, false, 0},
        {0x2800, 0x100, 0x100, false, 0},
        {0x3000, 0x1800, 0x1000, true, 0x3000},
        {0x4000, 0x2000, 0x1000, true, 0x9000}, /* touches, but lies elsewhere in the file */
        {0x5000, 0x100, 0x100, false, 0},
        {0xffffffffffffff00, 0x200, 0x100, false, 0},
    };
    struct ranges ranges;

    (void)state;
    ranges_parse(" AS \"memory\"\n"
                 "  0-fff (prio 0, ram): mine\n"
                 "  1000-1fff (prio 0, ram): mine @1000\n"
                 "  2000-2fff (prio 1, ram): other @2000\n"
                 "  3000-3fff (prio 0, ram): mine @3000\n"
                 "  4000-4fff (prio 0, ram): mine @9000\n"
                 "  5000-5fff (prio 0, rom): other\n",
                 "mine", &ranges);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t offset = 0;
        bool shared;

        assert_true(ranges_piece(&ranges, cases[i].address, cases[i].length, &shared, &offset) ==
                    cases[i].piece);
        assert_int_equal(shared, cases[i].shared);
        assert_true(!shared || offset == cases[i].offset);
    }
    assert_true(ranges_cover(&ranges, 0, 0x5000, true));
    assert_true(ranges_cover(&ranges, 0, 0x6000, false));
}

static void test_hidden_text(void **state)
{
    struct registers regs = {0};
    char text[2048];
    uint64_t value;

    (void)state;
    assert_true(hidden_parse(server_monitor_registers, &regs));
    assert_true(hidden_value(server_monitor_registers, "CR4", &value) && value == 0xa0);
    assert_true(hidden_value(server_monitor_registers, "EFER", &value) && value == 0x500);
    assert_false(hidden_value(server_monitor_registers, "CR", &value));
    assert_false(hidden_value("CR0=xyz", "CR0", &value));
    /* Any line cut short, and nothing is taken. */
    for (size_t length = 0; length < strlen(server_monitor_registers); length++) {
        struct registers cut = {0};
        const char *idt = strstr(server_monitor_registers, "IDT=");

        memcpy(text, server_monitor_registers, length);
        text[length] = '\0';
        if (length < (size_t)(idt - server_monitor_registers) + 27) {
            assert_false(hidden_parse(text, &cut));
            assert_true(cut.segment[SEG_CS].attributes == 0);
        }
    }
    assert_false(hidden_parse("CS =00010 0 0 0\n", &regs));
}

static unsigned int count_tags(const char *text, bool *ret_malformed)
{
    size_t length = strlen(text);
    char *copy = malloc(length + 1); /* ends where the text does, for ASan */
    const char *at = memcpy(copy, text, length);
    unsigned int count = 0;
    struct xml_tag tag;
    enum xml_result result;

    while ((result = xml_next(&at, copy + length, &tag)) == XML_TAG)
        count++;
    *ret_malformed = result == XML_MALFORMED;
    free(copy);
    return count;
}

static void test_xml(void **state)
{
    static const struct {
        const char *text;
        unsigned int tags;
        bool malformed;
    } cases[] = {
        {"", 0, false},
        {"text only", 0, false},
        {"<a/>", 1, false},
        {"<a b='1' c=\"2\"><d></d></a>", 2, false},
        {"<a b = '>' />x", 1, false},
        {"<!-- <a/> --><b/>", 1, false},
        {"<!-- > -- > --><b/>", 1, false},
        {"<![CDATA[<a/>]]><b/>", 1, false},
        {"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y '>'>]><b/>", 1, false},
        {"<a", 0, true},
        {"<", 0, true},
        {"<a><", 1, true},
        {"<a b", 0, true},
        {"<a b=", 0, true},
        {"<a b=c/>", 0, true},
        {"<a b='c/>", 0, true},
        {"<a =''/>", 0, true},
        {"<1 &/>", 0, true},
        {"<a/><!-- ", 1, true},
        {"<a/></a", 1, true},
        {"<!DOCTYPE x [ >", 0, true},
        {"<a a='' b='' c='' d='' e='' f='' g='' h='' i='' j='' k='' l='' m=''/>", 0, true},
    };
    bool malformed;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(count_tags(cases[i].text, &malformed), cases[i].tags);
        assert_int_equal(malformed, cases[i].malformed);
    }
    for (size_t length = 0; length <= strlen(server_core_xml); length++) {
        char *cut = strndup(server_core_xml, length);

        count_tags(cut, &malformed);
        free(cut);
    }
}

static void test_modes(void **state)
{
    static const struct {
        uint64_t cr0, efer, rflags;
        uint32_t attributes;
        bool hidden;
        enum cpu_mode mode;
        unsigned int bits;
        const char *name;
    } cases[] = {
        {0x10, 0, 2, 0x9b00, true, CPU_REAL16, 16, "real16"},
        {0x11, 0, 2, 0x9b00, true, CPU_PROTECTED16, 16, "protected16"},
        {0x11, 0, 2, 0xcf9b00, true, CPU_PROTECTED32, 32, "protected32"},
        {0x11, 0, 0x20002, 0xcf9b00, true, CPU_PROTECTED16, 16, "protected16"},
        {0x80000011, 0x500, 2, 0xcf9b00, true, CPU_COMPAT32, 32, "compat32"},
        {0x80000011, 0x500, 2, 0xaf9b00, true, CPU_LONG64, 64, "long64"},
        {0x11, 0x100, 2, 0xaf9b00, true, CPU_PROTECTED16, 16, "protected16"}, /* LME, not LMA */
        {0x80000011, 0x500, 2, 0, false, CPU_LONG64, 64, "long64"},
        {0x11, 0, 2, 0, false, CPU_PROTECTED32, 32, "protected32"},
        {0x10, 0, 2, 0, false, CPU_REAL16, 16, "real16"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct registers regs = {.cr0 = cases[i].cr0,
                                 .efer = cases[i].efer,
                                 .rflags = cases[i].rflags,
                                 .hidden_known = cases[i].hidden};

        regs.segment[SEG_CS].attributes = cases[i].attributes;
        assert_int_equal(registers_mode(&regs), cases[i].mode);
        assert_int_equal(cpu_mode_bits(registers_mode(&regs)), cases[i].bits);
        assert_string_equal(cpu_mode_name(registers_mode(&regs)), cases[i].name);
    }
}

static void test_names(void **state)
{
    static const struct {
        const char *name;
        uint64_t value;
        unsigned int width; /* 0: no such register */
    } cases[] = {
        {"rax", 0x1122334455667788, 8},
        {"eax", 0x55667788, 4},
        {"ax", 0x7788, 2},
        {"r8", 0x1122334455667799, 8},
        {"r8d", 0x55667799, 4},
        {"r8w", 0x7799, 2},
        {"r15", 15, 8},
        {"rip", 0x12345678, 8},
        {"eip", 0x12345678, 4},
        {"ip", 0x5678, 2},
        {"rflags", 0x246, 8},
        {"eflags", 0x246, 4},
        {"cs", 0x10, 2},
        {"tr", 0x20, 2},
        {"ldtr", 0, 2},
        {"gdtr", 0x1000, 8},
        {"idtr", 0x2000, 8},
        {"cr3", 0x3000, 8},
        {"efer", 0x500, 8},
        {"r1", 0, 0},
        {"r8x", 0, 0},
        {"r16", 0, 0},
        {"al", 0x88, 1},
        {"ah", 0x77, 1},
        {"sil", 0x99, 1},
        {"sih", 0, 0},
        {"r8b", 0x99, 1},
        {"ss_base", 0x10000, 8},
        {"tr_base", 0, 0},
        {"", 0, 0},
        {"x", 0, 0},
        {"e", 0, 0},
        {"cr1", 0, 0},
    };
    struct registers regs = {.rip = 0x12345678, .rflags = 0x246, .cr3 = 0x3000, .efer = 0x500};

    (void)state;
    regs.gpr[RAX] = 0x1122334455667788;
    regs.gpr[R8] = 0x1122334455667799;
    regs.gpr[RSI] = 0x5599;
    regs.segment[SEG_SS].base = 0x10000;
    regs.gpr[R15] = 15;
    regs.segment[SEG_CS].selector = 0x10;
    regs.segment[SEG_TR].selector = 0x20;
    regs.gdtr.base = 0x1000;
    regs.idtr.base = 0x2000;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t value = 0;
        unsigned int width = 0;

        assert_int_equal(registers_get(&regs, cases[i].name, &value, &width), cases[i].width != 0);
        assert_true(value == cases[i].value);
        assert_int_equal(width, cases[i].width);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map_text),      cmocka_unit_test(test_shared_rows),
        cmocka_unit_test(test_shared_pieces), cmocka_unit_test(test_hidden_text),
        cmocka_unit_test(test_xml),           cmocka_unit_test(test_modes),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests_name("target_parts", tests, NULL, NULL);
}
