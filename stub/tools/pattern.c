/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pattern WORDS -o FILE: the table that the teaching kernel carries in .data (pattern.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "files.h"
#include "pattern.h"

#define WORDS_MAX (64UL * 1024 * 1024)

static bool make_pattern(unsigned long words, struct bytes *ret, struct failure *why)
{
    uint8_t *at = bytes_grow(ret, words * sizeof(uint64_t));
    if (!at)
        return fail(why, "out of memory for %lu words", words);
    for (unsigned long i = 0; i < words; i++) {
        uint64_t word = pattern_word(i);
        for (unsigned int byte = 0; byte < sizeof(word); byte++)
            *at++ = (uint8_t)(word >> (8 * byte));
    }
    return true;
}

int main(int argc, char **argv)
{
    struct failure why = {""};
    struct bytes bytes = {0};
    char *end = NULL;
    unsigned long words = argc == 4 ? strtoul(argv[1], &end, 0) : 0;
    if (argc != 4 || strcmp(argv[2], "-o") != 0 || *end != 0 || words == 0 || words > WORDS_MAX) {
        failure_set(&why, "usage: pattern WORDS -o FILE (WORDS from 1 to %lu)", WORDS_MAX);
        return report_failure("pattern", &why);
    }
    cleanup_on_signals();
    bool ok = make_pattern(words, &bytes, &why) &&
              write_file(argv[3], bytes.data, bytes.size, &why);
    bytes_free(&bytes);
    return ok ? 0 : report_failure("pattern", &why);
}
