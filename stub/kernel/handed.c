/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "handed.h"

#include "console.h"
#include "kernel.h"
#include "layout.h"
#include "x86.h"

#define LINKED_VIRTUAL (START_KERNEL_MAP + TEACHING_PHYSICAL_ADDR)
#define HIGH_MEMORY    0x100000
#define COMMAND_SHOWN  64 /* characters of the command line in the report */

static uint64_t kernel_physical(void)
{
    return RIP_ADDRESS(_text) - START_KERNEL_MAP + phys_base;
}

static uint64_t kernel_size(void)
{
    return RIP_ADDRESS(_end) - RIP_ADDRESS(_text);
}

static bool wrong(const char *what, uint64_t found, uint64_t expected)
{
    printk("  wrong: %s is 0x%lx, expected 0x%lx\n", what, found, expected);
    return false;
}

/* Without KASLR nobody may choose a virtual address; with it, only one that tables can map. */
static bool check_offsets(uint64_t virtual_delta, uint64_t physical)
{
    bool ok = true;
    bool kaslr = boot_params.hdr.loadflags & KASLR_FLAG;
    if (!kaslr && virtual_delta)
        ok = wrong("the virtual delta without KASLR_FLAG", virtual_delta, 0);
    if (virtual_delta % TEACHING_PHYSICAL_ALIGN)
        ok = wrong("the virtual delta modulo 2 MiB", virtual_delta % TEACHING_PHYSICAL_ALIGN, 0);
    if (physical % TEACHING_PHYSICAL_ALIGN)
        ok = wrong("the physical address modulo 2 MiB", physical % TEACHING_PHYSICAL_ALIGN, 0);
    if (TEACHING_PHYSICAL_ADDR + virtual_delta + kernel_size() > KERNEL_IMAGE_SIZE)
        ok = wrong("the end of the mapping", TEACHING_PHYSICAL_ADDR + virtual_delta + kernel_size(),
                   KERNEL_IMAGE_SIZE);
    return ok;
}

bool report_location(void)
{
    uint64_t virtual = RIP_ADDRESS(_text), physical = kernel_physical(), size = kernel_size();
    uint64_t virtual_delta = virtual - LINKED_VIRTUAL;
    int64_t physical_delta = (int64_t)(physical - TEACHING_PHYSICAL_ADDR);

    printk("  %-14s [0x%lx, 0x%lx)  linked 0x%lx +0x%lx\n", "virtual", virtual, virtual + size,
           LINKED_VIRTUAL, virtual_delta);
    printk("  %-14s [0x%lx, 0x%lx)  linked 0x%lx %c0x%lx\n", "physical", physical, physical + size,
           (uint64_t)TEACHING_PHYSICAL_ADDR, physical_delta < 0 ? '-' : '+',
           (uint64_t)(physical_delta < 0 ? -physical_delta : physical_delta));
    printk("  %-14s %s\n", "kaslr",
           boot_params.hdr.loadflags & KASLR_FLAG ? "on (KASLR_FLAG)" : "off");
    return check_offsets(virtual_delta, physical);
}

static const char *e820_kind(uint32_t type)
{
    switch (type) {
    case E820_TYPE_RAM:
        return "usable";
    case E820_TYPE_RESERVED:
        return "reserved";
    case E820_TYPE_ACPI:
        return "ACPI tables";
    case E820_TYPE_NVS:
        return "ACPI NVS";
    case E820_TYPE_UNUSABLE:
        return "unusable";
    case E820_TYPE_PMEM:
        return "persistent";
    default:
        return "unknown type";
    }
}

static unsigned int e820_count(void)
{
    unsigned int count = boot_params.e820_entries;
    return count < E820_MAX_ENTRIES_ZEROPAGE ? count : E820_MAX_ENTRIES_ZEROPAGE;
}

/* Without e820: the larger of the two older answers, which count KiB from 1 MiB on. */
static uint64_t older_memory_end(void)
{
    uint64_t e801 = boot_params.alt_mem_k, bios88 = boot_params.screen_info.ext_mem_k;

    return HIGH_MEMORY + ((e801 > bios88 ? e801 : bios88) << 10);
}

