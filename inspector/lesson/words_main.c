/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "words_main.h"

struct error *lesson_main_words(int count, char **words, int *ret_status)
{
    (void)ret_status;
    return error_new(ERROR_INPUT, "%s: lessons are not shown yet; --check runs them",
                     count ? words[0] : "lesson");
}
