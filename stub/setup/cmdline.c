/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line: where it is, and whether a word is on it.
 *
 * The loader put it somewhere in low memory, outside of our segment, so it is read byte by byte
 * through fs. Its end is a NUL or, if that is missing, the size that the header promises.
 */
#include "boot.h"

#define LOW_MEMORY_END    0x100000 /* what real mode can address */
#define OLD_SETUP_SEGMENT 0x9000   /* where old loaders had setup */

/*
 * Before protocol 2.02 a loader wrote a magic number and an offset into the boot sector. Nothing
 * after setup knows that; give it a pointer as of today.
 */
void convert_old_cmdline(void)
{
    uint16_t segment = OLD_SETUP_SEGMENT;
    uint16_t magic, offset;

    set_fs(ds());
    magic = read_fs16(OLD_CL_ADDRESS);
    offset = read_fs16(OLD_CL_OFFSET);
    if (boot_params.hdr.cmd_line_ptr || magic != OLD_CL_MAGIC)
        return;
    /* A command line inside what the loader calls setup moved with setup. */
    if (offset < boot_params.hdr.setup_move_size)
        segment = ds();
    boot_params.hdr.cmd_line_ptr = ((uint32_t)segment << 4) + offset;
}

/* The byte at a position of the command line; NUL at its end and beyond. */
static char cmdline_byte(uint32_t position)
{
    uint32_t address = boot_params.hdr.cmd_line_ptr + position;

    if (!boot_params.hdr.cmd_line_ptr || position >= KERNEL_CMDLINE_MAX ||
        address >= LOW_MEMORY_END)
        return '\0';
    set_fs((uint16_t)(address >> 4));
    return (char)read_fs8(address & 0xf);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Whether the word stands at position, with a space or the end behind it. */
static bool word_at(uint32_t position, const char *word)
{
    char c;

    while (*word)
        if (cmdline_byte(position++) != *word++)
            return false;
    c = cmdline_byte(position);
    return !c || is_space(c);
}

bool cmdline_has_word(const char *word)
{
    bool at_start = true;
    uint32_t position;
    char c;

    for (position = 0; (c = cmdline_byte(position)); position++) {
        if (at_start && word_at(position, word))
            return true;
        at_start = is_space(c);
    }
    return false;
}
