/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "checks.h"

#include "console.h"
#include "kernel.h"
#include "layout.h"
#include "pattern.h"
#include "tables.h"

#define MESSAGES_MAX 4

struct check check_begin(const char *name, const char *unit)
{
    return (struct check){.name = name, .unit = unit};
}

void check_value(struct check *check, uint64_t index, uint64_t found, uint64_t expected)
{
    check->count++;
    if (found == expected)
        return;
    if (check->wrong++ < MESSAGES_MAX)
        printk("  wrong: %s[%lu] is 0x%016lx, expected 0x%016lx\n", check->name, index, found,
               expected);
}

bool check_end(const struct check *check)
{
    printk("  %-18s %8lu %-18s ", check->name, check->count, check->unit);
    if (check->wrong)
        printk("FAILED: %lu wrong\n", check->wrong);
    else
        printk("ok\n");
    return check->wrong == 0;
}

static bool check_text(void)
{
    struct check check = check_begin(".text", "functions called");
    for (uint64_t i = 0; i < FUNCTION_COUNT; i++) {
        unsigned int (*function)(void) = (unsigned int (*)(void))functions[i];
        check_value(&check, i, function(), FUNCTION_BASE + i);
    }
    return check_end(&check);
}

static bool check_data(void)
{
    struct check check = check_begin(".data", "words");
    for (uint64_t i = 0; i < PATTERN_WORDS; i++)
        check_value(&check, i, pattern_words[i], pattern_word(i));
    return check_end(&check);
}

/* Through gs, as per-CPU data is read: a wrong base, or a misplaced segment, shows. */
static bool check_per_cpu(void)
{
    struct check check = check_begin(".data..percpu", "words through gs");
    for (uint64_t i = 0; i < PER_CPU_COUNT; i++) {
        uint64_t found;
        __asm__("movq %%gs:per_cpu_words(,%1,8), %0" : "=r"(found) : "r"(i));
        check_value(&check, i, found, PER_CPU_WORD + i);
    }
    return check_end(&check);
}

static bool check_init(void)
{
    struct check check = check_begin(".init", "words");
    for (uint64_t i = 0; i < INIT_COUNT; i++)
        check_value(&check, i, init_words[i], INIT_WORD + i);
    return check_end(&check);
}

/* The clear ran long ago (head64.c); this judges the record that it left. */
static bool check_bss(void)
{
    struct check check = check_begin(".bss", "dirty words zeroed");
    check.count = bss_record.dirty_before;
    check.wrong = bss_record.dirty_after;
    if (check.wrong)
        printk("  wrong: .bss is not zero at 0x%lx (of %lu words)\n", bss_record.first_dirty,
               bss_record.words);
    return check_end(&check);
}

bool check_memory(void)
{
    bool ok = check_text();
    ok &= check_data();
    ok &= check_per_cpu();
    ok &= check_init();
    ok &= check_bss();
    return ok;
}

/* Where entry i of a table of data pointers must point. */
static uint64_t data_target(uint64_t index)
{
    uint64_t base = RIP_ADDRESS(pattern_words);
    return base + 8 * (index * STRIDE % PATTERN_WORDS);
}

static bool check_abs64(void)
{
    struct check check = check_begin("abs64", "64-bit pointers");
    const uint64_t *table = (const uint64_t *)RIP_ADDRESS(abs64_table);
    uint64_t code = RIP_ADDRESS(functions);
    for (uint64_t i = 0; i < ABS64_COUNT; i++) {
        uint64_t expected = i % 2 ? code + FUNCTION_SIZE * (i % FUNCTION_COUNT) : data_target(i);
        check_value(&check, i, table[i], expected);
    }
    return check_end(&check);
}

static bool check_per_cpu_abs64(void)
{
    struct check check = check_begin("abs64 in percpu", "64-bit pointers");
    for (uint64_t i = 0; i < PER_CPU_ABS64_COUNT; i++) {
        uint64_t found;
        __asm__("movq %%gs:per_cpu_abs64_table(,%1,8), %0" : "=r"(found) : "r"(i));
        check_value(&check, i, found, data_target(i));
    }
    return check_end(&check);
}

static bool check_abs32_signed(void)
{
    struct check check = check_begin("abs32 signed", "32-bit pointers");
    const uint32_t *table = (const uint32_t *)RIP_ADDRESS(abs32_signed_table);
    for (uint64_t i = 0; i < ABS32_SIGNED_COUNT; i++)
        check_value(&check, i, (uint64_t)(int64_t)(int32_t)table[i], data_target(i));
    return check_end(&check);
}

static bool check_abs32(void)
{
    struct check check = check_begin("abs32", "32-bit pointers");
    const uint32_t *table = (const uint32_t *)RIP_ADDRESS(abs32_table);
    for (uint64_t i = 0; i < ABS32_COUNT; i++)
        check_value(&check, i, table[i], data_target(i) - START_KERNEL_MAP);
    return check_end(&check);
}

/* The distance plus the place it is measured from must give the per-CPU offset, as in hardware. */
static bool check_inverse32(void)
{
    struct check check = check_begin("inverse32", "per-CPU distances");
    const uint32_t *table = (const uint32_t *)RIP_ADDRESS(inverse32_table);
    uint64_t first;
    __asm__("movq $per_cpu_words, %0" : "=r"(first));
    for (uint64_t i = 0; i < INVERSE32_COUNT; i++) {
        uint64_t found = (uint64_t)&table[i] + (uint64_t)(int64_t)(int32_t)table[i];
        check_value(&check, i, found, first + 8 * (i % PER_CPU_COUNT));
    }
    return check_end(&check);
}

/* The same as the processor does it: rip-relative with a gs base. */
static bool check_gs_rip(void)
{
    struct check check = check_begin("inverse32 in code", "gs:symbol(%rip)");
    uint64_t found;
    __asm__("movq %%gs:per_cpu_words(%%rip), %0" : "=r"(found));
    check_value(&check, 0, found, PER_CPU_WORD);
    __asm__("movq %%gs:per_cpu_words+8(%%rip), %0" : "=r"(found));
    check_value(&check, 1, found, PER_CPU_WORD + 1);
    return check_end(&check);
}

static bool check_fixed(void)
{
    struct check check = check_begin("per-CPU offsets", "left alone");
    const uint64_t *table = (const uint64_t *)RIP_ADDRESS(fixed_table);
    for (uint64_t i = 0; i < FIXED_COUNT; i++)
        check_value(&check, i, table[i], 8 * i);
    return check_end(&check);
}

bool check_pointers(void)
{
    bool ok = check_abs64();
    ok &= check_per_cpu_abs64();
    ok &= check_abs32_signed();
    ok &= check_abs32();
    ok &= check_inverse32();
    ok &= check_gs_rip();
    ok &= check_fixed();
    return ok;
}
