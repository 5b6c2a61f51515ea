/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Assembled source as a piece of code to analyse, with its labels as symbols. One at a time. */
#ifndef BOOTSCOPE_TESTS_ASSEMBLED_CODE_H
#define BOOTSCOPE_TESTS_ASSEMBLED_CODE_H

#include "assembled.h"
#include "functions.h"
#include "group_folder.h"
#include "outcome.h"
#include "symbols.h"

static struct code code;
static struct functions functions;
static struct symbols *symbols;
static struct blob blob;

static inline void forget(void)
{
    functions_close(&functions);
    code_close(&code);
    symbols_close(symbols);
    blob_free(&blob);
    functions = (struct functions){0};
    symbols = NULL;
    blob = (struct blob){0};
}

/* 16-bit code is .code16gcc in a 32-bit file. */
static inline void look_into(unsigned int bits, const char *source)
{
    char raw[4096];

    forget();
    char *path = make_elf(folder, "code", bits == 64 ? 64 : 32, source);
    good(symbols_open(path, &symbols));
    free(path);
    run_tool("cd '%s' && objcopy -O binary -j .text code.elf code.raw", folder);
    snprintf(raw, sizeof(raw), "%s/code.raw", folder);
    blob = read_blob(raw);
    good(code_open(blob.data, 0, blob.size, bits, &code));
    functions.code = &code;
}

static inline uint64_t at(const char *symbol)
{
    uint64_t value = 0;

    if (!symbols_value(symbols, symbol, &value))
        fail_msg("the code has no label %s", symbol);
    return value;
}

#endif
