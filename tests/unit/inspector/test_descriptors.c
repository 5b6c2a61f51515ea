/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Segment descriptors and gates, alone and in the tables of a guest. */
#include "view_test.h"

#include "gdt.h"
#include "idt.h"

static struct descriptor decode(uint64_t low, uint64_t high, bool long_mode)
{
    uint64_t raw[2] = {low, high};
    struct descriptor descriptor;

    descriptor_decode((const uint8_t *)raw, sizeof(raw), long_mode, &descriptor);
    return descriptor;
}

static void expect_type(uint64_t low, bool long_mode, const char *expected)
{
    struct descriptor descriptor = decode(low, 0, long_mode);
    char type[DESCRIPTOR_TEXT_MAX];

    assert_string_equal(descriptor_type_text(&descriptor, long_mode, type, sizeof(type)), expected);
}

static void test_fields(void **state)
{
    /* base 0x12345678, limit 0xabcde, type 0xb, S, DPL 3, P, G and D set */
    struct descriptor d = decode(UINT64_C(0x12cafb345678bcde), 0, false);

    (void)state;
    assert_int_equal(d.base, 0x12345678);
    assert_int_equal(d.limit, 0xabcdefff);
    assert_int_equal(d.dpl, 3);
    assert_true(d.present && d.granular && d.big && d.code_or_data);
    assert_false(d.long_code);
    assert_int_equal(d.size, 8);
    /* The same without G: the limit counts bytes. */
    assert_int_equal(decode(UINT64_C(0x124afb345678bcde), 0, false).limit, 0xabcde);
}

static void test_types(void **state)
{
    (void)state;
    expect_type(UINT64_C(0x00af9a000000ffff), true, "code r-x 64-bit");
    expect_type(UINT64_C(0x00cf9b000000ffff), false, "code r-x 32-bit accessed");
    expect_type(UINT64_C(0x000f98000000ffff), false, "code --x 16-bit");
    expect_type(UINT64_C(0x00cf92000000ffff), false, "data rw- 32-bit");
    expect_type(UINT64_C(0x00cf95000000ffff), false, "data r-- 32-bit expand-down accessed");
    expect_type(UINT64_C(0x0080890000000067), true, "tss64 available");
    expect_type(UINT64_C(0x00808b0000000067), false, "tss32 busy");
    expect_type(UINT64_C(0x0000810000000067), true, "reserved"); /* no 16-bit TSS in long mode */
    expect_type(0, true, "null");
}

static void test_system_descriptor_is_16_bytes_in_long_mode(void **state)
{
    struct descriptor d = decode(UINT64_C(0x7f00890001000067), 0xffff8880, true);

    (void)state;
    assert_int_equal(d.size, 16);
    assert_int_equal(d.base, UINT64_C(0xffff88807f000100));
    assert_int_equal(decode(UINT64_C(0x7f00890001000067), 0xffff8880, false).size, 8);
}

/* The decompressor's table: null, 32-bit code, 64-bit code, data, and a TSS over two slots. */
static void fill_gdt(struct stop *stop)
{
    const uint64_t table[] = {UINT64_C(0x09000000002f),     UINT64_C(0x00cf9a000000ffff),
                              UINT64_C(0x00af9a000000ffff), UINT64_C(0x00cf92000000ffff),
                              UINT64_C(0x0080890000000000), 0};

    fake_target_ram(stop->target, 0, 0x2000);
    fake_target_poke(stop->target, 0x1000, table, sizeof(table));
    stop->regs.gdtr = (struct table_register){0x1000, sizeof(table) - 1};
}

static void test_gdt_view(void **state)
{
    struct stop stop = view_stop();
    struct gdt_view view;
    char *text;

    (void)state;
    fill_gdt(&stop);
    view_no_error(gdt_capture(&stop, &view));
    /* Slot 0 holds the stub's own limit field: shown as what it is, not hidden. */
    assert_int_equal(view.total, 5);
    assert_int_equal(view.list[2].selector, 0x10);
    assert_true(view.list[2].descriptor.long_code);
    assert_int_equal(view.list[4].descriptor.size, 16);
    text = VIEW_TEXT(gdt_text, &view);
    assert_non_null(strstr(text, "0x10   base 0x0        limit 0xffffffff P dpl 0 code r-x"));
    view_has(text, "[0x1000, 0x1030)  limit 0x2f, 5 descriptors\n");
    target_close(stop.target);
}

