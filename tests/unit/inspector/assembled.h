/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ELF files for tests, made by the machine's own assembler and linker from source in the test. */
#ifndef BOOTSCOPE_TESTS_ASSEMBLED_H
#define BOOTSCOPE_TESTS_ASSEMBLED_H

#include "synthetic.h"

/* One record of .checkpoints, for the source of a test; name and value are assembler text. */
#define RECORD(address, index, mode, name)                                                         \
    "1: .long " address ", 0\n .long " index ", " mode "\n .asciz \"" name "\"\n .org 1b + 64\n"
#define RECORDS ".section .checkpoints,\"\",@progbits\n"

static inline void run_tool(const char *format, ...) __attribute__((format(printf, 1, 2)));

static inline void run_tool(const char *format, ...)
{
    char command[8192];
    va_list args;

    va_start(args, format);
    vsnprintf(command, sizeof(command), format, args);
    va_end(args);
    if (system(command) != 0) {
        fprintf(stderr, "failed: %s\n", command);
        abort();
    }
}

/* Assembles source (of that many bits) with line information into FOLDER/NAME.o. */
static inline void assemble(const char *folder, const char *name, unsigned int bits,
                            const char *source)
{
    struct blob text = {(uint8_t *)(uintptr_t)source, strlen(source)};
    char file[64];

    snprintf(file, sizeof(file), "%s.s", name);
    free(write_blob(folder, file, &text));
    run_tool("cd '%s' && as -g --%u -o %s.o %s.s", folder, bits, name, name);
}

/* The usual case: one source, linked at 0, as FOLDER/NAME.elf; the caller frees the path. */
static inline char *make_elf(const char *folder, const char *name, unsigned int bits,
                             const char *source)
{
    char *path;

    assemble(folder, name, bits, source);
    run_tool("cd '%s' && ld -m %s --build-id=sha1 -Ttext=0 -e 0 -o %s.elf %s.o", folder,
             bits == 32 ? "elf_i386" : "elf_x86_64", name, name);
    assert(asprintf(&path, "%s/%s.elf", folder, name) > 0);
    return path;
}

/* The file's contents. */
static inline struct blob read_blob(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct blob blob;

    assert(file && fseek(file, 0, SEEK_END) == 0);
    blob = blob_new((size_t)ftell(file));
    rewind(file);
    assert(fread(blob.data, 1, blob.size, file) == blob.size);
    fclose(file);
    return blob;
}

#endif
