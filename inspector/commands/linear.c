/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linear.h"

#include <ctype.h>
#include <string.h>

#include "evaluate.h"
#include "place.h"

#define BLANKS      " \t"
#define WORD_MAX    24
#define PARAGRAPH   16         /* real mode: base = selector * 16 */
#define LINEAR_MASK 0xffffffff /* linear addresses are 32 bits wide outside 64-bit code */

/* The word before a colon at the start of text, without its $; its colon, or NULL. */
static const char *word_before_colon(const char *text, char *out)
{
    size_t length = 0;

    text += strspn(text, BLANKS);
    text += *text == '$';
    while (isalnum((unsigned char)text[length]))
        length++;
    if (length == 0 || length >= WORD_MAX || text[length] != ':')
        return NULL;
    memcpy(out, text, length);
    out[length] = '\0';
    return text + length;
}

static bool find_segment(const char *word, enum segment_register *ret)
{
    for (int i = 0; i < SEG_LDTR; i++) {
        *ret = (enum segment_register)i;
        if (strcmp(word, segment_name(*ret)) == 0)
            return true;
    }
    return false;
}

bool linear_is_segmented(const char *text)
{
    enum segment_register segment;
    char word[WORD_MAX];

    return word_before_colon(text, word) &&
           (find_segment(word, &segment) || isdigit((unsigned char)word[0]));
}

static struct error *base_of(const struct environment *environment, const struct stop *stop,
                             const char *word, uint64_t *ret)
{
    enum segment_register segment;
    struct error *err;

    if (find_segment(word, &segment)) {
        if (registers_base(&stop->regs, segment, ret))
            return NULL;
        return error_new(ERROR_INPUT, "%s: the debug stub does not tell the segment's base", word);
    }
    if (registers_mode(&stop->regs) != CPU_REAL16)
        return error_new(ERROR_INPUT,
                         "%s: a selector is a base divided by 16 in real mode only; info gdt has "
                         "the bases",
                         word);
    err = evaluate(environment->debugger, word, ret);
    if (!err && *ret > UINT16_MAX)
        err = error_new(ERROR_INPUT, "%s: a selector has 16 bits", word);
    *ret *= PARAGRAPH;
    return err;
}

static void note(const struct environment *environment, const char *what, uint64_t address)
{
    if (!environment->json)
        text_print(environment->text, TEXT_DIM, "%s is %s\n", what, text_hex(address));
}

/* Which of the names this is: 64, 32 or 16 bits of the register whose 16-bit name is last. */
static bool spells(const char *word, const char *last)
{
    bool prefixed = (word[0] == 'r' || word[0] == 'e') && word[1] != '\0';

    return strcmp(word, last) == 0 || (prefixed && strcmp(word + 1, last) == 0);
}

/* An address that is one of these registers and nothing else. */
static void mend_register(const struct environment *environment, const struct stop *stop,
                          const struct expr *expr, uint64_t *address)
{
    uint64_t linear = *address;
    const char *what = "", *text;
    struct place ignored;
    char word[WORD_MAX];
    size_t length;

    text = expr_text(expr, &length);
    if (length == 0 || length >= WORD_MAX)
        return;
    snprintf(word, sizeof(word), "%.*s", (int)length, text);
    const char *name = word + (word[0] == '$');
    if (spells(name, "ip")) {
        linear = registers_pc(&stop->regs).value;
        what = "cs:ip";
    } else if (spells(name, "sp")) {
        linear = registers_stack(&stop->regs).value;
        what = "ss:sp";
    }
    if (linear == *address || (name == word && place_of_symbol(stop, name, &ignored)))
        return;
    *address = linear;
    note(environment, what, linear);
}

struct error *linear_prefix(const struct environment *environment, const char *text, uint64_t *ret,
                            const char **ret_end)
{
    const struct expr_names names = evaluate_names(environment->debugger);
    bool segmented = linear_is_segmented(text);
    const struct stop *stop;
    uint64_t base = 0;
    struct expr *expr;
    char word[WORD_MAX];
    struct error *err = debugger_stop(environment->debugger, &stop);

    if (!err && segmented) {
        text = word_before_colon(text, word) + 1;
        err = base_of(environment, stop, word, &base);
    }
    if (!err)
        err = expr_parse_prefix(text, ",", &expr, ret_end);
    if (err)
        return err;
    err = expr_evaluate(expr, &names, ret);
    if (!err && segmented)
        *ret = registers_mode(&stop->regs) == CPU_LONG64 ? base + *ret
                                                         : (base + *ret) & LINEAR_MASK;
    else if (!err)
        mend_register(environment, stop, expr, ret);
    expr_free(expr);
    *ret_end += strspn(*ret_end, BLANKS);
    return err;
}

struct error *linear_argument(const struct environment *environment, const char *text,
                              uint64_t *ret)
{
    const char *end, *whole = text;
    struct expr *expr;
    char word[WORD_MAX];
    struct error *err;

    if (linear_is_segmented(text))
        whole = word_before_colon(text, word) + 1;
    /* First, so that what is too much is marked. */
    err = expr_parse(whole, &expr);
    if (err)
        return err;
    expr_free(expr);
    return linear_prefix(environment, text, ret, &end);
}
