/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "disasm.h"

#include <capstone.h>
#include <stdlib.h>
#include <string.h>

#include "flow.h"
#include "guest.h"

static struct error *start_capstone(unsigned int bits, csh *ret)
{
    cs_mode mode;
    cs_err status;

    switch (bits) {
    case 16:
        mode = CS_MODE_16;
        break;
    case 32:
        mode = CS_MODE_32;
        break;
    case 64:
        mode = CS_MODE_64;
        break;
    default:
        return error_new(ERROR_INPUT, "disassembly: no code is %u bits wide", bits);
    }
    status = cs_open(CS_ARCH_X86, mode, ret);
    if (status != CS_ERR_OK)
        return error_new(ERROR_SYSTEM, "disassembly: capstone: %s", cs_strerror(status));
    cs_option(*ret, CS_OPT_SYNTAX, CS_OPT_SYNTAX_ATT);
    cs_option(*ret, CS_OPT_DETAIL, CS_OPT_ON);
    return NULL;
}

/* Jumps count within the code segment, so capstone is given offsets in it, not linear addresses. */
static uint64_t code_base(const struct stop *stop, uint64_t address, unsigned int bits)
{
    uint64_t base = stop->regs.segment[SEG_CS].base;

    return bits != 64 && stop->regs.hidden_known && address >= base ? base : 0;
}

static void name_target(const struct stop *stop, csh handle, const cs_insn *insn, uint64_t base,
                        struct disasm_line *line)
{
    const cs_x86 *x86 = &insn->detail->x86;

    if (!cs_insn_group(handle, insn, CS_GRP_JUMP) && !cs_insn_group(handle, insn, CS_GRP_CALL))
        return;
    if (x86->op_count != 1 || x86->operands[0].type != X86_OP_IMM)
        return;
    if (!stop_describe(stop, virt(base + (uint64_t)x86->operands[0].imm), line->target,
                       sizeof(line->target)))
        line->target[0] = '\0';
}

/* Decodes the instruction at bytes, of which available (not 0) can be read. */
static void decode_line(const struct stop *stop, csh handle, cs_insn *insn, const uint8_t *bytes,
                        size_t available, uint64_t base, struct disasm_line *line)
{
    uint64_t offset = line->address - base;
    const uint8_t *next = bytes;

    if (cs_disasm_iter(handle, &next, &available, &offset, insn) &&
        insn->size <= DISASM_INSTRUCTION_MAX) {
        line->decoded = true;
        line->size = insn->size;
        snprintf(line->text, sizeof(line->text), "%s%s%s", insn->mnemonic,
                 insn->op_str[0] ? " " : "", insn->op_str);
        name_target(stop, handle, insn, base, line);
    } else {
        line->size = 1;
        snprintf(line->text, sizeof(line->text), "(bad)");
    }
    memcpy(line->bytes, bytes, line->size);
}

static void decode_lines(const struct stop *stop, csh handle, cs_insn *insn, const uint8_t *bytes,
                         size_t length, unsigned int count, struct disasm_view *view)
{
    uint64_t base = code_base(stop, view->start, view->bits);
    size_t at = 0;

    while (view->count < count && at < length) {
        struct disasm_line *line = &view->lines[view->count++];

        line->address = view->start + at;
        decode_line(stop, handle, insn, bytes + at, length - at, base, line);
        at += line->size;
    }
    view->cut = view->count < count;
    view->unreadable = view->start + length;
}

