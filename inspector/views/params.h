/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * View: what the setup code hands on in struct boot_params (the zero page): memory map, command
 * line, initrd, screen, setup_data. Present from memory-detected on, once its address is known.
 */
#ifndef BOOTSCOPE_VIEWS_PARAMS_H
#define BOOTSCOPE_VIEWS_PARAMS_H

#include "bootparams.h"
#include "views.h"

#define PARAMS_SETUP_DATA_MAX 16
/* Longer command lines are cut by the kernel, too. */
#define PARAMS_CMDLINE_MAX (KERNEL_CMDLINE_MAX + 1)

struct e820_range {
    uint64_t start, size;
    uint32_t type;
};

struct setup_data_node {
    uint64_t address; /* guest-physical */
    uint32_t type, length;
};

struct screen {
    uint8_t mode, lines, columns, x, y, is_vga;
};

struct params_view {
    bool present;
    uint64_t address; /* guest-physical */
    unsigned int
        e820_entries; /* as boot_params says; list holds at most E820_MAX_ENTRIES_ZEROPAGE */
    unsigned int e820_count;
    struct e820_range e820[E820_MAX_ENTRIES_ZEROPAGE];
    uint8_t loadflags, loader;
    struct screen screen;
    uint64_t initrd, initrd_size;             /* size 0: none */
    uint64_t cmdline_address;                 /* 0: none */
    bool cmdline_there, cmdline_cut;          /* it is in memory; it has no end within the limit */
    char cmdline[4 * PARAMS_CMDLINE_MAX + 1]; /* control bytes as \xNN */
    unsigned int setup_data_count;
    bool setup_data_cut; /* the chain goes on, leads out of memory, or turns in a circle */
    struct setup_data_node setup_data[PARAMS_SETUP_DATA_MAX];
};

struct params_cmdline {
    bool there; /* its first bytes are in memory */
    bool cut;   /* no NUL within the limit, or before the end of memory */
    size_t length;
    uint8_t bytes[PARAMS_CMDLINE_MAX]; /* as in memory; no NUL among the length ones */
};

/* The command line at a guest-physical address; 0: there is none. Errors of target_read_phys. */
struct error *params_read_cmdline(const struct stop *stop, uint64_t address,
                                  struct params_cmdline *ret);

/* Errors of target_read_phys; what boot_params itself points at may be missing. */
struct error *params_capture(const struct stop *stop, struct params_view *ret);
void params_text(const struct params_view *view, const struct text *text);
/* The memory map alone. */
void params_e820_text(const struct params_view *view, const struct text *text);
/* Only what differs from before, which may be NULL or absent: then all of it. */
void params_diff_text(const struct params_view *before, const struct params_view *view,
                      const struct text *text);
/*
 * {"address","e820":[{"start","size","type":n,"name"}],"command_line":".."|null,
 *  "command_line_address":"0x.."|null,"initrd":{"start","size"}|null,"loader":n,"loadflags":["LOADED_HIGH",...],
 *  "screen":{"mode","lines","columns","x","y","vga"},"setup_data":[{"address","type","length"}]}
 */
json_t *params_json(const struct params_view *view);
/* "usable", "reserved", "ACPI data", ...; "unknown" for a type without a name. */
const char *e820_name(uint32_t type);

#endif
