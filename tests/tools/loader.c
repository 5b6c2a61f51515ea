/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * loader IMAGE 32|64 LOAD [keep-segments] [high] [five-level] [COMMAND LINE]: a boot loader that
 * consists of a debugger. It fills an empty machine's memory with what the 32- or 64-bit boot protocol asks for
 * (Documentation/arch/x86/boot.rst in Linux) and no more, enters the image at LOAD + 0 or + 0x200,
 * and prints the markers, the console and "exit status N".
 *
 *   keep-segments   32-bit: loadflags has KEEP_SEGMENTS, and the GDT has nothing where the
 *                   protocol's selectors are
 *   high            64-bit: boot_params and the command line are above 4 GiB, too
 *   five-level      64-bit: the page tables have five levels
 *
 *      0x7000   GDT          0x10000   page tables (64-bit)      0x90000   boot_params
 *      0x8000   loader_boot                                      0x91000   command line
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bootparams.h"
#include "guest.h"
#include "image.h"
#include "loader.h"
#include "x86.h"

#define PAGE_TABLES  0x10000
#define BOOT_PARAMS  0x90000
#define COMMAND_LINE 0x91000
#define HIGH         0x150000000 /* added to both */
#define GIB          (UINT64_C(1) << 30)
#define MIB          (UINT64_C(1) << 20)
#define LARGE_PAGE   (2 * MIB)
#define ENTRY_64     0x200
#define LOADER_TYPE  0xff /* "undefined" */
#define TABLES_MAX   16

struct loading {
    struct guest guest;
    struct image *image;
    uint64_t load, boot_params, command_line;
    bool long_mode, keep_segments, five_level;
    const char *text;
    uint64_t tables[TABLES_MAX][PTRS_PER_PAGE]; /* what the guest has at PAGE_TABLES */
    unsigned int table_count;
    uint64_t root; /* of the page tables */
};

static void put(struct loading *loading, uint64_t address, const void *bytes, size_t size)
{
    must(target_write_phys(loading->guest.target, phys(address), bytes, size));
}

/* The table that an entry points to, made when there is none. */
static uint64_t *next_table(struct loading *loading, uint64_t *entry)
{
    if (!*entry) {
        if (loading->table_count == TABLES_MAX)
            give_up("more than %d page tables", TABLES_MAX);
        *entry = (PAGE_TABLES + PAGE_SIZE * (uint64_t)loading->table_count++) | _PAGE_PRESENT |
                 _PAGE_RW;
    }
    return loading->tables[((*entry & ~(PAGE_SIZE - 1)) - PAGE_TABLES) / PAGE_SIZE];
}

/* Maps a range to itself, and not a page more than it needs. */
static void map(struct loading *loading, uint64_t start, uint64_t size)
{
    for (uint64_t at = start & ~(LARGE_PAGE - 1); at < start + size; at += LARGE_PAGE) {
        uint64_t *pud = next_table(loading, &loading->tables[0][at >> 39 & 511]);
        uint64_t *pmd = next_table(loading, &pud[at >> 30 & 511]);

        pmd[at >> 21 & 511] = at | _PAGE_PRESENT | _PAGE_RW | _PAGE_PSE;
    }
}

/*
 * The kernel's run-time start, which the loader has to know because init_size counts from there:
 * the load address, aligned; a kernel does not go below its preferred address.
 */
static uint64_t runtime_start(const struct loading *loading)
{
    const struct setup_fields *setup = &loading->image->setup;
    uint64_t start = (loading->load + setup->kernel_alignment - 1) &
                     ~((uint64_t)setup->kernel_alignment - 1);

    return start < setup->pref_address ? setup->pref_address : start;
}

static void put_page_tables(struct loading *loading)
{
    loading->table_count = 1;
    map(loading, LOADER_BASE, 1);
    map(loading, loading->load, loading->image->protected_size);
    map(loading, runtime_start(loading), loading->image->setup.init_size);
    map(loading, loading->boot_params, BOOT_PARAMS_SIZE);
    map(loading, loading->command_line, strlen(loading->text) + 1);
    loading->root = PAGE_TABLES;
    if (loading->five_level) {
        uint64_t entry = 0;

        next_table(loading, &entry)[0] = PAGE_TABLES | _PAGE_PRESENT | _PAGE_RW;
        loading->root = entry & ~(PAGE_SIZE - 1);
    }
    put(loading, PAGE_TABLES, loading->tables, PAGE_SIZE * (size_t)loading->table_count);
}

