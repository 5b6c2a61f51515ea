/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that look at memory, code and expressions. */
#include "memory.h"

#include <string.h>

#include "evaluate.h"
#include "guest.h"
#include "linear.h"
#include "place.h"

#define PAGE_BYTES 4096

static struct error *read_physical(const struct stop *stop, uint64_t address, uint8_t *buffer,
                                   size_t length, size_t *ret_length)
{
    struct error *err = NULL;
    size_t done = 0;
    bool there = true;

    while (!err && there && done < length) {
        size_t piece = PAGE_BYTES - (size_t)((address + done) % PAGE_BYTES);

        if (piece > length - done)
            piece = length - done;
        err = guest_try_phys(stop, phys(address + done), buffer + done, piece, &there);
        if (!err && there)
            done += piece;
    }
    *ret_length = done;
    return err;
}

struct error *memory_read(const struct stop *stop, struct memory_area area, void *buffer,
                          size_t length, size_t *ret_length)
{
    /* Addresses end where they would begin anew. */
    if (length && length - 1 > UINT64_MAX - area.address)
        length = (size_t)(UINT64_MAX - area.address) + 1;
    if (area.physical)
        return read_physical(stop, area.address, buffer, length, ret_length);
    return guest_try_linear(stop, virt(area.address), buffer, length, ret_length);
}

struct error *memory_missing(struct memory_area area)
{
    if (area.physical)
        return error_new(ERROR_INPUT, "%s cannot be read: no RAM or ROM is there",
                         text_hex(area.address));
    return error_new(ERROR_INPUT, "%s cannot be read: not mapped", text_hex(area.address));
}

struct error *place_argument(const struct environment *environment, const char *text, uint64_t *ret)
{
    struct place_text place;
    struct error *err = evaluate_place(environment, text, &place);

    if (err)
        return err;
    if (!place.address.known)
        return error_new(ERROR_INPUT,
                         "%s: in %s, whose place is not known yet at this place of the boot", text,
                         place_module_text(place.module));
    *ret = place.address.value;
    return NULL;
}

/* A first word that is FILE:LINE; *ret_end is behind it, or NULL for another word. */
static struct error *line_argument(const struct environment *environment, const char *text,
                                   uint64_t *ret, const char **ret_end)
{
    size_t length = strcspn(text, " \t,");
    char word[COMMAND_LINE_MAX];
    const struct stop *stop;
    struct place place;
    bool found = false;
    struct error *err = command_stop(environment, &stop);

    snprintf(word, sizeof(word), "%.*s", (int)length, text);
    if (!err && !linear_is_segmented(word))
        err = place_of_line(stop, word, &found, &place);
    if (!err && found)
        err = place_argument(environment, word, ret);
    *ret_end = found ? text + length + strspn(text + length, " \t") : NULL;
    return err;
}

static struct error *first_argument(const struct environment *environment, const char *text,
                                    uint64_t *ret, const char **ret_end)
{
    struct error *err = line_argument(environment, text, ret, ret_end);

    return err || *ret_end ? err : linear_prefix(environment, text, ret, ret_end);
}

struct error *pair_argument(const struct environment *environment, const char *text,
                            uint64_t *ret_address, bool *ret_has, uint64_t *ret_number)
{
    const char *end;
    struct error *err = first_argument(environment, text, ret_address, &end);

    *ret_has = !err && *end != '\0';
    if (!*ret_has)
        return err;
    return evaluate(environment->debugger, *end == ',' ? end + 1 : end, ret_number);
}

const char *symbol_text(const struct stop *stop, uint64_t address, char *out, size_t size)
{
    char *line;

    if (!stop_describe(stop, virt(address), out, size))
        out[0] = '\0';
    line = strstr(out, " (");
    if (line)
        *line = '\0';
    return out;
}

