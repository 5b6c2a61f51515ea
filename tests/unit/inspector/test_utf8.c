/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where text stops being UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "utf8.h"

static void test_text(void **state)
{
    static const char *const texts[] = {"",
                                        "plain",
                                        "\xc3\xa9",
                                        "\xe2\x82\xac",
                                        "\xf0\x9f\x98\x80",
                                        "\xed\x9f\xbf",
                                        "\xf4\x8f\xbf\xbf",
                                        "\xe0\xa0\x80\xc2\x80"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(utf8_span(texts[i]), strlen(texts[i]));
}

/* Alone, cut short, overlong, a surrogate, too large. */
static void test_other_bytes(void **state)
{
    static const char *const texts[] = {"\xff",
                                        "\x80",
                                        "\xc3",
                                        "\xe2\x82",
                                        "\xf0\x9f\x98",
                                        "\xc0\x80",
                                        "\xe0\x9f\xbf",
                                        "\xed\xa0\x80",
                                        "\xf4\x90\x80\x80",
                                        "\xf5\x80\x80\x80",
                                        "\xc3(",
                                        "\xf0\x8f\xbf\xbf"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char text[16] = "ab";

        strcat(text, texts[i]);
        assert_int_equal(utf8_span(text), 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_other_bytes),
    };

    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
