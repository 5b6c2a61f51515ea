/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evidence.h"
#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evaluate.h"
#include "guest_internal.h"

/* Smaller numbers are in many registers by chance. */
#define TELLING_MIN 0x100
#define SYMBOL_MIN  0x1000

/* The digits as typed, read in base. */
static bool reads_as(const char *digits, int base, uint64_t value)
{
    unsigned long long read;
    char *end;

    errno = 0;
    read = strtoull(digits, &end, base);
    return !errno && end != digits && *end == '\0' && read == value;
}

static char *other_base(const char *answer, uint64_t right)
{
    bool hexadecimal = strncmp(answer, "0x", 2) == 0;

    if (!hexadecimal && reads_as(answer, 16, right))
        return text_new("The digits are right, but `%s` was read as a decimal number: write `0x` "
                        "in front of hexadecimal ones.",
                        answer);
    if (hexadecimal && reads_as(answer + 2, 10, right))
        return text_new("The digits are right, but `0x` says that they are hexadecimal.");
    return NULL;
}

static char *arithmetic(uint64_t given, uint64_t right)
{
    static const struct {
        uint64_t factor;
        const char *what;
    } factors[] = {{8, "as many bytes as an entry of 64 bits has, or bits as a byte"},
                   {0x1000, "the bytes of a page"}};

    if (given + 1 == right || given - 1 == right)
        return text_new("That is one off: count again where it begins, and whether the end is "
                        "still part of it.");
    for (size_t i = 0; i < sizeof(factors) / sizeof(factors[0]); i++) {
        uint64_t product;

        if ((!__builtin_mul_overflow(given, factors[i].factor, &product) && product == right) ||
            (!__builtin_mul_overflow(right, factors[i].factor, &product) && product == given))
            return given && right
                       ? text_new("That is a factor of 0x%" PRIx64 " off: %s. In which unit is "
                                  "it asked for?",
                                  factors[i].factor, factors[i].what)
                       : NULL;
    }
    return NULL;
}

static bool has_value(struct lesson_guest *guest, const char *name, uint64_t value)
{
    uint64_t found;
    struct error *err = evaluate(guest->debugger, name, &found);
    bool has = !err && found == value;

    error_free(err);
    return has;
}

static const char *boot_value_with(struct lesson_guest *guest, uint64_t value)
{
    const char *name;

    for (size_t i = 0; (name = evaluate_value_name(i)); i++)
        if (has_value(guest, name, value))
            return name;
    return NULL;
}

static const char *register_with(struct lesson_guest *guest, uint64_t value)
{
    static const char *const names[] = {"$rax", "$rbx", "$rcx", "$rdx",  "$rsi",  "$rdi",
                                        "$rbp", "$rsp", "$r8",  "$r9",   "$r10",  "$r11",
                                        "$r12", "$r13", "$r14", "$r15",  "$rip",  "$cr0",
                                        "$cr2", "$cr3", "$cr4", "$efer", "$gdtr", "$idtr"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (has_value(guest, names[i], value))
            return names[i] + 1;
    return NULL;
}

static char *in_the_guest(struct lesson_guest *guest, uint64_t given)
{
    const struct stop *stop;
    const char *name;
    char where[96];
    struct error *err = debugger_stop(guest->debugger, &stop);

    error_free(err);
    if (err || given < TELLING_MIN)
        return NULL;
    name = boot_value_with(guest, given);
    if (name)
        return text_new("`0x%" PRIx64 "` is what `p %s` shows there.", given, name);
    name = register_with(guest, given);
    if (name)
        return text_new("`0x%" PRIx64 "` is what `%s` holds there.", given, name);
    if (given >= SYMBOL_MIN && stop_describe(stop, virt(given), where, sizeof(where)))
        return text_new("`0x%" PRIx64 "` is the address of `%s` there.", given, where);
    return NULL;
}

char *evidence_of(struct lesson_guest *guest, const struct question *question, const char *answer,
                  const struct verdict *verdict)
{
    char *found = NULL;

    if (question->kind == QUESTION_NUMBER || question->kind == QUESTION_ADDRESS) {
        found = other_base(answer, verdict->right);
        if (!found)
            found = arithmetic(verdict->given, verdict->right);
        if (!found)
            found = in_the_guest(guest, verdict->given);
    }
    return found ? found : text_new("%s", "");
}