const struct command commands_memory[] = {
    {.name = "x",
     .arguments = "[ADDR]",
     .summary = "memory at a virtual address, in a format of gdb's",
     .example = "x/4gx rsp",
     .help = "FMT is a count, a form and a size, as in gdb: x d u o t a c s i (hex, signed,\n"
             "unsigned, octal, binary, address with symbol, character, string, instruction),\n"
             "b h w g (1, 2, 4, 8 bytes). What is left out is as the last time; without an\n"
             "address it goes on where it ended. An address may be SEGMENT:OFFSET (ss:sp).\n"
             "rip or rsp alone is where the CPU reads: in 16-bit code the base is added.",
     .group = GROUP_MEMORY,
     .completes = ARGUMENT_EXPRESSION,
     .has_format = true,
     .has_json = true,
     .run = run_x},
    {.name = "xp",
     .arguments = "[ADDR]",
     .summary = "memory at a physical address, in a format of gdb's",
     .example = "xp/8wx cr3",
     .help = "As x, which see; the address is physical, as in QEMU's monitor.",
     .group = GROUP_MEMORY,
     .completes = ARGUMENT_EXPRESSION,
     .has_format = true,
     .has_json = true,
     .run = run_xp},
    {.name = "hexdump",
     .aliases = "hd,db",
     .arguments = "[ADDR [LEN]]",
     .summary = "bytes and characters at a virtual address, like hexdump -C",
     .example = "hexdump boot_params 64",
     .help = "128 bytes unless told otherwise. A line that says * stands for lines like the\n"
             "one above it. Without an address it goes on where it ended.\n" PAIR_HELP("LEN"),
     .group = GROUP_MEMORY,
     .completes = ARGUMENT_EXPRESSION,
     .has_json = true,
     .run = run_hexdump},
    {.name = "dis",
     .aliases = "disassemble,u",
     .arguments = "[ADDR [N]]",
     .summary = "instructions, in the CPU's present mode",
     .example = "dis extract_kernel 5",
     .help = "From the next instruction on, and ten of them, unless told otherwise. The next\n"
             "instruction is marked with =>.\n" PAIR_HELP("N"),
     .group = GROUP_MEMORY,
     .completes = ARGUMENT_EXPRESSION,
     .has_json = true,
     .run = run_dis},
    {.name = "list",
     .aliases = "l",
     .arguments = "[PLACE]",
     .summary = "source lines around a place, the present one marked",
     .example = "list extract_kernel",
     .help = "PLACE is FILE:LINE, a symbol or an address. Without one it begins around the next\n"
             "instruction, and goes on behind what was shown last until the guest moves.",
     .group = GROUP_MEMORY,
     .completes = ARGUMENT_EXPRESSION,
     .has_json = true,
     .run = run_list},
    {.name = "sym",
     .arguments = "[ADDR]",
     .summary = "what an address belongs to: symbol, source line, module and copy of it",
     .example = "sym rip",
     .help = "Without an address: of the next instruction.",
     .group = GROUP_MEMORY,
     .completes = ARGUMENT_EXPRESSION,
     .has_json = true,
     .run = run_sym},
    {.name = "p",
     .aliases = "print",
     .arguments = "EXPR",
     .summary = "the value of an expression",
     .example = "p (cr0 >> 31) & 1",
     .help = "C's operators over unsigned 64-bit numbers. Names: registers (rax, $rax, ah,\n"
             "ss_base, pc), symbols (extract_kernel; sym(copy) where the name means more;\n"
             "stub.startup_64, kernel.startup_64 where several modules have it), values of the\n"
             "boot (setup boot_params load copy output virtual physical_delta virtual_delta\n"
             "entry instructions), keys of markers (marker.rsp). Memory: u8[A] u16[A] u32[A]\n"
             "u64[A], physical phys8[A] ... FMT is one form: x d u o t a c.",
     .group = GROUP_MEMORY,
     .completes = ARGUMENT_EXPRESSION,
     .has_format = true,
     .has_json = true,
     .run = run_print},
    {.name = NULL},
};