/* Whether a range lies in usable memory; it may span entries that touch, in ascending order. */
static bool is_usable(uint64_t start, uint64_t end)
{
    if (e820_count() == 0)
        return start >= HIGH_MEMORY && end <= older_memory_end();
    for (unsigned int i = 0; i < e820_count() && start < end; i++) {
        const struct boot_e820_entry *entry = &boot_params.e820_table[i];
        if (entry->type == E820_TYPE_RAM && entry->addr <= start &&
            start < entry->addr + entry->size)
            start = entry->addr + entry->size;
    }
    return start >= end;
}

static void print_e820(void)
{
    printk("  %-14s %u entries\n", "e820", e820_count());
    if (e820_count() == 0)
        printk("    [0x%016lx, 0x%016lx)  usable, by e801 or 88\n", (uint64_t)HIGH_MEMORY,
               older_memory_end());
    for (unsigned int i = 0; i < e820_count(); i++) {
        const struct boot_e820_entry *entry = &boot_params.e820_table[i];
        printk("    [0x%016lx, 0x%016lx)  %s\n", entry->addr, entry->addr + entry->size,
               e820_kind(entry->type));
    }
}

/* Something that was handed over and must not lie under the kernel. */
static bool check_apart(const char *what, uint64_t start, uint64_t size)
{
    uint64_t kernel = kernel_physical(), end = start + size;
    if (end <= kernel || start >= kernel + kernel_size())
        return true;
    printk("  wrong: %s [0x%lx, 0x%lx) lies under the kernel\n", what, start, end);
    return false;
}

static bool report_command_line(void)
{
    uint64_t address = boot_params.hdr.cmd_line_ptr | (uint64_t)boot_params.ext_cmd_line_ptr << 32;
    size_t length = 0;
    while (boot_command_line[length])
        length++;
    if (!address) {
        printk("  %-14s none\n", "command line");
        return true;
    }
    char shown[COMMAND_SHOWN + 1] = {0};
    for (size_t i = 0; i < length && i < COMMAND_SHOWN; i++)
        shown[i] = boot_command_line[i] >= ' ' ? boot_command_line[i] : '.';
    printk("  %-14s \"%s\"%s at 0x%lx\n", "command line", shown,
           length > COMMAND_SHOWN ? "..." : "", address);
    return check_apart("the command line", address, length + 1);
}

static bool report_initrd(void)
{
    uint64_t start = boot_params.hdr.ramdisk_image | (uint64_t)boot_params.ext_ramdisk_image << 32;
    uint64_t size = boot_params.hdr.ramdisk_size | (uint64_t)boot_params.ext_ramdisk_size << 32;
    if (!start || !size) {
        printk("  %-14s none\n", "initrd");
        return true;
    }
    /* Sum its bytes, so that whoever made it can tell whether they are still the same. */
    uint64_t sum = 0;
    const uint8_t *bytes = __va(start);
    for (uint64_t i = 0; i < size; i++)
        sum += bytes[i];
    printk("  %-14s [0x%lx, 0x%lx)  byte sum 0x%lx\n", "initrd", start, start + size, sum);
    return check_apart("the initrd", start, size);
}

static void report_screen(void)
{
    const struct screen_info *screen = &boot_params.screen_info;
    if (!screen->orig_video_lines) {
        printk("  %-14s none\n", "screen");
        return;
    }
    printk("  %-14s mode 0x%x, %u columns, %u lines, cursor at %u,%u, %s\n", "screen",
           screen->orig_video_mode, screen->orig_video_cols, screen->orig_video_lines,
           screen->orig_x, screen->orig_y,
           screen->orig_video_mode == VIDEO_MODE_MDA ? "mono" : "colour");
}

bool report_boot_params(void)
{
    const struct setup_header *hdr = &boot_params.hdr;
    printk("  %-14s at 0x%lx, protocol %u.%02u, loader 0x%x\n", "boot_params", boot_params_address,
           hdr->version >> 8, hdr->version & 0xff, hdr->type_of_loader);
    bool ok = report_command_line();
    ok &= report_initrd();
    report_screen();
    print_e820();

    if (hdr->header != HEADER_MAGIC)
        ok = wrong("the header's magic", hdr->header, HEADER_MAGIC);
    if (!is_usable(kernel_physical(), kernel_physical() + kernel_size())) {
        printk("  wrong: the kernel lies outside usable memory\n");
        ok = false;
    }
    return ok & check_apart("boot_params", boot_params_address, sizeof(boot_params));
}