/* A machine of 512 MiB, and what there is above 4 GiB. */
static void describe_memory(struct boot_params *params)
{
    static const struct boot_e820_entry map_entries[] = {
        {0, 0x9fc00, E820_TYPE_RAM},
        {0x9fc00, 0x400, E820_TYPE_RESERVED},
        {0xf0000, 0x10000, E820_TYPE_RESERVED},
        {MIB, 511 * MIB, E820_TYPE_RAM},
        {4 * GIB, 2 * GIB, E820_TYPE_RAM},
    };

    memcpy(params->e820_table, map_entries, sizeof(map_entries));
    params->e820_entries = sizeof(map_entries) / sizeof(map_entries[0]);
}

/* All zero, but for the setup header of the image and what a loader has to say. */
static void put_boot_params(struct loading *loading)
{
    const uint8_t *file = loading->image->bytes;
    size_t end = BP_header + file[BP_header - 1];
    struct boot_params params = {0};

    memcpy((uint8_t *)&params + BP_hdr, file + BP_hdr, end - BP_hdr);
    params.hdr.type_of_loader = LOADER_TYPE;
    params.hdr.code32_start = (uint32_t)loading->load;
    params.hdr.cmd_line_ptr = (uint32_t)loading->command_line;
    params.ext_cmd_line_ptr = (uint32_t)(loading->command_line >> 32);
    if (loading->keep_segments)
        params.hdr.loadflags |= KEEP_SEGMENTS;
    describe_memory(&params);
    put(loading, loading->boot_params, &params, sizeof(params));
    put(loading, loading->command_line, loading->text, strlen(loading->text) + 1);
}

static void put_boot_code(struct loading *loading)
{
    uint64_t gdt[LOADER_GDT_ENTRIES] = {
        [__BOOT_CS / 8] = loading->long_mode ? GDT_ENTRY_CODE64 : GDT_ENTRY_CODE32,
        [__BOOT_DS / 8] = GDT_ENTRY_DATA,
        [LOADER_CS / 8] = GDT_ENTRY_CODE32,
        [LOADER_DS / 8] = GDT_ENTRY_DATA,
    };
    struct loader_parameters parameters = {
        .entry = loading->load + (loading->long_mode ? ENTRY_64 : 0),
        .boot_params = loading->boot_params,
        .page_tables = (uint32_t)loading->root,
        .cr4 = X86_CR4_PAE | (loading->five_level ? X86_CR4_LA57 : 0),
        .long_mode = loading->long_mode,
        .data_selector = loading->keep_segments ? LOADER_DS : __BOOT_DS,
        .far_entry = (uint32_t)loading->load,
        .far_selector = loading->keep_segments ? LOADER_CS : __BOOT_CS,
    };

    if (loading->keep_segments)
        gdt[__BOOT_CS / 8] = gdt[__BOOT_DS / 8] = 0;
    put(loading, LOADER_GDT, gdt, sizeof(gdt));
    put(loading, LOADER_BASE, loader_boot, loader_boot_size);
    put(loading, LOADER_BASE + loader_boot_parameters_offset, &parameters, sizeof(parameters));
}

static void parse(int argc, char **argv, struct loading *loading)
{
    uint64_t base = 0;

    if (argc < 4 || (strcmp(argv[2], "32") != 0 && strcmp(argv[2], "64") != 0))
        give_up(
            "usage: loader IMAGE 32|64 LOAD [keep-segments] [high] [five-level] [COMMAND LINE]");
    loading->long_mode = strcmp(argv[2], "64") == 0;
    loading->load = strtoull(argv[3], NULL, 0);
    loading->text = "";
    for (int i = 4; i < argc; i++) {
        if (strcmp(argv[i], "keep-segments") == 0)
            loading->keep_segments = true;
        else if (strcmp(argv[i], "high") == 0)
            base = HIGH;
        else if (strcmp(argv[i], "five-level") == 0)
            loading->five_level = true;
        else
            loading->text = argv[i];
    }
    loading->boot_params = base + BOOT_PARAMS;
    loading->command_line = base + COMMAND_LINE;
}

/* From reset, which is real mode, to the first byte of loader_boot. */
static void enter(struct loading *loading)
{
    must(target_write_register(loading->guest.target, "cs", 0));
    must(target_write_register(loading->guest.target, "rip", LOADER_BASE));
}

int main(int argc, char **argv)
{
    static struct loading loading;
    struct qemu_options options = {.memory = "6G"};

    parse(argc, argv, &loading);
    must(image_open(argv[1], &loading.image));
    options.cpu = loading.five_level ? "max" : NULL;
    guest_open(&options, &loading.guest);
    put(&loading, loading.load, loading.image->bytes + loading.image->protected_offset,
        loading.image->protected_size);
    put_boot_params(&loading);
    if (loading.long_mode)
        put_page_tables(&loading);
    put_boot_code(&loading);
    enter(&loading);

    int status = guest_finish(&loading.guest);
    guest_print_markers(&loading.guest);
    printf("%s\nexit status %d\n", qemu_console(loading.guest.qemu), status);
    guest_close(&loading.guest);
    image_close(loading.image);
    return 0;
}
