/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The 32-bit teaching kernel: where did it land, is all of it there, was every pointer relocated?
 * Then it ends the guest with the verdict.
 */
#include <stdbool.h>

#include "console.h"
#include "io.h"
#include "kernel32.h"
#include "layout.h"
#include "pattern.h"

#define MESSAGES_MAX 4

/* Where kernel.lds put it. */
#define LINKED_TEXT 0xc1000000

static bool report(const char *what, unsigned long count, unsigned long wrong)
{
    printk("  %-30s %6lu  ", what, count);
    if (wrong)
        printk("FAILED: %lu wrong\n", wrong);
    else
        printk("ok\n");
    return !wrong;
}

/* Virtual and physical address must have moved by the same distance: there is one delta. */
static bool check_location(void)
{
    const struct boot_params *boot_params;
    uint32_t text = here_text();
    uint32_t align;

    boot_params = (const struct boot_params *)(entry_boot_params + __PAGE_OFFSET);
    align = boot_params->hdr.kernel_alignment;
    printk("  virtual   0x%08x  linked 0x%08x  delta 0x%x\n", text, LINKED_TEXT,
           text - LINKED_TEXT);
    printk("  physical  0x%08x  linked 0x%08x  delta 0x%x\n", entry_address,
           LINKED_TEXT - __PAGE_OFFSET, entry_address - (LINKED_TEXT - __PAGE_OFFSET));
    return report("place, alignment, ebx", 3,
                  (text - __PAGE_OFFSET != entry_address) + (entry_address % align != 0) +
                      (entry_ebx != 0));
}

static bool check_data(void)
{
    const uint64_t *words = (const uint64_t *)here_pattern_words();
    unsigned long wrong = 0;

    for (uint32_t i = 0; i < PATTERN_WORDS; i++)
        wrong += words[i] != pattern_word(i);
    return report(".data, words", PATTERN_WORDS, wrong);
}

static bool check_text(void)
{
    uint32_t functions = here_functions();
    unsigned long wrong = 0;

    for (uint32_t i = 0; i < FUNCTION_COUNT; i++)
        wrong += ((uint32_t(*)(void))(functions + i * FUNCTION_SIZE))() != FUNCTION_BASE + i;
    return report(".text, functions called", FUNCTION_COUNT, wrong);
}

static bool check_pointers(void)
{
    uint32_t words = here_pattern_words(), functions = here_functions();
    unsigned long wrong = 0;

    for (uint32_t i = 0; i < POINTER_COUNT; i++) {
        uint32_t expected = i % 2 ? functions + FUNCTION_SIZE * (i % FUNCTION_COUNT)
                                  : words + 8 * (i * STRIDE % PATTERN_WORDS);

        if (pointer_table[i] == expected)
            continue;
        if (wrong++ < MESSAGES_MAX)
            printk("  wrong: pointer_table[%u] is 0x%08x, expected 0x%08x\n", i, pointer_table[i],
                   expected);
    }
    return report("pointers", POINTER_COUNT, wrong);
}

void start_kernel(void)
{
    bool ok;

    console_init();
    printk("teaching kernel, 32 bits: reached start_kernel\n");
    ok = check_location();
    ok &= check_text();
    ok &= check_data();
    ok &= check_pointers();
    printk("teaching kernel, 32 bits: %s\n", ok ? "pass" : "FAIL");
    outb(DEBUG_EXIT_PORT, ok ? TEACHING_PASS : TEACHING_FAIL);
    /* Still here: this machine has no isa-debug-exit. */
    for (;;)
        __asm__ volatile("cli; hlt");
}