/* A copy of the table elsewhere, with the TSS filled in: only that is news. */
static void test_gdt_since(void **state)
{
    struct stop stop = view_stop();
    struct gdt_view before, view;
    char *text;

    (void)state;
    fill_gdt(&stop);
    view_no_error(gdt_capture(&stop, &before));
    text = VIEW_DIFF_TEXT(gdt_since_text, &before, &before);
    assert_string_equal(
        text, "  gdt          [0x1000, 0x1030)  limit 0x2f, 5 descriptors, all as before\n");
    free(text);
    fake_target_poke64(stop.target, 0x1020, UINT64_C(0x0080890020000067));
    view_no_error(gdt_capture(&stop, &view));
    text = VIEW_DIFF_TEXT(gdt_since_text, &before, &view);
    assert_null(strstr(text, "code"));
    view_has(text,
             "those not listed as before\n               0x20   base 0x2000     limit 0x67fff ");
    target_close(stop.target);
}

static void test_gdt_that_leads_out_of_memory(void **state)
{
    struct stop stop = view_stop();
    struct gdt_view view;

    (void)state;
    fill_gdt(&stop);
    stop.regs.gdtr.limit = 0xffff; /* 8192 entries, of which 512 can be read */
    view_no_error(gdt_capture(&stop, &view));
    assert_int_equal(view.readable, 0x1000);
    assert_int_equal(view.count, 5);
    view_has(VIEW_TEXT(gdt_text, &view), "from 0x2000 on the table is not in mapped memory");
    stop.regs.hidden_known = false;
    view_no_error(gdt_capture(&stop, &view));
    view_json(gdt_json(&view), "null");
    target_close(stop.target);
}

static void test_gdt_full_of_garbage_is_bounded(void **state)
{
    struct stop stop = view_stop();
    struct gdt_view view;

    (void)state;
    memset(fake_target_ram(stop.target, 0, 0x10000), 0xff, 0x10000);
    stop.regs.gdtr = (struct table_register){0, 0xffff};
    view_no_error(gdt_capture(&stop, &view));
    assert_int_equal(view.count, GDT_ENTRIES_MAX);
    assert_int_equal(view.total, 8192);
    view_has(VIEW_TEXT(gdt_text, &view), "only the first 32");
    target_close(stop.target);
}

/* A 64-bit gate: offset 15..0, selector, IST, type, offset 31..16, offset 63..32. */
static void poke_gate(struct stop *stop, unsigned int vector, uint64_t offset, unsigned int ist)
{
    uint64_t low = (offset & 0xffff) | UINT64_C(0x10) << 16 | (uint64_t)ist << 32 |
                   UINT64_C(0x8e) << 40 | (offset >> 16 & 0xffff) << 48;

    fake_target_poke64(stop->target, 0x1000 + vector * 16, low);
    fake_target_poke64(stop->target, 0x1008 + vector * 16, offset >> 32);
}

static void test_idt_long_mode(void **state)
{
    const struct fake_symbol list[] = {{"boot_page_fault", 0x500}, {"_end", 0x9000}};
    const struct symbols symbols = {list, 2};
    struct stop stop = view_stop();
    struct idt_view view;
    char *text;

    (void)state;
    fake_target_ram(stop.target, 0, 0x4000);
    stop.stub = &symbols;
    stop.facts.load = known(0x100000);
    stop.regs.idtr = (struct table_register){0x1000, 0x1ff}; /* 32 gates */
    poke_gate(&stop, 14, 0x100504, 1);
    poke_gate(&stop, 2, UINT64_C(0xffffffff81234567), 0);
    poke_gate(&stop, 40, 0x1234, 0); /* beyond the limit */
    view_no_error(idt_capture(&stop, &view));
    assert_int_equal(view.vectors, 32);
    assert_int_equal(view.present, 2);
    assert_int_equal(idt_find(&view, 2)->gate.offset, UINT64_C(0xffffffff81234567));
    assert_int_equal(idt_find(&view, 14)->gate.ist, 1);
    assert_null(idt_find(&view, 40));
    text = VIEW_TEXT(idt_text, &view);
    assert_non_null(strstr(text, " 14 #PF  0x10:0x100504 "));
    view_has(text, "boot_page_fault+0x4");
    target_close(stop.target);
}