struct error *disasm_capture(const struct stop *stop, virt_t address, unsigned int bits,
                             unsigned int count, struct disasm_view *ret)
{
    uint8_t bytes[DISASM_LINES_MAX * DISASM_INSTRUCTION_MAX];
    struct error *err;
    cs_insn *insn;
    size_t length;
    csh handle;

    memset(ret, 0, sizeof(*ret));
    ret->bits = bits;
    ret->start = address.value;
    if (count > DISASM_LINES_MAX)
        count = DISASM_LINES_MAX;
    if (!stop_describe(stop, address, ret->where, sizeof(ret->where)))
        ret->where[0] = '\0';
    err = guest_try_linear(stop, address, bytes, (size_t)count * DISASM_INSTRUCTION_MAX, &length);
    if (!err)
        err = start_capstone(bits, &handle);
    if (err)
        return error_context(err, "instructions at %s", text_hex(address.value));
    insn = cs_malloc(handle);
    if (insn) {
        decode_lines(stop, handle, insn, bytes, length, count, ret);
        cs_free(insn, 1);
    } else {
        err = error_new(ERROR_SYSTEM, "disassembly: no memory");
    }
    cs_close(&handle);
    return err;
}

struct error *disasm_one(const struct stop *stop, struct disasm_line *ret, bool *ret_there)
{
    struct disasm_view *view = malloc(sizeof(*view));
    struct error *err;

    if (!view)
        return error_new(ERROR_SYSTEM, "disassembly: no memory");
    err = disasm_capture(stop, registers_pc(&stop->regs),
                         cpu_mode_bits(registers_mode(&stop->regs)), 1, view);
    if (!err) {
        *ret_there = view->count == 1;
        *ret = view->lines[0];
    }
    free(view);
    return err;
}

static void bytes_text(const struct disasm_line *line, char *out)
{
    for (unsigned int i = 0; i < line->size; i++)
        out += sprintf(out, i ? " %02x" : "%02x", line->bytes[i]);
}

void disasm_line_text(const struct disasm_line *line, const struct text *text)
{
    char bytes[3 * DISASM_INSTRUCTION_MAX + 1] = "";
    size_t length = strlen(line->target), used;

    bytes_text(line, bytes);
    text_print(text, TEXT_PLAIN, "%-12s ", text_hex(line->address));
    text_print(text, TEXT_DIM, "%-24s ", bytes);
    text_print(text, line->decoded ? TEXT_PLAIN : TEXT_BAD, "%s", line->text);
    /* Behind a label a line has room for so much: then the target goes without its source line. */
    used = TEXT_LABEL_COLUMNS + 13 + 25 + strlen(line->text) + strlen("  # ");
    if (used + length > TEXT_COLUMNS)
        length = strcspn(line->target, "(");
    if (length && line->target[length - 1] == ' ')
        length--;
    if (length)
        text_print(text, TEXT_DIM, "  # %.*s", (int)length, line->target);
    fputc('\n', text->stream);
}

void disasm_text(const struct disasm_view *view, const struct text *text)
{
    struct flow flow = flow_start(text, "code");

    flow_print(&flow, TEXT_PLAIN, "%u-bit at %s", view->bits, text_hex(view->start));
    flow_words(&flow, TEXT_PLAIN, view->where);
    flow_end(&flow);
    for (unsigned int i = 0; i < view->count; i++) {
        text_label(text, "");
        disasm_line_text(&view->lines[i], text);
    }
    if (view->cut) {
        text_label(text, "");
        text_print(text, TEXT_BAD, "%s cannot be read: not mapped\n", text_hex(view->unreadable));
    }
}

json_t *disasm_line_json(const struct disasm_line *line)
{
    char bytes[3 * DISASM_INSTRUCTION_MAX + 1] = "";

    bytes_text(line, bytes);
    return json_pack("{s:o, s:s, s:s, s:s?}", "address", json_hex(line->address), "bytes", bytes,
                     "text", line->text, "target", line->target[0] ? line->target : NULL);
}

json_t *disasm_json(const struct disasm_view *view)
{
    json_t *lines = json_array();

    for (unsigned int i = 0; i < view->count; i++)
        json_array_append_new(lines, disasm_line_json(&view->lines[i]));
    return json_pack("{s:i, s:o, s:s?, s:o, s:o}", "bits", (int)view->bits, "start",
                     json_hex(view->start), "where", view->where[0] ? view->where : NULL, "lines",
                     lines, "unreadable", view->cut ? json_hex(view->unreadable) : json_null());
}
