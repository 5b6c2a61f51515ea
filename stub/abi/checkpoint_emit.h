/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a checkpoint is written: the macros that boot code uses, and the routine behind them.
 *
 * Assembler:
 *     CHECKPOINT16 identifier, operand, operand ...     real mode
 *     CHECKPOINT32 identifier, operand, operand ...     protected mode, 32-bit
 *     CHECKPOINT64 identifier, operand, operand ...     long mode
 *     CHECKPOINT_EMITTER16 / 32 / 64                    the routine; CHECKPOINT_EMITTER_SHARED(64)
 *                                                       lets other files use it
 * C, 64-bit or 32-bit:
 *     CHECKPOINT_C(identifier, value, value ...)        see below
 *
 * Index, name and keys are looked up in checkpoints.def by the identifier; there is one operand for
 * each key, in the same order, and a wrong number of them does not assemble. A program with a list
 * of its own defines CHECKPOINT_LIST before it includes this file.
 *
 * An operand is one of
 *     %eax, %rsp, %cs, %cr3, $5, 12(%rsi)     anything that mov can load into the accumulator
 *                                             (but no memory below the stack pointer)
 *     efer, gdtr, idtr                        read as one would expect; the last two give the base
 *     "lea _bss(%rip)", "movzbl 3(%esi)"      in quotes: an instruction without its destination
 *
 * Nothing is changed on the way, from the symbol checkpoint_begin_IDENTIFIER at the first instruction to
 * the address of the record. The site saves the flags before it does anything that changes them, and
 * outside of that pair uses only push, pop, mov and lea, which leave flags alone:
 *
 *      pushf                                   the record's address
 *      push  what the operands need            |
 *      push  one value for each key            |
 *      call  checkpoint_emit                   |
 *      lea, pop, popf                          |
 *      <next instruction> <--------------------+
 *
 * A site needs about 130 bytes of stack. Where the boot protocol promises none, CHECKPOINT32_BORROW
 * and CHECKPOINT64_BORROW take a register that holds boot_params after the identifier and push into
 * its last padding, _pad9, which nobody else uses.
 */
#ifndef BOOTSCOPE_ABI_CHECKPOINT_EMIT_H
#define BOOTSCOPE_ABI_CHECKPOINT_EMIT_H

#include "checkpoint.h"

#ifndef CHECKPOINT_LIST
#define CHECKPOINT_LIST "checkpoints.def"
#endif

#ifdef __ASSEMBLER__

#include "checkpoint_emit_asm.h"

#else /* C */

#include <stdint.h>

/* The list, as strings: "name", NUL, "keys". */
#define CHECKPOINT(index, id, name, mode, where, keys)                                             \
    _Static_assert(sizeof(name) <= CHECKPOINT_NAME_MAX, "the name of " #id " is too long");        \
    static const char checkpoint_text_##id[] __attribute__((unused)) = name "\0" keys;
#include CHECKPOINT_LIST
#undef CHECKPOINT

/*
 * CHECKPOINT_C: a checkpoint in 64-bit or 32-bit C code, with one integer for each key, in the order of the
 * list (cast a pointer to uintptr_t). It belongs in a function that is not inlined, or there would
 * be two records of it, and that lies in section .text.checkpoint, away from hot loops.
 */
#ifdef BOOTSCOPE_HOST

/* What a program that runs the stages on a host provides: told of each checkpoint passed. */
void platform_host_checkpoint(const char *name, unsigned int n, const char *const *keys,
                              const uint64_t *values);

#define CHECKPOINT_HOST_KEYS 16

/* Takes the list's text apart: text is the name, NUL, and the keys with spaces between. */
static inline void checkpoint_host(const char *text, unsigned int n, const uint64_t *values)
{
    char copy[CHECKPOINT_LINE_MAX];
    const char *keys[CHECKPOINT_HOST_KEYS];
    const char *from = text;
    unsigned int count = 0, length = 0;

    while (*from)
        from++;
    from++;
    while (*from && count < CHECKPOINT_HOST_KEYS) {
        keys[count++] = &copy[length];
        while (*from && *from != ' ' && length < sizeof(copy) - CHECKPOINT_HOST_KEYS)
            copy[length++] = *from++;
        copy[length++] = '\0';
        if (*from == ' ')
            from++;
    }
    platform_host_checkpoint(text, n < count ? n : count, keys, values);
}

#define CHECKPOINT_C(id, ...)                                                                      \
    do {                                                                                           \
        const uint64_t checkpoint_values_[] = {__VA_ARGS__};                                       \
        checkpoint_host(checkpoint_text_##id,                                                      \
                        sizeof(checkpoint_values_) / sizeof(checkpoint_values_[0]),                \
                        checkpoint_values_);                                                       \
    } while (0)

#else

/* What depends on the width of this code. A record's address field has 64 bits in any. */
#ifdef __x86_64__
#define CHECKPOINT_C_MODE_    "64"
#define CHECKPOINT_C_ADDRESS_ ".quad 771b"
typedef uint64_t checkpoint_c_value;
#else
#define CHECKPOINT_C_MODE_    "32"
#define CHECKPOINT_C_ADDRESS_ ".long 771b, 0"
typedef uint32_t checkpoint_c_value;
#endif

/* The list once more, as assembler macros: a record can only be written where its address is. */
#define CHECKPOINT(index, id, name, mode, where, keys)                                             \
    asm(".macro checkpoint_record_" #id " count\n"                                                 \
        "\t.set checkpoint_keys, 0\n"                                                              \
        "\t.irp key, " keys "\n"                                                                   \
        "\t.set checkpoint_keys, checkpoint_keys + 1\n"                                            \
        "\t.endr\n"                                                                                \
        "\t.if checkpoint_keys - (\\count)\n"                                                      \
        "\t.error \"checkpoint " name " wants one value for each of: " keys "\"\n"                 \
        "\t.endif\n"                                                                               \
        "\t.if " #mode " - " CHECKPOINT_C_MODE_ "\n"                                               \
        "\t.error \"checkpoint " name " is not listed for this mode\"\n"                           \
        "\t.endif\n"                                                                               \
        "771:\n"                                                                                   \
        "\t.pushsection " CHECKPOINT_SECTION ", \"\", @progbits\n"                                 \
        "\t" CHECKPOINT_C_ADDRESS_ "\n"                                                            \
        "\t.long " #index ", " #mode "\n"                                                          \
        "772:\n"                                                                                   \
        "\t.asciz \"" name "\"\n"                                                                  \
        "\t.skip 48 - (. - 772b)\n"                                                                \
        "\t.popsection\n"                                                                          \
        ".endm\n");
#include CHECKPOINT_LIST
#undef CHECKPOINT
_Static_assert(CHECKPOINT_NAME_MAX == 48 && CHECKPOINT_LONG64 == 64 && CHECKPOINT_PROTECTED32 == 32,
               "the numbers written above");

/* The emitter gives back every register and flag, so all of the cost is to load these two. */
#define CHECKPOINT_C(id, ...)                                                                      \
    do {                                                                                           \
        const checkpoint_c_value checkpoint_values_[] = {__VA_ARGS__};                             \
        asm volatile("checkpoint_begin_" #id ":\n\tcall checkpoint_emit" CHECKPOINT_C_MODE_        \
                     "\n\tcheckpoint_record_" #id " %c[count]"                                     \
                     :                                                                             \
                     : "D"(checkpoint_text_##id), "S"(checkpoint_values_),                         \
                       [count] "i"(sizeof(checkpoint_values_) / sizeof(checkpoint_values_[0]))     \
                     : "memory");                                                                  \
    } while (0)

#endif
#endif
#endif