/* Vectors that follow each other into the same code are one line, wherever that code is. */
static void test_idt_ranges(void **state)
{
    const struct fake_symbol list[] = {{"entries", 0x100}, {"page_fault", 0x500}, {"_end", 0x9000}};
    const struct symbols symbols = {list, 3};
    struct stop stop = view_stop();
    struct idt_view view;
    char *text;

    (void)state;
    fake_target_ram(stop.target, 0, 0x4000);
    stop.stub = &symbols;
    stop.facts.load = known(UINT64_C(0xffffffff81000000));
    stop.regs.idtr = (struct table_register){0x1000, 0x1ff};
    for (unsigned int i = 0; i < 32; i++)
        poke_gate(&stop, i, stop.facts.load.value + (i == 14 ? 0x500 : 0x100 + i * 0x10), i == 20);
    view_no_error(idt_capture(&stop, &view));
    text = VIEW_TEXT(idt_text, &view);
    assert_non_null(
        strstr(text, "0-13    0x10:0xffffffff81000100 - 0xffffffff810001d0  interrupt"));
    assert_non_null(strstr(text, "14 #PF "));
    assert_non_null(strstr(text, "15-19 "));
    assert_non_null(strstr(text, "20 #VE  0x10:0xffffffff81000240     interrupt dpl 0 ist 1"));
    view_has(text, "21-31 ");
    target_close(stop.target);
}

static void test_idt_protected_mode(void **state)
{
    struct stop stop = view_stop();
    struct idt_view view;

    (void)state;
    fake_target_ram(stop.target, 0, 0x2000);
    stop.regs.efer = 0;
    stop.regs.idtr = (struct table_register){0x1000, 0x7ff};
    fake_target_poke64(stop.target, 0x1000 + 13 * 8, UINT64_C(0x12348f0000085678)); /* a trap */
    view_no_error(idt_capture(&stop, &view));
    assert_int_equal(view.present, 1);
    assert_int_equal(view.list[0].vector, 13);
    assert_int_equal(view.list[0].gate.offset, 0x12345678);
    assert_int_equal(view.list[0].gate.selector, 8);
    view_has(VIEW_TEXT(idt_text, &view), "#GP");
    target_close(stop.target);
}

static void test_ivt(void **state)
{
    const uint32_t vector = 0xf000e2c3;
    struct stop stop = view_stop();
    struct idt_view view;

    (void)state;
    fake_target_ram(stop.target, 0, 0x400);
    fake_target_poke(stop.target, 0x10 * 4, &vector, sizeof(vector));
    stop.regs.cr0 = 0x10;
    stop.regs.efer = 0;
    stop.regs.idtr = (struct table_register){0, 0x3ff};
    view_no_error(idt_capture(&stop, &view));
    assert_int_equal(view.format, IDT_REAL);
    assert_int_equal(view.vectors, 256);
    assert_int_equal(view.present, 1);
    assert_int_equal(view.list[0].gate.selector, 0xf000);
    view_json(idt_json(&view), "{\"base\":\"0x0\",\"format\":\"real\",\"gates\":[],"
                               "\"limit\":\"0x3ff\",\"present\":1,\"readable\":1024,"
                               "\"vectors\":256}");
    target_close(stop.target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_system_descriptor_is_16_bytes_in_long_mode),
        cmocka_unit_test(test_gdt_view),
        cmocka_unit_test(test_gdt_since),
        cmocka_unit_test(test_gdt_that_leads_out_of_memory),
        cmocka_unit_test(test_gdt_full_of_garbage_is_bounded),
        cmocka_unit_test(test_idt_long_mode),
        cmocka_unit_test(test_idt_ranges),
        cmocka_unit_test(test_idt_protected_mode),
        cmocka_unit_test(test_ivt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
